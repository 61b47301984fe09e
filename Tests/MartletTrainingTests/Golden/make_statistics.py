"""Writes statistics.json: predictions on real data, and what scikit-learn says about them."""
import json
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn import calibration, metrics

log = pd.read_csv(sys.argv[1])
log = log[log.tryshot_signal != "D"].reset_index(drop=True)
columns = ["molten_temp", "cast_pressure", "biscuit_thickness", "upper_mold_temp1", "sleeve_temperature"]
cut = int(len(log) * 0.7)


def train(objective, label):
    data = lgb.Dataset(log[columns][:cut], label[:cut])
    return lgb.train({"objective": objective, "seed": 42, "num_threads": 1, "verbosity": -1}, data, 60)


fails = log.passorfail
# Two digits make many ties, which is what the ranks must handle.
rows = pd.concat([log[fails == 1][-300:], log[fails == 0].sample(1700, random_state=42)]).index
scores = np.round(train("binary", fails).predict(log.loc[rows, columns]), 2)
labels = fails.loc[rows].to_numpy()
precision, recall, thresholds = metrics.precision_recall_curve(labels, scores)
f1 = 2 * precision[:-1] * recall[:-1] / np.maximum(precision[:-1] + recall[:-1], 1e-300)
best = float(f1.max())
generator = np.random.default_rng(42)
resampled = []
for _ in range(2000):
    take = generator.integers(0, len(labels), len(labels))
    resampled.append(
        (
            metrics.roc_auc_score(labels[take], scores[take]),
            metrics.average_precision_score(labels[take], scores[take]),
        )
    )
bounds = np.quantile(np.array(resampled), [0.025, 0.975], axis=0)

false_rates, true_rates, roc_thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
# Scores with two digits tie on the edges of the bins, as predictions of a small forest do.
shares, means = calibration.calibration_curve(labels, scores, n_bins=10, strategy="quantile")

target = log.upper_mold_temp2
numeric = rows[:1000]
predicted = np.round(train("regression", target).predict(log.loc[numeric, columns]), 4)
actual = target.loc[numeric].to_numpy()
json.dump(
    {
        "classification": {
            "labels": labels.tolist(),
            "scores": scores.tolist(),
            "auc": metrics.roc_auc_score(labels, scores),
            "average_precision": metrics.average_precision_score(labels, scores),
            "f1_at_half": metrics.f1_score(labels, scores >= 0.5),
            "f1_best": best,
            "threshold_best": float(thresholds[f1 >= best - 1e-12].max()),
            "log_loss": metrics.log_loss(labels, scores),
            "auc_interval": bounds[:, 0].tolist(),
            "average_precision_interval": bounds[:, 1].tolist(),
            "roc_curve": np.column_stack([false_rates[1:], true_rates[1:], roc_thresholds[1:]]).tolist(),
            "precision_recall_curve": np.column_stack([recall[:-1], precision[:-1], thresholds])[::-1].tolist(),
            "calibration": np.column_stack([means, shares]).tolist(),
        },
        "regression": {
            "labels": [float(value) for value in actual],
            "predictions": predicted.tolist(),
            "mae": metrics.mean_absolute_error(actual, predicted),
            "rmse": metrics.root_mean_squared_error(actual, predicted),
            "r2": metrics.r2_score(actual, predicted),
            "mape": metrics.mean_absolute_percentage_error(actual[actual != 0], predicted[actual != 0]),
        },
    },
    sys.stdout,
)
