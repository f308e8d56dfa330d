"""Hypothesis strategies for records, derived from their definitions."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from hypothesis import strategies as st

from coprometrics.records import FieldSpec, Record, field_specs
from coprometrics.records._rules import DatePrecision, NotAbove, NotBefore, coarsened
from coprometrics.timezones import timezones

__all__ = ["field_values", "records", "rows"]

_R = TypeVar("_R", bound=Record)

_ZONES = sorted(timezones())
_WORD = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
_IDENTIFIER = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}:[A-Za-z0-9/_.-]{1,20}", fullmatch=True)
_ORG_ID = st.from_regex(r"[A-Z]{2}-[A-Z]{3}-[A-Z0-9]{1,10}", fullmatch=True)
_CONTROL = "".join(chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127))
_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=_CONTROL), min_size=1, max_size=30
)
_DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
_INSTANTS = st.datetimes(
    dt.datetime(1900, 1, 1),  # noqa: DTZ001  (the zone is given beside it)
    dt.datetime(2200, 12, 31),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)


def field_values(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """Make values that fit a field, with null where it may be unknown."""
    values = _present(spec)
    return st.none() | values if spec.nullable else values


def _present(spec: FieldSpec) -> st.SearchStrategy[Any]:
    if spec.kind == "strings":
        item = _text(spec)
        return st.lists(item, max_size=3, unique=True).map(tuple)
    if spec.kind == "string":
        return _text(spec)
    if spec.kind == "integer":
        return st.integers(spec.minimum, spec.maximum)
    if spec.kind == "boolean":
        return st.booleans()
    return _DAYS if spec.kind == "date" else _INSTANTS


def _text(spec: FieldSpec) -> st.SearchStrategy[str]:
    if spec.options:
        return st.sampled_from(spec.options)
    if spec.format == "iana-timezone":
        return st.sampled_from(_ZONES)
    if spec.personal:
        return st.binary(min_size=16, max_size=16).map(bytes.hex)
    if spec.pattern is None:
        return _TEXT
    if spec.pattern.endswith(":[^ ]"):
        return _IDENTIFIER
    return _ORG_ID if spec.pattern.startswith("^[A-Z]") else _WORD


@st.composite
def rows(draw: st.DrawFn, record_type: type[Record]) -> dict[str, Any]:
    """Make the fields of a valid record, as a mapping."""
    row = {name: draw(field_values(spec)) for name, spec in field_specs(record_type).items()}
    for rule in record_type.record_rules:
        if isinstance(rule, DatePrecision):
            _fit_precision(row, rule.subject)
    for rule in record_type.record_rules:
        if isinstance(rule, NotBefore):
            _fit_order(row, rule.subject, rule.earlier)
        elif isinstance(rule, NotAbove) and row[rule.when] == rule.equals:
            row[rule.subject] = min(row[rule.subject], rule.limit)
    return row


def _fit_precision(row: dict[str, Any], name: str) -> None:
    if row[name] is None:
        row[f"{name}_precision"] = "day"
    else:
        row[name] = coarsened(row[name], row[f"{name}_precision"])


def _fit_order(row: dict[str, Any], later: str, earlier: str) -> None:
    if row[later] is None or row[earlier] is None:
        return
    precision = row.get(f"{later}_precision", "day")
    if row[later] < coarsened(row[earlier], precision):
        row[later] = coarsened(row[earlier], precision)


def records(record_type: type[_R]) -> st.SearchStrategy[_R]:
    """Make valid records of a type."""
    return rows(record_type).map(lambda row: record_type(**row))
