"""Slow answers, worked out by another way, to hold the fast ones against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations


def deepest_step(
    events: Sequence[tuple[int, str]],
    steps: Sequence[Sequence[str]],
    window: int | None,
    entry: str,
) -> int:
    """Try every choice of different events for every number of steps, of one entity."""
    firsts = [moment for moment, stage in events if stage in steps[0]]
    deepest = 0
    for length in range(1, len(steps) + 1):
        for chain in permutations(range(len(events)), length):
            moments = [events[i][0] for i in chain]
            if (
                all(events[i][1] in steps[k] for k, i in enumerate(chain))
                and moments == sorted(moments)
                and (window is None or moments[-1] - moments[0] <= window)
                and (entry == "any" or moments[0] == min(firsts))
            ):
                deepest = length
                break
    return deepest


def funnel_counts(
    rows: Sequence[tuple[str, int, str]],
    steps: Sequence[Sequence[str]],
    window: int | None,
    entry: str,
) -> list[int]:
    """Count the entities that reached each step."""
    entities: dict[str, list[tuple[int, str]]] = {}
    for entity, moment, stage in rows:
        entities.setdefault(entity, []).append((moment, stage))
    depths = [deepest_step(events, steps, window, entry) for events in entities.values()]
    return [sum(depth > k for depth in depths) for k in range(len(steps))]


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
