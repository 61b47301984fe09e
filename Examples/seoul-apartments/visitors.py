#!/usr/bin/env python3
"""Visitors of a home site meet two versions of the price model, week after week, on a fast clock.

A copy of this workspace is served by `martlet up --fast-clock`. Each visitor looks at one home that was sold after the
models were trained; the nearer the value shown is to the price that was paid, the likelier the visitor clicks, asks and
signs. Everything goes over HTTP: predictions, interactions, outcomes. The script takes the side of the people (it approves,
starts, promotes, stops), prints what happens, and fails unless it ends as it must.

    visitors.py promotion | rejection | rollback | hold
"""
import csv
import datetime
import http.client
import json
import math
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

FIRST_DAY = datetime.date(2023, 4, 24)  # the test rows of the models begin here
MODEL = "apartment_price_groups"
BATCH = 100
LIMIT = 240  # seconds of real time
# Who is live, who is tried, by which plan, a week in how many seconds, and how it must end.
RUNS = {
    "promotion": (1, 2, "valuation-rollout", 30, "ask", "completed"),
    "rejection": (2, 1, "valuation-rollout", 30, "rejected", None),
    "rollback": (1, 2, "valuation-rollout", 30, "ask", "rolled-back"),
    "hold": (1, 3, "valuation-even", 60, "hold", None),  # a small difference takes more visitors
}


def homes(path: pathlib.Path) -> list[tuple[dict, float]]:
    """The sales after the models' training: what a request says of a home, and what was paid."""
    with path.open(encoding="utf-8", newline="") as file:
        records = csv.reader(file)
        names = next(records)
        rows = [dict(zip(names, record)) for record in dict.fromkeys(map(tuple, records))]
    found = []
    for row in rows:
        day = datetime.datetime.strptime(row["계약일"], "%Y%m%d").date()
        if row["취소일"] or row["권리구분"] or row["건물용도"] != "아파트" or day < FIRST_DAY:
            continue
        sub = int(row["부번"])
        lot = f"서울특별시 {row['자치구명']} {row['법정동명']} {int(row['본번'])}" + (f"-{sub}" if sub else "")
        features = {
            "district_code": int(row["자치구코드"]),
            "neighbourhood_id": int(row["자치구코드"]) * 100_000 + int(row["법정동코드"]),
            "area": float(row["건물면적(㎡)"]), "report_kind": row["신고구분"],
            "day_number": (day - datetime.date(2022, 1, 1)).days,
        }
        if row["층"]:
            features["floor"] = int(row["층"])
        if row["건축년도"] not in ("", "0", "null"):
            features["year_built"] = int(row["건축년도"])
        found.append(({"entities": {"lot": lot}, "features": features}, float(row["물건금액(만원)"])))
    return found


def behaviour(shown: float, paid: float, chance: random.Random) -> list[str]:
    """What a visitor does about a value that is off by some share; signs with probability exp(-5 × share)."""
    share = abs(shown - paid) / paid
    done = ["impression"]
    for kind, weight in [("click", 1), ("inquiry", 2), ("contract", 2)]:
        if chance.random() >= math.exp(-weight * share):
            break
        done.append(kind)
    return done


class Server:
    """`martlet up` on a fast clock, in a copy of the workspace."""

    def __init__(self, folder: pathlib.Path, week: int):
        self.folder = folder
        self.process = subprocess.Popen(
            [
                "martlet", "up", "--port", "0", "--fast-clock", str(7 * 86_400 // week), "--clock-from", FIRST_DAY.isoformat(),
                "--faults", "faults.txt",
            ],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        said = ""
        for line in self.process.stdout:
            said += line
            if "FAST CLOCK" in line:
                print(line.strip())
            if match := re.search(r"listening on http://([^:]+):(\d+)", line):
                self.host, self.port = match[1], int(match[2])
                break
        else:
            raise SystemExit(f"the server did not start:\n{said}")
        self.log = open(folder / "server.log", "w")
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=self.log)
        self.socket = socket.create_connection((self.host, self.port))
        self.answers = self.socket.makefile("rb")

    def stop(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait()

    def command(self, *arguments: str) -> str:
        result = subprocess.run(["martlet", *arguments], cwd=self.folder, text=True, capture_output=True)
        if result.returncode:
            raise SystemExit(f"martlet {' '.join(arguments)} ended with {result.returncode}:\n{result.stderr}")
        return result.stdout

    def call(self, path: str, body: object = None) -> dict:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        data = None if body is None else json.dumps(body).encode()
        connection.request("GET" if data is None else "POST", path, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path}: {answer.status} {text.decode()}")
        return json.loads(text)

    def predict(self, requests: list[dict]) -> list[tuple[int, dict]]:
        """Sends requests one after another without waiting, then reads as many answers."""
        data = bytearray()
        for request in requests:
            body = json.dumps(request).encode()
            data += b"POST /v1/endpoints/valuation/predict HTTP/1.1\r\nHost: martlet\r\nContent-Length: %d\r\n\r\n" % len(body)
            data += body
        self.socket.sendall(data)
        found = []
        for _ in requests:
            status = int(self.answers.readline().split()[1])
            length = 0
            while (line := self.answers.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            found.append((status, json.loads(self.answers.read(length))))
        return found


class Visits:
    """The visitors so far."""

    def __init__(self, server: Server, sales: list[tuple[dict, float]]):
        self.server, self.sales = server, sales
        self.count = self.failures = 0
        self.answered: dict[int, int] = {}

    @staticmethod
    def request(unit: str, home: dict) -> dict:
        return {"unit": unit, "allow_unknown_entities": True, "inputs": [home]}

    def batch(self) -> None:
        people = []
        for _ in range(BATCH):
            self.count += 1
            chance = random.Random(self.count)
            people.append((f"visitor-{self.count}", chance, *chance.choice(self.sales)))
        answers = self.server.predict(
            [self.request(name, home) for name, _, home, _ in people]
        )
        interactions, outcomes = [], []
        self.answered = {}
        for (name, chance, _, paid), (status, answer) in zip(people, answers):
            if status != 200:
                self.failures += 1
                print(f"a request failed: {status} {answer}", flush=True)
                continue
            version = answer["model"]["version"]
            self.answered[version] = self.answered.get(version, 0) + 1
            request = answer["request_id"]
            for kind in behaviour(answer["predictions"][0]["value"], paid, chance):
                event = {"id": f"{name}-{kind}", "endpoint": "valuation", "kind": kind, "request_id": request}
                if kind == "contract":
                    event["amount"] = paid
                    outcomes.append(
                        {"id": f"{name}-paid", "endpoint": "valuation", "request_id": request, "value": paid}
                    )
                interactions.append(event)
        if interactions:
            self.server.call("/v1/interactions", interactions)
        if outcomes:
            self.server.call("/v1/outcomes", outcomes)


class Watch:
    """Prints each step of an experiment or release once."""

    def __init__(self, server: Server, kind: str, identifier: str):
        self.server, self.kind, self.identifier = server, kind, identifier
        self.last = ""

    def look(self) -> dict:
        found = self.server.call(f"/v1/{self.kind}s/{self.identifier}")
        run = found[self.kind]
        state = run["phase"] + (f" ({run['verdict']})" if self.kind == "experiment" else "")
        if state != self.last:
            self.last = state
            print(f"{run['phase_since'][:16]}  {self.kind:<10}  {state}", flush=True)
        return found


def run(name: str) -> None:
    before, after, plan, week, verdict, end = RUNS[name]
    path = pathlib.Path(os.environ["MARTLET_DATA"], "seoul_transactions_2023/transactions.csv")
    here = pathlib.Path.cwd()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="martlet-visitors-") as scratch:
        folder = pathlib.Path(scratch, "workspace")
        # Nothing is trained by a clock that runs this fast.
        shutil.copytree(here, folder, ignore=shutil.ignore_patterns("pipelines", "simulations"))
        print(f"{name}: {MODEL}:{after} is tried against {MODEL}:{before}")
        server = Server(folder, week)
        try:
            visits = Visits(server, homes(path))
            for version in (before, after):
                server.command("models", "approve", f"{MODEL}:{version}", "--reason", "gates passed", "--by", "ada")
            server.command("deploy", "valuation", "--model", f"{MODEL}:{before}", "--by", "ada")
            while server.predict([visits.request("first", visits.sales[0][0])])[0][0] != 200:
                time.sleep(0.05)
            experiment = json.loads(
                server.command("experiment", "start", plan, "--version", f"{MODEL}:{after}", "--by", "ada", "--json")
            )["id"]
            watch = Watch(server, "experiment", experiment)
            while True:
                visits.batch()
                found = watch.look()
                state = found["experiment"]
                if state["phase"] in ("awaiting-review", "ended"):
                    break
                if time.monotonic() - started > LIMIT:
                    raise SystemExit(f"no verdict in {LIMIT} s: {json.dumps(found, ensure_ascii=False, indent=1)}")
            reached = state["outcome"] or state["verdict"]
            print(f"after {visits.count:,} visitors: {reached}. {' '.join(state['reasons'])}")
            assert reached == verdict, reached
            subjects = [experiment]
            if end is None:
                if state["phase"] != "ended":
                    server.command("experiment", "stop", experiment, "--reason", "too small a gain", "--by", "ada")
                    while watch.look()["experiment"]["phase"] != "ended":
                        visits.batch()
                expected = before
            else:
                if end == "rolled-back":
                    (folder / "faults.txt").write_text(f"{MODEL}:{after} error-rate=0.05\n")
                    print(f"from now on, 5 % of the answers of {MODEL}:{after} fail on purpose")
                server.command("experiment", "promote", experiment, "--reason", "seen the figures", "--by", "ada")
                watch.look()
                release = server.call("/v1/releases?endpoint=valuation")["releases"][0]["id"]
                subjects.append(release)
                watch = Watch(server, "release", release)
                while not (state := watch.look()["release"])["is_final"]:
                    visits.batch()
                    if time.monotonic() - started > LIMIT:
                        raise SystemExit(f"no end in {LIMIT} s: {state}")
                decisions = server.call(f"/v1/releases/{release}/decisions")["decisions"]
                for decision in decisions:
                    if decision["verdict"] != "wait":
                        reasons = " ".join(decision["reasons"])
                        print(f"{decision['at'][:16]}  {decision['rule']:<14}  {decision['verdict']}: {reasons}")
                assert state["phase"] == end, state
                expected = after if end == "completed" else before
            # The gateway follows what was decided at its next look, a moment later.
            for _ in range(20):
                visits.batch()
                if visits.answered == {expected: BATCH}:
                    break
            assert visits.answered == {expected: BATCH}, visits.answered
            assert visits.failures == 0, visits.failures
            for subject in subjects:
                print(f"replay of {subject}: " + server.command("release", "replay", subject).strip().splitlines()[-1])
            server.command("ledger", "verify")
        finally:
            server.stop()
    seconds = time.monotonic() - started
    print(f"{MODEL}:{expected} alone is live; {visits.count:,} visitors, no failed request; {seconds:.0f} s")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in RUNS:
        raise SystemExit(__doc__)
    if "MARTLET_DATA" not in os.environ:
        raise SystemExit("MARTLET_DATA names no folder of data sets, so there are no sales to show")
    run(sys.argv[1])
