"""Training 200 trees of 31 leaves on 100,000 × 9: `martlet train` beside the LightGBM Python package, in one run.

Both are whole processes that read the data, split it 70/15/15 in order, train with the validation metric after each tree,
measure the three parts, explain 200 rows by SHAP values and write the model. Martlet also joins its features point-in-time,
writes the snapshot, checks parity of its scorer on every test row, and registers the version.
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from measure import median_of, run_measured, table  # noqa: E402
from workspace import martlet, write_data, write_workspace  # noqa: E402

RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as name:
        folder = pathlib.Path(name)
        workspace = folder / "workspace"
        data = write_data(folder)
        write_workspace(workspace, data)
        martlet(workspace, "ingest")
        martlet(workspace, "features", "apply")
        recipe = str(workspace / "recipes/y.yaml")
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(
                run_measured(
                    ["martlet", "train", "--recipe-file", recipe, "--workspace", str(workspace)], stderr=subprocess.DEVNULL
                )
            )
            theirs.append(run_measured([sys.executable, str(pathlib.Path(__file__).with_name("peer.py")), str(data), name]))
        ours, theirs = median_of(ours), median_of(theirs)
        table(
            f"Training 200 trees on 100,000 × 9, whole process, medians of {RUNS}",
            ["stack", "wall s", "CPU s", "peak MB"],
            [["Martlet", *ours], ["LightGBM Python package", *theirs]],
        )
        print(f"\nCPU: {ours[1] / theirs[1]:.2f} × the Python package's")


if __name__ == "__main__":
    main()
