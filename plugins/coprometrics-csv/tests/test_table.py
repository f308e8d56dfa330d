"""A file that is held as a whole and one that goes through a window are read alike."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coprometrics.errors import CoprometricsError
from coprometrics.importers import Source
from coprometrics_csv import encoding
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
    st.sampled_from(["utf-8", "cp1252", "utf-16-le"]),
    st.sampled_from([b"", b"\xc3", b"\xff"]),
)


def content(path: Path, header: int) -> Any:
    """Give all that is read, or the message of what went wrong, and how far it was told of."""
    told: list[int] = []
    dialect = Dialect(encodings=("utf-8", "cp1252"), header=header)
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
    return table.header.labels, table.encoding, rows, told[-1:]


@given(data=BYTES, header=st.sampled_from([0, 1]))
@example(data="x,y\né,1\n".encode("cp1252"), header=1)
@example(data=b"", header=1)
def test_small_files_are_read_as_large_ones_are(data: bytes, header: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        path = Path(folder) / "t.csv"
        path.write_bytes(data)
        whole = content(path, header)
        patched.setattr(encoding, "_MOST_AT_ONCE", 0)
        assert content(path, header) == whole


def test_a_file_that_grows_while_it_is_read_is_not_taken_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"x,y\n1,2\n")
    sizes: Iterator[int] = iter([4])
    real = os.fstat

    def smaller(handle: int) -> os.stat_result:
        found = list(real(handle))
        found[6] = next(sizes, found[6])
        return os.stat_result(found)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", smaller)
        assert encoding.utf8_whole(Source.at(path), ("utf-8",)) is None
    found = encoding.utf8_whole(Source.at(path), ("utf-8",))
    assert found is not None
    assert found.to_pybytes() == b"x,y\n1,2\n"
    assert encoding.utf8_whole(Source.at(path), ("cp1252",)) is None
