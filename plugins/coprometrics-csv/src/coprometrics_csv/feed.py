"""A stream of bytes that can be looked at ahead of being taken, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyarrow as pa

__all__ = ["Feed"]

_LINE_END = re.compile(rb"\r\n|\r|\n")


class Feed:
    """UTF-8 bytes with a window on what comes next: from ``at`` to ``end``.

    The window is the same memory all the time, and Arrow's, which it need not be copied for.

    Attributes:
        window: holds the bytes that come next, and others around them that mean nothing.
        at: where in the window the next byte stands.
        end: where in the window the bytes end.
        taken: how many bytes have been taken so far.
        position: says how many bytes of the file were read.
    """

    def __init__(self, chunks: Iterator[bytes], position: Callable[[], int] | None = None) -> None:
        self._chunks = chunks
        self._exhausted = False
        self._room = pa.allocate_buffer(0)
        self.window = memoryview(b"")
        self.at: int = 0
        self.end = 0
        self.taken = 0
        self.position = position or (lambda: self.at)

    @classmethod
    def of_whole(cls, data: pa.Buffer, skip: int) -> Feed:
        """Give bytes that are all there, but for the first of them."""
        feed = cls(iter(()))
        feed._room, feed.window = data, memoryview(data).cast("B")
        feed.at, feed.end = skip, data.size
        return feed

    def fill(self, size: int) -> int:
        """Have so many bytes in the window, or all that is left; say how many there are."""
        while self.end - self.at < size and not self._exhausted:
            chunk = next(self._chunks, b"")
            self._exhausted = not chunk
            if chunk:
                self._make_room(len(chunk), size)
                self.window[self.end : self.end + len(chunk)] = chunk
                self.end += len(chunk)
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

    def _make_room(self, more: int, wanted: int) -> None:
        """Have room for more bytes, by way of a new window where the old one is too small."""
        if self.end + more <= len(self.window):
            return
        have = self.end - self.at
        old = self.window[self.at : self.end]
        if have + more > len(self.window):
            # The first piece may be all there is.
            size = max(wanted, have) + more if len(self.window) else more
            self._room = pa.allocate_buffer(size)
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
