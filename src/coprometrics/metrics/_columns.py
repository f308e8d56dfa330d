"""What a column holds, whatever frame it comes from, and how it is read without loss."""

from __future__ import annotations

from typing import Final, Literal

import pyarrow as pa

from coprometrics.errors import MetricError
from coprometrics.records import FieldSpec

__all__ = ["Reading", "column_reading", "fitting_remedy"]

Reading = Literal[
    "as-is", "cast", "whole-decimal", "whole-float", "midnight", "instant", "nanoseconds"
]
"""How a column becomes text, 64-bit whole numbers, truth values, days, microseconds or lists."""

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


def column_reading(
    kind: pa.DataType, name: str, spec: FieldSpec, source: str, *, as_text: bool = False
) -> Reading:
    """Say how a column is read.

    Args:
        kind: its type.
        name: its name.
        spec: what it should hold.
        source: what the data are called, for messages.
        as_text: whether true, false and whole numbers are wanted as text.

    Raises:
        MetricError: when a column of this type cannot hold that.
    """
    given = kind
    if isinstance(kind, pa.DictionaryType):
        kind = kind.value_type
    reading = _reading(kind, spec, as_text=as_text)
    if reading is None:
        meaning = f"{_MEANING[spec.kind]} ({spec.unit})" if spec.unit else _MEANING[spec.kind]
        raise MetricError(
            f"{name} holds {given}, not {meaning}",
            where=f"{source}.{name}",
            remedy=fitting_remedy(spec),
        )
    return "cast" if reading == "as-is" and given != kind else reading


def fitting_remedy(spec: FieldSpec) -> str:
    """Say what to do about a column that does not hold what it should."""
    return _MONEY_REMEDY if _is_money(spec) else _REMEDY[spec.kind]


def _is_money(spec: FieldSpec) -> bool:
    return spec.unit is not None and spec.unit.startswith("minor units")


def _reading(kind: pa.DataType, spec: FieldSpec, *, as_text: bool) -> Reading | None:
    types = pa.types
    if types.is_null(kind):
        return "cast"
    if spec.kind == "string":
        if _is_text(kind):
            return "as-is"
        return "cast" if as_text and (types.is_boolean(kind) or types.is_integer(kind)) else None
    if spec.kind == "integer":
        return _whole(kind, spec)
    if spec.kind == "boolean":
        return "as-is" if types.is_boolean(kind) else None
    if spec.kind == "date":
        if isinstance(kind, pa.TimestampType):
            return "midnight" if kind.tz is None else None
        return ("as-is" if types.is_date32(kind) else "cast") if types.is_date(kind) else None
    if spec.kind == "instant":
        if not isinstance(kind, pa.TimestampType) or kind.tz is None:
            return None
        return "nanoseconds" if kind.unit == "ns" else "instant"
    if types.is_list(kind) or types.is_large_list(kind):
        items = kind.value_type
        return "as-is" if _is_text(items) else ("cast" if types.is_null(items) else None)
    return None


def _whole(kind: pa.DataType, spec: FieldSpec) -> Reading | None:
    types = pa.types
    if types.is_int64(kind):
        return "as-is"
    if types.is_integer(kind):
        return "whole-decimal" if types.is_uint64(kind) else "cast"
    if isinstance(kind, pa.Decimal128Type) and kind.scale == 0:
        return "whole-decimal"
    # pandas turns a column of counts into floats as soon as one is missing. A whole float below
    # 2**53 is exact, so nothing is lost; money is never taken as floats.
    return "whole-float" if types.is_floating(kind) and not _is_money(spec) else None


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
