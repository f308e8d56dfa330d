"""Weekdays that are not those of their dates."""

from __future__ import annotations

import datetime as dt
import re
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
            A year of two digits is at most ten years after it.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> text = parse_document("Decisions: Monday 14 December 2023.", "text")
        >>> print(next(wrong_weekdays(text)).message)
        Monday 14 December 2023 was a Thursday
    """
    for match in DATED.finditer(document.text):
        weekday = match["before"] or match["behind"]
        written = _year(match, year)
        if weekday is None or written is None:
            continue
        said = _named(_DAYS, weekday)
        text = " ".join(match[0].split())
        if "(" not in text:
            text = text.rstrip(")")
        place = document.place(match.start())
        named = match["month"] or match["month2"]
        month = _named(_MONTHS, named) + 1 if named else int(match["month3"])
        try:
            day = dt.date(written, month, int(match["day"] or match["day2"] or match["day3"]))
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
            in_year = "" if str(written) in text else f" in {written}"
            yield Finding(
                "weekday-wrong",
                f"{text} was a {right}{in_year}",
                place=place,
                printed=text,
                expected=right,
                remedy="correct the weekday or the date",
            )


def _year(match: re.Match[str], year: int | None) -> int | None:
    """Give the year of a date: its own, or else that of the report."""
    own = match["year"] or match["in_brackets"] or match["old"] or match["year3"]
    if own is not None:
        return int(own)
    if match["short"] is None or year is None:
        return year if match["short"] is None else None
    # Of the years with these last digits, the last that is at most ten years ahead of the report.
    return year + (int(match["short"]) - year + 89) % 100 - 89


def _named(names: tuple[str, ...], text: str) -> int:
    """Say which name a text begins."""
    return next(n for n, name in enumerate(names) if name.startswith(text[:3].capitalize()))
