"""Rows of Python values, made into batches that fit their record types, and refusals.

An importer that has a row as a mapping of fields to values hands it to a ``Batcher``, whatever the
values are: what cannot be that of its field is refused, by the name that users know the field by.
"""

from __future__ import annotations

import datetime as dt
import difflib
import numbers
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
from attrs import Factory, define, field

from coprometrics.errors import WITHHELD, PluginError, is_unicode, number_shown, shown
from coprometrics.importers.contract import Batch, Item, Locator, Problem, Refusal
from coprometrics.importers.meanings import MEANINGS
from coprometrics.records import FieldSpec, Record, field_specs
from coprometrics.tables.arrow import arrow_schema
from coprometrics.tables.json_schema import parse_date, parse_instant
from coprometrics.tables.validation import validate

__all__ = ["ROWS_AT_ONCE", "Batcher"]

ROWS_AT_ONCE = 2_000
"""How many rows a batch has at most, where nothing else is said."""

_LETTERS_AT_ONCE = 16 << 20
_MOST_OPTIONS = 12
_LARGEST = 2**63 - 1


class _UnfitError(Exception):
    """A value that no column of its field's type can hold."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@define
class _Held:
    """The rows of one type that wait for their batch."""

    record_type: type[Record]
    specs: Mapping[str, FieldSpec]
    columns: dict[str, list[Any]]
    lines: list[int | None] = Factory(list)
    pages: list[int | None] = Factory(list)
    indexes: list[int | None] = Factory(list)
    unfit: dict[int, dict[str, Problem]] = Factory(dict)
    letters: int = 0

    @classmethod
    def of(cls, record_type: type[Record]) -> _Held:
        specs = field_specs(record_type)
        return cls(record_type, specs, {name: [] for name in specs})

    def place(self, number: int) -> Locator:
        return Locator(self.lines[number], self.pages[number], self.indexes[number])


@define
class Batcher:
    """Gathers rows, checks them against their record types, and gives batches and refusals.

    Every row that is added comes out once, as a row of a batch or as a refusal with all that is
    wrong with it; the rows of a type keep their order. The verdict is that of the core
    (``coprometrics.tables.validation``), whatever Python values stand in a row, and a batch has
    exactly the columns of its record type.

    Attributes:
        record_types: the types of the rows, such as those of the importer.
        labels: what users call a field, where that is another name: by the field, or by the record
            type and the field, as in ``"Activity.id"``.
        at_once: how many rows a batch has at most. Rows with very long texts come out earlier.

    Raises:
        PluginError: when a label is for a field that no type has.

    Examples:
        >>> from coprometrics.records import AudienceSnapshot
        >>> batcher = Batcher([AudienceSnapshot], {"as_of": "day", "value": "visitors"})
        >>> same = {"id": "web:1", "channel": "website", "measure": "users"}
        >>> batcher.add(AudienceSnapshot, {**same, "as_of": "2023-05-01", "value": 312}, line=2)
        []
        >>> batcher.add(AudienceSnapshot, {**same, "as_of": "soon", "value": 2**63}, line=3)
        []
        >>> for item in batcher.rest():
        ...     if isinstance(item, Batch):
        ...         print(item.rows["value"].to_pylist(), item.lines.to_pylist())
        ...     else:
        ...         print(*item.problems, sep="; ")
        day: must be a date such as 2023-12-31; visitors: is above the greatest value allowed, got \
9223372036854775808
        [312] [2]
    """

    record_types: Iterable[type[Record]]
    labels: Mapping[str, str] = Factory(dict)
    at_once: int = ROWS_AT_ONCE
    _held: dict[type[Record], _Held] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._held = {one: _Held.of(one) for one in self.record_types}
        known = {name for held in self._held.values() for name in held.specs}
        known |= {f"{t.__name__}.{name}" for t, held in self._held.items() for name in held.specs}
        if unknown := [name for name in self.labels if name not in known]:
            raise PluginError(f"a label is for {_unknown(unknown[0], known)}")

    def add(
        self,
        record_type: type[Record],
        row: Mapping[str, Any],
        line: int | None = None,
        *,
        page: int | None = None,
        index: int | None = None,
    ) -> list[Item]:
        """Take a row.

        Days may be dates or texts such as 2023-12-31, instants datetimes or texts of RFC 3339,
        both as validation takes them; a whole number may come as a float or a Decimal.

        Args:
            record_type: its type.
            row: its values by field. Those that may be unknown or have a default may be left out.
            line: its line in the source, from 1.
            page: its page, where the source has pages.
            index: its place in the page.

        Returns:
            What is to be yielded now: nothing, or the refusals and the batch of the rows so far.

        Raises:
            PluginError: when the batcher was not made for the type, or the type has no such field.
                Give the fields by name, not what the source happens to hold.
        """
        held = self._held.get(record_type)
        if held is None:
            raise PluginError(f"a row is added as {shown(record_type)}, which no batch is made for")
        if not row.keys() <= held.specs.keys():
            first = next(name for name in row if name not in held.specs)
            raise PluginError(f"a row of {record_type.__name__} has {_unknown(first, held.specs)}")
        number = len(held.lines)
        held.lines.append(line)
        held.pages.append(page)
        held.indexes.append(index)
        for name, spec in held.specs.items():
            value = row.get(name, spec.default)
            try:
                fit = None if value is None else _FITTING[spec.kind](value)
            except _UnfitError as unfit:
                problem = self._problem(held, name, unfit.code, value)
                held.unfit.setdefault(number, {})[name] = problem
                fit = None
            held.columns[name].append(fit)
            if type(fit) is str:
                held.letters += len(fit)
            elif type(fit) is list:
                held.letters += sum(map(len, fit)) + len(fit)
        if len(held.lines) < self.at_once and held.letters < _LETTERS_AT_ONCE:
            return []
        return list(self._out(held))

    def rest(self) -> Iterator[Item]:
        """Give the refusals and the batches of the rows that are left, type by type."""
        for held in list(self._held.values()):
            yield from self._out(held)

    def _out(self, held: _Held) -> Iterator[Item]:
        if not held.lines:
            return
        self._held[held.record_type] = _Held.of(held.record_type)
        schema = arrow_schema(held.record_type)
        columns = [pa.array(held.columns[one.name], one.type) for one in schema]
        checked = validate(pa.Table.from_arrays(columns, schema.names), held.record_type)
        refused = self._problems(held, checked.issues.to_pylist())
        for number in sorted(refused):
            yield Refusal(held.place(number), tuple(refused[number]))
        if len(refused) == len(held.lines):
            return
        rows = checked.accepted
        if held.unfit:
            # A null stands for what is unfit, and validation may have accepted the row with it.
            beyond = set(checked.refused.to_pylist())
            accepted = [n for n in range(len(held.lines)) if n not in beyond]
            fits: Any = pa.array([number not in held.unfit for number in accepted], pa.bool_())
            rows = rows.filter(fits)
        lines, pages, indexes = (
            _places(place, refused) for place in (held.lines, held.pages, held.indexes)
        )
        yield Batch(held.record_type, rows, lines=lines, pages=pages, indexes=indexes)

    def _problems(self, held: _Held, issues: list[dict[str, Any]]) -> dict[int, list[Problem]]:
        """Give what is wrong with each row that is refused, in the order of its fields."""
        found: dict[int, dict[str, list[Problem]]] = {}
        for number, faults in held.unfit.items():
            found[number] = {name: [problem] for name, problem in faults.items()}
        for issue in issues:
            number, name = issue["row"], issue["field"]
            if name in held.unfit.get(number, ()):
                continue  # The null that stands for it is no fault of its own.
            value = held.columns[name][number]
            problem = self._problem(held, name, issue["code"], value)
            found.setdefault(number, {}).setdefault(name, []).append(problem)
        order = {name: place for place, name in enumerate(held.specs)}
        return {
            number: [p for name in sorted(by_field, key=order.__getitem__) for p in by_field[name]]
            for number, by_field in found.items()
        }

    def _problem(self, held: _Held, name: str, code: str, value: Any) -> Problem:
        spec = held.specs[name]
        label = self.labels.get(f"{held.record_type.__name__}.{name}") or self.labels.get(name)
        told = None
        if value is not None and spec.kind not in ("string", "strings"):
            told = number_shown(value)
        message = _message(spec, code)
        if code == "wrong-form" and spec.form and label is None:
            message = f"must be {spec.form}"  # What users know may only be a part of it.
        return Problem(code, message, label or name, None if told == WITHHELD else told)


def _message(spec: FieldSpec, code: str) -> str:
    """Say what a field asks for, without a word of what stands there."""
    if code == "not-an-option" and len(spec.options) <= _MOST_OPTIONS:
        return f"must be one of {', '.join(spec.options)}"
    if code == "too-long":
        return f"must have at most {spec.max_length:,} characters"
    if code == "too-short" and (spec.min_length or 0) > 1:
        return f"must have at least {spec.min_length:,} characters"
    return MEANINGS.get(code, code)


def _unknown(name: object, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, 1) if isinstance(name, str) else []
    return f"{shown(name)}, which is no field" + (f"; did you mean {near[0]!r}?" if near else "")


def _places(given: list[int | None], refused: Container[int]) -> pa.Array[Any] | None:
    """Give the places of the rows that are not refused; None where no row says it."""
    if all(one is None for one in given):
        return None
    return pa.array([one for n, one in enumerate(given) if n not in refused], pa.int64())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _UnfitError("wrong-type")
    if not (value.isascii() or is_unicode(value)):
        raise _UnfitError("not-unicode")
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise _UnfitError("wrong-type")
    return [_text(one) for one in value]


def _whole(value: Any) -> int:
    if isinstance(value, float):
        whole = value.is_integer()
    elif isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value()
    else:
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole:
        raise _UnfitError("wrong-type")
    if not -_LARGEST - 1 <= value <= _LARGEST:
        raise _UnfitError("below-minimum" if value < 0 else "above-maximum")
    return int(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _UnfitError("wrong-type")
    return value


def _day(value: Any) -> dt.date:
    day = parse_date(value) if isinstance(value, str) else value
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
        raise _UnfitError("not-a-date")
    return day


def _instant(value: Any) -> dt.datetime:
    moment = parse_instant(value) if isinstance(value, str) else value
    if not isinstance(moment, dt.datetime) or moment.utcoffset() is None:
        raise _UnfitError("not-an-instant")
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise _UnfitError("not-an-instant") from None


_FITTING: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "integer": _whole,
    "boolean": _boolean,
    "date": _day,
    "instant": _instant,
    "strings": _texts,
}
