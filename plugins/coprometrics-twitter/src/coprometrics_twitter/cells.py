"""The cells of analytics exports as values, and what is wrong with those that are none."""

from __future__ import annotations

from typing import Any

from coprometrics.errors import number_shown
from coprometrics.importers import Problem
from coprometrics_csv.convert import Reader
from coprometrics_csv.dates import DateFormat
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.readers import date_reader, datetime_reader, integer_reader
from coprometrics_twitter.damage import DOWNLOADED

__all__ = ["counts", "days", "moments", "read_cells"]

_NULLS = ("-",)
_WRITTEN = {
    "not-a-date": "must be a day as X writes it, such as Tue, Mar 10, 2026",
    "not-a-datetime": "must be a time as X writes it, such as 2019-02-01 10:15 +0000",
}


def counts() -> Reader:
    """Read counts; a dash is one that is missing."""
    reader = integer_reader(Numerals(remedy=DOWNLOADED))
    reader.nulls = _NULLS
    return reader


def days() -> Reader:
    """Read days in the two ways in which X writes them."""
    return date_reader((_format("%a, %b %d, %Y"), _format("%a %b %d %Y")))


def moments() -> Reader:
    """Read points in time."""
    return datetime_reader((_format("%Y-%m-%d %H:%M %z"),), None, None)


def _format(text: str) -> DateFormat:
    return DateFormat.of(text, "twitter")


def read_cells(
    cells: Any, reader: Reader, label: str, faults: dict[int, list[Problem]]
) -> list[Any]:
    """Read a column of a block; what is wrong with its cells is added to the faults, by row."""
    read = reader.read(cells)
    for row, fault in read.faults.items():
        written = _WRITTEN.get(fault.code)
        message = f"{written}; {DOWNLOADED}" if written else fault.message
        value = number_shown(cells[row].as_py())
        faults.setdefault(row, []).append(Problem(fault.code, message, label, value))
    values: list[Any] = read.values.to_pylist()
    return values
