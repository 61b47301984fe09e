"""Traffic between versions of one endpoint: what a split costs, and 1,000 switches and 100 rollbacks under load.

A switch is `martlet route`, a process of its own, while wrk keeps 16 connections busy; a request that does not answer 200,
or a connection that breaks, is a failure. A rollback is timed by somebody who asks again and again: from the start of the
command to the first answer of the other version.

    compare.py [SWITCHES]
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from measure import cpu_seconds, free_port, require, table, tree, wait_for  # noqa: E402
from workspace import martlet, write_data, write_workspace  # noqa: E402

SECONDS = 4
LUA = """
local count = 0
request = function()
  count = count + 1
  local id = (count * 7919) % 100000
  return wrk.format("POST", "/v1/endpoints/y/predict", {["Content-Type"] = "application/json"},
    '{"unit":"u' .. id .. '","inputs":[{"entities":{"item_id":"i' .. id .. '"}}]}')
end
"""


def wrk(port: int, script: pathlib.Path, seconds: float, connections: int = 16) -> subprocess.Popen:
    return subprocess.Popen(
        [require("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, f"http://127.0.0.1:{port}"],
        text=True, stdout=subprocess.PIPE,
    )


def read(output: str) -> tuple[int, int]:
    """Requests answered, and requests that failed."""
    failures = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    requests = int(re.search(r"(\d+) requests in", output)[1])
    return requests, (int(failures[1]) if failures else 0) + (sum(map(int, broken.groups())) if broken else 0)


def cost(workspace: pathlib.Path, port: int, pid: int, script: pathlib.Path, *variants: str) -> float:
    """The server's CPU time for each request in microseconds, with the endpoint's traffic set to `variants`."""
    martlet(workspace, "route", "y", *variants, "--by", "bench")
    time.sleep(1)
    before = cpu_seconds(tree(pid))
    requests, failures = read(wrk(port, script, SECONDS).communicate()[0])
    if failures:
        raise SystemExit(f"{failures} requests failed")
    return (cpu_seconds(tree(pid)) - before) / requests * 1e6


class Watch(threading.Thread):
    """Asks one question after another and notes when which variant answered."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.url = f"http://127.0.0.1:{port}/v1/endpoints/y/predict"
        self.body = json.dumps({"unit": "watch", "inputs": [{"entities": {"item_id": "i7"}}]}).encode()
        self.seen: list[tuple[float, str]] = []
        self.running = True

    def run(self) -> None:
        while self.running:
            with urllib.request.urlopen(urllib.request.Request(self.url, data=self.body), timeout=10) as answer:
                self.seen.append((time.monotonic(), json.load(answer)["variant"]))
            time.sleep(0.002)

    def first(self, variant: str, after: float, seconds: float = 10) -> float:
        while time.monotonic() < after + seconds:
            for moment, seen in reversed(self.seen[-50:]):
                if moment > after and seen == variant:
                    return next(m for m, s in self.seen if m > after and s == variant) - after
            time.sleep(0.002)
        raise SystemExit(f"{variant} did not answer within {seconds} s")


def main() -> None:
    switches = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as name:
        folder = pathlib.Path(name)
        workspace = folder / "workspace"
        write_workspace(workspace, write_data(folder))
        recipe = workspace / "recipes/y.yaml"
        for command in (["ingest"], ["features", "apply"], ["train", "--recipe-file", str(recipe)]):
            martlet(workspace, *command)
        recipe.write_text(recipe.read_text().replace("rounds: 200", "rounds: 199"))
        martlet(workspace, "train", "--recipe-file", str(recipe))
        for number in (1, 2):
            martlet(workspace, "models", "approve", f"y:{number}", "--reason", "benchmark", "--by", "bench")
        martlet(workspace, "deploy", "y", "--model", "y:1", "--by", "bench")
        martlet(workspace, "features", "materialize")
        script = folder / "load.lua"
        script.write_text(LUA)
        port = free_port()
        server = subprocess.Popen(
            ["martlet", "serve", "--workspace", workspace, "--port", str(port)],
            stdout=(folder / "martlet.log").open("w"), stderr=subprocess.STDOUT,
        )
        try:
            body = json.dumps({"inputs": [{"entities": {"item_id": "i7"}}]}).encode()
            wait_for(f"http://127.0.0.1:{port}/v1/endpoints/y/predict", body)
            rows = [
                [what, cost(workspace, port, server.pid, script, *variants)]
                for what, variants in [
                    ("one version", ["live=y:1/100"]), ("two versions, 90/10", ["a=y:1/90", "b=y:2/10"]),
                    ("two versions and a shadow", ["a=y:1/90", "b=y:2/10", "--shadow", "c=y:2"]),
                    ("one version again", ["live=y:1/100"]),
                ]
            ]
            table("What a split costs (200 trees, 16 connections)", ["traffic", "server CPU µs/request"], rows)

            load = wrk(port, script, 86_400)
            started = time.monotonic()
            for number in range(switches):
                blue, green = (0, 100) if number % 2 == 0 else (100, 0)
                martlet(workspace, "route", "y", f"blue=y:1/{blue}", f"green=y:2/{green}", "--by", "bench")
            elapsed = time.monotonic() - started
            load.send_signal(2)
            requests, failures = read(load.communicate()[0])
            rows = [[switches, requests, failures, elapsed / switches * 1_000]]
            table("Switches under load", ["switches", "requests", "failed requests", "ms for each"], rows)

            load = wrk(port, script, 86_400)
            watch = Watch(port)
            watch.start()
            times = []
            for number in range(101):
                blue, green = (0, 100) if number % 2 == 0 else (100, 0)
                started = time.monotonic()
                martlet(workspace, "route", "y", f"blue=y:1/{blue}", f"green=y:2/{green}", "--by", "bench")
                taken = watch.first("blue" if blue else "green", started)
                if number:
                    times.append(taken)
            watch.running = False
            load.send_signal(2)
            _, failures = read(load.communicate()[0])
            rows = [[len(times), statistics.median(times), max(times), failures]]
            table(
                "Rollbacks under load, from the start of the command to the first answer of the other version",
                ["rollbacks", "median s", "longest s", "failed requests"], rows,
            )
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
