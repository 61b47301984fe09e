"""Writes spine.parquet, view1.parquet and view2.parquet: 100,000 rows to fill from two views of 1,000,000 rows each.

A spine row asks at a whole hour of the last 180 days; a view row was true at a whole hour of the last 365 days and became
known within the hour after. One row in forty shares entity and hour with another, so that the later created decides.
"""
import pathlib

import numpy
import polars

SPINE_ROWS, VIEW_ROWS, FEATURES = 100_000, 1_000_000, 5
HOUR, END = 3_600_000_000, 1_700_002_800_000_000


def moments(microseconds: numpy.ndarray) -> polars.Series:
    return polars.Series(microseconds.astype(numpy.int64)).cast(polars.Datetime("us"))


def write_parquet(folder: pathlib.Path) -> None:
    generator = numpy.random.default_rng(7)
    polars.DataFrame(
        {
            "entity_id": generator.integers(0, SPINE_ROWS, SPINE_ROWS),
            "asked_at": moments(END - generator.integers(0, 180 * 24, SPINE_ROWS) * HOUR),
            "label": generator.random(SPINE_ROWS),
        }
    ).write_parquet(folder / "spine.parquet")
    for view in (1, 2):
        entity = generator.integers(0, SPINE_ROWS, VIEW_ROWS)
        event = END - generator.integers(0, 365 * 24, VIEW_ROWS) * HOUR
        copies, originals = generator.integers(0, VIEW_ROWS, (2, VIEW_ROWS // 40))
        entity[copies], event[copies] = entity[originals], event[originals]
        columns = {
            "entity_id": entity,
            "event_at": moments(event),
            "created_at": moments(event + generator.integers(0, HOUR, VIEW_ROWS)),
        }
        for index in range(FEATURES):
            columns[f"f{index}"] = generator.random(VIEW_ROWS)
        polars.DataFrame(columns).write_parquet(folder / f"view{view}.parquet")
