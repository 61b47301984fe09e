"""Keys, roles and webhooks by the real MLflow client.

The environment names keys: ROOT_KEY (admin), ADA_KEY (contributor on experiment:team-a/* and model:team-a.*) and
VERA_KEY (viewer on everything).
"""

import contextlib
import http.server
import json
import os
import threading
import time

import mlflow
from mlflow import MlflowClient
from mlflow.webhooks.delivery import _generate_hmac_signature

from harness import http as send, main, refused, unique


@contextlib.contextmanager
def signed_in(token=None, user=None, password=None):
    """Lets the client send a token, or a name and a password, as its documentation says."""
    wanted = {
        "MLFLOW_TRACKING_TOKEN": token,
        "MLFLOW_TRACKING_USERNAME": user,
        "MLFLOW_TRACKING_PASSWORD": password,
    }
    before = {name: os.environ.pop(name, None) for name in wanted}
    os.environ.update({name: value for name, value in wanted.items() if value is not None})
    try:
        yield MlflowClient()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def root():
    return signed_in(token=os.environ["ROOT_KEY"])


def ada():
    return signed_in(token=os.environ["ADA_KEY"])


def log_run(name):
    experiment = mlflow.set_experiment(name)
    with mlflow.start_run() as run:
        mlflow.log_param("depth", 3)
        mlflow.log_metric("mae", 1.5, step=1)
        mlflow.log_text("hello", "notes/a.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/a.txt") == "hello"
    return experiment.experiment_id, run.info.run_id


def test_nothing_shown():
    status, headers, body = send("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0")
    assert status == 401 and body["error_code"] == "UNAUTHENTICATED", (status, body)
    assert headers["WWW-Authenticate"].startswith("Basic")
    assert send("GET", "/metrics")[0] == 401
    assert send("GET", "/v1/models")[0] == 401
    assert send("GET", "/health")[0] == 200
    with signed_in():
        refused(lambda: MlflowClient().search_experiments(), "UNAUTHENTICATED", "send an API key")


def test_wrong_keys():
    key = os.environ["ADA_KEY"]
    for token in (key[:-1] + ("0" if key[-1] != "0" else "1"), "mk_x_y", "hunter2", key.upper()):
        with signed_in(token=token) as client:
            error = refused(lambda: client.search_experiments(), "UNAUTHENTICATED")
            assert key[20:] not in str(error)
    with signed_in(user="vera", password=key) as client:
        refused(lambda: client.search_experiments(), "UNAUTHENTICATED", "another account")
    for name in ("EXPIRED_KEY", "REVOKED_KEY", "DISABLED_KEY"):
        word = {"EXPIRED_KEY": "expired", "REVOKED_KEY": "revoked", "DISABLED_KEY": "disabled"}[name]
        with signed_in(token=os.environ[name]) as client:
            refused(lambda: client.search_experiments(), "UNAUTHENTICATED", word)


def test_token_and_password():
    with signed_in(token=os.environ["ADA_KEY"]):
        log_run(unique("team-a/token"))
    with signed_in(user="ada", password=os.environ["ADA_KEY"]):
        log_run(unique("team-a/basic"))


def test_roles_on_experiments():
    with root():
        theirs, run = log_run(unique("team-b/price"))
    with ada() as client:
        mine, _ = log_run(unique("team-a/price"))
        refused(lambda: mlflow.set_experiment(unique("team-b/new")), "PERMISSION_DENIED", "needs the role")
        refused(lambda: client.get_experiment(theirs), "PERMISSION_DENIED")
        refused(lambda: client.get_run(run), "PERMISSION_DENIED")
        refused(lambda: client.log_metric(run, "mae", 0.0), "PERMISSION_DENIED")
        refused(lambda: client.search_runs([theirs]), "PERMISSION_DENIED")
        refused(lambda: client.delete_experiment(mine), "PERMISSION_DENIED", "needs the role admin")
        names = {experiment.name for experiment in client.search_experiments()}
        assert names and all(name.startswith("team-a/") for name in names), names
        refused(lambda: client.list_artifacts(run), "PERMISSION_DENIED")
    with signed_in(token=os.environ["VERA_KEY"]) as client:
        assert client.get_run(run).data.metrics == {"mae": 1.5}
        refused(lambda: client.log_metric(run, "mae", 0.0), "PERMISSION_DENIED", "is viewer there")


def test_roles_on_models_and_approval_as_tags():
    name = unique("team-a.price")
    with ada() as client:
        client.create_registered_model(name)
        _, run = log_run(unique("team-a/model"))
        version = client.create_model_version(name, f"runs:/{run}/notes", run)
        assert version.tags["martlet.approval_status"] == "PendingManualApproval"
        refused(
            lambda: client.set_model_version_tag(name, "1", "martlet.approval_status", "Approved"),
            "INVALID_PARAMETER_VALUE",
            "approve or reject",
        )
        client.set_registered_model_alias(name, "candidate", "1")
        refused(lambda: client.delete_model_version(name, "1"), "PERMISSION_DENIED")
        refused(lambda: client.rename_registered_model(name, unique("team-a.other")), "PERMISSION_DENIED")
        refused(lambda: client.create_registered_model(unique("team-b.price")), "PERMISSION_DENIED")
    with signed_in(token=os.environ["VERA_KEY"]) as client:
        found = client.search_model_versions("tags.`martlet.approval_status` = 'PendingManualApproval'")
        assert name in {version.name for version in found}


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes webhooks, and fails the first of each path that begins with /flaky."""

    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        first = not any(path == self.path for path, _, _ in Receiver.seen)
        Receiver.seen.append((self.path, dict(self.headers), body))
        self.send_response(503 if first and self.path.startswith("/flaky") else 200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_webhooks():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/flaky"
    with ada() as client:
        refused(
            lambda: client.create_webhook("mine", address, ["model_version.created"]),
            "PERMISSION_DENIED",
        )
    with root() as client:
        hook = client.create_webhook(
            "ops", address, ["model_version.created", "model_version_alias.created"], description="d", secret="s3cret"
        )
        assert hook.name == "ops" and hook.url == address and str(hook.status) == "ACTIVE", hook
        assert client.get_webhook(hook.webhook_id).description == "d"
        assert hook.webhook_id in {item.webhook_id for item in client.list_webhooks()}
        changed = client.update_webhook(hook.webhook_id, name="operations")
        assert changed.name == "operations" and len(changed.events) == 2
        refused(lambda: client.get_webhook("nothing"), "RESOURCE_DOES_NOT_EXIST")
        refused(lambda: client.create_webhook("bad", "ftp://x", ["model_version.created"]), "INVALID_PARAMETER_VALUE")
        tried = client.test_webhook(hook.webhook_id)
        assert not tried.success and tried.response_status == 503, tried
        assert client.test_webhook(hook.webhook_id).success

        del Receiver.seen[:]
        name = unique("told")
        client.create_registered_model(name)
        client.create_model_version(name, "mlflow-artifacts:/0/none/artifacts/m")
        client.set_registered_model_alias(name, "champion", "1")
        end = time.time() + 60
        while time.time() < end and len(Receiver.seen) < 3:
            time.sleep(0.2)
        messages = [json.loads(body) for _, _, body in Receiver.seen]
        kinds = [(message["entity"], message["action"]) for message in messages]
        assert sorted(set(kinds)) == [("model_version", "created"), ("model_version_alias", "created")], kinds
        assert len(kinds) == 3, kinds  # the one that was answered 503 came again
        ids = [headers["X-MLflow-Delivery-Id"] for _, headers, _ in Receiver.seen]
        assert len(set(ids)) == 2, ids
        for _, headers, body in Receiver.seen:
            expected = _generate_hmac_signature(
                "s3cret", headers["X-MLflow-Delivery-Id"], headers["X-MLflow-Timestamp"], body
            )
            assert headers["X-MLflow-Signature"] == expected
        created = next(message for message in messages if message["entity"] == "model_version")
        assert created["data"]["name"] == name and created["data"]["version"] == "1", created
        client.delete_webhook(hook.webhook_id)
        refused(lambda: client.get_webhook(hook.webhook_id), "RESOURCE_DOES_NOT_EXIST")
    server.shutdown()


if __name__ == "__main__":
    main(dict(globals()))
