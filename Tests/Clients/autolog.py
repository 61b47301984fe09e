"""Autologging of LightGBM, XGBoost and scikit-learn."""

import lightgbm
import mlflow
import numpy
import xgboost
from mlflow import MlflowClient
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV

from harness import main, unique


def run_of(name, body):
    mlflow.set_experiment(unique(name))
    with mlflow.start_run() as run:
        body()
    mlflow.flush_async_logging() if hasattr(mlflow, "flush_async_logging") else None
    return MlflowClient().get_run(run.info.run_id)


def files(run):
    client, found, folders = MlflowClient(), [], [""]
    while folders:
        for item in client.list_artifacts(run.info.run_id, folders.pop() or None):
            folders.append(item.path) if item.is_dir else found.append(item.path)
    return found


def test_lightgbm():
    mlflow.lightgbm.autolog()
    values, label = make_regression(300, 5, random_state=1)

    def body():
        data = lightgbm.Dataset(values[:200], label[:200])
        check = data.create_valid(values[200:], label[200:])
        lightgbm.train(
            {"objective": "regression", "metric": "rmse", "verbose": -1}, data, 12, valid_sets=[check],
            callbacks=[lightgbm.early_stopping(3, verbose=False)],
        )

    run = run_of("lightgbm", body)
    mlflow.lightgbm.autolog(disable=True)
    history = MlflowClient().get_metric_history(run.info.run_id, "valid_0-rmse")
    assert len({point.step for point in history}) >= 12, history
    assert run.data.params["objective"] == "regression" and "best_iteration" in run.data.metrics
    assert any("feature_importance" in name for name in files(run)) and run.outputs.model_outputs


def test_xgboost():
    mlflow.xgboost.autolog()
    values, label = make_regression(300, 5, random_state=1)

    def body():
        data, check = xgboost.DMatrix(values[:200], label[:200]), xgboost.DMatrix(values[200:], label[200:])
        xgboost.train({"max_depth": 3}, data, 8, evals=[(check, "check")], verbose_eval=False)

    run = run_of("xgboost", body)
    mlflow.xgboost.autolog(disable=True)
    history = MlflowClient().get_metric_history(run.info.run_id, "check-rmse")
    assert sorted({point.step for point in history}) == list(range(8))
    assert run.data.params["max_depth"] == "3" and run.outputs.model_outputs


def test_sklearn():
    mlflow.sklearn.autolog()
    values, label = make_classification(300, 6, random_state=2)

    def body():
        model = LogisticRegression().fit(values[:200], label[:200])
        model.score(values[200:], label[200:])

    run = run_of("sklearn", body)
    assert run.data.tags["estimator_name"] == "LogisticRegression" and "training_accuracy_score" in run.data.metrics
    assert any(name.startswith("LogisticRegression_score") for name in run.data.metrics), run.data.metrics
    assert any("confusion_matrix" in name for name in files(run)) and len(run.inputs.dataset_inputs) >= 1
    model = mlflow.sklearn.load_model(f"models:/{run.outputs.model_outputs[0].model_id}")
    assert numpy.array_equal(model.predict(values[:5]), LogisticRegression().fit(values[:200], label[:200]).predict(values[:5]))

    def grid():
        GridSearchCV(Ridge(), {"alpha": [0.1, 1.0, 10.0]}, cv=3).fit(values, label)

    parent = run_of("grid", grid)
    mlflow.sklearn.autolog(disable=True)
    children = MlflowClient().search_runs(
        [parent.info.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    )
    assert len(children) == 3 and any(name.endswith("cv_results.csv") for name in files(parent))


main(globals())
