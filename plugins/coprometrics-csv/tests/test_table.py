"""From the bytes of a file to its blocks, in whatever encoding and however small the window."""

from __future__ import annotations

import codecs
import encodings.aliases
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coprometrics.errors import CoprometricsError
from coprometrics.importers import Source
from coprometrics_csv import encoding, feed
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.table import open_table

LINES = st.lists(st.sampled_from(["a,b", '"a\nb",c', "é,日", "a", "", '"', "a\0,b"]), max_size=6)
BYTES = st.builds(
    lambda mark, lines, end, coding, rest: (
        mark + end.join(["x,y", *lines]).encode(coding, "replace") + rest
    ),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]),
    LINES,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "cp1252", "utf-16-le", "iso2022_jp"]),
    st.sampled_from([b"", b"\xc3", b"\xff"]),
)


def content(path: Path, dialect: Dialect) -> Any:
    """Give all that is read and its encoding, or the message of what went wrong."""
    told: list[int] = []
    try:
        with open_table(Source.at(path), dialect) as table:
            width = len(table.header.labels)
            blocks = list(table.blocks(tuple(range(width)), told.append))
    except CoprometricsError as error:
        return str(error)
    rows = [
        (block.lines.to_pylist(), [block.cells[n].to_pylist() for n in range(width)],
         dict(block.problems), dict(block.left_out))
        for block in blocks
    ]  # fmt: skip
    assert told[-1:] in ([], [path.stat().st_size])
    return (table.encoding.name, table.encoding.refused), (table.header.labels, rows)


def decoded(data: bytes, encodings: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]] | None:
    """Give the text of a file, its encoding, and those that it is not in."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le")):
        if data.startswith(mark):
            encodings, data = (name,), data.removeprefix(mark)
    for number, name in enumerate(encodings):
        try:
            return data.decode(name), name, encodings[:number]
        except UnicodeDecodeError:
            pass
    return None


@given(
    data=BYTES,
    header=st.sampled_from([0, 1]),
    encodings=st.sampled_from(
        [
            *[("utf-8", "cp1252"), ("utf-8", "utf-16-le", "latin-1"), ("cp1252",)],
            *[("ascii", "utf-8"), ("iso2022_jp", "cp1252"), ("utf-8", "cp1252", "utf-8")],
        ]
    ),
    more=st.integers(4, 40),
)
@example(data="x,y\né,1\n".encode("cp1252"), header=1, encodings=("utf-8", "cp1252"), more=4)
@example(data=b"", header=1, encodings=("utf-8", "cp1252"), more=4)
def test_a_file_is_read_in_the_first_encoding_that_can_read_all_of_it(
    data: bytes, header: int, encodings: tuple[str, ...], more: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        path = Path(folder) / "t.csv"
        path.write_bytes(data)
        dialect = Dialect(encodings=encodings, header=header)
        whole = content(path, dialect)
        patched.setattr(feed, "_MORE", more)
        patched.setattr(feed, "_WINDOW", more)
        patched.setattr(encoding, "_CHUNK", more)
        assert content(path, dialect) == whole
        known = decoded(data, encodings)
        if known is None:
            assert isinstance(whole, str)
            assert "this is not" in whole or "the file" in whole
            return
        text, name, refused = known
        path.write_bytes(text.encode())
        again = content(path, Dialect(encodings=("utf-8",), header=header))
    if isinstance(whole, str):
        assert whole == again
    else:
        assert whole[0] == (name, refused)
        assert whole[1] == again[1]


@given(st.text(st.characters(max_codepoint=0x7F)))
@example("\x1b$B!!\x1b(B")
@example("\\u0041+AGE-~{!!~}\x0e\x0f")
def test_encodings_that_are_known_to_keep_ascii_do(text: str) -> None:
    kept = 0
    for name in sorted(set(encodings.aliases.aliases.values())):
        try:
            official = codecs.lookup(name)
        except LookupError:
            continue
        if encoding._KEEPS_ASCII.fullmatch(official.name):
            assert text.encode().decode(name) == text
            kept += 1
    assert kept > 30


def test_a_file_of_ascii_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"x,y\n1,2\n")
    monkeypatch.setattr(encoding.Utf8Stream, "_decide", lambda _: pytest.fail("no need to"))
    assert content(path, Dialect(encodings=("utf-8", "cp1252")))[0] == ("utf-8", ())
    path.write_bytes("x,y\n1,é\n".encode())
    with pytest.raises(pytest.fail.Exception):
        content(path, Dialect(encodings=("utf-8", "cp1252")))


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"x,y\n" + b"1,2\n" * 50_000)
    real = os.fstat

    def smaller(handle: int) -> os.stat_result:
        found = list(real(handle))
        found[6] = 4
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", smaller)
    found = content(path, Dialect())
    assert sum(len(rows) for rows, *_ in found[1][1]) == 50_000
