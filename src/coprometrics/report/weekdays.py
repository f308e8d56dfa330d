"""Weekdays that are not those of their dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from coprometrics.report._scan_rules import DATED
from coprometrics.report.findings import Finding
from coprometrics.report.text import Document

__all__ = ["wrong_weekdays"]

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def wrong_weekdays(document: Document, year: int | None = None) -> Iterator[Finding]:
    """Find the dates of a document that stand beside another weekday than theirs.

    Args:
        document: the document.
        year: the year of dates that name none; such dates are left alone where it is None.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> text = parse_document("Decisions: Monday 14 December 2023.", "text")
        >>> print(next(wrong_weekdays(text)).message)
        Monday 14 December 2023 was a Thursday
    """
    for match in DATED.finditer(document.text):
        said = _named(_DAYS, match["weekday"])
        month = _named(_MONTHS, match["month"] or match["month2"])
        written = match["year"] or year
        if written is None:
            continue
        text = " ".join(match[0].split())
        place = document.place(match.start())
        try:
            day = dt.date(int(written), month + 1, int(match["day"] or match["day2"]))
        except ValueError:
            yield Finding(
                "no-such-date",
                f"there is no such date as {text}",
                place=place,
                printed=text,
                remedy="correct the date",
            )
            continue
        if day.weekday() != said:
            right = _DAYS[day.weekday()]
            in_year = "" if match["year"] else f" in {written}"
            yield Finding(
                "weekday-wrong",
                f"{text} was a {right}{in_year}",
                place=place,
                printed=text,
                expected=right,
                remedy="correct the weekday or the date",
            )


def _named(names: tuple[str, ...], text: str) -> int:
    """Say which name a text begins."""
    plain = text.rstrip(".")
    return next(number for number, name in enumerate(names) if name.startswith(plain[:3]))
