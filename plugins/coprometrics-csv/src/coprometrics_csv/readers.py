"""For each type of column, how one cell is read, and its plain forms quickly."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import shown
from coprometrics.importers import Context
from coprometrics.money import exponent
from coprometrics_csv.convert import WHITE, Cells, Quick, Reader, everything, matching, prefixed
from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.people import PLAIN_ADDRESS, address_of

__all__ = [
    "choice_reader",
    "date_reader",
    "datetime_reader",
    "id_reader",
    "integer_reader",
    "list_reader",
    "money_reader",
    "person_reader",
    "text_reader",
]

INSTANT = pa.timestamp("us", tz="UTC")
_MOST_ALLOWED = 12

BOOLEANS: Mapping[str, bool] = {
    "yes": True, "y": True, "true": True, "1": True,
    "no": False, "n": False, "false": False, "0": False,
}  # fmt: skip
"""What the texts of a bool column stand for, unless the mapping says otherwise."""


def text_reader() -> Reader:
    """Read texts as they are."""
    return Reader(str, pa.string(), Quick(everything, lambda cells: cells), trims=True)


def id_reader(source: str) -> Reader:
    """Read identifiers of a source."""
    prefix = f"{source}:"
    return Reader(
        lambda text: prefix + text,
        pa.string(),
        Quick(everything, lambda cells: prefixed(prefix, cells)),
        trims=True,
    )


def person_reader(context: Context, *, addresses: bool = True) -> Reader:
    """Read what identifies a person, and give the pseudonym.

    Args:
        context: gives the pseudonyms of addresses.
        addresses: whether texts that are no e-mail address are refused.
    """

    def parse(text: str) -> str:
        address = address_of(text)
        if address is None and addresses:
            raise CellError(
                "not-an-address",
                "must be one e-mail address; list texts that mean missing under nulls, or set "
                "addresses: false where people are identified in another way",
            )
        return context.person_key(address or text)

    return Reader(parse, pa.string(), Quick(matching(PLAIN_ADDRESS), context.person_keys))


def choice_reader(values: Mapping[str, Any], type_: pa.DataType, *, fold_case: bool) -> Reader:
    """Read texts that stand for values."""
    known = {_key(text, fold_case): value for text, value in values.items()}

    def parse(text: str) -> Any:
        key = _key(text, fold_case)
        if key not in known:
            raise CellError("not-allowed", _allowed(tuple(values)))
        return known[key]

    return Reader(parse, type_)


def list_reader(
    separator: str, values: Mapping[str, Any], *, prefix: str = "", fold_case: bool = False
) -> Reader:
    """Read several texts in one cell; each is kept once, in the order of the cell."""
    known = {_key(text, fold_case): str(value) for text, value in values.items()}

    def parse(text: str) -> list[str]:
        found: dict[str, None] = {}
        for piece in text.split(separator):
            item = piece.strip(WHITE)
            if item and known:
                if _key(item, fold_case) not in known:
                    raise CellError("not-allowed", _allowed(tuple(values)))
                item = known[_key(item, fold_case)]
            if item:
                found[prefix + item] = None
        return list(found)

    return Reader(parse, pa.list_(pa.string()))


def integer_reader(numerals: Numerals) -> Reader:
    """Read whole numbers."""
    return Reader(numerals.integer, pa.int64(), Quick(_whole_numbers, _to_integers))


def money_reader(numerals: Numerals, currency: str) -> Reader:
    """Read amounts in major units into minor units of a currency."""
    digits = exponent(currency)
    quick = None
    if digits == 0:
        quick = Quick(_whole_numbers, _to_integers)
    elif numerals.decimal == ".":
        quick = _quick_money(digits)
    return Reader(lambda text: numerals.money(text, currency), pa.int64(), quick)


def _quick_money(digits: int) -> Quick:
    """Read amounts with all their decimals: the minor units are the digits without the point."""
    start, stop = -digits - 1, -digits

    def without_point(cells: Cells) -> Cells:
        shorter = pc.binary_replace_slice(cells.cast(pa.binary()), start, stop, b"")
        # What is no number may be cut within a character; only numbers are looked at further.
        return pc.cast(shorter, pa.string(), safe=False)

    def prepare(cells: Cells) -> tuple[Any, Any]:
        point = pc.equal(pc.binary_slice(cells.cast(pa.binary()), start, stop), b".")
        shorter = without_point(cells)
        return shorter, pc.and_(point, _digits_only(shorter))

    return Quick(prepare, _to_integers)


def _whole_numbers(cells: Cells) -> tuple[Any, Any]:
    return cells, _digits_only(cells)


def _digits_only(cells: Cells) -> Any:
    """Say which cells have digits alone, after any number of minus signs."""
    return pc.ascii_is_decimal(pc.ascii_ltrim(cells, "-"))


def _to_integers(cells: Cells) -> Any:
    # More than one minus sign, and more than 64 bits, raise.
    return cells.cast(pa.int64())


def date_reader(formats: tuple[DateFormat, ...]) -> Reader:
    """Read days, with the precision to which they are known."""
    coarse = any(known.precision != "day" for known in formats)
    if coarse:
        return Reader(lambda text: parse_date(text, formats), pa.date32(), with_precision=True)
    return Reader(lambda text: parse_date(text, formats)[0], pa.date32())


def datetime_reader(
    formats: tuple[DateFormat, ...],
    local: zoneinfo.ZoneInfo | None,
    fold: Literal["earlier", "later"] | None,
) -> Reader:
    """Read points in time into UTC."""
    return Reader(
        lambda text: parse_datetime(text, formats, local, fold),
        INSTANT,
        _quick_datetime(formats, local),
    )


_ISO_UTC = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_TWO = "[0-9]{2}"
# Arrow knows no clock changes after 2037, and those before 1970 less well than Python.
_YEARS = "19[7-9][0-9]|20[0-2][0-9]|203[0-7]"
_DIGITS = {"%Y": _YEARS, **dict.fromkeys(("%d", "%m", "%H", "%M", "%S"), _TWO)}


def _quick_datetime(
    formats: tuple[DateFormat, ...], local: zoneinfo.ZoneInfo | None
) -> Quick | None:
    """Read times of fixed width: rewrite them to ISO 8601, and let Arrow place them in the zone."""
    if not formats:
        return Quick(matching(_ISO_UTC), _instants)
    fixed = _fixed_width(formats[0].text)
    if local is None or len(formats) > 1 or fixed is None:
        return None
    pattern, rewritten = fixed

    def convert(cells: Any) -> Any:
        iso = pc.replace_substring_regex(cells, rf"\A{pattern}\z", rewritten)
        naive = iso.cast(pa.timestamp("us"))
        # Times that a clock change skips or repeats raise, and are read one by one.
        return pc.assume_timezone(naive, local.key).cast(INSTANT)

    return Quick(matching(pattern), convert)


def _instants(cells: Any) -> Any:
    return cells.cast(INSTANT)


def _fixed_width(text: str) -> tuple[str, str] | None:
    """Give a pattern for a format of digits, and the ISO 8601 text made of its groups."""
    pattern, at = "", 0
    groups: dict[str, int] = {}
    while at < len(text):
        directive = text[at : at + 2]
        if directive in _DIGITS:
            groups[directive] = len(groups) + 1
            pattern += f"({_DIGITS[directive]})"
            at += 2
        elif text[at] in " /-.:T":
            pattern += f"[{text[at]}]"
            at += 1
        else:
            return None
    if not {"%d", "%m", "%Y", "%H", "%M"} <= set(groups):
        return None
    parts = {name: rf"\{number}" for name, number in groups.items()}
    seconds = parts.get("%S", "00")
    iso = "{%Y}-{%m}-{%d}T{%H}:{%M}".format(**parts)
    return pattern, f"{iso}:{seconds}"


def _key(text: str, fold_case: bool) -> str:
    plain = text.strip(WHITE)
    return plain.casefold() if fold_case else plain


def _allowed(texts: tuple[str, ...]) -> str:
    named = ", ".join(shown(text) for text in texts[:_MOST_ALLOWED])
    more = f" and {len(texts) - _MOST_ALLOWED} more" if len(texts) > _MOST_ALLOWED else ""
    return f"must be one of {named}{more}; or add it to values in the mapping"
