"""Dates in digits whose order of day and month nobody declared: never guessed, well explained."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from coprometrics.errors import SourceError
from coprometrics.importers import Source
from coprometrics_csv.convert import trim
from coprometrics_csv.dates import ISO_DATE
from coprometrics_csv.mapping import Mapping
from coprometrics_csv.slashes import SlashedDate
from coprometrics_csv.table import open_table

__all__ = ["DayOrder"]

_MONTHS = 12


@define
class DayOrder:
    """Refuses a file whose dates are all in digits of undeclared order.

    Attributes:
        source: the file.
        mapping: how it is read.
    """

    source: Source
    mapping: Mapping
    _seen: set[int] = field(factory=set, init=False)

    def check(self, slashed: dict[int, str]) -> None:
        """Look at the columns without formats, by position, in which such dates were met.

        A column that has dates of ISO 8601 too is left to the problems of its rows.

        Raises:
            SourceError: with both readings where no date of the column tells, or else with the
                format that the column seems to have.
        """
        for position, label in slashed.items():
            if position not in self._seen:
                self._seen.add(position)
                self._check_column(position, label)

    def _check_column(self, position: int, label: str) -> None:
        first = second = 0
        example: SlashedDate | None = None
        for date in self._dates(position):
            if date is None:
                return
            first, second = max(first, date.first), max(second, date.second)
            if example is None or (date.ambiguous and not example.ambiguous):
                example = date
        if example is None:
            return
        day_first, month_first = example.day_first, example.month_first
        if first > _MONTHS and second > _MONTHS:
            what = "dates are written with the day first and with the month first"
            remedy = "write them in one way, such as 2023-12-31"
        elif first > _MONTHS:
            what = "the order of day and month is not declared; no date has a month first"
            remedy = f'check that days come first, and declare formats: ["{day_first}"]'
        elif second > _MONTHS:
            what = "the order of day and month is not declared; no date has a day first"
            remedy = f'check that months come first, and declare formats: ["{month_first}"]'
        else:
            what = "the order of day and month is not declared, and no date tells which it is"
            if example.ambiguous:
                what = f"{example.text!r} can be {example.readings}, and no date tells which"
            remedy = f'declare formats: ["{day_first}"] or ["{month_first}"]'
        raise SourceError(what, where=f"{self.source.name}, column {label!r}", remedy=remedy)

    def _dates(self, position: int) -> Iterator[SlashedDate | None]:
        """Give the dates in digits of a column, and None for one of ISO 8601."""
        with open_table(self.source, self.mapping.dialect) as table:
            for block in table.blocks((position,)):
                for text in trim(block.cells[position]).unique().to_pylist():
                    date = SlashedDate.of(text)
                    if date is not None or ISO_DATE.match(text):
                        yield date
