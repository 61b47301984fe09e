"""The peer: pandas and the LightGBM package, one script as a data scientist writes it."""
import pathlib
import sys

import lightgbm
import numpy
import pandas

data, folder = sys.argv[1], pathlib.Path(sys.argv[2])
frame = pandas.read_csv(data)
features = [f"f{index}" for index in range(9)]
first, second = int(len(frame) * 0.7), int(len(frame) * 0.85)
parts = [slice(0, first), slice(first, second), slice(second, None)]
x, y = frame[features].to_numpy(), frame["y"].to_numpy()
training = lightgbm.Dataset(x[parts[0]], y[parts[0]])
validation = lightgbm.Dataset(x[parts[1]], y[parts[1]], reference=training)
history = {}
booster = lightgbm.train(
    {
        "objective": "regression", "metric": "rmse", "num_leaves": 31, "learning_rate": 0.1, "seed": 42,
        "deterministic": True, "force_row_wise": True, "num_threads": 2, "verbosity": -1,
    },
    training, 200, valid_sets=[training, validation], callbacks=[lightgbm.record_evaluation(history)],
)
for part in parts:
    error = booster.predict(x[part]) - y[part]
    print(numpy.sqrt((error**2).mean()), numpy.abs(error).mean())
numpy.abs(booster.predict(x[parts[1]][:200], pred_contrib=True)).mean(axis=0)
booster.save_model(folder / "peer.txt")
