"""Dates in digits, such as 03/04/2023, which do not say which number is the day."""

from __future__ import annotations

import re

from attrs import frozen

__all__ = ["SlashedDate"]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PATTERN = re.compile(
    r"([0-9]{1,2})(?P<mark>[/.-])([0-9]{1,2})[/.-](?P<year>[0-9]{4}|[0-9]{2})(?![0-9])"
    r"(?P<time>[ T][0-9]{1,2}:[0-9]{2}(?P<seconds>:[0-9]{2})?)?"
)


@frozen
class SlashedDate:
    """A date in digits.

    Attributes:
        text: as it is written, without what may follow it.
        first: the number that comes first.
        second: the number that comes second.
        year: the year, as it is written.
        day_first: the format of a text like this when the day comes first.
        month_first: the format of a text like this when the month comes first.
    """

    text: str
    first: int
    second: int
    year: str
    day_first: str
    month_first: str

    @classmethod
    def of(cls, text: str) -> SlashedDate | None:
        """Take a text that begins with a date in digits; None for another.

        Examples:
            >>> SlashedDate.of("03/04/2023 10:30, perhaps").day_first
            '%d/%m/%Y %H:%M'
        """
        parts = _PATTERN.match(text)
        if parts is None:
            return None
        mark, year = parts["mark"], parts["year"]
        rest = f"{mark}%Y" if len(year) > len("yy") else f"{mark}%y"
        if parts["time"]:
            rest += f"{parts['time'][0]}%H:%M" + (":%S" if parts["seconds"] else "")
        return cls(
            text=parts.group(),
            first=int(parts[1]),
            second=int(parts[3]),
            year=year,
            day_first=f"%d{mark}%m{rest}",
            month_first=f"%m{mark}%d{rest}",
        )

    @property
    def ambiguous(self) -> bool:
        """Whether it is a date in both orders, and not the same one."""
        months = range(1, len(_MONTHS) + 1)
        return self.first != self.second and self.first in months and self.second in months

    @property
    def readings(self) -> str:
        """Both dates that an ambiguous text can be."""
        first, second = _MONTHS[self.first - 1], _MONTHS[self.second - 1]
        return f"{self.first} {second} {self.year} or {self.second} {first} {self.year}"
