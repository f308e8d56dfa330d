"""Slow answers, worked out by another way, to hold the fast ones against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction


def half_up(value: Fraction) -> int:
    whole, rest = divmod(value.numerator, value.denominator)
    return whole + (2 * rest >= value.denominator)


def weights_by_day(first: dt.date, last: dt.date, basis: str) -> Mapping[tuple[int, int], Fraction]:
    """Walk through the days one by one; give each month its weight."""
    weights: dict[tuple[int, int], Fraction] = {}
    day = first
    while day <= last:
        month = (day.year, day.month)
        after = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
        days_in_month = (after - day.replace(day=1)).days
        part = Fraction(1) if basis == "days" else Fraction(1, days_in_month)
        weights[month] = weights.get(month, Fraction(0)) + part
        day += dt.timedelta(days=1)
    return weights


def operational_year(month: tuple[int, int], start_month: int) -> str:
    year = month[0] if month[1] >= start_month else month[0] - 1
    return str(year) if start_month == 1 else f"{year}/{(year + 1) % 100:02}"


def split_award(
    amount: int, first: dt.date, last: dt.date, start_month: int, basis: str
) -> dict[str, int]:
    """Split one award by years: the part of each is what is placed by its end, less the rest."""
    weights = weights_by_day(first, last, basis)
    whole = sum(weights.values(), Fraction(0))
    sign = -1 if amount < 0 else 1
    parts: dict[str, int] = {}
    passed, before = Fraction(0), 0
    for year in dict.fromkeys(operational_year(month, start_month) for month in sorted(weights)):
        passed += sum(
            weight
            for month, weight in weights.items()
            if operational_year(month, start_month) == year
        )
        placed = half_up(abs(amount) * passed / whole)
        parts[year] = sign * (placed - before)
        before = placed
    return parts
