"""When something happened, as reports write it: many times at once, as each of them alone."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterator
from itertools import product
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, frozen

from coprometrics_csv.arrays import plain
from coprometrics_csv.convert import Cells, Values
from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime
from coprometrics_csv.faults import CellError
from coprometrics_csv.readers import INSTANT

__all__ = ["Moments", "Times"]

_NAIVE = pa.timestamp("us")


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
_OFFSET = re.compile(r"(?:[Zz]|[-+][0-9]{2}(?::?[0-9]{2})?)\Z")
_IN_UTC = ("Z", "+00:00", "+0000")
_FIRST_YEAR, _LAST_YEAR = 1970, 2037
"""Between these, Arrow knows every clock change."""


class _DeclinedError(Exception):
    """Cells of one layout that are to be read one by one."""


@define
class Times:
    """Reads dates and times, with or without an offset.

    Attributes:
        formats: how they are written, besides ISO 8601.
    """

    formats: tuple[DateFormat, ...]

    @classmethod
    def of(cls, texts: tuple[str, ...]) -> Times:
        """Take the formats as they are written.

        Raises:
            ConfigError: when one is no format.
        """
        return cls(tuple(DateFormat.of(text, "eventbrite") for text in texts))

    def read(self, cells: Cells, zone: zoneinfo.ZoneInfo | None) -> Moments:
        """Read the cells of a block, which are trimmed and null where they are missing.

        Cells of fixed width are read all at once, the others one by one.
        """
        cells = plain(cells)
        left = cells.is_valid()
        instants, days = pa.nulls(len(cells), INSTANT), pa.nulls(len(cells), pa.date32())
        for layout, offset in self._ways():
            if not pc.any(left, min_count=0).as_py():
                return Moments(instants, days, {})
            try:
                found = _all_at_once(cells, left, layout, offset, zone)
            except _DeclinedError:
                break  # Another layout might read the same cells differently.
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

    def _ways(self) -> Iterator[tuple[str, str]]:
        """Give the layouts that may be read all at once, and what may follow the time."""
        for layout in dict.fromkeys(known.text for known in self.formats):
            if layout not in _LAYOUTS:
                yield layout, ""
        years_first = [known.text for known in self.formats if known.text.startswith("%Y-")]
        if all(text.startswith("%Y-%m-%d") for text in years_first):
            yield from product(_LAYOUTS, ("", *_IN_UTC))

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
            found = next((time for known in timed if (time := known.datetime(text))), None)
            formats = timed if found else ()
            moment = parse_datetime(text, formats, zone or zoneinfo.ZoneInfo("UTC"), "earlier")
            if zone is not None:
                return moment, moment.astimezone(zone).date()
            if found is not None:
                return moment if found.tzinfo else None, found.date()
            aware = _OFFSET.search(text, 10)
            return moment if aware else None, parse_date(text[:10], ())[0]
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


def _part(found: Any, place: int) -> Any:
    return found if isinstance(found, CellError) else found[place]


def _all_at_once(
    cells: Cells, left: Any, layout: str, offset: str, zone: zoneinfo.ZoneInfo | None
) -> tuple[Any, Any, Any] | None:
    """Read the cells of one layout: which they are, their instants and days; None for none.

    Times that clocks skip are not read here.

    Raises:
        _DeclinedError: when some are no time that there is, or of a year that Arrow knows too
            little about.
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
        local = _shown(cells, texts, layout, hit, in_utc=bool(offset))
    except (pa.ArrowInvalid, UnicodeDecodeError):
        raise _DeclinedError from None
    years = [moment.as_py().year for moment in pc.min_max(local).values()]
    if not _FIRST_YEAR <= years[0] <= years[1] <= _LAST_YEAR:
        raise _DeclinedError
    instants, days, there = _placed(local, zone, in_utc=bool(offset))
    return hit if there is None else pc.and_(hit, there.fill_null(False)), instants, days


def _shown(cells: Cells, texts: dict[str, Any], layout: str, hit: Any, *, in_utc: bool) -> Any:
    """Give what clocks showed: by way of ISO 8601, which Arrow reads strictly."""
    iso = cells
    if layout not in _LAYOUTS:
        year = texts.get("%Y")
        if year is None:
            year = pc.binary_join_element_wise(b"20", texts["%y"], b"")
        day = pc.binary_join_element_wise(year, texts["%m"], texts["%d"], b"-")
        seconds = texts.get("%S", b"00")
        time = pc.binary_join_element_wise(texts["%H"], texts["%M"], seconds, b":")
        iso = pc.binary_join_element_wise(day, time, b"T")
    if hit.true_count < len(hit):
        iso = pc.if_else(hit, iso, None)
    # An offset is only read for a type with a time zone, and must be there for it.
    return iso.cast(pa.string()).cast(INSTANT if in_utc else _NAIVE).cast(_NAIVE)


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
