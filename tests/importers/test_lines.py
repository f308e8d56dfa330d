"""Lines and JSON Lines are read whole or refused, one by one, and never held without bounds."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import SourceError
from coprometrics.importers import Refusal, Source
from coprometrics.importers.lines import read_json_lines, read_lines
from coprometrics.testing.watching import metered_memory

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def told(found: Any) -> Any:
    """Give a line as it is, and of a refusal its line and its code."""
    if not isinstance(found, Refusal):
        return found
    (problem,) = found.problems
    assert problem.message.startswith("must ")
    return found.at.line, problem.code


def read(path: Path, data: bytes, **given: Any) -> list[Any]:
    path.write_bytes(data)
    return [told(found) for found in read_json_lines(Source.at(path), **given)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'{"a": 7.50, "b": 1e2}', {"a": Decimal("7.50"), "b": Decimal("1E+2")}),
        (b'{"a": 1%s}' % (b"0" * 30), {"a": 10**30}),
        (b'{"a": "\\ud83d\\ude00 \\u0000"}', {"a": "\N{GRINNING FACE} \0"}),
        (b'{"a": "%s"}' % (b"[{" * 99), {"a": "[{" * 99}),
        (b'{"a": %s1%s}' % (b"[" * 63, b"]" * 63), None),
        (b'{"a": %s1%s}' % (b"[" * 64, b"]" * 64), "too-deep"),
        (b"[" * 200_000, "too-deep"),
        (b'"' + b'\\"[' * 100_000, "not-json"),
        (b'{"a": 1, "a": 1}', "repeated-key"),
        (b'{"b": [{"a": 1, "a": 2}]}', "repeated-key"),
        (b'{"a": NaN}', "not-a-number"),
        (b'{"a": -Infinity}', "not-a-number"),
        (b'{"a": %s}' % (b"9" * 5_000), "number-too-long"),
        (b'{"a": 0.%s}' % (b"9" * 5_000), "number-too-long"),
        (b'{"a": 1e999999999}', "number-too-long"),
        (b'{"a": 1e99999999999999999999}', "number-too-long"),
        (b'{"a": ["\\uD800"]}', "not-unicode"),
        (b'{"\\udfff": 1}', "not-unicode"),
        (b'{"a": "\xed\xa0\x80"}', "not-utf-8"),
        (b'{"a": "caf\xe9"}', "not-utf-8"),
        (b'{"a": "\0"}', "not-json"),
        (b'{"a": 1', "not-json"),
        (b'{"a": 1} {"a": 1}', "not-json"),
        (b"\xef\xbb\xbf{}", "not-json"),
        (b"[1]", "not-an-object"),
        (b"null", "not-an-object"),
        (b'{"a": "%s"}' % (b"x" * (1 << 20)), "line-too-long"),
    ],
    ids=lambda value: repr(value)[:32],
)
def test_a_line_is_an_object_or_a_refusal_and_the_next_is_read(
    line: bytes, expected: Any, tmp_path: Path
) -> None:
    first, second, last = read(tmp_path / "a.jsonl", b'{"no": 1}\n' + line + b'\r\n{"no": 3}')
    assert (first, last) == ((1, {"no": 1}), (3, {"no": 3}))
    number, found = second
    assert number == 2
    if expected is not None:
        assert repr(found) == repr(expected)


def test_a_mark_and_blank_lines_are_passed_over_and_bytes_are_counted(tmp_path: Path) -> None:
    done: list[int] = []
    data = b'\xef\xbb\xbf{"a": 1}\n\n \t\r\n{"a": 2}\n'
    assert read(tmp_path / "a.jsonl", data, progress=done.append) == [(1, {"a": 1}), (4, {"a": 2})]
    assert done[-1] == len(data)
    assert read(tmp_path / "b.jsonl", b"") == []


@pytest.mark.parametrize(
    "data",
    ['{"a": 1}\n'.encode("utf-16"), '{"a": 1}\n'.encode("utf-16-be"), bytes(range(256)) * 2],
    ids=["UTF-16", "UTF-16 without a mark", "bytes"],
)
def test_what_is_no_text_is_refused_as_a_whole(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no text in UTF-8"):
        read(tmp_path / "a.jsonl", data)
    with pytest.raises(SourceError):
        next(read_lines(Source.at(tmp_path)))


def test_a_line_without_end_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(b"May\n" + b"x" * (8 << 20) + b"\nJune\n")
    with metered_memory() as meter:
        found = [told(one) for one in read_lines(Source.at(path), longest=1_000)]
    assert found == [(1, "May"), (2, "line-too-long"), (3, "June")]
    assert meter.bytes < 1 << 20


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=4), st.booleans())
def test_whatever_json_writes_is_read_as_it_was_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], ascii_only: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    lines = [json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    for row, line, found in zip(rows, lines, read(path, text), strict=True):
        number, value = found
        assert 1 <= number <= len(rows)
        if isinstance(value, dict):
            assert json.loads(json.dumps(value, default=float)) == json.loads(line)
        else:
            assert value in ("not-a-number", "not-unicode", "not-utf-8"), (row, value)
