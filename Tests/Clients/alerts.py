"""What a server that is killed around telling and acting tells a webhook and a real Alertmanager, and what it does.

The program starts and kills the server itself: MARTLET names the binary, ALERTMANAGER the one of Debian.
"""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

from harness import main

MARTLET = os.environ["MARTLET"]
ALERTMANAGER = os.environ["ALERTMANAGER"]
SECRET = "a secret of the test"
SOURCES = ("areas", "sales", "schools")


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook receiver that checks signatures and takes its time, so that a server can end meanwhile."""

    def __init__(self, chance):
        self.heard, self.forged, self.chance = [], 0, chance
        super().__init__(("127.0.0.1", 0), Asked)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Asked(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        delivery = self.headers["X-MLflow-Delivery-Id"]
        signed = f"{delivery}.{self.headers['X-MLflow-Timestamp']}.".encode() + body
        code = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest("v1," + code, self.headers.get("X-MLflow-Signature", "")):
            self.server.forged += 1
        # Half of the answers come after a while, in which the server may be killed: what it had said is heard.
        self.server.heard.append((delivery, json.loads(body)))
        time.sleep(self.server.chance.choice([0, self.server.chance.uniform(0.2, 0.8)]))
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.end_headers()

    def log_message(self, *arguments):
        pass


class Server:
    """`martlet up` on one port, killed and started again."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "server.log"

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [MARTLET, "up", "--port", str(self.port)],
                cwd=self.folder, stdout=log, stderr=log, env={**os.environ, "PAGER_SECRET": SECRET},
            )
        deadline = time.time() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            assert self.process.poll() is None and time.time() < deadline, self.log.read_text()
            time.sleep(0.02)

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)
            self.process = None


@contextlib.contextmanager
def alertmanager(folder):
    """A real one; yields what it holds, by name and subject."""
    file = folder / "alertmanager.yml"
    file.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    process = subprocess.Popen(
        [
            ALERTMANAGER, f"--config.file={file}", f"--storage.path={folder}", "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    try:
        for line in process.stderr:
            if found := re.search(r"address=127\.0\.0\.1:([1-9][0-9]*)", line):
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()
        address = f"http://127.0.0.1:{found[1]}"

        def held():
            with urllib.request.urlopen(f"{address}/api/v2/alerts", timeout=10) as answer:
                return sorted(f"{one['labels']['alertname']}/{one['labels']['subject']}" for one in json.load(answer))

        yield address, held
    finally:
        process.kill()
        process.wait(30)


def write(folder, receiver, manager):
    (folder / "sources").mkdir()
    for name in SOURCES:
        (folder / f"sources/{name}.yaml").write_text(
            f"name: {name}\nlocation: {{path: {name}.csv}}\nformat: csv\ncolumns: {{day: date, value: float64}}\n"
        )
    (folder / "martlet.yaml").write_text("name: killed\nauth: off\nmonitoring: {every: 1s}\n")
    (folder / "slo.yaml").write_text(
        f"""
calm: 2s
grouping: {{window: 0s}}
rules: {{ProcessorBusy: off, MemoryFills: off, DiskFills: off, FilesRunOut: off}}
channels:
  pager: {{webhook: {{url: "http://127.0.0.1:{receiver.server_port}/", secret_env: PAGER_SECRET}}}}
  central: {{alertmanager: {{url: "{manager}"}}}}
actions:
  SourceFails:
    - {{scale: {{command: [./act, "{{alert}}"]}}, mode: on, cooldown: 0s}}
"""
    )
    act = folder / "act"
    act.write_text('#!/bin/sh\necho "$MARTLET_EFFECT $1" >> acted.txt\n')
    act.chmod(0o755)


def martlet(folder, *arguments, status=0):
    done = subprocess.run([MARTLET, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    assert status is None or done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def soon(what, condition, log, seconds=120):
    deadline = time.time() + seconds
    while not (found := condition()):
        assert time.time() < deadline, f"not in time: {what()}\n{log.read_text()}"
        time.sleep(0.1)
    return found


def test_every_transition_arrives_although_the_server_is_killed():
    chance = random.Random(20_261_121)
    wanted = [f"SourceFails/source:{name}" for name in SOURCES]
    with tempfile.TemporaryDirectory(prefix="martlet-alerts-") as name, contextlib.ExitStack() as rest:
        folder = pathlib.Path(name)
        receiver = Receiver(chance)
        rest.callback(receiver.shutdown)
        address, held = rest.enter_context(alertmanager(folder))
        write(folder, receiver, address)

        def bring(value):
            for source in SOURCES:
                (folder / f"{source}.csv").write_text(f"day,value\n2024-01-01,{value}\n")

        def told(kind):
            return sorted({body["data"]["alert"] for _, body in receiver.heard if body["action"] == kind})

        bring(1)
        martlet(folder, "ingest")
        server = Server(folder).start()
        rest.callback(server.kill)

        def kill(times, shortest, longest):
            for _ in range(times):
                time.sleep(chance.uniform(shortest, longest))
                server.kill()
                server.start()

        for source in SOURCES:
            (folder / f"{source}.csv").unlink()
        martlet(folder, "ingest", status=None)
        kill(3, 0.8, 2.8)
        acted = folder / "acted.txt"

        def done():
            return sorted(acted.read_text().split("\n")[:-1]) if acted.exists() else []

        soon(
            lambda: (told("fired"), held(), done()),
            lambda: told("fired") == wanted and held() == wanted and len(set(done())) == len(wanted),
            server.log,
        )
        bring(2)
        martlet(folder, "ingest")
        kill(2, 1.5, 4)
        soon(
            lambda: (told("resolved"), held()),
            lambda: told("resolved") == wanted and held() == [],
            server.log,
        )
        server.kill()

        # Each transition is one delivery, whatever came twice; and firing is never told as another alert.
        assert receiver.forged == 0
        deliveries = dict(receiver.heard)
        kinds = sorted((body["data"]["alert"], body["action"]) for body in deliveries.values())
        assert kinds == sorted((alert, kind) for alert in wanted for kind in ("fired", "resolved")), kinds
        since = {(body["data"]["alert"], body["data"]["since"]) for body in deliveries.values()}
        assert len(since) == len(wanted), since
        for delivery, body in receiver.heard:
            assert body["data"] == deliveries[delivery]["data"], delivery
        assert json.loads(martlet(folder, "alerts", "list", "--json")) == []
        past = json.loads(martlet(folder, "alerts", "history", "--json"))
        assert sorted(one["alert"] for one in past) == wanted, past
        # A program is asked for once for each alert; when the server ended while it ran, it runs again by the same name.
        effects = {line.split()[0] for line in done()}
        assert len(effects) == len(wanted) and sorted({line.split()[1] for line in done()}) == wanted, done()
        jobs = json.loads(martlet(folder, "jobs", "list", "--json"))
        assert [job["pipeline"] for job in jobs] == ["alert-scale"] * len(wanted), jobs
        actions = json.loads(martlet(folder, "alerts", "actions", "--json"))
        assert [one["state"] for one in actions] == ["done"] * len(wanted), actions
        martlet(folder, "ledger", "verify")
        print(f"        {len(receiver.heard)} messages of {len(deliveries)} deliveries, {len(done())} runs", flush=True)


if __name__ == "__main__":
    main(globals())
