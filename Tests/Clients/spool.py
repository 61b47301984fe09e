"""A training job that logs with the real MLflow client through `martlet spool` while the server goes away.

The program starts and kills servers and spools itself: MARTLET names the binary. Each test has a server and a spool of its
own, in a temporary folder.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from harness import main, unique

MARTLET = os.environ["MARTLET"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A martlet that answers on a port, and can be killed and started again on the same one."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.arguments = [MARTLET, *arguments, "--port", str(self.port)]
        self.log = folder / f"log-{self.port}"
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.arguments, cwd=self.folder, stdout=log, stderr=log)
        deadline = time.time() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            assert self.process.poll() is None and time.time() < deadline, self.log.read_text()
            time.sleep(0.02)

    def stop(self, how=signal.SIGKILL):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


@contextlib.contextmanager
def place():
    """A server that is not started yet, and a spool before it that is."""
    with tempfile.TemporaryDirectory(prefix="martlet-spool-") as name:
        folder = pathlib.Path(name)
        (folder / "martlet.yaml").write_text("name: spooled\nauth: off\n")
        server = Program(folder, "tracking")
        spool = Program(folder, "spool", "run", "--to", server.address, "--folder", str(folder / "spool"))
        try:
            spool.start()
            mlflow.set_tracking_uri(spool.address)
            mlflow.set_registry_uri(spool.address)
            yield server, spool
        finally:
            spool.stop()
            server.stop()


def status(spool):
    folder = spool.arguments[spool.arguments.index("--folder") + 1]
    text = subprocess.run(
        [MARTLET, "spool", "status", "--folder", folder, "--json"], check=True, capture_output=True, text=True
    ).stdout
    return json.loads(text)


def drained(spool, seconds=60):
    """Waits until the server has all calls; returns what it refused."""
    deadline = time.time() + seconds
    while (found := status(spool))["waiting"] > 0:
        assert time.time() < deadline, f"{found['waiting']} calls still wait: {spool.log.read_text()}"
        time.sleep(0.1)
    return found["refusals"]


def points(client, run_id, key):
    return [(point.step, point.value) for point in client.get_metric_history(run_id, key)]


def test_a_whole_run_without_a_server():
    with place() as (server, spool):
        name = unique("away")
        experiment = mlflow.set_experiment(name)
        with mlflow.start_run(run_name="lonely") as run:
            mlflow.log_params({"depth": 5, "kind": "트리"})
            for step in range(20):
                mlflow.log_metric("rmse", 1 / (step + 1), step=step)
            mlflow.log_metrics({"r2": 0.5, "mae": 3.0}, step=1)
            mlflow.set_tag("team", "가격")
            mlflow.log_text("hello", "notes/readme.txt")
            assert [file.path for file in MlflowClient().list_artifacts(run.info.run_id)] == ["notes"]
            # What the job asks about its own run is answered.
            assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
            assert len(points(MlflowClient(), run.info.run_id, "rmse")) == 20
        assert mlflow.get_experiment_by_name(name).experiment_id == experiment.experiment_id
        assert status(spool)["waiting"] > 20
        server.start()
        assert drained(spool) == []
        client = MlflowClient(server.address)
        found = client.search_runs([client.get_experiment_by_name(name).experiment_id])
        assert len(found) == 1
        assert found[0].info.run_name == "lonely" and found[0].info.status == "FINISHED"
        assert found[0].info.end_time >= found[0].info.start_time == run.info.start_time
        assert found[0].data.params == {"depth": "5", "kind": "트리"}
        assert found[0].data.metrics == {"rmse": 1 / 20, "r2": 0.5, "mae": 3.0}
        assert found[0].data.tags["team"] == "가격"
        assert found[0].data.tags["martlet.spool.id"] == run.info.run_id
        assert points(client, found[0].info.run_id, "rmse") == [(step, 1 / (step + 1)) for step in range(20)]
        mlflow.set_tracking_uri(server.address)
        assert mlflow.artifacts.load_text(f"{found[0].info.artifact_uri}/notes/readme.txt") == "hello"
        # The spool's id goes on to mean the run, through the spool.
        mlflow.set_tracking_uri(spool.address)
        MlflowClient().set_tag(run.info.run_id, "later", "yes")
        assert client.get_run(found[0].info.run_id).data.tags["later"] == "yes"
        assert MlflowClient().get_run(run.info.run_id).info.run_id == found[0].info.run_id


def test_an_outage_in_the_middle_and_a_killed_spool():
    with place() as (server, spool):
        server.start()
        mlflow.set_experiment(unique("middle"))
        with mlflow.start_run() as run:
            mlflow.log_metric("loss", 0, step=0)
            server.stop()
            for step in range(1, 10):
                mlflow.log_metric("loss", step, step=step)
            mlflow.log_param("seen", "in the outage")
            spool.stop()
            spool.start()
            for step in range(10, 20):
                mlflow.log_metric("loss", step, step=step)
            with mlflow.start_run(nested=True) as child:
                mlflow.log_metric("inner", 1)
            spool.stop()
            spool.start()
            server.start()
            for step in range(20, 30):
                mlflow.log_metric("loss", step, step=step)
        assert drained(spool) == []
        client = MlflowClient(server.address)
        found = client.get_run(run.info.run_id)
        assert found.info.status == "FINISHED" and found.data.params == {"seen": "in the outage"}
        assert points(client, run.info.run_id, "loss") == [(step, float(step)) for step in range(30)]
        children = client.search_runs(
            [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'"
        )
        assert [one.data.tags["martlet.spool.id"] for one in children] == [child.info.run_id]
        assert children[0].info.status == "FINISHED" and children[0].data.metrics == {"inner": 1.0}


def test_nothing_is_lost_or_doubled_while_server_and_spool_are_killed_at_random():
    chance = random.Random(7)
    with place() as (server, spool):
        server.start()
        client = MlflowClient()
        experiment_id = client.create_experiment(unique("load"))
        acknowledged, over = [], threading.Event()

        def job(number):
            """Makes runs and logs to them; what a call does not throw must be kept."""
            while not over.is_set():
                made = kept = None
                with contextlib.suppress(MlflowException):
                    made = client.create_run(experiment_id, tags={"job": f"{number}-{len(acknowledged)}"})
                if made is None:
                    continue
                kept = {"run": made.info.run_id, "job": made.data.tags["job"], "steps": []}
                for step in range(12):
                    with contextlib.suppress(MlflowException):
                        batch = [Metric("loss", step + 0.5, 1_700_000_000_000 + step, step)]
                        client.log_batch(made.info.run_id, batch, [Param(f"p{step}", "1")], [RunTag("t", f"{step}")])
                        kept["steps"].append(step)
                acknowledged.append(kept)

        jobs = [threading.Thread(target=job, args=(number,)) for number in range(3)]
        for one in jobs:
            one.start()
        for _ in range(8):
            time.sleep(chance.uniform(0.1, 0.6))
            victim = chance.choice([server, server, spool])
            victim.stop()
            time.sleep(chance.uniform(0.05, 0.4))
            victim.start()
        over.set()
        for one in jobs:
            one.join()
        assert drained(spool) == []
        direct = MlflowClient(server.address)
        stored, token = [], None
        while token is None or token:
            page = direct.search_runs([experiment_id], max_results=1_000, page_token=token)
            stored, token = stored + list(page), page.token or ""
        by_job = {}
        for run in stored:
            by_job.setdefault(run.data.tags["job"], []).append(run)
        assert len(acknowledged) >= 10, len(acknowledged)
        for kept in acknowledged:
            # A create that the job saw fail may have been tried again by its client; one that answered is there once.
            ids = {kept["run"]}
            runs = [
                run for run in by_job[kept["job"]]
                if run.info.run_id in ids or run.data.tags.get("martlet.spool.id") in ids
            ]
            assert len(runs) == 1, (kept, len(runs))
            found = dict(points(direct, runs[0].info.run_id, "loss"))
            assert set(kept["steps"]) <= set(found), (kept, found)
            assert len(points(direct, runs[0].info.run_id, "loss")) == len(found)
            assert {f"p{step}" for step in kept["steps"]} <= set(runs[0].data.params)


def test_logged_models_and_large_artifacts_pass_through_an_outage():
    import numpy
    import sklearn.linear_model

    with place() as (server, spool):
        server.start()
        name = unique("models")
        mlflow.set_experiment(name)
        server.stop()
        features = numpy.arange(20.0).reshape(-1, 2)
        model = sklearn.linear_model.LinearRegression().fit(features, features.sum(axis=1))
        with mlflow.start_run():
            logged = mlflow.sklearn.log_model(model, name="linear", pip_requirements=["scikit-learn"])
            with tempfile.TemporaryDirectory() as folder:
                large = pathlib.Path(folder, "large.bin")
                large.write_bytes(random.Random(1).randbytes(30_000_000))
                mlflow.log_artifact(str(large))
                content = large.read_bytes()
        server.start()
        assert drained(spool) == []
        client = MlflowClient(server.address)
        mlflow.set_tracking_uri(server.address)
        experiment = client.get_experiment_by_name(name)
        run = client.search_runs([experiment.experiment_id])[0]
        path = client.download_artifacts(run.info.run_id, "large.bin")
        assert pathlib.Path(path).read_bytes() == content
        models = client.search_logged_models([experiment.experiment_id])
        assert [one.tags["martlet.spool.id"] for one in models] == [logged.model_id]
        assert str(models[0].status) == "READY" and models[0].source_run_id == run.info.run_id
        loaded = mlflow.sklearn.load_model(f"models:/{models[0].model_id}")
        assert numpy.allclose(loaded.predict(features), model.predict(features))


def test_what_only_the_server_knows_is_told_so_and_refusals_are_kept():
    with place() as (server, spool):
        server.start()
        run = MlflowClient().create_run(MlflowClient().create_experiment(unique("refused")))
        MlflowClient().log_param(run.info.run_id, "rate", "1")
        server.stop()
        try:
            mlflow.search_runs(search_all_experiments=True)
            raise AssertionError("a search cannot be answered without the server")
        except MlflowException as error:
            assert "away" in str(error) or "503" in str(error), error
        MlflowClient().log_param(run.info.run_id, "rate", "2")
        MlflowClient().set_tag(run.info.run_id, "after", "kept")
        server.start()
        refusals = drained(spool)
        assert len(refusals) == 1 and refusals[0]["status"] == 400, refusals
        assert "rate" in refusals[0]["answer"]
        found = MlflowClient(server.address).get_run(run.info.run_id)
        assert found.data.params == {"rate": "1"} and found.data.tags["after"] == "kept"
        # A second spool may not send the same calls.
        other = Program(spool.folder, *spool.arguments[1:-2])
        other.process = subprocess.Popen(other.arguments, cwd=spool.folder, stderr=subprocess.PIPE, text=True)
        assert other.process.wait(20) != 0 and "another spool uses" in other.process.stderr.read()


if __name__ == "__main__":
    main(globals())
