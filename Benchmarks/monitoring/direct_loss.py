"""Compares Martlet's estimate of a regression's error without labels with NannyML's direct loss estimation.

    python direct_loss.py WORKSPACE RECIPE

WORKSPACE is one in which `martlet train` has just trained a LightGBM regression of RECIPE's label on request features.
Both foresee the error of the test rows from what the model did on the validation rows; neither sees the labels of the
test rows. Needs nannyml 0.13, lightgbm, pandas, pyarrow and PyYAML.
"""
import json
import pathlib
import sys
import warnings

import lightgbm
import numpy as np
import pandas as pd
import yaml
from nannyml import DLE

warnings.filterwarnings("ignore")
workspace, recipe = pathlib.Path(sys.argv[1]), yaml.safe_load(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
folder = max(workspace.glob(".martlet/artifacts/*/*/artifacts/model"), key=lambda path: path.stat().st_mtime)
snapshot = max(workspace.glob(".martlet/snapshots/*.parquet"), key=lambda path: path.stat().st_mtime)
manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
ours = json.loads((folder / "profile.json").read_text(encoding="utf-8"))["loss"]

rows = pd.read_parquet(snapshot)
columns = [column["name"] for column in manifest["inputs"]]
frame = pd.DataFrame()
for column in manifest["inputs"]:
    values = rows[column["name"]]
    codes = {name: code for code, name in enumerate(column.get("categories") or [])}
    frame[column["name"]] = values.map(codes).astype(float) if codes else values.astype(float)
frame["prediction"] = lightgbm.Booster(model_file=str(folder / "model.txt")).predict(frame[columns].values)
frame["label"] = rows[recipe["label"]].astype(float)

fractions = recipe["split"]["time"]["fractions"]
begin, end = round(len(frame) * fractions[0]), round(len(frame) * (fractions[0] + fractions[1]))
validation, test = frame[begin:end], frame[end:]
estimator = DLE(feature_column_names=columns, y_pred="prediction", y_true="label", metrics=["mae"], chunk_number=1)
estimator.fit(validation)
theirs = estimator.estimate(test.drop(columns="label")).filter(period="analysis").to_df()[("mae", "value")].iloc[0]
real = float(np.abs(test["label"] - test["prediction"]).mean())
print(json.dumps({
    "validation_mae": float(np.abs(validation["label"] - validation["prediction"]).mean()),
    "test_mae": real, "test_mae_of_training": ours["testError"],
    "foreseen_by_martlet": ours["foreseenTestError"], "foreseen_by_nannyml": float(theirs),
    "ratio": ours["foreseenTestError"] / float(theirs),
}, indent=1))
