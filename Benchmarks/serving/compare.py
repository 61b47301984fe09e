"""One prediction by entity id over HTTP: Martlet beside FastAPI + redis-py + LightGBM, in one run.

Both serve the same LightGBM model (200 trees of 31 leaves) and the same 100,000 entities of nine features, with as many
processes as each is usually run with (Martlet 1, uvicorn 2 workers). wrk runs on the same two cores, so compare CPU time
per request, which the load generator does not touch; requests a second are what was left over for the server.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import lightgbm
import pandas
import redis

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from measure import cpu_seconds, free_port, require, resident_megabytes, table, tree, wait_for  # noqa: E402
from workspace import FEATURES, martlet, write_data, write_workspace  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = (1, 16, 64)
SECONDS = 4

LUA = """
local count = 0
request = function()
  count = count + 1
  local id = (count * 7919 + {seed}) % 100000
  return wrk.format("POST", "{path}", {{["Content-Type"] = "application/json"}},
    '{{"inputs":[{{"entities":{{"item_id":"i' .. id .. '"}}}}]}}')
end
"""


def load(port: int, path: str, pids: list[int], connections: int, folder: pathlib.Path) -> list:
    script = folder / f"load-{port}.lua"
    script.write_text(LUA.format(path=path, seed=connections))
    before = cpu_seconds(pids)
    output = subprocess.run(
        [require("wrk"), "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", script, f"http://127.0.0.1:{port}"],
        text=True, stdout=subprocess.PIPE, check=True,
    ).stdout
    used = cpu_seconds(pids) - before
    requests = int(re.search(r"(\d+) requests in", output)[1])
    if "Non-2xx" in output:
        raise SystemExit(f"requests failed:\n{output}")
    quantile = {name: re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", output) for name in ("50", "99")}
    scale = {"us": 0.001, "ms": 1, "s": 1000}
    p50, p99 = (float(quantile[name][1]) * scale[quantile[name][2]] for name in ("50", "99"))
    return [requests / SECONDS, p50, p99, used / requests * 1e6]


def serve_martlet(workspace: pathlib.Path, folder: pathlib.Path, body: bytes):
    port = free_port()
    started = time.monotonic()
    process = subprocess.Popen(
        ["martlet", "serve", "--workspace", workspace, "--port", str(port)],
        stdout=(folder / "martlet.log").open("w"), stderr=subprocess.STDOUT,
    )
    wait_for(f"http://127.0.0.1:{port}/v1/endpoints/y/predict", body)
    return process, port, (time.monotonic() - started) * 1000


def serve_peer(folder: pathlib.Path, model: pathlib.Path, socket: pathlib.Path, body: bytes):
    port = free_port()
    environment = dict(os.environ, PEER_REDIS=str(socket), PEER_MODEL=str(model))
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "peer_app:app", "--port", str(port), "--workers", "2", "--log-level", "warning"],
        cwd=HERE, env=environment, stdout=(folder / "peer.log").open("w"), stderr=subprocess.STDOUT,
    )
    wait_for(f"http://127.0.0.1:{port}/predict", body)
    return process, port, (time.monotonic() - started) * 1000


def fill_redis(folder: pathlib.Path, data: pathlib.Path):
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        [require("redis-server"), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    while not socket.exists():
        time.sleep(0.01)
    client = redis.Redis(unix_socket_path=str(socket))
    frame = pandas.read_csv(data)
    pipe = client.pipeline(transaction=False)
    for number, row in enumerate(frame[["item_id", *FEATURES]].itertuples(index=False)):
        pipe.hset("item:" + row[0], mapping=dict(zip(FEATURES, row[1:])))
        if number % 5_000 == 0:
            pipe.execute()
    pipe.execute()
    return server, socket


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as name:
        folder = pathlib.Path(name)
        workspace = folder / "workspace"
        data = write_data(folder)
        write_workspace(workspace, data)
        for command in (
            ["ingest"], ["features", "apply"], ["train", "--recipe-file", str(workspace / "recipes/y.yaml")],
            ["models", "approve", "y:1", "--reason", "benchmark", "--by", "bench"],
            ["deploy", "y", "--model", "y:1", "--by", "bench"], ["features", "materialize"],
        ):
            martlet(workspace, *command)
        frame = pandas.read_csv(data)
        booster = lightgbm.train(
            {"objective": "regression", "num_leaves": 31, "learning_rate": 0.1, "verbosity": -1},
            lightgbm.Dataset(frame[FEATURES], frame["y"]), 200,
        )
        model = folder / "peer.txt"
        booster.save_model(model)
        body = json.dumps({"inputs": [{"entities": {"item_id": "i7"}}]}).encode()

        ours, port, start = serve_martlet(workspace, folder, body)
        try:
            idle = resident_megabytes(tree(ours.pid))
            for connections in CONNECTIONS:
                figures = load(port, "/v1/endpoints/y/predict", tree(ours.pid), connections, folder)
                rows.append(["Martlet", connections, *figures, start, idle])
        finally:
            ours.terminate()
            ours.wait()
        store, socket = fill_redis(folder, data)
        try:
            peer, port, start = serve_peer(folder, model, socket, body)
            try:
                idle = resident_megabytes(tree(peer.pid))
                for connections in CONNECTIONS:
                    figures = load(port, "/predict", tree(peer.pid), connections, folder)
                    rows.append(["FastAPI + redis-py + LightGBM", connections, *figures, start, idle])
            finally:
                peer.terminate()
                peer.wait()
        finally:
            store.terminate()
            store.wait()
    table(
        "One prediction by entity id (200 trees × 31 leaves, 9 features, 100,000 entities)",
        ["stack", "connections", "requests/s", "p50 ms", "p99 ms", "server CPU µs/request", "start ms", "memory MB"], rows,
    )
    print("\nThe peer's CPU time leaves out its Redis server.")
    for index, connections in enumerate(CONNECTIONS):
        print(f"CPU per request at {connections} connections: 1 / {rows[index + 3][5] / rows[index][5]:.1f} of the peer's")


if __name__ == "__main__":
    main()
