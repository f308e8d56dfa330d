"""A stream of bytes that can be looked at ahead of being taken, in bounded memory."""

from __future__ import annotations

import re
from typing import Protocol

import pyarrow as pa

__all__ = ["Feed", "Stream"]

_WINDOW = 8 << 20
"""How large the window is from its beginning, where so many bytes are to come."""
_MORE = 64 << 10
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Stream(Protocol):
    """Gives the bytes from their beginning."""

    def read_into(self, room: pa.Buffer, at: int) -> int:
        """Put some of what comes next there; say how many bytes, which is 0 at the end only."""
        ...

    def position(self) -> int:
        """Say how many bytes of the file were read."""
        ...

    def left(self) -> int:
        """Guess how many bytes there are to come."""
        ...


class Feed:
    """UTF-8 bytes with a window on what comes next: from ``at`` to ``end``.

    The window is the same memory all the time, and Arrow's, which it need not be copied for.

    Args:
        stream: the bytes.

    Attributes:
        window: holds the bytes that come next, and others around them that mean nothing.
        at: where in the window the next byte stands.
        end: where in the window the bytes end.
        taken: how many bytes have been taken so far.
        position: says how many bytes of the file were read.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._exhausted = False
        self._room = pa.allocate_buffer(0)
        self.window = memoryview(b"")
        self.at: int = 0
        self.end = 0
        self.taken = 0
        self.position = stream.position

    def fill(self, size: int) -> int:
        """Have so many bytes in the window, or all that is left; say how many there are."""
        while self.end - self.at < size and not self._exhausted:
            self._make_room(size)
            more = self._stream.read_into(self._room, self.end)
            self._exhausted = not more
            self.end += more
        return self.end - self.at

    def coming(self, size: int) -> pa.Buffer:
        """Give the bytes that come next, as they are until the window is filled again."""
        return self._room.slice(self.at, min(size, self.end - self.at))

    def is_last(self, size: int) -> bool:
        """Say whether nothing comes after so many bytes."""
        return self._exhausted and self.at + size >= self.end

    def take(self, size: int) -> None:
        """Go on by ``size`` bytes."""
        self.at += size
        self.taken += size

    def _make_room(self, size: int) -> None:
        """Have room for so many bytes, or all that is left, and for some more in any case."""
        have = self.end - self.at
        wanted = min(size - have, self._stream.left()) + _MORE
        if self.end + wanted <= len(self.window):
            return
        old = self.window[self.at : self.end]
        if have + wanted > len(self.window):
            most = min(max(size - have, _WINDOW), self._stream.left()) + _MORE
            self._room = pa.allocate_buffer(have + most)
            self.window = memoryview(self._room).cast("B")
        self.window[:have] = old
        self.at, self.end = 0, have


class Lines:
    """The physical lines of a feed, taken one by one.

    A line ends with a newline, a carriage return, or both. One that is longer than ``most``
    bytes is given in part, which is enough to refuse it.
    """

    def __init__(self, feed: Feed, most: int) -> None:
        self._feed = feed
        self._most = most
        self._at = feed.at

    @property
    def taken(self) -> int:
        """How many bytes of the feed have been taken, these lines included."""
        return self._feed.taken + self._at - self._feed.at

    def next(self) -> bytes:
        """Give the next line with its end; empty at the end of the file."""
        end = self._end()
        line = bytes(self._feed.window[self._at : end])
        self._at = end
        return line

    def close(self) -> None:
        """Give back to the feed what was not taken."""
        self._feed.take(self._at - self._feed.at)

    def _end(self) -> int:
        while True:
            feed = self._feed
            there = feed.end
            found = _LINE_END.search(feed.window, self._at, min(self._at + self._most, there))
            # A carriage return that ends the window may have its newline still to come.
            if found and (found.end() < there or feed.is_last(there - feed.at)):
                return found.end()
            if there - self._at >= self._most:
                return self._at + self._most
            if feed.is_last(there - feed.at):
                return there
            self.close()
            feed.fill(self._most + 1)
            self._at = feed.at
