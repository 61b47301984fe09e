"""The client's artifacts in an object store.

Beside MLFLOW_TRACKING_URI it needs MARTLET_BINARY, MARTLET_WORKSPACE, whose server this is and which keeps artifacts in
the bucket `artifacts`, and the variables by which boto3 finds the store.
"""

import os
import subprocess
import tempfile
import urllib.request

import boto3
import lightgbm
import mlflow
import numpy
import requests
from mlflow import MlflowClient

from harness import http, main, unique

STORE = os.environ["AWS_ENDPOINT_URL"]
WORKSPACE = os.environ["MARTLET_WORKSPACE"]


def keys(part):
    """The keys of all objects whose names contain `part`."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket="artifacts")
    return [item["Key"] for page in pages for item in page.get("Contents", []) if part in item["Key"]]


def martlet(*arguments):
    done = subprocess.run([os.environ["MARTLET_BINARY"], *arguments], cwd=WORKSPACE, capture_output=True, text=True)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def test_what_a_run_logs_lies_in_the_bucket():
    client = MlflowClient()
    run = client.create_run("0").info.run_id
    client.log_text(run, "안녕", "노트/한글 a+b.txt")
    assert [key.rsplit("/artifacts/", 1)[1] for key in keys(run)] == ["노트/한글 a+b.txt"]
    assert [item.path for item in client.list_artifacts(run, "노트")] == ["노트/한글 a+b.txt"]
    with tempfile.TemporaryDirectory() as folder:
        with open(client.download_artifacts(run, "노트/한글 a+b.txt", dst_path=folder), encoding="utf-8") as file:
            assert file.read() == "안녕"
    assert not os.path.exists(f"{WORKSPACE}/.martlet/local/artifacts")


def test_a_model_is_logged_and_loaded():
    table = numpy.random.default_rng(5).normal(size=(200, 2))
    booster = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(table, table[:, 0]), 5)
    with mlflow.start_run():
        logged = mlflow.lightgbm.log_model(booster, name="model")
    assert any(key.endswith("/MLmodel") for key in keys(logged.model_id))
    assert (mlflow.lightgbm.load_model(logged.model_uri).predict(table) == booster.predict(table)).all()


def test_parts_go_straight_to_the_store():
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
        puts, send = [], requests.Session.request

        def noting(self, method, url, *a, **b):
            if method.upper() == "PUT":
                puts.append(url)
            return send(self, method, url, *a, **b)

        requests.Session.request = noting
        try:
            client.log_artifact(run, f"{folder}/큰 file.bin", "large")
        finally:
            requests.Session.request = send
            for name in settings:
                del os.environ[name]
        with open(client.download_artifacts(run, "large/큰 file.bin", dst_path=folder), "rb") as file:
            assert file.read() == content
    assert len(puts) == 3 and all(url.startswith(STORE) and "X-Amz-Signature=" in url for url in puts), puts


def test_a_presigned_address_needs_no_key():
    client = MlflowClient()
    run = client.create_run("0").info
    client.log_text(run.run_id, "through the front door", "a/b.txt")
    path = run.artifact_uri.split(":/", 1)[1].lstrip("/")
    status, _, answer = http("GET", f"/api/2.0/mlflow-artifacts/presigned/{path}/a/b.txt")
    assert status == 200 and answer["url"].startswith(STORE), answer
    with urllib.request.urlopen(answer["url"], timeout=30) as response:
        assert response.read() == b"through the front door"


def test_what_is_collected_leaves_the_bucket():
    client = MlflowClient()
    gone, kept = (client.create_run("0").info.run_id for _ in range(2))
    for run in (gone, kept):
        client.log_text(run, unique("text"), "a/b.txt")
    client.delete_run(gone)
    martlet("gc", "--older-than", "0s", "--dry-run")
    assert len(keys(gone)) == 1
    martlet("gc", "--older-than", "0s")
    assert keys(gone) == [] and len(keys(kept)) == 1


main(globals())
