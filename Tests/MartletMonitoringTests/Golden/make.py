"""Writes golden.json: what SciPy, scikit-learn, Evidently and NannyML say, for MartletMonitoringTests.

    python make.py [folder with electricity_nsw and hdb_resale_2012_2016]

Needs numpy, scipy, scikit-learn, pandas, evidently 0.7 and nannyml 0.13. Distances are those of the first 20,000 against
the last 10,000 rows of real data.
"""
import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import jensenshannon_stat_test, psi_stat_test
from evidently.legacy.calculations.stattests.wasserstein_distance_norm import wasserstein_stat_test
from evidently.legacy.core import ColumnType
from scipy import stats
from scipy.spatial import distance
from sklearn.decomposition import PCA
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, ndcg_score, precision_score, recall_score, roc_auc_score

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[3] / "shared/data")
NUMBERS = ["nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"]
CATEGORIES = ["town", "flat_type", "storey_range", "flat_model"]


def number(reference, current):
    edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
    ks = stats.ks_2samp(reference, current, method="asymp")
    kind = ColumnType.Numerical
    return {
        "ks": ks.statistic,
        "wasserstein": stats.wasserstein_distance(reference, current),
        # A bin of NumPy holds its lower edge, one of Martlet its upper.
        "edges": [float(np.nextafter(edge, -np.inf)) for edge in edges[1:-1]],
        "evidentlyPSI": psi_stat_test.func(pd.Series(reference), pd.Series(current), kind, 0.1)[0],
        "evidentlyJensenShannon": jensenshannon_stat_test.func(pd.Series(reference), pd.Series(current), kind, 0.1)[0],
        "evidentlyWasserstein": wasserstein_stat_test.func(pd.Series(reference), pd.Series(current), kind, 0.1)[0],
    }


def category(reference, current):
    names = sorted(set(reference) | set(current))
    shares = [pd.Series(side).value_counts(normalize=True).reindex(names, fill_value=0).values
              for side in (reference, current)]
    return {
        "jensenShannon": distance.jensenshannon(*shares, base=2),
        "evidentlyPSI": psi_stat_test.func(pd.Series(reference), pd.Series(current), ColumnType.Categorical, 0.1)[0],
    }


def reconstruction(reference, held, current):
    mean, deviation = reference.mean(0), reference.std(0, ddof=1)
    scaled = [(part - mean) / deviation for part in (reference, held, current)]
    full = PCA().fit(scaled[0])
    kept = int(np.searchsorted(np.cumsum(full.explained_variance_ratio_), 0.65) + 1)
    pca = PCA(n_components=kept).fit(scaled[0])
    errors = [np.linalg.norm(part - pca.inverse_transform(pca.transform(part)), axis=1) for part in scaled]
    return {"kept": kept, "held": errors[1].mean(), "current": errors[2].mean()}


def confidence(frame):
    from nannyml import CBPE

    columns = NUMBERS + ["period"]
    model = LogisticRegression(max_iter=500).fit(frame[columns][:10_000], frame["class"][:10_000])
    parts = []
    for start in (10_000, 30_000):
        part = frame[start:start + 2_000]
        scores = np.round(model.predict_proba(part[columns])[:, 1] ** 2, 5)  # squared, so that it is not calibrated
        parts.append(pd.DataFrame({"score": scores, "predicted": (scores >= 0.5).astype(int), "label": part["class"].values}))
    reference, analysis = parts
    estimator = CBPE(y_pred_proba="score", y_pred="predicted", y_true="label", problem_type="classification_binary",
                     metrics=["accuracy", "precision", "recall", "roc_auc"], chunk_number=1)
    estimator.fit(reference)
    result = estimator.estimate(analysis).to_df()
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(reference["score"], reference["label"])
    row = result[result[("chunk", "period")] == "analysis"]
    label, scores = analysis["label"], analysis["score"]
    return {
        "scores": reference["score"].tolist(), "labels": reference["label"].tolist(), "current": scores.tolist(),
        "currentLabels": label.tolist(),
        "rates": isotonic.predict(np.linspace(0, 1, 21)).tolist(),
        "estimated": {name: float(row[(name, "value")].iloc[0]) for name in ("accuracy", "precision", "recall", "roc_auc")},
        "realised": {
            "accuracy": accuracy_score(label, scores >= 0.5), "precision": precision_score(label, scores >= 0.5),
            "recall": recall_score(label, scores >= 0.5), "auc": roc_auc_score(label, scores),
            "brier": brier_score_loss(label, scores),
        },
    }


def maturity():
    generator = np.random.default_rng(5)
    ages = np.round(generator.uniform(0.1, 40, 300), 3)
    delays = np.round(generator.exponential(12, 300), 3)
    in_time = delays <= ages
    data = stats.CensoredData(uncensored=delays[in_time], right=ages[~in_time])
    cdf = stats.ecdf(data).cdf
    return {"ages": ages.tolist(), "delays": [float(d) if ok else None for d, ok in zip(delays, in_time)],
            "days": [1, 3, 7, 14, 30], "shares": cdf.evaluate(np.array([1, 3, 7, 14, 30])).tolist()}


def main():
    electricity = pd.read_csv(DATA / "electricity_nsw/elec.csv")
    sales = pd.read_csv(DATA / "hdb_resale_2012_2016/resale_transactions.csv", dtype=str)
    first, last = slice(0, 20_000), slice(-10_000, None)
    worth, now = np.array([0.4, 0.3, 0.15, 0.1, 0.05]), np.array([0.1, 0.35, 0.3, 0.05, 0.2])
    rows = electricity[NUMBERS].values
    golden = {
        "numbers": {name: number(electricity[name].values[first], electricity[name].values[last]) for name in NUMBERS},
        "categories": {name: category(sales[name].values[first], sales[name].values[last]) for name in CATEGORIES},
        "reconstruction": reconstruction(rows[first], rows[20_000:25_000], rows[last]),
        "gain": {"reference": worth.tolist(), "current": now.tolist(), "value": float(ndcg_score([worth], [now]))},
        "confidence": confidence(electricity),
        "maturity": maturity(),
    }
    (HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
