"""Martlet's tracking server beside an MLflow server with SQLite: CPU time of the server for each request.

Both are asked the same over HTTP/1.1 with kept connections, by this one client, and their answers are counted. The peer
is the `mlflow` of .clients/venv (scripts/setup-clients). MARTLET names the binary; without it, the release build, then
the PATH. Arguments: `--quick` for a tenth of the work, `--large` to ask Martlet again with 100,000 runs and 10 million
points in its store, `--martlet` to leave the peer out.
"""
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import measure  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
QUICK = "--quick" in sys.argv
API = "/api/2.0/mlflow/"
# What Martlet must reach, of the server's CPU in ms, seconds and MB.
GOALS = {
    "create run, ms": "0.25", "log-metric, ms": "0.15", "log-batch of 1,000 metrics, ms": "4",
    "search, 100 of 10,000 runs, ms": "3", "get-history of 100,000 points, ms": "150", "start to ready, s": "0.2",
    "memory settled, MB": "60", "search with 100,000 runs and 10 million points, ms": "10",
}


class Server:
    """A server process in a folder of its own."""

    def __init__(self, name: str, command: list[str], folder: str, port: int):
        self.name, self.port = name, port
        self.log = open(pathlib.Path(folder, "server.log"), "w")
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=self.log, stderr=self.log, start_new_session=True,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        )
        self.start = measure.wait_for(f"http://127.0.0.1:{port}/health", seconds=180)
        self.settle()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def settle(self) -> None:
        """Waits until the server and its workers have done what they do after the first answer, at most a minute."""
        for _ in range(30):
            before = measure.cpu_seconds(self.pids())
            time.sleep(2)
            if measure.cpu_seconds(self.pids()) - before < 0.1:
                return

    def pids(self) -> list[int]:
        return measure.tree(self.process.pid)

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        self.connection.request(method, API + path, data, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self.name}: {method} {path} answered {answer.status}: {content[:300]!r}")
        return json.loads(content or b"{}")

    def milliseconds(self, count: int, action) -> float:
        """CPU time of the server for one of `count` calls of `action`, after one to warm up."""
        action(0)
        before = measure.cpu_seconds(self.pids())
        for index in range(count):
            action(index + 1)
        time.sleep(0.05)
        return (measure.cpu_seconds(self.pids()) - before) * 1000 / count

    def stop(self) -> None:
        """Ends the server and the workers it started."""
        self.connection.close()
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


def batch(first: int, count: int, keys: int = 10) -> list[dict]:
    return [
        {"key": f"m{index % keys}", "value": random.random(), "timestamp": 1_700_000_000_000 + index, "step": index // keys}
        for index in range(first, first + count)
    ]


def fill(server: Server, runs: int) -> str:
    """An experiment of `runs` runs with three metrics, five params and a tag each."""
    experiment = server.call("POST", "experiments/create", {"name": f"filled-{runs}"})["experiment_id"]
    chance = random.Random(7)
    for index in range(runs):
        run = server.call("POST", "runs/create", {"experiment_id": experiment, "start_time": 1_700_000_000_000 + index})
        server.call(
            "POST", "runs/log-batch",
            {
                "run_id": run["run"]["info"]["run_id"],
                "metrics": [{"key": key, "value": chance.random(), "timestamp": index, "step": 0} for key in ("rmse", "r2", "mae")],
                "params": [{"key": f"p{number}", "value": str(chance.randrange(10))} for number in range(5)],
                "tags": [{"key": "team", "value": f"t{index % 7}"}],
            },
        )
    return experiment


def search(server: Server, experiment: str, index: int) -> None:
    """A page of 100 runs by metric, param and tag, in the order of a metric."""
    answer = server.call("POST", "runs/search", {
        "experiment_ids": [experiment], "max_results": 100, "order_by": ["metrics.rmse ASC"],
        "filter": f"metrics.r2 > 0.5 AND params.p0 = '{index % 10}' AND tags.team != 't3'",
    })
    found = [metric["value"] for run in answer["runs"] for metric in run["data"]["metrics"] if metric["key"] == "rmse"]
    full = len(found) == 100 or (QUICK and found)
    expect(server, full and found == sorted(found), "a page of 100 runs in order")


def history(server: Server, run: str, count: int) -> None:
    answer = server.call("GET", f"metrics/get-history?run_id={run}&metric_key=long")
    expect(server, len(answer["metrics"]) == count, f"the {count} points of a history")


def expect(server: Server, holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"{server.name} did not answer with {what}")


def figures(server: Server) -> dict[str, float]:
    scale = 10 if QUICK else 1
    experiment = server.call("POST", "experiments/create", {"name": "calls"})["experiment_id"]
    run = server.call("POST", "runs/create", {"experiment_id": experiment})["run"]["info"]["run_id"]
    found = {"start to ready, s": server.start, "memory settled, MB": measure.resident_megabytes(server.pids())}
    found["create run, ms"] = server.milliseconds(
        1000 // scale, lambda index: server.call("POST", "runs/create", {"experiment_id": experiment, "run_name": f"r{index}"})
    )
    found["log-metric, ms"] = server.milliseconds(
        2000 // scale,
        lambda index: server.call(
            "POST", "runs/log-metric", {"run_id": run, "key": "m", "value": index / 7, "timestamp": index, "step": index}
        ),
    )
    found["log-batch of 1,000 metrics, ms"] = server.milliseconds(
        60 // scale, lambda index: server.call("POST", "runs/log-batch", {"run_id": run, "metrics": batch(index * 1000, 1000)})
    )
    filled = fill(server, 10_000 // scale)
    found["search, 100 of 10,000 runs, ms"] = server.milliseconds(40, lambda index: search(server, filled, index))
    for part in range(100 // scale):
        server.call("POST", "runs/log-batch", {"run_id": run, "metrics": [
            {"key": "long", "value": random.random(), "timestamp": index, "step": index}
            for index in range(part * 1000, part * 1000 + 1000)
        ]})
    found["get-history of 100,000 points, ms"] = server.milliseconds(3, lambda _: history(server, run, 100_000 // scale))
    server.settle()
    found["memory after these calls, MB"] = measure.resident_megabytes(server.pids())
    return found


def large(server: Server) -> float:
    """The search with 100,000 runs and 10 million points in the store."""
    filled = fill(server, 10_000 if QUICK else 100_000)
    runs = server.call("POST", "runs/search", {"experiment_ids": [filled], "max_results": 1000})["runs"]
    for number in range(1_000 if QUICK else 10_000):
        identifier = runs[number % len(runs)]["info"]["run_id"]
        server.call("POST", "runs/log-batch", {"run_id": identifier, "metrics": batch(number * 1000, 1000)})
    return server.milliseconds(40, lambda index: search(server, filled, index))


def martlet() -> str:
    """The binary that is measured."""
    built = ROOT / ".build/release/martlet"
    program = os.environ.get("MARTLET") or (str(built) if built.exists() else shutil.which("martlet"))
    if not program:
        raise SystemExit("there is no martlet to measure; run make release, or name the binary with MARTLET")
    return program


def main() -> None:
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="martlet-tracking-") as folder:
        pathlib.Path(folder, "martlet.yaml").write_text("name: benchmark\nauth: off\n")
        port = measure.free_port()
        server = Server("Martlet", [martlet(), "tracking", "--port", str(port)], folder, port)
        results["Martlet"] = figures(server)
        if "--large" in sys.argv:
            results["Martlet"]["search with 100,000 runs and 10 million points, ms"] = large(server)
        server.stop()
    peer = ROOT / ".clients/venv/bin/mlflow"
    if "--martlet" not in sys.argv:
        if not peer.exists():
            raise SystemExit("there is no MLflow to measure beside; run scripts/setup-clients, or give --martlet")
        with tempfile.TemporaryDirectory(prefix="mlflow-tracking-") as folder:
            port = measure.free_port()
            command = [str(peer), "server", "--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "files",
                       "--host", "127.0.0.1", "--port", str(port)]
            server = Server("MLflow", command, folder, port)
            results["MLflow"] = figures(server)
            server.stop()
    rows = [
        [what, *(results[name].get(what, "") for name in results), GOALS.get(what, "")] for what in results["Martlet"]
    ]
    title = "Tracking, CPU of the server for one call" + (", a tenth of the work" if QUICK else "")
    measure.table(title, ["call", *results, "goal"], rows)


main()
