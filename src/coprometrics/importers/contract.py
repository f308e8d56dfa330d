"""What an importer is, and what passes between it and the core.

An importer reads one source and yields, in the order of the source, batches of rows, rows that
it must refuse, and what else a person should know. Checking, provenance, de-duplication and
writing are the core's work: see ``coprometrics.importers.runner``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, runtime_checkable

import pyarrow as pa
from attrs import Factory, frozen

from coprometrics.errors import SourceError
from coprometrics.records import Record

__all__ = [
    "HOOK_API",
    "Batch",
    "Complete",
    "Context",
    "Importer",
    "Item",
    "Locator",
    "Match",
    "Notice",
    "Problem",
    "Refusal",
    "Skipped",
    "Source",
]

HOOK_API = 1
"""The version of this contract."""

_CHUNK = 1 << 20
_HEAD = 1 << 16
_MOST_FILES = 100_000


@frozen
class Source:
    """A file or folder to import from.

    Attributes:
        path: where it is.
        name: what it is called in provenance and messages; never a path of one machine.
    """

    path: Path
    name: str

    @classmethod
    def at(cls, path: Path | str, *, name: str | None = None) -> Source:
        """Take the file or folder at a path.

        Raises:
            SourceError: when there is nothing there, or what is there has no name.
        """
        place = Path(path)
        try:
            mode = place.stat().st_mode
        except FileNotFoundError:
            raise SourceError(
                "there is no such file", where=str(path), remedy="check the name and the folder"
            ) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SourceError(f"cannot be read ({reason})", where=str(path)) from None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise SourceError(
                "this is neither a file nor a folder", where=str(path), remedy="save it to a file"
            )
        return cls(path=place, name=name or _name_of(place))

    def open(self) -> BinaryIO:
        """Open the file for reading bytes.

        Raises:
            SourceError: when it cannot be opened.
        """
        try:
            return self.path.open("rb")
        except OSError as error:
            raise SourceError(f"cannot be read ({error.strerror})", where=self.name) from None

    def head(self, size: int = _HEAD) -> bytes:
        """Give the first bytes, which is all that ``identify`` may look at."""
        if self.path.is_dir():
            return b""
        with self.open() as file, _reading(self.name):
            return file.read(size)

    def files(self) -> list[str]:
        """List the files within a folder, by their paths from it, in the order of their names.

        Links are not followed, so that nothing outside of the folder is read.

        Raises:
            SourceError: when it cannot be listed, or there are too many.
        """
        names: list[str] = []

        def failed(error: OSError) -> None:
            raise SourceError(f"cannot be listed ({error.strerror})", where=self.name) from None

        for folder, _folders, files in os.walk(self.path, onerror=failed):
            for name in files:
                place = Path(folder, name)
                if not place.is_symlink() and place.is_file():
                    names.append(place.relative_to(self.path).as_posix())
            if len(names) > _MOST_FILES:
                raise SourceError(
                    f"there are more than {_MOST_FILES:,} files in it",
                    where=self.name,
                    remedy="give the folder of the export alone",
                )
        return sorted(names)

    def sha256(self) -> str:
        """Give the SHA-256 as hexadecimal digits: of a file, or of a folder's names and files."""
        digest = hashlib.sha256()
        if not self.path.is_dir():
            with self.open() as file, _reading(self.name):
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
            return digest.hexdigest()
        for name in self.files():
            part = Source(self.path / name, f"{self.name}/{name}")
            digest.update(f"{part.sha256()} {name}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Give what changes when somebody writes to it: names, sizes and times."""
        places = {"": self.path}
        if self.path.is_dir():
            places = {name: self.path / name for name in self.files()}
        with _reading(self.name):
            stats = {name: place.stat() for name, place in places.items()}
        return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats.items())


def _name_of(place: Path) -> str:
    """Give the name of a file or folder, also where its path does not end with it, as ``.``."""
    name = place.name if place.name not in ("", "..") else place.resolve().name
    if not name:
        raise SourceError(
            "this folder has no name, which the store would note of it",
            where=str(place),
            remedy="give the folder of the export alone",
        )
    return os.fsencode(name).decode("utf-8", "backslashreplace")


@contextlib.contextmanager
def _reading(name: str) -> Iterator[None]:
    """Say what cannot be read, where the machine fails."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror})", where=name) from None


@frozen
class Match:
    """That an importer can read a source.

    Attributes:
        variant: as which variant.
        reason: how it knows.
        generic: whether it takes any source of this form, so that an importer that knows more
            about it goes first.
    """

    variant: str
    reason: str
    generic: bool = False


@frozen
class Locator:
    """A place within a source: a physical line (from 1), or a page and an index in it."""

    line: int | None = None
    page: int | None = None
    index: int | None = None

    def within(self, source_name: str) -> str:
        """Name the place as editors and terminals know it: ``file:line``.

        Examples:
            >>> Locator(line=17).within("income.csv")
            'income.csv:17'
            >>> Locator(page=2, index=5).within("attendees")
            'attendees: page 2, item 5'
        """
        if self.page is None and self.index is None and self.line is not None:
            return f"{source_name}:{self.line}"
        return f"{source_name}: {self}" if str(self) else source_name

    def __str__(self) -> str:
        parts = (("line", self.line), ("page", self.page), ("item", self.index))
        return ", ".join(f"{name} {number}" for name, number in parts if number is not None)


@frozen
class Batch:
    """Rows of one record type, as Arrow, with the place each came from.

    Attributes:
        record_type: the type of the rows.
        rows: columns named after the type's fields; nullable ones and those with a default may
            be left out. Other columns are refused.
        lines: for each row its physical line in the source (int64), or None.
        pages: for each row its page, or None.
        indexes: for each row its index within the page, or None.
    """

    record_type: type[Record]
    rows: pa.Table
    lines: pa.Array[Any] | None = None
    pages: pa.Array[Any] | None = None
    indexes: pa.Array[Any] | None = None

    def at(self, row: int) -> Locator:
        """Give the place that a row came from; rows count from 0.

        Examples:
            >>> rows = pa.table({"id": ["a:1", "a:2"]})
            >>> print(Batch(Record, rows, pages=pa.array([1, 2]), indexes=pa.array([9, 1])).at(1))
            page 2, item 1
        """
        places = (self.lines, self.pages, self.indexes)
        return Locator(*(None if numbers is None else numbers[row].as_py() for numbers in places))


@frozen
class Problem:
    """One thing that is wrong with a row.

    Attributes:
        code: a stable kebab-case word, such as ``not-a-date``.
        message: what is wrong and what to do, in one line.
        field: the field or column, where one is at fault.
        value: the raw value, already fit to be shown (see ``coprometrics.errors.shown``).
    """

    code: str
    message: str
    field: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        """Write it for people.

        Examples:
            >>> print(Problem("not-a-date", "must be a date", "Paid on", "'soon'"))
            Paid on: must be a date, got 'soon'
        """
        field = f"{self.field}: " if self.field else ""
        return f"{field}{self.message}{'' if self.value is None else f', got {self.value}'}"


@frozen
class Refusal:
    """One row of the source that does not become a record, and why. Its number is counted."""

    at: Locator
    problems: tuple[Problem, ...]


@frozen
class Skipped:
    """Rows left out on purpose, because the configuration says so."""

    count: int
    reason: str


@frozen
class Notice:
    """Something a person should know about the source as a whole, such as unmapped columns."""

    code: str
    message: str


@frozen
class Complete:
    """That a source tells all there is of some records, such as those of the orders in it.

    What the store has of them from earlier sources, and this one does not give, is removed: a
    ticket that was taken out of its order, or money that was not due after all. Nothing is removed
    where rows of the source were refused, since then it does not tell all.

    Attributes:
        record_type: the type of the records.
        field: the field with a text by which they belong together, such as ``order_id``. With
            ``id`` it is one record, and those whose ids are made of its own with a colon and a
            word.
        values: the texts; they may repeat.
    """

    record_type: type[Record]
    field: str
    values: pa.Array[Any] | pa.ChunkedArray[Any]


Item = Batch | Refusal | Skipped | Notice | Complete
"""What an importer yields."""


def _no_progress(_done: int) -> None:
    return None


def _one_by_one(context: Context) -> Callable[[pa.Array[Any]], pa.Array[Any]]:
    def person_keys(addresses: pa.Array[Any]) -> pa.Array[Any]:
        texts = addresses.to_pylist()
        keys = [None if text is None else context.person_key(text) for text in texts]
        return pa.array(keys, pa.string())

    return person_keys


@frozen
class Context:
    """What an importer may use of the world; it opens nothing of its own but the source.

    Attributes:
        person_key: turns an address into a pseudonym under the workspace's key.
        now: the clock, read once.
        progress: called with the number of bytes (or items) done so far.
        person_keys: turns a column of addresses into one of pseudonyms, as ``person_key`` does one
            by one; null stays null.

    Examples:
        >>> Context(str.upper).person_keys(pa.array(["ada@example.org", None])).to_pylist()
        ['ADA@EXAMPLE.ORG', None]
    """

    person_key: Callable[[str], str]
    now: dt.datetime = Factory(lambda: dt.datetime.now(dt.UTC))
    progress: Callable[[int], None] = _no_progress
    person_keys: Callable[[pa.Array[Any]], pa.Array[Any]] = Factory(_one_by_one, takes_self=True)


@runtime_checkable
class Importer(Protocol):
    """An importer, as a plugin provides it.

    The line ``_: type[Importer] = MyImporter`` makes a type checker compare a class with this. The
    first four may be attributes of the class or of the object, or properties.
    """

    @property
    def name(self) -> str:
        """What it is called on the command line and in report files: small letters, digits, - _."""

    @property
    def hook_api(self) -> int:
        """The version of the contract that it is written for: 1."""

    @property
    def record_types(self) -> tuple[type[Record], ...]:
        """The types of record that it may yield."""

    @property
    def config(self) -> type[Any] | None:
        """The attrs class of its configuration, or None when it has none.

        The core reads and checks the configuration file and hands over an object of this class;
        where every setting has a default, no file is needed.
        """

    def identify(self, source: Source) -> Match | None:
        """Say whether this importer reads the source, from its name and first bytes only."""

    def read(self, source: Source, config: Any, context: Context) -> Iterator[Item]:
        """Read the source in its own order, in batches of bounded size.

        Raises:
            ImporterError: when the source or the configuration as a whole cannot be used.
        """
