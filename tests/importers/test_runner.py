"""One source comes in whole and once, with every row accounted for."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from attrs import define, evolve

from coprometrics.errors import (
    ConfigError,
    ParameterError,
    PluginError,
    SourceError,
    StoreError,
)
from coprometrics.importers import Batch, Locator, Notice, Problem, Refusal, Skipped, Source
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import load_config
from coprometrics.plugins import Plugin
from coprometrics.records import Activity, Attendance, Income
from coprometrics.store import Store

from .invented import Fake, batch, found, run


def test_every_row_is_accepted_refused_or_skipped(source: Source):
    odd = Refusal(Locator(line=9), (Problem("not-a-date", "no date", "Date", "'x'"),))
    items = [
        batch(("f:1", 1), ("bad id", 2), ("f:3", 3)),
        odd,
        Skipped(4, "void"),
        Notice("unmapped", "Notes"),
    ]
    with Store.open() as store:
        result = run(source, found(*items), store)
        assert (result.accepted.total(), result.refused, result.skipped.total()) == (2, 2, 4)
        assert result.rows == 8
        assert [str(r.at) for r in result.refusals] == ["line 3", "line 9"]
        assert result.problems == {"wrong-form": 1, "not-a-date": 1}
        assert result.notices == [Notice("unmapped", "Notes")]
        assert store.count(Income) == 2
        assert not result.clean


def test_lines_follow_their_rows(source: Source):
    with Store.open() as store:
        run(source, found(batch(("f:1", 1), ("bad", 2), ("f:3", 3))), store)
        rows = store.provenance(Income).order("id").to_arrow_table().to_pylist()
    assert [(row["id"], row["source_line"]) for row in rows] == [("f:1", 2), ("f:3", 4)]
    assert {row["importer_version"] for row in rows} == {"1.2"}
    assert rows[0]["source_sha256"] == source.sha256()


def test_importing_twice_changes_nothing(source: Source):
    with Store.open() as store:
        run(source, found(batch(("f:1", 1))), store)
        before = store.provenance(Income).to_arrow_table()
        result = run(source, found(batch(("f:1", 1))), store)
        assert result.written is not None
        assert (result.written.added, result.written.unchanged) == (0, 1)
        assert store.provenance(Income).to_arrow_table().equals(before)


@pytest.mark.parametrize(
    ("options", "stops"),
    [
        ({"policy": "strict"}, True),
        ({"max_errors": 0}, True),
        ({"max_errors": 1}, False),
        ({}, False),
    ],
)
def test_a_policy_decides_when_to_give_up(source: Source, options: dict[str, Any], stops: bool):
    with Store.open() as store:
        result = run(source, found(batch(("f:1", 1), ("bad", 2))), store, **options)
        assert (result.stopped is not None) is stops
        assert store.count(Income) == (0 if stops else 1)
        assert (result.written is None) is stops


def test_a_dry_run_says_all_and_keeps_nothing(source: Source):
    with Store.open() as store:
        result = run(source, found(batch(("f:1", 1), ("bad", 2))), store, dry_run=True)
        assert (result.accepted.total(), result.refused) == (1, 1)
        assert store.count(Income) == 0
        assert store.sources() == []


def test_different_rows_with_one_id_are_refused_by_line(source: Source):
    with Store.open() as store:
        items = [batch(("f:1", 1), ("f:2", 2)), batch(("f:1", 9), start=4)]
        result = run(source, found(*items), store)
        assert (result.accepted.total(), result.refused) == (1, 2)
        assert [str(r.at) for r in result.refusals] == ["line 2", "line 4"]
        assert result.problems == {"conflicting-duplicate": 2}


@pytest.mark.parametrize(
    ("places", "said", "at"),
    [
        ({"lines": [2, 4]}, "(lines 2, 4)", ["line 2", "line 4"]),
        (
            {"pages": [2, 10], "indexes": [5, 1]},
            "(page 2, item 5; page 10, item 1)",
            ["page 2, item 5", "page 10, item 1"],
        ),
        ({"indexes": [7, 8]}, "(item 7; item 8)", ["item 7", "item 8"]),
        ({"lines": [7, None]}, "(line 7)", ["line 7", ""]),
        ({}, "(rows)", ["", ""]),
    ],
)
def test_conflicts_are_refused_at_their_whole_places(
    source: Source, places: dict[str, Any], said: str, at: list[str]
):
    arrays = {name: pa.array(numbers, pa.int64()) for name, numbers in places.items()}
    rows = Batch(Income, batch(("f:1", 1), ("f:1", 9)).rows, **arrays)
    with Store.open() as store:
        result = run(source, found(rows), store)
    assert [str(refusal.at) for refusal in result.refusals] == at
    assert {said in str(refusal.problems[0]) for refusal in result.refusals} == {True}


def test_rows_that_repeat_a_record_are_counted_and_told(source: Source):
    with Store.open() as store:
        items = [batch(("f:1", 1), ("f:1", 1)), batch(("f:1", 1), ("f:2", 2), start=4)]
        result = run(source, found(*items), store)
        assert result.written is not None
        assert (result.written.added, result.written.repeated) == (2, 2)
        assert result.accepted.total() == 4
        (notice,) = result.notices
        assert notice.code == "repeated-records"
        assert notice.message.startswith("2 rows give exactly the record of another row")
        again = run(source, found(*items), store)
        assert again.written is not None
        assert (again.written.unchanged, again.written.repeated) == (2, 2)


def test_texts_in_dictionaries_are_checked_and_written(source: Source):
    rows = batch(("f:1", 1), ("f:2", 2), ("f:3", 3), stream=["talks", "No Word", "training"])
    coded = rows.rows.set_column(1, "stream", rows.rows.column("stream").dictionary_encode())
    items = [evolve(rows, rows=coded), batch(("f:4", 4), start=5)]
    with Store.open() as store:
        result = run(source, found(*items), store)
        assert [str(r.at) for r in result.refusals] == ["line 3"]
        assert {r.id: r.stream for r in store.records(Income)} == {
            "f:1": "talks", "f:3": "training", "f:4": "talks",
        }  # fmt: skip


def explode() -> Iterator[Any]:
    yield batch(("f:1", 1))
    raise ZeroDivisionError("oh")


def interrupt() -> Iterator[Any]:
    yield batch(("f:1", 1))
    raise KeyboardInterrupt


def give_up() -> Iterator[Any]:
    yield batch(("f:1", 1))
    raise SourceError("the file ends in the middle of a row", where="income.csv:7")


@pytest.mark.parametrize(
    ("script", "error"),
    [(explode, PluginError), (interrupt, KeyboardInterrupt), (give_up, SourceError)],
)
def test_a_failure_half_way_keeps_nothing(source: Source, script, error):
    with Store.open() as store:
        with pytest.raises(error):
            run(source, Found(Fake(script), Plugin("fake", "d", "1")), store)
        assert store.count(Income) == 0


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("a text", "it yielded a str"),
        (Batch(Activity, pa.table({})), "yielded Activity, which it does not declare"),
        (Batch(Income, {"id": []}), "the rows of a batch are a dict"),
        (Batch(Income, pa.table({"id": ["a:1"]}), lines=pa.array([], pa.int64())), "0 lines for 1"),
    ],
)
def test_an_importer_that_breaks_its_contract_is_named(source: Source, item, message):
    with Store.open() as store:
        with pytest.raises(PluginError, match=message) as caught:
            run(source, found(item), store)
        assert "coprometrics-fake 1.2, income.csv" in str(caught.value)


def test_what_a_plugin_stumbles_over_is_not_shown_where_it_may_name_a_person(source: Source):
    def stumble() -> Iterator[Any]:
        yield batch(("f:1", 1))
        raise KeyError("ada@example.org")

    with Store.open() as store, pytest.raises(PluginError, match="KeyError") as caught:
        run(source, Found(Fake(stumble), Plugin("fake", "d", "1")), store)
    assert "ada" not in str(caught.value)


def test_a_field_that_no_record_has_refuses_the_row(source: Source):
    with Store.open() as store:
        result = run(source, found(batch(("f:1", 1), email=["ada@example.org"])), store)
        assert result.problems == {"unknown-field": 1}
        assert "ada" not in str(result.refusals)


def test_an_unknown_policy_is_refused(source: Source):
    with Store.open() as store, pytest.raises(ParameterError, match="collect or strict"):
        run(source, found(), store, policy="loose")


def test_a_configuration_is_asked_for_where_it_is_needed(tmp_path: Path):
    with pytest.raises(ConfigError, match="takes no mapping"):
        load_config(found(), tmp_path / "m.yaml")


def test_nothing_waits_for_what_comes_through_a_pipe_or_a_socket(pipe: Path, tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "socket"))
        for path in (pipe, tmp_path / "socket"):
            with pytest.raises(SourceError, match="neither a file nor a folder"):
                Source.at(path)
            with pytest.raises(StoreError, match="it is no regular file"):
                Store.open(path)


@define
class Defaults:
    """A configuration of which every setting has a default."""

    word: str = "plain"


def test_a_configuration_with_defaults_needs_no_file():
    importer = Found(Fake(lambda: iter(()), config=Defaults), Plugin("fake", "p", "1"))
    assert load_config(importer, None) == Defaults()


def visits(*ids: str, order: str = "t:o1") -> Batch:
    n = len(ids)
    table = {
        "id": ids, "activity_id": ["t:a"] * n, "status": ["attended"] * n, "order_id": [order] * n,
    }  # fmt: skip
    return Batch(Attendance, pa.table(table))


def test_an_order_that_is_there_under_other_ids_is_not_counted_twice(source: Source):
    def importer(*ids: str, order: str = "t:o1") -> Found:
        fake = Fake(lambda: iter((visits(*ids, order=order),)), record_types=(Attendance,))
        return Found(fake, Plugin("fake", "p", "1"))

    with Store.open() as store:
        run(source, importer("t:1", "t:2"), store)
        with pytest.raises(SourceError, match=r"1 order is in the store already, from income.csv"):
            run(source, importer("t:o1.1", "t:o1.2"), store)
        assert store.count(Attendance) == 2
        # A ticket more in an order, and another order, are none of that.
        assert run(source, importer("t:1", "t:3"), store).clean
        assert run(source, importer("t:9", order="t:o2"), store).clean
        assert store.count(Attendance) == 4


def test_a_source_that_fails_or_changes_while_it_is_read_is_told_of_and_nothing_is_kept(source):
    def failing() -> Iterator[Any]:
        yield batch(("f:1", 1))
        raise OSError(5, "Input/output error")

    def changing() -> Iterator[Any]:
        yield batch(("f:1", 1))
        source.path.write_text("something longer")

    def importer(script: Callable[[], Iterator[Any]]) -> Found:
        return Found(Fake(script), Plugin("fake", "p", "1"))

    with Store.open() as store:
        with pytest.raises(SourceError, match=r"income.csv: cannot be read \(Input/output error\)"):
            run(source, importer(failing), store)
        with pytest.raises(SourceError, match=r"income.csv: it changed while it was read"):
            run(source, importer(changing), store)
        assert store.count(Income) == 0


def test_the_sources_that_are_kept_are_told_when_a_command_is_stopped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from coprometrics.cli.importing import _telling_kept

    for names, said in (([], ""), (["a.csv", "b.csv"], "kept: a.csv, b.csv\n")):
        with pytest.raises(KeyboardInterrupt), _telling_kept(names):
            raise KeyboardInterrupt
        assert capsys.readouterr().err == said
