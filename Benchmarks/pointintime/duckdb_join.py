"""The join as one writes it in DuckDB's SQL: duckdb_join.py FOLDER.

In this data a row that is known later is never older, so that "as of created" finds the newest visible row.
"""
import pathlib
import sys

import duckdb

folder = pathlib.Path(sys.argv[1])
columns, joins = "", ""
for view in ("view1", "view2"):
    for index in range(5):
        is_valid = f"{view}.event_at >= s.asked_at - INTERVAL 90 DAY"
        columns += f", CASE WHEN {is_valid} THEN {view}.f{index} END AS {view}__f{index}"
    joins += f"""
        ASOF LEFT JOIN read_parquet('{folder}/{view}.parquet') {view}
        ON s.entity_id = {view}.entity_id AND s.asked_at >= {view}.created_at"""
duckdb.sql(
    f"""
    COPY (
        SELECT s.* EXCLUDE (row){columns}
        FROM (SELECT *, row_number() OVER () AS row FROM read_parquet('{folder}/spine.parquet')) s {joins}
        ORDER BY s.row
    ) TO '{folder}/duckdb.parquet' (FORMAT parquet)
    """
)
