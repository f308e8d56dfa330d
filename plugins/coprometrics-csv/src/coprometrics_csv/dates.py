"""Dates and times as people write them, by declared formats and in no locale.

Names of months and weekdays are English, short or long, in any capitals. A year of two digits is
1969 to 2068 (POSIX). A weekday must be the date's own.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import zoneinfo
from typing import Literal

from attrs import frozen

from coprometrics.errors import ConfigError, ParameterError, shown
from coprometrics.timezones import timezone
from coprometrics_csv.directives import (
    MONTH_NAMES,
    WEEKDAY_NAMES,
    WEEKDAYS,
    pattern_of,
    written,
)
from coprometrics_csv.faults import CellError
from coprometrics_csv.slashes import SlashedDate

__all__ = [
    "ISO_DATE",
    "DateFormat",
    "localised",
    "parse_date",
    "parse_datetime",
    "refuse_two_readings",
    "two_readings",
    "zone",
]

Precision = Literal["day", "month", "year"]

_EPOCH_OF_SHORT_YEARS = 69

ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_ISO_INSTANT = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})[Tt ]"
    r"(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})"
    r"(?::?(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,6})0*)?)?"
    r"(?P<offset>[Zz]|[-+][0-9]{2}(?::?[0-9]{2})?)?"
)


@frozen
class DateFormat:
    """One way of writing dates, such as ``%d/%m/%Y``.

    Attributes:
        text: the format as declared.
        precision: how exactly it tells a date.
        has_time: whether it tells the hour.
    """

    text: str
    precision: Precision
    has_time: bool
    _pattern: re.Pattern[str]

    @classmethod
    def of(cls, text: str, where: str) -> DateFormat:
        """Read a format.

        Raises:
            ConfigError: when it has an unknown directive, tells a part twice or not the year, or
                leaves it open which half of the day is meant.
        """
        pattern, seen = pattern_of(text, where)
        return cls(text, _precision(text, seen, where), bool({"H", "I"} & seen), pattern)

    def date(self, text: str) -> dt.date | None:
        """Give the date that a text stands for, or None when it is written in another way.

        Raises:
            CellError: when it is written in this way, but there is no such date.
        """
        parts = self._pattern.fullmatch(text)
        return None if parts is None else _date(parts.groupdict())

    def datetime(self, text: str) -> dt.datetime | None:
        """Give the date and time, aware where the text has an offset; None as for ``date``."""
        parts = self._pattern.fullmatch(text)
        return None if parts is None else _datetime(parts.groupdict())


_PROBES = tuple(
    dt.datetime(year, month, day, 6, 7, 8)  # noqa: DTZ001  (what clocks show, in no zone)
    for year, month, day in itertools.product(
        (2003, 2010, 2012, 2020), (3, 4, 10, 11, 12), (4, 5, 11, 12, 20)
    )
)
"""Times of which many, written in one way, are others written in another."""


def two_readings(
    formats: tuple[DateFormat, ...], *, times: bool
) -> tuple[DateFormat, DateFormat, str] | None:
    """Find two formats that read one text differently, and the text; None when there are none.

    Args:
        formats: the formats.
        times: whether the time of day counts, or the day alone.
    """

    def reading(known: DateFormat, text: str) -> object:
        try:
            return known.datetime(text) if times else (known.date(text), known.precision)
        except CellError:
            return None

    for one, other in itertools.permutations(formats, 2):
        for probe in _PROBES:
            text = written(one.text, probe)
            found = reading(other, text)
            if found not in (None, (None, other.precision), reading(one, text)):
                return one, other, text
    return None


def refuse_two_readings(formats: tuple[DateFormat, ...], *, times: bool, where: str) -> None:
    """Refuse formats of which two read one text differently: it would not be known which counts.

    Args:
        formats: the formats.
        times: whether the time of day counts, or the day alone.
        where: where they are declared.

    Raises:
        ConfigError: when there are two such formats.
    """
    if found := two_readings(formats, times=times):
        one, other, text = found
        raise ConfigError(
            f"the formats {shown(one.text)} and {shown(other.text)} read {text!r} differently",
            where=where,
            remedy="keep one of them",
        )


def _precision(text: str, seen: frozenset[str], where: str) -> Precision:
    if not {"Y", "y"} & seen:
        raise ConfigError(
            f"the format {shown(text)} has no year", where=where, remedy="add %Y or %y"
        )
    month, day = bool({"m", "b", "B"} & seen), "d" in seen
    if "j" in seen or (month and day):
        return "day"
    if day:
        raise ConfigError(
            f"the format {shown(text)} has a day and no month", where=where, remedy="add %m"
        )
    return "month" if month else "year"


def parse_date(text: str, formats: tuple[DateFormat, ...]) -> tuple[dt.date, Precision]:
    """Read a date, by the first format that it is written in; without formats by ISO 8601.

    A date known to the month or year is given as its first day, with its precision.

    Raises:
        CellError: when it is no such date.
    """
    if not formats:
        parts = ISO_DATE.fullmatch(text)
        if parts is None:
            raise _not_a_date(text, "YYYY-MM-DD")
        return _real_date(int(parts[1]), int(parts[2]), int(parts[3])), "day"
    for known in formats:
        if (found := known.date(text)) is not None:
            return found, known.precision
    raise CellError("not-a-date", f"must be a date written as {_listed(formats)}")


def parse_datetime(
    text: str,
    formats: tuple[DateFormat, ...],
    local: zoneinfo.ZoneInfo | None,
    fold: Literal["earlier", "later"] | None,
) -> dt.datetime:
    """Read a date and time; give it in UTC.

    Raises:
        CellError: when it is no such time, has no offset where none is declared, or a clock
            change makes it happen twice or not at all.
    """
    found: dt.datetime | None = None
    if formats:
        found = next((f for known in formats if (f := known.datetime(text)) is not None), None)
        if found is None:
            raise CellError("not-a-datetime", f"must be a time written as {_listed(formats)}")
    else:
        parts = _ISO_INSTANT.fullmatch(text)
        if parts is None:
            error = _not_a_date(text, "YYYY-MM-DDTHH:MM:SS")
            raise CellError(error.code.replace("not-a-date", "not-a-datetime"), error.message)
        found = _datetime(parts.groupdict())
    if found.tzinfo is None:
        return localised(found, local, fold)
    try:
        return found.astimezone(dt.UTC)
    except OverflowError:
        raise CellError("no-such-date", "the time is out of range") from None


def localised(
    naive: dt.datetime,
    local: zoneinfo.ZoneInfo | None,
    fold: Literal["earlier", "later"] | None,
) -> dt.datetime:
    """Give the instant at which clocks of a time zone show a time.

    Raises:
        CellError: when they show it twice (and ``fold`` does not say which), or never.
    """
    if local is None:
        raise CellError(
            "no-time-zone", "the time has no offset; declare timezone in the mapping or the column"
        )
    try:
        first, second = (
            naive.replace(tzinfo=local, fold=turn).astimezone(dt.UTC) for turn in (0, 1)
        )
        shown_back = first.astimezone(local).replace(tzinfo=None)
    except OverflowError:
        raise CellError("no-such-date", "the time is out of range") from None
    if first == second:
        return first
    if shown_back != naive:
        raise CellError(
            "nonexistent-time", f"clocks in {local.key} skip this time when they go forward"
        )
    if fold is None:
        raise CellError(
            "ambiguous-time",
            f"clocks in {local.key} show this time twice; set fold: earlier or later",
        )
    return first if fold == "earlier" else second


def zone(name: str, where: str) -> zoneinfo.ZoneInfo:
    """Find an IANA time zone.

    Raises:
        ConfigError: when there is none of that name.
    """
    try:
        return timezone(name)
    except ParameterError as error:
        raise ConfigError(error.what, where=where, remedy=error.remedy) from None


def _not_a_date(text: str, wanted: str) -> CellError:
    if SlashedDate.of(text):
        return CellError(
            "not-a-date",
            f"must be written as {wanted}; declare formats, with %d and %m in their order",
        )
    return CellError("not-a-date", f"must be written as {wanted}; or declare formats")


def _listed(formats: tuple[DateFormat, ...]) -> str:
    return " or ".join(known.text for known in formats)


def _real_date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise CellError("no-such-date", "there is no such date in the calendar") from None


def _date(parts: dict[str, str | None]) -> dt.date:
    year = int(parts.get("year") or 0)
    if short := parts.get("short_year"):
        year = int(short) + (1900 if int(short) >= _EPOCH_OF_SHORT_YEARS else 2000)
    if ordinal := parts.get("day_of_year"):
        found = _real_date(year, 1, 1) + dt.timedelta(days=int(ordinal) - 1)
        if found.year != year or ordinal == "0":
            raise CellError("no-such-date", "the year has no such day")
    else:
        name = parts.get("month_name")
        month = MONTH_NAMES[name.lower()] if name else int(parts.get("month") or 1)
        found = _real_date(year, month, int(parts.get("day") or 1))
    weekday = parts.get("weekday")
    if weekday and WEEKDAY_NAMES[weekday.lower()] != found.weekday():
        raise CellError(
            "weekday-contradicted", f"that day was a {WEEKDAYS[found.weekday()].capitalize()}"
        )
    return found


def _datetime(parts: dict[str, str | None]) -> dt.datetime:
    day = _date(parts)
    hour = int(parts.get("hour") or 0)
    if half_hour := parts.get("half_hour"):
        if not 1 <= int(half_hour) <= 12:
            raise CellError("no-such-time", "there is no such time of day")
        hour = int(half_hour) % 12 + (12 if (parts["half"] or "")[0] in "pP" else 0)
    fraction = (parts.get("fraction") or "").ljust(6, "0")
    try:
        time = dt.time(
            hour,
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int(fraction),
            tzinfo=_offset(parts.get("offset")),
        )
    except ValueError:
        raise CellError("no-such-time", "there is no such time of day") from None
    return dt.datetime.combine(day, time)


def _offset(text: str | None) -> dt.timezone | None:
    if not text:
        return None
    if text in "Zz":
        return dt.UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise CellError("no-such-time", "there is no such offset from UTC")
    span = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-span if text[0] == "-" else span)
