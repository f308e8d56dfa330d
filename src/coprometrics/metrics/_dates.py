"""Where a day that may be known only roughly lies, as SQL.

A date known only to its month or year is kept as the first day of it. It counts as inside a span of
days only where every day that it might be lies inside.
"""

from __future__ import annotations

from typing import Final

from coprometrics.metrics._engine import Engine
from coprometrics.metrics.base import Excluded
from coprometrics.periods import Period

__all__ = ["NO_DATE", "TOO_ROUGH", "Left", "last_possible", "left_out", "placed"]

NO_DATE: Final = "no-date"
TOO_ROUGH: Final = "date-too-rough"


Left = list[tuple[str, str, int, int | None]]
"""What is left out: reason, currency, how many, how much where that is known."""


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
