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


def as_table(records: Sequence[Record]) -> pa.Table:
    return to_table(records, type(records[0]))


def _objects(records: Sequence[Record]) -> pd.DataFrame:
    """Python dates and text as pandas keeps them by itself; counts stay whole numbers."""
    frame = pd.DataFrame([attrs.asdict(record) for record in records])
    for column in frame.columns:
        if column.endswith("_minor"):
            frame[column] = frame[column].astype("Int64")
    return frame


class Stream:
    """Something that is only known to give a stream of Arrow batches."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def _words(table: pa.Table) -> pa.Table:
    """Repeated words as numbers into a list of them, as many writers keep them."""
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(i, field.name, table.column(i).dictionary_encode())
    return table


_ELSEWHERE = duckdb.connect()
"""Kept open here: before DuckDB 2.0 a relation does not keep its connection open."""


def _own_connection(table: pa.Table) -> duckdb.DuckDBPyRelation:
    return _ELSEWHERE.from_arrow(table)


def _default_connection(table: pa.Table) -> duckdb.DuckDBPyRelation:
    return duckdb.from_arrow(table)


TABLE_KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "arrow": lambda table: table,
    "arrow-words": _words,
    "arrow-stream": Stream,
    "reader": lambda table: table.to_reader(max_chunksize=1),
    "pandas-numpy": lambda table: table.to_pandas(integer_object_nulls=True),
    "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars-lazy": lambda table: pl.from_arrow(table).lazy(),
    "duckdb": _default_connection,
    "duckdb-elsewhere": _own_connection,
}
"""How a table becomes a frame of each kind."""


def _of_records(build: Callable[[pa.Table], Any]) -> Callable[[Sequence[Record]], Any]:
    return lambda records: build(as_table(records))


KINDS: dict[str, Callable[[Sequence[Record]], Any]] = {
    "records": list,
    "pandas-objects": _objects,
    **{name: _of_records(build) for name, build in TABLE_KINDS.items()},
}
"""How records become a frame of each kind."""
