"""A generated workspace for the benchmarks: 100,000 items of nine features, and a label to learn."""
import pathlib
import subprocess

import numpy

ROWS = 100_000
FEATURES = [f"f{index}" for index in range(9)]


def write_data(folder: pathlib.Path) -> pathlib.Path:
    """Writes items.csv: item_id, observed_at, nine features and y; the same bytes on every run."""
    generator = numpy.random.default_rng(42)
    x = generator.normal(size=(ROWS, 9)).round(6)
    y = (3 * x[:, 0] + 2 * numpy.sin(3 * x[:, 1]) + x[:, 2] * x[:, 3] + generator.normal(size=ROWS) * 0.5).round(6)
    days = numpy.datetime64("2024-01-01") + numpy.arange(ROWS) * 300 // 86_400
    path = folder / "items.csv"
    with path.open("w") as file:
        file.write("item_id,observed_at," + ",".join(FEATURES) + ",y\n")
        for row in range(ROWS):
            values = ",".join(map(repr, x[row].tolist()))
            file.write(f"i{row},{days[row]},{values},{y[row]}\n")
    return path


def write_workspace(folder: pathlib.Path, data: pathlib.Path) -> None:
    """Writes the four YAML files of a workspace over `data`."""
    for name in ("sources", "features", "recipes"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    columns = "\n".join(f"  {name}: {{type: float64}}" for name in [*FEATURES, "y"])
    features = "\n".join(f"      {name}: {{type: float64}}" for name in FEATURES)
    (folder / "martlet.yaml").write_text("name: benchmark\nauth: off\nendpoints:\n  y: {model: y}\n")
    (folder / "sources/items.yaml").write_text(WORKSPACE_SOURCE.format(data=data, columns=columns))
    (folder / "features/items.yaml").write_text(WORKSPACE_FEATURES.format(features=features))
    (folder / "recipes/y.yaml").write_text(WORKSPACE_RECIPE)


def martlet(folder: pathlib.Path, *arguments: str) -> str:
    """Runs one command on the workspace and returns what it printed."""
    result = subprocess.run(
        ["martlet", *arguments, "--workspace", str(folder)], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if result.returncode:
        raise SystemExit(f"martlet {' '.join(arguments)} ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


WORKSPACE_SOURCE = """\
name: items
location: {{path: {data}}}
format: csv
columns:
  item_id: {{type: string}}
  observed_at: {{type: date}}
{columns}
"""

WORKSPACE_FEATURES = """\
entities:
  item: {{join_keys: [item_id], type: string}}
feature_views:
  item_state:
    entity: item
    source: {{table: items}}
    event_timestamp: observed_at
    features:
{features}
feature_services:
  item: {{views: [item_state]}}
"""

WORKSPACE_RECIPE = """\
name: y
model: y
task: regression
loader: {sql: "SELECT item_id, observed_at, y FROM items ORDER BY _row", timestamp: observed_at}
label: y
feature_service: item
experiments:
  - {name: lightgbm, rounds: 200, parameters: {learning_rate: 0.1, num_leaves: 31}}
metrics: [rmse, mae]
explain: {sample: 200}
"""
