"""The tables of a store: making them, and bringing those of an older release up to date."""

from __future__ import annotations

import re
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
    "instant": "TIMESTAMPTZ",
    "strings": "VARCHAR[]",
}
_SOURCES = (
    "source_number BIGINT NOT NULL, importer VARCHAR, importer_version VARCHAR, "
    "core_version VARCHAR, source_name VARCHAR, source_sha256 VARCHAR, imported_at TIMESTAMPTZ"
)
_SOURCE_NAMES = ", ".join(column.split()[0] for column in _SOURCES.split(", "))
_OWN = ("source_number", *PLACE)


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all the tables of a store, in one transaction."""
    connection.begin()
    for statement in (
        "CREATE TABLE coprometrics_store (name VARCHAR NOT NULL, setting VARCHAR NOT NULL)",
        f"CREATE TABLE coprometrics_sources ({_SOURCES})",
        f"INSERT INTO coprometrics_store VALUES ('format', '{FORMAT}')",
    ):
        connection.execute(statement)
    for record_type in RECORD_TYPES:
        _create_table(connection, record_type)
    connection.commit()


class Layout:
    """What a DuckDB file has of the tables of a store.

    Attributes:
        tables: the names of all its tables.

    Args:
        connection: the file.
        name: what it is called in errors.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._connection = connection
        self._name = name
        self.tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}

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
            StoreError: when what it notes of itself is damaged.
        """
        found = self._format()
        missing = self._missing_columns()
        if found > FORMAT:
            raise self._newer(f"it has format {found}, this release knows {FORMAT}")
        return missing if missing or found < FORMAT else None

    def _format(self) -> int:
        """Give the format that it notes of itself, where it notes its sources too."""
        try:
            rows = self._connection.execute(
                "SELECT DISTINCT setting::VARCHAR FROM coprometrics_store WHERE name = 'format'"
            ).fetchall()
            self._connection.execute(f"SELECT {_SOURCE_NAMES} FROM coprometrics_sources LIMIT 0")
        except (duckdb.BinderException, duckdb.CatalogException):
            raise self._damaged("a table of its own, or a column of one, is missing") from None
        noted = rows[0][0] if len(rows) == 1 else None
        if noted is None or not re.fullmatch("[1-9][0-9]{0,17}", noted):
            raise self._damaged("it does not say which format it has")
        return int(noted)

    def _missing_columns(self) -> list[tuple[type[Record], str | None]]:
        missing: list[tuple[type[Record], str | None]] = []
        for record_type in RECORD_TYPES:
            if record_type.record_name not in self.tables:
                missing.append((record_type, None))
                continue
            described = self._connection.execute(
                f"DESCRIBE {quoted(record_type.record_name)}"
            ).fetchall()
            there = {row[0] for row in described}
            known = [*field_specs(record_type), *_OWN]
            if newer := there.difference(known):
                raise self._newer(f"{record_type.record_name} has {', '.join(sorted(newer))}")
            missing.extend((record_type, name) for name in known if name not in there)
        return missing

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
    columns += [f"{name} BIGINT" for name in _OWN]
    connection.execute(f"CREATE TABLE {quoted(record_type.record_name)} ({', '.join(columns)})")


def _column(name: str, spec: FieldSpec) -> str:
    required = "" if spec.nullable else " NOT NULL"
    return f"{quoted(name)} {_SQL_TYPES[spec.kind]}{required}"


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return "[]" if isinstance(value, tuple) else f"'{value}'"
