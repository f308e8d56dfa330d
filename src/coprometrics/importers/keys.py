"""The workspace's secret key, under which people become pseudonyms.

The key is made on first use, in a file that only its owner can read, and is never written to a
store. A store keeps the key's id instead, so that a lost or changed key is noticed before the
same people come in a second time as strangers.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa

from coprometrics.errors import ImporterError
from coprometrics.importers.pseudonyms import person_keys
from coprometrics.records.people import cmac, person_key
from coprometrics.store import Store
from coprometrics.store._files import new_file, sweep, take_name

__all__ = ["PeopleKey", "key_file_of"]

_BYTES = 32


class PeopleKey:
    """The key for one workspace; ``pseudonym`` turns an address into a person's key.

    It is opened when the first person comes, so that an import without people needs none.

    Args:
        path: the file that holds it as hexadecimal digits; made on first use. None for a key
            that lives as long as this object, for data that is never stored.
        store: the store that the people go into; its key id must fit.
        keeps: whether a key that is missing is made, and its id noted in the store. Without it a
            missing key is one that lives as long as this object.

    Examples:
        >>> key = PeopleKey()
        >>> key.pseudonym("ada@example.org") == key.pseudonym(" ADA@example.org")
        True
    """

    def __init__(
        self, path: Path | None = None, store: Store | None = None, *, keeps: bool = True
    ) -> None:
        self._path = path
        self._store = store
        self._keeps = keeps
        self._key: bytes | None = None
        self._undone = 0

    def pseudonym(self, address: str) -> str:
        """Give the pseudonym of the person with an address.

        Raises:
            ImporterError: when the key cannot be used or is not the one of the store.
        """
        return person_key(address, self._ready())

    def pseudonyms(self, addresses: pa.Array[Any]) -> pa.Array[Any]:
        """Give the pseudonyms of a column of addresses; null for null.

        Raises:
            ImporterError: when the key cannot be used or is not the one of the store.
        """
        return person_keys(addresses, self._ready())

    def _ready(self) -> bytes:
        undone = self._store.undone if self._store else 0
        if self._key is None or undone != self._undone:
            # The store's note of the key's id goes with the transaction in which it was made.
            self._key, self._undone = self._open(), undone
        return self._key

    def _open(self) -> bytes:
        if self._path is None:
            return self._key or secrets.token_bytes(_BYTES)
        expected = self._store.person_key_id() if self._store else None
        if not os.path.lexists(self._path):
            if expected:
                raise ImporterError(
                    f"the people in this store were hashed under key {expected}, which is not here",
                    where=str(self._path),
                    remedy="put the key file back, or import everything into a new store",
                )
            if not self._keeps:
                return self._key or secrets.token_bytes(_BYTES)
            self._make(self._path)
        key = self._read(self._path)
        key_id = _key_id(key)
        if expected and expected != key_id:
            raise ImporterError(
                f"this is key {key_id}, but the people in this store were hashed under {expected}",
                where=str(self._path),
                remedy="use the key file of this store, or import everything into a new store",
            )
        if self._store and not expected and self._keeps:
            self._store.set_person_key_id(key_id)
        return key

    @staticmethod
    def _make(path: Path) -> None:
        """Make a key file, whole or not at all; one that another process makes first is left."""
        try:
            with new_file(path) as passing:
                handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_bytes(_BYTES).hex() + "\n")
                    file.flush()
                    # The key must outlast a power cut that the people hashed under it outlast.
                    os.fsync(file.fileno())
                take_name(passing, path)
        except OSError as error:
            raise ImporterError(
                f"the key for people cannot be made ({error.strerror})",
                where=str(path),
                remedy="see whether the disk is full, or name another file with --key-file",
            ) from None

    @staticmethod
    def _read(path: Path) -> bytes:
        sweep(path)
        try:
            mode = path.stat().st_mode
            # A pipe would be waited for, without end.
            text = path.read_bytes() if stat.S_ISREG(mode) else b""
        except OSError as error:
            raise ImporterError(
                f"the key for people cannot be read ({error.strerror})", where=str(path)
            ) from None
        if not stat.S_ISREG(mode):
            raise ImporterError(
                "the key for people must be in a regular file, and this is none",
                where=str(path),
                remedy="name the file that holds it",
            )
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ImporterError(
                "the key for people can be read by others",
                where=str(path),
                remedy="take their rights away: chmod 600",
            )
        try:
            key = bytes.fromhex(text.decode("ascii").strip())
        except ValueError:
            key = b""
        if len(key) != _BYTES:
            raise ImporterError(
                f"this is not a key file: it must hold {2 * _BYTES} hexadecimal digits",
                where=str(path),
                remedy="put the right file back, or delete it if nothing was imported under it",
            )
        return key


def key_file_of(store_path: Path, *named: Path | str | None) -> Path:
    """Say where the key of a store is: the first file that is named, or else one beside the store.

    Examples:
        >>> key_file_of(Path("/data/my.duckdb"), None, "safe/people.key").as_posix()
        'safe/people.key'
        >>> key_file_of(Path("/data/my.duckdb")).as_posix()
        '/data/coprometrics.key'
    """
    beside = store_path.absolute().parent / "coprometrics.key"
    return next((Path(file) for file in named if file), beside)


def _key_id(key: bytes) -> str:
    return cmac(b"coprometrics key id", key)[:4].hex()
