"""Tables of printed figures, such as accounts and breakdowns, whose rows and columns add up."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from coprometrics.documents import Place
from coprometrics.documents.loading import read_text
from coprometrics.errors import CoprometricsError, ReportError, shown
from coprometrics.report.findings import Finding
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.printed import Printed, Unit, parse_printed
from coprometrics.report.relations import Known, Link, alike
from coprometrics.report.report_file import TableEntry

__all__ = ["PrintedTable", "read_table"]

_MOST_CELLS = 10_000


@frozen
class PrintedTable:
    """The figures of a table, and what must hold between them.

    Attributes:
        figures: its cells by their ids, ``table.row.column``; a blank one is not printed.
        links: the sums of its rows and columns.
        findings: cells that cannot be read.
    """

    figures: Mapping[str, Known]
    links: tuple[Link, ...]
    findings: tuple[Finding, ...]


@frozen
class _Cell:
    text: str
    place: Place


def read_table(
    name: str,
    entry: TableEntry,
    folder: Path,
    place: Place,
    *,
    currency: str,
    number_format: NumberFormat,
) -> PrintedTable:
    """Read a table of printed figures.

    The first row has the names of the columns, the first column those of the rows. A blank cell is
    not known, and not zero. Brackets make a figure negative.

    Args:
        name: what the table is called in the report file.
        entry: what the report file says of it.
        folder: where the report file lies.
        place: where it is described.
        currency: the currency of money in it.
        number_format: how the report writes numbers.

    Raises:
        ReportError: when it cannot be read, or is no table.
    """
    rows = _rows(entry, folder, place)
    columns, lines = _labels(rows, name)
    prints: dict[str, Printed | None] = {}
    findings: list[Finding] = []
    ids = [[f"{name}.{line}.{column}" for column in columns] for line in lines]
    for line, row in zip(ids, rows[1:], strict=True):
        for figure, cell in zip(line, row[1:], strict=True):
            prints[figure] = None
            try:
                prints[figure] = _printed(cell, entry, currency, number_format)
            except CoprometricsError as error:
                findings.append(
                    Finding("printed-unreadable", error.what, figures=(figure,), place=cell.place,
                            printed=cell.text, remedy=error.remedy)
                )  # fmt: skip
    figures = _figures(ids, prints, entry, currency)
    links = []
    for link in _sums(ids, entry.sums, rows):
        try:
            alike(link.figures, figures)
        except ReportError as error:
            findings.append(
                Finding("relation-wrong", error.what, place=link.place, remedy=error.remedy)
            )
        else:
            links.append(link)
    return PrintedTable(figures, tuple(links), tuple(findings))


def _rows(entry: TableEntry, folder: Path, place: Place) -> list[list[_Cell]]:
    if (entry.path is None) == (entry.rows is None):
        raise ReportError(
            "a table needs its rows or the path of a CSV file, and not both", where=str(place)
        )
    if entry.rows is not None:
        rows = [[_Cell("" if c is None else str(c), place) for c in row] for row in entry.rows]
    else:
        path = folder / str(entry.path)
        try:
            text = read_text(path)
        except CoprometricsError as error:
            raise ReportError(str(error), where=str(place)) from None
        rows = list(_csv(text, str(path)))
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ReportError("a table needs two rows and two columns at least", where=str(place))
    if len(rows) * len(rows[0]) > _MOST_CELLS:
        raise ReportError(f"a table has more than {_MOST_CELLS:,} cells", where=str(place))
    for row in rows:
        if len(row) != len(rows[0]):
            raise ReportError(
                f"a row has {len(row)} cells, the first has {len(rows[0])}",
                where=str(row[0].place if row else place),
                remedy="give every row all its cells; a blank one is not known",
            )
    return rows


def _csv(text: str, file: str) -> Iterator[list[_Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield [_Cell(cell.strip(), Place(file, line, 1)) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise ReportError(f"this is no CSV ({error})", where=f"{file}:{line}") from None


def _labels(rows: Sequence[Sequence[_Cell]], name: str) -> tuple[list[str], list[str]]:
    """Name the columns and the rows as parts of ids."""
    both = []
    for cells in (rows[0][1:], [row[0] for row in rows[1:]]):
        words = [re.sub(r"[^a-z0-9]+", "_", cell.text.lower()).strip("_") for cell in cells]
        times = Counter(words)
        for cell, word in zip(cells, words, strict=True):
            if not word or times[word] > 1:
                why = "is there twice" if word else "has no letters or digits"
                raise ReportError(
                    f"the name {shown(cell.text)} in the table {name} {why}",
                    where=str(cell.place),
                    remedy="name every row and every column, each differently",
                )
        both.append(words)
    return both[0], both[1]


def _printed(
    cell: _Cell, entry: TableEntry, currency: str, number_format: NumberFormat
) -> Printed | None:
    if not cell.text:
        return None
    return parse_printed(
        cell.text,
        currency=currency,
        unit=entry.unit,
        rounding=entry.rounding,
        number_format=number_format,
        scale=entry.scale,
    )


def _figures(
    ids: Sequence[Sequence[str]],
    prints: Mapping[str, Printed | None],
    entry: TableEntry,
    currency: str,
) -> dict[str, Known]:
    """Say what each cell counts: a blank one what its column does, or else its row."""
    known = [printed for printed in prints.values() if printed is not None]
    # What can be below zero, or has decimals, is no count; nor is what is added to it.
    counted = all(
        printed.unit != "quantity" and (printed.value is None or printed.value >= 0)
        for printed in known
        if printed.unit in ("count", "quantity")
    )
    figures = {}
    anywhere = next(iter(known), None)
    by_column = [_first(prints, column) for column in zip(*ids, strict=True)]
    for line in ids:
        by_line = _first(prints, line)
        for figure, in_column in zip(line, by_column, strict=True):
            like = prints[figure] or in_column or by_line or anywhere
            unit: Unit = like.unit if like is not None else entry.unit or "count"
            money = (like.currency if like is not None else currency) if unit == "money" else None
            figures[figure] = Known(
                figure,
                "quantity" if unit == "count" and not counted else unit,
                money,
                prints[figure],
                entry.audited,
            )
    return figures


def _first(prints: Mapping[str, Printed | None], figures: Iterable[str]) -> Printed | None:
    return next((prints[figure] for figure in figures if prints[figure] is not None), None)


def _sums(
    ids: Sequence[Sequence[str]], sums: str | None, rows: Sequence[Sequence[_Cell]]
) -> Iterator[Link]:
    """Give the sums of the rows and the columns, each at the place of its total."""
    if sums in ("rows", "both"):
        for line, row in zip(ids, rows[1:], strict=True):
            if len(line) > 1:
                yield Link("sum", tuple(line), place=row[-1].place)
    if sums in ("columns", "both") and len(ids) > 1:
        for column, total in zip(zip(*ids, strict=True), rows[-1][1:], strict=True):
            yield Link("sum", column, place=total.place)
