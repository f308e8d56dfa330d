"""The same records as every kind of frame that a user may hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from coprometrics.records import Record
from coprometrics.tables.arrow import to_table


def _table(records: Sequence[Record]) -> pa.Table:
    return to_table(records, type(records[0]))


def _objects(records: Sequence[Record]) -> pd.DataFrame:
    """Python dates and text as pandas keeps them by itself; counts stay whole numbers."""
    frame = pd.DataFrame([attrs.asdict(record) for record in records])
    for column in frame.columns:
        if column.endswith("_minor"):
            frame[column] = frame[column].astype("Int64")
    return frame


def _relation(records: Sequence[Record]) -> duckdb.DuckDBPyRelation:
    given = _table(records)  # noqa: F841  (the default connection finds it by its name)
    return duckdb.sql("SELECT * FROM given")


KINDS: dict[str, Callable[[Sequence[Record]], Any]] = {
    "records": list,
    "arrow": _table,
    "reader": lambda records: _table(records).to_reader(max_chunksize=1),
    "pandas-objects": _objects,
    "pandas-numpy": lambda records: _table(records).to_pandas(integer_object_nulls=True),
    "pandas-arrow": lambda records: _table(records).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda records: pl.from_arrow(_table(records)),
    "polars-lazy": lambda records: pl.from_arrow(_table(records)).lazy(),
    "duckdb": _relation,
}
