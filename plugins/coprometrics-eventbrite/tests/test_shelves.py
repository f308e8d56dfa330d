"""Rows put aside: what comes back, and what stays behind."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ImporterError
from coprometrics.importers import Batch, Context, Item, Source
from coprometrics_csv.arrays import SHARED
from coprometrics_eventbrite import Eventbrite, EventbriteImporter
from coprometrics_eventbrite.shelves import Shelves

FIELDS = [pa.field("order", pa.string()), pa.field("row", pa.int64()), pa.field("kind", SHARED)]
SCHEMA = pa.schema(FIELDS)


def table(orders: list[str], first: int, kind: str = "a ticket") -> pa.Table:
    rows = range(first, first + len(orders))
    kinds = [None if row % 5 == 3 else f"{kind} {row % 3}" for row in rows]
    return pa.table({"order": orders, "row": rows, "kind": kinds}).cast(SCHEMA)


@given(orders=st.lists(st.text(max_size=2)), most=st.integers(0, 9), step=st.integers(1, 9))
def test_all_rows_come_back_with_those_of_one_order_together(
    orders: list[str], most: int, step: int
) -> None:
    with Shelves("order", SCHEMA, most=most) as shelves:
        for at in range(0, len(orders), step):
            shelves.add(table(orders[at : at + step], at))
        assert all(part.schema == SCHEMA for part in shelves.parts())
        parts = [part.to_pylist() for part in shelves.parts()]
        assert [part.to_pylist() for part in shelves.parts()] == parts
    rows = [row for part in parts for row in part]
    assert sorted(rows, key=lambda row: row["row"]) == table(orders, 0).to_pylist()
    where = [{row["order"] for row in part} for part in parts]
    assert sum(map(len, where)) == len(set(orders))
    assert all(len(part) <= most or len(keys) == 1 for part, keys in zip(parts, where, strict=True))
    assert all(part == sorted(part, key=lambda row: row["row"]) for part in parts)


def test_long_rows_count_as_several() -> None:
    with Shelves("order", SCHEMA, most=9) as shelves:
        shelves.add(table(["a" * 5_000, "b" * 5_000], 0))
        assert [part["row"].to_pylist() for part in shelves.parts()] == [[0, 1]]
        shelves.add(table(["c" * 2_000], 2))
        assert sorted(part["row"].to_pylist() for part in shelves.parts()) == [[0], [1], [2]]
    with Shelves("order", SCHEMA, most=9) as shelves:
        shelves.add(table(list("abc"), 0, kind="a" * 5_000))
        assert len(list(shelves.parts())) > 1


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Hold back no row, and keep the files in which rows are put aside."""
    files: list[Any] = []
    made = tempfile.TemporaryFile

    def remembered() -> Any:
        files.append(made(dir=tmp_path / "aside"))
        return files[-1]

    (tmp_path / "aside").mkdir()
    monkeypatch.setattr(tempfile, "TemporaryFile", remembered)
    monkeypatch.setattr("coprometrics_eventbrite.reports.MOST_HELD", 0)
    return files


@pytest.fixture
def items(write: Any, tmp_path: Path) -> Iterator[Item]:
    path = tmp_path / "report.csv"
    path.write_text(write("attendees", [{"Order ID": str(n)} for n in range(5)]))
    context = Context(person_key=lambda _address: "0" * 32)
    return EventbriteImporter().read(Source.at(path), Eventbrite(), context)


@pytest.mark.parametrize("how", ["end", "left", "thrown"])
def test_nothing_is_left_on_disk_however_it_ends(
    how: str, items: Any, opened: list[Any], tmp_path: Path
) -> None:
    next(item for item in items if isinstance(item, Batch))
    assert opened
    assert not any(file.closed for file in opened)
    assert list((tmp_path / "aside").iterdir()) == []
    if how == "end":
        assert list(items)
    elif how == "left":
        items.close()
    else:
        with pytest.raises(KeyboardInterrupt):
            items.throw(KeyboardInterrupt)
    assert all(file.closed for file in opened)


@pytest.mark.parametrize("call", ["write", "read", "close"])
def test_a_disk_that_fails_is_told_and_nothing_is_left(
    call: str, items: Any, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.BytesIO):
        def fail(self, *_args: Any) -> Any:
            raise OSError(errno.ENOSPC, "No space left on device")

    def failing() -> Any:
        file = Failing()
        setattr(file, call, file.fail)
        opened.append(file)
        return file

    monkeypatch.setattr(tempfile, "TemporaryFile", failing)
    if call == "close":
        assert list(items)
        for file in opened:
            del file.close  # else it fails once more when it goes, which Python 3.13 and later tell
        return
    with pytest.raises(ImporterError, match=r"\(No space left on device\); free some space"):
        list(items)
    assert all(file.closed for file in opened)
