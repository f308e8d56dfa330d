"""Records by the block: a fast way for plain text, the careful way for everything else.

A block goes the fast way only where it is certain that both ways give the same cells and lines;
``tests/test_blocks.py`` holds them together. Refusals come from the careful way alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from attrs import evolve, frozen

from coprometrics.importers import Problem
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.fastway import FastWay
from coprometrics_csv.feed import Feed
from coprometrics_csv.records import Row, RowReader
from coprometrics_csv.within import count, last_end_of_line

__all__ = ["Block", "BlockReader"]

BLOCK = 8 << 20
SMALLEST = 64 << 10
_MOST_LINES_BACK = 10_000
"""From so many lines that end within quotes, as it seems, no further guess is made."""
_FURTHEST_BACK = 1 << 20
_EMPTY = "rows of empty cells"


@frozen
class Block:
    """Consecutive records of the table.

    Attributes:
        cells: for each wanted column, by its position, one text for each record, the shared ones
            dictionary-encoded. A record that is short of cells has empty ones.
        lines: the physical line on which each record begins.
        problems: by the position of the record, why its cells cannot be relied on.
        left_out: how many records are none of the table, by reason.
    """

    cells: Mapping[int, pa.Array[Any]]
    lines: pa.Array[Any]
    problems: Mapping[int, Problem]
    left_out: Mapping[str, int]


class BlockReader:
    """Reads the records after the header.

    Args:
        feed: the bytes, from the beginning of a record.
        dialect: how they are written.
        width: how many cells each record must have.
        wanted: the positions of the columns to give.
        line: the number of the physical line that comes next.
        name: what the file is called in messages.
        size: about how many bytes make a block.
        smallest: how far a block shrinks where it is not plain.
        shared: the positions of columns of few different texts, which come dictionary-encoded.
    """

    def __init__(
        self,
        feed: Feed,
        dialect: Dialect,
        *,
        width: int,
        wanted: tuple[int, ...],
        line: int,
        name: str,
        size: int = BLOCK,
        smallest: int = SMALLEST,
        shared: frozenset[int] = frozenset(),
    ) -> None:
        self._feed = feed
        self._dialect = dialect
        self._width = width
        self._wanted = wanted
        self._line = line
        self._name = name
        self._size = size
        self._smallest = min(smallest, size)
        self._in_footer = False
        self._shared = shared
        suits = FastWay.suits(dialect)
        self._fast = FastWay(dialect, width, wanted, shared) if suits else None

    def __iter__(self) -> Iterator[Block]:
        """Give the blocks in the order of the file.

        Raises:
            SourceError: where the rest of the file cannot be told into records.
        """
        yield from _merged(self._pieces(), self._size)

    def _pieces(self) -> Iterator[tuple[Block, int]]:
        """Give blocks and their sizes; around what is not plain they become small."""
        step = self._size
        while there := self._feed.fill(step):
            before = self._feed.taken
            size = self._size_of_whole_records(min(there, step))
            block = self._fast_block(size) if size else None
            if block is not None:
                step = min(2 * step, self._size)
            elif step > self._smallest and self._fast is not None and not self._in_footer:
                step = max(step // 8, self._smallest)
                continue
            else:
                block = self._careful_block(size or min(there, step))
            yield _encoded(block, self._shared), self._feed.taken - before

    def _size_of_whole_records(self, size: int) -> int:
        """Guess how many bytes of whole records are within ``size`` bytes; 0 for no guess.

        Outside quotes the number of quotes before is even. The guess is only followed where the
        quotes turn out to be well placed.
        """
        if self._feed.is_last(size):
            return size
        data = self._feed.coming(size)
        end = last_end_of_line(data)
        quote = self._dialect.quote
        if not end or not quote or not count(data.slice(0, end), quote.encode()) % 2:
            return end
        return _before_odd_quote(data.slice(0, end), quote.encode())

    def _fast_block(self, size: int) -> Block | None:
        if self._fast is None or self._in_footer:
            return None
        plain = self._fast.read(self._feed.coming(size), self._line)
        if plain is None:
            return None
        self._feed.take(size)
        self._line += plain.physical_lines
        return Block(cells=plain.cells, lines=plain.lines, problems={}, left_out={})

    def _careful_block(self, size: int) -> Block:
        until = self._feed.taken + size
        reader = RowReader(self._feed, self._dialect, self._line, self._name)
        builder = _Builder(self._dialect, self._width, self._wanted, in_footer=self._in_footer)
        try:
            for row in reader:
                builder.add(row)
                if row.end >= until:
                    break
        finally:
            reader.close()
        self._line = reader.line
        self._in_footer = builder.in_footer
        return builder.block()


def _before_odd_quote(data: pa.Buffer, quote: bytes) -> int:
    """Say where the last line ends before which the number of quotes is even; 0 for no guess."""
    start = max(data.size - _FURTHEST_BACK, 0)
    tail = data.slice(start).to_pybytes()
    end, odd = len(tail), True
    for _ in range(_MOST_LINES_BACK):
        before = tail.rfind(b"\n", 0, end - 1) + 1
        odd ^= tail.count(quote, before, end) % 2 == 1
        if not before:
            break
        end = before
        if not odd:
            return start + end
    return 0


def _encoded(block: Block, shared: frozenset[int]) -> Block:
    """Give a block whose shared columns are dictionary-encoded, whichever way it was read."""
    plain = {column: block.cells[column] for column in shared & block.cells.keys()}
    plain = {n: texts for n, texts in plain.items() if not isinstance(texts, pa.DictionaryArray)}
    if not plain:
        return block
    coded = {column: texts.dictionary_encode() for column, texts in plain.items()}
    return evolve(block, cells={**block.cells, **coded})


def _merged(pieces: Iterator[tuple[Block, int]], size: int) -> Iterator[Block]:
    """Put small blocks together until they are large enough to be worth their while."""
    waiting: list[Block] = []
    length = 0
    for block, bytes_ in pieces:
        waiting.append(block)
        length += bytes_
        if 2 * length >= size:
            yield _joined(waiting)
            waiting, length = [], 0
    if waiting:
        yield _joined(waiting)


def _joined(blocks: list[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    problems: dict[int, Problem] = {}
    left_out: Counter[str] = Counter()
    rows = 0
    for block in blocks:
        problems |= {rows + row: problem for row, problem in block.problems.items()}
        left_out.update(block.left_out)
        rows += len(block.lines)
    return Block(
        cells={
            column: pa.concat_arrays([block.cells[column] for block in blocks])
            for column in blocks[0].cells
        },
        lines=pa.concat_arrays([block.lines for block in blocks]),
        problems=problems,
        left_out=left_out,
    )


class _Builder:
    """Puts records that were read one by one into a block."""

    def __init__(
        self, dialect: Dialect, width: int, wanted: tuple[int, ...], *, in_footer: bool
    ) -> None:
        self.in_footer = in_footer
        self._footer = dialect.footer
        self._width = width
        self._wanted = wanted
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._problems: dict[int, Problem] = {}
        self._left_out: dict[str, int] = {}

    def add(self, row: Row) -> None:
        reason = self._reason_to_leave_out(row)
        if reason:
            self._left_out[reason] = self._left_out.get(reason, 0) + 1
            return
        problem = row.problem or _wrong_width(row.cells, self._width)
        if problem:
            self._problems[len(self._rows)] = problem
        self._rows.append(row.cells + [""] * (self._width - len(row.cells)))
        self._lines.append(row.line)

    def _reason_to_leave_out(self, row: Row) -> str | None:
        """Say why a record is none of the table; None if it is one."""
        if self._footer and not self.in_footer and not row.problem and not row.comment:
            first = next((text for cell in row.cells if (text := cell.strip())), "")
            self.in_footer = first.startswith(self._footer)
        if self.in_footer:
            return "the footer"
        if row.comment:
            return "comments"
        if row.problem:
            return None
        if len(row.cells) == 1 < self._width and not row.cells[0].strip():
            return _EMPTY  # a line of spaces
        return None if any(row.cells) else _EMPTY

    def block(self) -> Block:
        return Block(
            cells={
                column: pa.array([row[column] for row in self._rows], pa.string())
                for column in self._wanted
            },
            lines=pa.array(self._lines, pa.int64()),
            problems=self._problems,
            left_out=self._left_out,
        )


def _wrong_width(cells: list[str], width: int) -> Problem | None:
    if len(cells) == width:
        return None
    code = "short-row" if len(cells) < width else "long-row"
    return Problem(
        code=code,
        message=f"the row has {len(cells)} cell{'s' if len(cells) > 1 else ''} where the header "
        f"has {width}; mend the row, or quote the cells that hold a delimiter",
    )
