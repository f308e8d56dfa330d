"""One value of a grant at a time: texts, exact amounts, dates with their precision, months."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from attrs import frozen

from coprometrics.errors import number_shown
from coprometrics.records import FieldSpec
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals, in_minor_units

__all__ = [
    "PREFIX",
    "Day",
    "Misplaced",
    "day",
    "fit",
    "fitting",
    "minor_units",
    "number",
    "plain_text",
]

PREFIX = "360giving:"
"""What stands before an identifier of the standard in the id of a record."""

Precision = Literal["day", "month", "year"]

_LARGEST = 2**63 - 1
_MOST_DIGITS = 40
_MOST_REMEMBERED = 4_096
_SHORT = 128
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")
_DAY = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
    r" ?(?:[Zz]|[-+](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?)?)?)?"
)
_PEOPLE_WRITE = Numerals(remedy="mend it")


@frozen
class Misplaced:
    """A list or an object where one value should be, or the other way round."""

    kind: str


@frozen
class Day:
    """A date, and how exactly it is known; a month is its first day, a year 1 January."""

    date: dt.date
    precision: Precision

    @property
    def last(self) -> dt.date:
        """The last day that may be meant."""
        if self.precision == "day":
            return self.date
        if self.precision == "year":
            return self.date.replace(month=12, day=31)
        late = self.date.replace(day=28) + dt.timedelta(days=4)
        return late - dt.timedelta(days=late.day)


def plain_text(value: Any) -> str | None:
    """Read a text without the spaces at its ends; nothing for an empty one.

    Raises:
        CellError: when it is no text.

    Examples:
        >>> plain_text(" A garden "), plain_text(" ")
        ('A garden', None)
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise CellError("wrong-type", "must be text")
    return value.strip() or None


def fitting(spec: FieldSpec, prefix: str = "") -> Callable[[Any], str | None]:
    r"""Make a reader of texts that fit a field of a record.

    Args:
        spec: the field.
        prefix: what stands before the text there.

    Examples:
        >>> from coprometrics.records import GrantAward, field_specs
        >>> fitting(field_specs(GrantAward)["title"])("A\0garden")
        Traceback (most recent call last):
            ...
        coprometrics_csv.faults.CellError: must not hold '\x00'
    """

    def problem_of(text: str) -> str | None:
        return spec.problem(prefix + text)

    # The same organisations come again and again.
    remembered = lru_cache(_MOST_REMEMBERED)(problem_of)

    def read(value: Any) -> str | None:
        text = plain_text(value)
        if text is None:
            return None
        if problem := (remembered if len(text) <= _SHORT else problem_of)(text):
            raise CellError("not-fitting", problem)
        return text

    return read


def number(value: Any) -> Decimal | None:
    """Read a number exactly, whether it is one or is written as text.

    Raises:
        CellError: when it is none, or far too long.

    Examples:
        >>> number("1e3"), number(Decimal("1000.5")), number("")
        (Decimal('1E+3'), Decimal('1000.5'), None)
    """
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise CellError("not-a-number", "must be a number such as 1250.50")
        if len(text) > _MOST_DIGITS:
            raise _too_large()
        return Decimal(text)
    if value is None or (isinstance(value, Decimal) and value.is_finite()):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _LARGEST:
            raise _too_large()
        return Decimal(value)
    raise CellError("wrong-type", "must be a number")


def minor_units(value: Any, currency: str) -> int | None:
    """Read an amount in minor units; text may be written as people do, such as ``£1,250.50``.

    Raises:
        CellError: when it is no amount, too large, or finer than the minor unit.

    Examples:
        >>> minor_units(Decimal("1000.5"), "GBP"), minor_units("1e3", "GBP")
        (100050, 100000)
        >>> minor_units("£1,250.50", "GBP"), minor_units("7", "JPY")
        (125050, 7)
    """
    if isinstance(value, str) and value.strip() and not _NUMBER.fullmatch(value.strip()):
        return _PEOPLE_WRITE.money(value, currency)
    amount = number(value)
    if not amount:
        return None if amount is None else 0
    if amount.adjusted() > _MOST_DIGITS:
        raise _too_large()
    return in_minor_units(amount, currency)


def day(value: Any) -> Day | None:
    """Read a date known to the day, the month or the year; of a time the day as it is written.

    Raises:
        CellError: when it is no date of the calendar.

    Examples:
        >>> day("2019-04").precision, day("2019-04-01T23:30:00-05:00").date.isoformat()
        ('month', '2019-04-01')
    """
    text = plain_text(value)
    if text is None:
        return None
    return (_day if len(text) <= _SHORT else _day.__wrapped__)(text)


@lru_cache(_MOST_REMEMBERED)
def _day(text: str) -> Day:
    parts = _DAY.fullmatch(text)
    if parts is None:
        raise CellError("not-a-date", "must be written as YYYY-MM-DD, YYYY-MM or YYYY")
    precision: Precision = "day" if parts["day"] else "month" if parts["month"] else "year"
    try:
        date = dt.date(int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1))
    except ValueError:
        raise CellError("no-such-date", "there is no such date in the calendar") from None
    return Day(date, precision)


def fit(value: Any) -> str:
    """Show what stands where another value should, unless it may be about somebody.

    Examples:
        >>> fit("31/12/2019"), fit("Somebody's name"), fit(Misplaced("a list"))
        ("'31/12/2019'", '(withheld)', 'a list')
    """
    return value.kind if isinstance(value, Misplaced) else number_shown(value)


def _too_large() -> CellError:
    return CellError("too-large", "the number is too large to be kept")
