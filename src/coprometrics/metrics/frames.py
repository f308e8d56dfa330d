"""The only door to dataframes.

Whatever a caller holds (records, Arrow, pandas, Polars, DuckDB, Spark and anything else that
Narwhals knows) comes in here. Only the columns that count are looked at. A Spark DataFrame is
worked through on its Spark, a DuckDB relation on its own connection, and everything else as Arrow
columns on an embedded DuckDB. All of them run the same SQL on whole numbers, so all give the same
answer to the penny.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import CoprometricsError, MetricError
from coprometrics.metrics._columns import Reading, column_reading
from coprometrics.metrics._duckdb import (
    RELATIONS_STAY,
    BorrowedDuckDB,
    OwnDuckDB,
    is_usual,
    quoted,
    remedy_if_in_use,
    share_connection,
)
from coprometrics.metrics._engine import Engine
from coprometrics.metrics._given import Given
from coprometrics.records import FieldSpec, Record, field_specs
from coprometrics.tables.arrow import to_table

__all__ = ["Engine", "Given", "engine_over", "given"]


def given(
    data: object,
    name: str,
    record_type: type[Record],
    need: Sequence[str],
    may: Sequence[str] = (),
    extra: Sequence[str] = (),
    *,
    checked: bool = True,
) -> Given:
    """Take in what a caller holds.

    Args:
        data: records or a frame of any kind.
        name: what the argument is called.
        record_type: the type of record that the rows are like.
        need: the columns without which there is no answer.
        may: columns that are used where they are there; else they hold their default.
        extra: needed columns that the record type may not have; they are read as text.
        checked: whether to check every value before anything is worked out. Where not, the metric
            has to call the ``check`` of its engine when it sees a wrong value.

    Returns:
        The data with the columns that count, for `engine_over`. ``column in given`` says whether
        one of them is there.

    Raises:
        MetricError: when a column is missing or of the wrong type, or the data are neither records
            nor a frame.

    Examples:
        >>> from coprometrics.records import Activity
        >>> frame = pa.table({"headcount": [30, 40], "room": ["A", "B"]})
        >>> held = given(frame, "activities", Activity, need=("headcount",), may=("capacity",))
        >>> "headcount" in held, "capacity" in held
        (True, False)
        >>> given(frame, "activities", Activity, need=("id",))
        Traceback (most recent call last):
            ...
        coprometrics.errors.MetricError: activities: there is no column 'id'; it has headcount, room
    """
    specs = field_specs(record_type)
    wanted = {column: specs[column] for column in dict.fromkeys((*need, *may))}
    grouping = [column for column in dict.fromkeys(extra) if column not in wanted]
    for column in grouping:
        wanted[column] = FieldSpec(kind="string", doc="", nullable=True)
    named: list[Any]
    try:
        opened, named = _opened(data, name, record_type)
    except CoprometricsError:
        raise
    except Exception as error:
        raise _cannot_read(name, error) from error
    columns = [column for column in named if isinstance(column, str)]
    if len(columns) < len(named):
        raise MetricError(
            "a column has a name that is no text", where=name, remedy="name every column by a text"
        )
    for column in (*need, *extra):
        if column not in columns:
            raise MetricError(
                f"there is no column {column!r}",
                where=name,
                remedy=f"it has {', '.join(columns) or 'no columns'}",
            )
    present = [column for column in wanted if column in columns]
    if len({column.casefold() for column in present}) < len(present):
        raise MetricError(
            f"columns differ only in small and capital letters: {', '.join(sorted(present))}",
            where=name,
            remedy="rename one of them",
        )
    native, types = _narrowed(opened, present, name)
    readings: dict[str, Reading] = {
        column: column_reading(
            types[column], column, wanted[column], name, as_text=column in grouping
        )
        for column in present
    }
    empty = frozenset(
        column
        for column in present
        if isinstance(native, pa.Table) and native.column(column).null_count == native.num_rows
    )
    return Given(name, native, wanted, readings, empty, checked)


def engine_over(*inputs: Given) -> Engine:
    """Give the engine that works through data where they are; close it after use.

    Args:
        *inputs: what `given` took in. With a Spark DataFrame among them all is worked out on its
            Spark, else with a DuckDB relation on its connection, else on an embedded DuckDB.

    Returns:
        The engine, to be used with ``with``. In its queries each input is a table with the name it
        was given. Days are dates, instants are microseconds since 1970-01-01 UTC.

    Raises:
        MetricError: when a value does not fit its column, or is missing where there must be one.

    Examples:
        >>> from coprometrics.records import Activity
        >>> frame = pa.table({"headcount": [30, None, 40]})
        >>> held = given(frame, "activities", Activity, need=("headcount",))
        >>> with engine_over(held) as engine:
        ...     engine.rows(
        ...         f"SELECT {engine.total('headcount')} AS people, "
        ...         "count(*) - count(headcount) AS unknown FROM activities "
        ...         f"WHERE headcount IS NULL OR headcount > {engine.value(10)}")
        [{'people': 70, 'unknown': 1}]
    """
    if spark := [given for given in inputs if _is_spark(given.native)]:
        from coprometrics.metrics._spark import Spark, refuse_sessions_apart

        session = spark[0].native.sparkSession
        refuse_sessions_apart(spark, session)
        local = [given if _is_spark(given.native) else _in_memory(given) for given in inputs]
        return Spark(local, session)
    relations = [given for given in inputs if isinstance(given.native, duckdb.DuckDBPyRelation)]
    if not relations:
        return OwnDuckDB(inputs)
    anchor: duckdb.DuckDBPyRelation = relations[0].native
    if not is_usual(anchor):
        return OwnDuckDB([_in_memory(given) for given in inputs])
    return BorrowedDuckDB([_beside(given, anchor) for given in inputs], anchor)


def _beside(given: Given, anchor: duckdb.DuckDBPyRelation) -> Given:
    """Bring data to the connection of a relation, where they are on another one."""
    native = given.native
    if isinstance(native, pa.Table) or share_connection(anchor, native):
        return given
    return _in_memory(given)


def _in_memory(given: Given) -> Given:
    """Read a relation into memory."""
    if isinstance(given.native, pa.Table):
        return given
    try:
        table = _readable(given.native.to_arrow_table())
    except duckdb.Error as error:
        raise _cannot_read(given.name, error) from error
    return Given(given.name, table, given.specs, given.readings, given.empty, given.checked)


def _is_spark(native: object) -> bool:
    return not isinstance(native, pa.Table | duckdb.DuckDBPyRelation)


def _opened(data: object, name: str, record_type: type[Record]) -> tuple[Any, list[Any]]:
    """Recognise what the caller gave, and list its columns."""
    if isinstance(data, list | tuple):
        try:
            table = to_table(data, record_type)
        except CoprometricsError as error:
            raise MetricError(error.what, where=name, remedy=error.remedy) from error
        return table, table.column_names
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    if isinstance(data, pa.Table | pa.RecordBatchReader):
        return data, list(data.schema.names)
    if isinstance(data, duckdb.DuckDBPyRelation):
        return data, list(data.columns)
    frame: Any = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.LazyFrame | nw.DataFrame):
        if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
            from coprometrics.metrics._spark import spark_columns

            return data, spark_columns(data)
        return frame, list(frame.collect_schema().names())
    if hasattr(data, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(data)
        return reader, list(reader.schema.names)
    raise MetricError(
        f"a {type(data).__name__} is neither records nor a frame",
        where=name,
        remedy="give a list of records, or an Arrow, pandas, Polars, DuckDB or Spark frame",
    )


def _narrowed(data: Any, columns: list[str], name: str) -> tuple[Any, Mapping[str, pa.DataType]]:
    """Take only the columns that count, where they are or as Arrow; give their types."""
    try:
        if isinstance(data, duckdb.DuckDBPyRelation):
            relation = data.project(", ".join(map(quoted, columns)))
            if RELATIONS_STAY:
                return relation, _types(relation.limit(0).to_arrow_table().schema)
            table: pa.Table = relation.to_arrow_table()
        elif isinstance(data, pa.Table | pa.RecordBatchReader | nw.LazyFrame | nw.DataFrame):
            table = _readable(_arrow(data, columns))
        else:
            from coprometrics.metrics._spark import narrowed

            return narrowed(data, columns)
    except CoprometricsError:
        raise
    except Exception as error:
        raise _cannot_read(name, error) from error
    return table, _types(table.schema)


def _cannot_read(name: str, error: Exception) -> MetricError:
    """Make the error of data that their own library cannot read; its words may show the data."""
    return MetricError(
        f"the data cannot be read ({type(error).__name__})",
        where=name,
        remedy=remedy_if_in_use(error)
        or "check that they are still there, and that each column has one name and one type",
    )


def _types(schema: pa.Schema) -> Mapping[str, pa.DataType]:
    return {field.name: field.type for field in schema}


def _readable(table: pa.Table) -> pa.Table:
    """Turn the types of Arrow that not every engine reads into those that hold the same."""
    for i, field in enumerate(table.schema):
        column = table.column(i)
        if pa.types.is_dictionary(field.type) and _hides_nulls(column):
            column = column.cast(field.type.value_type)
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns" and column.type.tz:
            column = _floored(column)
        if (wider := _wider(column.type)) != column.type:
            column = column.cast(wider)
        if column.type != field.type:
            table = table.set_column(i, field.with_type(column.type), column)
    return table


def _hides_nulls(column: pa.ChunkedArray[Any]) -> bool:
    """Say whether a null is among the values of a dictionary, where it is not counted as one."""
    chunks: list[Any] = column.chunks
    return any(chunk.dictionary.null_count for chunk in chunks)


def _floored(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    """Cut instants off after their microseconds, towards the past."""
    nanoseconds = column.cast(pa.int64())
    microseconds = pc.divide(nanoseconds, 1000)
    below = pc.less(pc.subtract(nanoseconds, pc.multiply(microseconds, 1000)), 0)
    floored: pa.ChunkedArray[Any] = pc.subtract(microseconds, below.cast(pa.int64()))
    return floored.cast(pa.timestamp("us", column.type.tz))


def _wider(kind: pa.DataType) -> pa.DataType:
    types = pa.types
    if types.is_decimal(kind) and not types.is_decimal128(kind):
        return pa.decimal128(38, kind.scale)
    if types.is_float16(kind):
        return pa.float32()
    if types.is_date64(kind):
        return pa.timestamp("ms")
    if types.is_string_view(kind):
        return pa.large_string()
    if types.is_list(kind) and types.is_string_view(kind.value_type):
        return pa.list_(pa.large_string())
    return kind


def _arrow(data: Any, columns: list[str]) -> pa.Table:
    if isinstance(data, pa.Table):
        return data.select(columns)
    if isinstance(data, pa.RecordBatchReader):
        # Batch by batch, so that columns that do not count are never all in memory.
        narrow = [batch.select(columns) for batch in data]
        schema = pa.schema([data.schema.field(column) for column in columns])
        return pa.Table.from_batches(narrow, schema=schema)
    frame = data.select(*columns)
    if isinstance(frame, nw.LazyFrame):
        collected: pa.Table = frame.collect("pyarrow").to_native()
        return collected
    if frame.implementation.is_pandas():
        # Arrow itself reads columns of Python dates, which Narwhals leaves as objects.
        return pa.Table.from_pandas(frame.to_native(), preserve_index=False)
    arrow: pa.Table = frame.to_arrow()
    return arrow
