"""Records as Arrow tables.

| field | Arrow type |
|---|---|
| text | string |
| whole number | int64 |
| true or false | bool |
| day | date32 |
| instant | timestamp[us, UTC] |
| list of texts | list of string |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pyarrow as pa

from coprometrics.errors import SchemaError
from coprometrics.records import FieldSpec, Record, field_specs

__all__ = ["arrow_schema", "arrow_type", "from_table", "to_table"]

_R = TypeVar("_R", bound=Record)

_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", tz="UTC"),
    "strings": pa.list_(pa.string()),
}


def arrow_type(spec: FieldSpec) -> pa.DataType:
    """Give the Arrow type of a field."""
    return _TYPES[spec.kind]


def arrow_schema(record_type: type[Record]) -> pa.Schema:
    """Give the Arrow schema of a record type.

    Its metadata names the record type and its version.

    Examples:
        >>> from coprometrics.records import Income
        >>> arrow_schema(Income).field("amount_minor").type
        DataType(int64)
    """
    return pa.schema(
        [
            pa.field(name, arrow_type(spec), nullable=spec.nullable)
            for name, spec in field_specs(record_type).items()
        ],
        metadata={
            "coprometrics.record": record_type.record_name,
            "coprometrics.version": str(record_type.record_version),
        },
    )


def to_table(records: Iterable[_R], record_type: type[_R]) -> pa.Table:
    """Turn records into a table with one row each, in their order.

    Raises:
        SchemaError: when one of them is of another type.

    Examples:
        >>> from coprometrics.records import Organisation
        >>> uni = Organisation(id="list:1", name="A university", kind="university")
        >>> to_table([uni], Organisation).num_rows
        1
    """
    rows = list(records)
    for row in rows:
        if type(row) is not record_type:
            raise SchemaError(
                f"a {type(row).__name__} is not of type {record_type.__name__}",
                remedy="make one table for each type of record",
            )
    schema = arrow_schema(record_type)
    columns = [
        pa.array([getattr(row, column.name) for row in rows], type=column.type) for column in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def from_table(table: pa.Table, record_type: type[_R]) -> Iterator[_R]:
    """Turn the rows of a valid table into records, one at a time.

    Raises:
        SchemaError: when the table has a column that the type has not.
        RecordError: at the first row that does not fit.
    """
    unknown = [name for name in table.column_names if name not in field_specs(record_type)]
    if unknown:
        raise SchemaError(f"{record_type.__name__} has no field {', '.join(unknown)}")
    for batch in table.to_batches():
        for row in batch.to_pylist():
            yield record_type(**{name: _given(value) for name, value in row.items()})


def _given(value: Any) -> Any:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return value
