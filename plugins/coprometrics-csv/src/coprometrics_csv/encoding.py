"""The bytes of a file as UTF-8, whatever encoding it was written in."""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import sys
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Source
from coprometrics_csv.within import is_ascii, is_utf8

__all__ = ["Encoding", "Utf8Stream"]

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF8 = ("utf-8", "utf-8-sig")
"""They differ in the byte order mark alone, which is looked for in any case."""
_KEEPS_ASCII = re.compile(r"utf-8(-sig)?|ascii|cp125\d|iso8859-\d+|koi8-[rtu]|mac-\w+")
"""Encodings whose bytes below 0x80 are those of ASCII, whatever stands before them."""
_CHUNK = 1 << 19
_WIDEST = 4
"""How many bytes of UTF-8 a byte of another encoding is at most."""


class UnreadableError(SourceError):
    """A file that the disk or the network does not give, in whatever encoding it is."""


@frozen
class Encoding:
    """The encoding of a file.

    Attributes:
        name: its name.
        skip: the length of the byte order mark before the text.
        refused: the encodings that were tried before, and could not read the file.
    """

    name: str
    skip: int = 0
    refused: tuple[str, ...] = ()


class Utf8Stream:
    """Reads a file as UTF-8 into memory of Arrow; what is UTF-8 already goes there without a copy.

    The encoding is that of the byte order mark, or the first that can read the whole file. Up to
    the first byte beyond ASCII most of them are the same, so that only from there on the file is
    looked through in advance. The last of them is not tried: reading with it will tell.

    Args:
        source: what to read.
        file: the same, opened.
        encodings: the encodings it may have.

    Attributes:
        encoding: its encoding, as far as it was read.
    """

    def __init__(self, source: Source, file: BinaryIO, encodings: tuple[str, ...]) -> None:
        self._name = source.name
        self._file = file
        self._pending = b""
        self._position = 0
        marked = _encoding_of_mark(source)
        self._candidates = encodings if marked is None else ()
        self._begin(marked or Encoding(encodings[0]), marked.skip if marked else 0)
        if not all(_KEEPS_ASCII.fullmatch(codecs.lookup(name).name) for name in self._candidates):
            self._decide()

    def read_into(self, room: pa.Buffer, at: int) -> int:
        """Give some of what comes next; say how many bytes it is, which is 0 at the end only.

        Args:
            room: memory in which to put it.
            at: where in it the first byte goes, with room for a character or more.

        Raises:
            SourceError: at the first byte that the encoding does not have, with its line; and where
                the disk or the network fails.
        """
        size = self._next(room, at)
        self._position = self._at
        return size

    def position(self) -> int:
        """Say how many bytes of the file were read; another thread may be reading."""
        return self._position

    def left(self) -> int:
        """Guess how many bytes there are to come; very many where nobody knows."""
        try:
            unread = os.fstat(self._file.fileno()).st_size - self._at
        except OSError:
            return sys.maxsize
        return max(unread, 0) * (1 if self._plain else _WIDEST) + len(self._pending)

    def _next(self, room: pa.Buffer, at: int) -> int:
        view = memoryview(room).cast("B")[at:]
        if self._candidates:
            with self._reading():
                size = self._fill(view)
            if is_ascii(room.slice(at, size)):
                self._at += size
                return size
            self._decide()
        return self._copy(room.slice(at), view) if self._plain else self._decode(view)

    def _begin(self, encoding: Encoding, at: int) -> None:
        """Go on with an encoding from the first byte of a character."""
        self.encoding = encoding
        self._plain = codecs.lookup(encoding.name).name in _UTF8
        self._decoder = codecs.getincrementaldecoder(encoding.name)("strict")
        self._at = at
        with self._reading():
            self._file.seek(at)

    def _decide(self) -> None:
        """Take the first encoding that can read the rest of the file."""
        names, self._candidates = self._candidates, ()
        for number, name in enumerate(names):
            self._begin(Encoding(name, refused=names[:number]), self._at)
            if number == len(names) - 1 or self._can_go_on():
                return

    def _can_go_on(self) -> bool:
        """Say whether the encoding can read the rest; what comes next stays the same."""
        start, room = self._at, pa.allocate_buffer(_CHUNK)
        try:
            while self._next(room, 0):
                pass
        except UnreadableError:
            raise
        except SourceError:
            return False
        finally:
            self._pending = b""
            self._begin(self.encoding, start)
        return True

    def _copy(self, room: pa.Buffer, view: memoryview) -> int:
        taken, read = 0, 1
        while not taken and read:
            have = len(self._pending)
            view[:have] = self._pending
            with self._reading():
                read = self._fill(view[have:])
            data = room.slice(0, have + read)
            taken = data.size
            if not is_utf8(data):
                with self._decoding(ended=not read):
                    taken = codecs.utf_8_decode(data, "strict", not read)[1]
            self._pending = data.slice(taken).to_pybytes()
            self._at += taken
        return taken

    def _decode(self, view: memoryview) -> int:
        chunk = b"x"
        while not self._pending and chunk:
            with self._reading():
                chunk = self._file.read(_CHUNK)
            # A character may have begun in the chunk before.
            begun = len(self._decoder.getstate()[0])
            self._at -= begun
            with self._decoding(ended=not chunk):
                self._pending = self._decoder.decode(chunk, not chunk).encode("utf-8")
            self._at += begun + len(chunk)
        some, self._pending = self._pending[: len(view)], self._pending[len(view) :]
        view[: len(some)] = some
        return len(some)

    def _fill(self, view: memoryview) -> int:
        return int(self._file.readinto(view))  # type: ignore[attr-defined]  # files have it

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"cannot be read ({error.strerror})"
            raise UnreadableError(message, where=self._name) from None

    @contextlib.contextmanager
    def _decoding(self, *, ended: bool) -> Iterator[None]:
        try:
            yield
        except UnicodeError as error:
            at = self._at + getattr(error, "start", 0)
            place = f"{self._name}:{_line_of(self._file, self.encoding, at)}"
            raise _undecodable(self.encoding, place, at, ended=ended) from None


def _encoding_of_mark(source: Source) -> Encoding | None:
    head = source.head(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, skip=len(mark))
    return None


def _line_of(file: BinaryIO, encoding: Encoding, at: int) -> int:
    """Count the lines before a byte, which only a message needs."""
    file.seek(0)
    # The first of a text may have a byte order mark before it.
    newline = "\n\n".encode(encoding.name).removeprefix("\n".encode(encoding.name))
    line, left = 1, at
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        line += chunk.count(newline)
        left -= len(chunk)
    return line


def _undecodable(encoding: Encoding, place: str, at: int, *, ended: bool) -> SourceError:
    tried = ", ".join((*encoding.refused, encoding.name))
    fault = "the file ends within a character" if ended else f"byte {at} is wrong"
    remedy = (
        "set encodings: [utf-8, cp1252] in the dialect, or save the file as UTF-8"
        if encoding.name.startswith("utf")
        else "declare the encoding it was saved in, or save the file as UTF-8"
    )
    return SourceError(f"this is not {tried}: {fault}", where=place, remedy=remedy)
