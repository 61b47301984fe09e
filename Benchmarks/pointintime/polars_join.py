"""The join as one writes it with Polars: polars_join.py FOLDER.

In this data a row that is known later is never older, so that "as of created" finds the newest visible row.
"""
import pathlib
import sys

import polars

folder = pathlib.Path(sys.argv[1])
joined = polars.scan_parquet(folder / "spine.parquet").with_row_index("row").sort("asked_at")
for view in ("view1", "view2"):
    rows = polars.scan_parquet(folder / f"{view}.parquet").sort("created_at")
    values = [name for name in rows.collect_schema().names() if name.startswith("f")]
    joined = joined.join_asof(
        rows, left_on="asked_at", right_on="created_at", by="entity_id", strategy="backward", check_sortedness=False
    )
    is_valid = polars.col("event_at") >= polars.col("asked_at") - polars.duration(days=90)
    joined = joined.with_columns(polars.when(is_valid).then(polars.col(name)).alias(f"{view}__{name}") for name in values)
    joined = joined.drop("event_at", "created_at", *values, strict=False)
joined.sort("row").drop("row").collect().write_parquet(folder / "polars.parquet")
