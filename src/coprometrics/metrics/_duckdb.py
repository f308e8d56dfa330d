"""Metrics on DuckDB, inside this process."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import threading
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.util import Finalize
from typing import Any, ClassVar, Final, TypeVar
from uuid import uuid4

import duckdb
import pyarrow as pa

from coprometrics.errors import MetricError
from coprometrics.metrics._engine import Engine, Value, too_large, unreadable
from coprometrics.metrics._given import Given
from coprometrics.records import FieldSpec

__all__ = [
    "RELATIONS_STAY",
    "BorrowedDuckDB",
    "OwnDuckDB",
    "is_usual",
    "quoted",
    "remedy_if_in_use",
    "share_connection",
]

RELATIONS_STAY: Final = int(duckdb.__version__.partition(".")[0]) >= 2
"""Whether a relation can be asked questions without leaving a view in its database."""

_FEW: Final = 2_000
_NATIVE: Final = "coprometrics_native_"
_T = TypeVar("_T")


class _DuckDB(Engine):
    """The SQL of DuckDB."""

    _types: ClassVar[Mapping[str, str]] = {**Engine._types, "strings": "STRING[]"}
    _naive: ClassVar[str] = "TIMESTAMP"
    _inlined: ClassVar[str] = "NOT MATERIALIZED "

    def __init__(self, inputs: Sequence[Given]) -> None:
        super().__init__()
        self._kept: dict[str, str] = {}
        self._count = 0
        # Temporary tables carry it, so that they are never taken for the caller's.
        self._token = uuid4().hex[:12]
        try:
            for given in inputs:
                self._take(given)
            self._check_given()
        except BaseException as fault:
            self.__exit__(fault)
            raise

    @abstractmethod
    def _run(self, sql: str) -> None:
        """Run a statement."""

    def keep(self, name: str, query: str) -> None:
        self._count += 1
        table = f"kept_{self._count}_{self._token}"
        self._run(f"CREATE TEMP TABLE {table} AS {self._completed(query)}")
        if name in self._kept:
            self._run(f"DROP TABLE {self._kept[name]}")
        self._kept[name] = table
        self.define(name, f"SELECT * FROM {table}")

    def value(self, value: Value) -> str:
        if isinstance(value, int):
            return str(value)
        if isinstance(value, dt.date):
            return f"DATE '{value}'"
        return "'" + value.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"

    def quoted(self, name: str) -> str:
        return quoted(name)

    def quotient(self, number: str, divisor: str) -> str:
        return f"({number}) // ({divisor})"

    def total(self, number: str) -> str:
        return f"sum({number})"

    def day_number(self, day: str) -> str:
        return f"({day} - DATE '1970-01-01')"

    def plus_days(self, day: str, number: str) -> str:
        return f"({day} + CAST({number} AS INT))"

    def numbers(self, first: str, last: str) -> str:
        return f"unnest(range({first}, {last} + 1))"

    def each(self, items: str) -> str:
        return f"unnest({items})"

    def _microseconds(self, instant: str) -> str:
        return f"epoch_us({instant})"

    def _floored_microseconds(self, instant: str) -> str:
        below = f"CASE WHEN epoch_ns({instant}) % 1000 < 0 THEN 1 ELSE 0 END"
        return f"epoch_ns({instant}) // 1000 - {below}"


class OwnDuckDB(_DuckDB):
    """A connection of our own, over Arrow tables that stay where they are."""

    def __init__(self, inputs: Sequence[Given]) -> None:
        self._connection = _cursor()
        self._natives = 0
        if sum(given.native.num_rows for given in inputs) < _FEW:
            # To plan well takes longer than to work through so few rows in any way.
            self._connection.execute("PRAGMA disable_optimizer")
        super().__init__(inputs)

    def close(self) -> None:
        self._connection.close()

    def table(self, query: str) -> pa.Table:
        sql = self._completed(query)
        table: pa.Table = _translated(lambda: self._connection.sql(sql).to_arrow_table())
        return table

    def _placed(self, native: Any) -> str:
        self._natives += 1
        name = f"native_{self._natives}"
        self._connection.register(name, native)
        return name

    def _run(self, sql: str) -> None:
        _translated(lambda: self._connection.execute(sql))

    def _fetch(self, query: str) -> list[dict[str, Any]]:
        sql = self._completed(query)

        def fetched() -> list[dict[str, Any]]:
            self._connection.execute(sql)
            names = [column[0] for column in self._connection.description or ()]
            found = self._connection.fetchall()
            return [dict(zip(names, row, strict=True)) for row in found]

        return _translated(fetched)


class BorrowedDuckDB(_DuckDB):
    """The connection of the caller's relation, so that its data and its limits stay in force.

    Only temporary tables are made on it, and they are taken away.
    """

    def __init__(self, inputs: Sequence[Given], anchor: duckdb.DuckDBPyRelation) -> None:
        self._anchor = anchor
        self._natives: list[Any] = []
        super().__init__(inputs)

    def close(self) -> None:
        while self._kept:
            self._run(f"DROP TABLE IF EXISTS {self._kept.popitem()[1]}")

    def table(self, query: str) -> pa.Table:
        relation = self._related(self._completed(query))
        found: pa.Table = _translated(lambda: relation.to_arrow_table())
        return found

    def _named(self, column: str, spec: FieldSpec) -> str:
        # The caller's table may have a collation of its own, or a type that only prints as text.
        name = super()._named(column, spec)
        if spec.kind == "string":
            return f"CAST({name} AS STRING) COLLATE C"
        return f"CAST({name} AS STRING[])" if spec.kind == "strings" else name

    def _placed(self, native: Any) -> str:
        self._natives.append(native)
        return f"{_NATIVE}{len(self._natives) - 1}"

    def _run(self, sql: str) -> None:
        self._related(sql)

    def _fetch(self, query: str) -> list[dict[str, Any]]:
        relation = self._related(self._completed(query))
        names, found = _translated(lambda: (relation.columns, relation.fetchall()))
        return [dict(zip(names, row, strict=True)) for row in found]

    def _related(self, sql: str) -> Any:
        """Ask the caller's connection; it finds tables and relations here by their names."""
        padded = [*self._natives, *[None] * 8]
        coprometrics_native_0, coprometrics_native_1, coprometrics_native_2 = padded[:3]
        coprometrics_native_3, coprometrics_native_4, coprometrics_native_5 = padded[3:6]
        try:
            return self._anchor.query("anchor_", sql)
        except duckdb.Error as error:
            raise _fault(error) from error
        finally:
            # They are only there to be found.
            del coprometrics_native_0, coprometrics_native_1, coprometrics_native_2
            del coprometrics_native_3, coprometrics_native_4, coprometrics_native_5


def quoted(name: str) -> str:
    """Write a column's name so that it is taken as it is."""
    return '"' + name.replace('"', '""') + '"'


def is_usual(relation: duckdb.DuckDBPyRelation) -> bool:
    """Say whether SQL means on a relation's connection what it means on any.

    It does not where texts are compared by a collation or rows stand in another order by default,
    where a macro goes by the name of a function or a table by a name of ours, and cannot be asked
    where Python's own tables are out of its reach.
    """
    coprometrics_native_0 = relation
    try:
        asked = relation.query(
            "anchor_",
            "SELECT system.main.lower(current_setting('default_order')) LIKE 'asc%' "
            "AND current_setting('default_collation') = '' AND ("
            "SELECT NOT system.main.bool_or(replaced) FROM ("
            "SELECT system.main.bool_or(internal) AND NOT system.main.bool_and(internal) "
            "AS replaced FROM duckdb_functions() GROUP BY function_name) AS functions) AND NOT "
            "EXISTS (SELECT 1 FROM (SELECT table_name AS name FROM duckdb_tables() UNION ALL "
            "SELECT view_name AS name FROM duckdb_views()) AS named "
            f"WHERE system.main.starts_with(system.main.lower(name), '{_NATIVE}')) AS usual, "
            "EXISTS (SELECT 1 FROM coprometrics_native_0 WHERE false) AS within_reach",
        )
        return bool(asked is not None and asked.fetchall()[0][0])
    except duckdb.Error:
        return False
    finally:
        del coprometrics_native_0


def share_connection(one: duckdb.DuckDBPyRelation, other: duckdb.DuckDBPyRelation) -> bool:
    """Say whether two relations can be asked about in one query."""
    try:
        one.set_alias("one").cross(other.set_alias("other"))
    except duckdb.Error:
        return False
    return True


def _translated(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except duckdb.Error as error:
        raise _fault(error) from error


def _fault(error: duckdb.Error) -> Exception:
    first = error.__context__
    if isinstance(error, duckdb.TransactionException) and isinstance(first, duckdb.Error):
        # Within the caller's transaction the first fault is hidden behind its end.
        error = first
    if isinstance(error, duckdb.OutOfRangeException):
        return too_large()
    if isinstance(error, duckdb.ConversionException):
        return MetricError(
            "a value of the data does not fit its type", remedy="check the columns where they lie"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return unreadable(
            error, "raise the memory limit, or give the connection a folder to spill into"
        )
    in_use = remedy_if_in_use(error)
    return unreadable(error, in_use or "check that the data can be read where they lie")


def remedy_if_in_use(error: Exception) -> str | None:
    """Say what to do where a connection still holds a result that nobody has fetched to its end."""
    if type(error).__name__ != "ResourceInUseException":
        return None
    return "fetch the open result of this connection to its end, or use a cursor() of it"


_lock = threading.Lock()
_databases: dict[int, duckdb.DuckDBPyConnection] = {}


def _cursor() -> duckdb.DuckDBPyConnection:
    """Give a connection to the one database of this process: making one takes ten times longer."""
    process = os.getpid()
    with _lock:
        if process not in _databases:
            spill = tempfile.mkdtemp(prefix="coprometrics-")
            config: Any = {"temp_directory": spill}
            _databases[process] = duckdb.connect(":memory:", config=config)
            # Unlike what atexit keeps, it also runs where a worker process ends.
            Finalize(None, _clean_up, (process, spill), exitpriority=0)
        return _databases[process].cursor()


def _clean_up(process: int, spill: str) -> None:
    """End the database of this process; a process made from it must not."""
    if os.getpid() == process:
        _databases.pop(process).close()
        shutil.rmtree(spill, ignore_errors=True)
