"""What the metric of a plugin must give.

Our own metrics are held to this by the type checker and by tests. Of those that plugins bring
nothing is known, so that each answer is looked at before anybody relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, get_args

import pyarrow as pa

from coprometrics.errors import is_unicode, shown
from coprometrics.metrics.base import MAX_INT, Excluded, Figure, MetricResult, Unit
from coprometrics.money import CURRENCIES
from coprometrics.periods import Period

__all__ = ["fault_of_result", "is_text"]


def fault_of_result(result: object, metric: str, version: int) -> str | None:
    """Say what is wrong with the answer of a metric; None where nothing is.

    Args:
        result: whatever its function gave.
        metric: the id of the metric.
        version: the version of its definition.

    Examples:
        >>> fault_of_result(None, "held", 1)
        'a NoneType is not a MetricResult'
    """
    if not isinstance(result, MetricResult):
        return f"a {type(result).__name__} is not a MetricResult"
    try:
        return next(_faults(result, metric, version), None)
    except Exception as error:  # noqa: BLE001  (its parts are the plugin's, and may do anything)
        return f"looking at it failed with {type(error).__name__}"


def is_text(value: object) -> bool:
    """Say whether a value is a text that is not empty and can be written."""
    return isinstance(value, str) and bool(value) and is_unicode(value)


def _faults(result: Any, metric: str, version: int) -> Iterator[str]:
    if result.metric != metric or not _is_whole(result.version) or result.version != version:
        yield f"it says that it is {shown(result.metric)}, version {shown(result.version)}"
    if not _is_json(result):
        yield "its parameters are no mapping that JSON can hold"
    if not isinstance(result.period, Period | None):
        yield f"its period is a {type(result.period).__name__}"
    if result.basis is not None and not is_text(result.basis):
        yield "its basis is no text"
    if not isinstance(result.rows, pa.Table):
        yield f"its rows are a {type(result.rows).__name__}, not an Arrow table"
    for name, kind in (("figures", Figure), ("excluded", Excluded), ("notes", str)):
        found: object = getattr(result, name)
        if not isinstance(found, tuple) or not all(isinstance(one, kind) for one in found):
            yield f"its {name} are no tuple of {kind.__name__}"
            return
    for figure in result.figures:
        for fault in _figure_faults(figure, metric):
            yield f"its figure {shown(figure.value)} {fault}"
    for excluded in result.excluded:
        if not _is_excluded(excluded):
            yield f"what it left out for {shown(excluded.reason)} is not told as it should be"
    if not all(is_text(note) for note in result.notes):
        yield "a note is no text"


def _figure_faults(figure: Figure, metric: str) -> Iterator[str]:
    if figure.metric != metric:
        yield f"is of the metric {shown(figure.metric)}"
    if not is_text(figure.value):
        yield "has no name"
    if not _holds(figure.dimensions, str, str):
        yield "has dimensions that are no texts by name"
    if figure.unit not in get_args(Unit):
        yield f"has the unit {shown(figure.unit)}"
    if figure.currency not in (None, *CURRENCIES) or (
        figure.unit == "money" and not figure.currency
    ):
        yield f"has the currency {shown(figure.currency)}"
    if figure.basis is not None and not is_text(figure.basis):
        yield "has a basis that is no text"
    whole = figure.unit in ("count", "money")
    if not (_is_whole(figure.number, None) or (isinstance(figure.number, Fraction) and not whole)):
        yield f"has the number {shown(figure.number)}, a {type(figure.number).__name__}"
    parts = (figure.numerator, figure.denominator)
    if not all(_is_whole(part, None) for part in parts):
        yield "has a numerator or a denominator that is no whole number"
    elif figure.unit == "ratio":
        numerator, denominator = parts
        known = numerator is not None and denominator
        if figure.number != (Fraction(numerator or 0, denominator or 1) if known else None):
            yield "is not its numerator over its denominator"


def _is_excluded(excluded: Excluded) -> bool:
    return (
        is_text(excluded.reason)
        and is_text(excluded.message)
        and _is_whole(excluded.count)
        and excluded.count >= 0
        and _holds(excluded.amount_minor, str, int)
        and CURRENCIES.keys() >= excluded.amount_minor.keys()
        and all(_is_whole(amount) for amount in excluded.amount_minor.values())
    )


def _is_whole(value: object, *other: object) -> bool:
    """Say whether a value is a whole number of 64 bits, or one of some others."""
    # True and False are whole numbers to Python, but nobody means one.
    return (type(value) is int and abs(value) <= MAX_INT) or any(value is one for one in other)


def _holds(value: object, key: type, item: type) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(one, key) and isinstance(another, item) for one, another in value.items()
    )


def _is_json(result: MetricResult) -> bool:
    try:
        return _holds(result.parameters, str, object) and bool(result.fingerprint)
    except (TypeError, ValueError, RecursionError):
        return False
