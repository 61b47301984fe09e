"""Models from Python served by Martlet, and models of Martlet loaded in Python, with the same numbers.

Beside MLFLOW_TRACKING_URI it needs MARTLET_BINARY and MARTLET_WORKSPACE, whose server this is: a workspace with
recipes for the models `price` (LightGBM) and `level` (XGBoost) on the columns area and floor, and the endpoints price,
level, boost, forest, other, exported and network.
"""

import os
import subprocess
import time

import lightgbm
import mlflow
import numpy
import pandas
import xgboost
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression, Ridge

from harness import http, main, unique

RANDOM = numpy.random.default_rng(11)
TABLE = pandas.DataFrame({"area": RANDOM.uniform(20, 200, 500), "floor": RANDOM.integers(1, 30, 500)})
LABEL = TABLE["area"] * 3 + TABLE["floor"] * 0.5 + RANDOM.normal(0, 1, 500)


def martlet(*arguments, status=0):
    done = subprocess.run(
        [os.environ["MARTLET_BINARY"], *arguments], cwd=os.environ["MARTLET_WORKSPACE"], capture_output=True, text=True
    )
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def deploy(version, endpoint):
    martlet("models", "approve", version, "--reason", "a test")
    martlet("deploy", endpoint, "--model", version)


def predict(endpoint, rows, version=None):
    """Asks until the new deployment is live."""
    body = {"inputs": [{"features": row} for row in rows]}
    for _ in range(100):
        status, _, answer = http("POST", f"/v1/endpoints/{endpoint}/predict", body)
        if status not in (404, 503) and version in (None, str(answer.get("model", {}).get("version"))):
            return status, answer
        time.sleep(0.2)
    raise AssertionError(f"endpoint {endpoint} did not become live: {status} {answer}")


def rows(table):
    return [{name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
            for row in table.to_dict("records")]


def values(answer):
    return [item["value"] for item in answer["predictions"]]


def test_a_lightgbm_model_of_python_is_served_with_its_signature():
    mlflow.set_experiment(unique("serve"))
    model = lightgbm.train({"verbose": -1}, lightgbm.Dataset(TABLE, LABEL), 30)
    name = unique("boosted")
    with mlflow.start_run():
        mlflow.lightgbm.log_model(
            model, name="m", registered_model_name=name, signature=infer_signature(TABLE, model.predict(TABLE))
        )
    refusal = martlet("deploy", "boost", "--model", f"{name}:1", status=1)
    assert "PendingManualApproval" in refusal, refusal
    deploy(f"{name}:1", "boost")
    status, answer = predict("boost", rows(TABLE.head(50)))
    assert status == 200 and values(answer) == model.predict(TABLE.head(50)).tolist()
    for wrong, code in (
        ({"area": 50}, "request.missingFeature"), ({"area": "x", "floor": 1}, "request.wrongType"),
        ({"area": 50, "floor": 1, "rooms": 2}, "request.unknownFeature"), ({"area": 50, "floor": 1.5}, "request.wrongType"),
    ):
        status, answer = predict("boost", [wrong])
        assert status == 422 and answer["code"] == code, (wrong, answer)
    assert MlflowClient().get_model_version(name, 1).tags["martlet.approval_status"] == "Approved"


def test_text_columns_are_categories():
    mlflow.set_experiment(unique("serve"))
    table = TABLE.assign(kind=pandas.Categorical(["apt", "villa", "한옥", "house"] * 125))
    model = lightgbm.train({"verbose": -1}, lightgbm.Dataset(table, LABEL + table["kind"].cat.codes * 50), 30)
    name = unique("categories")
    with mlflow.start_run():
        mlflow.lightgbm.log_model(
            model, name="m", registered_model_name=name,
            signature=infer_signature(table.astype({"kind": "str"}), model.predict(table)),
        )
    deploy(f"{name}:1", "other")
    status, answer = predict("other", rows(table.head(40).astype({"kind": "str"})))
    assert status == 200 and values(answer) == model.predict(table.head(40)).tolist()


def test_an_xgboost_model_in_its_binary_form_is_served():
    mlflow.set_experiment(unique("serve"))
    label = (LABEL > LABEL.median()).astype(int)
    model = xgboost.train({"objective": "binary:logistic", "max_depth": 4}, xgboost.DMatrix(TABLE, label), 25)
    name = unique("forest")
    with mlflow.start_run():
        mlflow.xgboost.log_model(model, name="m", registered_model_name=name, signature=infer_signature(TABLE, label))
    deploy(f"{name}:1", "forest")
    status, answer = predict("forest", rows(TABLE.head(50)))
    served = numpy.array(values(answer), dtype=numpy.float32)
    assert status == 200 and numpy.array_equal(served, model.predict(xgboost.DMatrix(TABLE.head(50))))
    assert {item["label"] for item in answer["predictions"]} == {0, 1}


def test_an_onnx_model_is_served():
    import onnx
    from onnx import TensorProto, helper

    mlflow.set_experiment(unique("serve"))
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Sigmoid", ["m"], ["y"])], "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])],
        [helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [0.01, -0.05])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    table = TABLE.astype("float32")
    name = unique("network")
    with mlflow.start_run():
        info = mlflow.onnx.log_model(
            model, name="m", registered_model_name=name, signature=infer_signature(table, numpy.zeros(1, "float32"))
        )
    wanted = mlflow.pyfunc.load_model(info.model_uri).predict(table.head(30))
    wanted = numpy.asarray(wanted["y"] if hasattr(wanted, "keys") else wanted, dtype="float32").ravel()
    deploy(f"{name}:1", "network")
    status, answer = predict("network", rows(table.head(30)))
    assert status == 200 and numpy.allclose(numpy.array(values(answer), dtype="float32"), wanted, rtol=1e-6), answer
    status, _, answer = http(
        "POST", "/v1/endpoints/network/predict", {"inputs": [{"features": {"area": 1, "floor": 2}}], "explain": True}
    )
    assert status == 422 and answer["code"] == "request.notExplainable"


def test_a_scikit_learn_model_is_tracked_and_not_served_until_it_is_exported():
    import skl2onnx

    mlflow.set_experiment(unique("serve"))
    name = unique("ridge")
    ridge = Ridge().fit(TABLE, LABEL)
    with mlflow.start_run():
        mlflow.sklearn.log_model(ridge, name="m", registered_model_name=name)
    martlet("models", "approve", f"{name}:1", "--reason", "a test")
    refusal = martlet("deploy", "other", "--model", f"{name}:1", status=1)
    advice = "skl2onnx.to_onnx(model, numpy.asarray(X[:1], 'float32'))"
    assert "scikit-learn" in refusal and advice in " ".join(refusal.split()), refusal
    classifier = LogisticRegression().fit(TABLE, LABEL > LABEL.median())
    exported = (
        (ridge, {}, ridge.predict(TABLE)),
        (classifier, {"options": {"zipmap": False}}, classifier.predict_proba(TABLE)[:, 1]),
    )
    with mlflow.start_run():
        for number, (model, options, answers) in enumerate(exported, 2):
            mlflow.onnx.log_model(
                skl2onnx.to_onnx(model, numpy.asarray(TABLE[:1], "float32"), **options), name=f"m{number}",
                signature=infer_signature(TABLE, answers), registered_model_name=name,
            )
    for number, (_, _, answers) in enumerate(exported, 2):
        deploy(f"{name}:{number}", "exported")
        status, answer = predict("exported", rows(TABLE.head(30)), f"{number}")
        assert status == 200 and numpy.allclose(values(answer), answers[:30], rtol=1e-4, atol=1e-4), answer
        labels = [prediction.get("label") for prediction in answer["predictions"]]
        wanted = classifier.predict(TABLE.head(30)).astype(int).tolist() if number == 3 else [None] * 30
        assert labels == wanted, answer


def test_a_model_that_martlet_trained_predicts_the_same_in_python():
    martlet("ingest")
    martlet("train", "--recipe-file", "recipes/price.yaml")
    deploy("price:1", "price")
    client = MlflowClient()
    client.set_registered_model_alias("price", "champion", 1)
    table = TABLE.head(60).astype({"floor": "int64"})
    status, answer = predict("price", rows(table))
    assert status == 200, answer
    booster = mlflow.lightgbm.load_model("models:/price@champion")
    assert booster.predict(table).tolist() == values(answer)
    model = mlflow.pyfunc.load_model("models:/price/1")
    assert numpy.asarray(model.predict(table)).tolist() == values(answer)
    assert [column.name for column in model.metadata.get_input_schema().inputs] == ["area", "floor"]
    run = client.get_run(client.get_model_version("price", 1).run_id)
    assert run.data.params["recipe"] == "price" and run.inputs.dataset_inputs[0].dataset.digest
    staged = mlflow.lightgbm.load_model("models:/price/Staging")
    assert staged.predict(table).tolist() == values(answer)


def test_an_xgboost_model_that_martlet_trained_predicts_the_same_in_python():
    martlet("ingest")
    martlet("train", "--recipe-file", "recipes/level.yaml")
    deploy("level:1", "level")
    table = TABLE.head(60).astype({"floor": "int64"})
    status, answer = predict("level", rows(table))
    assert status == 200, answer
    served = numpy.array(values(answer), dtype="float32")
    booster = mlflow.xgboost.load_model("models:/level/1")
    assert numpy.array_equal(booster.predict(xgboost.DMatrix(table)), served)
    assert numpy.array_equal(numpy.asarray(mlflow.pyfunc.load_model("models:/level/1").predict(table)), served)


main(globals())
