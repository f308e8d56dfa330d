"""Which instants lie in a span of days, in a given time zone."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from functools import lru_cache
from typing import Final

from coprometrics.periods import Period
from coprometrics.timezones import timezone as named

__all__ = ["EPOCH", "FIRST_MOMENT", "LAST_MOMENT", "MICROSECOND", "instants_within", "microseconds"]

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND: Final = dt.timedelta(microseconds=1)
FIRST_MOMENT: Final = (dt.datetime.min.replace(tzinfo=dt.UTC) - EPOCH) // MICROSECOND
LAST_MOMENT: Final = (dt.datetime.max.replace(tzinfo=dt.UTC) - EPOCH) // MICROSECOND
"""The first and the last microsecond of the years 1 to 9999, counted from 1970-01-01 UTC."""
_STEP: Final = dt.timedelta(minutes=15)
_AROUND: Final = dt.timedelta(hours=30)


@lru_cache(maxsize=4096)
def instants_within(period: Period, timezone: str) -> tuple[tuple[int, int], ...]:
    """Give the instants whose day in a time zone lies in a period.

    Almost always that is one span. Where clocks were put back over midnight at the edge of the
    period, as in Newfoundland until 2011, it is two.

    Args:
        period: the days.
        timezone: an IANA time zone.

    Returns:
        Spans in microseconds since 1970-01-01 UTC, each with its first instant and the one after
        its last.

    Raises:
        ParameterError: when the time zone does not exist.
    """
    zone = named(timezone)
    starts = _flips(period.start, zone)
    ends = _flips(period.end + dt.timedelta(days=1), zone) if period.end < dt.date.max else []
    spans: list[tuple[int, int]] = []
    begun = False
    ended = False
    since = _LEAST
    for instant, edge, inside in sorted(
        [(at, 0, on) for at, on in starts] + [(at, 1, on) for at, on in ends]
    ):
        was = begun and not ended
        if edge == 0:
            begun = inside
        else:
            ended = inside
        now = begun and not ended
        if now and not was:
            since = instant
        elif was and not now:
            spans.append((since, instant))
    if begun and not ended:
        spans.append((since, _MOST))
    return tuple(span for span in spans if span[0] < span[1])


_LEAST: Final = -(2**62)
_MOST: Final = 2**62


def _flips(day: dt.date, zone: zoneinfo.ZoneInfo) -> list[tuple[int, bool]]:
    """Give the instants at which it becomes, or stops being, the given day or later in a zone."""
    if day.toordinal() < 4 or day.toordinal() > dt.date.max.toordinal() - 3:
        # Beyond these no clock can be asked; the day starts somewhere about its midnight in UTC.
        return [((day - EPOCH.date()).days * 86_400_000_000, True)]
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    instant, until = midnight - _AROUND, midnight + _AROUND
    flips: list[tuple[int, bool]] = []
    late = False
    while instant < until:
        offset = _offset(instant, zone)
        after = instant + _STEP
        change = after if _offset(after, zone) == offset else _change(instant, after, zone)
        # Within [instant, change) the clock runs evenly, so the day turns at most once.
        if not late and instant + offset >= midnight:
            flips.append((microseconds(instant), True))
            late = True
        elif late and instant + offset < midnight:
            flips.append((microseconds(instant), False))
            late = False
        turn = midnight - offset
        if not late and instant < turn < change:
            flips.append((microseconds(turn), True))
            late = True
        instant = change
    return flips


def _offset(instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.timedelta:
    return instant.astimezone(zone).utcoffset() or dt.timedelta(0)


def _change(before: dt.datetime, after: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Find the first instant at which another offset holds."""
    offset = _offset(before, zone)
    while after - before > MICROSECOND:
        middle = before + (after - before) / 2
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def microseconds(instant: dt.datetime) -> int:
    """Give an instant as the engine keeps it: the microseconds since 1970."""
    return (instant - EPOCH) // MICROSECOND
