"""The cells of reports: people and amounts, by the readers of the CSV importer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from coprometrics.money import CURRENCIES
from coprometrics_csv.arrays import each_once, numbers, plain
from coprometrics_csv.columns import fold
from coprometrics_csv.convert import Cells, Reader, Values, scattered, trim
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.people import address_of
from coprometrics_csv.readers import money_reader

__all__ = ["Amounts", "People", "nothing", "present"]

_MOST_REMEMBERED = 200_000
_PLAIN_ADDRESS = r"\A[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\z"
_NO_ADDRESS = CellError(
    "not-an-address",
    "must be one e-mail address; list texts that stand for nobody under placeholders",
)
_NO_ASCII = [bytes([byte]) for byte in range(0x80, 0x100)]
"""How a character begins that is none of ASCII."""
_FREE = ("Free", "FREE", "free", "Gratis")
_NOTHING = rf"\A(?:{'|'.join(_FREE)}|[(]?-?[$£€]?0+(?:[.,]0*)?[)]?)\z"


def present(cells: Cells, nobody: Set[str]) -> Cells:
    """Take the spaces from the ends of cells; give null where nothing or a placeholder stands.

    Args:
        cells: the cells, which come back as they are where nothing is to be changed.
        nobody: the placeholders (``Eventbrite.nobody``).

    Examples:
        >>> present(pa.array([" a ", "", "Info  Requested"]), {"info requested"}).to_pylist()
        ['a', None, None]
    """
    if not isinstance(cells, pa.DictionaryArray):
        return _present(cells, nobody)
    texts = _present(cells.dictionary, nobody)
    if texts is cells.dictionary:
        return cells
    texts = texts.dictionary_encode()
    return pa.DictionaryArray.from_arrays(texts.indices.take(cells.indices), texts.dictionary)


def _present(cells: Cells, nobody: Set[str]) -> Cells:
    if _numbers_only(cells) and not any(word.isdecimal() for word in nobody):
        return cells
    trimmed = trim(cells)
    if trimmed.equals(cells):
        trimmed = cells
    absent = pc.or_(pc.equal(trimmed, ""), _are_placeholders(trimmed, nobody))
    return pc.if_else(absent, None, trimmed) if pc.any(absent, min_count=0).as_py() else trimmed


def _are_placeholders(texts: Any, nobody: Set[str]) -> Any:
    """Say which texts are placeholders; only those are looked at that begin like one."""
    letters = {letter for word in nobody for letter in (word[:1].lower(), word[:1].upper())}
    first = pa.array([*(one.encode()[:1] for one in letters), *_NO_ASCII], pa.binary())
    perhaps = pc.is_in(pc.binary_slice(texts.cast(pa.binary()), 0, 1), value_set=first)
    if not pc.any(perhaps, min_count=0).as_py():
        return perhaps
    rows = pc.indices_nonzero(perhaps).cast(pa.int64())
    found = [fold(text) in nobody for text in texts.take(rows).to_pylist()]
    hit = rows.filter(pa.array(found, pa.bool_()))
    return pc.is_in(numbers(0, len(texts)), value_set=hit)


def _numbers_only(cells: Cells) -> bool:
    """Say whether there are digits in every cell, and nothing else."""
    return bool(pc.all(pc.ascii_is_decimal(cells), min_count=0).as_py())


@define
class People:
    """Reads addresses into pseudonyms; each different address is hashed once.

    Attributes:
        person_keys: gives the pseudonyms of addresses.
    """

    person_keys: Callable[[Iterable[str]], list[str]]
    _known: Any = field(factory=lambda: pa.array([], pa.string()), init=False)
    _keys: Any = field(factory=lambda: pa.array([], pa.string()), init=False)

    def read(self, cells: Cells) -> Values:
        """Read the cells of a block, which are trimmed and null where they are missing."""
        coded = cells.dictionary_encode()
        keys = self._of_each(coded.dictionary).take(coded.indices)
        faulty: list[int] = []
        if keys.null_count > coded.null_count:
            faulty = pc.indices_nonzero(pc.and_(keys.is_null(), coded.is_valid())).to_pylist()
        return Values(keys, dict.fromkeys(faulty, _NO_ADDRESS))

    def _of_each(self, texts: Any) -> Any:
        """Give the pseudonyms of different texts."""
        if len(self._known) >= _MOST_REMEMBERED:
            self._known, self._keys = self._known[:0], self._keys[:0]
        places = pc.index_in(texts, value_set=self._known)
        if places.null_count:
            new = places.is_null()
            these = numbers(len(self._known), places.null_count).cast(places.type)
            self._learn(texts.filter(new))
            places = pc.replace_with_mask(places, new, these)
        return self._keys.take(places)

    def _learn(self, texts: Any) -> None:
        """Remember the pseudonyms of texts, and null for those that are no addresses."""
        addresses: list[str | None] = texts.to_pylist()
        simple = pc.match_substring_regex(texts, _PLAIN_ADDRESS)
        for place in pc.indices_nonzero(pc.invert(simple)).to_pylist():
            addresses[place] = address_of(addresses[place] or "")
        there = [address for address in addresses if address is not None]
        keys = pa.array(self.person_keys(there) if there else [], pa.string())
        if len(there) < len(addresses):
            known = pa.array([address is not None for address in addresses], pa.bool_())
            keys = pc.replace_with_mask(pa.nulls(len(addresses), pa.string()), known, keys)
        self._known = pa.concat_arrays([self._known, texts])
        self._keys = pa.concat_arrays([self._keys, keys])


@define
class Amounts:
    """Reads amounts into minor units.

    Attributes:
        decimal: the character before the fraction.
    """

    decimal: str
    _readers: dict[str, Reader] = field(factory=dict, init=False)

    def read(self, cells: Cells, codes: Any) -> Values:
        """Read the cells of a block.

        Args:
            cells: trimmed, and null where they are missing.
            codes: the currency of each, or one for all. Null for none, which only nothing needs.
        """
        if isinstance(codes, str):
            return self._reader(codes).read(cells)
        different = codes.unique().to_pylist()
        if len(different) == 1 and different[0] in CURRENCIES:
            return self._reader(different[0]).read(cells)
        codes, cells = plain(codes), plain(cells)
        groups = []
        for code in different:
            if code in CURRENCIES:
                hit = pc.equal(codes, code).fill_null(False)
                groups.append((pc.indices_nonzero(hit), self._reader(code).read(cells.filter(hit))))
        return scattered(groups, len(cells), pa.int64())

    def _reader(self, code: str) -> Reader:
        if code not in self._readers:
            group = "," if self.decimal == "." else "."
            self._readers[code] = money_reader(Numerals(self.decimal, group), code)
            self._readers[code].nulls = _FREE
        return self._readers[code]


def nothing(cells: Cells) -> Any:
    """Say which cells are amounts of nothing in every currency, or missing.

    Examples:
        >>> nothing(pa.array(["0.00", "1.00", None])).to_pylist()
        [True, False, True]
    """
    zero = each_once(lambda texts: pc.match_substring_regex(texts, _NOTHING), cells)
    return zero.fill_null(True)
