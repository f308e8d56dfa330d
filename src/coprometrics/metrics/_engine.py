"""Where the heavy part of a metric is worked out: one SQL for every engine.

Metrics are written once, in the SQL that DuckDB and Spark share; the few things that the two write
differently are methods here. Only small results come to Python.
"""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, Self

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics._calendar import FIRST_MOMENT, LAST_MOMENT, instants_within
from coprometrics.metrics._columns import fitting_remedy
from coprometrics.metrics._given import Given
from coprometrics.metrics.base import MAX_INT, UNKNOWN, table
from coprometrics.money import CURRENCIES
from coprometrics.periods import Period
from coprometrics.records import FieldSpec

__all__ = ["Engine", "Value", "too_large", "unreadable"]

Value = str | int | dt.date
"""What a query may be given besides tables."""

_WORD: Final = re.compile(r"\w+")
_WRITTEN_OUT: Final = 12
_SQL_TYPES: Final = {pa.string(): "STRING", pa.int64(): "BIGINT", pa.date32(): "DATE"}


class Engine(ABC):
    """The tables of one calculation, and the SQL over them.

    Days are dates, instants are microseconds since 1970-01-01 UTC. A query names what was given or
    defined as if it were a table.
    """

    _types: ClassVar[Mapping[str, str]] = {
        "string": "STRING",
        "integer": "BIGINT",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "instant": "BIGINT",
    }
    _naive: ClassVar[str]
    _inlined: ClassVar[str] = ""

    def __init__(self) -> None:
        self._definitions: dict[str, str] = {}
        self._raw: dict[str, tuple[Given, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, fault: object, *_unused: object) -> None:
        try:
            self.close()
        except MetricError:
            # What went wrong first is what the caller must hear of.
            if fault is None:
                raise

    @abstractmethod
    def close(self) -> None:
        """Leave nothing behind."""

    @abstractmethod
    def keep(self, name: str, query: str) -> None:
        """Work a query out once, as a table of its own."""

    @abstractmethod
    def _placed(self, native: Any) -> str:
        """Make a table, a relation or a frame known to queries; give its name there."""

    @abstractmethod
    def table(self, query: str) -> pa.Table:
        """Bring a result to Arrow."""

    @abstractmethod
    def _fetch(self, query: str) -> list[dict[str, Any]]:
        """Bring a result to Python."""

    @abstractmethod
    def value(self, value: Value) -> str:
        """Write a value into a query, safely whatever it is."""

    @abstractmethod
    def quoted(self, name: str) -> str:
        """Write a column's name so that it is taken as it is."""

    @abstractmethod
    def quotient(self, number: str, divisor: str) -> str:
        """Write a division of whole numbers, cut off towards zero."""

    @abstractmethod
    def total(self, number: str) -> str:
        """Write a sum of whole numbers that cannot overflow."""

    @abstractmethod
    def day_number(self, day: str) -> str:
        """Write how many days lie between 1970-01-01 and a day."""

    @abstractmethod
    def plus_days(self, day: str, number: str) -> str:
        """Write the day so many days after another."""

    @abstractmethod
    def numbers(self, first: str, last: str) -> str:
        """Write, in a list of columns, one row for each whole number from first to last."""

    @abstractmethod
    def each(self, items: str) -> str:
        """Write, in a list of columns, one row for each item of a list."""

    @abstractmethod
    def _microseconds(self, instant: str) -> str:
        """Write the microseconds between 1970-01-01 UTC and an instant."""

    def _floored_microseconds(self, instant: str) -> str:
        """Write them for an instant with nanoseconds, which are cut off as in `datetime`."""
        return self._microseconds(instant)

    def put(self, name: str, table: pa.Table) -> None:
        """Add a small table; a very small one is written out."""
        if table.num_rows > _WRITTEN_OUT:
            self.define(name, f"SELECT * FROM {self._placed(table)}")
            return
        kinds = {field.name: _SQL_TYPES[field.type] for field in table.schema}
        rows = table.to_pylist() or [dict.fromkeys(kinds)]
        selects = [
            "SELECT "
            + ", ".join(
                f"CAST({'NULL' if row[column] is None else self.value(row[column])} AS {kind}) "
                f"AS {self.quoted(column)}"
                for column, kind in kinds.items()
            )
            for row in rows
        ]
        nothing = "" if table.num_rows else " WHERE false"
        self.define(name, " UNION ALL ".join(selects) + nothing)

    def define(self, name: str, query: str) -> None:
        """Give a query a name that later queries use as a table."""
        # What a definition uses stands before it, also when a name is used anew.
        self._definitions.pop(name, None)
        self._definitions[name] = query

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Bring a small result to Python; every whole number is an int."""
        return [
            {
                column: int(value) if isinstance(value, Decimal) else value
                for column, value in row.items()
            }
            for row in self._fetch(query)
        ]

    def grouped(self, by: str, taken: Sequence[str] = ()) -> str:
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
        text = f"CAST({self.quoted(by)} AS STRING)"
        return f"CASE WHEN {text} > '' THEN {text} ELSE '{UNKNOWN}' END"

    def listed(self, words: Iterable[str]) -> str:
        """Write the values of a list, for ``IN (…)``."""
        return ", ".join(self.value(word) for word in words)

    def holds(self, name: str) -> bool:
        """Say whether something given may have rows."""
        return not self._raw[name][0].is_empty

    def silent(self, name: str, column: str) -> bool:
        """Say whether something given is known to say nothing in a column."""
        given = self._raw[name][0]
        return column not in given or column in given.empty

    def has_blank(self, name: str, column: str) -> bool:
        """Say whether a column has an empty text, which counts as missing."""
        native = self._raw[name][0].native
        if isinstance(native, pa.Table) and pa.types.is_string(native.schema.field(column).type):
            return bool(pc.index(native.column(column), "").as_py() >= 0)
        blank = f"SELECT 1 AS blank FROM {name} WHERE {self.quoted(column)} = '' LIMIT 1"
        return bool(self.rows(blank))

    def fitting(self, name: str, *columns: str) -> str:
        """Write the test that words are among those that their columns may have."""
        given = self._raw[name][0]
        tests = [
            f"{self.quoted(column)} IN ({self.listed(given.specs[column].options)})"
            for column in columns
            if column in given
        ]
        return " AND ".join(tests) or "true"

    def check(self, name: str) -> None:
        """Refuse values that do not fit, nulls where there must be none, and unknown words.

        Raises:
            MetricError: naming the column and what to do.
        """
        given, raw = self._raw[name]
        if not self.holds(name):
            return
        seen = self._seen(given, raw)
        for i, (column, spec) in enumerate(given.specs.items()):
            where = f"{name}.{column}"
            if seen.get(f"odd_{i}"):
                raise MetricError(
                    f"{column} holds a value that does not fit",
                    where=where,
                    remedy=fitting_remedy(spec),
                )
            if seen.get(f"low_{i}"):
                raise MetricError(
                    f"{column} holds a number below {spec.minimum:,}",
                    where=where,
                    remedy="correct it where the data come from",
                )
            missing = 0 if spec.nullable else seen["rows_"] - seen.get(f"known_{i}", seen["rows_"])
            if missing:
                raise MetricError(
                    f"{missing:,} of {seen['rows_']:,} rows have no {column}",
                    where=where,
                    remedy="fill it in, or leave these rows out knowingly",
                )
            if seen.get(f"foreign_{i}"):
                self._refuse_words(name, column, spec)

    def _seen(self, given: Given, raw: str) -> dict[str, int]:
        """Count the rows, and by the number of each column its odd, known and foreign values."""
        seen: dict[str, int] = {}
        parts = ["count(*) AS rows_"]
        for i, (column, spec) in enumerate(given.specs.items()):
            if column not in given:
                continue
            read, odd = self._read(given, column)
            if odd:
                parts.append(f"count(CASE WHEN {odd} THEN 1 END) AS odd_{i}")
            if spec.minimum is not None and spec.minimum > -MAX_INT:
                parts.append(f"count(CASE WHEN {read} < {spec.minimum} THEN 1 END) AS low_{i}")
            if isinstance(given.native, pa.Table) and not spec.filled:
                # Arrow knows these by itself.
                values = given.native.column(column)
                seen |= {"rows_": len(values), f"known_{i}": len(values) - values.null_count}
                words = values.unique().to_pylist() if spec.options else []
                seen[f"foreign_{i}"] = len({*words} - {None, *spec.options})
                continue
            known = f"CASE WHEN {read} > '' THEN 1 END" if spec.filled else read
            parts.append(f"count({known}) AS known_{i}")
            if spec.options:
                inside = f"{read} IN ({self.listed(spec.options)})"
                parts.append(f"count(CASE WHEN NOT {inside} THEN 1 END) AS foreign_{i}")
        if len(parts) > 1:
            (counted,) = self.rows(f"SELECT {', '.join(parts)} FROM {raw}")
            seen |= counted
        return seen

    def _refuse_words(self, name: str, column: str, spec: FieldSpec) -> None:
        words = self.rows(
            f"SELECT DISTINCT {self.quoted(column)} AS word FROM {name} "
            f"WHERE {self.quoted(column)} NOT IN ({self.listed(spec.options)}) "
            "ORDER BY word LIMIT 3"
        )
        raise MetricError(
            f"{column} holds {', '.join(repr(row['word']) for row in words)}",
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
            f"SELECT {self.quoted(column)} AS word FROM {name} "
            f"GROUP BY {self.quoted(column)} HAVING count(*) > 1 ORDER BY word LIMIT 3"
        )
        if rows:
            raise MetricError(
                f"{', '.join(str(row['word']) for row in rows)} is there more than once",
                where=f"{name}.{column}",
                remedy="keep one row for each",
            )

    def zoned(self, name: str, period: Period) -> str:
        """Prepare the test whether instants of a table lie in a period, each in its own time zone.

        Rows without a time zone are taken in UTC.

        Returns:
            The name of a table of spans, with ``zone``, ``since`` and ``until`` in microseconds.

        Raises:
            MetricError: when a time zone does not exist.
        """
        spans: list[tuple[str, int, int]] = []
        for zone in self._zones(name):
            try:
                found = instants_within(period, zone)
            except ParameterError as error:
                where = f"{name}.timezone"
                raise MetricError(error.what, where=where, remedy=error.remedy) from error
            spans += [(zone, since, until) for since, until in found]
        kinds: dict[str, pa.DataType] = {
            "zone": pa.string(),
            "since": pa.int64(),
            "until": pa.int64(),
        }
        self.put(f"{name}_spans", table(kinds, spans))
        return f"{name}_spans"

    def _zones(self, name: str) -> list[str]:
        native = self._raw[name][0].native
        if isinstance(native, pa.Table):
            zones = {"UTC"}
            if "timezone" in native.column_names:
                named = native.column("timezone").unique().to_pylist()
                zones = {"UTC" if zone is None else zone for zone in named}
            return sorted(zones)
        rows = self.rows(f"SELECT DISTINCT coalesce(timezone, 'UTC') AS zone FROM {name}")
        return sorted(row["zone"] for row in rows)

    def _take(self, given: Given) -> None:
        """Define what was given as a table with columns of the common types."""
        raw = "" if given.is_empty else self._placed(given.native)
        self._raw[given.name] = (given, raw)
        there = given.readings if raw else ()
        columns = [
            f"{self._read(given, column)[0] if column in there else self._absent(spec)} "
            f"AS {self.quoted(column)}"
            for column, spec in given.specs.items()
        ]
        source = f"FROM {raw}" if raw else "WHERE false"
        self.define(given.name, f"SELECT {', '.join(columns)} {source}")

    def _check_given(self) -> None:
        for given, _raw in self._raw.values():
            if given.checked or given.is_unlikely:
                self.check(given.name)

    def _read(self, given: Given, column: str) -> tuple[str, str | None]:
        """Write a column in its common type, and the test for a value that does not fit."""
        spec = given.specs[column]
        name = self._named(column, spec)
        match given.readings[column]:
            case "as-is" | "cast" as reading:
                read = name if reading == "as-is" else f"CAST({name} AS {self._sql_type(spec)})"
                if spec.kind == "date":
                    first, last = self.value(dt.date.min), self.value(dt.date.max)
                    return read, f"{read} NOT BETWEEN {first} AND {last}"
                return f"nullif({read}, '')" if spec.filled and given.checked else read, None
            case "whole-decimal":
                return f"TRY_CAST({name} AS BIGINT)", f"abs({name}) > {2**63 - 1}"
            case "whole-float":
                odd = f"isnan({name}) OR {name} <> floor({name}) OR abs({name}) >= {2**53}"
                return f"TRY_CAST({name} AS BIGINT)", odd
            case "midnight":
                day = f"CAST({name} AS DATE)"
                return day, f"CAST({day} AS {self._naive}) <> {name}"
            case "instant":
                moment = self._microseconds(name)
            case "nanoseconds":
                moment = self._floored_microseconds(name)
        return moment, f"{moment} NOT BETWEEN {FIRST_MOMENT} AND {LAST_MOMENT}"

    def _named(self, column: str, _spec: FieldSpec) -> str:
        """Write a column of what was given, with nothing that its table decides besides."""
        return self.quoted(column)

    def _absent(self, spec: FieldSpec) -> str:
        default = f"'{spec.default}'" if spec.default else "NULL"
        return f"CAST({default} AS {self._sql_type(spec)})"

    def _sql_type(self, spec: FieldSpec) -> str:
        return self._types[spec.kind]

    def _completed(self, query: str) -> str:
        """Put the definitions that a query uses before it."""
        words = set(_WORD.findall(query))
        used: list[str] = []
        for name, definition in reversed(self._definitions.items()):
            if name in words:
                words.update(_WORD.findall(definition))
                used.append(f"{name} AS {self._inlined}({definition})")
        return f"WITH {', '.join(reversed(used))} {query}" if used else query


def too_large() -> MetricError:
    """Make the error of a number that does not fit in 64 bits."""
    return MetricError(
        "a number is too large to calculate with",
        remedy="check the amounts, which must be in minor units such as pence, and the instants",
    )


def unreadable(error: Exception, remedy: str) -> MetricError:
    """Make the error of data that an engine cannot work through; no value of the data is shown."""
    first = str(error).strip().partition("\n")[0]
    quiet = first if len(first) < 200 and "@" not in first else type(error).__name__
    return MetricError(f"the data could not be worked through ({quiet})", remedy=remedy)
