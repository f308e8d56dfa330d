"""The files within a zip archive or a folder, read without trust.

An archive comes from outside. Nothing is extracted to disk, and nothing is believed before it is
checked: names that lead out of the archive, links, passwords, names that occur twice, entries that
lie over one another, and sizes that are wrong or too large are all refused. What is refused is the
archive as a whole, so that nobody imports half of it.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from attrs import define, field, frozen

from coprometrics.errors import SourceError, is_unicode, shown
from coprometrics.importers.contract import Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Archive", "Limits", "open_archive"]

MOST_MEMBERS = 100_000
MOST_BYTES = 4 << 30
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 16 << 20
_LARGEST_DIRECTORY = 16 << 20
_LOCAL_HEADER = 30
_BUFFER = 1 << 20
_LONGEST_NAME = 1_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NO_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:")
_AGAIN = "get the archive again from where it came from, and give it as it is"


@frozen
class Limits:
    """How much of an archive is read at most.

    Attributes:
        members: how many files it may hold.
        total: how many bytes may be unpacked from it, all files together. What nobody opens does
            not count.
        member: how many bytes one file may have, unpacked.
        ratio: how many times its packed size a file may have, where it is larger than 16 MiB.
    """

    members: int = MOST_MEMBERS
    total: int = MOST_BYTES
    member: int = MOST_BYTES
    ratio: int = HIGHEST_RATIO


class _Entry(Protocol):
    """One file of an archive: how large it says it is, and how to read it."""

    @property
    def size(self) -> int: ...

    @property
    def packed(self) -> int | None: ...

    def open(self) -> BinaryIO: ...


@define
class Archive:
    """A zip archive or a folder that has been opened and found safe.

    Attributes:
        name: what it is called in messages.
        limits: how much of it is read.
    """

    name: str
    limits: Limits
    _entries: dict[str, _Entry]
    _unpacked: int = field(default=0, init=False)

    def names(self) -> list[str]:
        """List the files by their paths within, with ``/`` between the parts, in order."""
        return sorted(self._entries)

    def size(self, name: str) -> int:
        """Give how many bytes a file says it has, unpacked.

        Raises:
            SourceError: when there is no such file.
        """
        return self._entry(name).size

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading bytes. Every byte read is counted against the limits.

        Raises:
            SourceError: when there is no such file, or it is larger than the limits allow. Reading
                raises it too: where the file is damaged, or turns out larger than it said.
        """
        entry = self._entry(name)
        self._check(name, entry.size, entry)
        self._check_total(name, self._unpacked + entry.size)
        with _faults(self._place(name)):
            stream = entry.open()

        def count(more: int, read: int) -> None:
            self._unpacked += more
            self._check(name, read, entry)
            self._check_total(name, self._unpacked)

        raw = _Counted(stream, entry.size, self._place(name), count)
        return cast("BinaryIO", io.BufferedReader(raw, _BUFFER))

    def _entry(self, name: str) -> _Entry:
        if name not in self._entries:
            raise SourceError(f"there is no file {shown(name)} in it", where=self.name)
        return self._entries[name]

    def _place(self, name: str) -> str:
        return f"{self.name}: {name}"

    def _check(self, name: str, size: int, entry: _Entry) -> None:
        if size > self.limits.member:
            raise SourceError(
                f"it has {size:,} bytes, and {self.limits.member:,} are allowed",
                where=self._place(name),
                remedy="give a smaller export, such as one of a shorter time",
            )
        packed = entry.packed
        if packed is None or size <= RATIO_COUNTS_FROM:
            return
        if size > self.limits.ratio * max(packed, 1):
            raise SourceError(
                f"{packed:,} packed bytes unpack to {size:,} or more, as in an archive made to "
                "fill the memory",
                where=self._place(name),
                remedy=_AGAIN,
            )

    def _check_total(self, name: str, total: int) -> None:
        if total > self.limits.total:
            raise SourceError(
                f"more than {self.limits.total:,} bytes would be unpacked",
                where=self._place(name),
                remedy="give a smaller export, such as one of a shorter time",
            )


class _Counted(io.RawIOBase):
    """A stream that counts what is read, and turns every fault into a SourceError."""

    def __init__(
        self, stream: BinaryIO, size: int, place: str, count: Callable[[int, int], None]
    ) -> None:
        self._stream = stream
        self._size = size
        self._place = place
        self._count = count
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        with _faults(self._place):
            data = self._stream.read(len(view))
        if not data and self._read < self._size:
            raise _damaged(self._place, "it ends too early")
        view[: len(data)] = data
        self._read += len(data)
        self._count(len(data), self._read)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


@contextmanager
def open_archive(source: Source, limits: Limits | None = None) -> Iterator[Archive]:
    """Open a zip archive or a folder, and check all that can be checked before reading.

    Args:
        source: the zip file or the folder.
        limits: how much of it is read at most.

    Raises:
        SourceError: when it is neither, is damaged or not safe; says why and what to do.

    Examples:
        >>> import tempfile, zipfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "export.zip")
        ...     with zipfile.ZipFile(path, "w") as made:
        ...         made.writestr("data/a.txt", "hello")
        ...     with open_archive(Source.at(path)) as archive:
        ...         archive.names()
        ...         archive.open("data/a.txt").read()
        ['data/a.txt']
        b'hello'
    """
    limits = limits or Limits()
    if source.path.is_dir():
        yield Archive(source.name, limits, _folder(source, limits))
        return
    with source.open() as file:
        with _faults(source.name):
            zipped = zipfile.ZipFile(cast("BinaryIO", _Guarded(file, source.name)))
        with zipped:
            yield Archive(source.name, limits, _members(zipped, source.name, limits))


class _Guarded:
    """A file of which no more is read at once than the list of a zip archive may have."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name

    def read(self, size: int = -1) -> bytes:
        if size <= _LARGEST_DIRECTORY:
            data = self._file.read(_LARGEST_DIRECTORY + 1 if size < 0 else size)
            if len(data) <= _LARGEST_DIRECTORY:
                return data
        raise SourceError(
            "the list of its files is too long to be that of an export",
            where=self._name,
            remedy=_AGAIN,
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@frozen
class _Member:
    """A file within a zip archive."""

    zipped: zipfile.ZipFile
    info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        return self.info.file_size

    @property
    def packed(self) -> int | None:
        return self.info.compress_size

    def open(self) -> BinaryIO:
        if self.info.compress_type not in _METHODS:
            raise NotImplementedError
        return cast("BinaryIO", self.zipped.open(self.info))


@frozen
class _File:
    """A file within a folder."""

    path: Path
    size: int
    packed: int | None = None

    def open(self) -> BinaryIO:
        # A link that was put there since the folder was listed is not followed.
        handle = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        return os.fdopen(handle, "rb")


def _members(zipped: zipfile.ZipFile, where: str, limits: Limits) -> dict[str, _Entry]:
    infos = zipped.infolist()
    _check_number(len(infos), where, limits)
    _check_overlaps(infos, zipped.start_dir, where)
    entries: dict[str, _Entry] = {}
    for info in infos:
        name = info.orig_filename
        _check_name(name, where)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise _unsafe(f"{shown(name)} is a link to another file", where)
        if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise _unsafe(f"{shown(name)} is no plain file", where)
        if info.flag_bits & 0x41:
            raise SourceError(
                "it is locked with a password",
                where=where,
                remedy="unpack it yourself and give the folder",
            )
        if name.endswith("/"):
            continue
        if name in entries:
            raise _unsafe(f"{shown(name)} is in it twice", where)
        entries[name] = _Member(zipped, info)
    return entries


def _check_number(number: int, where: str, limits: Limits) -> None:
    if number > limits.members:
        raise SourceError(
            f"there are more than {limits.members:,} files in it",
            where=where,
            remedy="give the export alone",
        )


def _check_overlaps(infos: list[zipfile.ZipInfo], end: int, where: str) -> None:
    """Refuse entries that share bytes: a few kilobytes can so be made to unpack to terabytes."""
    for info in sorted(infos, key=lambda info: info.header_offset, reverse=True):
        least = _LOCAL_HEADER + len(info.orig_filename) + info.compress_size
        if info.header_offset + least > end or info.header_offset < 0:
            raise _unsafe("its entries lie over one another", where)
        end = info.header_offset


def _check_name(name: str, where: str) -> None:
    parts = name.removesuffix("/").split("/")
    if _NO_NAME.search(name) or not is_unicode(name) or len(name) > _LONGEST_NAME:
        raise _unsafe(f"the name {shown(name)} is not safe", where)
    if any(part in ("", ".", "..") for part in parts):
        raise _unsafe(f"the name {shown(name)} leads out of the archive", where)


def _folder(source: Source, limits: Limits) -> dict[str, _Entry]:
    entries: dict[str, _Entry] = {}
    waiting = [(source.path, "")]
    while waiting:
        folder, prefix = waiting.pop()
        with _faults(source.name), os.scandir(folder) as found:
            for item in found:
                name = f"{prefix}{item.name}"
                if item.is_symlink():
                    raise _unsafe(f"{shown(name)} is a link to another file", source.name)
                if item.is_dir(follow_symlinks=False):
                    waiting.append((Path(item.path), f"{name}/"))
                elif item.is_file(follow_symlinks=False):
                    size = item.stat(follow_symlinks=False).st_size
                    entries[name] = _File(Path(item.path), size)
                _check_number(len(entries) + len(waiting), source.name, limits)
    return entries


@contextmanager
def _faults(where: str) -> Iterator[None]:
    """Turn what goes wrong in reading into errors of the source."""
    try:
        yield
    except NotImplementedError:
        raise SourceError(
            "it is packed by a method that is not read",
            where=where,
            remedy="unpack it yourself and give the folder",
        ) from None
    except RuntimeError:
        raise SourceError(
            "it is locked with a password",
            where=where,
            remedy="unpack it yourself and give the folder",
        ) from None
    except OSError as error:
        reason = error.strerror or "input or output failed"
        raise SourceError(f"cannot be read ({reason})", where=where) from None
    except zipfile.BadZipFile as error:
        crc = "CRC" in str(error)
        what = "its bytes are not those that were packed" if crc else "it is no whole zip archive"
        raise _damaged(where, what) from None
    except SourceError:
        raise
    except (zlib.error, struct.error, EOFError, ValueError, OverflowError, LookupError):
        raise _damaged(where, "it is no whole zip archive") from None


def _damaged(where: str, what: str) -> SourceError:
    return SourceError(
        f"the archive is damaged: {what}", where=where, remedy="download it again, to its end"
    )


def _unsafe(what: str, where: str) -> SourceError:
    return SourceError(f"the archive is not safe to read: {what}", where=where, remedy=_AGAIN)
