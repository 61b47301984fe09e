"""The commands `mlflow artifacts`, `mlflow runs` and `mlflow experiments`."""

import os
import subprocess
import sys
import tempfile

from mlflow import MlflowClient

from harness import main, unique


def mlflow(*arguments):
    program = os.path.join(os.path.dirname(sys.executable), "mlflow")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_runs_and_artifacts():
    name = unique("commands")
    mlflow("experiments", "create", "-n", name)
    assert name in mlflow("experiments", "search")
    created = mlflow("runs", "create", "--experiment-name", name, "--run-name", "one")
    run = created.split('"run_id": "')[1].split('"')[0] if '"run_id"' in created else created.split()[-1].strip("'\".")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/note.txt", "w") as file:
            file.write("hello")
        mlflow("artifacts", "log-artifact", "--local-file", f"{folder}/note.txt", "--run-id", run, "--artifact-path", "notes")
        assert "note.txt" in mlflow("artifacts", "list", "--run-id", run, "--artifact-path", "notes")
        mlflow("artifacts", "download", "--run-id", run, "--artifact-path", "notes/note.txt", "--dst-path", f"{folder}/out")
        with open(f"{folder}/out/notes/note.txt" if os.path.isdir(f"{folder}/out/notes") else f"{folder}/out/note.txt") as file:
            assert file.read() == "hello"
    assert run in mlflow("runs", "describe", "--run-id", run)
    mlflow("runs", "delete", "--run-id", run)
    listing = ("runs", "list", "--experiment-id", MlflowClient().get_experiment_by_name(name).experiment_id)
    assert run not in mlflow(*listing)
    mlflow("runs", "restore", "--run-id", run)
    assert run in mlflow(*listing)


main(globals())
