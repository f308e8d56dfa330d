r"""Where the items of a JSON list begin and end, told with regard to strings.

This is slow and certain: it looks at every bracket outside of strings. It is only asked about the
first two items of a file, and where a quicker way failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from attrs import define, field

from coprometrics.errors import SourceError

__all__ = ["AGAIN", "Spans", "between_lines", "first_two", "is_open"]

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[{}\[\],]', re.DOTALL)
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_END = b" \t\r\n;"
AGAIN = "get the archive again, and give it as it is"
_MOST_TOKENS = 500_000
_OPENING = re.compile(rb'\s*\{(?:\s*"[^"\\\n]{0,64}")?')


@define
class Spans:
    """Tells the items of a list apart, from the beginning of one.

    Attributes:
        data: the text of the list, without the brackets around it.
        where: what the file is called in messages.
        number: the number of the first item.
        remedy: what to do where they cannot be told apart.
        rest: where the first item begins that is not known to be whole.
    """

    data: bytes
    where: str
    number: int
    remedy: str = AGAIN
    rest: int = field(default=0, init=False)

    def followed(self) -> Iterator[tuple[int, int]]:
        """Give the items that a comma follows, up to the end of the list where that is reached.

        Raises:
            SourceError: where the list ends and something follows, or an item has more parts than
                any post.
        """
        depth, start, last = 0, 0, _MOST_TOKENS
        for count, found in enumerate(_TOKEN.finditer(self.data)):
            token = found[0]
            if count > last:
                raise self._error(
                    f"item {self.number:,} has more than {_MOST_TOKENS:,} brackets, commas and "
                    "texts, which no post has"
                )
            if token in (b"{", b"["):
                depth += 1
            elif token in (b"}", b"]"):
                depth -= 1
                if depth < 0:
                    if not self.data[found.end() :].strip(_END):
                        return
                    raise self._error(
                        f"the list of items ends after item {self.number:,}, and more follows"
                    )
            elif token == b"," and depth == 0:
                yield start, found.start()
                self.number += 1
                last = count + _MOST_TOKENS
                start = self.rest = found.end()
            elif token.startswith(b'"') and not found[1]:
                return

    def _error(self, what: str) -> SourceError:
        return SourceError(what, where=self.where, remedy=self.remedy)

    def all(self) -> Iterator[tuple[int, int]]:
        """Give all items, the last one up to the end of the text."""
        yield from self.followed()
        if self.number > 1 or self.rest or self.data.strip():
            yield self.rest, len(self.data)


def first_two(data: bytes) -> tuple[bytes, bool] | None:
    r"""Give the text between the first two items, and whether a line ends in it.

    Args:
        data: the beginning of the list, after its bracket.

    Returns:
        From the end of the first item to the key with which the second one begins. Where the last
        brace of the item is on a line of its own, and the lines within the item are indented
        further: from that end of line to the brace that opens the second. None where there are no
        two items, or the first one is broken.

    Examples:
        >>> first_two(b'{"a": 1},{"a": 2}')
        (b'},{"a"', False)
        >>> first_two(b'\n {\n  "a": 1\n },\n {\n  "a": 2\n }\n')
        (b'\n },\n {', True)
    """
    spans = Spans(data, "", 1)
    try:
        span = next(spans.followed(), None)
    except SourceError:
        return None
    if span is None:
        return None
    start, comma = span
    item = data[start:comma].rstrip()
    try:
        # A broken item would mislead about where it ends.
        _ANYTHING.decode(item)
    except (ValueError, RecursionError):
        return None
    opening = _OPENING.match(data, comma + 1)
    if opening is None or not item.endswith(b"}"):
        return None
    begin = start + len(item) - 1
    line = len(item[:-1].rstrip(b" \t"))
    inner = re.compile(rb"\n" + item[line:-1] + rb"(?![ \t])")
    if (
        line
        and item[line - 1 : line] == b"\n"
        and not inner.search(item, item.find(b"{"), line - 1)
    ):
        brace = data.index(b"{", comma) + 1
        return data[start + line - 1 : brace], True
    return data[begin : opening.end()], False


def between_lines(data: bytes, indent: bytes) -> tuple[bytes, bool] | None:
    r"""Guess what stands between two items, of a list whose first item is broken.

    Args:
        data: the list.
        indent: what stands before the first item on its line.

    Examples:
        >>> between_lines(b'\n {\n  "a": [ {\n  }, {\n  ]\n },\n {\n  "a": 2\n }\n', b" ")
        (b'\n },\n {', True)
    """
    found = re.search(rb"\n" + re.escape(indent) + rb"\}[ \t]*,\s*\{", data)
    return None if found is None else (found[0], True)


def is_open(data: bytes) -> bool:
    r"""Say whether a text of JSON ends within a string, an object or a list.

    Examples:
        >>> is_open(b'{"a": [1'), is_open(b'{"a": "b'), is_open(b'{"a": "]"}')
        (True, True, False)
    """
    plain = _STRING.sub(b"", data)
    opened = plain.count(b"{") + plain.count(b"[")
    return b'"' in plain or opened > plain.count(b"}") + plain.count(b"]")
