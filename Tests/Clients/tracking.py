"""Experiments, runs, params, metrics, tags and searches by the real MLflow client."""

import math
import threading
import time

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType

from harness import main, refused, unique


def test_a_run_from_start_to_end():
    name = unique("first")
    experiment = mlflow.set_experiment(name)
    with mlflow.start_run(run_name="one", description="what it is") as run:
        mlflow.log_param("depth", 5)
        mlflow.log_params({"rate": 0.1, "kind": "트리"})
        mlflow.log_metric("rmse", 1.5, step=0)
        mlflow.log_metrics({"rmse": 1.25, "r2": 0.9}, step=1)
        mlflow.set_tag("team", "가격")
        mlflow.log_text("hello", "notes/readme.txt")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
    found = mlflow.get_run(run.info.run_id)
    assert found.info.status == "FINISHED" and found.info.end_time >= found.info.start_time
    assert found.info.run_name == "one" and found.data.tags["mlflow.runName"] == "one"
    assert found.info.experiment_id == experiment.experiment_id
    assert found.data.params == {"depth": "5", "rate": "0.1", "kind": "트리"}
    assert found.data.metrics == {"rmse": 1.25, "r2": 0.9}
    assert found.data.tags["team"] == "가격" and found.data.tags["mlflow.note.content"] == "what it is"
    assert found.info.artifact_uri.startswith("mlflow-artifacts:/")
    assert mlflow.artifacts.load_text(f"{found.info.artifact_uri}/notes/readme.txt") == "hello"
    assert [item.path for item in MlflowClient().list_artifacts(run.info.run_id)] == ["config.json", "notes"]
    runs = mlflow.search_runs(filter_string="metrics.rmse < 1.3 and params.kind = '트리'", output_format="list")
    assert [item.info.run_id for item in runs] == [run.info.run_id]
    table = mlflow.search_runs(experiment_names=[name])
    assert list(table["metrics.r2"]) == [0.9]


def test_a_failed_run_and_a_nested_run():
    mlflow.set_experiment(unique("nested"))
    try:
        with mlflow.start_run():
            raise ValueError("no")
    except ValueError:
        pass
    assert mlflow.last_active_run().info.status == "FAILED"
    with mlflow.start_run() as parent:
        with mlflow.start_run(nested=True) as child:
            pass
    assert MlflowClient().get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    found = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list"
    )
    assert [run.info.run_id for run in found] == [child.info.run_id]


def test_experiments():
    client = MlflowClient()
    name = unique("experiment")
    identifier = client.create_experiment(name, tags={"owner": "ada"})
    assert client.get_experiment(identifier).name == name
    assert client.get_experiment_by_name(name).tags == {"owner": "ada"}
    assert client.get_experiment(identifier).artifact_location == f"mlflow-artifacts:/{identifier}"
    refused(lambda: client.create_experiment(name), "RESOURCE_ALREADY_EXISTS")
    refused(lambda: client.get_experiment("99999999"), "RESOURCE_DOES_NOT_EXIST", "No Experiment with id=99999999 exists")
    assert client.get_experiment_by_name(unique("none")) is None
    client.set_experiment_tag(identifier, "stage", "lab")
    client.delete_experiment_tag(identifier, "owner")
    refused(lambda: client.delete_experiment_tag(identifier, "owner"), "RESOURCE_DOES_NOT_EXIST")
    assert client.get_experiment(identifier).tags == {"stage": "lab"}
    client.rename_experiment(identifier, name + "-2")
    assert client.get_experiment_by_name(name) is None
    run = client.create_run(identifier)
    client.delete_experiment(identifier)
    assert client.get_experiment(identifier).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    refused(lambda: client.create_run(identifier), "INVALID_PARAMETER_VALUE", "must be in the 'active' state")
    client.restore_experiment(identifier)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"
    assert client.get_experiment("0").name == "Default"


def test_search_of_experiments():
    client = MlflowClient()
    mark = unique("found")
    made = [client.create_experiment(f"{mark}-{index}", tags={"mark": mark, "n": str(index)}) for index in range(5)]
    found = client.search_experiments(filter_string=f"tags.mark = '{mark}'", order_by=["name DESC"])
    assert [item.name for item in found] == [f"{mark}-{index}" for index in (4, 3, 2, 1, 0)]
    found = client.search_experiments(filter_string=f"name LIKE '{mark}%' AND tags.n != '2'", order_by=["name ASC"])
    assert [item.tags["n"] for item in found] == ["0", "1", "3", "4"]
    found = client.search_experiments(filter_string=f"name ILIKE '{mark.upper()}%'", max_results=2)
    assert len(found) == 2 and found.token
    rest = client.search_experiments(filter_string=f"name ILIKE '{mark.upper()}%'", max_results=3, page_token=found.token)
    assert len(rest) == 3 and not rest.token
    assert {item.experiment_id for item in [*found, *rest]} == set(made)
    client.delete_experiment(made[0])
    both = f"tags.mark = '{mark}'"
    assert len(client.search_experiments(filter_string=both)) == 4
    assert len(client.search_experiments(view_type=ViewType.DELETED_ONLY, filter_string=both)) == 1
    assert len(client.search_experiments(view_type=ViewType.ALL, filter_string=both)) == 5
    assert len(client.search_experiments(filter_string=both + " AND creation_time > 1")) == 4


def test_search_of_runs():
    client = MlflowClient()
    experiment = client.create_experiment(unique("search"))
    runs = []
    for index in range(6):
        run = client.create_run(experiment, run_name=f"Run {index}", start_time=1_700_000_000_000 + index)
        identifier = run.info.run_id
        runs.append(identifier)
        client.log_metric(identifier, "acc", index / 10)
        client.log_metric(identifier, "val loss", 10 - index)
        client.log_param(identifier, "model", "lightgbm" if index % 2 else "XGBoost")
        if index > 2:
            client.set_tag(identifier, "good", "yes")
            client.log_param(identifier, "extra", str(index))
    client.log_metric(runs[5], "odd", math.nan)
    client.log_metric(runs[0], "odd", 1.0)
    client.set_terminated(runs[0], "FAILED")

    def found(filter_string="", order_by=None, **options):
        page = client.search_runs([experiment], filter_string, order_by=order_by or [], **options)
        return [runs.index(item.info.run_id) for item in page]

    assert found() == [5, 4, 3, 2, 1, 0]
    assert found("metrics.acc > 0.25 AND metrics.acc <= 0.4") == [4, 3]
    assert found("metric.`val loss` < 6") == [5]
    assert found('metrics."val loss" >= 9') == [1, 0]
    assert found("params.model = 'lightgbm'") == [5, 3, 1]
    assert found("params.model LIKE 'X%'") == [4, 2, 0] and found("params.model LIKE 'x%'") == []
    assert found("parameter.model ILIKE 'xgb%'") == [4, 2, 0]
    assert found("tags.good = 'yes'") == [5, 4, 3] and found("tags.good IS NULL") == [2, 1, 0]
    assert found("params.extra IS NOT NULL") == [5, 4, 3] and found("params.extra != '4'") == [5, 3]
    assert found("status = 'FAILED'") == [0] and found("attributes.status != 'FAILED'") == [5, 4, 3, 2, 1]
    assert found("attribute.run_name = 'Run 3'") == [3] and found("`run name` LIKE 'Run%' and run.status='FAILED'") == [0]
    assert found("tags.mlflow.runName = 'Run 4'") == [4]
    assert found(f"run_id IN ('{runs[1]}', '{runs[2]}')") == [2, 1]
    assert found(f"run_id NOT IN ('{runs[1]}', '{runs[2]}')") == [5, 4, 3, 0]
    assert found(f"run_id = '{runs[2]}'") == [2]
    assert found("start_time > 1700000000003") == [5, 4] and found("created <= 1700000000000") == [0]
    assert found(order_by=["metrics.acc ASC"]) == [0, 1, 2, 3, 4, 5]
    assert found(order_by=["params.model DESC", "start_time"]) == [1, 3, 5, 0, 2, 4]
    assert found(order_by=["params.extra"])[:3] == [3, 4, 5] and found(order_by=["params.extra DESC"])[:3] == [5, 4, 3]
    assert found(order_by=["metrics.odd"])[0] == 0 and found(order_by=["metrics.odd DESC"])[0] == 0
    assert found(order_by=["attribute.run_name asc"], max_results=2) == [0, 1]
    page = client.search_runs([experiment], max_results=4, order_by=["metrics.acc"])
    rest = client.search_runs([experiment], max_results=4, order_by=["metrics.acc"], page_token=page.token)
    assert len(page) == 4 and len(rest) == 2 and not rest.token
    client.delete_run(runs[5])
    assert found() == [4, 3, 2, 1, 0]
    assert found(run_view_type=ViewType.DELETED_ONLY) == [5] and len(found(run_view_type=ViewType.ALL)) == 6
    for wrong in (
        "metrics.acc = 'x'", "params.model = 3", "metrics.acc > 0.1 OR metrics.acc < 0", "status IN ('FAILED')",
        "metrics.acc LIKE 'x'", "nothing.acc = 1", "unknown = 'x'", "params.model = lightgbm", "metrics.acc >",
        "params.model = 'x",
    ):
        refused(lambda: found(wrong), "INVALID_PARAMETER_VALUE")
    refused(lambda: found(order_by=["nonsense"]), "INVALID_PARAMETER_VALUE")
    refused(lambda: found(max_results=50_001), "INVALID_PARAMETER_VALUE", "It must be at most 50000")


def test_search_by_dataset():
    client = MlflowClient()
    experiment = client.create_experiment(unique("datasets"))
    first, second = (client.create_run(experiment).info.run_id for _ in range(2))
    for run, digest, use in ((first, "aaa", "training"), (second, "bbb", "eval")):
        dataset = Dataset(name="sales", digest=digest, source_type="local", source="{}", schema="s", profile="p")
        client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", use), InputTag("who", "me")])])
    inputs = client.get_run(first).inputs.dataset_inputs
    assert len(inputs) == 1 and inputs[0].dataset.digest == "aaa" and inputs[0].dataset.schema == "s"
    assert {tag.key: tag.value for tag in inputs[0].tags} == {"mlflow.data.context": "training", "who": "me"}

    def found(text):
        return {run.info.run_id for run in client.search_runs([experiment], text)}

    assert found("datasets.name = 'sales'") == {first, second}
    assert found("dataset.digest = 'aaa'") == {first} and found("dataset.digest IN ('bbb', 'ccc')") == {second}
    assert found("dataset.context = 'training'") == {first} and found("dataset.name LIKE 'sal%'") == {first, second}


def test_metrics_of_every_kind():
    client = MlflowClient()
    run = client.create_run("0").info.run_id
    now = int(time.time() * 1000)
    values = [1.0, math.nan, math.inf, -math.inf, -0.0, 1e-300, 5e-324, 1.7976931348623157e308, 0.1 + 0.2]
    for step, value in enumerate(values):
        client.log_metric(run, "m", value, timestamp=now, step=step)
    history = client.get_metric_history(run, "m")
    assert [point.step for point in history] == list(range(len(values)))
    for point, value in zip(history, values):
        wanted = math.copysign(1.7976931348623157e308, value) if math.isinf(value) else value
        assert point.value == wanted or math.isnan(value) and math.isnan(point.value), (point.value, value)
    client.log_metric(run, "neg", 1, step=-3, timestamp=now)
    client.log_metric(run, "neg", 2, step=-5, timestamp=now + 5)
    assert client.get_run(run).data.metrics["neg"] == 1
    client.log_metric(run, "same", 1, step=7, timestamp=now)
    client.log_metric(run, "same", 1, step=7, timestamp=now)
    assert len(client.get_metric_history(run, "same")) == 1
    client.log_metric(run, "tie", 2, step=7, timestamp=now)
    client.log_metric(run, "tie", 1, step=7, timestamp=now)
    assert client.get_run(run).data.metrics["tie"] == 2
    assert client.get_metric_history(run, "none") == []


def test_batches():
    client = MlflowClient()
    run = client.create_run("0").info.run_id
    now = int(time.time() * 1000)
    metrics = [Metric(f"m{index % 10}", index, now, index) for index in range(1000)]
    client.log_batch(run, metrics=metrics)
    client.log_batch(run, params=[Param(f"p{index}", "v") for index in range(100)])
    client.log_batch(run, tags=[RunTag(f"t{index}", "v") for index in range(100)])
    found = client.get_run(run)
    assert len(found.data.params) == 100 and found.data.metrics["m9"] == 999
    client.log_batch(run, metrics=metrics, params=[Param("p0", "v")])
    assert len(client.get_metric_history(run, "m0")) == 100
    refused(
        lambda: client.log_batch(run, metrics=[Metric("half", 1, now, 0)], params=[Param("p0", "other")]),
        "INVALID_PARAMETER_VALUE",
        "Changing param values is not allowed. Param with key='p0' was already logged with value='v' for run "
        f"ID='{run}'. Attempted logging new value 'other'",
    )
    assert "half" not in client.get_run(run).data.metrics


def test_a_param_never_changes_and_a_deleted_run_is_closed():
    client = MlflowClient()
    run = client.create_run("0").info.run_id
    client.log_param(run, "p", "1")
    client.log_param(run, "p", "1")
    refused(lambda: client.log_param(run, "p", "2"), "INVALID_PARAMETER_VALUE", "Changing param values is not allowed")
    client.set_tag(run, "a", "1")
    client.set_tag(run, "a", "2")
    client.delete_tag(run, "a")
    refused(lambda: client.delete_tag(run, "a"), "RESOURCE_DOES_NOT_EXIST")
    client.update_run(run, name="renamed")
    assert client.get_run(run).data.tags["mlflow.runName"] == "renamed"
    client.set_tag(run, "mlflow.runName", "again")
    assert client.get_run(run).info.run_name == "again"
    client.delete_run(run)
    refused(
        lambda: client.log_metric(run, "m", 1),
        "INVALID_PARAMETER_VALUE",
        f"The run {run} must be in the 'active' state. Current state is deleted.",
    )
    assert client.get_run(run).info.lifecycle_stage == "deleted"
    client.restore_run(run)
    client.log_metric(run, "m", 1)
    refused(lambda: client.get_run("0" * 32), "RESOURCE_DOES_NOT_EXIST")


def test_many_clients_at_once():
    experiment = MlflowClient().create_experiment(unique("busy"))
    failures = []

    def work(index):
        try:
            client = MlflowClient()
            run = client.create_run(experiment).info.run_id
            for step in range(20):
                client.log_metric(run, "m", step, step=step)
            client.log_param(run, "index", index)
            client.set_terminated(run)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    client = MlflowClient()
    runs = client.search_runs([experiment])
    assert sorted(int(run.data.params["index"]) for run in runs) == list(range(8))
    assert all(len(client.get_metric_history(run.info.run_id, "m")) == 20 for run in runs)
    shared = client.create_run(experiment).info.run_id
    threads = [
        threading.Thread(target=lambda k=key: [client.log_metric(shared, f"m{k}", s, step=s) for s in range(20)])
        for key in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(client.get_metric_history(shared, f"m{key}")) == 20 for key in range(6))


main(globals())
