"""Writes golden.json: what SciPy, statsmodels and mpmath say, for MartletStatisticsTests.

    python make.py [folder with cookie_cats_ab/cookie_cats.csv]     needs numpy, scipy, statsmodels and mpmath

Distributions come from mpmath with 110 digits, rounded once, and are kept where SciPy agrees to 1e-12; the tests on the
real A/B data and on seeded samples come from SciPy and statsmodels.
"""
import csv
import json
import math
import pathlib
import sys

import mpmath as mp
import numpy as np
import scipy
import statsmodels
from scipy import special, stats
from statsmodels.stats import multitest, power as smpower, proportion, weightstats
import statsmodels.api as sm

mp.mp.dps = 110
HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[3] / "shared/data")
kept = {"kept": 0, "left": 0}


def betai(a, b, x, y):
    """I_x(a, b) by mpmath, from the side where the series converges."""
    a, b, x, y = mp.mpf(a), mp.mpf(b), mp.mpf(x), mp.mpf(y)
    if x > 0.5:
        return 1 - betai(b, a, y, x)
    log_front = a * mp.log(x) + b * mp.log(y) - mp.log(a) - (mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b))
    term, total, n = mp.mpf(1), mp.mpf(1), 0
    while abs(term) > abs(total) * mp.mpf(10) ** -100:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return mp.exp(log_front) * total


def gammap(a, x):
    a, x = mp.mpf(a), mp.mpf(x)
    term = total = 1 / a
    n = 0
    while term > total * mp.mpf(10) ** -100:
        n += 1
        term *= x / (a + n)
        total += term
    return mp.exp(a * mp.log(x) - x - mp.loggamma(a)) * total


def root_of(miss, start):
    """A root to 40 digits or better; checked, as findroot's own check minds the function's scale."""
    first, second = start if isinstance(start, tuple) else (start, start * (1 + mp.mpf(10) ** -9))
    for _ in range(30):
        low, high = miss(first), miss(second)
        if low == high or abs(second - first) < abs(second) * mp.mpf(10) ** -60:
            break
        first, second = second, second - high * (second - first) / (high - low)
    assert abs(miss(second)) < mp.mpf(10) ** -40, (start, second)
    return second


def agree(exact, other):
    exact, other = float(exact), float(other)
    good = math.isfinite(other) and abs(exact - other) <= 1e-12 * abs(exact)
    kept["kept" if good else "left"] += 1
    return good


def row(rows, inputs, exact, other):
    if float(exact) > 1e-60 and agree(exact, other):
        rows.append([*inputs, float(exact)])


def distributions():
    out = {}
    rows = out["normal"] = []  # x, lower, upper
    for x in [0, 0.1, 0.5, 1, 1.6448536269514722, 1.96, 2.5758, 3, 4.5, 6, 8, 12, 20, 30, 36]:
        for sign in (1, -1):
            lower, upper = mp.ncdf(sign * mp.mpf(x)), mp.ncdf(-sign * mp.mpf(x))
            if agree(lower, stats.norm.cdf(sign * x)) and agree(upper, stats.norm.sf(sign * x)):
                rows.append([sign * x, float(lower), float(upper)])
    rows = out["normalQuantile"] = []  # p, x
    for p in [1e-250, 1e-100, 1e-30, 1e-16, 1e-10, 1e-5, 0.001, 0.005, 0.025, 0.05, 0.1, 0.2, 0.3, 0.45, 0.499, 0.6, 0.8, 0.975, 0.99]:
        exact = root_of(lambda z: mp.log(mp.ncdf(z)) - mp.log(mp.mpf(p)), mp.mpf(float(stats.norm.ppf(p))))
        row_ok = agree(abs(exact), abs(stats.norm.ppf(p)))
        if row_ok:
            rows.append([p, float(exact)])
    degrees = [0.5, 1, 1.5, 2, 3, 4.7, 10, 30, 99, 1000, 45000.5]
    tail, quantile = [], []
    for df in degrees:
        for t in [0, 1e-8, 0.01, 0.3, 1, 1.96, 3.2, 5, 9, 25, 200]:
            square = mp.mpf(t) ** 2
            total = df + square
            upper = betai(mp.mpf(df) / 2, 0.5, df / total, square / total) / 2 if t else mp.mpf(0.5)
            row(tail, [df, t], upper, stats.t.sf(t, df))
        for p in [1e-40, 1e-12, 1e-6, 0.001, 0.025, 0.1, 0.3, 0.49]:
            guess = float(stats.t.isf(p, df))
            if not math.isfinite(guess):
                continue

            def miss(t):
                square = t * t
                return mp.log(betai(mp.mpf(df) / 2, 0.5, df / (df + square), square / (df + square)) / 2) - mp.log(mp.mpf(p))

            exact = root_of(miss, (mp.mpf(guess), mp.mpf(guess) * (1 + mp.mpf(10) ** -9)))
            row(quantile, [df, p], exact, guess)
    out["studentT"], out["studentTQuantile"] = tail, quantile  # df, t, upper; df, upper, t
    lower, upper, quantile = [], [], []
    for df in [0.3, 1, 2, 3, 7.5, 20, 100, 1000, 20000]:
        for factor in [1e-6, 0.01, 0.3, 0.8, 0.97, 1, 1.05, 1.3, 2, 5, 20]:
            x = df * factor
            p = gammap(mp.mpf(df) / 2, mp.mpf(x) / 2)
            row(lower, [df, x], p, stats.chi2.cdf(x, df))
            row(upper, [df, x], 1 - p, stats.chi2.sf(x, df))
        for p in [1e-30, 1e-8, 0.001, 0.05, 0.5, 0.8, 0.95, 0.9999]:
            guess = float(stats.chi2.ppf(p, df))
            if guess < 1e-280:
                continue
            exact = root_of(
                lambda x: mp.log(gammap(mp.mpf(df) / 2, x / 2)) - mp.log(mp.mpf(p)),
                (mp.mpf(guess), mp.mpf(guess) * (1 + mp.mpf(10) ** -9)),
            )
            row(quantile, [df, p], exact, guess)
    out["chiSquaredLower"], out["chiSquaredUpper"], out["chiSquaredQuantile"] = lower, upper, quantile
    lower, upper, quantile = [], [], []
    for a, b in [(0.5, 0.5), (1, 1), (0.2, 7), (2, 3), (8, 0.7), (30, 40), (0.5, 300), (500, 3), (1000, 2000), (40000, 0.5), (9000, 90000)]:
        for x in [1e-10, 0.001, 0.02, 0.0905, 0.3, 0.333, 0.5, 0.7, 0.9, 0.99, 0.9999]:
            p = betai(a, b, x, 1 - mp.mpf(x))
            row(lower, [a, b, x], p, stats.beta.cdf(x, a, b))
            row(upper, [a, b, x], 1 - p, stats.beta.sf(x, a, b))
        for p in [1e-20, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999]:
            guess = float(stats.beta.ppf(p, a, b))
            if not 1e-280 < guess < 1 - 1e-13:
                continue
            exact = root_of(
                lambda x: mp.log(betai(a, b, x, 1 - x)) - mp.log(mp.mpf(p)),
                (mp.mpf(guess), mp.mpf(guess) * (1 - mp.mpf(10) ** -9)),
            )
            row(quantile, [a, b, p], exact, guess)
    out["betaLower"], out["betaUpper"], out["betaQuantile"] = lower, upper, quantile
    return out


def result(test, interval=None):
    answer = {"statistic": float(test.statistic), "pValue": float(test.pvalue)}
    if interval is not None:
        answer["lower"], answer["upper"] = float(interval[0]), float(interval[1])
    return answer


def pair_of_proportions(successes, trials):
    z, p = proportion.proportions_ztest(successes, trials)
    wald = proportion.confint_proportions_2indep(successes[0], trials[0], successes[1], trials[1], method="wald", compare="diff")
    lift = proportion.confint_proportions_2indep(successes[0], trials[0], successes[1], trials[1], method="log", compare="ratio")
    return {
        "treatment": [int(successes[0]), int(trials[0])], "control": [int(successes[1]), int(trials[1])],
        "statistic": float(z), "pValue": float(p), "lower": float(wald[0]), "upper": float(wald[1]),
        "liftLower": float(lift[0]) - 1, "liftUpper": float(lift[1]) - 1,
    }


def cookie_cats():
    rounds = {"gate_30": [], "gate_40": []}
    kept1 = {"gate_30": [], "gate_40": []}
    kept7 = {"gate_30": [], "gate_40": []}
    with open(DATA / "cookie_cats_ab/cookie_cats.csv") as file:
        for line in csv.DictReader(file):
            rounds[line["version"]].append(float(line["sum_gamerounds"]))
            kept1[line["version"]].append(line["retention_1"] == "TRUE")
            kept7[line["version"]].append(line["retention_7"] == "TRUE")
    control, treatment = np.array(rounds["gate_30"]), np.array(rounds["gate_40"])
    welch = stats.ttest_ind(treatment, control, equal_var=False)
    counts = [len(control), len(treatment)]
    capped = stats.ttest_ind(np.minimum(treatment, 3000), np.minimum(control, 3000), equal_var=False)
    return {
        "welch": {**result(welch, welch.confidence_interval(0.95)), "degreesOfFreedom": float(welch.df)},
        "welchGreater": float(stats.ttest_ind(treatment, control, equal_var=False, alternative="greater").pvalue),
        "welchCapped": {**result(capped, capped.confidence_interval(0.95)), "degreesOfFreedom": float(capped.df)},
        "mannWhitney": result(stats.mannwhitneyu(treatment, control, method="asymptotic")),
        "mannWhitneyLess": result(stats.mannwhitneyu(treatment, control, method="asymptotic", alternative="less")),
        "mannWhitneyPlain": result(stats.mannwhitneyu(treatment, control, method="asymptotic", use_continuity=False)),
        "retention1": pair_of_proportions([sum(kept1["gate_40"]), sum(kept1["gate_30"])], [counts[1], counts[0]]),
        "retention7": pair_of_proportions([sum(kept7["gate_40"]), sum(kept7["gate_30"])], [counts[1], counts[0]]),
        "sampleRatio": {**result(stats.chisquare(counts)), "observed": counts},
    }


def samples():
    """Seeded samples, with the answers beside them."""
    random = np.random.default_rng(20_210_314)
    control = np.round(random.lognormal(1, 0.8, 180), 3)
    treatment = np.round(random.lognormal(1.1, 0.9, 120), 3)
    welch = stats.ttest_ind(treatment, control, equal_var=False)
    before = np.round(random.normal(10, 3, 300), 3)
    treated = np.arange(300) % 3 == 0
    after = np.round(0.8 * before + 0.5 * treated + random.normal(0, 1, 300), 3)
    fit = sm.OLS(after, sm.add_constant(np.column_stack([treated.astype(float), before]))).fit()
    paired = stats.ttest_rel(after, before)
    views = random.poisson(6, 300) + 1
    clicks = random.binomial(views, np.where(treated, 0.35, 0.3))
    ratios = [clicks[side].sum() / views[side].sum() for side in (treated, ~treated)]

    def jackknife(side):
        total_clicks, total_views = clicks[side].sum(), views[side].sum()
        one_out = (total_clicks - clicks[side]) / (total_views - views[side])
        count = len(one_out)
        return (count - 1) / count * ((one_out - one_out.mean()) ** 2).sum()

    p_values = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04, 0.9]
    return {
        "control": control.tolist(), "treatment": treatment.tolist(),
        "welch": {**result(welch, welch.confidence_interval(0.95)), "degreesOfFreedom": float(welch.df)},
        "mannWhitney": result(stats.mannwhitneyu(treatment, control, method="asymptotic")),
        "before": before.tolist(), "after": after.tolist(), "treated": treated.tolist(),
        "adjustedEffect": float(fit.params[1]), "adjustedSlope": float(fit.params[2]),
        "paired": result(paired, paired.confidence_interval(0.95)),
        "pairedGreater": float(stats.ttest_rel(after, before, alternative="greater").pvalue),
        "views": views.tolist(), "clicks": clicks.tolist(),
        "ratioDifference": float(ratios[0] - ratios[1]),
        "ratioJackknifeError": float(math.sqrt(jackknife(treated) + jackknife(~treated))),
        "pValues": p_values,
        "holm": multitest.multipletests(p_values, method="holm")[1].tolist(),
        "benjaminiHochberg": multitest.multipletests(p_values, method="fdr_bh")[1].tolist(),
        "sampleRatioThree": {**result(stats.chisquare([480, 350, 170], [500, 333, 167])), "observed": [480, 350, 170]},
    }


def planning():
    solver = smpower.NormalIndPower()
    rows = []
    for effect, ratio, alpha, power in [(0.1, 1, 0.05, 0.8), (0.02, 1 / 9, 0.05, 0.9), (0.3, 0.25, 0.01, 0.8), (0.05, 2, 0.1, 0.95)]:
        for alternative in ("two-sided", "larger"):
            first = solver.solve_power(effect, None, alpha, power, ratio, alternative)
            rows.append([effect, ratio, alpha, power, alternative == "two-sided", float(first)])
    unpooled = []
    for p_treatment, p_control, n_control, ratio in [(0.055, 0.05, 30_000, 1), (0.12, 0.1, 4_000, 1 / 9)]:
        answer = proportion.power_proportions_2indep(
            p_treatment - p_control, p_control, n_control * ratio, ratio=1 / ratio, alpha=0.05, value=0
        )
        unpooled.append([p_treatment, p_control, n_control, ratio, float(answer.std_alt)])
    return {"normalIndPower": rows, "proportions": unpooled}


def sequences():
    """The formulas once more, in many digits and with Lambert's W, and the mixtures by numerical integration."""
    margins = []
    for alpha, expected in [(0.05, 10_000), (0.01, 500), (0.2, 100_000)]:
        rho2 = (-mp.lambertw(-mp.mpf(alpha) ** 2 / mp.e, -1).real - 1) / expected
        for t in [50, 1000, 20_000, 500_000]:
            two = mp.sqrt(2 * (t * rho2 + 1) / (t * rho2) * mp.log(mp.sqrt(t * rho2 + 1) / alpha))
            one = mp.sqrt(2 * (t * rho2 + 1) / (t * rho2) * mp.log(1 + mp.sqrt(t * rho2 + 1) / (2 * mp.mpf(alpha))))
            margins.append([alpha, expected, t, float(two), float(one)])
    mixtures = []
    for ones, zeros, rate in [(0, 50, 0.01), (3, 400, 0.01), (12, 300, 0.05), (0, 0, 0.2), (40, 60, 0.3), (9, 2000, 0.005)]:
        def part(low, high):
            likelihood = lambda p, q: mp.exp(ones * mp.log(p / rate) + zeros * (mp.log(q) - mp.log(1 - mp.mpf(rate))))
            # p = sin² u takes the poles of the prior away.
            inside = lambda u: likelihood(mp.sin(u) ** 2, mp.cos(u) ** 2) * 2
            ends = [mp.asin(mp.sqrt(low)), mp.asin(mp.sqrt(high))]
            steps = mp.linspace(ends[0] + mp.mpf(10) ** -40, ends[1] - mp.mpf(10) ** -40, 40)
            return mp.quad(inside, steps) / (2 * (ends[1] - ends[0]))
        with mp.workdps(30):
            mixtures.append([ones, zeros, rate, float(part(0, rate)), float(part(rate, 1)), float(part(0, 1))])
    ratios = []
    for observed, shares in [([44_700, 45_489], [0.5, 0.5]), ([900, 100], [0.9, 0.1]), ([30, 20, 10], [0.5, 0.3, 0.2])]:
        weights = 100 * np.array(shares)
        model = stats.dirichlet_multinomial(weights, int(sum(observed))).logpmf(observed)
        plan = stats.multinomial(int(sum(observed)), shares).logpmf(observed)
        ratios.append([observed, shares, float(model - plan)])
    return {"margins": margins, "mixtures": mixtures, "sampleRatios": ratios}


def main():
    golden = {
        "made with": f"numpy {np.__version__}, scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, mpmath {mp.__version__}",
        "distributions": distributions(), "cookieCats": cookie_cats(), "samples": samples(),
        "planning": planning(), "sequences": sequences(),
    }
    text = json.dumps(golden, allow_nan=False, indent=None, separators=(",", ":")).replace('],[', '],\n[')
    (HERE / "golden.json").write_text(text + "\n")
    print(golden["made with"], kept)


if __name__ == "__main__":
    main()
