"""A stream of bytes that can be looked at ahead of being taken, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["Feed"]

_LINE_END = re.compile(rb"\r\n|\r|\n")


class Feed:
    """UTF-8 bytes with a window on what comes next: from ``at`` on.

    Attributes:
        window: some bytes, of which those before ``at`` have been taken.
        at: where in the window the next byte stands.
        taken: how many bytes have been taken so far.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._exhausted = False
        self.window = b""
        self.at = 0
        self.taken = 0

    def fill(self, size: int) -> int:
        """Have so many bytes in the window, or all that is left; say how many there are."""
        have = len(self.window) - self.at
        parts: list[bytes] = []
        while have < size and not self._exhausted:
            chunk = next(self._chunks, b"")
            self._exhausted = not chunk
            parts.append(chunk)
            have += len(chunk)
        if any(parts):
            rest = self.window[self.at :]
            # One chunk alone is not copied.
            self.window, self.at = b"".join([rest, *parts] if rest else parts), 0
        return have

    def is_last(self, end: int) -> bool:
        """Say whether nothing comes after a place in the window."""
        return self._exhausted and end >= len(self.window)

    def take(self, size: int) -> None:
        """Go on by ``size`` bytes."""
        self.at += size
        self.taken += size


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
        line = self._feed.window[self._at : end]
        self._at = end
        return line

    def close(self) -> None:
        """Give back to the feed what was not taken."""
        self._feed.take(self._at - self._feed.at)

    def _end(self) -> int:
        while True:
            feed = self._feed
            there = len(feed.window)
            found = _LINE_END.search(feed.window, self._at, self._at + self._most)
            # A carriage return that ends the window may have its newline still to come.
            if found and (found.end() < there or feed.is_last(there)):
                return found.end()
            if there - self._at >= self._most:
                return self._at + self._most
            if feed.is_last(there):
                return there
            self.close()
            feed.fill(self._most + 1)
            self._at = feed.at
