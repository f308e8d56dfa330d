"""The cells of reports: people, times and amounts, by the readers of the CSV importer."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from coprometrics.money import CURRENCIES
from coprometrics_csv.arrays import each_once, numbers, plain
from coprometrics_csv.convert import Cells, Reader, Values, scattered, trim
from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.people import address_of
from coprometrics_csv.readers import INSTANT, money_reader

__all__ = ["Amounts", "Moments", "People", "Times", "nothing", "present"]

_NAIVE = pa.timestamp("us")
_MOST_REMEMBERED = 200_000
_PLAIN_ADDRESS = r"\A[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\z"
_NO_ADDRESS = CellError(
    "not-an-address",
    "must be one e-mail address; list texts that stand for nobody under placeholders",
)
_NOTHING = r"\A[(]?-?[$£€]?0*([.,]0*)?[)]?\z"


def present(cells: Cells, placeholders: tuple[str, ...]) -> Cells:
    """Take the spaces from the ends of cells; give null where nothing or a placeholder stands.

    Examples:
        >>> present(pa.array([" a ", "", "Info Requested"]), ("info requested",)).to_pylist()
        ['a', None, None]
    """
    words = [" ".join(word.split()).casefold() for word in placeholders]
    nobody = pa.array(["", *words], pa.string())
    if not isinstance(cells, pa.DictionaryArray):
        return _present(cells, nobody)
    texts = _present(cells.dictionary, nobody)
    if texts is cells.dictionary:
        return cells
    texts = texts.dictionary_encode()
    return pa.DictionaryArray.from_arrays(texts.indices.take(cells.indices), texts.dictionary)


def _present(cells: Cells, nobody: Any) -> Cells:
    """Give the cells themselves where nothing is to be changed."""
    trimmed = trim(cells)
    same = trimmed.equals(cells)
    # Making capitals small takes long, and may only change the length of what is not ASCII.
    lengths = pc.unique(pc.binary_length(nobody))
    if same and pc.all(pc.string_is_ascii(cells), min_count=0).as_py():
        perhaps = pc.is_in(pc.binary_length(cells), value_set=lengths)
        if not pc.any(perhaps, min_count=0).as_py():
            return cells
    stands = pc.is_in(pc.utf8_lower(trimmed), value_set=nobody)
    if pc.any(stands, min_count=0).as_py():
        return pc.if_else(stands, None, trimmed)
    return cells if same else trimmed


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


def _of_distinct(coded: Any, found: list[Any], type_: pa.DataType) -> Values:
    """Give the values of coded cells, from what was found for each different text."""
    faults: dict[int, CellError] = {}
    if CellError in set(map(type, found)):
        faulty = {code: fault for code, fault in enumerate(found) if isinstance(fault, CellError)}
        hit = pc.is_in(coded.indices, value_set=pa.array(list(faulty), coded.indices.type))
        rows = pc.indices_nonzero(hit)
        codes = coded.indices.take(rows).to_pylist()
        faults = {row: faulty[code] for row, code in zip(rows.to_pylist(), codes, strict=True)}
        found = [None if isinstance(result, CellError) else result for result in found]
    return Values(pa.array(found, type_).take(coded.indices), faults)


@frozen
class Moments:
    """When something happened.

    Attributes:
        instants: in UTC; null where the time or its zone is not known.
        days: the day on the clocks of the place.
        faults: by row, what is wrong with its cell.
    """

    instants: Any
    days: Any
    faults: dict[int, CellError]


_LAYOUTS = ("%Y-%m-%d %H:%M:%S",)
"""What Arrow reads by itself, also with a T between day and time."""
_WIDTHS = {"%Y": 4, **dict.fromkeys(("%y", "%d", "%m", "%H", "%M", "%S"), 2)}
_IN_UTC = ("Z", "+00:00", "+0000")
_FIRST_YEAR, _LAST_YEAR = 1970, 2037
"""Between these, Arrow knows every clock change."""


@define
class Times:
    """Reads dates and times, with or without an offset.

    Attributes:
        formats: how they are written, besides ISO 8601.
    """

    formats: tuple[DateFormat, ...]

    def read(self, cells: Cells, zone: zoneinfo.ZoneInfo | None) -> Moments:
        """Read the cells of a block, which are trimmed and null where they are missing.

        Cells of fixed width are read all at once, the others one by one.
        """
        cells = plain(cells)
        left = cells.is_valid()
        instants, days = pa.nulls(len(cells), INSTANT), pa.nulls(len(cells), pa.date32())
        for layout in dict.fromkeys((*(known.text for known in self.formats), *_LAYOUTS)):
            for offset in ("", *_IN_UTC) if layout in _LAYOUTS else ("",):
                if not pc.any(left, min_count=0).as_py():
                    return Moments(instants, days, {})
                found = _all_at_once(cells, left, layout, offset, zone)
                if found is not None:
                    hit, some_instants, some_days = found
                    if pc.all(hit, min_count=0).as_py():
                        return Moments(some_instants, some_days, {})
                    instants = pc.if_else(hit, some_instants, instants)
                    days = pc.if_else(hit, some_days, days)
                    left = pc.and_(left, pc.invert(hit))
        if not pc.any(left, min_count=0).as_py():
            return Moments(instants, days, {})
        coded = cells.filter(left).dictionary_encode()
        each = [self._one(text, zone) for text in coded.dictionary.to_pylist()]
        rows = pc.indices_nonzero(left).to_pylist()
        first = _of_distinct(coded, [_part(found, 0) for found in each], INSTANT)
        second = _of_distinct(coded, [_part(found, 1) for found in each], pa.date32())
        return Moments(
            pc.replace_with_mask(instants, left, first.values),
            pc.replace_with_mask(days, left, second.values),
            {rows[row]: fault for row, fault in first.faults.items()},
        )

    def _one(
        self, text: str, zone: zoneinfo.ZoneInfo | None
    ) -> tuple[dt.datetime | None, dt.date] | CellError:
        """Read one cell: the truth, with which the quick ways agree."""
        try:
            for known in self.formats:
                if not known.has_time and (day := known.date(text)) is not None:
                    return None, day
            if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                return None, parse_date(text, ())[0]
            timed = tuple(known for known in self.formats if known.has_time)
            formats = timed if any(known.datetime(text) for known in timed) else ()
            moment = parse_datetime(text, formats, zone or zoneinfo.ZoneInfo("UTC"), "earlier")
            if zone is not None:
                return moment, moment.astimezone(zone).date()
            aware = re.search(r"([Zz]|[-+][0-9]{2}:?[0-9]{2})\Z", text[10:])
            return moment if aware else None, moment.date()
        except CellError as error:
            if error.code == "no-such-time":
                return error
            return CellError(
                error.code,
                "must be a date and time that there is, written as is usual for this report or in "
                "ISO 8601; declare other ways under date_formats",
            )
        except OverflowError:
            return CellError("no-such-date", "the time is out of range")


def _part(found: Any, place: int) -> Any:
    return found if isinstance(found, CellError) else found[place]


def _all_at_once(
    cells: Cells, left: Any, layout: str, offset: str, zone: zoneinfo.ZoneInfo | None
) -> tuple[Any, Any, Any] | None:
    """Read the cells of one layout: which they are, their instants and days; None for none.

    Those that are no time that there is are not read here.
    """
    pieces = re.findall("%.|[^%]", layout)
    width = sum(_WIDTHS.get(piece, 1) for piece in pieces)
    hit = pc.equal(pc.binary_length(cells), width + len(offset))
    if not pc.any(hit, min_count=0).as_py():
        return None
    raw = cells.cast(pa.binary())
    texts, at = {}, 0
    for piece in [] if layout in _LAYOUTS else pieces:
        if len(piece) > 1 and piece not in _WIDTHS:
            return None
        size = _WIDTHS.get(piece, 1)
        texts[piece] = pc.binary_slice(raw, at, at + size)
        at += size
        if piece not in _WIDTHS:
            hit = pc.and_(hit, pc.equal(texts[piece], piece.encode()))
            if not pc.any(hit, min_count=0).as_py():
                return None
    if texts and not ({"%d", "%m", "%H", "%M"} <= set(texts) and {"%Y", "%y"} & set(texts)):
        return None
    if offset:
        hit = pc.and_(hit, pc.ends_with(cells, offset))
    hit = pc.and_(hit, left).fill_null(False)
    if not pc.any(hit, min_count=0).as_py():
        return None
    try:
        shown = _shown(raw, texts, layout, hit, width)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    years = [moment.as_py().year for moment in pc.min_max(shown).values()]
    if not _FIRST_YEAR <= years[0] <= years[1] <= _LAST_YEAR:
        return None
    instants, days, there = _placed(shown, zone, in_utc=bool(offset))
    return hit if there is None else pc.and_(hit, there.fill_null(False)), instants, days


def _shown(raw: Any, texts: dict[str, Any], layout: str, hit: Any, width: int) -> Any:
    """Give what clocks showed: by way of ISO 8601, which Arrow reads strictly."""
    if layout in _LAYOUTS:
        iso = pc.binary_slice(raw, 0, width)
    else:
        year = texts.get("%Y")
        if year is None:
            year = pc.binary_join_element_wise(b"20", texts["%y"], b"")
        day = pc.binary_join_element_wise(year, texts["%m"], texts["%d"], b"-")
        seconds = texts.get("%S", b"00")
        time = pc.binary_join_element_wise(texts["%H"], texts["%M"], seconds, b":")
        iso = pc.binary_join_element_wise(day, time, b"T")
    return pc.if_else(hit, iso, None).cast(pa.string()).cast(_NAIVE)


def _placed(shown: Any, zone: zoneinfo.ZoneInfo | None, *, in_utc: bool) -> tuple[Any, Any, Any]:
    """Give the instants and days of what clocks showed, and which of these they ever showed.

    The last is None where it is all of them.
    """
    days = shown.cast(pa.date32(), safe=False)
    if in_utc:
        instants = shown.cast(INSTANT)
        if zone is not None:
            local = pc.local_timestamp(instants.cast(pa.timestamp("us", tz=zone.key)))
            days = local.cast(pa.date32(), safe=False)
        return instants, days, None
    if zone is None:
        return pa.nulls(len(shown), INSTANT), days, None
    placed = pc.assume_timezone(shown, zone.key, ambiguous="earliest", nonexistent="earliest")
    # A time that clocks skip is moved, and then no longer shows what was written.
    there = pc.equal(pc.local_timestamp(placed), shown)
    return placed.cast(INSTANT), days, there


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
            self._readers[code].nulls = ("Free", "FREE", "free", "Gratis")
        return self._readers[code]


def nothing(cells: Cells) -> Any:
    """Say which cells are amounts of nothing in every currency, or missing.

    Examples:
        >>> nothing(pa.array(["0.00", "1.00", None])).to_pylist()
        [True, False, True]
    """
    zero = each_once(lambda texts: pc.match_substring_regex(texts, _NOTHING), cells)
    return zero.fill_null(True)
