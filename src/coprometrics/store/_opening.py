"""Opening the file of a store, and saying plainly why it cannot be opened."""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb

from coprometrics.errors import StoreError, is_unicode

__all__ = ["FAILURES", "SEE_FOLDER", "connect", "identity", "not_opened"]

_MEMORY = "1GB"

SEE_FOLDER = "see whether the disk is full or the folder read-only"
FAILURES = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.SerializationException,
    duckdb.TransactionException,
)
"""What DuckDB raises where the machine fails it, or the file; a failed commit is the last."""


def connect(path: Path | None, name: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file by its absolute path, or a database in memory.

    Args:
        path: the file.
        name: what to call it in errors.
        read_only: whether it is opened for reading only.

    Raises:
        StoreError: when it cannot be opened; says why.
    """
    try:
        if path is not None:
            _check_file(path, name)
        connection = duckdb.connect(":memory:" if path is None else path, read_only=read_only)
    except duckdb.Error as error:
        text = str(error)
        folder = path.parent if path else Path()
        # Of a damaged file it says that a block has a wrong checksum.
        if "set lock" in text.lower() or "conflicting lock" in text.lower():
            why, remedy = "another process has it open", "wait for it to end, then try again"
        elif "different configuration" in text:
            why, remedy = "it is open already, in another way", "close it first"
        elif path and path.is_dir():
            why, remedy = "it is a folder", "name a file"
        elif not folder.is_dir():
            why, remedy = "its folder does not exist", "make the folder first"
        else:
            why, remedy = text.splitlines()[0], "see that the file can be read and written"
        raise not_opened(name, why, remedy) from None
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    if path is not None:
        # What needs more, such as comparing the ids of a large source, goes by way of the disk.
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
    return connection


def not_opened(name: str, why: str, remedy: str) -> StoreError:
    """Make the error of a store that cannot be opened."""
    return StoreError(f"the store cannot be opened: {why}", where=name, remedy=remedy)


def _check_file(path: Path, name: str) -> None:
    """Look for DuckDB's mark; what is missing or unreadable is left to DuckDB itself."""
    if not is_unicode(str(path)):
        raise not_opened(
            name, "DuckDB takes no path that is not UTF-8", "rename the file or its folder"
        )
    try:
        mode = path.stat().st_mode
        # A pipe would be waited for, without end; a folder DuckDB refuses.
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise not_opened(name, "it is no regular file", "name another file")
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return
    if not head:
        raise not_opened(name, "the file is empty", "delete it, or name another file")
    if head[8:] != b"DUCK":
        raise not_opened(name, "it is not a DuckDB file", "name another file")


def identity(path: Path) -> tuple[int, int] | None:
    """Say which file has a name; None when there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
