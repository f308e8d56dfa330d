"""Points in time as X writes them, and the days of a time zone."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

from attrs import define, field

from coprometrics.importers import Problem
from coprometrics_twitter.posts import BadValueError

__all__ = ["Instants", "iso_instant", "start_of_day"]

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WRITTEN = re.compile(
    r"(?P<weekday>[A-Z][a-z]{2}) (?P<month>[A-Z][a-z]{2}) (?P<day>[0-9]{2}) "
    r"(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<offset>[-+][0-9]{4}) (?P<year>[0-9]{4})"
)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z| ?[-+][0-9]{2}:?[0-9]{2})"
)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_DAY = 86_400
_LENGTH = len("Wed Oct 10 20:19:24 +0000 2018")
_MOST_REMEMBERED = 20_000
_YEARS = range(2, 9999)
"""The first year of the calendar and the last one are partly beyond it in other time zones."""


@define
class Instants:
    """Reads times such as ``Wed Oct 10 20:19:24 +0000 2018``; remembers days it has seen.

    Examples:
        >>> Instants().seconds("Wed Oct 10 20:19:24 +0000 2018")
        1539202764
    """

    _days: dict[str, int] = field(factory=dict)
    _times: dict[str, int] = field(factory=dict)

    def seconds(self, text: str) -> int:
        """Give the seconds since 1970.

        Raises:
            BadValueError: when it is no such time.
        """
        try:
            # What was read before was found to be right, and to have the right length.
            return self._days[text[:11] + text[20:]] + self._times[text[11:20]]
        except KeyError:
            return self._read(text)

    def _read(self, text: str) -> int:
        found = _WRITTEN.fullmatch(text)
        if found is None or len(text) != _LENGTH:
            raise _not_a_time(text)
        try:
            day = dt.date(int(found["year"]), _MONTHS[found["month"]], int(found["day"]))
            time = dt.time.fromisoformat(found["time"])
            offset = dt.datetime.strptime(found["offset"], "%z").utcoffset() or dt.timedelta()
        except (ValueError, KeyError):
            raise _not_a_time(text) from None
        if _WEEKDAYS[day.weekday()] != found["weekday"] or day.year not in _YEARS:
            raise _not_a_time(text)
        seconds = (day.toordinal() - _EPOCH) * _DAY - int(offset.total_seconds())
        of_day = time.hour * 3600 + time.minute * 60 + time.second
        if len(self._days) > _MOST_REMEMBERED:
            self._days.clear()
        self._days[text[:11] + text[20:]] = seconds
        self._times[text[11:20]] = of_day
        return seconds + of_day


def iso_instant(text: object, name: str = "created_at") -> dt.datetime:
    """Read a time of ISO 8601 with its offset, such as ``2022-11-10T12:34:56.000Z``.

    It has a day in every time zone.

    Raises:
        BadValueError: when it is none.

    Examples:
        >>> iso_instant("2022-11-10T12:34:56.000Z").isoformat()
        '2022-11-10T12:34:56+00:00'
    """
    if isinstance(text, str) and _ISO.fullmatch(text):
        try:
            written = dt.datetime.fromisoformat(re.sub(r" (?=[-+])", "", text))
        except ValueError:
            raise _not_a_time(text, name) from None
        if written.year in _YEARS:
            return written.astimezone(dt.UTC)
    raise _not_a_time(text, name)


def start_of_day(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Give the instant at which a day begins in a time zone.

    That is midnight, or where clocks go forward at midnight, the instant at which they do.

    Examples:
        >>> start_of_day(dt.date(2024, 7, 1), zoneinfo.ZoneInfo("Europe/London")).isoformat()
        '2024-06-30T23:00:00+00:00'
    """
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    # A time in the gap is read with the offset before it, which is the instant of the change.
    return midnight.astimezone(dt.UTC)


def _not_a_time(text: object, name: str = "created_at") -> BadValueError:
    seen = f"'{text}'" if isinstance(text, str) and re.fullmatch(r"[\w:+. -]{1,32}", text) else None
    return BadValueError(
        Problem(
            "not-a-time",
            f"must be a date and time of the calendar, of the years {_YEARS[0]} to {_YEARS[-1]}",
            name,
            seen,
        )
    )
