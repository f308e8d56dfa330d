"""The bytes of a file as UTF-8, whatever encoding it was written in."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Source
from coprometrics_csv.within import is_utf8

__all__ = ["Encoding", "choose_encoding", "encoding_of_mark", "utf8_chunks", "utf8_whole"]

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK = 1 << 18
_MOST_AT_ONCE = 32 << 20


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


def choose_encoding(source: Source, encodings: tuple[str, ...]) -> Encoding:
    """Take the encoding of the byte order mark, or the first that can read the whole file.

    The last candidate is not tried here: reading with it will tell.
    """
    marked = encoding_of_mark(source)
    if marked is not None:
        return marked
    for number, name in enumerate(encodings[:-1]):
        if _can_read(source, name):
            return Encoding(name, refused=encodings[:number])
    return Encoding(encodings[-1], refused=encodings[:-1])


def encoding_of_mark(source: Source) -> Encoding | None:
    """Give the encoding of the byte order mark, where there is one."""
    head = source.head(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, skip=len(mark))
    return None


def _can_read(source: Source, name: str) -> bool:
    try:
        with source.open() as file:
            for _ in utf8_chunks(file, Encoding(name), source.name):
                pass
    except UnreadableError:
        raise
    except SourceError:
        return False
    return True


def utf8_whole(source: Source, encodings: tuple[str, ...]) -> pa.Buffer | None:
    """Give the whole of a file that is not large, and is UTF-8 where that comes first.

    None stands for every other file, one that cannot be read among them: going through it piece by
    piece will tell what is wrong.
    """
    if codecs.lookup(encodings[0]).name != "utf-8":
        return None
    with source.open() as file, contextlib.suppress(OSError):
        size = os.fstat(file.fileno()).st_size
        if not 0 < size <= _MOST_AT_ONCE:
            return None
        whole = pa.allocate_buffer(size)
        room, have = memoryview(whole).cast("B"), 0
        while more := file.readinto(room[have:]):  # type: ignore[attr-defined]  # files have it
            have += more
        # Somebody may be writing to it.
        if have == size and not file.read(1) and is_utf8(whole):
            return whole
    return None


def utf8_chunks(file: BinaryIO, encoding: Encoding, name: str) -> Iterator[bytes]:
    """Read a file piece by piece as UTF-8.

    Raises:
        SourceError: at the first byte that the encoding does not have, with its line; and where
            the disk or the network fails.
    """
    file.seek(encoding.skip)
    plain = codecs.lookup(encoding.name).name == "utf-8"
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    before = encoding.skip
    while True:
        chunk = _read(file, _CHUNK, name)
        pending = decoder.getstate()[0]
        # What lies between two characters needs no decoding to be known as valid.
        valid = plain and bool(chunk) and not pending and is_utf8(pa.py_buffer(chunk))
        try:
            text = chunk if valid else decoder.decode(chunk, not chunk).encode("utf-8")
        except UnicodeError as error:
            # It may have begun in the chunk before.
            at = getattr(error, "start", 0) - len(pending)
            place = f"{name}:{_line_of(file, encoding, before + at)}"
            raise _undecodable(encoding, place, before + at, ended=not chunk) from None
        if text:
            yield text
        if not chunk:
            return
        before += len(chunk)


def _read(file: BinaryIO, size: int, name: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror})", where=name) from None


def _line_of(file: BinaryIO, encoding: Encoding, at: int) -> int:
    """Count the lines before a byte, which only a message needs."""
    file.seek(0)
    newline = "\n".encode(encoding.name)
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
