"""The grants in a table: a row for each, a column for each field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from coprometrics.errors import SourceError, shown
from coprometrics.importers import Context, Item, Locator, Notice, Refusal, Skipped, Source
from coprometrics_360giving.entries import Entry
from coprometrics_360giving.fields import INDIVIDUALS, Path, path_of
from coprometrics_360giving.recognition import delimiter_of
from coprometrics_csv.blocks import Block
from coprometrics_csv.columns import Header
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.table import open_table

__all__ = ["entries_of_table"]

_AT_ONCE = 1_024


def entries_of_table(source: Source, context: Context) -> Iterator[Entry | Item]:
    """Give the grants of a table, and what else a person should know of it.

    Raises:
        SourceError: when it is no such table, or cannot be read.
    """
    dialect = Dialect(encodings=("utf-8", "cp1252"), delimiter=delimiter_of(source) or ",")
    with open_table(source, dialect) as table:
        columns = _columns(table.header)
        every = range(len(table.header.labels))
        if unread := table.header.named(n for n in every if n not in columns):
            yield Notice("unmapped-columns", f"columns that no record keeps: {unread}")
        left_out: Counter[str] = Counter()
        names = {path: table.header.labels[n] for n, path in reversed(columns.items())}
        for block in table.blocks(tuple(columns), context.progress):
            left_out.update(block.left_out)
            yield from _entries(block, columns, names)
        yield from table.about_encoding()
        yield from (Skipped(count, reason) for reason, count in left_out.items())


def _columns(header: Header) -> dict[int, Path]:
    """Give the field of each column that is read.

    Raises:
        SourceError: when two columns have one field, or there are no grants.
    """
    columns = {
        n: path for n, label in enumerate(header.labels) if label and (path := path_of(label))
    }
    missing = [name for name in ("id", "amountAwarded") if (name,) not in columns.values()]
    if missing:
        raise SourceError(
            "this is no table of grants in the 360Giving Data Standard",
            where=header.place,
            remedy="it must have at least the columns Identifier and Amount Awarded; it has "
            + header.named(),
        )
    first: dict[Path, int] = {}
    for n, path in columns.items():
        if first.setdefault(path, n) != n and path[0] not in INDIVIDUALS:
            raise _twice(header, first[path], n)
    return columns


def _twice(header: Header, one: int, other: int) -> SourceError:
    labels = f"{shown(header.labels[one])} (column {one + 1}) and "
    labels += f"{shown(header.labels[other])} (column {other + 1})"
    return SourceError(
        f"two columns have one field: {labels}",
        where=header.place,
        remedy="keep the one that is right",
    )


def _entries(
    block: Block, columns: dict[int, Path], names: dict[Path, str]
) -> Iterator[Entry | Refusal]:
    paths = list(columns.values())

    def name_of(path: Path) -> str:
        return names.get(path) or " ".join(map(str, path))

    for row, (line, *texts) in enumerate(_rows(block, tuple(columns))):
        if problem := block.problems.get(row):
            yield Refusal(Locator(line=line), (problem,))
            continue
        yield Entry(Locator(line=line), _fields(paths, texts), name_of, f"line {line}")


def _rows(block: Block, columns: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """Give the line and the cells of each row; as few as possible are held as texts of Python."""
    arrays = (block.lines, *(block.cells[n] for n in columns))
    for start in range(0, len(block.lines), _AT_ONCE):
        yield from zip(*(array.slice(start, _AT_ONCE).to_pylist() for array in arrays), strict=True)


def _fields(paths: list[Path], texts: list[str]) -> dict[str, Any]:
    """Put the cells of a row together as the fields of a grant."""
    fields: dict[str, Any] = {}
    parts: dict[str, dict[int, dict[str, str]]] = {}
    for path, text in zip(paths, texts, strict=True):
        if not text or text.isspace():
            continue
        match path:
            case (str(name), int(index), str(within)):
                parts.setdefault(name, {}).setdefault(index, {})[within] = text
            case (str(name),):
                fields[name] = text
    fields.update((name, list(found.items())) for name, found in parts.items())
    return fields
