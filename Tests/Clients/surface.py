"""Every endpoint of the protocol: each is answered, and nothing a client can send is an error of the server."""

import json
import pathlib
import random
import re
import uuid

from harness import http, main

API = "/api/2.0/mlflow"
# Method, path and fields; a field with `!` must be there.
ENDPOINTS = """
POST experiments/create name! artifact_location tags
GET experiments/get experiment_id!
GET experiments/get-by-name experiment_name!
POST experiments/search max_results page_token filter order_by view_type
GET experiments/search max_results page_token filter order_by view_type
POST experiments/update experiment_id! new_name
POST experiments/delete experiment_id!
POST experiments/restore experiment_id!
POST experiments/set-experiment-tag experiment_id! key! value!
POST experiments/delete-experiment-tag experiment_id! key!
POST runs/create experiment_id user_id run_name start_time tags
POST runs/update run_id! status end_time run_name
POST runs/delete run_id!
POST runs/restore run_id!
GET runs/get run_id!
POST runs/search experiment_ids filter run_view_type max_results order_by page_token
POST runs/log-metric run_id! key! value! timestamp! step model_id dataset_name dataset_digest
POST runs/log-parameter run_id! key! value
POST runs/set-tag run_id! key! value
POST runs/delete-tag run_id! key!
POST runs/log-batch run_id! metrics params tags
POST runs/log-model run_id! model_json!
POST runs/log-inputs run_id! datasets models
POST runs/outputs run_id! models
GET metrics/get-history run_id! metric_key! page_token max_results
GET metrics/get-history-bulk-interval run_ids! metric_key! start_step end_step max_results
GET artifacts/list run_id! path page_token
POST logged-models experiment_id! name model_type source_run_id params tags
POST logged-models/search experiment_ids filter datasets max_results order_by page_token
GET logged-models/MODEL
PATCH logged-models/MODEL model_id status!
DELETE logged-models/MODEL
PATCH logged-models/MODEL/tags tags
DELETE logged-models/MODEL/tags/KEY
POST logged-models/MODEL/params params
GET logged-models/MODEL/artifacts/directories artifact_directory_path page_token
POST registered-models/create name! tags description deployment_job_id
POST registered-models/rename name! new_name!
PATCH registered-models/update name! description
DELETE registered-models/delete name!
GET registered-models/get name!
GET registered-models/search filter max_results order_by page_token
POST registered-models/get-latest-versions name! stages
GET registered-models/get-latest-versions name! stages
POST registered-models/set-tag name! key! value
DELETE registered-models/delete-tag name! key!
POST registered-models/alias name! alias! version!
DELETE registered-models/alias name! alias!
GET registered-models/alias name! alias!
POST model-versions/create name! source! run_id tags run_link description model_id
PATCH model-versions/update name! version! description
POST model-versions/transition-stage name! version! stage! archive_existing_versions
DELETE model-versions/delete name! version!
GET model-versions/get name! version!
GET model-versions/search filter max_results order_by page_token
GET model-versions/get-download-uri name! version!
POST model-versions/set-tag name! version! key! value
DELETE model-versions/delete-tag name! version! key!
"""
CALLS = [line.split() for line in ENDPOINTS.strip().splitlines()]
# What the guide says is not here.
GUIDE = (pathlib.Path(__file__).parent.parent.parent / "docs/mlflow.md").read_text(encoding="utf-8")
ABSENT = re.findall(r"`([\w/-]+)`", "".join(re.findall(r"^- .*$", GUIDE.split("## What is not there")[1], re.M)))
VALUES = [
    None, "", " ", "x", "가" * 3, "\u0000", "\ud83d\ude00", "a/../b", "..", "%", "'", "\"", "`", "a" * 300, "v1", "latest", "-1",
    "NaN", "1e400", "9223372036854775808", "models:/", "models:/a/b/c", "models:/m-x", "runs:/", "runs:/x", "mlflow-artifacts:/",
    "s3://", ":", "metrics.a > 'x'", "tags.`a = '1'", "name LIKE", "name = 'a' AND", "attributes.start_time > '", "run_id IN (",
    "params.a IN ('1')", "dataset.x = '1'", "((((", "name ASC DESC", "metrics.a", "tags. = '1'", 0, 1, -1, 1.5, -0.0, 2**31,
    2**53 + 1, 2**63 - 1, -(2**63), 2**64, 1e308, float("nan"), float("inf"), True, False, [], [None], [[]], [1], ["x"], [{}],
    [{"key": None}], [{"key": "k"}], [{"key": "k", "value": 1}], [{"key": 1, "value": "v"}], [{"key": "k" * 300, "value": "v"}],
    [{"key": "k", "value": "v" * 9000}], [{"key": "m", "value": 1, "timestamp": -1}], [{"key": "m", "value": "x", "timestamp": 1}],
    [{"key": "m", "value": 1, "timestamp": 2**62, "step": 2**62}], [{"model_id": "m-1"}], [{"model_id": 1}], [{"dataset": {}}],
    [{"dataset": {"name": "n", "digest": "d" * 40, "source_type": "s", "source": "s"}}], [{"field_name": "metrics.a"}],
    [{"field_name": "nothing"}], [{"dataset_name": 1}], {}, {"a": 1},
]
BODIES = [
    b"", b"{", b"[]", b"null", b"1", b"\"x\"", b"\"{}\"", b"\xff\xfe", b"{\"name\": \"\xff\"}", b"{\"a\": " * 100, b"[" * 5000,
    b"{\"name\": \"\\ud800\"}", b"{\"max_results\": 1e999}", b"{\"a\": 1} x", b"{\"run_id\": \"a\", \"run_id\": 5}", b"{,}",
]


def path_of(path, model):
    return f"{API}/{path.replace('MODEL', model).replace('KEY', 'k')}"


def send(method, path, body):
    if method == "GET" and isinstance(body, dict):
        pairs = []
        for name, value in body.items():
            for one in value if isinstance(value, list) else [value]:
                text = one if isinstance(one, str) else json.dumps(one)
                pairs.append(f"{name}={''.join(f'%{byte:02x}' for byte in text.encode('utf-8', 'surrogatepass'))}")
        return http("GET", f"{path}?{'&'.join(pairs)}")
    return http(method, path, body)


def made():
    """An experiment, a run, a logged model, and a registered model with a version, to be mistreated."""
    name = f"surface-{uuid.uuid4().hex[:8]}"
    experiment = http("POST", f"{API}/experiments/create", {"name": name})[2]["experiment_id"]
    run = http("POST", f"{API}/runs/create", {"experiment_id": experiment})[2]["run"]["info"]["run_id"]
    body = {"experiment_id": experiment, "name": "m"}
    model = http("POST", f"{API}/logged-models", body)[2]["model"]["info"]["model_id"]
    assert http("POST", f"{API}/registered-models/create", {"name": name})[0] == 200
    version = {"name": name, "source": f"models:/{model}"}
    assert http("POST", f"{API}/model-versions/create", version)[2]["model_version"]["version"] == "1"
    return {
        "experiment_id": experiment, "experiment_ids": [experiment], "run_id": run, "run_ids": [run], "model_id": model,
        "name": name, "experiment_name": name, "version": "1", "key": "k", "value": "1", "timestamp": 1, "metric_key": "m",
        "new_name": name + "x", "alias": "a", "stage": "None", "archive_existing_versions": False, "status": "LOGGED_MODEL_READY",
        "source": f"models:/{model}", "model_json": "{}", "path": "", "source_run_id": run, "start_step": 0, "end_step": 5,
    }


def test_every_endpoint_is_answered():
    for method, path, *fields in CALLS:
        for base in ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow"):
            status, _, answer = http(method, f"{base}/{path.replace('MODEL', 'm-0').replace('KEY', 'k')}",
                                     None if method == "GET" else {})
            assert status in (200, 400, 404), (method, path, status, answer)
            assert answer.get("error_code") not in ("ENDPOINT_NOT_FOUND", "METHOD_NOT_ALLOWED"), (method, path, answer)
            required = [field[:-1] for field in fields if field.endswith("!")]
            if required and "MODEL" not in path:
                assert answer["error_code"] == "INVALID_PARAMETER_VALUE", (method, path, answer)


def test_what_the_guide_says_is_not_here_answers_501():
    assert len(ABSENT) > 25
    for name in ABSENT:
        for base in ("/api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/2.0/mlflow", "/ajax-api/3.0/mlflow"):
            for method, path in (("GET", f"{name}/abc"), ("POST", name), ("POST", f"{name}/search")):
                status, _, answer = http(method, f"{base}/{path}", None if method == "GET" else {})
                assert (status, answer["error_code"]) == (501, "NOT_IMPLEMENTED"), (method, path, status, answer)


def test_each_required_field_is_asked_for_by_name():
    good = made()
    for method, path, *fields in CALLS:
        required = [field[:-1] for field in fields if field.endswith("!")]
        for missing in required:
            body = {name: good[name] for name in required if name != missing}
            status, _, answer = send(method, path_of(path, good["model_id"]), body)
            assert status == 400 and answer["error_code"] == "INVALID_PARAMETER_VALUE", (method, path, missing, answer)
            assert missing in answer["message"], (method, path, missing, answer)


def check(method, path, body, status, answer):
    assert status < 500, (method, path, body, status, answer)
    if status >= 400:
        assert set(answer) == {"error_code", "message"} and answer["message"], (method, path, body, status, answer)


def test_no_field_breaks_the_server():
    good = made()
    chance = random.Random(3)
    for method, path, *fields in CALLS:
        if path.endswith(("/delete", "experiments/update", "registered-models/rename")):
            continue
        names = [field.rstrip("!") for field in fields]
        required = [field[:-1] for field in fields if field.endswith("!")]
        for name in names:
            for value in chance.sample(VALUES, 20):
                body = {**{key: good[key] for key in required}, name: value}
                status, _, answer = send(method, path_of(path, good["model_id"]), body)
                check(method, path, body, status, answer)


def test_no_body_breaks_the_server():
    for method, path, *_ in CALLS:
        if method == "GET":
            for query in ("?", "?=", "?a=%", "?name=%ff", "?name", "?&&&", "?max_results=x", "?" + "a=1&" * 500):
                status, _, answer = http("GET", f"{API}/{path}{query}")
                check(method, path, query, status, answer)
            continue
        for body in BODIES:
            status, _, answer = http(method, path_of(path, "m-0"), body)
            check(method, path, body, status, answer)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/api/2.0/mlflow-artifacts/mpu/create/a", "/api/2.0/mlflow-artifacts/mpu/complete/a",
                     "/api/2.0/mlflow-artifacts/mpu/abort/a", "/api/2.0/mlflow-artifacts/mpu/part/x/y/z",
                     "/api/2.0/mlflow-artifacts/mpu/part/..%2f..%2fx/1/z", "/api/2.0/mlflow-artifacts/presigned/%ff"):
            for body in BODIES + [b'{"path": "x", "num_parts": "2", "upload_id": "../../x", "parts": [{"part_number": 1, "etag": "e"}]}']:
                status, _, answer = http(method, path, body, raw=True)
                assert status < 500, (method, path, body, status, answer)


def test_the_largest_of_everything():
    good = made()
    run = good["run_id"]
    cases = [
        ("runs/log-parameter", {"run_id": run, "key": "p", "value": "v" * 6000}, {"key": "q", "value": "v" * 6001}),
        ("runs/log-parameter", {"run_id": run, "key": "k" * 250, "value": "v"}, {"key": "k" * 251}),
        ("runs/set-tag", {"run_id": run, "key": "t", "value": "v" * 8000}, {"value": "v" * 8001}),
        ("runs/set-tag", {"run_id": run, "key": "t" * 250, "value": "v"}, {"key": "t" * 251}),
        ("runs/log-metric", {"run_id": run, "key": "m" * 250, "value": 1, "timestamp": 1}, {"key": "m" * 251}),
        ("experiments/create", {"name": uuid.uuid4().hex + "n" * 468}, {"name": "n" * 501}),
        ("experiments/set-experiment-tag", {"experiment_id": good["experiment_id"], "key": "k" * 250, "value": "v" * 20000},
         {"value": "v" * 20001}),
        ("experiments/set-experiment-tag", {"experiment_id": good["experiment_id"], "key": "k", "value": "v"}, {"key": "k" * 251}),
        ("registered-models/set-tag", {"name": good["name"], "key": "k" * 250, "value": "v" * 100000}, {"value": "v" * 100001}),
        ("model-versions/set-tag", {"name": good["name"], "version": "1", "key": "k" * 250, "value": "v" * 100000},
         {"key": "k" * 251}),
        ("registered-models/alias", {"name": good["name"], "alias": "a" * 255, "version": "1"}, {"alias": "a" * 256}),
        ("runs/log-inputs", {"run_id": run, "datasets": [{"dataset": {
            "name": "n" * 500, "digest": "d" * 36, "source_type": "t", "source": "s" * 65535, "schema": "c" * 1048575}}]},
         {"datasets": [{"dataset": {"name": "n" * 501, "digest": "d", "source_type": "t", "source": "s"}}]}),
        ("runs/log-inputs", {"run_id": run, "datasets": []},
         {"datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "t", "source": "s" * 65536}}]}),
        ("runs/log-inputs", {"run_id": run, "datasets": [{"dataset": {"name": "n", "digest": "1", "source_type": "t", "source": "s"},
                                                          "tags": [{"key": "k" * 255, "value": "v" * 500}]}]},
         {"datasets": [{"dataset": {"name": "n", "digest": "1", "source_type": "t", "source": "s"},
                        "tags": [{"key": "k", "value": "v" * 501}]}]}),
    ]
    for path, body, change in cases:
        status, _, answer = http("POST", f"{API}/{path}", body)
        assert status == 200, (path, status, answer, str(body)[:80])
        status, _, answer = http("POST", f"{API}/{path}", {**body, **change})
        assert status == 400 and answer["error_code"] == "INVALID_PARAMETER_VALUE", (path, status, str(answer)[:300])
        assert len(answer["message"]) < 2000, (path, len(answer["message"]))


main(globals())
