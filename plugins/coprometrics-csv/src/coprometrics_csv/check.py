"""Whether a mapping can be used at all, before any file is looked at."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from typing import Any

from coprometrics.errors import ConfigError, CoprometricsError, shown
from coprometrics.money import exponent
from coprometrics.records import FieldSpec, Record, field_specs, record_type
from coprometrics_csv.columns import fold
from coprometrics_csv.dates import DateFormat, refuse_two_readings, zone
from coprometrics_csv.mapping import Column, Mapping

__all__ = ["check_mapping", "column_place", "record_of"]

_KINDS: Dictionary[str, tuple[str, ...]] = {
    "text": ("string",),
    "texts": ("strings",),
    "id": ("string",),
    "ids": ("strings",),
    "person": ("string",),
    "enum": ("string", "integer", "boolean"),
    "bool": ("boolean",),
    "int": ("integer",),
    "money": ("integer",),
    "date": ("date",),
    "datetime": ("instant",),
}
_MONEY_UNIT = "minor units of the currency"
_ONLY_FOR: Dictionary[str, tuple[str, ...]] = {
    "formats": ("date", "datetime"),
    "timezone": ("datetime",),
    "fold": ("datetime",),
    "values": ("enum", "bool", "texts", "ids"),
    "fold_case": ("enum", "texts", "ids"),
    "currency": ("money",),
    "source": ("id", "ids"),
}
_VALUE_TYPES: Dictionary[str, type] = {"string": str, "integer": int, "boolean": bool}


def record_of(mapping: Mapping) -> type[Record]:
    """Find the record type of a mapping.

    Raises:
        ConfigError: when there is none of that name.
    """
    try:
        return record_type(mapping.record)
    except CoprometricsError as error:
        raise ConfigError(error.what, where="csv mapping, record", remedy=error.remedy) from None


def column_place(column: Column) -> str:
    """Say which column of a mapping is meant, for messages."""
    return f"csv mapping, column for {column.target}"


def check_mapping(mapping: Mapping) -> None:
    """Check that a mapping fits its record type and itself.

    Raises:
        ConfigError: at the first fault; says where in the mapping and what would do.
    """
    specs = field_specs(record_of(mapping))
    for column in mapping.columns:
        _check_column(column, specs, mapping)
    _check_each_once(mapping)
    _check_identity(mapping)
    for name, value in mapping.constants.items():
        _check_value(name, value, specs, mapping, "csv mapping, constants")
    for number, rule in enumerate(mapping.rules, 1):
        for name, set_value in (rule.set or {}).items():
            _check_value(name, set_value, specs, mapping, f"csv mapping, rule {number}")
    _check_money(mapping)
    if mapping.timezone is not None:
        zone(mapping.timezone, "csv mapping, timezone")
    _check_complete(mapping, specs)


def _check_column(column: Column, specs: Dictionary[str, FieldSpec], mapping: Mapping) -> None:
    where = column_place(column)
    spec = _spec(column.target, specs, mapping, where)
    if spec.kind not in _KINDS[column.type]:
        fitting = [name for name, kinds in _KINDS.items() if spec.kind in kinds]
        raise ConfigError(
            f"a column of type {column.type} cannot fill a field of {spec.kind}",
            where=where,
            remedy=f"use type {' or '.join(fitting)}",
        )
    if spec.personal != (column.type == "person"):
        remedy = "use type person" if spec.personal else "type person is for person_key alone"
        raise ConfigError(
            f"{column.target} and type {column.type} do not go together",
            where=where,
            remedy=remedy,
        )
    if column.type == "money" and spec.unit != _MONEY_UNIT:
        raise ConfigError(f"{column.target} is not money", where=where, remedy="use type int")
    for name, types in _ONLY_FOR.items():
        if getattr(column, name) and column.type not in types:
            raise ConfigError(
                f"{name} says nothing about a column of type {column.type}",
                where=where,
                remedy=f"it is for {' and '.join(types)}",
            )
    if not column.addresses and column.type != "person":
        raise ConfigError(
            f"addresses says nothing about a column of type {column.type}",
            where=where,
            remedy="it is for person",
        )
    _check_dates(column, specs, where)
    _check_values(column, spec, where)


def _check_dates(column: Column, specs: Dictionary[str, FieldSpec], where: str) -> None:
    formats = tuple(DateFormat.of(text, where) for text in column.formats)
    if column.timezone is not None:
        zone(column.timezone, where)
    for known in formats:
        if known.precision != "day" and (
            column.type == "datetime" or f"{column.target}_precision" not in specs
        ):
            raise ConfigError(
                f"the format {shown(known.text)} has no day, and {column.target} cannot be known "
                f"to the {known.precision} alone",
                where=where,
                remedy="add %d and %m",
            )
        if column.type == "datetime" and not known.has_time:
            raise ConfigError(
                f"the format {shown(known.text)} has no time of day",
                where=where,
                remedy="add %H:%M",
            )
    for example, year_first in (("03/04/2023", False), ("2023/03/04", True)):
        if len({_order(known.text, year_first=year_first) for known in formats} - {None}) > 1:
            raise ConfigError(
                f"the formats have day and month in both orders, so that {example} has two "
                "meanings",
                where=where,
                remedy="keep one order",
            )
    refuse_two_readings(formats, times=column.type == "datetime", where=where)


def _order(text: str, *, year_first: bool) -> str | None:
    """Give the order of day and month where both are digits, after the year or else before it."""
    day, month = text.find("%d"), text.find("%m")
    year = min((n for n in (text.find("%Y"), text.find("%y")) if n >= 0), default=-1)
    if day < 0 or month < 0 or (year < min(day, month)) != year_first:
        return None
    return "day first" if day < month else "month first"


def _check_values(column: Column, spec: FieldSpec, where: str) -> None:
    if column.type == "enum" and not column.values and not spec.options:
        raise ConfigError(
            f"{column.target} has no closed list of words, so enum needs values",
            where=where,
            remedy="list what each text stands for, or use type text",
        )
    for text, value in column.values.items():
        if column.type == "bool":
            fault = None if isinstance(value, bool) else "must be true or false"
        elif spec.kind == "strings" and column.type == "ids":
            fault = None if isinstance(value, str) else "must be a text"
        else:
            fault = spec.problem((value,) if spec.kind == "strings" else value)
        if fault:
            raise ConfigError(
                f"values: {shown(text)} stands for {shown(value)}, which {fault}", where=where
            )


def _check_each_once(mapping: Mapping) -> None:
    seen: dict[str, str] = {"id": "id"}
    parts = [(column.target, "a column") for column in mapping.columns]
    for name, part in [*parts, *((name, "constants") for name in mapping.constants)]:
        if name in seen:
            raise ConfigError(
                f"{name} is filled twice, by {seen[name]} and by {part}",
                where="csv mapping",
                remedy="keep one of them",
            )
        seen[name] = part


def _check_identity(mapping: Mapping) -> None:
    """Refuse identifiers of people: a hash without a key is undone by trying addresses."""
    people = {
        fold(label) for column in mapping.columns if column.type == "person"
        for label in column.labels
    }  # fmt: skip
    for label in (*mapping.id.labels, *mapping.id.key):
        if fold(label) in people:
            raise ConfigError(
                f"id is made from {shown(label)}, which identifies people, and could be traced "
                "back to them",
                where="csv mapping, id",
                remedy="use a booking number or the like; columns about people go by type person "
                "alone",
            )


def _check_value(
    name: str, value: Any, specs: Dictionary[str, FieldSpec], mapping: Mapping, where: str
) -> None:
    spec = _spec(name, specs, mapping, where)
    if value is None:
        if not spec.nullable:
            raise ConfigError(f"{name} must not be missing", where=where)
        return
    wanted = _VALUE_TYPES.get(spec.kind, str)
    if type(value) is not wanted:
        raise ConfigError(f"{name} must be {wanted.__name__}, not {shown(value)}", where=where)
    if spec.kind in _VALUE_TYPES and (fault := spec.problem(value)):
        raise ConfigError(f"{name} {fault}, not {shown(value)}", where=where)


def _check_money(mapping: Mapping) -> None:
    money = [column for column in mapping.columns if column.type == "money"]
    if not money:
        return
    declared = {column.currency for column in money}
    if len(declared) > 1:
        raise ConfigError(
            "the money columns have different currencies, but a record has one",
            where="csv mapping",
            remedy="give each the same currency, or leave it out and fill the field currency",
        )
    currency = declared.pop()
    filled = "currency" in mapping.constants or any(
        column.target == "currency" for column in mapping.columns
    )
    if (currency is None) != filled:
        what = "has its currency declared twice" if filled else "has no currency"
        raise ConfigError(
            f"the amount {what}",
            where=column_place(money[0]),
            remedy="declare it once: on the column, in constants, or as a column for currency",
        )
    if isinstance(currency, str) and currency != "header":
        try:
            exponent(currency)
        except CoprometricsError as error:
            raise ConfigError(
                error.what, where=column_place(money[0]), remedy=error.remedy
            ) from None
    for number, rule in enumerate(mapping.rules, 1):
        if "currency" in (rule.set or {}):
            raise ConfigError(
                "a rule cannot set the currency, which the amounts were read in",
                where=f"csv mapping, rule {number}",
                remedy="read it from a column",
            )


def _check_complete(mapping: Mapping, specs: Dictionary[str, FieldSpec]) -> None:
    filled = {"id", *mapping.constants, *(column.target for column in mapping.columns)}
    filled |= {name for rule in mapping.rules for name in rule.set or {}}
    if any(column.type == "money" for column in mapping.columns):
        filled.add("currency")
    if mapping.timezone is not None:
        filled.add("timezone")
    lacking = [name for name, spec in specs.items() if not spec.has_default and name not in filled]
    if lacking:
        raise ConfigError(
            f"nothing fills {', '.join(lacking)}, which every {mapping.record} must have",
            where="csv mapping",
            remedy="add a column or a constant",
        )


def _spec(name: str, specs: Dictionary[str, FieldSpec], mapping: Mapping, where: str) -> FieldSpec:
    if name == "id":
        raise ConfigError("id has a key of its own", where=where, remedy="use id: {from: [...]}")
    if name in specs:
        return specs[name]
    raise ConfigError(
        f"{mapping.record} has no field {shown(name)}",
        where=where,
        remedy="; ".join(_hints(name, specs)),
    )


def _hints(name: str, specs: Dictionary[str, FieldSpec]) -> Iterator[str]:
    if near := difflib.get_close_matches(name, specs, 1):
        yield f"did you mean {near[0]}?"
    yield f"it has {', '.join(field for field in specs if field != 'id')}"
