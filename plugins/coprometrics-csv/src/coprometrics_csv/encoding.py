"""The bytes of a file as UTF-8, whatever encoding it was written in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Source

__all__ = ["Encoding", "choose_encoding", "utf8_chunks"]

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK = 1 << 18


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
    head = source.head(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, skip=len(mark))
    for number, name in enumerate(encodings[:-1]):
        if _can_read(source, name):
            return Encoding(name, refused=encodings[:number])
    return Encoding(encodings[-1], refused=encodings[:-1])


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
        valid = plain and bool(chunk) and not pending and _is_utf8(chunk)
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


def _is_utf8(text: bytes) -> bool:
    """Say whether a text is UTF-8 as a whole: by Arrow, which makes no copy of it."""
    if text.isascii():
        return True
    offsets = pa.array([0, len(text)], pa.int64()).buffers()[1]
    whole = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(text)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


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
