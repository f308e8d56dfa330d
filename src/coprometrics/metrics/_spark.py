"""Metrics on Spark, where one machine is not enough.

Nothing comes to the driver but results and short lists: the stages of a programme, time zones, the
organisations that go by several names.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, TypeVar
from uuid import uuid4

import pyarrow as pa

from coprometrics.errors import MetricError
from coprometrics.metrics._engine import Engine, Value, too_large, unreadable
from coprometrics.metrics._given import Given

__all__ = ["Spark", "narrowed", "refuse_sessions_apart", "spark_columns"]

_TYPES: Final[Mapping[str, pa.DataType]] = {
    "string": pa.string(),
    "varchar": pa.string(),
    "char": pa.string(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "void": pa.null(),
    "array<string>": pa.list_(pa.string()),
    "array<void>": pa.list_(pa.null()),
}

_T = TypeVar("_T")


class Spark(Engine):
    """The session of the caller's DataFrame; other data are sent to it.

    Args:
        inputs: what was given; at least one of them a Spark DataFrame.
        session: its session.
    """

    _types: ClassVar[Mapping[str, str]] = {**Engine._types, "strings": "ARRAY<STRING>"}
    _naive: ClassVar[str] = "TIMESTAMP_NTZ"

    def __init__(self, inputs: Sequence[Given], session: Any) -> None:
        super().__init__()
        self._session = session
        self._token = uuid4().hex[:12]
        self._views: list[str] = []
        self._releases: list[Callable[[], object]] = []
        try:
            for given in inputs:
                self._take(given)
            self._check_given()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for release in self._releases:
            _quietly(release)
        for view in self._views:
            _quietly(partial(self._session.catalog.dropTempView, view))
        self._releases, self._views = [], []

    def keep(self, name: str, query: str) -> None:
        frame = _translated(lambda: self._settled(self._frame(query)))
        self.define(name, f"SELECT * FROM {self._placed(frame)}")

    def _settled(self, frame: Any) -> Any:
        """Work a frame out once, and hold what it gives until the end.

        A checkpoint, not a cache: the plan of a table made from others would grow with each of
        them. Some plans Spark cannot put the attributes of their checkpoint back to; those are
        cached.
        """
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException

        here = hasattr(frame, "_jdf")
        try:
            settled = frame.localCheckpoint(eager=not here)
        except (Py4JJavaError, PySparkException):
            cached = frame.persist()
            self._releases.append(cached.unpersist)
            return cached
        if here:
            # Spark frees a checkpoint when garbage collectors come by, in Python and in Java, which
            # may take half an hour. Over Spark Connect it does once no frame of ours is left.
            rows = settled._jdf.queryExecution().logical().rdd()
            self._releases.append(partial(rows.unpersist, False))
            rows.count()
        return settled

    def table(self, query: str) -> pa.Table:
        found: pa.Table = _translated(lambda: self._frame(query).toArrow())
        return found

    def value(self, value: Value) -> str:
        if isinstance(value, int):
            return f"CAST('{value}' AS BIGINT)"
        if isinstance(value, dt.date):
            return f"DATE '{value}'"
        # Settings of the session change what a text means that is written out; its bytes stay.
        return f"CAST(X'{value.encode().hex()}' AS STRING)"

    def quoted(self, name: str) -> str:
        return _quoted(name)

    def quotient(self, number: str, divisor: str) -> str:
        return f"({number}) div ({divisor})"

    def total(self, number: str) -> str:
        return f"sum(CAST({number} AS DECIMAL(38, 0)))"

    def day_number(self, day: str) -> str:
        return f"unix_date({day})"

    def plus_days(self, day: str, number: str) -> str:
        return f"date_add({day}, CAST({number} AS INT))"

    def numbers(self, first: str, last: str) -> str:
        return f"explode(sequence({first}, {last}))"

    def each(self, items: str) -> str:
        return f"explode({items})"

    def _microseconds(self, instant: str) -> str:
        return f"unix_micros({instant})"

    def _placed(self, native: Any) -> str:
        frame = native
        if isinstance(native, pa.Table):
            sent = _sendable(native)
            frame = _translated(lambda: self._session.createDataFrame(sent))
        view = f"coprometrics_{self._token}_{len(self._views)}"
        # Spark ends the caching of the frame that a dropped view shows, also where the caller asked
        # for it. No frame of the caller has passed through a column with this text.
        own = frame.selectExpr("*", f"'{view}' AS {view}").drop(view)
        _translated(lambda: own.createOrReplaceTempView(view))
        self._views.append(view)
        return view

    def _frame(self, query: str) -> Any:
        return self._session.sql(self._completed(query))

    def _fetch(self, query: str) -> list[dict[str, Any]]:
        return _translated(lambda: [row.asDict() for row in self._frame(query).collect()])


def _sendable(table: pa.Table) -> pa.Table:
    """Turn unsigned numbers, which Spark has none of, into those that hold the same."""
    fields = []
    for field in table.schema:
        if pa.types.is_unsigned_integer(field.type):
            kind = pa.decimal128(20, 0) if pa.types.is_uint64(field.type) else pa.int64()
            field = field.with_type(kind)
        fields.append(field)
    return table.cast(pa.schema(fields))


def refuse_sessions_apart(inputs: Sequence[Given], session: Any) -> None:
    """Refuse frames of another session: no query reaches both.

    Raises:
        MetricError: naming the first of them.
    """
    for given in inputs:
        if _identity(given.native.sparkSession) != _identity(session):
            raise MetricError(
                "this DataFrame is of another Spark session than the others",
                where=given.name,
                remedy="make all of them in one session",
            )


def _identity(session: Any) -> Any:
    """Give what two sessions of Python share when they are one session of Spark."""
    return session.session_id if hasattr(session, "session_id") else session._jsparkSession


def spark_columns(frame: Any) -> list[str]:
    """Give the names of the columns of a Spark DataFrame."""
    return _translated(lambda: list(frame.columns))


def narrowed(frame: Any, columns: Sequence[str]) -> tuple[Any, Mapping[str, pa.DataType]]:
    """Take only some columns of a Spark DataFrame; give their Arrow types too."""

    def taken() -> tuple[Any, Mapping[str, pa.DataType]]:
        narrow = frame.select(*map(_quoted, columns))
        types = {field.name: _type(field.dataType.simpleString()) for field in narrow.schema.fields}
        return narrow, types

    return _translated(taken)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _type(text: str) -> pa.DataType:
    if decimal := re.fullmatch(r"decimal\((\d+),(\d+)\)", text):
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    # What is not known here is nothing that a column of a record may hold.
    return _TYPES.get(text.partition("(")[0], pa.binary())


def _translated(work: Callable[[], _T]) -> _T:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return work()
    except (PySparkException, Py4JError, OSError) as error:
        raise _fault(error) from error


def _fault(error: Exception) -> MetricError:
    text = str(error)
    if "OVERFLOW" in text or "NUMERIC_VALUE_OUT_OF_RANGE" in text:
        return too_large()
    return unreadable(error, "see what the Spark session says, and start it again if it has ended")


def _quietly(work: Callable[[], object]) -> None:
    """Clean up as far as the session still answers."""
    try:
        _translated(work)
    except MetricError:
        return
