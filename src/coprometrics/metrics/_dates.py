"""Days and their periods, as SQL.

A date known only to its month or year is kept as the first day of it. It counts as inside a span of
days only where every day that it might be lies inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from coprometrics.metrics._engine import Engine
from coprometrics.metrics.base import Excluded
from coprometrics.periods import Period, Periods

__all__ = [
    "NO_DATE",
    "TOO_ROUGH",
    "Left",
    "first_of_month",
    "last_possible",
    "left_out",
    "month_number",
    "period_number",
    "placed",
    "undated",
]

NO_DATE: Final = "no-date"
TOO_ROUGH: Final = "date-too-rough"


Left = list[tuple[str, str, int, int | None]]
"""What is left out: reason, currency, how many, how much where that is known."""


def month_number(day: str) -> str:
    """Write how many months lie between the month of a day and January of the year 0."""
    return f"(year({day}) * 12 + month({day}) - 1)"


def period_number(engine: Engine, day: str, periods: Periods) -> str:
    """Write the number of the period that a day lies in."""
    months = f"{month_number(day)} - {periods.start_month - 1}"
    return engine.quotient(months, str(periods.months))


def first_of_month(engine: Engine, month: str) -> str:
    """Write the first day of a month, from its number."""
    year = engine.quotient(month, "12")
    return f"make_date(CAST({year} AS INT), CAST({month} % 12 + 1 AS INT), 1)"


def last_possible(column: str) -> str:
    """Write the last day that a date may be, from its precision."""
    return (
        f"CASE {column}_precision WHEN 'month' THEN last_day({column}) "
        f"WHEN 'year' THEN make_date(year({column}), 12, 31) ELSE {column} END"
    )


def placed(engine: Engine, column: str, period: Period | None, *, rough: bool) -> str:
    """Write whether a date lies ``in`` a period, ``out`` of it, or why that is not known.

    Args:
        engine: where it is asked.
        column: the date.
        period: the period; None holds all dates, known or not.
        rough: whether there is a column that says how well the date is known.
    """
    if period is None:
        return "'in'"
    start, end = engine.value(period.start), engine.value(period.end)
    if not rough:
        inside = f"{column} >= {start} AND {column} <= {end}"
        return f"CASE WHEN {inside} THEN 'in' WHEN {column} IS NULL THEN '{NO_DATE}' ELSE 'out' END"
    last = last_possible(column)
    return (
        f"CASE WHEN {column} >= {start} AND {last} <= {end} THEN 'in' "
        f"WHEN {column} IS NULL THEN '{NO_DATE}' "
        f"WHEN {last} < {start} OR {column} > {end} THEN 'out' ELSE '{TOO_ROUGH}' END"
    )


def undated(sums: Iterable[Mapping[str, Any]], what: str) -> tuple[Excluded, ...]:
    """Say what was left out because its day is not known, or not known well enough.

    Args:
        sums: for each ``place`` (see `placed`) and ``currency``: ``rows_`` and ``amount_minor``.
        what: what has no date, such as ``the payment``.
    """
    groups = [(row["place"], row["currency"], row["rows_"], row["amount_minor"]) for row in sums]
    messages = {
        NO_DATE: f"{what} has no date",
        TOO_ROUGH: "the date is known too roughly to say whether it lies in the period",
    }
    return left_out(groups, messages)


def left_out(groups: Left, messages: dict[str, str]) -> tuple[Excluded, ...]:
    """Put what was left out together by reason.

    Args:
        groups: reason, currency, how many, how much; None where no amount is known.
        messages: each reason that counts, in plain English.
    """
    left: list[Excluded] = []
    for reason, message in messages.items():
        mine = [group for group in groups if group[0] == reason]
        amounts: dict[str, int] = {}
        for _reason, currency, _rows, amount in mine:
            if amount is not None:
                amounts[currency] = amounts.get(currency, 0) + amount
        if mine:
            rows = sum(group[2] for group in mine)
            left.append(Excluded(reason, rows, message, dict(sorted(amounts.items()))))
    return tuple(left)
