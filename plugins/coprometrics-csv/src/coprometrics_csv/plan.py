"""A mapping bound to the columns of one file: which cells fill which field, and how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import ConfigError, SourceError, shown
from coprometrics.importers import Context, Notice
from coprometrics.records import FieldSpec, Record, field_specs
from coprometrics.tables.arrow import arrow_type
from coprometrics_csv import readers
from coprometrics_csv.check import check_mapping, column_place, record_of
from coprometrics_csv.columns import Header
from coprometrics_csv.convert import Reader
from coprometrics_csv.dates import DateFormat, zone
from coprometrics_csv.mapping import Column, CurrencyColumn, Mapping
from coprometrics_csv.numerals import Numerals, currency_of_label
from coprometrics_csv.rules import fields_of

__all__ = ["BoundColumn", "Plan", "bind", "constant_of"]


@frozen
class BoundColumn:
    """A column of the file and the field it fills.

    Attributes:
        column: as it was declared.
        spec: the field.
        position: where it is in the file.
        label: its label there.
        reader: reads its cells; None for money, whose currency decides.
        nulls: texts that mean missing in it.
    """

    column: Column
    spec: FieldSpec
    position: int
    label: str
    reader: Reader | None
    nulls: tuple[str, ...]

    @property
    def needed(self) -> bool:
        """Whether a row without a value in this column is refused."""
        optional = self.spec.nullable or self.spec.has_default
        return bool(self.column.required) or not optional


@frozen
class Plan:
    """How the rows of one file become records.

    Attributes:
        record_type: their type.
        columns: the columns that fill fields.
        identity: the columns that make the identifier.
        currency: the one currency, the position of its column, or None when there is no money.
        rule_fields: the columns that rules look at, by the label used there.
        wanted: the positions of all columns that are looked at.
        notices: what a person should know about the columns.
    """

    record_type: type[Record]
    columns: tuple[BoundColumn, ...]
    identity: tuple[int, ...]
    currency: str | int | None
    rule_fields: dict[str, int]
    wanted: tuple[int, ...]
    notices: tuple[Notice, ...]


def bind(mapping: Mapping, header: Header, context: Context) -> Plan:
    """Find the columns of a mapping in a file.

    Raises:
        ConfigError: when the mapping does not fit its record type.
        SourceError: when the file lacks a column, or several may be meant.
    """
    check_mapping(mapping)
    record = record_of(mapping)
    specs = field_specs(record)
    columns = []
    for column in mapping.columns:
        if column.required is False:
            position = header.position(column.labels, column.occurrence)
            if position is None:
                continue
        else:
            position = header.needed(column.labels, column.occurrence)
        spec = specs[column.target]
        reader = _reader(column, spec, mapping, context)
        nulls = mapping.nulls + column.nulls
        if reader is not None:
            reader.nulls = nulls
        columns.append(
            BoundColumn(
                column=column,
                spec=spec,
                position=position,
                label=header.labels[position],
                reader=reader,
                nulls=nulls,
            )
        )
    identity = _identity(mapping, header)
    currency = _currency(mapping, columns, header)
    rule_fields = {
        label: header.needed((label,)) for rule in mapping.rules for label in fields_of(rule.when)
    }
    used = {bound.position for bound in columns} | {*identity, *rule_fields.values()}
    if isinstance(currency, int):
        used.add(currency)
    return Plan(
        record_type=record,
        columns=tuple(columns),
        identity=identity,
        currency=currency,
        rule_fields=rule_fields,
        wanted=tuple(sorted(used)),
        notices=tuple(_notices(mapping, header, used)),
    )


def _identity(mapping: Mapping, header: Header) -> tuple[int, ...]:
    if mapping.id.labels:
        return (header.needed(mapping.id.labels, mapping.id.occurrence),)
    return tuple(header.needed((label,)) for label in mapping.id.key)


def _currency(mapping: Mapping, columns: list[BoundColumn], header: Header) -> str | int | None:
    money = [bound for bound in columns if bound.column.type == "money"]
    if not money:
        return None
    declared = money[0].column.currency
    if isinstance(declared, CurrencyColumn):
        return header.needed(declared.column)
    if declared == "header":
        return _currency_of_labels(money, header)
    if declared is not None:
        return declared
    if "currency" in mapping.constants:
        return str(mapping.constants["currency"])
    return next((b.position for b in columns if b.column.target == "currency"), None)


def _currency_of_labels(money: list[BoundColumn], header: Header) -> str:
    codes = {currency_of_label(bound.label) for bound in money}
    labels = ", ".join(shown(bound.label) for bound in money)
    found = codes.pop() if len(codes) == 1 else None
    if found is None:
        raise SourceError(
            f"the header does not say one currency for {labels}",
            where=header.place,
            remedy="declare currency with a code such as GBP in the mapping",
        )
    return found


def _reader(column: Column, spec: FieldSpec, mapping: Mapping, context: Context) -> Reader | None:
    where = column_place(column)
    source = column.source or mapping.source
    formats = tuple(DateFormat.of(text, where) for text in column.formats)
    numerals = Numerals(mapping.dialect.decimal, mapping.dialect.group)
    match column.type:
        case "text":
            return readers.text_reader()
        case "id":
            return readers.id_reader(source)
        case "texts":
            return readers.list_reader(column.separator, column.values, fold_case=column.fold_case)
        case "ids":
            return readers.list_reader(
                column.separator,
                column.values,
                prefix=f"{source}:",
                fold_case=column.fold_case,
            )
        case "person":
            return readers.person_reader(context, addresses=column.addresses)
        case "enum":
            values = column.values or {option: option for option in spec.options}
            return readers.choice_reader(values, arrow_type(spec), fold_case=column.fold_case)
        case "bool":
            return readers.choice_reader(
                column.values or readers.BOOLEANS, pa.bool_(), fold_case=True
            )
        case "int":
            return readers.integer_reader(numerals)
        case "date":
            return readers.date_reader(formats)
        case "datetime":
            name = column.timezone or mapping.timezone
            local = zone(name, where) if name else None
            return readers.datetime_reader(formats, local, column.fold)
        case _:
            return None


def _notices(mapping: Mapping, header: Header, used: set[int]) -> Iterator[Notice]:
    ignored = set(header.positions(mapping.ignore))
    for label in mapping.ignore:
        if not header.positions((label,)):
            yield Notice("ignored-column-absent", f"there is no column {shown(label)} to ignore")
    absent = [
        column
        for column in mapping.columns
        if column.required is False and header.position(column.labels, column.occurrence) is None
    ]
    for column in absent:
        labels = " or ".join(repr(label) for label in column.labels)
        yield Notice("column-absent", f"there is no column {labels}; {column.target} stays empty")
    rest = [n for n in range(len(header.labels)) if n not in used | ignored]
    named = [header.shown(n) for n in rest if header.labels[n]]
    if named:
        yield Notice(
            "unmapped-columns",
            f"not mapped: {', '.join(named)}; map them, or list them under ignore",
        )
    blank = [str(n + 1) for n in rest if not header.labels[n]]
    if blank:
        yield Notice("blank-labels", f"columns without a label are not read: {', '.join(blank)}")


def constant_of(value: Any, spec: FieldSpec) -> pa.Scalar[Any]:
    """Give a value that is written in a mapping as an Arrow scalar.

    Raises:
        ConfigError: when a date or time is not written in ISO 8601.
    """
    if value is None:
        return pa.scalar(None, arrow_type(spec))
    try:
        if spec.kind == "date":
            value = dt.date.fromisoformat(value)
        elif spec.kind == "instant":
            value = dt.datetime.fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
    except ValueError:
        raise ConfigError(
            f"{shown(value)} is not a {spec.kind}",
            where="csv mapping",
            remedy="write 2023-12-31, or 2023-12-31T12:00:00+00:00",
        ) from None
    if spec.kind == "strings":
        value = [value]
    return pa.scalar(value, arrow_type(spec))
