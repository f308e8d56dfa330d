"""Spans of days: operational years, months and quarters.

An operational year is twelve months from a chosen start month: 1 for the calendar year, 4 for most
charities and government in the United Kingdom, 8 for its universities. Years, months and quarters
tile time: every day lies in exactly one.
"""

from __future__ import annotations

import datetime as dt
import re

from attrs import Attribute, field, frozen

from coprometrics.errors import ParameterError, is_unicode, shown

__all__ = [
    "CalendarMonths",
    "OperationalYears",
    "Period",
    "Periods",
    "Quarters",
    "parse_period",
]

_YEAR = re.compile(r"(\d{4})(?:/(\d{2}))?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(\d{4}(?:/\d{2})?) Q([1-4])")


def _day(value: object, name: str) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise ParameterError(
        f"the {name} must be a date, got {shown(value)}",
        remedy="give a datetime.date, without a time",
    )


def _edge(_period: Period, attribute: Attribute[dt.date], value: object) -> None:
    _day(value, f"{attribute.name} of a period")


def _text(value: object, name: str) -> str:
    if isinstance(value, str) and is_unicode(value):
        return value
    raise ParameterError(f"the {name} must be a text, got {shown(value)}", where=name)


@frozen
class Period:
    """A span of days, with its first and its last day.

    Attributes:
        start: the first day.
        end: the last day, which belongs to it.
        label: how it is written; from its days where none is given.

    Examples:
        >>> year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
        >>> dt.date(2023, 12, 31) in year, year.days
        (True, 365)
    """

    start: dt.date = field(validator=_edge)
    end: dt.date = field(validator=_edge)
    label: str = field(validator=lambda _period, attribute, value: _text(value, attribute.name))

    @label.default
    def _from_days(self) -> str:
        return f"{self.start}..{self.end}"

    def __attrs_post_init__(self) -> None:
        if self.end < self.start:
            raise ParameterError(
                f"a period cannot end on {self.end}, before its start {self.start}"
            )

    def __str__(self) -> str:
        return self.label

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= _day(day, "day") <= self.end

    @property
    def days(self) -> int:
        """How many days it has, both ends counted."""
        return (self.end - self.start).days + 1


def _month_number(_periods: object, _attribute: object, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 12:
        raise ParameterError(
            f"the start month is {shown(value)}", remedy="give a month from 1 (January) to 12"
        )


@frozen
class Periods:
    """Periods of one length that tile time; use one of its three kinds.

    Attributes:
        dimension: what one of them is called: ``year``, ``month`` or ``quarter``.
        months: how many months each has.
        start_month: the month in which a year starts, 1 to 12.
    """

    start_month: int = field(default=1, validator=_month_number)

    def __attrs_post_init__(self) -> None:
        if type(self) is Periods:
            raise ParameterError(
                "periods have a length",
                where="periods",
                remedy="use OperationalYears, Quarters or CalendarMonths",
            )

    @property
    def dimension(self) -> str:
        """What one of the periods is called."""
        raise NotImplementedError

    @property
    def months(self) -> int:
        """How many months each period has."""
        raise NotImplementedError

    def number(self, day: dt.date) -> int:
        """Give the number of the period that a day lies in; neighbours differ by one."""
        month = _day(day, "day").year * 12 + day.month
        return (month - self.start_month) // self.months

    def numbered(self, number: int) -> Period:
        """Give the period with a number.

        Raises:
            ParameterError: when it does not lie between the years 1 and 9999.
        """
        if isinstance(number, bool) or not isinstance(number, int):
            raise ParameterError(
                f"the number of a {self.dimension} is {shown(number)}",
                where="number",
                remedy="give a whole number",
            )
        first = number * self.months + self.start_month - 1
        after = first + self.months
        try:
            start = dt.date(first // 12, first % 12 + 1, 1)
            # The last month of all has no day after it.
            end = (
                dt.date.max
                if after == 120_000
                else dt.date(after // 12, after % 12 + 1, 1) - dt.timedelta(days=1)
            )
        except (ValueError, OverflowError):
            raise ParameterError(f"a {self.dimension} reaches beyond the years 1 to 9999") from None
        return Period(start, end, self._label(start))

    def containing(self, day: dt.date) -> Period:
        """Give the period that a day lies in."""
        return self.numbered(self.number(day))

    def covering(self, start: dt.date, end: dt.date) -> tuple[Period, ...]:
        """Give the periods, in order, that together hold all days from start to end."""
        if _day(end, "end") < _day(start, "start"):
            raise ParameterError(f"the end {end} comes before the start {start}")
        return tuple(
            self.numbered(number) for number in range(self.number(start), self.number(end) + 1)
        )

    def labelled(self, label: str) -> Period:
        """Give the period with a label.

        Raises:
            ParameterError: when no period is written like that.
        """
        first = self._first_month(_text(label, "label"))
        if first is not None:
            period = self.containing(first)
            if period.label == label:
                return period
        example = self.containing(dt.date(2023, self.start_month, 1)).label
        raise ParameterError(
            f"{shown(label)} is not a {self.dimension} that starts in month {self.start_month}"
            if self.dimension != "month"
            else f"{shown(label)} is not a month",
            remedy=f"write it like {example}",
        )

    def _label(self, start: dt.date) -> str:
        raise NotImplementedError

    def _first_month(self, label: str) -> dt.date | None:
        raise NotImplementedError

    def _year_label(self, start: dt.date) -> str:
        year = start.year if start.month >= self.start_month else start.year - 1
        if self.start_month == 1:
            return f"{year:04}"
        return f"{year:04}/{(year + 1) % 100:02}"

    def _year_start(self, label: str) -> dt.date | None:
        found = _YEAR.fullmatch(label)
        year = int(found[1]) if found else 0
        return dt.date(year, self.start_month, 1) if year else None


@frozen
class OperationalYears(Periods):
    """Years of twelve months from a start month.

    Labels are ``2023`` where the year starts in January and ``2023/24`` otherwise.

    Examples:
        >>> OperationalYears(start_month=8).containing(dt.date(2024, 2, 29))
        Period(start=datetime.date(2023, 8, 1), end=datetime.date(2024, 7, 31), label='2023/24')
        >>> print(*OperationalYears().covering(dt.date(2022, 5, 1), dt.date(2023, 1, 1)))
        2022 2023
    """

    @property
    def dimension(self) -> str:
        """What one of the periods is called."""
        return "year"

    @property
    def months(self) -> int:
        """How many months each period has."""
        return 12

    def _label(self, start: dt.date) -> str:
        return self._year_label(start)

    def _first_month(self, label: str) -> dt.date | None:
        return self._year_start(label)


@frozen
class Quarters(Periods):
    """Quarters of three months; the first starts in the start month.

    Examples:
        >>> Quarters(start_month=8).containing(dt.date(2023, 8, 31)).label
        '2023/24 Q1'
        >>> Quarters().labelled("2023 Q4").end
        datetime.date(2023, 12, 31)
    """

    @property
    def dimension(self) -> str:
        """What one of the periods is called."""
        return "quarter"

    @property
    def months(self) -> int:
        """How many months each period has."""
        return 3

    def _label(self, start: dt.date) -> str:
        return f"{self._year_label(start)} Q{(start.month - self.start_month) % 12 // 3 + 1}"

    def _first_month(self, label: str) -> dt.date | None:
        found = _QUARTER.fullmatch(label)
        first = self._year_start(found[1]) if found else None
        if found is None or first is None:
            return None
        month = first.year * 12 + first.month - 1 + 3 * (int(found[2]) - 1)
        return dt.date(month // 12, month % 12 + 1, 1) if month < 120_000 else None


@frozen
class CalendarMonths(Periods):
    """The months of the calendar, labelled ``2023-05``.

    Examples:
        >>> CalendarMonths().labelled("2024-02").days
        29
    """

    start_month: int = field(default=1, init=False)

    @property
    def dimension(self) -> str:
        """What one of the periods is called."""
        return "month"

    @property
    def months(self) -> int:
        """How many months each period has."""
        return 1

    def _label(self, start: dt.date) -> str:
        return f"{start.year:04}-{start.month:02}"

    def _first_month(self, label: str) -> dt.date | None:
        found = _MONTH.fullmatch(label)
        try:
            return dt.date(int(found[1]), int(found[2]), 1) if found else None
        except ValueError:
            return None


def parse_period(text: str, start_month: int = 1) -> Period:
    """Read a period as people write it: a year, a quarter, a month or two days.

    Args:
        text: ``2023``, ``2023/24``, ``2023 Q1``, ``2023-05`` or ``2023-01-01..2023-12-31``.
        start_month: the month in which an operational year starts; ``2023/24`` needs one.

    Raises:
        ParameterError: when it is not written like that, or a year does not fit the start month.

    Examples:
        >>> parse_period("2023/24", start_month=8).end
        datetime.date(2024, 7, 31)
        >>> parse_period("2023-05-01..2023-05-02").days
        2
    """
    years = OperationalYears(start_month)
    written = _text(text, "period").strip()
    if ".." in written:
        first, last = written.split("..", 1)
        return Period(_iso_day(first), _iso_day(last), written)
    if _MONTH.fullmatch(written):
        return CalendarMonths().labelled(written)
    if _YEAR.fullmatch(written) or _QUARTER.fullmatch(written):
        if "/" in written and start_month == 1:
            raise ParameterError(
                f"{shown(written)} does not start in January",
                where="period",
                remedy="give a start month too, such as 8 for August to July",
            )
        if "/" not in written and start_month != 1:
            raise ParameterError(
                f"{shown(written)} is a calendar year, but years start in month {start_month}",
                where="period",
                remedy="write it like 2023/24, or leave the start month out",
            )
        return (Quarters(start_month) if "Q" in written else years).labelled(written)
    raise ParameterError(
        f"{shown(text)} is not a period",
        where="period",
        remedy="write it like 2023, 2023/24, 2023 Q1, 2023-05 or 2023-01-01..2023-12-31",
    )


def _iso_day(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        raise ParameterError(
            f"{shown(text)} is not a day", where="period", remedy="write it like 2023-12-31"
        ) from None
