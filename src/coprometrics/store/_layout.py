"""The tables of a store: making them, and bringing those of an older release up to date."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import duckdb

from coprometrics.errors import StoreError, StoreVersionError
from coprometrics.records import RECORD_TYPES, FieldSpec, Record, field_specs
from coprometrics.store._opening import not_opened
from coprometrics.store._sql import quoted
from coprometrics.store.writing import PLACE

__all__ = ["FORMAT", "Layout", "create"]

FORMAT = 1
"""The format of the stores that this release writes; a release with another field has another."""

_SQL_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "strings": "VARCHAR[]",
}
_STORE = {"name": "VARCHAR", "setting": "VARCHAR"}
_SOURCES = {
    "source_number": "BIGINT",
    "importer": "VARCHAR",
    "importer_version": "VARCHAR",
    "core_version": "VARCHAR",
    "source_name": "VARCHAR",
    "source_sha256": "VARCHAR",
    "imported_at": "TIMESTAMP WITH TIME ZONE",
}
_OWN = ("source_number", *PLACE)


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all the tables of a store, in one transaction."""
    connection.begin()
    for statement in (
        f"CREATE TABLE coprometrics_store ({_written(_STORE, required=_STORE)})",
        f"CREATE TABLE coprometrics_sources ({_written(_SOURCES, required=['source_number'])})",
        f"INSERT INTO coprometrics_store VALUES ('format', '{FORMAT}')",
    ):
        connection.execute(statement)
    for record_type in RECORD_TYPES:
        _create_table(connection, record_type)
    connection.commit()


class Layout:
    """What a DuckDB file has of the tables of a store.

    Attributes:
        tables: its tables, and the types of their columns by name.
        views: the names of its views.

    Args:
        connection: the file.
        name: what it is called in errors.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._connection = connection
        self._name = name
        here = "database_name = current_database() AND schema_name = current_schema()"
        views = f"SELECT view_name FROM duckdb_views() WHERE NOT internal AND {here}"
        columns = f"SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE {here}"
        self.views = {name for (name,) in connection.execute(views).fetchall()}
        self.tables: dict[str, dict[str, str]] = {}
        for table, column, type_ in connection.execute(columns).fetchall():
            if table not in self.views:
                self.tables.setdefault(table, {})[column] = type_

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the file."""
        return not self.tables and not self.views

    @property
    def is_store(self) -> bool:
        """Whether it is a store, of whatever format."""
        return "coprometrics_store" in self.tables

    def missing(self) -> list[tuple[type[Record], str | None]] | None:
        """Say what an older store lacks, which may be nothing; None for one of this release.

        Returns:
            The columns, by type of record; None stands for a whole table.

        Raises:
            StoreVersionError: when a newer release wrote it.
            StoreError: when it is damaged: what it notes of itself, or a column of another type.
        """
        found = self._format()
        if found > FORMAT:
            raise self._newer(f"it has format {found}, this release knows {FORMAT}")
        self._demand("coprometrics_sources", _SOURCES)
        missing = self._missing_columns()
        return missing if missing or found < FORMAT else None

    def _format(self) -> int:
        """Give the format that it notes of itself."""
        self._demand("coprometrics_store", _STORE)
        rows = self._connection.execute(
            "SELECT DISTINCT setting FROM coprometrics_store WHERE name = 'format'"
        ).fetchall()
        noted = rows[0][0] if len(rows) == 1 else None
        if noted is None or not re.fullmatch("[1-9][0-9]{0,17}", noted):
            raise self._damaged("it does not say which format it has")
        return int(noted)

    def _missing_columns(self) -> list[tuple[type[Record], str | None]]:
        missing: list[tuple[type[Record], str | None]] = []
        for record_type in RECORD_TYPES:
            name = record_type.record_name
            known = {
                field: _SQL_TYPES[spec.kind] for field, spec in field_specs(record_type).items()
            }
            known |= dict.fromkeys(_OWN, "BIGINT")
            there = self._columns(name, known)
            if not there:
                missing.append((record_type, None))
                continue
            if newer := there - known.keys():
                raise self._newer(f"{name} has {', '.join(sorted(newer))}")
            missing.extend((record_type, column) for column in known if column not in there)
        return missing

    def _demand(self, table: str, columns: Mapping[str, str]) -> None:
        """Refuse a store without a table in which it notes things of itself."""
        if columns.keys() - self._columns(table, columns):
            raise self._damaged("a table of its own, or a column of one, is missing")

    def _columns(self, table: str, known: Mapping[str, str]) -> set[str]:
        """Name the columns of a table, where those known have the types that they should."""
        if table in self.views:
            raise self._damaged(f"{table} is a view, and no table")
        there = self.tables.get(table, {})
        for column, type_ in known.items():
            if there.get(column, type_) != type_:
                raise self._damaged(f"{table}.{column} is {there[column]}, and should be {type_}")
        return set(there)

    def migrate(self, missing: list[tuple[type[Record], str | None]]) -> None:
        """Make what is missing and note the present format, in one transaction."""
        self._connection.begin()
        for record_type, name in missing:
            if name is None:
                _create_table(self._connection, record_type)
                continue
            spec = field_specs(record_type)[name]
            column = _column(name, spec).removesuffix(" NOT NULL")
            default = f" DEFAULT {_literal(spec.default)}"
            self._connection.execute(
                f"ALTER TABLE {quoted(record_type.record_name)} ADD COLUMN {column}{default}"
            )
        self._connection.execute(
            f"UPDATE coprometrics_store SET setting = '{FORMAT}' WHERE name = 'format'"
        )
        self._connection.commit()

    def _damaged(self, why: str) -> StoreError:
        remedy = "put a copy of it back, or import everything into a new store"
        return not_opened(self._name, f"it is damaged: {why}", remedy)

    def _newer(self, why: str) -> StoreError:
        return StoreVersionError(
            f"a newer release of coprometrics wrote this store ({why})",
            where=self._name,
            remedy="upgrade coprometrics",
        )


def _create_table(connection: duckdb.DuckDBPyConnection, record_type: type[Record]) -> None:
    columns = [_column(name, spec) for name, spec in field_specs(record_type).items()]
    columns.append(_written(dict.fromkeys(_OWN, "BIGINT")))
    connection.execute(f"CREATE TABLE {quoted(record_type.record_name)} ({', '.join(columns)})")


def _written(columns: Mapping[str, str], required: Collection[str] = ()) -> str:
    return ", ".join(
        f"{name} {type_}{' NOT NULL' if name in required else ''}"
        for name, type_ in columns.items()
    )


def _column(name: str, spec: FieldSpec) -> str:
    required = "" if spec.nullable else " NOT NULL"
    return f"{quoted(name)} {_SQL_TYPES[spec.kind]}{required}"


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return "[]" if isinstance(value, tuple) else f"'{value}'"
