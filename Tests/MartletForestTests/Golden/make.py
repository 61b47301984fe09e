"""Makes the golden models and expected outputs beside this file; see README.md."""
import json
import pathlib

import lightgbm
import numpy
import xgboost

HERE = pathlib.Path(__file__).parent
random = numpy.random.default_rng(7)
COUNT, WIDTH = 3000, 6
rows = random.normal(size=(COUNT, WIDTH))
rows[:, 2] = random.integers(0, 40, size=COUNT)
rows[:, 3] = numpy.where(random.random(COUNT) < 0.4, 0, rows[:, 3])
rows[random.random((COUNT, WIDTH)) < 0.06] = numpy.nan
known = numpy.nan_to_num(rows)
target = (
    known[:, 0] * 2
    + numpy.sin(known[:, 1] * 3)
    + numpy.isin(known[:, 2], [1, 5, 9, 33, 38]) * 3
    + (known[:, 3] == 0) * 1.5
    + known[:, 4] * known[:, 5]
)
binary = (target > 1).astype(float)
positive = numpy.exp(target / 4)

# Asked: missing values, codes never seen, codes that are not whole, zeros of every size, the infinities.
asked = random.normal(size=(32, WIDTH)) * 2
asked[:, 2] = random.integers(-2, 60, size=32)
asked[:, 3] = numpy.where(random.random(32) < 0.4, 0, asked[:, 3])
asked[random.random((32, WIDTH)) < 0.1] = numpy.nan
asked[:8, 3] = [0, -0.0, 1e-36, -1e-36, 1e-34, 5e-324, 1e38, -1e38]
asked[8:16, 2] = [0.5, -0.5, 33.999999999, 1e10, 2.0**31, -1e10, 1e38, 5.0000000001]
infinite = asked.copy()
infinite[16:24, 0] = [numpy.inf, -numpy.inf] * 4
infinite[20:28, 2] = [numpy.inf, -numpy.inf] * 4
infinite[24:32, 3] = [numpy.inf, -numpy.inf] * 4


def exact(values):
    return [float(value).hex() for value in numpy.asarray(values, float).ravel()]


cases = {}


def light(name, label, count=3, **parameters):
    settings = dict(num_leaves=8, learning_rate=0.3, max_bin=63, seed=1, num_threads=1, deterministic=True, verbosity=-1)
    settings.update(parameters)
    data = lightgbm.Dataset(rows, label, categorical_feature=[2], params=settings)
    model = lightgbm.train(settings, data, count)
    text = model.model_to_string()
    (HERE / f"{name}.txt").write_text(text)
    model = lightgbm.Booster(model_str=text)
    cases[name] = dict(
        score=exact(model.predict(infinite)),
        raw=exact(model.predict(infinite, raw_score=True)),
        contributions=exact(model.predict(infinite, pred_contrib=True)),
    )


def extreme(name, label, count=3, **parameters):
    settings = dict(max_depth=3, eta=0.3, seed=1, nthread=1, tree_method="hist", max_cat_to_onehot=4)
    settings.update(parameters)
    types = ["q", "q", "c", "q", "q", "q"]
    matrix = xgboost.DMatrix(rows, label, feature_types=types, enable_categorical=True)
    model = xgboost.train(settings, matrix, count)
    model.save_model(HERE / f"{name}.json")
    matrix = xgboost.DMatrix(asked, feature_types=types, enable_categorical=True)
    cases[name] = dict(
        score=exact(model.predict(matrix)),
        raw=exact(model.predict(matrix, output_margin=True)),
        contributions=exact(model.predict(matrix, pred_contribs=True)),
    )


light("light_regression", target, count=8)
light("light_zero_as_missing", target, zero_as_missing=True)
light("light_no_missing", target, use_missing=False)
light("light_binary", binary, objective="binary", sigmoid=1.7)
light("light_poisson", positive, objective="poisson")
light("light_sqrt", target, objective="regression", reg_sqrt=True)
light("light_quantile", target, objective="quantile", alpha=0.8)
light("light_cross_entropy", binary, objective="cross_entropy")
light("light_cross_entropy_lambda", binary, objective="cross_entropy_lambda")
light("light_random_forest", binary, objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6)
light("light_dart", target, boosting="dart")
light("light_one_leaf", target, min_data_in_leaf=2500)
extreme("extreme_regression", target, count=8)
extreme("extreme_one_category", target, max_cat_to_onehot=100)
extreme("extreme_binary", binary, objective="binary:logistic", base_score=0.3)
extreme("extreme_logitraw", binary, objective="binary:logitraw")
extreme("extreme_hinge", binary, objective="binary:hinge")
extreme("extreme_absolute", target, objective="reg:absoluteerror")
extreme("extreme_gamma", positive, objective="reg:gamma")
extreme("extreme_poisson", positive, objective="count:poisson")
extreme("extreme_dart", target, booster="dart", rate_drop=0.5)
extreme("extreme_parallel", target, num_parallel_tree=3, subsample=0.6, count=2)

settings = dict(objective="multiclass", num_class=3, num_leaves=3, verbosity=-1)
lightgbm.train(settings, lightgbm.Dataset(rows, random.integers(0, 3, COUNT)), 1).save_model(HERE / "refused_classes.txt")
settings = dict(linear_tree=True, num_leaves=3, verbosity=-1)
lightgbm.train(settings, lightgbm.Dataset(known, target, params=settings), 1).save_model(HERE / "refused_linear.txt")
matrix = xgboost.DMatrix(rows, random.integers(0, 3, COUNT))
xgboost.train(dict(objective="multi:softprob", num_class=3, max_depth=1), matrix, 1).save_model(HERE / "refused_classes.json")
matrix = xgboost.DMatrix(rows, target)
xgboost.train(dict(booster="gblinear"), matrix, 1).save_model(HERE / "refused_linear.json")

(HERE / "expected.json").write_text(json.dumps(dict(asked=exact(asked), infinite=exact(infinite), cases=cases)))
