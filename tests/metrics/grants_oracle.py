"""Where the money of a changed award falls, worked out slowly: day by day, one award at a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from hypothesis import settings

from coprometrics.records import AwardAdjustment, GrantAward

DAY = dt.timedelta(days=1)
MOST = 2**63 - 1

# Where each example asks for many awards at once, fewer examples see as many of them.
FEW = settings(max_examples=max(10, settings().max_examples // 6))

Parts = dict[dt.date, int]
"""The amount of each period, by the period's first day."""


def half_up(value: Fraction) -> int:
    whole, rest = divmod(value.numerator, value.denominator)
    return whole + (2 * rest >= value.denominator)


class ContradictionError(Exception):
    """The changes of an award contradict each other, or what was reported."""


@dataclass(frozen=True)
class Calendar:
    """Periods of so many months, counted from a start month."""

    months: int
    start_month: int

    def start(self, day: dt.date) -> dt.date:
        """Walk back, month by month, to the first day of the period."""
        first = day.replace(day=1)
        while (first.month - self.start_month) % self.months:
            first = (first - DAY).replace(day=1)
        return first

    def end(self, start: dt.date) -> dt.date:
        """Walk on, month by month, to the last day of the period."""
        day = start
        for _ in range(self.months):
            day = (day.replace(day=28) + 4 * DAY).replace(day=1)
        return day - DAY


def operational_year(start: dt.date) -> str:
    """Label the year that begins on a day."""
    return str(start.year) if start.month == 1 else f"{start.year}/{(start.year + 1) % 100:02}"


@dataclass
class Placed:
    """What is placed of an award: now, and what was known of closed periods when they ended."""

    now: Parts = field(default_factory=dict)
    reported: Parts = field(default_factory=dict)

    def add(self, now: Mapping[dt.date, int], reported: Mapping[dt.date, int]) -> None:
        for mine, more in ((self.now, now), (self.reported, reported)):
            for start, amount in more.items():
                mine[start] = mine.get(start, 0) + amount


@cache
def weights(
    calendar: Calendar, first: dt.date, last: dt.date, basis: str
) -> dict[dt.date, Fraction]:
    """Walk through the days one by one; give each period its weight, in order."""
    days: Counter[dt.date] = Counter()
    for number in range((last - first).days + 1):
        days[(first + number * DAY).replace(day=1)] += 1
    found: dict[dt.date, Fraction] = {}
    for month, counted in days.items():
        length = ((month.replace(day=28) + 4 * DAY).replace(day=1) - month).days
        part = Fraction(counted) if basis == "days" else Fraction(counted, length)
        start = calendar.start(month)
        found[start] = found.get(start, Fraction(0)) + part
    return found


def spread(amount: int, by: Mapping[dt.date, Fraction]) -> Parts:
    """Give each period what is placed by its end, less what is placed by its start."""
    whole = sum(by.values(), Fraction(0))
    passed, before, parts = Fraction(0), 0, {}
    for start, weight in by.items():
        passed += weight
        placed = half_up(abs(amount) * passed / whole)
        parts[start] = (placed - before) * (-1 if amount < 0 else 1)
        before = placed
    return parts


@dataclass(frozen=True)
class Step:
    """What a change does to an award, or to one of its supplements."""

    effective_on: dt.date
    delta: int
    new_end: dt.date | None


@dataclass(frozen=True)
class Rules:
    """How money is placed."""

    calendar: Calendar
    basis: str
    closed: Collection[dt.date] = ()
    retrospective: bool = False

    def is_frozen(self, start: dt.date, change: dt.date) -> bool:
        return start in self.closed and self.calendar.end(start) < change

    def follow(
        self, first: dt.date, last: dt.date, amount: int, steps: Iterable[Step]
    ) -> tuple[Parts, Parts]:
        """Take one change after the other; give the parts as they are, and as reported."""
        if last < first:
            raise ContradictionError("backwards")
        parts = spread(amount, weights(self.calendar, first, last, self.basis))
        for step in steps:
            amount += step.delta
            last = step.new_end or last
            if last < first:
                raise ContradictionError("backwards")
            if abs(amount) > MOST:
                raise ContradictionError("too large")
            frozen = {
                start: part
                for start, part in parts.items()
                if self.is_frozen(start, step.effective_on)
            }
            kept = sum(frozen.values())
            rest = amount - kept
            left = {
                start: weight
                for start, weight in weights(self.calendar, first, last, self.basis).items()
                if not self.is_frozen(start, step.effective_on)
            }
            if abs(rest) > MOST:
                raise ContradictionError("too large")
            if not self.retrospective and (kept * rest < 0 or (rest and not left)):
                raise ContradictionError("overdrawn")
            parts = {**frozen, **(spread(rest, left) if left else {})}
        if self.retrospective:
            return spread(amount, weights(self.calendar, first, last, self.basis)), parts
        return parts, parts

    def place(self, award: GrantAward, changes: Sequence[AwardAdjustment]) -> Placed:
        """Place an award with its supplements.

        Raises:
            ContradictionError: when that cannot be done.
        """
        ordered = sorted(changes, key=lambda change: (change.effective_on, change.id))
        if self.basis == "at_award":
            return self._at_award(award, ordered)
        own = [
            Step(change.effective_on, change.delta_minor or 0, _new_end(change))
            for change in ordered
            if change.kind != "supplement"
        ]
        last = _last(award) or next((step.new_end for step in own if step.new_end), None)
        placed = Placed()
        if award.starts_on is not None and last is not None:
            placed.add(*self.follow(award.starts_on, last, award.amount_total_minor or 0, own))
        for i, change in enumerate(ordered):
            if change.kind == "supplement":
                placed.add(*self._supplement(change, last, ordered[:i], ordered[i + 1 :]))
        return placed

    def _supplement(
        self,
        change: AwardAdjustment,
        last: dt.date | None,
        earlier: Sequence[AwardAdjustment],
        later: Sequence[AwardAdjustment],
    ) -> tuple[Parts, Parts]:
        first, amount = change.effective_on, change.delta_minor or 0
        if change.new_ends_on:
            return self.follow(first, change.new_ends_on, amount, [])
        for before in earlier:
            last = _own_new_end(before) or last
        steps = [
            Step(after.effective_on, 0, _new_end(after)) for after in later if _own_new_end(after)
        ]
        if (last is None or last < first) and steps:
            last = steps[0].new_end
        if last is None:
            raise ContradictionError("no last day")
        return self.follow(first, last, amount, steps)

    def _at_award(self, award: GrantAward, changes: Sequence[AwardAdjustment]) -> Placed:
        placed = Placed()
        won = award.awarded_on
        assert won is not None
        start = self.calendar.start
        placed.add(*[{start(won): award.amount_total_minor or 0}] * 2)
        for change in changes:
            if change.delta_minor:
                reported = {start(change.effective_on): change.delta_minor}
                anew = self.retrospective and change.kind != "supplement"
                placed.add({start(won): change.delta_minor} if anew else reported, reported)
        return placed


def _last(award: GrantAward) -> dt.date | None:
    if award.ends_on is None:
        return None
    return award.ends_on - DAY if award.end_convention == "exclusive" else award.ends_on


def _new_end(change: AwardAdjustment) -> dt.date | None:
    if change.kind == "termination" and change.new_ends_on is None:
        return change.effective_on - DAY
    return change.new_ends_on


def _own_new_end(change: AwardAdjustment) -> dt.date | None:
    return None if change.kind == "supplement" else _new_end(change)
