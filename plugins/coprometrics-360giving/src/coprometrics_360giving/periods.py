"""When a grant begins and ends, as far as its dates say."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

from attrs import define, frozen

from coprometrics_360giving.entries import Entry, Part
from coprometrics_360giving.values import Day, day, number

__all__ = ["Clock", "Period", "end_after", "period_of"]

_LONGEST = 1_200
_PLANNED_AHEAD, _ACTUAL_AHEAD, _BACK = 12, 5, 25


@frozen
class Period:
    """When a grant begins and ends; without an end perhaps how many months it lasts."""

    start: Day | None = None
    end: Day | None = None
    months: int | None = None


@define
class Clock:
    """Which dates are likely, seen from the day of the import."""

    today: dt.date

    def note_award(self, entry: Entry, awarded: Day | None) -> None:
        """Note a date of award that is in the future, or long ago."""
        if awarded is None:
            entry.note("award-date-missing")
            return
        if awarded.date > self.today:
            entry.note("award-date-in-future")
        self._note_past(entry, awarded)

    def note_period(self, entry: Entry, period: Period, *, planned: bool) -> None:
        """Note a beginning or an end that is far away."""
        ahead = self._shifted(_PLANNED_AHEAD if planned else _ACTUAL_AHEAD)
        for known in (period.start, period.end):
            if known is not None:
                if known.date > ahead:
                    entry.note("far-future-dates")
                self._note_past(entry, known)

    def _note_past(self, entry: Entry, known: Day) -> None:
        if known.last < self._shifted(-_BACK):
            entry.note("far-past-dates")

    def _shifted(self, years: int) -> dt.date:
        """Give the same day in another year, or 28 February."""
        day_ = 28 if (self.today.month, self.today.day) == (2, 29) else self.today.day
        return self.today.replace(year=self.today.year + years, day=day_)


def period_of(entry: Entry, clock: Clock, wanted: str) -> Period:
    """Give the time of a grant from its planned or its actual dates.

    Args:
        entry: the grant.
        clock: says which dates are likely.
        wanted: ``planned`` or ``actual``; where it has none of them, the others are taken.
    """
    kind, stated = wanted, _stated(entry, wanted)
    if not stated:
        other = "actual" if wanted == "planned" else "planned"
        if stated := _stated(entry, other):
            kind = other
            entry.note("other-dates")
    period = _joined(entry, stated)
    clock.note_period(entry, period, planned=kind == "planned")
    return period


def _stated(entry: Entry, kind: str) -> list[Period]:
    """Read all dates of a kind."""
    read = (_one(entry, part) for part in entry.parts(f"{kind}Dates"))
    return [period for period in read if period != Period()]


def _one(entry: Entry, part: Part) -> Period:
    start, end = part.read(day, "startDate"), part.read(day, "endDate")
    stated = part.read(number, "duration")
    if start is not None and end is not None and end.last < start.date:
        entry.refuse("ends-before-start", "comes before the start", (*part.path, "endDate"))
    months = None if stated is None else _months(entry, stated)
    if months is None or end is None:
        return Period(start, end, months)
    if start is not None and start.precision == end.precision == "day":
        shortest, longest = (end_after(start.date, months + more) for more in (-1, 1))
        if not (shortest is None or longest is None or shortest < end.date < longest):
            entry.note("duration-contradicted")
    return Period(start, end)


def _months(entry: Entry, stated: Decimal) -> int | None:
    if stated != stated.to_integral_value() or not 1 <= stated <= _LONGEST:
        entry.note("duration-unusable")
        return None
    return int(stated)


def _joined(entry: Entry, periods: list[Period]) -> Period:
    """Make one period of several: from the first start to the last end."""
    if len(periods) <= 1:
        return periods[0] if periods else Period()
    starts = [period.start for period in periods if period.start is not None]
    ends = [period.end for period in periods if period.end is not None]
    if len(starts) < len(periods) or len(ends) < len(periods):
        entry.note("periods-incomplete")
        return Period()
    entry.note("several-periods")
    return Period(
        min(starts, key=lambda start: (start.date, start.last)),
        max(ends, key=lambda end: (end.last, end.date)),
    )


def end_after(start: dt.date, months: int) -> dt.date | None:
    """Give the last day of so many months from a day, as ``grant_income`` does.

    It is the day before the same day so many months later; where that month is too short, the day
    before its last. None where no calendar has it.

    Examples:
        >>> end_after(dt.date(2019, 4, 1), 12), end_after(dt.date(2023, 1, 31), 1)
        (datetime.date(2020, 3, 31), datetime.date(2023, 2, 27))
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not dt.MINYEAR < year < dt.MAXYEAR:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(start.day, last)) - dt.timedelta(days=1)
