"""The table in a CSV file: its header, found behind a preamble, and its blocks of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from attrs import frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Notice, Source
from coprometrics_csv.ahead import one_ahead
from coprometrics_csv.blocks import Block, BlockReader
from coprometrics_csv.columns import Header, fold
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.encoding import Encoding, Utf8Stream
from coprometrics_csv.feed import Feed
from coprometrics_csv.records import Row, RowReader

__all__ = ["Table", "open_table"]

_LONGEST_PREAMBLE = 1_000
_MOST_COLUMNS = 100_000
_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet workbook of an old kind",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
}


@frozen
class Table:
    """A CSV file that has been opened and whose header has been read.

    Attributes:
        header: the labels of the columns.
        preamble: how many records stood before the header.
    """

    header: Header
    preamble: int
    _stream: Utf8Stream
    _feed: Feed
    _dialect: Dialect
    _line: int

    @property
    def encoding(self) -> Encoding:
        """How the file is encoded, as far as it was read."""
        return self._stream.encoding

    def about_encoding(self) -> Iterator[Notice]:
        """Say how the file was read, where it was not in the first way; to be asked at its end."""
        if self.encoding.refused:
            refused = ", ".join(self.encoding.refused)
            yield Notice("encoding", f"read as {self.encoding.name}, because it is not {refused}")

    def blocks(
        self,
        wanted: tuple[int, ...],
        progress: Callable[[int], None] | None = None,
        *,
        shared: Iterable[int] = (),
    ) -> Iterator[Block]:
        """Give the records, with the cells of the wanted columns only.

        Args:
            wanted: the positions of the columns.
            progress: is told after each block how many bytes of the file were read.
            shared: which of the columns hold few different texts, and come dictionary-encoded.

        Raises:
            SourceError: where the file cannot be told into records.
        """
        reader = BlockReader(
            self._feed,
            self._dialect,
            width=len(self.header.labels),
            wanted=wanted,
            line=self._line,
            name=self.header.name,
            shared=frozenset(shared),
        )
        for block in one_ahead(reader):
            yield block
            if progress:
                progress(self._feed.position())


@contextmanager
def open_table(source: Source, dialect: Dialect) -> Iterator[Table]:
    """Open a CSV file and read its header.

    Raises:
        SourceError: when it is not a CSV file of this dialect, or has no header.
    """
    _check_kind(source)
    with source.open() as file:
        yield _table(partial(Utf8Stream, source, file, dialect.encodings), dialect, source.name)


def _table(begin: Callable[[], Utf8Stream], dialect: Dialect, name: str) -> Table:
    """Read the header; ``begin`` gives the bytes from their beginning."""
    stream = begin()
    feed = Feed(stream)
    reader = RowReader(feed, dialect, 1, name)
    if dialect.header:
        header, preamble = _read_header(reader, dialect, name)
        reader.close()
        return Table(header, preamble, stream, feed, dialect, reader.line)
    width = len(_first_row(reader, name).cells)
    header = Header(tuple(str(n + 1) for n in range(width)), 1, name)
    stream = begin()
    return Table(header, 0, stream, Feed(stream), dialect, 1)


def _check_kind(source: Source) -> None:
    if source.path.is_dir():
        raise SourceError("this is a folder", where=source.name, remedy="give a CSV file")
    head = source.head(1 << 10)
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            raise SourceError(
                f"this is {kind}, not a CSV file",
                where=source.name,
                remedy="open it and save the table as CSV (UTF-8)",
            )
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise SourceError(
            "this is a web page, not a CSV file",
            where=source.name,
            remedy="export it again; the login may have run out",
        )


def _first_row(reader: RowReader, name: str) -> Row:
    for row in reader:
        if not row.comment:
            return _readable(row, name)
    raise SourceError("the file is empty", where=name, remedy="export it again")


def _readable(row: Row, name: str) -> Row:
    if len(row.cells) > _MOST_COLUMNS:
        raise SourceError(
            f"there are {len(row.cells):,} columns, more than {_MOST_COLUMNS:,}",
            where=f"{name}:{row.line}",
            remedy="check the delimiter, and that this is a CSV file",
        )
    if row.problem is None:
        return row
    remedy = (
        "export it as text; for UTF-16 without a mark set encodings: [utf-16-le] in the dialect"
        if row.problem.code == "nul-character"
        else None
    )
    raise SourceError(
        f"before the table: {row.problem.message}", where=f"{name}:{row.line}", remedy=remedy
    )


def _read_header(reader: RowReader, dialect: Dialect, name: str) -> tuple[Header, int]:
    anchors = {fold(label) for label in dialect.anchor}
    preamble = 0
    rows: list[Row] = []
    for row in reader:
        if row.problem is None and (row.comment or not any(map(str.strip, row.cells))):
            continue
        if not rows and anchors and not anchors <= {fold(cell) for cell in row.cells}:
            preamble += 1
            if preamble > _LONGEST_PREAMBLE:
                break
            continue
        rows.append(_readable(row, name))
        if len(rows) == dialect.header:
            return Header(_labels(rows), rows[0].line, name), preamble
    if anchors and not rows:
        wanted = ", ".join(repr(label) for label in dialect.anchor)
        raise SourceError(
            f"no header with {wanted} in the first {preamble:,} records",
            where=name,
            remedy="check anchor, delimiter and encodings in the dialect",
        )
    what = "the file is empty" if not rows else "the file ends within its header"
    raise SourceError(what, where=name, remedy="export it again")


def _labels(rows: list[Row]) -> tuple[str, ...]:
    width = max(len(row.cells) for row in rows)
    levels = []
    for number, row in enumerate(rows):
        cells = [_clean(cell) for cell in row.cells] + [""] * (width - len(row.cells))
        levels.append(_spread(cells) if number < len(rows) - 1 else cells)
    return tuple(" ".join(part for part in parts if part) for parts in zip(*levels, strict=True))


def _clean(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


def _spread(cells: list[str]) -> list[str]:
    """Repeat a label over the empty cells to its right, which it was merged with."""
    spread: list[str] = []
    for cell in cells:
        spread.append(cell or (spread[-1] if spread else ""))
    return spread
