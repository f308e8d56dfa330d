"""The fast way through plain CSV: Arrow's reader, where it is certain to agree.

Arrow and the ``csv`` module differ on quotes within a cell, rows of the wrong width, carriage
returns without newline and more. Text with any of these is declined, and read the careful way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
from attrs import frozen

from coprometrics_csv.arrays import SHARED, each_once, in_one_piece, numbers, repeated
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.within import begins_with, count, has, last_end_of_line

__all__ = ["FastWay", "Plain"]

_MARK = "\ufeff".encode()
_PART = 2 << 20
"""How many bytes Arrow parses at a time: as many as stay near the processor."""


@frozen
class Plain:
    """Records that were read the fast way.

    Attributes:
        cells: for each wanted column, by its position, its texts.
        lines: the physical line on which each record begins.
        physical_lines: how many lines of the file they are.
    """

    cells: Mapping[int, pa.Array[Any]]
    lines: pa.Array[Any]
    physical_lines: int


class FastWay:
    """Reads plain records with Arrow, and declines all others.

    Args:
        dialect: how they are written.
        width: how many cells each record must have.
        wanted: the positions of the columns to give.
        shared: which of these hold few different texts, and may come dictionary-encoded.
    """

    def __init__(
        self, dialect: Dialect, width: int, wanted: tuple[int, ...], shared: frozenset[int]
    ) -> None:
        self._dialect = dialect
        self._width = width
        self._names = [str(number) for number in range(width)]
        self._wanted = wanted
        self._shared = shared
        self._quote = dialect.quote
        self._well_quoted = _well_quoted(dialect) if dialect.quote else ""
        self._declined = _declined(dialect)
        self._comment = dialect.comment.encode()

    @staticmethod
    def suits(dialect: Dialect) -> bool:
        """Say whether a dialect has no more than Arrow knows."""
        return (
            not dialect.escape
            and not dialect.skip_initial_space
            and (dialect.doubled_quotes or not dialect.quote)
            and (dialect.delimiter + dialect.quote).isascii()
        )

    def read(self, data: pa.Buffer, line: int) -> Plain | None:
        """Read records, the first of which is on the given line, or decline."""
        if begins_with(data, _MARK) or begins_with(data, self._comment or _MARK):
            return None
        if any(has(data, pattern) for pattern in self._declined):
            return None
        quoted = bool(self._quote) and has(data, re.escape(self._quote))
        if quoted and not has(data, self._well_quoted):
            return None
        if not quoted and not self._lines_within_limit(data):
            return None
        table = self._parse(data, quoted=quoted)
        if table is None or _has_empty_row(table):
            return None
        if quoted and not self._cells_within_limit(table):
            return None
        physical = table.num_rows
        if quoted or self._width == 1:
            physical = count(data, b"\n") + (last_end_of_line(data) < data.size)
        lines = _lines(table, line, physical, quoted=quoted)
        if lines is None:
            return None
        cells = {column: in_one_piece(table.column(str(column))) for column in self._wanted}
        return Plain(cells, lines, physical)

    def _lines_within_limit(self, data: pa.Buffer) -> bool:
        at, limit = 0, self._dialect.record_limit
        while data.size - at > limit:
            length = last_end_of_line(data.slice(at, limit))
            if not length:
                return False
            at += length
        return True

    def _cells_within_limit(self, table: pa.Table) -> bool:
        """Say whether no record can be beyond the limit, were all its characters quotes."""
        longest = (pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns)
        return 2 * sum(longest) + 4 * self._width <= self._dialect.record_limit

    def _parse(self, data: pa.Buffer, *, quoted: bool) -> pa.Table | None:
        types: dict[str, pa.DataType] = dict.fromkeys(self._names, pa.string())
        if not quoted:
            types = {str(column): self._type(column) for column in self._wanted}
        try:
            return pcsv.read_csv(
                pa.BufferReader(data),  # type: ignore[arg-type]  # the stubs know Python files only
                read_options=pcsv.ReadOptions(
                    column_names=self._names,
                    block_size=data.size + 1 if quoted else _PART,
                ),
                parse_options=pcsv.ParseOptions(
                    delimiter=self._dialect.delimiter,
                    quote_char=self._dialect.quote if quoted else False,
                    newlines_in_values=quoted,
                    # A blank line is then an empty row, and declined.
                    ignore_empty_lines=self._width == 1,
                ),
                convert_options=pcsv.ConvertOptions(
                    check_utf8=False,
                    column_types=types,
                    include_columns=list(types),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None

    def _type(self, column: int) -> pa.DataType:
        return SHARED if column in self._shared else pa.string()


def _declined(dialect: Dialect) -> tuple[str, ...]:
    """Give what no text may have.

    It is what begins the footer or a comment, a NUL, and a return that ends a line alone.
    """
    comment = (r"\n" + re.escape(dialect.comment),) if dialect.comment else ()
    return (*map(re.escape, dialect.footer), *comment, r"\x00", r"\r(?:[^\n]|\z)")


def _well_quoted(dialect: Dialect) -> str:
    """Give what says that every quote opens, closes or is doubled as RFC 4180 has it."""
    quote, delimiter = (f"\\x{ord(mark):02x}" for mark in (dialect.quote, dialect.delimiter))
    cell = f"(?:[^{quote}{delimiter}\r\n]*|{quote}(?:[^{quote}]|{quote}{quote})*{quote})"
    return f"\\A(?:{cell}(?:{delimiter}|\r?\n))*{cell}\\z"


def _lines(table: pa.Table, first: int, physical: int, *, quoted: bool) -> Any:
    """Give the line of each record, or None where blank lines stand between them."""
    rows = table.num_rows
    if rows == physical:
        return numbers(first, rows)
    if not quoted:
        return None
    spans = repeated(pa.scalar(1, pa.int64()), rows)
    for column in table.columns:
        within = pc.count_substring(in_one_piece(column), "\n")
        spans = pc.add(spans, within.cast(pa.int64()))
    if pc.sum(spans).as_py() != physical:
        return None
    return pc.add(pc.subtract(pc.cumulative_sum(spans), spans), first)


def _has_empty_row(table: pa.Table) -> bool:
    """Say whether all cells of some row may be empty; Arrow takes a blank line for such a row."""
    empty: Any = None
    for column in table.columns:
        here = each_once(partial(pc.equal, ""), in_one_piece(column))
        empty = here if empty is None else pc.and_(empty, here)
        if not pc.any(empty, min_count=0).as_py():
            return False
    return True
