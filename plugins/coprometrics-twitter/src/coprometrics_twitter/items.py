"""The items of a JSON list in a stream, a window at a time.

A file of an archive is one list that may be far larger than the memory. It is read in windows that
end between two items. Where that is, is guessed from the text between the first two items, and
then proved: items that parse as a list, from the beginning of one, end where one ends. Where a
window does not parse, the items are taken one by one, so that a bad one is refused alone.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import BinaryIO, Generic, TypeVar

import msgspec
from attrs import define, field, frozen

from coprometrics.errors import SourceError, shown
from coprometrics.importers import Problem
from coprometrics_twitter.ahead import chunks_ahead
from coprometrics_twitter.spans import AGAIN, Spans, between_lines, first_two, is_open

__all__ = ["LONGEST_ITEM", "WINDOW", "Decoders", "Items", "Window", "check_bad"]

WINDOW = 2 << 20
LONGEST_ITEM = 16 << 20
_MOST_BAD = 1_000
_WHITE = b" \t\r\n"
_MOST_HEADER = 1 << 10
_PREFIX = re.compile(rb"\s*window\.YTD\.([A-Za-z0-9_]+)\.part([0-9]{1,6})\s*=\s*\[")

_PLACE = " - at `$"
_RAW = msgspec.json.Decoder(list[msgspec.Raw])

T = TypeVar("T")


@frozen
class Decoders(Generic[T]):
    """How one item is read: as each of several types, tried in their order."""

    lists: Sequence[msgspec.json.Decoder[list[T]]]
    singles: Sequence[msgspec.json.Decoder[T]]

    @classmethod
    def of(cls, *types: type[T]) -> Decoders[T]:
        """Make the decoders of types."""
        return cls(
            [msgspec.json.Decoder(list[kind]) for kind in types],  # type: ignore[valid-type]
            [msgspec.json.Decoder(kind) for kind in types],
        )

    def one(self, data: bytes) -> T | Problem:
        """Read one item; give what is wrong with it where it cannot be read."""
        problem: Problem | None = None
        for decoder in self.singles:
            try:
                return decoder.decode(data)
            except RecursionError:
                return Problem("too-deep", "the item is nested too deeply to be a post")
            except msgspec.ValidationError as error:
                # The fault within an item says more than that it is one of another type.
                if problem is None or _PLACE in str(error):
                    problem = Problem("unexpected-item", _plain(str(error)))
            except UnicodeDecodeError:
                return Problem("not-utf-8", "the item holds bytes that are not UTF-8")
            except (msgspec.DecodeError, ValueError, OverflowError):
                return Problem("not-json", "the item is no valid JSON")
        return problem or Problem("not-json", "the item is no valid JSON")


def _plain(message: str) -> str:
    """Write an error of the decoder for people; it names types and places, and no values."""
    return f"the item is not as expected: {message}"


def check_bad(bad: int, good: int, where: str, remedy: str) -> None:
    """Give a source up that has many bad items, and more of them than good ones.

    Raises:
        SourceError: where that is so.
    """
    if bad > _MOST_BAD and bad > good:
        raise SourceError(
            f"{bad:,} of its first {bad + good:,} items are not as expected",
            where=where,
            remedy=remedy,
        )


@frozen
class Window(Generic[T]):
    """Some of the items, in their order.

    Attributes:
        first: the number of the first, from 1.
        items: the items; None for one that is bad.
        bad: what is wrong with the bad ones, by their place in ``items``.
    """

    first: int
    items: list[T | None]
    bad: dict[int, Problem]


@define
class Items(Generic[T]):
    """Reads the list of items in one file of an archive.

    Attributes:
        stream: the file.
        where: what it is called in messages.
        decoders: how an item is read.
        window: about how many bytes are read at once.
        names: what the file may say it holds; anything, where none is given.
        done: how many bytes have been read.
        part: which part of it this is.
    """

    stream: BinaryIO
    where: str
    decoders: Decoders[T]
    window: int = WINDOW
    names: tuple[str, ...] = ()
    done: int = field(default=0, init=False)
    part: int = field(default=0, init=False)
    _separator: bytes | None = field(default=None, init=False)
    _indent: bytes = field(default=b"", init=False)
    _lines: bool = field(default=False, init=False)
    _kind: int = field(default=0, init=False)
    _bad: int = field(default=0, init=False)

    def windows(self) -> Generator[Window[T], None, None]:
        """Give the items, a window at a time; to be closed by whoever stops before the end.

        Raises:
            SourceError: when this is no file of an archive, holds other things, or ends too early.
        """
        with chunks_ahead(self.stream, self.window, self.where) as chunks:
            buffer, ended = self._begin(chunks)
            number = 1
            while True:
                if ended:
                    yield self._last(_closed(buffer, self.where, number), number)
                    return
                end = self._cut(buffer)
                quick = None if end is None else self._decoded(buffer[:end], number)
                if end is None or quick is None:
                    found, rest = self._careful(buffer, number)
                else:
                    found, rest = quick, buffer[end + 1 :]
                if found.items:
                    yield found
                    number += len(found.items)
                elif len(buffer) > LONGEST_ITEM:
                    if self._separator is None and self._learn(buffer, broken=True):
                        continue
                    raise self._too_long(number)
                # An item that is longer than a window is looked for again in twice as much.
                more = self._more(chunks, self.window if found.items else len(buffer))
                ended = not more
                buffer = rest + more

    def _more(self, chunks: Iterator[bytes], size: int) -> bytes:
        """Read at least so many bytes, where there are as many."""
        parts: list[bytes] = []
        length = 0
        while length < size and (part := next(chunks, b"")):
            parts.append(part)
            length += len(part)
        self.done += length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _begin(self, chunks: Iterator[bytes]) -> tuple[bytes, bool]:
        """Read the prefix, and give what follows it, and whether that is all."""
        buffer = next(chunks, b"")
        self.done += len(buffer)
        buffer = buffer.removeprefix(b"\xef\xbb\xbf")
        found = _PREFIX.match(buffer[:_MOST_HEADER])
        if found is None:
            raise self._wrong("it does not begin as the files of an archive of X do")
        name, self.part = found[1].decode("ascii"), int(found[2])
        if self.names and name not in self.names:
            raise self._wrong(f"it holds {shown(name)}, and should hold {self.names[-1]}")
        buffer = buffer[found.end() :]
        before = buffer[: len(buffer) - len(buffer.lstrip(_WHITE))]
        self._indent = before.rpartition(b"\n")[2] if b"\n" in before else b""
        more = next(chunks, b"")
        self.done += len(more)
        return buffer + more, not more

    def _learn(self, buffer: bytes, *, broken: bool = False) -> bool:
        """Find out what stands between two items; say whether that is known.

        Args:
            buffer: the list, from the beginning of an item.
            broken: whether its items cannot be told apart by their brackets.
        """
        if self._separator is None:
            found = first_two(buffer)
            if found is None and broken:
                found = between_lines(buffer, self._indent)
            if found is not None:
                self._separator, self._lines = found
        return self._separator is not None

    def _cut(self, buffer: bytes) -> int | None:
        """Guess where the last comma between two items is."""
        if not self._learn(buffer) or self._separator is None:
            return None
        at = buffer.rfind(self._separator)
        return None if at < 0 else at + self._separator.index(b",")

    def _decoded(self, data: bytes, number: int) -> Window[T] | None:
        """Read items as a list; None where they are none, or one of them is bad."""
        text = b"[%b]" % data
        count = len(self.decoders.lists)
        for turn in range(count):
            kind = (self._kind + turn) % count
            try:
                items = self.decoders.lists[kind].decode(text)
            except (msgspec.ValidationError, RecursionError):
                continue
            except ValueError:
                return None
            self._kind = kind
            return Window(number, items, {})  # type: ignore[arg-type]  # no item of it is None
        try:
            raw = _RAW.decode(text)
        except (ValueError, RecursionError):
            return None
        return self._each((bytes(item) for item in raw), number)

    def _careful(self, buffer: bytes, number: int) -> tuple[Window[T], bytes]:
        """Take whole items from the beginning, one by one; give them and what is left."""
        if self._lines and self._separator:
            at = buffer.rfind(self._separator)
            if at >= 0:
                comma = at + self._separator.index(b",")
                return self._each(_pieces(buffer[:comma], self._separator), number), buffer[
                    comma + 1 :
                ]
        spans = Spans(buffer, self.where, number)
        try:
            items = [buffer[start:end] for start, end in spans.followed()]
        except SourceError:
            if self._separator is None and self._learn(buffer, broken=True):
                return self._careful(buffer, number)
            raise
        return self._each(items, number), buffer[spans.rest :]

    def _last(self, buffer: bytes, number: int) -> Window[T]:
        """Read what is left of the list."""
        # Blank is the list without items, but not what follows a comma.
        if number == 1 or buffer.strip(_WHITE):
            found = self._decoded(buffer, number)
            if found is not None:
                return found
        self._learn(buffer, broken=True)
        if self._lines and self._separator:
            pieces = _pieces(buffer, self._separator)
        else:
            spans = Spans(buffer, self.where, number)
            pieces = [buffer[start:end] for start, end in spans.all()]
        if pieces and is_open(pieces[-1]):
            raise _truncated(self.where, number + len(pieces) - 1)
        return self._each(pieces, number)

    def _each(self, pieces: Iterable[bytes], number: int) -> Window[T]:
        items: list[T | None] = []
        bad: dict[int, Problem] = {}
        for piece in pieces:
            found = self.decoders.one(piece.strip(_WHITE))
            if isinstance(found, Problem):
                bad[len(items)] = found
                items.append(None)
                self._bad += 1
                check_bad(self._bad, number + len(items) - 1 - self._bad, self.where, AGAIN)
            else:
                items.append(found)
        return Window(number, items, bad)

    def _too_long(self, number: int) -> SourceError:
        return self._wrong(f"item {number} has more than {LONGEST_ITEM:,} bytes, which no post has")

    def _wrong(self, what: str) -> SourceError:
        return SourceError(what, where=self.where, remedy=AGAIN)


def _pieces(data: bytes, separator: bytes) -> list[bytes]:
    """Cut at every place that looks as that between the first two items does.

    A line does not end within a JSON string, so that even an item that is broken ends there.
    """
    before, _, after = separator.partition(b",")
    pieces = data.split(separator)
    last = len(pieces) - 1
    return [
        (after if n else b"") + piece + (before if n < last else b"")
        for n, piece in enumerate(pieces)
    ]


def _closed(buffer: bytes, where: str, number: int) -> bytes:
    """Take the end of the list from the end of the file."""
    text = buffer.rstrip(_WHITE).removesuffix(b";").rstrip(_WHITE)
    if not text.endswith(b"]"):
        raise _truncated(where, number)
    return text[:-1]


def _truncated(where: str, number: int) -> SourceError:
    return SourceError(
        f"it ends within the list, at item {number:,} or after it",
        where=where,
        remedy="download the archive again, to its end",
    )
