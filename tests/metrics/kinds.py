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


def _relation(records: Sequence[Record]) -> duckdb.DuckDBPyRelation:
    given = as_table(records)  # noqa: F841  (the default connection finds it by its name)
    return duckdb.sql("SELECT * FROM given")


class Stream:
    """Something that is only known to give a stream of Arrow batches."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def _words(records: Sequence[Record]) -> pa.Table:
    """Repeated words as numbers into a list of them, as many writers keep them."""
    table = as_table(records)
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(i, field.name, table.column(i).dictionary_encode())
    return table


def _own_connection(records: Sequence[Record]) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("given", as_table(records))
    return connection.table("given")


KINDS: dict[str, Callable[[Sequence[Record]], Any]] = {
    "records": list,
    "arrow": as_table,
    "reader": lambda records: as_table(records).to_reader(max_chunksize=1),
    "pandas-objects": _objects,
    "pandas-numpy": lambda records: as_table(records).to_pandas(integer_object_nulls=True),
    "pandas-arrow": lambda records: as_table(records).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda records: pl.from_arrow(as_table(records)),
    "polars-lazy": lambda records: pl.from_arrow(as_table(records)).lazy(),
    "duckdb": _relation,
    "duckdb-elsewhere": _own_connection,
    "arrow-words": _words,
    "arrow-stream": lambda records: Stream(as_table(records)),
}
