"""What a field's definition means for a whole column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.records import FieldSpec
from coprometrics.records._rules import DatePrecision, NotAbove, NotBefore, Rule
from coprometrics.tables.arrow import arrow_type
from coprometrics.tables.json_schema import parse_date, parse_instant
from coprometrics.timezones import timezones

__all__ = ["canonical", "check_rule", "checks", "decoded", "row_numbers", "words_fit"]

Column = Any
"""A pyarrow ChunkedArray; the stubs do not know the compute functions' overloads for it."""

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, counted from 1970


def row_numbers(rows: int) -> Any:
    """Give the indexes of so many rows."""
    return pa.arange(0, rows)  # type: ignore[attr-defined]  # newer than the stubs


def canonical(column: Column, spec: FieldSpec) -> tuple[Column, Column | None]:
    """Bring a column to the Arrow type of its field.

    Returns:
        The column, null where a value does not fit the type; and a mask of those values, or
        None when there are none.
    """
    kind = column.type
    if pa.types.is_null(kind):
        return pc.cast(column, arrow_type(spec)), None
    return _CANONICAL[spec.kind](column, kind, arrow_type(spec))


def decoded(column: Column) -> Column:
    """Give each row its value where a column has them in a dictionary."""
    kind = column.type
    return pc.cast(column, kind.value_type) if isinstance(kind, pa.DictionaryType) else column


def words_fit(column: Column, spec: FieldSpec) -> bool:
    """Look whether a column has texts in dictionaries, and all of those texts fit the field.

    What many rows share is then checked once. Where it is not certain the answer is no; a text
    that does not fit may be that of no row.
    """
    kind = column.type
    if spec.kind != "string" or not isinstance(kind, pa.DictionaryType):
        return False
    if kind.value_type != arrow_type(spec):
        return False
    dictionaries = (pa.chunked_array([chunk.dictionary]) for chunk in column.chunks)
    return all(
        not words.null_count and not any(pc.any(mask).as_py() for _, mask in checks(words, spec))
        for words in dictionaries
    )


def _no_fit(column: Column, wanted: pa.DataType) -> tuple[Column, Column | None]:
    nothing: Any = pa.nulls
    return pa.chunked_array([nothing(len(column), wanted)]), pc.is_valid(column)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()


def _texts(column: Column, kind: pa.DataType, wanted: pa.DataType) -> tuple[Column, Column | None]:
    return (pc.cast(column, wanted), None) if _is_text(kind) else _no_fit(column, wanted)


def _booleans(
    column: Column, kind: pa.DataType, wanted: pa.DataType
) -> tuple[Column, Column | None]:
    return (column, None) if pa.types.is_boolean(kind) else _no_fit(column, wanted)


def _integers(
    column: Column, kind: pa.DataType, wanted: pa.DataType
) -> tuple[Column, Column | None]:
    if kind == wanted:
        return column, None
    if pa.types.is_uint64(kind):
        return _where(column, pc.less(column, pa.scalar(2**63, pa.uint64())), wanted)
    if pa.types.is_integer(kind):
        return pc.cast(column, wanted), None
    if pa.types.is_floating(kind):
        wide = pc.cast(column, pa.float64())
        whole = pc.and_(pc.equal(pc.floor(wide), wide), pc.less(pc.abs(wide), 2.0**63))
        return _where(wide, whole, wanted)
    return _no_fit(column, wanted)


def _where(column: Column, fits: Column, wanted: pa.DataType) -> tuple[Column, Column | None]:
    """Cast the values that fit; the others become null."""
    if pc.all(fits).as_py() in (True, None):
        return pc.cast(column, wanted), None
    kept = pc.if_else(fits, column, pa.scalar(None, column.type))
    return pc.cast(kept, wanted), pc.and_(pc.is_valid(column), pc.invert(fits))


def _dates(column: Column, kind: pa.DataType, wanted: pa.DataType) -> tuple[Column, Column | None]:
    if pa.types.is_date64(kind):
        column, kind = pc.cast(column, wanted), wanted
    if pa.types.is_date32(kind):
        number = pc.cast(column, pa.int32())
        known = pc.and_(pc.greater_equal(number, _FIRST_DAY), pc.less_equal(number, _LAST_DAY))
        return _where(column, known, wanted)
    return _parsed(column, kind, wanted, parse_date)


def _instants(
    column: Column, kind: pa.DataType, wanted: pa.DataType
) -> tuple[Column, Column | None]:
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        number = pc.cast(column, pa.int64())
        scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        low = _FIRST_DAY * 86_400 * scale
        high = (_LAST_DAY + 1) * 86_400 * scale
        limits = (max(low, -(2**63)), min(high, 2**63 - 1))
        known = pc.and_(pc.greater_equal(number, limits[0]), pc.less(number, limits[1]))
        fits, misfit = _where(column, known, column.type)
        return pc.cast(fits, wanted, safe=False), misfit
    return _parsed(column, kind, wanted, parse_instant)


def _parsed(
    column: Column, kind: pa.DataType, wanted: pa.DataType, parse: Callable[[str], Any]
) -> tuple[Column, Column | None]:
    """Read texts, each different one once."""
    if not _is_text(kind):
        return _no_fit(column, wanted)
    encoded = pc.cast(column, pa.string()).combine_chunks()
    encoded = encoded.dictionary_encode()
    read = pa.array([parse(text) for text in encoded.dictionary.to_pylist()], wanted)
    values = pa.chunked_array([read.take(encoded.indices)])
    return values, pc.and_(pc.is_valid(column), pc.is_null(values))


def _lists(column: Column, kind: pa.DataType, wanted: pa.DataType) -> tuple[Column, Column | None]:
    if pa.types.is_fixed_size_list(kind) or pa.types.is_large_list(kind):
        column = pc.cast(column, pa.list_(kind.value_type))
        kind = column.type
    if not pa.types.is_list(kind):
        return _no_fit(column, wanted)
    if _is_text(kind.value_type):
        values = pc.cast(column, wanted)
        holes = _rows_with(values, pc.is_null(pc.list_flatten(values)))
        return _where(values, pc.invert(holes), wanted)
    # Whatever the items are, a list without any is one of texts.
    empty = pc.equal(pc.list_value_length(column), 0)
    return _where(
        pc.cast(column, wanted) if pa.types.is_null(kind.value_type) else column, empty, wanted
    )


def _rows_with(lists: Column, of_items: Column) -> Column:
    """Say for each list whether any of its items is marked."""
    parents = pc.list_parent_indices(lists).combine_chunks()
    marked = parents.filter(pc.fill_null(of_items, False).combine_chunks())
    return pa.chunked_array([pc.is_in(row_numbers(len(lists)), value_set=marked.unique())])


_CANONICAL: Mapping[str, Callable[..., tuple[Column, Column | None]]] = {
    "string": _texts,
    "integer": _integers,
    "boolean": _booleans,
    "date": _dates,
    "instant": _instants,
    "strings": _lists,
}


def checks(column: Column, spec: FieldSpec) -> Iterator[tuple[str, Column]]:
    """Give each fault that a field's limits can find, with the mask of the rows that have it."""
    if column.null_count == len(column):
        return
    if spec.kind == "integer":
        if spec.minimum is not None:
            yield "below-minimum", pc.less(column, spec.minimum)
        if spec.maximum is not None and spec.maximum < 2**63 - 1:
            yield "above-maximum", pc.greater(column, spec.maximum)
    elif spec.kind == "string":
        yield from _text_checks(column, spec)
    elif spec.kind == "strings" and pc.any(pc.greater(pc.list_value_length(column), 0)).as_py():
        items = pc.list_flatten(column)
        for code, mask in _text_checks(items, spec):
            yield code, _rows_with(column, mask)
        yield "repeated", _repeats(column, items)


def _repeats(lists: Column, items: Column) -> Column:
    pairs = pa.table(
        {"row": pc.list_parent_indices(lists).combine_chunks(), "item": items.combine_chunks()}
    )
    counted = pairs.group_by(["row", "item"]).aggregate([([], "count_all")])
    rows = counted.filter(pc.greater(counted.column("count_all"), 1)).column("row")
    found = rows.combine_chunks().unique()
    return pa.chunked_array([pc.is_in(row_numbers(len(lists)), value_set=found)])


def _text_checks(column: Column, spec: FieldSpec) -> Iterator[tuple[str, Column]]:
    if spec.options:
        known = pc.is_in(column, value_set=pa.array(spec.options))
        yield "not-an-option", pc.and_(pc.is_valid(column), pc.invert(known))
    yield from _length_checks(column, spec)
    if spec.pattern is not None:
        yield "wrong-form", pc.invert(pc.match_substring_regex(column, spec.pattern))
    if spec.forbids is not None and _may_hold(column, spec.forbids):
        yield "forbidden-character", pc.match_substring_regex(column, spec.forbids)
    if spec.format == "iana-timezone":
        known = pc.is_in(column, value_set=_timezones())
        yield "unknown-timezone", pc.and_(pc.is_valid(column), pc.invert(known))


def _length_checks(column: Column, spec: FieldSpec) -> Iterator[tuple[str, Column]]:
    # A character has one to four bytes: for most columns the bytes tell that every row fits.
    least, most = spec.min_length, spec.max_length
    if least is None and most is None:
        return
    extremes = pc.min_max(pc.binary_length(column))
    shortest, longest = (extremes[end].as_py() or 0 for end in ("min", "max"))
    if least is not None and shortest <= 4 * (least - 1):
        yield "too-short", pc.less(pc.utf8_length(column), least)
    if most is not None and longest > most:
        yield "too-long", pc.greater(pc.utf8_length(column), most)


@cache
def _timezones() -> pa.Array[Any]:
    return pa.array(sorted(timezones()))


@cache
def _forbidden_bytes(pattern: str) -> bytes:
    """Give the bytes of UTF-8 text that a forbidden character may have."""
    ascii_bytes = [code for code in range(128) if re.search(pattern, chr(code))]
    beyond = range(128, 256) if re.search(pattern, "\u00e9") else ()
    return bytes([*ascii_bytes, *beyond])


def _may_hold(column: Column, pattern: str) -> bool:
    """Look whether any byte of a column could belong to a forbidden character.

    One pass over the bytes tells for most columns that no row needs the regular expression.
    """
    forbidden = _forbidden_bytes(pattern)
    for chunk in column.chunks:
        offsets, data = chunk.buffers()[1:]
        if data is None or not len(chunk):
            continue
        ends = memoryview(offsets).cast("i")
        text = bytes(memoryview(data)[ends[chunk.offset] : ends[chunk.offset + len(chunk)]])
        if len(text.translate(None, forbidden)) != len(text):
            return True
    return False


def check_rule(rule: Rule, columns: Mapping[str, Column]) -> Column:
    """Give the mask of the rows that break a rule between fields."""
    subject = columns[rule.subject]
    precision = columns.get(f"{rule.subject}_precision")
    if precision is not None:
        precision = decoded(precision)
    if isinstance(rule, NotBefore):
        return _before(subject, columns[rule.earlier], precision)
    if isinstance(rule, DatePrecision):
        return _imprecise(subject, precision)
    if isinstance(rule, NotAbove):
        decides = pc.equal(decoded(columns[rule.when]), rule.equals)
        return pc.and_(decides, pc.greater(subject, rule.limit))
    raise NotImplementedError(type(rule).__name__)


def _before(later: Column, earlier: Column, precision: Column | None) -> Column:
    late = pc.less(later, earlier)
    if precision is None or not pc.any(late).as_py():
        return late
    for unit in ("month", "year"):
        coarse = pc.less(later, pc.cast(pc.floor_temporal(earlier, unit=unit), later.type))
        late = pc.if_else(pc.equal(precision, unit), coarse, late)
    return late


def _imprecise(day: Column, precision: Column) -> Column:
    coarse = pc.fill_null(pc.not_equal(precision, "day"), False)
    if not pc.any(coarse).as_py():
        return coarse
    wrong_day = pc.fill_null(pc.not_equal(pc.day(day), 1), True)
    wrong_month = pc.fill_null(pc.not_equal(pc.month(day), 1), True)
    by_month = pc.and_(pc.equal(precision, "month"), wrong_day)
    by_year = pc.and_(pc.equal(precision, "year"), pc.or_(wrong_day, wrong_month))
    return pc.or_(by_month, by_year)
