"""A first look at a CSV file nobody has described yet: what a person should then confirm.

Only ``coprometrics csv suggest`` looks in this way. An import never does: it reads what is
declared.
"""

from __future__ import annotations

import re
from collections import Counter

from attrs import evolve, frozen

from coprometrics.errors import ImporterError, SourceError
from coprometrics.importers import Source
from coprometrics_csv.columns import Header
from coprometrics_csv.convert import WHITE
from coprometrics_csv.dates import ISO_DATE, parse_datetime, zone
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.people import (
    AT_SIGN,
    address_of,
    label_of_people,
    like_full_name,
    like_person,
)
from coprometrics_csv.slashes import SlashedDate
from coprometrics_csv.table import open_table

__all__ = ["ColumnSurvey", "Survey", "survey"]

_LOOKED_AT = 5_000
_DELIMITERS = (",", ";", "\t", "|")
_PHONE = re.compile(r"(\+|0|\()[0-9][0-9 ()-]{8,}[0-9]|[0-9]+[ ()-][0-9 ()-]{8,}[0-9]")
_UTC = zone("UTC", "survey")
_MIXED = 0.2
_MANY_NAMES = 1 / 3
_CODE = re.compile(r"(?=.*[0-9])[\w./#-]{1,40}")
_DECIMAL = re.compile(r"[0-9.,]*[.,][0-9]{1,2}")


@frozen
class ColumnSurvey:
    """What the first rows say about one column.

    Attributes:
        label: its label in the header.
        personal: whether it seems to hold something about a person; then nothing of it is shown.
        addresses: whether its cells are e-mail addresses.
        named: whether its texts look like names or addresses; then none is shown either.
        texts: how often each text occurs, in the rows looked at.
        empty: how many of these rows have nothing in it.
    """

    label: str
    personal: bool
    addresses: bool
    named: bool
    texts: Counter[str]
    empty: int

    @property
    def dates(self) -> str:
        """How its dates are written: iso, slashed, instants, or empty for no dates."""
        if not self.texts:
            return ""
        if all(ISO_DATE.fullmatch(text) for text in self.texts):
            return "iso"
        if all(map(_is_slashed, self.texts)):
            return "slashed"
        return "instants" if all(map(_is_instant, self.texts)) else ""

    @property
    def distinct(self) -> bool:
        """Whether every row has a text of its own; of one row alone nothing can be said."""
        return not self.empty and len(self.texts) > 1 and max(self.texts.values()) == 1

    @property
    def codes(self) -> bool:
        """Whether its texts look like what a system numbers things by, such as A1 or 2023/17."""
        return not self.dates and all(
            _CODE.fullmatch(text) and not _DECIMAL.fullmatch(text) for text in self.texts
        )

    @property
    def whole(self) -> bool:
        """Whether all its cells are whole numbers."""
        return bool(self.texts) and all(map(_is_whole, self.texts))

    @property
    def numeric(self) -> bool:
        """Whether all its cells have digits, and no more letters than a currency's code has."""
        return bool(self.texts) and all(
            re.search("[0-9]", text) and not re.search("[A-Za-z]{4}", text) for text in self.texts
        )


@frozen
class Survey:
    """What the first rows say about a file.

    Attributes:
        dialect: how it seems to be written.
        columns: its columns.
        rows: how many rows were looked at.
        ragged: how many of them have another number of cells than the header.
    """

    dialect: Dialect
    columns: tuple[ColumnSurvey, ...]
    rows: int
    ragged: int


def survey(source: Source) -> Survey:
    """Look at the first rows of a file.

    Raises:
        SourceError: when it cannot be read as CSV in any usual way, or its first row is none of
            labels.
    """
    dialect = _dialect(source)
    with open_table(source, dialect) as table:
        _check_labels(table.header)
        width = len(table.header.labels)
        texts: list[Counter[str]] = [Counter() for _ in range(width)]
        rows = ragged = 0
        for block in table.blocks(tuple(range(width))):
            taken = min(len(block.lines), _LOOKED_AT - rows)
            for position in range(width):
                cells = block.cells[position].slice(0, taken).to_pylist()
                texts[position].update((text or "").strip(WHITE) for text in cells)
            rows += taken
            ragged += sum(row < taken for row in block.problems)
            if rows >= _LOOKED_AT:
                break
        columns = tuple(map(_column, table.header.labels, texts))
    return Survey(dialect, columns, rows, ragged)


def _column(label: str, texts: Counter[str]) -> ColumnSurvey:
    empty = texts.pop("", 0)
    total = texts.total() or 1
    addresses = sum(n for text, n in texts.items() if address_of(text)) / total > _MIXED
    like_people = any(re.search(AT_SIGN, text) or _looks_like_phone(text) for text in texts)
    full_names = sum(map(like_full_name, texts)) > _MANY_NAMES * len(texts)
    named = full_names or any(map(like_person, texts))
    numbers = bool(texts) and all(map(_is_whole, texts))
    personal = addresses or like_people or label_of_people(label, numbers=numbers)
    return ColumnSurvey(label, personal, addresses, named, texts, empty)


def _check_labels(header: Header) -> None:
    """Refuse a file whose first row is data: its labels would be shown."""
    for label in header.labels:
        data = ISO_DATE.fullmatch(label) or _is_slashed(label) or _DECIMAL.fullmatch(label)
        if data or re.search(AT_SIGN, label) or _looks_like_phone(label):
            raise SourceError(
                "there seems to be no header: the first row has an address, a number or a date",
                where=header.place,
                remedy="set header: 0 in the dialect of the mapping, and name columns 1, 2, 3; or "
                "take what stands above the header out of the file for now",
            )


def _looks_like_phone(text: str) -> bool:
    dated = ISO_DATE.match(text) or SlashedDate.of(text)
    return bool(_PHONE.fullmatch(text)) and not dated


def _dialect(source: Source) -> Dialect:
    """Find the encodings and the delimiter under which the file opens with the most columns."""
    found: tuple[int, Dialect] | None = None
    first_error: ImporterError | None = None
    for encodings in (("utf-8",), ("utf-8", "cp1252")):
        for delimiter in _DELIMITERS:
            dialect = evolve(Dialect(), encodings=encodings, delimiter=delimiter)
            try:
                with open_table(source, dialect) as table:
                    for _ in table.blocks((0,)):
                        pass
                    width = len(table.header.labels)
            except ImporterError as error:
                first_error = first_error or error
                continue
            if found is None or width > found[0]:
                found = (width, dialect)
        if found:
            return found[1]
    assert first_error is not None  # noqa: S101  (nothing was found, so something was raised)
    raise first_error


def _is_instant(text: str) -> bool:
    try:
        parse_datetime(text, (), _UTC, "earlier")
    except CellError:
        return False
    return True


def _is_slashed(text: str) -> bool:
    date = SlashedDate.of(text)
    return date is not None and date.text == text


def _is_whole(text: str) -> bool:
    try:
        Numerals().integer(text)
    except CellError:
        return False
    return True
