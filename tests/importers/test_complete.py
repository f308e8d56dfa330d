"""What a source tells all of: the rest is removed, and an older source is told of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from coprometrics.errors import PluginError
from coprometrics.importers import Complete, Source
from coprometrics.records import Attendance, Income
from coprometrics.store import Store

from .invented import batch, found, run


def whole(*ids: str) -> Complete:
    return Complete(Income, "id", pa.array(ids))


def amounts(store: Store) -> dict[str, int]:
    return {one.id: one.amount_minor for one in store.records(Income)}


def test_what_a_source_tells_all_of_is_as_it_tells_it(source: Source) -> None:
    with Store.open() as store:
        rows = [("o:1", 5), ("o:1:refund", -2), ("o:1:a:b", 3), ("o:10", 7), ("o:2", 9)]
        run(source, found(batch(*rows)), store)
        result = run(source, found(whole("o:1", "o:3"), batch(("o:3", 1))), store)
        assert amounts(store) == {"o:1:a:b": 3, "o:10": 7, "o:2": 9, "o:3": 1}
    assert (result.written.added, result.written.removed) == (1, 2)
    assert [notice.code for notice in result.notices] == ["removed-records"]


def test_what_it_gives_again_is_not_removed(source: Source) -> None:
    with Store.open() as store:
        run(source, found(batch(("o:1", 5), ("o:1:refund", -2))), store)
        result = run(source, found(batch(("o:1", 5), ("o:1:refund", -3)), whole("o:1")), store)
        assert amounts(store) == {"o:1": 5, "o:1:refund": -3}
        assert (result.written.unchanged, result.written.replaced) == (1, 1)
        again = run(source, found(batch(("o:1", 5), ("o:1:refund", -3)), whole("o:1")), store)
    assert (again.written.unchanged, again.written.removed, again.notices) == (2, 0, [])


@pytest.mark.parametrize("refused", [("o:2", None), ("", 5)])
def test_nothing_is_removed_where_a_row_was_refused(source: Source, refused: Any) -> None:
    with Store.open() as store:
        run(source, found(batch(("o:1", 5))), store)
        result = run(source, found(whole("o:1"), batch(refused)), store)
        assert (result.refused, result.written.removed) == (1, 0)
        assert amounts(store) == {"o:1": 5}


def test_what_several_rows_claim_is_not_removed_either(source: Source) -> None:
    with Store.open() as store:
        run(source, found(batch(("o:1", 5))), store)
        result = run(source, found(batch(("o:1", 6), ("o:1", 7)), whole("o:1")), store)
        assert result.problems == {"conflicting-duplicate": 2}
        assert amounts(store) == {"o:1": 5}


def test_a_dry_run_removes_nothing(source: Source) -> None:
    with Store.open() as store:
        run(source, found(batch(("o:1", 5))), store)
        run(source, found(whole("o:1")), store, dry_run=True)
        assert amounts(store) == {"o:1": 5}
        assert run(source, found(whole("o:1")), store).written.removed == 1
        assert amounts(store) == {}


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Complete(Attendance, "order_id", pa.array(["1"])), "which it does not declare"),
        (Complete(Income, "order_id", pa.array(["1"])), "no field with a text"),
        (Complete(Income, "amount_minor", pa.array(["1"])), "no field with a text"),
        (Complete(Income, "id", ["1"]), "are a list, no array"),
        (Complete(Income, "id", pa.array([1])), "of type int64, no texts"),
        (Complete("income", "id", pa.array(["1"])), "which it does not declare"),
    ],
)
def test_a_claim_that_makes_no_sense_is_the_fault_of_the_plugin(
    source: Source, item: Complete, said: str
) -> None:
    with Store.open() as store, pytest.raises(PluginError, match=said):
        run(source, found(item), store)


def test_an_older_source_that_comes_again_is_told(source: Source, tmp_path: Path) -> None:
    newer = tmp_path / "newer.csv"
    newer.write_text("something else")
    with Store.open() as store:
        run(source, found(batch(("o:a", 1), ("o:b", 2))), store)
        assert run(Source.at(newer), found(batch(("o:a", 5))), store).notices == []
        assert run(source, found(batch(("o:b", 2))), store).notices == []
        (notice,) = run(source, found(batch(("o:a", 1), ("o:b", 2))), store).notices
        assert run(source, found(batch(("o:b", 3))), store).notices == []
    assert notice.code == "older-source-again"
    assert "1 record is as it has them again" in notice.message
