"""Cells to values, column by column.

For each type one function reads one cell: it is the truth. It is asked once for each different
text of a block. For columns of many different texts there is a quick way beside it, which takes
only the plainest forms; ``tests/test_convert.py`` holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from coprometrics_csv.arrays import again, marked, plain, repeated
from coprometrics_csv.faults import CellError

__all__ = [
    "Cells",
    "Quick",
    "Reader",
    "Values",
    "everything",
    "matching",
    "missing_as_null",
    "prefixed",
    "scattered",
    "trim",
]

Cells = Any
"""An Arrow array of texts, null where the cell is missing; texts may be dictionary-encoded."""

_MOST_REMEMBERED = 100_000
_SAMPLE = 4_096
_MOST_DIFFERENT = 3_686
"""Up to so many different texts of a sample it is worth it to find each."""
WHITE = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What is taken from the ends of a cell: every kind of space."""


@frozen
class Values:
    """The values of one column.

    Attributes:
        values: one for each cell; null where it is missing or faulty. Texts of which there are
            few are dictionary-encoded.
        faults: by row, what is wrong with its cell.
        precision: for dates, to what each is known; None where all are known to the day.
    """

    values: Any
    faults: Mapping[int, CellError] = field(factory=dict)
    precision: Any = None

    def missing(self) -> Any:
        """Say which cells are missing; None where none is."""
        if self.values.null_count == len(self.faults):
            return None
        absent = self.values.is_null()
        if not self.faults:
            return absent
        return pc.and_not(absent, marked(list(self.faults), len(self.values)))


@frozen
class Quick:
    """A quick way for plain cells.

    Attributes:
        prepare: gives the cells as ``finish`` wants them, and which of them are plain (None for
            all); nulls stay null.
        finish: gives the values of what was prepared and is plain or null. It may raise
            ArrowInvalid, and then the careful way takes them all.
    """

    prepare: Callable[[Cells], tuple[Any, Any]]
    finish: Callable[[Any], Any]


@define
class Reader:
    """Reads the cells of one column.

    Attributes:
        parse: reads one cell, without the spaces at its ends.
        type: the Arrow type of the values.
        quick: the quick way, where there is one.
        trims: whether the quick way needs the spaces at the ends of cells to be gone.
        with_precision: whether ``parse`` gives a date and its precision.
        nulls: texts that mean missing, besides an empty cell.
    """

    parse: Callable[[str], Any]
    type: pa.DataType
    quick: Quick | None = None
    trims: bool = False
    with_precision: bool = False
    nulls: tuple[str, ...] = ()
    _known: dict[str, Any] = field(factory=dict, init=False)

    def read(self, cells: Cells) -> Values:
        """Read the cells of a block."""
        if self.quick is None:
            return self._each(cells)
        if isinstance(cells, pa.DictionaryArray) or (
            self.type == pa.string() and _seem_repeated(cells)
        ):
            coded = cells.dictionary_encode()
            different = self.read(coded.dictionary)
            if not different.faults:
                return Values(again(different.values, coded.indices))
            cells = plain(cells)
        cells = missing_as_null(trim(cells) if self.trims else cells, self.nulls)
        try:
            prepared, simple = self.quick.prepare(cells)
            if simple is None or pc.all(simple.fill_null(True), min_count=0).as_py():
                return Values(self.quick.finish(prepared))
            simple = simple.fill_null(True)
            quick = self.quick.finish(pc.if_else(simple, prepared, None))
        except pa.ArrowInvalid:
            # Such as a number that overflows: the careful way says which, and why.
            return self._each(cells)
        others = pc.invert(simple)
        rest = self._each(cells.filter(others))
        rows = pc.indices_nonzero(others).to_pylist()
        return Values(
            pc.replace_with_mask(quick, others, plain(rest.values)),
            {rows[row]: fault for row, fault in rest.faults.items()},
        )

    def _each(self, cells: Cells) -> Values:
        coded = cells.dictionary_encode()
        results = [self._read_one(text) for text in coded.dictionary.to_pylist()]
        faulty = [n for n, result in enumerate(results) if isinstance(result, CellError)]
        faults: dict[int, CellError] = {}
        if faulty:
            hit = pc.is_in(coded.indices, value_set=pa.array(faulty, coded.indices.type))
            rows = pc.indices_nonzero(hit)
            codes = coded.indices.take(rows).to_pylist()
            faults = dict(zip(rows.to_pylist(), (results[code] for code in codes), strict=True))
            results = [None if isinstance(result, CellError) else result for result in results]
        if self.type == pa.string():
            return Values(again(pa.array(results, self.type), coded.indices), faults)
        if not self.with_precision:
            return Values(pa.array(results, self.type).take(coded.indices), faults)
        dates = pa.array([result and result[0] for result in results], self.type)
        known_to = pa.array([result[1] if result else "day" for result in results], pa.string())
        precision = known_to.take(coded.indices).fill_null("day")
        return Values(dates.take(coded.indices), faults, precision)

    def _read_one(self, text: str | None) -> Any:
        known = self._known
        if text is None:
            return None
        if text in known:
            return known[text]
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        trimmed = text.strip(WHITE)
        try:
            result = None if not trimmed or trimmed in self.nulls else self.parse(trimmed)
        except CellError as error:
            result = error
        known[text] = result
        return result


def _seem_repeated(cells: Cells) -> bool:
    """Guess whether looking at each different text once is worth finding them."""
    sample = cells[:_SAMPLE]
    return len(cells) > len(sample) and pc.count_distinct(sample).as_py() <= _MOST_DIFFERENT


def matching(pattern: str) -> Callable[[Cells], tuple[Any, Any]]:
    """Make a preparation that takes cells as they are, and as plain what a pattern matches."""
    whole = rf"\A(?:{pattern})\z"
    return lambda cells: (cells, pc.match_substring_regex(cells, whole))


def everything(cells: Cells) -> tuple[Any, Any]:
    """Prepare nothing: every text is plain."""
    return cells, None


def prefixed(prefix: str, cells: Cells) -> Cells:
    """Put a text in front of every cell."""
    return pc.binary_replace_slice(cells, 0, 0, prefix)


def trim(cells: Cells) -> Cells:
    """Take the spaces from the ends of cells."""
    return pc.utf8_trim(cells, WHITE)


def missing_as_null(cells: Cells, nulls: tuple[str, ...]) -> Cells:
    """Turn empty cells, and those with a text that means missing, into nulls."""
    if nulls:
        missing = pc.is_in(cells, value_set=pa.array(["", *nulls], pa.string()))
    else:
        missing = pc.equal(cells, "")
    return pc.if_else(missing, None, cells) if pc.any(missing).as_py() else cells


def scattered(parts: list[tuple[Any, Values]], rows: int, type_: pa.DataType) -> Values:
    """Put together what was read in groups of rows; a row in no group has null.

    Args:
        parts: for each group its rows (ascending) and their values.
        rows: how many rows there are.
        type_: the type of the values.
    """
    faults: dict[int, CellError] = {}
    for where, part in parts:
        places = where.to_pylist() if part.faults else []
        faults |= {places[row]: fault for row, fault in part.faults.items()}
    values = repeated(pa.scalar(None, type_), rows)
    for where, part in parts:
        values = pc.replace_with_mask(values, marked(where, rows), part.values)
    return Values(values, faults)
