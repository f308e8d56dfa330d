"""The fast way and the careful way through a file give the same cells and lines."""

from __future__ import annotations

from typing import Any

import attrs
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coprometrics.errors import SourceError
from coprometrics_csv.blocks import BlockReader
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.feed import Feed

PLAIN = Dialect()
FOOTERS = [("T",), ("é", "\ufeff"), ("a.", "b"), ("a|b", "\u2028")]


class Pieces:
    """Gives bytes a few at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size, self._at = data, size, 0

    def read_into(self, room: pa.Buffer, at: int) -> int:
        view = memoryview(room).cast("B")[at:]
        some = self._data[self._at : self._at + min(self._size, len(view))]
        view[: len(some)] = some
        self._at += len(some)
        return len(some)

    def position(self) -> int:
        return self._at

    def left(self) -> int:
        return 0


def read(
    data: bytes,
    width: int,
    *,
    dialect: Dialect = PLAIN,
    fast: bool = True,
    size: int = 1 << 20,
    smallest: int = 1 << 20,
    chunk: int = 7,
    wanted: tuple[int, ...] | None = None,
    shared: frozenset[int] = frozenset(),
) -> Any:
    """Read to plain Python: rows with lines and problem codes, and what was left out."""
    columns = wanted or tuple(range(width))
    reader = BlockReader(
        Feed(Pieces(data, chunk)),
        dialect,
        width=width,
        wanted=columns,
        line=1,
        name="t.csv",
        size=size,
        smallest=smallest,
        shared=shared,
    )
    if not fast:
        reader._fast = None
    rows: list[Any] = []
    left_out: dict[str, int] = {}
    try:
        for block in reader:
            encoded = {n for n, cells in block.cells.items() if pa.types.is_dictionary(cells.type)}
            assert encoded == shared & set(columns)
            cells = [block.cells[column].to_pylist() for column in columns]
            for number, line in enumerate(block.lines.to_pylist()):
                problem = block.problems.get(number)
                rows.append((line, [c[number] for c in cells], problem and problem.code))
            for reason, count in block.left_out.items():
                left_out[reason] = left_out.get(reason, 0) + count
    except SourceError as error:
        return str(error)
    return rows, left_out


nasty = st.lists(
    st.sampled_from(
        ["a", "b,", ",", '"', '""', "\n", "\r\n", "\r", '","', '"\n', "é", "\ufeff", "#", "T", "\0",
         "   ", '"a"', '"x\ny"', "1,2", '\n"', "\u2028", "\x1c"]
    ),
    max_size=60,
).map("".join)  # fmt: skip

cell = st.text(alphabet='ab,"\n\r é#T', max_size=5)
proper = st.tuples(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), max_size=20)
    ),
    st.sampled_from(["\n", "\r\n"]),
)


def written(rows: list[list[str]], end: str) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text

    return "".join(",".join(map(quoted, row)) + end for row in rows)


@settings(max_examples=600, deadline=None)
@given(nasty, st.integers(1, 3), st.integers(1, 40), st.integers(1, 9))
@example('"\n",\n', 2, 3, 1)
@example("\ufeffa,b\n", 2, 40, 9)
def test_both_ways_agree_on_any_text(text: str, width: int, size: int, chunk: int) -> None:
    data = text.encode()
    careful = read(data, width, fast=False)
    assert read(data, width, size=size, chunk=chunk) == careful
    assert read(data, width, size=8 * size, smallest=size, chunk=chunk) == careful
    assert read(data, width) == careful


@settings(max_examples=300, deadline=None)
@given(nasty, st.integers(1, 3), st.integers(1, 40), st.sampled_from(FOOTERS))
def test_both_ways_agree_with_comments_a_footer_and_a_small_limit(
    text: str, width: int, size: int, footer: tuple[str, ...]
) -> None:
    dialect = attrs.evolve(PLAIN, comment="#", footer=footer, record_limit=1000)
    careful = read(text.encode(), width, dialect=dialect, fast=False)
    assert read(text.encode(), width, dialect=dialect, size=size) == careful


@settings(max_examples=300, deadline=None)
@given(proper, st.integers(1, 60))
def test_what_was_written_properly_is_read_back(made: Any, size: int) -> None:
    rows, end = made
    width = len(rows[0]) if rows else 1
    found, _ = read(written(rows, end).encode(), width, size=size)
    kept = [row for row in rows if any(row) and not (width > 1 and len(row) == 1)]
    assert [cells for _, cells, _ in found] == kept


@settings(max_examples=200, deadline=None)
@given(nasty, st.integers(2, 3), st.integers(1, 40), st.frozensets(st.integers(0, 1)))
def test_leaving_columns_out_or_sharing_their_texts_changes_nothing_else(
    text: str, width: int, size: int, shared: frozenset[int]
) -> None:
    whole = read(text.encode(), width, fast=False)
    assert read(text.encode(), width, size=size, shared=shared) == whole
    part = read(text.encode(), width, size=size, wanted=(1,), shared=shared)
    if isinstance(whole, str):
        assert part == whole
    else:
        rows, left_out = whole
        assert part == ([(line, [cells[1]], code) for line, cells, code in rows], left_out)


def test_the_fast_way_takes_quoted_newlines() -> None:
    data = b'1,"a\nb"\r\n2,c\r\n"3","d"\r\n'
    reader = BlockReader(
        Feed(Pieces(data, len(data))), PLAIN, width=2, wanted=(0, 1), line=5, name="t.csv"
    )
    assert reader._fast is not None
    plain = reader._fast.read(pa.py_buffer(data), 5)
    assert plain is not None
    assert plain.cells[1].to_pylist() == ["a\nb", "c", "d"]
    assert plain.lines.to_pylist() == [5, 7, 8]
    assert plain.physical_lines == 4


@pytest.mark.parametrize(
    "text",
    ["a\0,b\n", "a\rb,c\n", '"a"b,c\n', 'a"b,c\n', "\ufeffa,b\n", "a\n", "a,b,c\n", "a,b\n\n"],
)
def test_the_fast_way_declines_what_is_not_plain(text: str) -> None:
    data = text.encode()
    reader = BlockReader(
        Feed(Pieces(data, len(data))), PLAIN, width=2, wanted=(0,), line=1, name="t.csv"
    )
    assert reader._fast is not None
    assert reader._fast.read(pa.py_buffer(data), 1) is None
