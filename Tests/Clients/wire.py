"""The protocol itself, by plain HTTP: what clients send that the Python client's methods do not show."""

import math
import os

from harness import http, main, unique

API = "/api/2.0/mlflow"


def created():
    status, _, answer = http("POST", f"{API}/runs/create", {"experiment_id": "0", "start_time": "1700000000123"})
    assert status == 200, answer
    return answer["run"]


def test_health_version_and_server_info():
    assert http("GET", "/health")[2] == b"OK" and http("GET", "/version")[2].count(b".") == 2
    for base in ("/api", "/ajax-api"):
        status, _, info = http("GET", f"{base}/3.0/mlflow/server-info")
        assert status == 200 and info["store_type"] == "SqlStore" and info["artifact_serving_enabled"] is True


def test_numbers_come_as_numbers_or_strings():
    run = created()
    assert run["info"]["start_time"] == 1700000000123 and run["info"]["run_uuid"] == run["info"]["run_id"]
    identifier = run["info"]["run_id"]
    for step, value in (("1", 0.5), (2, "0.75"), ("3", "NaN"), (4, "-Infinity")):
        body = {"run_id": identifier, "run_uuid": identifier, "key": "m", "value": value, "timestamp": "5", "step": step,
                "unknown": {"a": [1]}}
        assert http("POST", f"{API}/runs/log-metric", body) [0] == 200
    raw = b'{"run_id": "%s", "key": "m", "value": NaN, "timestamp": 6, "step": 5}' % identifier.encode()
    assert http("POST", f"{API}/runs/log-metric", raw)[0] == 200
    points = http("GET", f"{API}/metrics/get-history?run_id={identifier}&run_uuid={identifier}&metric_key=m")[2]["metrics"]
    assert [point["value"] for point in points] == [0.5, 0.75, "NaN", -1.7976931348623157e308, "NaN"]
    assert [point["step"] for point in points] == [1, 2, 3, 4, 5] and points[0]["timestamp"] == 5


def test_empty_lists_are_left_out():
    run = created()
    assert "metrics" not in run["data"] and run["inputs"] == {}
    status, _, answer = http("POST", f"{API}/experiments/search", {"max_results": 5, "filter": "name = 'no such'"})
    assert (status, answer) == (200, {})
    assert http("POST", f"{API}/runs/search", {"experiment_ids": ["0"], "filter": "metrics.none > 1"})[2] == {}


def test_errors_have_the_shape_and_status_clients_expect():
    cases = [
        ("GET", f"{API}/experiments/get?experiment_id=987654321", None, 404, "RESOURCE_DOES_NOT_EXIST", "No Experiment"),
        ("POST", f"{API}/experiments/create", {}, 400, "INVALID_PARAMETER_VALUE",
         "Missing value for required parameter 'name'. See the API docs"),
        ("POST", f"{API}/experiments/create", b"{not json", 400, "INVALID_PARAMETER_VALUE", "required parameter 'name'"),
        ("POST", f"{API}/experiments/create", {"name": 5}, 400, "INVALID_PARAMETER_VALUE",
         "Invalid value 5 for parameter 'name' supplied"),
        ("POST", f"{API}/runs/search", {"experiment_ids": ["0"], "max_results": 50001}, 400, "INVALID_PARAMETER_VALUE",
         "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000"),
        ("POST", f"{API}/runs/search", {"experiment_ids": ["0"], "max_results": "foo"}, 400, "INVALID_PARAMETER_VALUE",
         "Invalid value \"foo\" for parameter 'max_results' supplied"),
        ("POST", f"{API}/runs/search", {"experiment_ids": ["0"], "page_token": "bad"}, 400, "INVALID_PARAMETER_VALUE", ""),
        ("POST", f"{API}/runs/log-metric", {"run_id": created()["info"]["run_id"], "key": "m", "timestamp": 1}, 400,
         "INVALID_PARAMETER_VALUE", "'value'"),
        ("POST", f"{API}/runs/log-parameter", {"run_id": "x", "key": "p", "value": "1"}, 404, "RESOURCE_DOES_NOT_EXIST", ""),
        ("GET", "/api/2.0/mlflow/traces/abc", None, 501, "NOT_IMPLEMENTED", "traces"),
        ("GET", "/api/2.0/mlflow/nothing/here", None, 404, "ENDPOINT_NOT_FOUND", ""),
        ("GET", f"{API}/runs/create", None, 405, "METHOD_NOT_ALLOWED", "POST"),
    ]
    for method, path, body, wanted, code, text in cases:
        status, _, answer = http(method, path, body)
        assert status == wanted and answer["error_code"] == code and text in answer["message"], (path, status, answer)


def test_batches_have_limits():
    run = created()["info"]["run_id"]
    def metrics(count):
        return [{"key": "m", "value": 1, "timestamp": 1, "step": index} for index in range(count)]
    for body in (
        {"metrics": metrics(1001)},
        {"params": [{"key": f"p{index}", "value": "v"} for index in range(101)]},
        {"tags": [{"key": f"t{index}", "value": "v"} for index in range(101)]},
        {"metrics": metrics(950), "params": [{"key": f"p{index}", "value": "v"} for index in range(60)]},
        {"params": [{"key": "p", "value": "a"}, {"key": "p", "value": "b"}]},
        {"params": [{"key": "p", "value": "x" * 6001}]},
        {"params": [{"key": "p" * 251, "value": "x"}]},
        {"metrics": [{"key": "m", "value": 1}]},
        {"metrics": metrics(1), "tags": [{"value": "no key"}]},
    ):
        status, _, answer = http("POST", f"{API}/runs/log-batch", {"run_id": run, **body})
        assert status == 400 and answer["error_code"] == "INVALID_PARAMETER_VALUE", answer
    data = http("GET", f"{API}/runs/get?run_id={run}")[2]["run"]["data"]
    assert "metrics" not in data and "params" not in data


def test_history_in_pages_and_in_bulk():
    first, second = created()["info"]["run_id"], created()["info"]["run_id"]
    for run in (first, second):
        metrics = [{"key": "m", "value": step, "timestamp": 1, "step": step} for step in range(25)]
        assert http("POST", f"{API}/runs/log-batch", {"run_id": run, "metrics": metrics})[0] == 200
    steps, token = [], ""
    for _ in range(10):
        path = f"{API}/metrics/get-history?run_id={first}&metric_key=m&max_results=10&page_token={token}"
        answer = http("GET", path)[2]
        steps += [point["step"] for point in answer["metrics"]]
        token = answer.get("next_page_token")
        if not token:
            break
    assert steps == list(range(25))
    bulk = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
    answer = http("GET", f"{bulk}?run_id={first}&run_id={second}&metric_key=m&max_results=1000")[2]
    assert len(answer["metrics"]) == 50 and {point["run_id"] for point in answer["metrics"]} == {first, second}
    assert http("GET", f"{bulk}?metric_key=m")[0] == 400
    answer = http("GET", f"{API}/metrics/get-history-bulk-interval?run_ids={first}&run_ids={second}&metric_key=m"
                  "&start_step=5&end_step=9&max_results=100")[2]
    assert sorted(point["step"] for point in answer["metrics"]) == sorted(2 * list(range(5, 10)))


def test_artifact_paths_ranges_and_listings():
    files = "/api/2.0/mlflow-artifacts/artifacts"
    folder = unique("wire")
    data = os.urandom(100_000)
    name = f"{folder}/a%20b%2B%EA%B0%80.bin"
    status, headers, body = http("PUT", f"{files}/{name}", data, {"Content-Type": "application/octet-stream"})
    assert status == 200 and body == b""
    status, headers, body = http("GET", f"{files}/{name}", raw=True)
    assert status == 200 and body == data and headers["Content-Length"] == "100000"
    assert headers["X-Content-Type-Options"] == "nosniff" and "attachment" in headers["Content-Disposition"]
    for header, wanted in (("bytes=0-9", data[:10]), ("bytes=99990-", data[-10:]), ("bytes=-5", data[-5:]),
                           ("bytes=50000-999999", data[50000:])):
        status, headers, body = http("GET", f"{files}/{name}", headers={"Range": header}, raw=True)
        assert status == 206 and body == wanted and headers["Content-Range"].endswith("/100000"), header
    assert http("GET", f"{files}/{name}", headers={"Range": "bytes=100000-"}, raw=True)[0] == 416
    listed = http("GET", f"{files}?path={folder}")[2]["files"]
    assert listed == [{"path": "a b+가.bin", "is_dir": False, "file_size": 100000}]
    assert http("GET", f"{files}?path={folder}/none")[2] == {}
    assert http("GET", f"{files}/{folder}/none", raw=False)[2]["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    for wrong in ("..%2Fx", "%2e%2e/x", "%252e%252e/x", "a/%2e%2e/%2e%2e/b", "a%5C..%5Cb", "%2Fetc%2Fpasswd"):
        for method, body in (("GET", None), ("PUT", b"x"), ("DELETE", None)):
            status, _, answer = http(method, f"{files}/{wrong}", body)
            assert status == 400 and answer["error_code"] == "INVALID_PARAMETER_VALUE", (method, wrong, answer)
    assert http("GET", f"{files}?path=..%2F..")[0] == 400
    status, _, body = http("DELETE", f"{files}/{name}")
    assert status == 200 and http("GET", f"{files}/{name}")[0] == 404
    run = created()["info"]
    http("PUT", f"{files}/{run['artifact_uri'].split(':/')[1]}/dir/x.txt", b"hello", {"Content-Type": "text/plain"})
    assert http("GET", f"/get-artifact?run_id={run['run_id']}&path=dir/x.txt")[2] == b"hello"
    listed = http("GET", f"{API}/artifacts/list?run_id={run['run_id']}&path=dir")[2]
    assert listed["root_uri"] == run["artifact_uri"] and [item["path"] for item in listed["files"]] == ["dir/x.txt"]


def test_uploads_in_parts():
    base = "/api/2.0/mlflow-artifacts"
    folder = unique("parts")
    data = os.urandom(11 << 20)
    status, _, made = http("POST", f"{base}/mpu/create/{folder}", {"path": "/local/file/big.bin", "num_parts": 3})
    assert status == 200 and [part["part_number"] for part in made["credentials"]] == [1, 2, 3], made
    parts = []
    size = 5 << 20
    for part in made["credentials"]:
        path = part["url"].split("/", 3)[3]
        start = (part["part_number"] - 1) * size
        status, headers, _ = http("PUT", "/" + path, data[start:start + size], part.get("headers", {}), raw=True)
        assert status == 200 and headers["ETag"]
        parts.append({"part_number": part["part_number"], "etag": headers["ETag"], "url": part["url"]})
    assert http("GET", f"{base}/artifacts/{folder}/big.bin")[0] == 404
    complete = {"path": "big.bin", "upload_id": made["upload_id"], "parts": parts}
    status, _, answer = http("POST", f"{base}/mpu/complete/{folder}", complete)
    assert status == 200, answer
    assert http("GET", f"{base}/artifacts/{folder}/big.bin", raw=True)[2] == data
    made = http("POST", f"{base}/mpu/create/{folder}", {"path": "gone.bin", "num_parts": 1})[2]
    assert http("POST", f"{base}/mpu/abort/{folder}", {"path": "gone.bin", "upload_id": made["upload_id"]})[0] == 200
    assert http("POST", f"{base}/mpu/create/{folder}", {"path": "x", "num_parts": 0})[0] == 400


def test_what_is_not_there():
    for method, path in (("GET", "/api/2.0/mlflow-artifacts/presigned/a/b"), ("GET", "/api/3.0/mlflow/traces/x"),
                         ("POST", "/api/2.0/mlflow/scorers/register"), ("GET", "/ajax-api/2.0/mlflow/gateway-proxy")):
        status, _, answer = http(method, path, {} if method == "POST" else None)
        assert status in (404, 501) and answer["error_code"] in ("NOT_IMPLEMENTED", "RESOURCE_DOES_NOT_EXIST"), path


main(globals())
