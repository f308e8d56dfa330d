"""A list is read item by item, whatever it looks like and wherever its windows end."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics.errors import SourceError
from coprometrics_twitter import spans
from coprometrics_twitter.items import Decoders, Items


class Thing(msgspec.Struct):
    n: int
    text: str = ""


class Wrapped(msgspec.Struct):
    thing: Thing


THINGS: Decoders[Wrapped | Thing] = Decoders.of(Wrapped, Thing)
HEAD = b"window.YTD.thing.part0 = "
STYLES: list[dict[str, Any]] = [
    {"indent": 2},
    {"indent": 0},
    {"indent": "\t"},
    {"indent": None},
    {"indent": None, "separators": (",", ":")},
]


def numbers(data: bytes, window: int = 64) -> list[int | None]:
    """Read a list; give the numbers of its items, None for a bad one."""
    found: list[int | None] = []
    for part in Items(io.BytesIO(data), "f.js", THINGS, window).windows():
        assert part.first == len(found) + 1
        for place, item in enumerate(part.items):
            assert (item is None) == (place in part.bad)
            thing = item.thing if isinstance(item, Wrapped) else item
            found.append(None if thing is None else thing.n)
    return found


texts = st.text(st.sampled_from('ab{}[],:"\\\n \u00e9\U0001f600')) | st.sampled_from(
    ["},{", '}, {"thing"', "\n  },\n  {", "]", '"', "\\", '\\"']
)
things = st.builds(
    lambda n, text, more, first: (
        {"n": n, "text": text, "more": more} if first else {"more": more, "n": n, "text": text}
    ),
    st.integers(0, 99),
    texts,
    st.lists(st.fixed_dictionaries({"n": st.integers(), "text": texts}), max_size=3),
    st.booleans(),
)


@given(
    st.lists(things, max_size=30),
    st.booleans(),
    st.sampled_from(STYLES),
    st.sampled_from([8, 64, 500, 1 << 20]),
)
def test_every_list_is_read_whole(
    items: list[dict[str, Any]], wrap: bool, style: dict[str, Any], window: int
) -> None:
    listed = [{"thing": item} for item in items] if wrap else items
    data = HEAD + json.dumps(listed, **style).encode()
    assert numbers(data, max(window, len(HEAD) + 1)) == [item["n"] for item in items]


@pytest.mark.parametrize("style", STYLES[:4], ids=repr)
@pytest.mark.parametrize("bad", [{"n": "x"}, {"m": 1}, [], 5, None, {"thing": 3}])
def test_bad_items_are_told_apart(style: dict[str, Any], bad: Any) -> None:
    items: list[Any] = [{"n": n, "more": [{}, {}]} for n in range(50)]
    items[20] = items[33] = bad
    expected = [None if n in (20, 33) else n for n in range(50)]
    assert numbers(HEAD + json.dumps(items, **style).encode(), 200) == expected


@pytest.mark.parametrize("broken", [b"nul", b'{"n": 1', b'{"n": "1}', b"{]}", b"]", b'{"n": 1}}'])
@pytest.mark.parametrize("at", [0, 10, 29])
def test_a_broken_item_in_lines_is_refused_alone(broken: bytes, at: int) -> None:
    items = [{"n": n} for n in range(30)]
    data = HEAD + json.dumps(items, indent=1).encode()
    data = data.replace(b'"n": %d\n' % at, b'"n": %b\n' % broken)
    if at == 29 and broken in (b'{"n": 1', b'{"n": "1}'):
        with pytest.raises(SourceError, match="it ends within the list"):
            numbers(data, 100)
    else:
        assert numbers(data, 100) == [None if n == at else n for n in range(30)]


@settings(deadline=2_000)
@given(st.binary(max_size=400), st.sampled_from([32, 100, 1 << 20]))
def test_other_bytes_give_only_errors_of_the_source(data: bytes, window: int) -> None:
    for text in (data, HEAD + data, HEAD + b"[" + data, HEAD + b"[" + data + b"]"):
        try:
            numbers(text, window)
        except SourceError as error:
            assert "f.js" in str(error)


jsonish = st.lists(
    st.sampled_from([b"{", b"}", b"[", b"]", b",", b'"', b"\\", b'{"n": 1}', b"\n", b" ", b"1"]),
    max_size=60,
).map(b"".join)


@given(jsonish, st.sampled_from([32, 1 << 20]))
def test_what_is_almost_json_is_no_trap(data: bytes, window: int) -> None:
    try:
        numbers(HEAD + b"[" + data + b"]", window)
    except SourceError as error:
        assert "f.js" in str(error)


@given(jsonish)
def test_items_of_a_valid_list_are_those_that_json_has(data: bytes) -> None:
    try:
        count = len(json.loads(b"[" + data + b"]"))
    except ValueError:
        return
    assert len(numbers(HEAD + b"[" + data + b"]", 40)) == count


@pytest.mark.parametrize("part", [b"[", b"{", b"[]", b"[,", b"[{", b'{"a":', b'""'])
def test_an_item_of_endless_parts_is_given_up_early(
    part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []

    class Counting:
        def finditer(self, data: bytes) -> Iterator[re.Match[bytes]]:
            for found in token.finditer(data):
                looked_at.append(1)
                yield found

    token = spans._TOKEN
    monkeypatch.setattr(spans, "_TOKEN", Counting())
    monkeypatch.setattr(spans, "_MOST_TOKENS", 1_000)
    for before in (b"", b'{"n": 1},', b'{"n": 1},{"n": 2},'):
        with pytest.raises(SourceError, match="has more than 1,000 brackets, commas and texts"):
            numbers(HEAD + b"[" + before + part * 20_000, 1 << 12)
    assert len(looked_at) < 10_000


def test_memory_does_not_grow_with_the_list() -> None:
    class Endless(io.RawIOBase):
        def __init__(self, items: int) -> None:
            self._left = items
            self._started = False

        def read(self, size: int = -1) -> bytes:
            if not self._started:
                self._started = True
                return HEAD + b"["
            if self._left < 0:
                return b""
            many = min(self._left, 2_000)
            self._left = self._left - many or -1
            last = self._left < 0
            return b'{"n": 1, "text": "aaaaaaaaaaaaaaaaaaaaaaaaaa"},' * (many - last) + (
                b'{"n": 1}]' if last else b""
            )

    peaks = []
    for items in (10_000, 100_000):
        stream: Any = Endless(items)
        tracemalloc.start()
        count = sum(len(part.items) for part in Items(stream, "f.js", THINGS, 1 << 16).windows())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == items
    assert peaks[1] < 1.5 * peaks[0]


def test_an_item_without_end_takes_little_memory() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return HEAD + b'[{"text": "' if self.given == size else b"a" * size

    stream: Any = Endless()
    tracemalloc.start()
    with pytest.raises(SourceError, match="item 1 has more than 16,777,216 bytes"):
        list(Items(stream, "f.js", THINGS).windows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stream.given < 64 << 20
    assert peak < 160 << 20
