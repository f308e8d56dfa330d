"""Where single values stand in CSV and JSON, and what is put there that no field can hold."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from coprometrics.testing.cases import JSON_LINES, TABLES

__all__ = ["Spot", "has_lines", "spots", "tampered"]

_MOST = 48
_TOGETHER = 6
_MOST_AT_ONCE = 8
_MOST_SPOTS = 20_000
_JSON = (*JSON_LINES, ".json", ".js")
_TOKEN = re.compile(
    rb'(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")(?P<key>\s*+:)?|-?[0-9][0-9.eE+-]*+|true|false|null',
    re.DOTALL,
)
_LONG = b"x" * 70_000
_LARGE = b"1" + b"0" * 30

_IN_JSON = {
    "half of a surrogate pair": rb'"\ud800"',
    "10**30": _LARGE,
    "a list": b'["x"]',
    "NaN": b"NaN",
    "an empty text": b'""',
    "true": b"true",
    "null": b"null",
    "1e400": b"1e400",
    "a control character": rb'"\u0007"',
    "70,000 letters": b'"%s"' % _LONG,
}
_IN_CELLS = {
    "half of a surrogate pair": b"\xed\xa0\x80",
    "10**30": _LARGE,
    "NaN": b"NaN",
    "an empty text": b"",
    "1e400": b"1e400",
    "a control character": b"\x07",
    "null": b"null",
    "70,000 letters": _LONG,
}


@frozen
class Spot:
    """A place in a file where a value stands.

    Attributes:
        label: what the value is called: its key, or its column.
        start: where what is replaced begins, in bytes.
        end: where it ends.
        cells: for a row of a table, what stands before and after the value in it.
    """

    label: str
    start: int
    end: int
    cells: tuple[bytes, bytes] | None = None

    def filled(self, data: bytes, value: bytes) -> bytes:
        """Give the file with another value there."""
        before, after = self.cells or (b"", b"")
        return data[: self.start] + before + value + after + data[self.end :]


def has_lines(name: str) -> bool:
    """Say whether a file of this name is read line by line."""
    return name.lower().endswith((*TABLES, *JSON_LINES))


def spots(name: str, data: bytes) -> list[Spot]:
    r"""Find the values of a file; none where it is not CSV or JSON in UTF-8.

    Examples:
        >>> [spot.label for spot in spots("a.jsonl", b'{"no": 1, "of": ["x", null]}')]
        ['no', 'of', 'of']
        >>> spots("a.csv", b"no,name\n1,x\n")[1].filled(b"no,name\n1,x\n", b"y")
        b'no,name\n1,y\n'
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return []
    if name.lower().endswith(_JSON):
        found = _in_json(data)
    elif name.lower().endswith(TABLES):
        found = _in_cells(data)
    else:
        return []
    return list(itertools.islice(found, _MOST_SPOTS))


def tampered(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, str, bytes, bytes]]:
    """Put hostile values into files, a value of one label at a time.

    It stands in some of the places that have the label, so that rows with it are among others.
    Every label gets one before any gets another, and not more are given than a test has time for:
    eight to each of six labels, fewer where there are more.

    Returns:
        The file's name, what stands where, the file as it was, and as it is now.
    """
    places: dict[tuple[str, str], list[tuple[bytes, Spot]]] = {}
    for name, data in files:
        for spot in spots(name, data):
            places.setdefault((name, spot.label), []).append((data, spot))
    rounds = max(len(_IN_JSON), len(_IN_CELLS))
    given = itertools.product(range(rounds), enumerate(places.items()))
    for turn, (number, ((name, label), found)) in itertools.islice(given, _MOST):
        values = list((_IN_CELLS if found[0][1].cells else _IN_JSON).items())
        what, value = values[(turn + number // _TOGETHER) % len(values)]
        before = found[0][0]
        chosen = [spot for data, spot in found if data is before]
        after = before
        for spot in reversed((chosen[turn % 2 :: 2] or chosen)[:_MOST_AT_ONCE]):
            after = spot.filled(after, value)
        yield name, f"{what} as {label!r}", before, after


def _in_json(data: bytes) -> Iterator[Spot]:
    label = ""
    for token in _TOKEN.finditer(data):
        if token["key"]:
            label = token["text"][1:-1].decode()
        else:
            yield Spot(label, *token.span())


def _in_cells(data: bytes) -> Iterator[Spot]:
    """Find the cells of the rows that stand on one line each; the first line has their names."""
    header, *lines = data.splitlines(keepends=True) or [b""]
    delimiter = max(b",;\t|".decode(), key=header.decode().count)
    labels = _split(header, delimiter)
    at = len(header)
    for line in lines:
        start, at = at, at + len(line)
        if line.count(b'"') % 2:
            return
        body = line.rstrip(b"\r\n")
        cells = _split(body, delimiter)
        for place, label in enumerate(labels[: len(cells)]):
            before, after = (
                delimiter.join(_quoted(cell, delimiter) for cell in part).encode()
                for part in (cells[:place], cells[place + 1 :])
            )
            mark = delimiter.encode()
            ends = (before + mark if place else b"", mark + after if cells[place + 1 :] else b"")
            yield Spot(label, start, start + len(body), ends)


def _split(line: bytes, delimiter: str) -> list[str]:
    text = line.decode().removeprefix("\ufeff").rstrip("\r\n")
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return []


def _quoted(cell: str, delimiter: str) -> str:
    plain = not {'"', "\r", "\n", delimiter} & set(cell)
    return cell if plain else '"' + cell.replace('"', '""') + '"'
