"""How a column from anywhere becomes whole numbers, days, text or truth values, without loss."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import MetricError
from coprometrics.records import FieldSpec

__all__ = ["canonical_column"]

_EXACT_IN_FLOAT: Final = 2**53

_MEANING: Final = {
    "string": "text",
    "integer": "whole numbers",
    "boolean": "true or false",
    "date": "days",
    "instant": "instants with a time zone",
    "strings": "lists of text",
}
_REMEDY: Final = {
    "string": "turn it into text; identifiers are always text",
    "integer": "turn it into 64-bit whole numbers (in pandas: Int64)",
    "boolean": "turn it into true and false",
    "date": "give a date without a time",
    "instant": "give aware datetimes, such as 2023-12-31T23:30:00-05:00",
    "strings": "give a list of text in each row",
}
_MONEY_REMEDY: Final = (
    "give money as whole minor units (pence), never as floats or text (in pandas: Int64)"
)


def canonical_column(
    column: pa.ChunkedArray[Any], name: str, spec: FieldSpec, source: str, *, as_text: bool = False
) -> pa.ChunkedArray[Any]:
    """Turn an Arrow column into int64, date32, string, bool or a list of string.

    Instants become whole microseconds since 1970-01-01 UTC: engines differ in their time zones, but
    not in whole numbers.

    Args:
        column: the column as it came.
        name: its name.
        spec: what it should hold.
        source: what the data are called, for messages.
        as_text: whether true, false and whole numbers are wanted as text.

    Raises:
        MetricError: when it is of another type, or a value does not fit.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if as_text and (pa.types.is_boolean(kind) or pa.types.is_integer(kind)):
        return column.cast(pa.string())
    try:
        turned = _TURNS[spec.kind](column, kind, spec)
    except pa.ArrowInvalid as error:
        raise MetricError(
            f"{name} holds a value that does not fit ({str(error).splitlines()[0]})",
            where=f"{source}.{name}",
            remedy=_remedy(spec),
        ) from error
    if turned is None:
        raise MetricError(
            f"{name} holds {kind}, not {_meaning(spec)}",
            where=f"{source}.{name}",
            remedy=_remedy(spec),
        )
    return turned


def _meaning(spec: FieldSpec) -> str:
    return f"{_MEANING[spec.kind]} ({spec.unit})" if spec.unit else _MEANING[spec.kind]


def _remedy(spec: FieldSpec) -> str:
    return _MONEY_REMEDY if _is_money(spec) else _REMEDY[spec.kind]


def _is_money(spec: FieldSpec) -> bool:
    return spec.unit is not None and spec.unit.startswith("minor units")


def _text(
    column: pa.ChunkedArray[Any], kind: pa.DataType, _spec: FieldSpec
) -> pa.ChunkedArray[Any] | None:
    return column.cast(pa.string()) if _is_text(kind) or pa.types.is_null(kind) else None


def _is_text(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _whole(
    column: pa.ChunkedArray[Any], kind: pa.DataType, spec: FieldSpec
) -> pa.ChunkedArray[Any] | None:
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        return column.cast(pa.int64())
    if pa.types.is_decimal(kind) and kind.scale == 0:
        return column.cast(pa.int64())
    if pa.types.is_floating(kind) and not _is_money(spec):
        # pandas turns a column of counts into floats as soon as one is missing. A whole float
        # below 2**53 is exact, so nothing is lost.
        least_and_most = pc.min_max(pc.abs(column)).as_py()
        if least_and_most["max"] is None or least_and_most["max"] < _EXACT_IN_FLOAT:
            return column.cast(pa.int64())
    return None


def _truth(
    column: pa.ChunkedArray[Any], kind: pa.DataType, _spec: FieldSpec
) -> pa.ChunkedArray[Any] | None:
    return column.cast(pa.bool_()) if pa.types.is_boolean(kind) or pa.types.is_null(kind) else None


def _days(
    column: pa.ChunkedArray[Any], kind: pa.DataType, _spec: FieldSpec
) -> pa.ChunkedArray[Any] | None:
    midnight = pa.types.is_timestamp(kind) and kind.tz is None
    if not (pa.types.is_date(kind) or pa.types.is_null(kind) or midnight):
        return None
    days = column.cast(pa.date32())
    # pandas keeps days as midnights; the cast to days would cut a time of day off.
    if midnight and pc.all(pc.equal(days.cast(kind), column)).as_py() is False:
        raise pa.ArrowInvalid("a time of day")
    return days


def _instants(
    column: pa.ChunkedArray[Any], kind: pa.DataType, _spec: FieldSpec
) -> pa.ChunkedArray[Any] | None:
    if pa.types.is_null(kind):
        return column.cast(pa.int64())
    if not pa.types.is_timestamp(kind) or kind.tz is None:
        return None
    # Finer than a microsecond is cut off: no engine but pandas and Arrow keeps it.
    return column.cast(pa.timestamp("us", tz="UTC"), safe=kind.unit != "ns").cast(pa.int64())


def _lists(
    column: pa.ChunkedArray[Any], kind: Any, _spec: FieldSpec
) -> pa.ChunkedArray[Any] | None:
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if pa.types.is_null(kind) or (
        is_list and (_is_text(kind.value_type) or pa.types.is_null(kind.value_type))
    ):
        return column.cast(pa.list_(pa.string()))
    return None


_TURNS: Final = {
    "string": _text,
    "integer": _whole,
    "boolean": _truth,
    "date": _days,
    "instant": _instants,
    "strings": _lists,
}
