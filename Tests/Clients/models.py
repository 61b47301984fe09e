"""Models logged, registered and loaded by the real MLflow client."""

import os
import tempfile

import lightgbm
import mlflow
import numpy
import pandas
import requests
import xgboost
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression, Ridge

from harness import http, main, refused, unique

RANDOM = numpy.random.default_rng(7)
TABLE = pandas.DataFrame({"area": RANDOM.uniform(20, 200, 400), "floor": RANDOM.integers(1, 30, 400).astype(float)})
LABEL = TABLE["area"] * 3 + TABLE["floor"] * 0.5 + RANDOM.normal(0, 1, 400)


def same(first, second):
    numpy.testing.assert_array_equal(numpy.asarray(first).ravel(), numpy.asarray(second).ravel())


def test_lightgbm_from_log_to_load():
    mlflow.set_experiment(unique("lightgbm"))
    name = unique("price")
    model = lightgbm.train({"objective": "regression", "verbose": -1}, lightgbm.Dataset(TABLE, LABEL), 20)
    wanted = model.predict(TABLE)
    with mlflow.start_run() as run:
        info = mlflow.lightgbm.log_model(
            model, name="model", registered_model_name=name, signature=infer_signature(TABLE, wanted),
            input_example=TABLE.head(2),
        )
    client = MlflowClient()
    version = client.get_model_version(name, "1")
    assert version.source == f"models:/{info.model_id}" and version.run_id == run.info.run_id
    assert version.status == "READY"
    raw = http("GET", f"/api/2.0/mlflow/model-versions/get?name={name}&version=1")[2]["model_version"]
    assert raw["model_id"] == info.model_id and raw["run_id"] == run.info.run_id
    download = client.get_model_version_download_uri(name, "1")
    assert download.startswith("mlflow-artifacts:/") and download.endswith(f"/models/{info.model_id}/artifacts")
    same(mlflow.lightgbm.load_model(f"models:/{info.model_id}").predict(TABLE), wanted)
    same(mlflow.lightgbm.load_model(f"models:/{name}/1").predict(TABLE), wanted)
    same(mlflow.lightgbm.load_model(f"models:/{name}/latest").predict(TABLE), wanted)
    same(mlflow.lightgbm.load_model(f"runs:/{run.info.run_id}/model").predict(TABLE), wanted)
    client.set_registered_model_alias(name, "champion", 1)
    same(mlflow.lightgbm.load_model(f"models:/{name}@champion").predict(TABLE), wanted)
    client.transition_model_version_stage(name, 1, "production")
    same(mlflow.lightgbm.load_model(f"models:/{name}/Production").predict(TABLE), wanted)
    same(mlflow.pyfunc.load_model(f"models:/{name}/1").predict(TABLE), wanted)
    logged = mlflow.get_logged_model(info.model_id)
    assert logged.status == "READY" and logged.source_run_id == run.info.run_id and "mlflow.modelVersions" in logged.tags
    assert [output.model_id for output in client.get_run(run.info.run_id).outputs.model_outputs] == [info.model_id]


def test_xgboost_and_sklearn():
    mlflow.set_experiment(unique("others"))
    booster = xgboost.train({"max_depth": 3}, xgboost.DMatrix(TABLE, LABEL), 10)
    ridge = Ridge(alpha=0.5).fit(TABLE, LABEL)
    with mlflow.start_run() as run:
        first = mlflow.xgboost.log_model(booster, name="boost")
        second = mlflow.sklearn.log_model(ridge, name="ridge")
    same(mlflow.xgboost.load_model(first.model_uri).predict(xgboost.DMatrix(TABLE)), booster.predict(xgboost.DMatrix(TABLE)))
    same(mlflow.sklearn.load_model(second.model_uri).predict(TABLE), ridge.predict(TABLE))
    same(mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/ridge").predict(TABLE), ridge.predict(TABLE))


def test_onnx():
    from onnx import TensorProto, helper

    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [3.0, 0.5])
    graph = helper.make_graph(
        [node], "linear", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])], [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    with mlflow.start_run():
        info = mlflow.onnx.log_model(model, name="onnx")
    assert mlflow.onnx.load_model(info.model_uri).graph.name == "linear"


def test_a_model_registered_by_the_uri_of_its_run():
    mlflow.set_experiment(unique("uri"))
    model = LinearRegression().fit(TABLE, LABEL)
    name = unique("linear")
    with mlflow.start_run() as run:
        mlflow.sklearn.log_model(model, name="model")
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    assert version.run_id == run.info.run_id
    same(mlflow.sklearn.load_model(f"models:/{name}/{version.version}").predict(TABLE), model.predict(TABLE))
    copied = MlflowClient().copy_model_version(f"models:/{name}/1", unique("copy"))
    same(mlflow.sklearn.load_model(f"models:/{copied.name}/1").predict(TABLE), model.predict(TABLE))


def test_logged_models():
    client = MlflowClient()
    experiment = client.create_experiment(unique("logged"))
    first = client.create_logged_model(experiment, name="a", tags={"kind": "x"}, params={"depth": "3"}, model_type="agent")
    second = client.create_logged_model(experiment, name="b")
    assert first.status == "PENDING" and first.model_id.startswith("m-") and len(first.model_id) == 34
    assert first.artifact_location == f"mlflow-artifacts:/{experiment}/models/{first.model_id}/artifacts"
    client.finalize_logged_model(first.model_id, "READY")
    client.set_logged_model_tags(second.model_id, {"kind": "y", "more": "1"})
    client.delete_logged_model_tag(second.model_id, "more")
    refused(lambda: client.delete_logged_model_tag(second.model_id, "more"))
    client.log_model_params(second.model_id, {"depth": "5"})
    run = client.create_run(experiment).info.run_id
    client.log_metric(run, "acc", 0.5, model_id=first.model_id, dataset_name="d", dataset_digest="1")
    client.log_metric(run, "acc", 0.7, model_id=second.model_id, dataset_name="d", dataset_digest="2")
    found = client.get_logged_model(first.model_id)
    assert found.status == "READY" and found.tags == {"kind": "x"} and found.params == {"depth": "3"}
    assert [(m.key, m.value, m.dataset_digest, m.run_id) for m in found.metrics] == [("acc", 0.5, "1", run)]

    def search(text="", **options):
        page = client.search_logged_models([experiment], filter_string=text or None, **options)
        return [model.name for model in page]

    assert sorted(search()) == ["a", "b"] and search("name = 'a'") == ["a"] and search("tags.kind = 'y'") == ["b"]
    assert search("metrics.acc > 0.6") == ["b"] and search("params.depth = '3'") == ["a"]
    assert search("model_type = 'agent'") == ["a"] and search("status = 'READY'") == ["a"]
    assert search("name IN ('a', 'b')", order_by=[{"field_name": "name", "ascending": False}]) == ["b", "a"]
    assert search(order_by=[{"field_name": "metrics.acc"}]) == ["a", "b"]
    assert search("metrics.acc > 0.1", datasets=[{"dataset_name": "d", "dataset_digest": "2"}]) == ["b"]
    page = client.search_logged_models([experiment], max_results=1, order_by=[{"field_name": "name"}])
    rest = client.search_logged_models([experiment], max_results=1, order_by=[{"field_name": "name"}], page_token=page.token)
    assert [page[0].name, rest[0].name] == ["a", "b"]
    client.delete_logged_model(first.model_id)
    assert search() == ["b"]
    refused(lambda: client.get_logged_model(first.model_id), "RESOURCE_DOES_NOT_EXIST")
    refused(lambda: client.get_logged_model("m-" + "0" * 32), "RESOURCE_DOES_NOT_EXIST")


def test_artifacts_of_every_kind():
    client = MlflowClient()
    run = client.create_run("0").info.run_id
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/in/deep")
        for name, data in {
            "in/plain.txt": b"text", "in/deep/big.bin": os.urandom(3 << 20), "in/빈 이름+1.csv": b"a,b\n", "in/empty": b"",
            "in/100%.txt": b"percent",
        }.items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(data)
        client.log_artifacts(run, f"{folder}/in", "all")
        client.log_artifact(run, f"{folder}/in/plain.txt")
        target = client.download_artifacts(run, "all", dst_path=folder)
        for name in ("plain.txt", "deep/big.bin", "빈 이름+1.csv", "empty", "100%.txt"):
            with open(f"{folder}/in/{name}", "rb") as first, open(f"{target}/{name}", "rb") as second:
                assert first.read() == second.read(), name
    names = [(item.path, item.is_dir, item.file_size) for item in client.list_artifacts(run, "all")]
    assert ("all/deep", True, None) in names and ("all/plain.txt", False, 4) in names and len(names) == 5
    assert client.list_artifacts(run, "none") == []
    assert [item.path for item in client.list_artifacts(run)] == ["all", "plain.txt"]


def test_a_large_artifact_goes_in_parts():
    settings = {
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true", "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(5 << 20),
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 << 20),
    }
    client = MlflowClient()
    run = client.create_run("0").info.run_id
    content = os.urandom((13 << 20) + 7)
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/큰 file.bin", "wb") as file:
            file.write(content)
        os.environ.update(settings)
        addresses, send = [], requests.Session.request
        requests.Session.request = lambda self, method, url, *a, **b: addresses.append(url) or send(self, method, url, *a, **b)
        try:
            client.log_artifact(run, f"{folder}/큰 file.bin", "large")
        finally:
            requests.Session.request = send
            for name in settings:
                del os.environ[name]
        with open(client.download_artifacts(run, "large/큰 file.bin", dst_path=folder), "rb") as file:
            assert file.read() == content
    assert sum("/mpu/part/" in address for address in addresses) == 3, addresses
    assert [item.path for item in client.list_artifacts(run, "large")] == ["large/큰 file.bin"]


main(globals())
