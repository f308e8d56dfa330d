"""The cells of reports: people and amounts, by the readers of the CSV importer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from coprometrics.money import CURRENCIES
from coprometrics_csv.arrays import each_once, marked, plain
from coprometrics_csv.columns import fold
from coprometrics_csv.convert import WHITE, Cells, Reader, Values, scattered, trim
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.people import PLAIN_ADDRESS, address_of
from coprometrics_csv.readers import money_reader

__all__ = ["Amounts", "People", "Presence", "nothing", "numerals"]

_PLAIN_ADDRESS = rf"\A{PLAIN_ADDRESS}\z"
_NO_ADDRESS = CellError(
    "not-an-address",
    "must be one e-mail address; list texts that stand for nobody under placeholders",
)
_FEW = 32
"""Up to so many texts, looking at one after the other is quickest."""
_NO_ASCII = [bytes([byte]) for byte in range(0x80, 0x100)]
"""How a character begins that is none of ASCII."""
_FREE = ("Free", "FREE", "free", "Gratis")
_NOTHING = rf"\A(?:{'|'.join(_FREE)}|[(]?-?[$£€]?0+(?:[.,]0*)?[)]?)\z"


@frozen
class Presence:
    """Tells the cells in which something stands from those that are missing.

    Attributes:
        nobody: the placeholders (``Eventbrite.nobody``).

    Examples:
        >>> presence = Presence(frozenset({"info requested"}))
        >>> presence.of(pa.array([" a ", "", "Info  Requested"])).to_pylist()
        ['a', None, None]
    """

    nobody: frozenset[str]
    _beginnings: Any = field(init=False)
    _of_digits: bool = field(init=False)

    @_beginnings.default
    def _bytes_that_begin_placeholders(self) -> Any:
        letters = {letter for word in self.nobody for letter in (word[0].lower(), word[0].upper())}
        return pa.array([*(one.encode()[:1] for one in letters), *_NO_ASCII], pa.binary())

    @_of_digits.default
    def _some_are_digits(self) -> bool:
        return any(map(str.isdecimal, self.nobody))

    def of(self, cells: Cells) -> Cells:
        """Take the spaces from the ends of cells; give null where nothing or a placeholder stands.

        Args:
            cells: the cells, which come back as they are where nothing is to be changed.
        """
        if not isinstance(cells, pa.DictionaryArray):
            return self._of_texts(cells)
        texts = self._of_texts(cells.dictionary)
        if texts is cells.dictionary:
            return cells
        texts = texts.dictionary_encode()
        return pa.DictionaryArray.from_arrays(texts.indices.take(cells.indices), texts.dictionary)

    def _of_texts(self, cells: Cells) -> Cells:
        if len(cells) <= _FEW:
            before = cells.to_pylist()
            after = [self._one(text) for text in before]
            return cells if before == after else pa.array(after, pa.string())
        if not self._of_digits and pc.all(pc.ascii_is_decimal(cells), min_count=0).as_py():
            return cells
        trimmed = trim(cells)
        if trimmed.equals(cells):
            trimmed = cells
        absent = pc.or_(pc.equal(trimmed, ""), self._are_placeholders(trimmed))
        return pc.if_else(absent, None, trimmed) if pc.any(absent, min_count=0).as_py() else trimmed

    def _one(self, text: str) -> str | None:
        trimmed = text.strip(WHITE)
        return trimmed if trimmed and fold(trimmed) not in self.nobody else None

    def _are_placeholders(self, texts: Any) -> Any:
        """Say which texts are placeholders; only those are looked at that begin like one."""
        first = pc.binary_slice(texts.cast(pa.binary()), 0, 1)
        perhaps = pc.is_in(first, value_set=self._beginnings)
        if not pc.any(perhaps, min_count=0).as_py():
            return perhaps
        rows = pc.indices_nonzero(perhaps)
        found = [fold(text) in self.nobody for text in texts.take(rows).to_pylist()]
        return marked(rows.filter(pa.array(found, pa.bool_())), len(texts))


@frozen
class People:
    """Reads addresses into pseudonyms; each different address of a block is hashed once.

    Attributes:
        person_keys: gives the pseudonyms of a column of addresses (``Context.person_keys``).
    """

    person_keys: Callable[[Any], Any]

    def read(self, cells: Cells) -> Values:
        """Read the cells of a block, which are trimmed and null where they are missing."""
        coded = cells.dictionary_encode()
        addresses = coded.dictionary
        others = pc.invert(pc.match_substring_regex(addresses, _PLAIN_ADDRESS))
        faulty: list[int] = []
        if pc.any(others, min_count=0).as_py():
            found = [address_of(text) for text in addresses.filter(others).to_pylist()]
            addresses = pc.replace_with_mask(addresses, others, pa.array(found, pa.string()))
            none = pc.indices_nonzero(addresses.is_null()).cast(coded.indices.type)
            faulty = pc.indices_nonzero(pc.is_in(coded.indices, value_set=none)).to_pylist()
        keys = self.person_keys(addresses).take(coded.indices)
        return Values(keys, dict.fromkeys(faulty, _NO_ADDRESS))


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
            self._readers[code] = money_reader(numerals(self.decimal), code)
            self._readers[code].nulls = _FREE
        return self._readers[code]


def numerals(decimal: str) -> Numerals:
    """Say how numbers are written where this stands before the fraction."""
    return Numerals(decimal, "," if decimal == "." else ".", "mend it, or set decimal")


def nothing(cells: Cells) -> Any:
    """Say which cells are amounts of nothing in every currency, or missing.

    Examples:
        >>> nothing(pa.array(["0.00", "1.00", None])).to_pylist()
        [True, False, True]
    """
    zero = each_once(lambda texts: pc.match_substring_regex(texts, _NOTHING), cells)
    return zero.fill_null(True)
