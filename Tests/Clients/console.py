"""The console in a real browser: pages, keys, live updates, decisions."""

import http.client as http_protocol
import json
import struct
import threading
import time
import urllib.parse
import zlib

import browser
import harness
from harness import SERVER, http, unique

API = "/api/2.0/mlflow"
FILES = "/api/2.0/mlflow-artifacts/artifacts"


def call(path, body):
    """Asks the tracking interface and returns the answer."""
    status, _, answer = http("POST", API + path, body)
    assert status == 200, f"{path}: {status} {answer}"
    return answer


def png():
    """A small picture."""
    rows = b"".join(b"\0" + bytes([40, 80, 200] * 24) for _ in range(16))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 24, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def put(run, name, data):
    """Saves an artifact of a run."""
    path = f"{FILES}/{run['experiment_id']}/{run['run_id']}/artifacts/{urllib.parse.quote(name)}"
    status, _, answer = http("PUT", path, data, {"Content-Type": "application/octet-stream"}, raw=True)
    assert status == 200, answer


def make_run(experiment, name, leaves, end=True):
    """A run with params, curves and test metrics."""
    start = int(time.time() * 1000) - 60_000
    run = call("/runs/create", {"experiment_id": experiment, "run_name": name, "user_id": "ada", "start_time": start})
    info = run["run"]["info"]
    metrics = []
    for step in range(60):
        for part, gap in (("train", 0.0), ("valid", 0.25)):
            value = 3 / (1 + step / leaves) + gap
            metrics.append({"key": f"{part}_loss", "value": value, "timestamp": start + 500 * step, "step": step})
    for key, value in (("test_mae", 300 - leaves), ("test_r2", 0.9 + leaves / 1000), ("test_rmse", 410.5 - leaves)):
        metrics.append({"key": key, "value": value, "timestamp": start + 40_000, "step": 0})
    params = [{"key": "num_leaves", "value": str(leaves)}, {"key": "objective", "value": "regression"}]
    call("/runs/log-batch", {"run_id": info["run_id"], "metrics": metrics, "params": params})
    if end:
        call("/runs/update", {"run_id": info["run_id"], "status": "FINISHED", "end_time": start + 59_000})
    return info


def make_version(model, run):
    """A version of `model` made by `run`, and its number."""
    http("POST", API + "/registered-models/create", {"name": model})
    source = f"mlflow-artifacts:/{run['experiment_id']}/{run['run_id']}/artifacts/model"
    answer = call("/model-versions/create", {"name": model, "source": source, "run_id": run["run_id"]})
    return answer["model_version"]["version"]


class World:
    """What the tests look at, made once."""

    made = None

    @classmethod
    def get(cls):
        cls.made = cls.made or World()
        return cls.made

    def __init__(self):
        self.experiment = call("/experiments/create", {"name": unique("apartments")})["experiment_id"]
        self.runs = [make_run(self.experiment, f"leaves {leaves}", leaves) for leaves in (7, 15, 31, 63)]
        run = self.runs[2]
        put(run, "model/model_card.md", "# Card\n\nA **flat**.\n\n| part | rows |\n| --- | ---: |\n| train | 7 |\n".encode())
        put(run, "model/importance.json", json.dumps([
            {"column": "area", "mean_abs_shap": 12.5}, {"column": "층", "mean_abs_shap": 3.25},
        ]).encode())
        put(run, "plots/roc.png", png())
        put(run, "tables/예측.csv", "id,value\n1,2.5\n2,3.5\n".encode())
        dataset = {"name": "sales", "digest": "abc123", "source_type": "local", "source": json.dumps({"uri": "sales.csv"})}
        call("/runs/log-inputs", {"run_id": run["run_id"], "datasets": [
            {"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "training"}]},
        ]})
        self.model = unique("price")
        self.version = make_version(self.model, run)

    def pages(self):
        run, model = self.runs[2]["run_id"], f"/console/models/{self.model}"
        several = "&".join(f"run={one['run_id']}" for one in self.runs)
        return [
            "/console", "/console/indicators", "/console/data", "/console/features", "/console/quality", "/console/retraining",
            "/console/alerts", "/console/pipelines", "/console/experiments", f"/console/experiments/{self.experiment}", f"/console/runs/{run}", f"/console/runs/{run}/metrics",
            f"/console/runs/{run}/metrics?x=time&y=log", f"/console/runs/{run}/artifacts",
            f"/console/runs/{run}/artifacts?path=model/importance.json", f"/console/runs/{run}/artifacts?path=plots/roc.png",
            f"/console/runs/{run}/artifacts?path=model/model_card.md",
            f"/console/runs/{run}/artifacts?path=" + urllib.parse.quote("tables/예측.csv"), f"/console/compare?{several}",
            "/console/models", "/console/endpoints", model, f"{model}/versions/{self.version}", f"{model}/versions/{self.version}/artifacts",
            "/console/ledger", "/console/sign-in",
        ]


def look(**options):
    """A page of a browser that ends with the test run."""
    if not hasattr(look, "browser"):
        look.browser = browser.Browser().__enter__()
    return look.browser.page(**options)


def test_every_page_loads_without_an_error():
    world = World.get()
    for options in ({}, {"dark": True}, {"language": "ko-KR,ko;q=0.9"}, {"width": 420}):
        page = look(**options)
        for address in world.pages():
            page.open(SERVER + address)
            assert page.evaluate("document.querySelectorAll('h1').length") == 1, f"{address} has no single heading"
            wanted = "ko" if "language" in options else "en"
            assert page.evaluate("document.documentElement.lang") == wanted
            text = page.evaluate("document.body.innerText")
            assert "{{t." not in text and "{{#" not in text and "undefined" not in text, f"{address}: {text[:400]}"
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} pixels wider than the window {options}"
            assert not page.problems, f"{address} {options}: {page.problems}"
        page.close()


def test_the_dark_colours_follow_the_system_and_the_choice():
    page = look(dark=True)
    page.open(SERVER + "/console/experiments")
    light, dark = "rgb(250, 249, 246)", "rgb(19, 21, 25)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.evaluate("document.querySelector('.top .menu').open = true")
    page.evaluate("document.querySelector('button[name=theme][value=light]').click()")
    page.wait_for(f"getComputedStyle(document.body).backgroundColor === '{light}'")
    page.evaluate("document.querySelector('button[name=language][value=ko]').click()")
    page.wait_for("document.documentElement.lang === 'ko' && document.readyState === 'complete'")
    assert page.evaluate("document.querySelector('h1').textContent") == "실험"
    assert not page.problems, page.problems
    page.close()


def test_runs_are_sorted_and_filtered_by_keyboard():
    world = World.get()
    page = look()
    page.open(f"{SERVER}/console/experiments/{world.experiment}")
    names = "[...document.querySelectorAll('tbody .run-name')].map(one => one.lastChild.textContent.trim())"
    page.evaluate("[...document.querySelectorAll('th a')].find(one => one.textContent.includes('test_mae')).click()")
    page.wait_for("location.search.includes('sort=metrics.test_mae')")
    page.wait_for("document.readyState === 'complete'")
    assert page.evaluate(names) == ["leaves 63", "leaves 31", "leaves 15", "leaves 7"], page.evaluate(names)
    page.press("/")
    page.wait_for("document.activeElement.id === 'filter'")
    page.type("metrics.test_r2 > 0.92 AND params.num_leaves = '31'")
    page.press("Enter")
    page.wait_for("location.search.includes('filter=') && document.readyState === 'complete'")
    assert page.evaluate(names) == ["leaves 31"], page.evaluate(names)
    page.evaluate("document.getElementById('filter').value = 'metrics.test_r2 >> 1'")
    page.evaluate("document.getElementById('filter').form.requestSubmit()")
    page.wait_for("document.getElementById('filter-problem') !== null")
    assert not page.problems, page.problems
    page.close()


def test_chosen_runs_are_compared():
    world = World.get()
    page = look()
    page.open(f"{SERVER}/console/experiments/{world.experiment}")
    assert page.evaluate("document.querySelector('[data-compare]').disabled")
    for index in range(3):
        page.evaluate(f"document.querySelectorAll('input[name=run]')[{index}].focus()")
        page.press(" ")
    page.wait_for("document.querySelector('[data-compare]').textContent === 'Compare 3'")
    page.evaluate("document.querySelector('[data-compare]').click()")
    page.wait_for("document.querySelectorAll('.strand').length === 3")
    assert page.evaluate("document.querySelectorAll('.scatter .dot').length") == 3
    assert page.evaluate("document.querySelectorAll('td.best').length") > 0
    assert not page.problems, page.problems
    page.close()


def test_a_running_run_changes_on_the_page_by_itself():
    experiment = call("/experiments/create", {"name": unique("live")})["experiment_id"]
    run = make_run(experiment, "on its way", 31, end=False)
    table, detail = look(), look()
    table.open(f"{SERVER}/console/experiments/{experiment}")
    detail.open(f"{SERVER}/console/runs/{run['run_id']}")
    assert table.evaluate("document.querySelectorAll('.status.running').length") == 1
    table.evaluate("document.querySelector('input[name=run]').click(); document.activeElement.blur(); window.kept = 1")
    now = int(time.time() * 1000)
    call("/runs/log-batch", {"run_id": run["run_id"], "metrics": [
        {"key": "test_mae", "value": 123.5, "timestamp": now, "step": 1},
    ]})
    call("/runs/update", {"run_id": run["run_id"], "status": "FINISHED", "end_time": now})
    table.wait_for("document.querySelectorAll('.status.finished').length === 1")
    assert table.evaluate("document.querySelector('tbody').innerText.includes('123.5')")
    assert table.evaluate("document.querySelector('input[name=run]').checked && window.kept === 1")
    detail.wait_for("document.getElementById('run-live').innerText.includes('123.5')")
    assert not table.problems + detail.problems, table.problems + detail.problems
    table.close()
    detail.close()


def tab_to(page, selector):
    """Presses Tab until what `selector` names has the focus."""
    for _ in range(60):
        page.press("Tab")
        if page.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_version_is_approved_by_keyboard_alone():
    world = World.get()
    page = look()
    page.open(f"{SERVER}/console/models/{world.model}/versions/{world.version}")
    assert page.evaluate("document.querySelector('.page-head .badge').textContent") == "Pending"
    tab_to(page, "#by")
    page.type("Ada 박")
    tab_to(page, "#reason")
    page.type("better than <the> champion & cheaper")
    tab_to(page, "button[value=approve]")
    page.press("Enter")
    page.wait_for("document.querySelector('[role=status]') !== null && document.readyState === 'complete'")
    assert page.evaluate("document.querySelector('.page-head .badge').textContent") == "Approved"
    assert "better than <the> champion & cheaper" in page.evaluate("document.querySelector('.decisions').innerText")
    # Changing it needs a reason: the browser itself asks for one.
    assert page.evaluate("document.getElementById('reason').required")
    assert page.evaluate("document.getElementById('by').value") == "Ada 박"
    page.open(SERVER + "/console/ledger")
    entry = page.evaluate("document.querySelector('.entries li').innerText")
    assert "Approved" in entry and "Ada 박" in entry and f"{world.model}:{world.version}" in entry, entry
    assert page.evaluate("document.querySelector('.chain').classList.contains('good')")
    assert not page.problems, page.problems
    page.close()


def test_what_people_write_is_shown_and_never_run():
    poison = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>'\"{{token}} 이름" + "긴" * 120
    experiment = call("/experiments/create", {"name": unique("x") + poison})["experiment_id"]
    run = make_run(experiment, poison, 31)
    call("/runs/log-batch", {"run_id": run["run_id"], "tags": [
        {"key": "mlflow.note.content", "value": "[x](javascript:window.hacked=1) " + poison}, {"key": "note", "value": poison},
    ], "params": [{"key": "p", "value": poison}]})
    extremes = [1.7e308, -1.7e308, 5e-324, "NaN", "Infinity", "-Infinity", -0.0, 9007199254740993.0]
    call("/runs/log-batch", {"run_id": run["run_id"], "metrics": [
        {"key": name, "value": value, "timestamp": 1, "step": step}
        for step, value in enumerate(extremes) for name in ("extreme", "아주 긴 지표 " + "가" * 200)
    ]})
    put(run, "a.md", poison.encode())
    put(run, "b.json", json.dumps({poison: poison}).encode())
    put(run, "c.csv", ("h\n" + poison + "\n").encode())
    put(run, "d.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.hacked=1</script></svg>")
    put(run, "e.html", poison.encode())
    page = look()
    own = f"/console/runs/{run['run_id']}"
    for address in [
        "/console/experiments", f"/console/experiments/{experiment}", own, own + "/metrics", own + "/metrics?x=time&y=log",
        f"/console/compare?run={run['run_id']}&run={World.get().runs[0]['run_id']}",
        *[f"{own}/artifacts?path={name}" for name in ("a.md", "b.json", "c.csv", "d.svg", "e.html")], own + "/files/d.svg",
    ]:
        page.problems.clear()
        page.open(SERVER + address)
        assert page.evaluate("window.hacked === undefined"), f"script ran on {address}"
        if "/files/" not in address:
            assert not page.problems, f"{address}: {page.problems}"
            assert page.evaluate("document.querySelector('a[href^=javascript]') === null")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} pixels wider than the window"
    page.close()
    status, headers, _ = http("GET", own + "/files/e.html", raw=True)
    assert status == 200 and headers["Content-Disposition"].startswith("attachment"), dict(headers)
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]


def test_a_form_of_another_page_changes_nothing():
    world = World.get()
    path = f"/console/models/{world.model}/versions/{world.version}/decision"
    body = b"decision=reject&by=eve&reason=no"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for headers, form in (
        (kind, body), (kind | {"Cookie": "martlet_form=" + "a" * 64}, body),
        (kind | {"Cookie": "martlet_form=" + "a" * 64}, body + b"&token=" + b"b" * 64),
        (kind | {"Cookie": "martlet_form=" + "a" * 64, "Origin": "https://evil.example"}, body + b"&token=" + b"a" * 64),
        (kind | {"Cookie": "martlet_form=" + "a" * 64, "Sec-Fetch-Site": "cross-site"}, body + b"&token=" + b"a" * 64),
    ):
        status, _, _ = http("POST", path, form, headers, raw=True)
        assert status == 403, f"{status} for {headers}"


def test_links_that_mlflow_prints_lead_here():
    world = World.get()
    run = world.runs[0]["run_id"]
    page = look()
    page.open(f"{SERVER}/#/experiments/{world.experiment}/runs/{run}")
    page.wait_for(f"location.pathname === '/console/runs/{run}'")
    page.close()


def test_ten_thousand_runs_stay_quick():
    experiment = call("/experiments/create", {"name": unique("many")})["experiment_id"]
    address = urllib.parse.urlsplit(SERVER)

    def work(part):
        connection = http_client(address)
        for index in range(part, 10_000, 8):
            run = post(connection, "/runs/create", {
                "experiment_id": experiment, "run_name": f"run {index}", "start_time": 1_700_000_000_000 + index,
            })["run"]["info"]["run_id"]
            post(connection, "/runs/log-batch", {
                "run_id": run, "params": [{"key": "depth", "value": str(index % 12)}],
                "metrics": [{"key": "test_mae", "value": (index * 7919) % 10_000, "timestamp": 1, "step": 0}],
            })

    workers = [threading.Thread(target=work, args=(part,)) for part in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    slowest = 0
    for query in ("", "?sort=metrics.test_mae", "?filter=" + urllib.parse.quote("metrics.test_mae < 500"), "?page=100"):
        start = time.monotonic()
        status, _, body = http("GET", f"/console/experiments/{experiment}{query}", raw=True)
        slowest = max(slowest, time.monotonic() - start)
        assert status == 200 and body.count(b'<tr data-run="') == 100, body.count(b'<tr data-run="')
    print(f"        the slowest page of 10,000 runs took {slowest * 1000:.0f} ms")
    assert slowest < 2, slowest


def http_client(address):
    return http_protocol.HTTPConnection(address.hostname, address.port)


def post(connection, path, body):
    connection.request("POST", API + path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    assert response.status == 200, content
    return json.loads(content)


if __name__ == "__main__":
    try:
        harness.main(globals())
    finally:
        if hasattr(look, "browser"):
            look.browser.__exit__()
