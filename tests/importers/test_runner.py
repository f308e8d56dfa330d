"""One source comes in whole and once, with every row accounted for."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from attrs import define, evolve

from coprometrics.errors import (
    ConfigError,
    ImporterError,
    ParameterError,
    PluginError,
    SourceError,
    StoreError,
)
from coprometrics.importers import (
    Batch,
    Complete,
    Context,
    Item,
    Locator,
    Match,
    Notice,
    Problem,
    Refusal,
    Skipped,
    Source,
)
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import import_source, load_config
from coprometrics.plugins import Plugin
from coprometrics.records import Activity, Attendance, Income, Record
from coprometrics.store import Store

NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@define
class Fake:
    """An importer that yields what a test tells it to."""

    script: Callable[[], Iterator[Any]]
    name: str = "fake"
    hook_api: int = 1
    record_types: tuple[type[Record], ...] = (Income,)
    config: type[Any] | None = None

    def identify(self, source: Source) -> Match | None:
        return None

    def read(self, source: Source, config: Any, context: Context) -> Iterator[Item]:
        yield from self.script()


def found(*items: Any) -> Found:
    return Found(Fake(lambda: iter(items)), Plugin("fake", "coprometrics-fake", "1.2"))


def batch(*rows: tuple[str, int], start: int = 2, **extra: Any) -> Batch:
    ids, amounts = zip(*rows, strict=True)
    n = len(rows)
    table = {
        "id": ids, "stream": ["talks"] * n, "amount_minor": amounts, "currency": ["GBP"] * n,
        "kind": ["fee"] * n, **extra,
    }  # fmt: skip
    return Batch(Income, pa.table(table), lines=pa.array(range(start, start + n), pa.int64()))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "income.csv"
    path.write_text("whatever")
    return Source.at(path)


def run(source: Source, importer: Found, store: Store, **options: Any):
    context = Context(person_key=PeopleKey().pseudonym, now=NOW)
    return import_source(source, importer, store, context=context, **options)


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


def test_a_source_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SourceError, match="there is no such file"):
        Source.at(tmp_path / "none.csv")


@pytest.mark.parametrize("given", [".", "", "./.", "part/..", "../pages"])
def test_a_folder_has_its_own_name_by_whatever_path(tmp_path: Path, monkeypatch, given: str):
    (tmp_path / "pages" / "part").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "pages")
    assert Source.at(given).name == "pages"
    monkeypatch.chdir("part")
    assert Source.at("..").name == "pages"


def test_a_folder_without_a_name_is_refused_unless_it_is_given_one():
    with pytest.raises(SourceError, match="this folder has no name"):
        Source.at("/")
    assert Source.at("/", name="disk").name == "disk"


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    path = tmp_path / "coprometrics.key"
    with Store.open() as store:
        first = PeopleKey(path, store).pseudonym("ada@example.org")
        assert path.stat().st_mode & 0o777 == 0o600
        assert PeopleKey(path, store).pseudonym("Ada@Example.org") == first
        assert path.read_text().strip() not in str(store.person_key_id())


def test_no_key_is_made_where_nobody_needs_one(tmp_path: Path):
    PeopleKey(tmp_path / "coprometrics.key")
    assert not (tmp_path / "coprometrics.key").exists()


def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path):
    path = tmp_path / "coprometrics.key"
    with Store.open() as store:
        PeopleKey(path, store).pseudonym("ada@example.org")
        path.unlink()
        with pytest.raises(ImporterError, match="which is not here"):
            PeopleKey(path, store).pseudonym("ada@example.org")
        assert not path.exists()


def test_another_key_is_not_taken_for_the_right_one(tmp_path: Path):
    with Store.open() as store:
        PeopleKey(tmp_path / "one.key", store).pseudonym("ada@example.org")
        PeopleKey(tmp_path / "two.key").pseudonym("ada@example.org")
        with pytest.raises(ImporterError, match="use the key file of this store"):
            PeopleKey(tmp_path / "two.key", store).pseudonym("ada@example.org")


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [("00" * 32, 0o644, "read by others"), ("xyz", 0o600, "not a key file"), ("", 0o600, "not a")],
)
def test_a_key_file_that_cannot_be_trusted_is_refused(tmp_path: Path, text, mode, message):
    path = tmp_path / "k.key"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ImporterError, match=message):
        PeopleKey(path).pseudonym("ada@example.org")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path, 0o600)
    return path


def test_only_a_regular_file_holds_a_key(pipe: Path, tmp_path: Path):
    for path in (pipe, tmp_path, Path("/dev/null")):
        with pytest.raises(ImporterError, match="must be in a regular file") as told:
            PeopleKey(path).pseudonym("ada@example.org")
        assert told.value.where == str(path)


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


def test_a_folder_is_known_by_its_names_and_files(tmp_path: Path):
    for folder in ("one", "two"):
        (tmp_path / folder / "part").mkdir(parents=True)
        (tmp_path / folder / "part" / "b.json").write_text("2")
        (tmp_path / folder / "a.json").write_text("1")
    one, two = Source.at(tmp_path / "one"), Source.at(tmp_path / "two")
    (tmp_path / "secret").write_text("elsewhere")
    (tmp_path / "one" / "link").symlink_to(tmp_path / "secret")
    assert one.files() == ["a.json", "part/b.json"]
    assert one.sha256() == two.sha256()
    (tmp_path / "two" / "a.json").rename(tmp_path / "two" / "c.json")
    assert one.sha256() != two.sha256()


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


# What a source tells all of.


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


def test_the_sources_that_are_kept_are_told_when_a_command_is_stopped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from coprometrics.cli.importing import _telling_kept

    for names, said in (([], ""), (["a.csv", "b.csv"], "kept: a.csv, b.csv\n")):
        with pytest.raises(KeyboardInterrupt), _telling_kept(names):
            raise KeyboardInterrupt
        assert capsys.readouterr().err == said
