"""Writing one source: append its rows, then settle which record each id has."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa
from attrs import field, frozen

from coprometrics.errors import StoreError
from coprometrics.records import Attendance, Record, field_specs
from coprometrics.store._sql import number, quoted

__all__ = ["PLACE", "Conflict", "Overlap", "Provenance", "Transaction", "Written"]

_ENOUGH_ROWS = 8 * 122_880
"""How many rows make an insert: large ones are written by all cores, a row group each at a time."""

_ENOUGH_BYTES = 128 << 20
"""How many bytes do, for rows that are large; it bounds the memory."""

_WHOLE = "coprometrics_whole"
"""The passing table of what a source tells all of."""

PLACE = ("source_line", "source_page", "source_index")
"""The columns that say where in its source a record stands."""


@frozen
class Provenance:
    """Where records come from.

    Attributes:
        importer: the importer's name.
        importer_version: the version of the plugin's distribution.
        source_name: the source's name, without the folders of one machine.
        source_sha256: the SHA-256 of its bytes; None for a source that has none, such as records
            made in a program.
        imported_at: when it was imported.
        core_version: the version of coprometrics.
    """

    importer: str
    importer_version: str
    source_name: str
    source_sha256: str | None
    imported_at: dt.datetime
    core_version: str = field(factory=lambda: version("coprometrics"))


@frozen
class Conflict:
    """Several different records of one source that claim one id; none of them is kept.

    Attributes:
        record_type: their type.
        id: the id.
        places: for each of them the line, the page and the index at which it stands, where known.
    """

    record_type: type[Record]
    id: str
    places: tuple[tuple[int | None, int | None, int | None], ...]


@frozen
class Overlap:
    """Orders whose attendances are already there under other ids, from another source.

    Attributes:
        source_name: the other source.
        orders: how many orders.
        example: one of them.
    """

    source_name: str
    orders: int
    example: str


@frozen
class Written:
    """What a transaction did.

    Attributes:
        added: how many records are new.
        replaced: how many took the place of an older version of themselves.
        unchanged: how many were there already.
        repeated: how many rows were left out because they repeat another row of the source.
        conflicts: ids that several different records claim.
        overlaps: orders that would be counted twice.
        removed: how many of earlier sources this one has no more, though it tells all of them.
        set_back: how many of the replaced come from other sources that came after a source of the
            same bytes.
    """

    added: int
    replaced: int
    unchanged: int
    repeated: int
    conflicts: tuple[Conflict, ...]
    overlaps: tuple[Overlap, ...] = ()
    removed: int = 0
    set_back: int = 0


class Transaction:
    """What one source writes; see ``Store.transaction``.

    Rows are gathered and inserted many at a time; all are there once it is finished.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, provenance: Provenance) -> None:
        self._connection = connection
        self._gathered: dict[type[Record], list[pa.Table]] = {}
        self._rows = self._bytes = 0
        self._written: Written | None = None
        self._whole: set[tuple[str, str]] = set()
        self._number = number(connection, "SELECT max(source_number) FROM coprometrics_sources") + 1
        others_since = connection.execute(
            "SELECT source_number FROM coprometrics_sources "
            "WHERE source_sha256 IS DISTINCT FROM $1 AND source_number > "
            "(SELECT min(source_number) FROM coprometrics_sources WHERE source_sha256 = $1)",
            [provenance.source_sha256],
        ).fetchall()
        self._since = [row[0] for row in others_since]
        connection.execute(
            "INSERT INTO coprometrics_sources BY NAME SELECT ? AS source_number, ? AS importer, "
            "? AS importer_version, ? AS core_version, ? AS source_name, ? AS source_sha256, "
            "?::TIMESTAMPTZ AS imported_at",
            [
                self._number,
                provenance.importer,
                provenance.importer_version,
                provenance.core_version,
                provenance.source_name,
                provenance.source_sha256,
                provenance.imported_at.isoformat(),
            ],
        )

    def append(
        self,
        record_type: type[Record],
        rows: pa.Table,
        *,
        lines: pa.Array[Any] | None = None,
        pages: pa.Array[Any] | None = None,
        indexes: pa.Array[Any] | None = None,
    ) -> None:
        """Add rows that have been validated, with their places in the source.

        Raises:
            StoreError: when the transaction is finished.
        """
        if self._written is not None:
            raise StoreError("the transaction is finished; it takes no more rows")
        if not rows.num_rows:
            return
        table = rows
        for name, place in zip(PLACE, (lines, pages, indexes), strict=True):
            if place is not None:
                table = table.append_column(name, place)
        self._gathered.setdefault(record_type, []).append(table)
        self._rows += table.num_rows
        self._bytes += table.nbytes
        if self._rows >= _ENOUGH_ROWS or self._bytes >= _ENOUGH_BYTES:
            self._insert_gathered()

    def complete(self, record_type: type[Record], name: str, values: Any) -> None:
        """Note of which records the source tells all; see ``importers.Complete``.

        Args:
            record_type: their type.
            name: the field by which they belong together.
            values: its texts, as an Arrow array.

        Raises:
            StoreError: when the transaction is finished.
        """
        if self._written is not None:
            raise StoreError("the transaction is finished; it takes no more")
        table = quoted(record_type.record_name)
        earlier = f"SELECT count(*) FROM {table} WHERE source_number <> {self._number}"
        if not number(self._connection, earlier):
            return
        self._connection.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {_WHOLE} (type VARCHAR, field VARCHAR, text VARCHAR)"
        )
        told = self._connection.from_arrow(pa.table({"text": values}))
        told.project(f"'{record_type.record_name}', '{name}', text").insert_into(_WHOLE)
        self._whole.add((record_type.record_name, name))

    def _insert_gathered(self) -> None:
        for record_type, tables in self._gathered.items():
            for _, alike in groupby(tables, key=lambda table: table.schema):
                self._insert(record_type, pa.concat_tables(alike))
            tables.clear()
        self._rows = self._bytes = 0

    def _insert(self, record_type: type[Record], incoming: pa.Table) -> None:
        # A relation of their own has the rows: what is registered under a name DuckDB holds until
        # the transaction ends, and what is not it looks for in the frames of Python, where Ctrl-C
        # can keep it from finding anything.
        table = record_type.record_name
        given = {name: quoted(name) for name in incoming.column_names}
        given["source_number"] = str(self._number)
        columns = (given.get(name, "NULL") for name in self._connection.table(table).columns)
        self._connection.from_arrow(incoming).project(", ".join(columns)).insert_into(table)

    def finish(self, *, complete: bool = True) -> Written:
        """Settle ids: drop repeats, replace older versions, take out conflicts.

        Args:
            complete: whether what is not in the source any more is removed, of the records of
                which it tells all.
        """
        if self._written is None:
            self._insert_gathered()
            overlaps = self._overlaps() if Attendance in self._gathered else ()
            removed = self._remove() if complete and not overlaps else 0
            parts = [
                _Settlement(self._connection, record_type, self._number).settle(self._since)
                for record_type in self._gathered
            ]
            self._written = Written(
                added=sum(part.added for part in parts),
                replaced=sum(part.replaced for part in parts),
                unchanged=sum(part.unchanged for part in parts),
                repeated=sum(part.repeated for part in parts),
                conflicts=tuple(conflict for part in parts for conflict in part.conflicts),
                overlaps=overlaps,
                removed=removed,
                set_back=sum(part.set_back for part in parts),
            )
            if self._whole:
                self._connection.execute(f"DROP TABLE {_WHOLE}")
        return self._written

    def _remove(self) -> int:
        """Remove what the source tells no more, though it tells all of what that belongs to."""
        removed = 0
        for record_name, name in sorted(self._whole):
            table = quoted(record_name)
            told = f"(SELECT text FROM {_WHOLE} WHERE type = '{record_name}' AND field = '{name}')"
            theirs = f"{quoted(name)} IN {told}"
            if name == "id":
                theirs = f"({theirs} OR regexp_replace(id, ':[^:]*$', '') IN {told})"
            removed += number(
                self._connection,
                f"DELETE FROM {table} WHERE source_number <> {self._number} AND {theirs} "
                f"AND id NOT IN (SELECT id FROM {table} WHERE source_number = {self._number})",
            )
        return removed

    def _overlaps(self) -> tuple[Overlap, ...]:
        """Find orders that are also there from another source, with no attendance in common.

        Some exports of a system have no id for an attendance, so that only its order tells that
        it is there already.
        """
        rows = self._connection.execute(
            "WITH fresh AS (SELECT DISTINCT order_id, id FROM attendance "
            f"WHERE source_number = {self._number} AND order_id IS NOT NULL), "
            "held AS (SELECT DISTINCT order_id, id, source_number FROM attendance "
            f"WHERE source_number <> {self._number} "
            "AND order_id IN (SELECT order_id FROM fresh)), "
            "shared AS (SELECT DISTINCT held.order_id FROM held JOIN fresh USING (order_id, id)) "
            "SELECT source_name, count(DISTINCT order_id), min(order_id) "
            "FROM held JOIN coprometrics_sources USING (source_number) "
            "WHERE order_id NOT IN (SELECT order_id FROM shared) "
            "GROUP BY source_name ORDER BY source_name"
        ).fetchall()
        return tuple(Overlap(*row) for row in rows)


class _Settlement:
    """Brings the new rows of one table (those with the new source number) to one for each id."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, record_type: type[Record], source: int
    ) -> None:
        self._connection = connection
        self._type = record_type
        self._table = quoted(record_type.record_name)
        self._new = f"source_number = {source}"
        self._old = f"source_number <> {source}"
        self._same = " AND ".join(
            f"a.{quoted(name)} IS NOT DISTINCT FROM b.{quoted(name)}"
            for name in field_specs(record_type)
        )

    def settle(self, since: list[int]) -> Written:
        """Settle the ids, and count what is set back of the sources with some numbers."""
        conflicts = self._take_out_conflicts() if self._repeats() else ()
        repeated = self._drop_repeats() if self._repeats() else 0
        both = 0
        if self._count(self._old):
            both = self._count(
                f"{self._old} AND id IN (SELECT id FROM {self._table} WHERE {self._new})"
            )
        unchanged = self._drop_unchanged() if both else 0
        replaced = both - unchanged
        set_back = 0
        if replaced:
            if since:
                set_back = self._count(
                    f"source_number IN ({', '.join(map(str, since))}) "
                    f"AND id IN (SELECT id FROM {self._table} WHERE {self._new})"
                )
            self._connection.execute(
                f"DELETE FROM {self._table} WHERE {self._old} AND id IN "
                f"(SELECT id FROM {self._table} WHERE {self._new})"
            )
        added = self._count(self._new) - replaced
        return Written(added, replaced, unchanged, repeated, conflicts, set_back=set_back)

    def _count(self, which: str) -> int:
        return number(self._connection, f"SELECT count(*) FROM {self._table} WHERE {which}")

    def _repeats(self) -> bool:
        return bool(
            number(
                self._connection,
                f"SELECT count(*) - count(DISTINCT id) FROM {self._table} WHERE {self._new}",
            )
        )

    def _take_out_conflicts(self) -> tuple[Conflict, ...]:
        """Find ids whose rows differ, and take out every row of them."""
        places = ", ".join(f"list({name} ORDER BY place)" for name in PLACE)
        rows = self._connection.execute(
            f"WITH twice AS (SELECT *, rowid AS place FROM {self._table} WHERE {self._new} "
            f"AND id IN (SELECT id FROM {self._table} WHERE {self._new} "
            "GROUP BY id HAVING count(*) > 1)), "
            "first AS (SELECT * FROM twice QUALIFY row_number() OVER "
            "(PARTITION BY id ORDER BY place) = 1), "
            "odd AS (SELECT DISTINCT a.id FROM twice a JOIN first b ON a.id = b.id "
            f"WHERE NOT ({self._same})) "
            f"SELECT id, {places} FROM twice WHERE id IN (SELECT id FROM odd) "
            "GROUP BY id ORDER BY id"
        ).fetchall()
        if rows:
            self._connection.execute(
                f"DELETE FROM {self._table} WHERE {self._new} AND id IN (SELECT unnest(?))",
                [[row[0] for row in rows]],
            )
        return tuple(
            Conflict(self._type, id_, tuple(zip(*numbers, strict=True))) for id_, *numbers in rows
        )

    def _drop_repeats(self) -> int:
        return number(
            self._connection,
            f"DELETE FROM {self._table} WHERE {self._new} AND rowid NOT IN "
            f"(SELECT min(rowid) FROM {self._table} WHERE {self._new} GROUP BY id)",
        )

    def _drop_unchanged(self) -> int:
        return number(
            self._connection,
            f"DELETE FROM {self._table} WHERE {self._new} AND id IN "
            f"(SELECT a.id FROM {self._table} a JOIN {self._table} b ON a.id = b.id "
            f"WHERE a.{self._new} AND b.{self._old} AND {self._same})",
        )
