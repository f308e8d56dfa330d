"""The only door to dataframes.

Whatever a caller holds (records, Arrow, pandas, Polars, DuckDB, Spark and anything else that
Narwhals knows) comes in here. Only the columns that count are taken, as Arrow, and put on an
embedded DuckDB that belongs to one calculation alone. From there on there is one engine with one
arithmetic, so all kinds of frames give the same answer to the penny. Sums and products are made in
128-bit whole numbers, and an amount that does not fit is an error, never wrapped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import CoprometricsError, MetricError, ParameterError
from coprometrics.metrics._calendar import instants_within
from coprometrics.metrics._canonical import canonical_column
from coprometrics.metrics.base import UNKNOWN
from coprometrics.money import CURRENCIES
from coprometrics.periods import Period
from coprometrics.records import FieldSpec, Record, field_specs
from coprometrics.tables.arrow import arrow_type, to_table

__all__ = ["Engine", "grouped", "quoted"]


def quoted(name: str) -> str:
    """Write a column's name so that SQL takes it as it is."""
    return '"' + name.replace('"', '""') + '"'


def grouped(by: str, taken: Sequence[str] = ()) -> str:
    """Write the value that a row is grouped by, as text; ``unknown`` where there is none.

    Args:
        by: the column.
        taken: names that the answer uses otherwise.

    Raises:
        ParameterError: when the answer could not tell the column from another.
    """
    if by in taken:
        raise ParameterError(
            f"rows cannot be told apart by {by!r}", where="by", remedy="use another column"
        )
    return f"coalesce(CAST({quoted(by)} AS VARCHAR), '{UNKNOWN}')"


class Engine:
    """The DuckDB of one calculation.

    Examples:
        >>> engine = Engine()
        >>> engine.rows("SELECT 1 AS one, sum(2::BIGINT) AS two")
        [{'one': 1, 'two': 2}]
    """

    def __init__(self) -> None:
        self._connection = duckdb.connect()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._connection.close()

    def read(
        self,
        data: object,
        name: str,
        record_type: type[Record],
        need: Sequence[str],
        may: Sequence[str] = (),
        extra: Sequence[str] = (),
    ) -> frozenset[str]:
        """Take in data as a table called ``name``.

        Days are dates in it, instants are microseconds since 1970-01-01 UTC.

        Args:
            data: records or a frame of any kind.
            name: what the argument is called.
            record_type: the type of record that the rows are like.
            need: the columns without which there is no answer.
            may: columns that are used where they are there; else they hold their default.
            extra: needed columns that the record type may not have; they are read as text.

        Returns:
            The columns that the caller's data really have, of those asked for.

        Raises:
            MetricError: when a column is missing, of the wrong type, or holds what it must not.
        """
        specs = field_specs(record_type)
        wanted = {column: specs[column] for column in dict.fromkeys((*need, *may))}
        grouping = [column for column in dict.fromkeys(extra) if column not in wanted]
        for column in grouping:
            wanted[column] = FieldSpec(kind="string", doc="", nullable=True)
        given, columns = _opened(data, name, record_type)
        for column in (*need, *extra):
            if column not in columns:
                raise MetricError(
                    f"there is no column {column!r}",
                    where=name,
                    remedy=f"it has {', '.join(columns) or 'no columns'}",
                )
        present = [column for column in wanted if column in columns]
        taken = _selected(given, present, name)
        height = taken.num_rows
        arrays = {
            column: canonical_column(
                taken.column(column), column, wanted[column], name, as_text=column in grouping
            )
            if column in present
            else _absent(spec, height)
            for column, spec in wanted.items()
        }
        # One row number for each row, so that rows with the same id are still told apart.
        arrays["row_"] = pc.cumulative_sum(
            _absent(FieldSpec(kind="integer", doc="", default=1), height)
        )
        self._connection.register(name, pa.table(arrays))
        self._check({column: wanted[column] for column in present}, name)
        return frozenset(present)

    def _check(self, specs: Mapping[str, FieldSpec], name: str) -> None:
        """Refuse nulls where the record type has none, and words outside a closed list."""
        needed = [column for column, spec in specs.items() if not spec.nullable]
        if needed:
            counts = ", ".join(f"count({quoted(c)}) AS {quoted(c)}" for c in needed)
            (seen,) = self.rows(f"SELECT count(*) AS row_, {counts} FROM {name}")  # noqa: S608
            for column in needed:
                if missing := seen["row_"] - seen[column]:
                    raise MetricError(
                        f"{missing:,} of {seen['row_']:,} rows have no {column}",
                        where=f"{name}.{column}",
                        remedy="fill it in, or leave these rows out knowingly",
                    )
        for column, spec in specs.items():
            if not spec.options:
                continue
            words = self.rows(f"SELECT DISTINCT {quoted(column)} AS word FROM {name}")  # noqa: S608
            odd = sorted({row["word"] for row in words} - {None} - set(spec.options))
            if odd:
                raise MetricError(
                    f"{column} holds {', '.join(map(repr, odd[:3]))}",
                    where=f"{name}.{column}",
                    remedy="give three capital letters of ISO 4217, such as GBP"
                    if set(spec.options) == set(CURRENCIES)
                    else f"use one of {', '.join(spec.options)}",
                )

    def refuse_repeated(self, name: str, column: str) -> None:
        """Refuse a table in which an identifier is there more than once.

        Raises:
            MetricError: naming the first few.
        """
        rows = self.rows(
            f"SELECT {quoted(column)} AS word FROM {name} GROUP BY word "  # noqa: S608
            "HAVING count(*) > 1 ORDER BY word LIMIT 3"
        )
        if rows:
            raise MetricError(
                f"{', '.join(row['word'] for row in rows)} is there more than once",
                where=f"{name}.{column}",
                remedy="keep one row for each",
            )

    def keep(self, name: str, query: str, *parameters: object) -> None:
        """Work a query out once, as a table of its own."""
        try:
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", list(parameters)
            )
        except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
            raise _too_large() from error

    def put(self, name: str, table: pa.Table) -> None:
        """Add a small table."""
        self._connection.register(name, table)

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """Bring a small result to Python; every whole number is an int."""
        return [
            {column: _plain(value) for column, value in row.items()}
            for row in self.table(query, *parameters).to_pylist()
        ]

    def table(self, query: str, *parameters: object) -> pa.Table:
        """Bring a result to Arrow."""
        try:
            found: pa.Table = self._connection.sql(query, params=list(parameters)).to_arrow_table()
        except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
            raise _too_large() from error
        return found

    def zoned(self, name: str, period: Period) -> str:
        """Prepare the test whether instants of a table lie in a period, each in its own time zone.

        Rows without a time zone are taken in UTC.

        Returns:
            The name of a table of spans, with ``zone``, ``since`` and ``until`` in microseconds.

        Raises:
            MetricError: when a time zone does not exist.
        """
        zones = self.rows(
            f"SELECT DISTINCT coalesce(timezone, 'UTC') AS zone FROM {name} ORDER BY zone"  # noqa: S608
        )
        spans: list[tuple[str, int, int]] = []
        for row in zones:
            try:
                found = instants_within(period, row["zone"])
            except MetricError as error:
                where = f"{name}.timezone"
                raise MetricError(error.what, where=where, remedy=error.remedy) from error
            spans += [(row["zone"], since, until) for since, until in found]
        kinds = {"zone": pa.string(), "since": pa.int64(), "until": pa.int64()}
        self.put(
            f"{name}_spans",
            pa.table(
                {
                    column: pa.array([span[i] for span in spans], type=kind)
                    for i, (column, kind) in enumerate(kinds.items())
                }
            ),
        )
        return f"{name}_spans"


def _too_large() -> MetricError:
    return MetricError(
        "the amounts are too large to calculate with",
        remedy="check them: they must be in minor units, such as pence",
    )


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value


def _absent(spec: FieldSpec, height: int) -> pa.Array[Any]:
    kind: Any = pa.int64() if spec.kind == "instant" else arrow_type(spec)
    value: Any = pa.scalar(spec.default or None, type=kind)
    repeated: pa.Array[Any] = pa.repeat(value, height)
    return repeated


def _opened(data: object, name: str, record_type: type[Record]) -> tuple[Any, list[str]]:
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
        return frame, list(frame.collect_schema().names())
    if hasattr(data, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(data)
        return reader, list(reader.schema.names)
    raise MetricError(
        f"a {type(data).__name__} is neither records nor a frame",
        where=name,
        remedy="give a list of records, or an Arrow, pandas, Polars, DuckDB or Spark frame",
    )


def _selected(data: Any, columns: list[str], name: str) -> pa.Table:
    """Take only the columns that count, as Arrow."""
    try:
        if isinstance(data, pa.Table):
            return data.select(columns)
        if isinstance(data, pa.RecordBatchReader):
            # Batch by batch, so that columns that do not count are never all in memory.
            narrow = [batch.select(columns) for batch in data]
            schema = pa.schema([data.schema.field(column) for column in columns])
            return pa.Table.from_batches(narrow, schema=schema)
        if isinstance(data, duckdb.DuckDBPyRelation):
            relation: pa.Table = data.project(", ".join(map(quoted, columns))).to_arrow_table()
            return relation
        frame = data.select(*columns)
        if isinstance(frame, nw.LazyFrame):
            collected: pa.Table = frame.collect("pyarrow").to_native()
            return collected
        if frame.implementation.is_pandas():
            # Arrow itself reads columns of Python dates, which Narwhals leaves as objects.
            return pa.Table.from_pandas(frame.to_native(), preserve_index=False)
        arrow: pa.Table = frame.to_arrow()
        return arrow
    except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise MetricError(
            f"a column cannot be read ({str(error).splitlines()[0]})",
            where=name,
            remedy="give each column one name and one type",
        ) from error
