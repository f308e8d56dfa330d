"""Checking many rows at once, by column.

The verdict on every row is that of the record type's JSON Schema on the row as JSON. Nothing is
guessed: a whole number may come as a float without a fraction (JSON makes no difference), a day
or instant as RFC 3339 text; all else of another type is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from coprometrics.errors import SchemaError, shown
from coprometrics.records import FieldSpec, Record, pinned_specs
from coprometrics.tables._columns import (
    canonical,
    check_rule,
    checks,
    decoded,
    row_numbers,
    words_fit,
)
from coprometrics.tables.arrow import arrow_schema, arrow_type

__all__ = ["ISSUES", "Validation", "validate"]

_ISSUE_FIELDS: dict[str, pa.DataType] = {
    "row": pa.int64(),
    "field": pa.string(),
    "code": pa.string(),
    "value": pa.string(),
}
ISSUES = pa.schema(_ISSUE_FIELDS)
"""The columns of the table of issues."""


@frozen
class Validation:
    """What a check of a table found.

    Attributes:
        accepted: the rows that fit, in their order, with exactly the columns of the type.
        issues: one row for each fault: row (from 0), field, code, value (as shown to people;
            null where it must not be shown).
        refused: the indexes of the rows that do not fit, each once, ascending.
    """

    accepted: pa.Table
    issues: pa.Table
    refused: pa.Array[Any]


def validate(
    table: pa.Table | pa.RecordBatch,
    record_type: type[Record],
    *,
    vocabulary: Mapping[str, tuple[str, ...]] | None = None,
    dictionaries: bool = False,
) -> Validation:
    """Check every row of a table against a record type.

    Args:
        table: columns named after the fields; nullable ones and those with a default may be
            left out.
        record_type: the type of the rows.
        vocabulary: for fields of an open vocabulary, the only words that they may have.
        dictionaries: whether columns of text that come dictionary-encoded may stay so in
            ``accepted``.

    Returns:
        The rows that fit and the faults of the others.

    Raises:
        SchemaError: when two columns have one name.

    Examples:
        >>> from coprometrics.records import AudienceSnapshot
        >>> rows = pa.table({"id": ["x:1", "x:2"], "channel": ["x", "x"],
        ...                  "measure": ["followers", "followers"],
        ...                  "as_of": ["2023-12-31", "2023-02-31"], "value": [6138, 10]})
        >>> validate(rows, AudienceSnapshot).issues.to_pylist()
        [{'row': 1, 'field': 'as_of', 'code': 'not-a-date', 'value': "'2023-02-31'"}]
    """
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    names = table.column_names
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise SchemaError(f"two columns are called {', '.join(twice)}", remedy="rename one of them")
    specs = pinned_specs(record_type, vocabulary)
    faults = _Faults(table.num_rows)
    for name in names:
        if name not in specs:
            faults.all(name, "unknown-field")
    columns = {name: _column(table, name, spec, faults) for name, spec in specs.items()}
    for rule in record_type.record_rules:
        faults.add(rule.subject, rule.code, check_rule(rule, columns), columns[rule.subject])
    schema = arrow_schema(record_type)
    if dictionaries:
        for place, column in enumerate(schema):
            schema = schema.set(place, column.with_type(columns[column.name].type))
    else:
        columns = {name: decoded(column) for name, column in columns.items()}
    checked = pa.Table.from_arrays([columns[column.name] for column in schema], schema=schema)
    return faults.result(checked)


def _column(table: pa.Table, name: str, spec: FieldSpec, faults: _Faults) -> Any:
    kind = arrow_type(spec)
    if name not in table.column_names:
        if not spec.has_default:
            faults.all(name, "missing")
        return pa.chunked_array([_repeated(pa.scalar(spec.default, type=kind), table.num_rows)])
    given: Any = table.column(name)
    fits = words_fit(given, spec)
    if not fits:
        given = decoded(given)
    if not spec.nullable and given.null_count:
        faults.add(name, "missing", given.is_null(), None)
    if fits:
        return given
    values: Any
    values, misfit = canonical(given, spec)
    withheld = spec.personal
    if misfit is not None:
        code = {"date": "not-a-date", "instant": "not-an-instant"}.get(spec.kind, "wrong-type")
        faults.add(name, code, misfit, None if withheld else given)
    for code, mask in checks(values, spec):
        faults.add(name, code, mask, None if withheld else values)
    return values


class _Faults:
    """Gathers faults as (field, code, rows, values)."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._parts: list[tuple[str, str, pa.Array[Any], pa.Array[Any] | None]] = []

    def all(self, name: str, code: str) -> None:
        if self._rows:
            self._parts.append((name, code, row_numbers(self._rows), None))

    def add(self, name: str, code: str, mask: Any, values: Any) -> None:
        """Note the rows in which a mask is true; null counts as false."""
        if not pc.any(mask).as_py():
            return
        rows = pc.indices_nonzero(pc.fill_null(mask, False))
        taken = None if values is None else values.take(rows)
        self._parts.append((name, code, rows.cast(pa.int64()), taken))

    def result(self, checked: pa.Table) -> Validation:
        if not self._parts:
            return Validation(checked, ISSUES.empty_table(), pa.array([], pa.int64()))
        issues = pa.concat_tables([self._table(*part) for part in self._parts])
        order = pc.sort_indices(
            issues, [("row", "ascending"), ("field", "ascending"), ("code", "ascending")]
        )
        issues = issues.take(order)
        refused: Any = issues.column("row").unique()
        fits = pc.invert(pc.is_in(row_numbers(self._rows), value_set=refused))
        return Validation(checked.filter(fits), issues, refused)

    @staticmethod
    def _table(name: str, code: str, rows: Any, values: Any) -> pa.Table:
        texts = (
            _repeated(pa.scalar(None, pa.string()), len(rows))
            if values is None
            else pa.array([_shown(value) for value in values], pa.string())
        )
        columns = [
            rows,
            _repeated(pa.scalar(name), len(rows)),
            _repeated(pa.scalar(code), len(rows)),
            texts,
        ]
        return pa.Table.from_arrays(columns, schema=ISSUES)


def _shown(value: pa.Scalar[Any]) -> str | None:
    try:
        plain = value.as_py()
    except (ValueError, OverflowError):
        return "(a date that the calendar of years 1 to 9999 does not have)"
    if plain is None:
        return None
    if hasattr(plain, "isoformat"):
        return str(plain.isoformat())
    return shown(plain)


def _repeated(value: Any, times: int) -> Any:
    return pa.repeat(value, max(times, 1)).slice(0, times)  # no list can be repeated 0 times
