"""The store itself: opening, reading, and bringing older ones up to date."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb
import pyarrow as pa

from coprometrics.errors import StoreError
from coprometrics.records import RECORD_TYPES, Record, field_specs
from coprometrics.store._files import new_file, sweep, take_name
from coprometrics.store._layout import Layout, create
from coprometrics.store._opening import FAILURES, SEE_FOLDER, connect, identity, not_opened
from coprometrics.store._sql import number, quoted
from coprometrics.store.writing import PLACE, Provenance, Transaction, Written
from coprometrics.tables.arrow import arrow_schema, from_table, to_table

__all__ = ["Store"]

_R = TypeVar("_R", bound=Record)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FEW = 100_000
_ONE_AT_A_TIME = threading.Lock()
_WRITTEN: set[tuple[int, int]] = set()
"""The files that this process is writing to."""


class Store:
    """A store of records; use ``Store.open``.

    Attributes:
        name: what it is called in errors.
        undone: how many transactions were undone; what was noted within them is gone.

    Examples:
        >>> from coprometrics.records import Organisation
        >>> with Store.open() as store:
        ...     _ = store.write([Organisation(id="list:1", name="A council", kind="council")])
        ...     store.count(Organisation)
        1
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, name: str, path: Path | None = None
    ) -> None:
        self._connection = connection
        self._path = path
        self._file = None if path is None else identity(path)
        self.name = name
        self.undone = 0

    @classmethod
    def open(
        cls, path: Path | str | None = None, *, read_only: bool = False, create: bool = True
    ) -> Store:
        """Open a store, and make it when it is not there.

        A store that an older release wrote is brought to this release's format first.

        Args:
            path: a DuckDB file; None for a store in memory.
            read_only: open it for reading only; several processes can do so at once.
            create: whether a file that is not there is made.

        Raises:
            StoreVersionError: when a newer release wrote it.
            StoreError: when it cannot be opened.
        """
        name = "memory" if path is None else str(path)
        # Some names, such as :memory:, are no files to DuckDB; an absolute path always is one.
        place = None if path is None else Path(path).absolute()
        if place is not None and identity(place) is None and (read_only or not create):
            raise StoreError(
                "there is no such store", where=name, remedy="make one with 'coprometrics import'"
            )
        if place is not None and not read_only:
            try:
                cls._make(place, name)
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error)
                raise not_opened(name, why, SEE_FOLDER) from None
        connection = connect(place, name, read_only=read_only)
        store = cls(connection, name, place)
        try:
            store._prepare(read_only=read_only)
        except BaseException:
            connection.close()
            raise
        return store

    @classmethod
    def _make(cls, place: Path, name: str) -> None:
        """Make the file of a store that is not there: a whole store, or no file."""
        file = place.resolve()
        sweep(file)
        if file.exists():
            return
        log = file.with_name(f"{file.name}.wal")
        if log.exists():
            raise StoreError(
                f"the store is not there, but {log.name}, with its last changes, is",
                where=name,
                remedy="put the store back beside it, or name another file",
            )
        with new_file(file) as passing:
            connection = connect(passing, name, read_only=False)
            try:
                store = cls(connection, name)
                with store._translated():
                    create(connection)
                    connection.execute("CHECKPOINT")
            finally:
                connection.close()
                passing.with_name(f"{passing.name}.wal").unlink(missing_ok=True)
            take_name(passing, file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; a second time does nothing."""
        self._connection.close()

    def frame(self, record_type: type[Record]) -> duckdb.DuckDBPyRelation:
        """Give all records of a type as a DuckDB relation with the type's columns."""
        columns = ", ".join(quoted(name) for name in field_specs(record_type))
        table = quoted(record_type.record_name)
        return self._connection.sql(f"SELECT {columns} FROM {table}")

    def frames(self) -> dict[type[Record], duckdb.DuckDBPyRelation | pa.Table]:
        """Give the records of every type, as metrics take them.

        Few records come as an Arrow table: to plan queries over a relation takes longer than to
        work through them. Many stay where they are, and are worked through there.
        """
        return {
            record_type: self.table(record_type)
            if self.count(record_type) <= _FEW
            else self.frame(record_type)
            for record_type in RECORD_TYPES
        }

    def table(self, record_type: type[Record]) -> pa.Table:
        """Give all records of a type as an Arrow table, in the order of their ids."""
        table: pa.Table = self.frame(record_type).order("id").to_arrow_table()
        return table.cast(arrow_schema(record_type))

    def records(self, record_type: type[_R]) -> Iterator[_R]:
        """Give all records of a type one by one, in the order of their ids."""
        return from_table(self.table(record_type), record_type)

    def count(self, record_type: type[Record]) -> int:
        """Say how many records of a type there are."""
        return number(self._connection, f"SELECT count(*) FROM {quoted(record_type.record_name)}")

    def provenance(self, record_type: type[Record]) -> duckdb.DuckDBPyRelation:
        """Give, for each record of a type, its id, its source and its place in it."""
        places = ", ".join(f"r.{name}" for name in PLACE)
        return self._connection.sql(
            f"SELECT r.id, {places}, s.importer, s.importer_version, s.core_version, "
            "s.source_name, s.source_sha256, s.imported_at "
            f"FROM {quoted(record_type.record_name)} r JOIN coprometrics_sources s "
            "USING (source_number)"
        )

    def sources(self) -> list[Provenance]:
        """Give every import that this store has seen, oldest first."""
        rows = self._connection.execute(
            "SELECT importer, importer_version, source_name, source_sha256, core_version, "
            "epoch_us(imported_at) FROM coprometrics_sources ORDER BY source_number"
        ).fetchall()
        return [
            Provenance(
                importer=row[0],
                importer_version=row[1],
                source_name=row[2],
                source_sha256=row[3],
                core_version=row[4],
                imported_at=_EPOCH + dt.timedelta(microseconds=row[5]),
            )
            for row in rows
        ]

    def person_key_id(self) -> str | None:
        """Give the id of the key under which this store's people are hashed, once there is one."""
        with self._translated():
            rows = self._connection.execute(
                "SELECT setting FROM coprometrics_store WHERE name = 'person_key_id'"
            ).fetchall()
        return rows[0][0] if rows else None

    def set_person_key_id(self, key_id: str) -> None:
        """Note the id of the key for people; done once, before the first import of people."""
        with self._translated():
            self._connection.execute(
                "INSERT INTO coprometrics_store VALUES ('person_key_id', ?)", [key_id]
            )

    def write(
        self, records: list[_R], *, source_name: str = "records", importer: str = "coprometrics"
    ) -> Written:
        """Write records made in a program, all of one type, in one transaction.

        Raises:
            StoreError: when two different ones have one id.
        """
        if not records:
            return Written(0, 0, 0, 0, ())
        stamp = Provenance(
            importer, version("coprometrics"), source_name, None, dt.datetime.now(dt.UTC)
        )
        with self.transaction(stamp) as transaction:
            transaction.append(type(records[0]), to_table(records, type(records[0])))
            written = transaction.finish()
            if written.conflicts:
                raise StoreError(
                    f"different records have the id {written.conflicts[0].id!r}", where=self.name
                )
        return written

    @contextlib.contextmanager
    def transaction(self, provenance: Provenance) -> Iterator[Transaction]:
        """Write one source: all of it lands when the block ends, none of it when it fails.

        Raises:
            StoreError: when the store cannot be written, for instance because the disk is full.
        """
        with self._alone():
            with self._translated():
                self._connection.begin()
            done = False
            try:
                with self._translated():
                    transaction = Transaction(self._connection, provenance)
                    yield transaction
                    transaction.finish()
                    self._connection.commit()
                    done = True
            finally:
                if not done:
                    self.undone += 1
                    with contextlib.suppress(duckdb.Error):
                        self._connection.rollback()
            self._see_file()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others of this process from writing meanwhile; DuckDB keeps other processes out."""
        if self._file is None:
            yield
            return
        with _ONE_AT_A_TIME:
            if self._file in _WRITTEN:
                raise StoreError(
                    "something else in this process is writing to it",
                    where=self.name,
                    remedy="wait for it to end, then try again",
                )
            _WRITTEN.add(self._file)
        try:
            yield
        finally:
            with _ONE_AT_A_TIME:
                _WRITTEN.discard(self._file)

    def _see_file(self) -> None:
        """See that the file is still there: one that was removed takes what is written with it."""
        if self._path is not None and identity(self._path) != self._file:
            raise StoreError(
                "the file was moved or removed while it was written",
                where=self.name,
                remedy="put it back if you can, and import again",
            )

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except RuntimeError as error:
            # This is how DuckDB says that Ctrl-C ended a query.
            if str(error) != "Query interrupted":
                raise
            raise KeyboardInterrupt from None
        except FAILURES as error:
            reason = str(error).splitlines()[0]
            raise StoreError(
                f"cannot be written ({reason})", where=self.name, remedy=SEE_FOLDER
            ) from None
        except duckdb.InvalidInputException as error:
            # Ctrl-C may come while DuckDB asks Python for the columns of what is to be inserted.
            if "KeyboardInterrupt" in str(error):
                raise KeyboardInterrupt from None
            if "read-only" not in str(error):
                raise
            raise StoreError("was opened for reading only", where=self.name) from None

    def _prepare(self, *, read_only: bool) -> None:
        try:
            self._bring_up_to_date(read_only=read_only)
        except FAILURES as error:
            reason = str(error).splitlines()[0]
            raise not_opened(self.name, reason, "put a copy of it back, if it is damaged") from None

    def _bring_up_to_date(self, *, read_only: bool) -> None:
        layout = Layout(self._connection, self.name)
        if not layout.is_store:
            if not layout.is_empty or read_only:
                raise StoreError(
                    "this DuckDB file is not a store of coprometrics",
                    where=self.name,
                    remedy="name another file",
                )
            with self._translated():
                create(self._connection)
            return
        missing = layout.missing()
        if missing is None:
            return
        if read_only:
            raise StoreError(
                "an older release wrote this store",
                where=self.name,
                remedy="open it once for writing, to bring it up to date",
            )
        with self._translated():
            layout.migrate(missing)
