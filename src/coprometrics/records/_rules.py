"""Rules between two fields of one record.

A rule is data: it says which fields it ties together. Here is what it means for one record; the
JSON Schema and the check by column are derived from the same data in ``coprometrics.tables``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from attrs import frozen

__all__ = ["DatePrecision", "NotAbove", "NotBefore", "Rule"]


@frozen
class Rule:
    """The base of the rules.

    Attributes:
        subject: the field that an issue is reported on.
    """

    subject: str

    @property
    def code(self) -> str:
        """The stable code of an issue that this rule finds."""
        raise NotImplementedError

    def problem(self, record: Any) -> str | None:
        """Say what is wrong with a record, or None when the rule holds."""
        raise NotImplementedError


@frozen
class NotBefore(Rule):
    """A day or an instant (the subject) must not come before another one.

    Where the subject is known only to its month or year, the other is compared at that
    precision: something that ends in May 2023 may have started on 10 May 2023.

    Attributes:
        earlier: the field that comes first.
    """

    earlier: str

    @property
    def code(self) -> str:
        """The stable code of an issue that this rule finds."""
        return "ends-before-start"

    def problem(self, record: Any) -> str | None:
        """Say what is wrong with a record, or None when the rule holds."""
        later, earlier = getattr(record, self.subject), getattr(record, self.earlier)
        if later is None or earlier is None:
            return None
        precision = getattr(record, f"{self.subject}_precision", "day")
        if later >= coarsened(earlier, precision):
            return None
        return f"{self.subject} ({later}) comes before {self.earlier} ({earlier})"


@frozen
class DatePrecision(Rule):
    """A day known only to its month is written as the first; to its year, as 1 January.

    The subject is the date; ``{subject}_precision`` is the field that says how well it is known.
    """

    @property
    def code(self) -> str:
        """The stable code of an issue that this rule finds."""
        return "date-precision"

    def problem(self, record: Any) -> str | None:
        """Say what is wrong with a record, or None when the rule holds."""
        day, precision = getattr(record, self.subject), getattr(record, f"{self.subject}_precision")
        if precision == "day":
            return None
        if day is None:
            return f"{self.subject} is missing, so it cannot be known to its {precision}"
        if day != coarsened(day, precision):
            return f"{self.subject} ({day}) is known to its {precision}, so give its first day"
        return None


@frozen
class NotAbove(Rule):
    """A number (the subject) must not be above a limit when another field has a given value.

    Attributes:
        when: the field that decides.
        equals: the value of that field for which the limit holds.
        limit: the greatest number allowed then.
    """

    when: str
    equals: str
    limit: int

    @property
    def code(self) -> str:
        """The stable code of an issue that this rule finds."""
        return "above-limit"

    def problem(self, record: Any) -> str | None:
        """Say what is wrong with a record, or None when the rule holds."""
        value = getattr(record, self.subject)
        if getattr(record, self.when) != self.equals or value is None or value <= self.limit:
            return None
        return f"{self.subject} is {value}, but a {self.equals} must be {self.limit} or less"


def coarsened(value: dt.date, precision: str) -> dt.date:
    """Give the first day of the month or year that a day lies in, or the day itself.

    Examples:
        >>> coarsened(dt.date(2023, 5, 17), "month")
        datetime.date(2023, 5, 1)
    """
    if precision == "day":
        return value
    return value.replace(month=1, day=1) if precision == "year" else value.replace(day=1)
