"""A point-in-time join of 100,000 rows with two views of 1,000,000: Martlet beside Polars and DuckDB, in one run.

Each is a whole process from Parquet files to a Parquet file, by the same rules: event and created not after the row's
moment, event at most 90 days before it, the later event and then the later created wins. Martlet reads the views through
SQL in the view, nothing is ingested before; it also hashes the result and lists what it was made from. The three results
are compared row by row before anything is printed.
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from generate import FEATURES, write_parquet  # noqa: E402
from measure import median_of, run_measured, table  # noqa: E402

RUNS = 5
HERE = pathlib.Path(__file__).resolve().parent


def write_workspace(folder: pathlib.Path, data: pathlib.Path) -> None:
    """Writes a workspace whose two views read the Parquet files in `data`."""
    (folder / "features").mkdir(parents=True)
    (folder / "martlet.yaml").write_text("name: benchmark\n")
    features = "".join(f"      f{index}: {{type: float64}}\n" for index in range(FEATURES))
    text = "entities:\n  thing: {join_keys: [entity_id], type: int64}\nfeature_views:\n"
    for view in ("view1", "view2"):
        text += (
            f"  {view}:\n    entity: thing\n    source: {{sql: \"SELECT * FROM read_parquet('{data}/{view}.parquet')\"}}\n"
            f"    event_timestamp: event_at\n    created_timestamp: created_at\n    ttl: 90d\n    features:\n{features}"
        )
    (folder / "features/views.yaml").write_text(text + "feature_services:\n  both: {views: [view1, view2]}\n")


def check(data: pathlib.Path) -> float:
    """Ends the benchmark unless the three results are the same; the part of cells that hold a value."""
    import polars

    wanted = polars.read_parquet(data / "polars.parquet")
    for name in ("duckdb", "martlet"):
        found = polars.read_parquet(data / f"{name}.parquet")
        if found.columns != wanted.columns or not found.equals(wanted, null_equal=True):
            raise SystemExit(f"{name} gives another result than polars; nothing is measured")
    cells = wanted.select(name for name in wanted.columns if "__" in name)
    return 1 - sum(cells.null_count().row(0)) / (cells.height * cells.width)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as name:
        data = pathlib.Path(name)
        write_parquet(data)
        write_workspace(data / "workspace", data)
        historical = ["features", "historical", str(data / "spine.parquet"), "both", "--timestamp", "asked_at"]
        output = ["-o", str(data / "martlet.parquet"), "--workspace", str(data / "workspace")]
        commands = {
            "Martlet": ["martlet", *historical, *output],
            "Polars join_asof": [sys.executable, str(HERE / "polars_join.py"), name],
            "DuckDB ASOF JOIN": [sys.executable, str(HERE / "duckdb_join.py"), name],
        }
        for command in commands.values():
            run_measured(command, stderr=subprocess.DEVNULL)
        filled = check(data)
        runs = {stack: [] for stack in commands}
        for _ in range(RUNS):
            for stack, command in commands.items():
                runs[stack].append(run_measured(command, stderr=subprocess.DEVNULL))
        medians = {stack: median_of(measured) for stack, measured in runs.items()}
        table(
            f"Point-in-time join of 100,000 rows with 2 × 1,000,000, Parquet to Parquet, whole process, medians of {RUNS}",
            ["stack", "wall s", "CPU s", "peak MB"],
            [[stack, *median] for stack, median in medians.items()],
        )
        ratio = medians["Martlet"][1] / medians["Polars join_asof"][1]
        print(f"\nCPU: {ratio:.2f} × Polars; the three results are equal in every row, {filled:.0%} of the cells filled")


if __name__ == "__main__":
    main()
