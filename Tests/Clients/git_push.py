"""A commit is pushed, the server hears of it, and a model of that commit waits for approval.

The program makes a bare repository, a clone of it in which somebody works, and another one that `martlet up` serves. It plays
the host of the repository: it signs what it tells as GitHub does. MARTLET names the binary.
"""

import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from harness import main

MARTLET = os.environ["MARTLET"]
SECRET = "a secret of both sides"
ENVIRONMENT = dict(os.environ, PUSH_SECRET=SECRET)

FILES = {
    ".gitignore": ".martlet/\nraw/\nserver.log\n",
    "martlet.yaml": "name: pushed\nauth: off\n",
    "sources/sales.yaml": """name: sales
location: {glob: "data/*.csv"}
format: csv
columns: {sold_on: date, area: float64, price: float64}
""",
    "recipes/price.yaml": """name: price
model: price
task: regression
loader: {sql: "SELECT sold_on, area, price FROM sales ORDER BY ALL", timestamp: sold_on}
label: price
request_features: {area: {type: float64}}
experiments: [{name: small, rounds: 5}]
""",
    "pipelines/release.yaml": """name: release
triggers:
  - git_push: {secret: "${PUSH_SECRET}", branch: main}
  - git: {repository: origin, branch: main, every: 1s}
steps:
  - {name: load, ingest: sales}
  - {name: train, train: price}
  - {name: beside, command: ["true"], needs: []}
""",
}


def rows(month):
    cells = [(10 + n % 18, 20 + n * 37 % 180) for n in range(200)]
    return "sold_on,area,price\n" + "".join(f"2023-{month:02d}-{day},{area},{3 * area + month}\n" for day, area in cells)


def git(folder, *words):
    settings = ["-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *settings, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


class Scene:
    """A repository, somebody's clone of it, and the server with its own."""

    def __init__(self, folder):
        self.author = folder / "author"
        self.workspace = folder / "workspace"
        git(folder, "init", "--quiet", "--bare", "origin.git")
        git(folder, "clone", "--quiet", "origin.git", "author")
        self.first = self.commit(dict(FILES, **{"data/01.csv": rows(1)}), "the first month")
        git(folder, "clone", "--quiet", "origin.git", "workspace")
        log = open(folder / "server.log", "wb")
        self.process = subprocess.Popen(
            [MARTLET, "up", "--port", "0"],
            cwd=self.workspace,
            env=ENVIRONMENT,
            stdout=log,
            stderr=log,
        )
        deadline = time.time() + 60
        while "listening on " not in (said := (folder / "server.log").read_text()):
            assert self.process.poll() is None and time.time() < deadline, said
            time.sleep(0.05)
        self.address = said.split("listening on ")[1].split()[0]

    def commit(self, files, message):
        write(self.author, files)
        git(self.author, "add", "--all")
        git(self.author, "commit", "--quiet", "--message", message)
        git(self.author, "push", "--quiet", "origin", "HEAD:main")
        return git(self.author, "rev-parse", "HEAD")

    def ask(self, method, path, body=None, headers=()):
        request = urllib.request.Request(self.address + path, body, dict(headers), method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def tell(self, notice, secret=SECRET, headers=None):
        body = json.dumps(notice).encode()
        code = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={code}", "X-GitHub-Event": "push"} if headers is None else headers
        return self.ask("POST", "/v1/pipelines/release/push", body, headers)

    def jobs(self):
        return self.ask("GET", "/v1/jobs")[1]["jobs"]

    def finished(self, commit):
        deadline = time.time() + 120
        while True:
            [job] = [job for job in self.jobs() if job["cause"]["commit"] == commit] or [None]
            if job and job["phase"] not in ("queued", "running"):
                return job
            assert time.time() < deadline, self.jobs()
            time.sleep(0.1)

    def approval(self, number):
        path = f"/api/2.0/mlflow/model-versions/get?name=price&version={number}"
        tags = self.ask("GET", path)[1]["model_version"]["tags"]
        return {tag["key"]: tag["value"] for tag in tags}.get("martlet.approval_status")

    def commit_of_run(self, run):
        path = f"/api/2.0/mlflow/runs/get?run_id={run}"
        tags = self.ask("GET", path)[1]["run"]["data"]["tags"]
        return {tag["key"]: tag["value"] for tag in tags}.get("mlflow.source.git.commit")


def notice(commit, branch="main"):
    return {"ref": f"refs/heads/{branch}", "before": "0" * 40, "after": commit, "pusher": {"name": "ada"}, "commits": []}


@contextlib.contextmanager
def scene():
    with tempfile.TemporaryDirectory(prefix="martlet-push-") as name:
        made = Scene(pathlib.Path(name))
        try:
            yield made
        finally:
            made.process.terminate()
            made.process.wait(60)


def test_a_push_becomes_a_model_that_waits_for_approval():
    with scene() as at:
        second = at.commit({"data/02.csv": rows(2)}, "the second month")
        told = notice(second)
        # Nobody else starts anything.
        for status, answer in [
            at.tell(told, secret="guessed"),
            at.tell(told, headers={}),
            at.tell(told, headers={"X-Gitlab-Token": "guessed"}),
            at.tell(told, headers={"X-Hub-Signature-256": "sha1=00"}),
        ]:
            assert status in (401, 403), (status, answer)
            assert "signed by no secret" in json.dumps(answer) and SECRET not in json.dumps(answer), answer
        assert [job for job in at.jobs() if job["cause"]["by"] == "git_push"] == []
        # What is no push of the branch starts nothing.
        for other in [{"zen": "Keep it logically awesome."}, notice(second, "other"), notice("0" * 40)]:
            status, answer = at.tell(other)
            assert status == 200 and "ignored" in answer, answer
        # Told twice, by two hosts, and seen by looking at the branch: one job.
        status, answer = at.tell(told)
        assert status == 202 or answer.get("repeated"), answer
        assert at.tell(told) == (200, {"repeated": True, "job_id": at.jobs()[0]["id"]})
        assert at.tell(told, headers={"X-Gitlab-Token": SECRET})[1]["repeated"]
        job = at.finished(second)
        assert job["phase"] == "succeeded", job
        assert at.approval(1) == "PendingManualApproval"
        result = job["steps"][1]["result"]
        assert (result["version"], result["approval"]) == ("price:1", "PendingManualApproval"), result
        assert at.commit_of_run(result["run"]) == second
        assert job["steps"][0]["result"]["rows"] == 400, job

        # Nobody tells of the next one; it is seen by looking.
        third = at.commit({"data/03.csv": rows(3)}, "the third month")
        job = at.finished(third)
        assert job["phase"] == "succeeded" and job["cause"]["by"] == "git", job
        assert at.commit_of_run(job["steps"][1]["result"]["run"]) == third

        # A change here that stands in the way fails the job, and is kept.
        mine = FILES["recipes/price.yaml"].replace("rounds: 5", "rounds: 7")
        write(at.workspace, {"recipes/price.yaml": mine})
        fourth = at.commit({"recipes/price.yaml": FILES["recipes/price.yaml"].replace("5", "6")}, "more rounds")
        at.tell(notice(fourth))
        job = at.finished(fourth)
        assert job["phase"] == "failed", job
        assert "could not bring the workspace to the commit" in job["failure"], job
        assert "recipes/price.yaml; commit or undo what is changed here" in job["failure"], job
        assert job["steps"][0]["tries"] == 1, job
        assert (at.workspace / "recipes/price.yaml").read_text() == mine
        assert len(at.jobs()) == 3, at.jobs()


if __name__ == "__main__":
    main(globals())
