"""The grants in a package: JSON of any length, read in a stream.

Numbers are read as they are written, never as floats. Of each grant only the fields that are used
are held; whatever else is in it is passed over, however deep it is nested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped]  # it has no types
from attrs import define, field

from coprometrics.errors import SourceError, shown
from coprometrics.importers import Context, Item, Locator, Notice, Source
from coprometrics_360giving.entries import Entry
from coprometrics_360giving.fields import PARTS, PLAIN, READ, Path, pointer
from coprometrics_360giving.findings import listed
from coprometrics_360giving.values import Misplaced

__all__ = ["LONGEST_ITEM", "entries_of_package"]

LONGEST_ITEM = 16 << 20
"""The most bytes of a grant, or of what is told about the package."""

_CHUNK = 1 << 16
_MOST_PARTS = 1_000
_MOST_NAMES = 1_000
_VERSIONS = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4"})
_OPENING = ("start_map", "start_array")
_CLOSING = ("end_map", "end_array")
_MARK = b"\xef\xbb\xbf"
_FORM = 'give a package as the standard has it: {"grants": […]}'

Event = tuple[str, Any]


def entries_of_package(source: Source, context: Context) -> Iterator[Entry | Item]:
    """Give the grants of a package, and what else a person should know of it.

    Raises:
        SourceError: when it is no package, no JSON in UTF-8, or ends too early.
    """
    with source.open() as stream:
        reader = _Package(_Bytes(stream, context.progress), source.name)
        try:
            yield from reader.read()
        # The parser in C tells of a whole number that is too long as an error of the system.
        except (ijson.JSONError, ValueError, ArithmeticError, SystemError) as error:
            raise _unreadable(error, reader) from None
    yield from reader.notices()


@define
class _Bytes:
    """The bytes of a file, counted, so that nothing in it is endless."""

    stream: BinaryIO
    progress: Callable[[int], None]
    done: int = 0
    _since: int = 0
    _begun: bool = False

    def read(self, size: int) -> bytes:
        if size == 0:
            return b""
        data = self.stream.read(size)
        if not self._begun:
            self._begun = True
            data = data.removeprefix(_MARK)
        self.done += len(data)
        self._since += len(data)
        if self._since > LONGEST_ITEM + _CHUNK:
            raise _TooLongError
        self.progress(self.done)
        return data

    def mark(self) -> None:
        """Count anew from here."""
        self._since = 0


class _TooLongError(Exception):
    pass


@define
class _Package:
    bytes: _Bytes
    where: str
    count: int = field(default=0, init=False)
    _version: Any = field(default=None, init=False)
    _listed: bool = field(default=False, init=False)
    _unread: dict[str, None] = field(factory=dict, init=False)
    _events: Iterator[Event] = field(init=False)

    def read(self) -> Iterator[Entry]:
        try:
            self._events = ijson.basic_parse(self.bytes, buf_size=_CHUNK)
            yield from self._package()
        except _TooLongError:
            raise SourceError(
                f"item {self.count:,} or what follows it has more than {LONGEST_ITEM:,} bytes, "
                "which no grant has",
                where=self.where,
                remedy="get the file again, and give it as it is",
            ) from None

    def _package(self) -> Iterator[Entry]:
        event, _value = next(self._events)
        if event != "start_map":
            what = "a list" if event == "start_array" else "a single value"
            raise SourceError(f"it is {what} and no package", where=self.where, remedy=_FORM)
        while (named := next(self._events))[0] == "map_key":
            event, value = next(self._events)
            if named[1] == "grants":
                yield from self._grants(event)
            elif named[1] == "version":
                self._version = self._leaf(event, value)
            else:
                self._skip(event)
            self.bytes.mark()
        if not self._listed:
            raise SourceError('it has no list of "grants"', where=self.where, remedy=_FORM)
        # What follows is an error of the parser.
        next(self._events, None)

    def _grants(self, event: str) -> Iterator[Entry]:
        if self._listed:
            raise SourceError('it has "grants" twice', where=self.where, remedy=_FORM)
        if event != "start_array":
            raise SourceError('its "grants" are no list', where=self.where, remedy=_FORM)
        self._listed = True
        while (begun := next(self._events))[0] != "end_array":
            self.bytes.mark()
            self.count += 1
            yield self._entry(begun[0])

    def _entry(self, event: str) -> Entry:
        base = ("grants", self.count - 1)
        entry = Entry(
            Locator(index=self.count), {}, lambda path: pointer(*base, *path), pointer(*base)
        )
        if event != "start_map":
            self._skip(event)
            entry.refuse("not-a-grant", "must be an object with the fields of a grant", ())
            return entry
        fields: dict[str, Any] = {}
        for name, kind, found in self._members(entry, (), READ, self._unread):
            if name in PLAIN:
                fields[name] = self._leaf(kind, found)
            elif name in PARTS:
                fields[name] = self._parts(kind, found, entry, name)
            else:
                self._skip(kind)
                fields[name] = kind != "null" and found not in (False, "")
        entry.fields = fields
        return entry

    def _parts(self, event: str, value: Any, entry: Entry, name: str) -> Any:
        if event != "start_array":
            return self._leaf(event, value)
        parts: list[tuple[int, Any]] = []
        while (begun := next(self._events))[0] != "end_array":
            index = len(parts)
            if index == _MOST_PARTS:
                entry.refuse("too-many-parts", f"has more than {_MOST_PARTS:,} parts", (name,))
                self._skip(begun[0])
                self._close()
                break
            if begun[0] != "start_map":
                parts.append((index, self._leaf(*begun)))
                continue
            members = self._members(entry, (name, index), frozenset(PARTS[name]))
            parts.append((index, {key: self._leaf(*found) for key, *found in members}))
        return parts

    def _members(
        self,
        entry: Entry,
        at: Path,
        read: frozenset[str],
        unread: dict[str, None] | None = None,
    ) -> Iterator[tuple[str, str, Any]]:
        """Give the members of an object that are read; each must be taken before the next.

        The names of others are put into ``unread``, where it is given.
        """
        seen: set[str] = set()
        while (named := next(self._events))[0] == "map_key":
            name = named[1]
            event, value = next(self._events)
            if name in read and name not in seen:
                seen.add(name)
                yield name, event, value
                continue
            self._skip(event)
            if name in seen:
                entry.refuse("repeated-field", "is there more than once", (*at, name))
            elif unread is not None and len(unread) < _MOST_NAMES:
                unread.setdefault(name)

    def _leaf(self, event: str, value: Any) -> Any:
        """Give a single value, or what stands there instead."""
        if event in _OPENING:
            self._skip(event)
            return Misplaced("an object" if event == "start_map" else "a list")
        return value

    def _skip(self, event: str) -> None:
        """Pass over a value that has begun."""
        if event in _OPENING:
            self._close()

    def _close(self) -> None:
        """Pass over what is left of a list or an object."""
        depth = 1
        while depth:
            event = next(self._events)[0]
            if event in _OPENING:
                depth += 1
            elif event in _CLOSING:
                depth -= 1

    def notices(self) -> Iterator[Notice]:
        """Say what else a person should know of the package."""
        if not self.count:
            yield Notice("no-grants", "the list of grants is empty")
        if self._version is not None and self._version not in _VERSIONS:
            seen = shown(self._version) if isinstance(self._version, str) else "no text"
            yield Notice(
                "unknown-version",
                f"it says that its version is {seen}; it was read as 1.4, the last that is known",
            )
        if self._unread:
            fields = listed(sorted(self._unread))
            yield Notice("unmapped-fields", f"fields that no record keeps: {fields}")


def _unreadable(error: Exception, reader: _Package) -> SourceError:
    """Say why the rest of a file cannot be read; what the parser says may quote the file."""
    where = f"after item {reader.count:,}" if reader.count else "before the first grant"
    if isinstance(error, ijson.JSONError | UnicodeDecodeError):
        what = "it is no whole JSON document in UTF-8"
        remedy = "get the file again, to its end, and do not edit it by hand"
    else:
        what = "it holds a number with more digits than any amount has"
        remedy = "correct it at the source"
    return SourceError(f"{what}, {where}", where=reader.where, remedy=remedy)
