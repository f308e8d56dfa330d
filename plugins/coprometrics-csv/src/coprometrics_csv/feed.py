"""A stream of bytes that can be looked at ahead of being taken, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["Feed"]

_SLACK = 1 << 20
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Feed:
    """UTF-8 bytes with a window on what comes next.

    Attributes:
        taken: how many bytes have been taken so far.
        ended: whether what was last shown reaches to the end of the file.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._window = b""
        self._at = 0
        self._exhausted = False
        self.taken = 0
        self.ended = False

    def ahead(self, size: int) -> bytes:
        """Show what comes next: ``size`` bytes or somewhat more, or all that is left."""
        have = len(self._window) - self._at
        if have < size and not self._exhausted:
            parts = [self._window[self._at :]]
            while have < size:
                chunk = next(self._chunks, b"")
                if not chunk:
                    self._exhausted = True
                    break
                parts.append(chunk)
                have += len(chunk)
            self._window, self._at = b"".join(parts), 0
        shown = self._window
        if self._at or len(shown) > size + _SLACK:
            shown = shown[self._at : self._at + size]
        self.ended = self._exhausted and len(shown) == have
        return shown

    def take(self, size: int) -> None:
        """Go on by ``size`` bytes."""
        self._at += size
        self.taken += size


class Lines:
    """The physical lines of a feed, taken one by one.

    A line ends with a newline, a carriage return, or both. One that is longer than ``most``
    bytes is given in part, which is enough to refuse it.
    """

    def __init__(self, feed: Feed, most: int) -> None:
        self._feed = feed
        self._most = most
        self._window = b""
        self._at = 0

    @property
    def taken(self) -> int:
        """How many bytes of the feed have been taken, these lines included."""
        return self._feed.taken + self._at

    def next(self) -> bytes:
        """Give the next line with its end; empty at the end of the file."""
        end = self._end()
        line = self._window[self._at : end]
        self._at = end
        return line

    def close(self) -> None:
        """Give back to the feed what was not taken."""
        self._feed.take(self._at)
        self._window, self._at = b"", 0

    def _end(self) -> int:
        while True:
            found = _LINE_END.search(self._window, self._at, self._at + self._most)
            ended = self._feed.ended
            # A carriage return that ends the window may have its newline still to come.
            if found and (ended or found.end() < len(self._window)):
                return found.end()
            if len(self._window) - self._at >= self._most:
                return self._at + self._most
            if ended and self._window:
                return len(self._window)
            self._feed.take(self._at)
            self._at = 0
            self._window = self._feed.ahead(self._most + 1)
            if not self._window:
                return 0
