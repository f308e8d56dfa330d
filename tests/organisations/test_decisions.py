"""Decisions are kept as they were made, do not contradict each other, and decide the counts."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import asdict, evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprometrics import participation
from coprometrics.configuration import Configuration
from coprometrics.documents import DocumentError, load_document
from coprometrics.errors import ConfigError, CoprometricsError, SchemaError
from coprometrics.importers.contract import Context, Source
from coprometrics.organisations import writing
from coprometrics.organisations.applying import apply_decisions, unknown_in
from coprometrics.organisations.decisions import (
    Different,
    OrganisationDecisions,
    Same,
    read_decisions,
)
from coprometrics.organisations.importer import DecisionsImporter, record_of
from coprometrics.organisations.parties import known_in, parties
from coprometrics.organisations.writing import add_decision
from coprometrics.records import Activity, Organisation
from coprometrics.store import Store

START = dt.datetime(2023, 5, 4, 12, tzinfo=dt.UTC)


def body(number: int, kind: str = "charity", **fields: object) -> Organisation:
    return Organisation(id=f"list:{number}", name=f"Body {number}", kind=kind, **fields)


def same(*ids: str, kind: str = "charity") -> Same:
    return Same(decided="same", ids=ids, preferred=ids[0], name="Body", kind=kind)


def different(*ids: str) -> Different:
    return Different(decided="different", ids=ids)


def written(folder: Path, *decisions: Same | Different) -> Path:
    """Write a file with an entry in each line from the third one on."""
    file = folder / "organisations.yaml"
    entries = [f"- {json.dumps(asdict(decision))}" for decision in decisions]
    file.write_text("\n".join(["schema: organisations-v1", "decisions:", *entries, ""]))
    return file


def test_a_decision_is_added_at_the_end_and_all_else_stays(tmp_path: Path):
    file = tmp_path / "organisations.yaml"
    own = (
        "# ours\nschema: organisations-v1\ndecisions:\n- ids: ['a:1',\n    'a:2']\n"
        "  decided: different # sure\n"
    )
    file.write_text(own)
    odd = Same(
        decided="same",
        ids=('b:\u2028#: "x', "b:no"),
        preferred="b:no",
        name="- [a]: 'b'",
        kind="no",
    )
    add_decision(file, odd, "a\nb / \x85c")
    assert file.read_text("utf-8").startswith(own)
    assert load_document(file, OrganisationDecisions).value.decisions == (
        different("a:1", "a:2"),
        odd,
    )


ENTRY = "- {decided: different, ids: ['a:1', 'a:2']}"


@pytest.mark.parametrize(
    ("before", "more"),
    [
        (f"schema: organisations-v1\ndecisions:\n{ENTRY}", "\n"),
        (f"schema: organisations-v1\ndecisions:\n{ENTRY}\n\n   ", "\n"),
        (f"schema: organisations-v1\r\ndecisions:\r\n{ENTRY}\r\n", ""),
        (f"\ufeffschema: organisations-v1\ndecisions:\n{ENTRY}\n# end\n", ""),
        ("schema: organisations-v1\n# none yet\n", "decisions:\n"),
    ],
)
def test_not_a_byte_of_what_a_person_wrote_is_changed(tmp_path: Path, before: str, more: str):
    file = tmp_path / "organisations.yaml"
    file.write_bytes(before.encode())
    assert add_decision(file, different("b:1", "b:2"), "one / other")
    after = file.read_bytes().decode()
    assert after.startswith(f"{before}{more}")
    assert ("\r\n" in before) == ("\r\n" in after.removeprefix(before))
    assert read_decisions(file).relation("b:1", "b:2") == "different"
    assert not add_decision(file, different("b:2", "b:1"), "what is there is not added again")
    assert file.read_bytes().decode() == after


@pytest.mark.skipif(sys.platform == "win32", reason="there is no lock of that sort")
def test_several_who_add_at_a_time_lose_nothing(tmp_path: Path):
    file = tmp_path / "organisations.yaml"
    # What a process left that was ended while it wrote.
    left = tmp_path / ".organisations.yaml.0a1b2c3d.new"
    left.write_text("schema: organ")
    os.utime(left, (0, 0))

    def add(who: str) -> None:
        for number in range(4):
            add_decision(file, different(f"{who}:{number}", "x:1"), "one / other")

    with ThreadPoolExecutor() as pool:
        list(pool.map(add, "abc"))
    assert len(read_decisions(file).document.value.decisions) == 12
    assert [found.name for found in tmp_path.iterdir()] == [file.name]


def test_what_was_decided_is_never_contradicted_by_an_answer(tmp_path: Path):
    file = written(tmp_path, same("a:1", "a:2"), different("a:2", "b:1"))
    before = file.read_bytes()
    for answer, problem in (
        (different("a:2", "a:1"), "'a:2' and 'a:1' are decided to be the same already"),
        (same("b:1", "a:1"), "'b:1' and 'a:1' are decided to be different already"),
        (same("a:1", "c:1", kind="company"), "is a company here, and a charity in line 3"),
    ):
        with pytest.raises(ConfigError, match=problem):
            add_decision(file, answer, "one / other")
    with pytest.raises(ConfigError, match="already"):
        add_decision(file, different("c:1", "c:2"), "", together=[("c:1", "c:2")])
    assert file.read_bytes() == before


def test_what_cannot_be_written_is_said_and_all_stays(tmp_path: Path, monkeypatch):
    file = written(tmp_path, same("a:1", "a:2"))
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing, "replace_file", full)
    with pytest.raises(SchemaError, match=r"organisations.yaml: cannot be written \(No space left"):
        add_decision(file, different("b:1", "b:2"), "one / other")
    assert file.read_bytes() == before
    for place, problem in ((tmp_path / "none" / "a.yaml", "its folder"), (tmp_path, "a folder")):
        with pytest.raises(SchemaError, match=problem):
            add_decision(place, different("b:1", "b:2"), "one / other")
    monkeypatch.setattr(os, "access", lambda place, _mode: Path(place) != file)
    with pytest.raises(SchemaError, match="cannot be written to; change its permissions"):
        add_decision(file, different("b:1", "b:2"), "one / other")


@pytest.mark.parametrize(
    "text",
    [
        "schema: organisations-v1\ndecisions: []\n",
        "decisions:\n  - {decided: different, ids: ['a:1', 'a:2']}\nschema: organisations-v1\n",
        "schema: report-v1\n",
    ],
)
def test_a_file_that_nothing_can_be_added_to_is_left_as_it_is(tmp_path: Path, text: str):
    file = tmp_path / "organisations.yaml"
    file.write_text(text)
    with pytest.raises(SchemaError):
        add_decision(file, different("b:1", "b:2"), "")
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{decided: sam, ids: ['a:1', 'a:2']}", "must be one of same, different, not 'sam'"),
        ("{ids: ['a:1', 'a:2']}", "the key 'decided' is missing"),
        ("{decided: same, ids: ['a:1', 'a:2'], kind: charity, name: A}", "'preferred' is missing"),
        ("{decided: different, ids: ['a:1', 'a:2'], name: A}", "there is no key 'name' here"),
        ("{decided: different, ids: ['a:1']}", "name two or more"),
        ("{decided: different, ids: ['a:1', 'a:1']}", "is there twice"),
        ("{decided: different, ids: ['a:1', 'nothing']}", "an identifier must be the name"),
        (
            "{decided: same, ids: ['a:1', 'a:2'], preferred: 'a:3', name: A, kind: charity}",
            "none of the ids",
        ),
        (
            "{decided: same, ids: ['a:1', 'a:2'], preferred: 'a:1', name: A, kind: A Charity}",
            "the kind must be small letters",
        ),
    ],
)
def test_an_entry_that_does_not_fit_is_named_by_its_line(tmp_path: Path, entry: str, problem: str):
    file = tmp_path / "organisations.yaml"
    file.write_text(f"schema: organisations-v1\ndecisions:\n  - {entry}\n")
    with pytest.raises(DocumentError, match=problem) as caught:
        read_decisions(file)
    assert "organisations.yaml:3:" in str(caught.value)


def test_contradictions_are_refused_by_their_lines(tmp_path: Path):
    file = written(tmp_path, same("a:1", "a:2"), same("a:2", "a:3"), different("a:1", "a:3"))
    with pytest.raises(ConfigError, match=r"yaml:5: .* they are the same by lines 3 and 4"):
        read_decisions(file)
    file = written(tmp_path, different("a:1", "a:3"))
    with pytest.raises(ConfigError, match=r"yaml:3: .* by the records of the store"):
        read_decisions(file, together=[("a:1", "a:2", "a:3")])
    file = written(tmp_path, same("a:1", "a:2"), same("a:3", "a:2", kind="company"))
    with pytest.raises(ConfigError, match=r"yaml:4: .* a company here, and a charity in line 3"):
        read_decisions(file)


def test_what_follows_from_decisions(tmp_path: Path):
    found = read_decisions(
        written(tmp_path, same("a:2", "a:1"), same("a:1", "a:3"), different("a:3", "b:1"))
    )
    assert found.relation("a:2", "a:3") == "same"
    assert found.relation("a:1", "b:1") == "different"
    assert found.relation("a:1", "b:2") is None
    (group,) = found.groups()
    assert (group.preferred, group.ids, group.line) == ("a:2", ("a:1", "a:2", "a:3"), 3)


pairs = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] != pair[1]),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decided=pairs, known=pairs)
def test_what_counts_for_one_follows_from_decisions_and_records(tmp_path, decided, known):
    # Of nine organisations six have a record; the others are known by name alone.
    ids = [f"list:{number}" if number < 6 else f"talks:Name {number}" for number in range(9)]
    known = [(a, b) for a, b in known if a < 6 and b < 6]
    listed = {number: {ids[b] for a, b in known if a == number} for number in range(6)}
    records = [body(number, same_as=tuple(sorted(listed[number]))) for number in range(6)]
    parents = list(range(9))

    def top(number: int) -> int:
        return number if parents[number] == number else top(parents[number])

    for a, b in [*decided, *known]:
        parents[top(a)] = top(b)
    file = tmp_path / "organisations.yaml"
    file.write_text("schema: organisations-v1\n")
    for a, b in decided:
        add_decision(file, same(ids[a], ids[b]), "")
    made = map(record_of, read_decisions(file).groups())
    found = known_in([*records, *made])
    assert len({found.main(identifier) for identifier in ids}) == len(set(map(top, range(9))))


def test_applied_twice_they_change_nothing_and_no_later_import_undoes_them(tmp_path: Path):
    records = [body(1), body(2), body(3)]
    talk = Activity(
        id="talks:1",
        kind="talk",
        starts_at=START,
        timezone="UTC",
        organisation_ids=("list:1", "list:2", "list:3", "talks:Two", "talks:Else"),
    )
    file = written(tmp_path, same("list:1", "list:2"), same("list:2", "talks:Two"))
    with Store.open() as store:
        store.write(records)
        store.write([talk])
        assert apply_decisions(store, file).clean
        once = store.table(Organisation)
        store.write([evolve(record, name=f"{record.name}!") for record in records])
        store.write(records)
        again = apply_decisions(store, file).written
        assert again
        assert (again.added, again.replaced, again.unchanged) == (0, 0, 1)
        assert store.table(Organisation).equals(once)
        result = participation(store.frame(Activity), None, store.frame(Organisation))
        assert result.figure("organisations").number == len(parties(store)) == 3


def test_a_decision_is_stamped_with_the_file_and_the_line_that_it_comes_from(tmp_path: Path):
    with Store.open() as store:
        store.write([body(1), body(2)])
        file = written(tmp_path, different("list:2", "list:3"), same("list:1", "list:2"))
        result = apply_decisions(store, file)
        assert (result.accepted.total(), result.skipped.total()) == (1, 1)
        rows = store.provenance(Organisation).filter("id = 'decided:list:1'")
        columns = "source_line, importer, source_name, source_sha256"
        assert rows.project(columns).fetchall() == [
            (4, "organisations", "organisations.yaml", Source.at(file).sha256())
        ]


def test_what_does_not_fit_the_store_leaves_it_as_it_was(tmp_path: Path):
    records = [
        body(1),
        body(2, same_as=("x:Shared",)),
        body(3, kind="company"),
        body(4, same_as=("list:1",)),
    ]
    with Store.open() as store:
        store.write(records)
        for decisions, problem in (
            ([same("list:1", "list:3")], "'list:3' is a company in the store"),
            ([same("list:1", "x:Shared")], "'x:Shared' would belong to"),
            ([different("list:1", "list:4")], "the same by the records of the store"),
            ([same("list:1", "list:2"), different("list:2", "list:1")], "by line 3"),
        ):
            with pytest.raises(CoprometricsError, match=problem):
                apply_decisions(store, written(tmp_path, *decisions))
        assert list(store.records(Organisation)) == records
        assert len(store.sources()) == 1


def test_what_nothing_in_the_store_goes_by_is_named_with_its_line(tmp_path: Path):
    file = written(tmp_path, same("list:1", "list:l2"), different("x:Two", "gone:1"))
    with Store.open() as store:
        store.write([body(1, same_as=("x:Two",))])
        expected = [(3, "list:l2"), (4, "gone:1")]
        assert unknown_in(store, file) == expected
        apply_decisions(store, file)
        assert unknown_in(store, file) == expected


def test_a_source_that_does_not_tell_the_kind_contradicts_none(tmp_path: Path):
    records = [body(1, kind="unknown"), body(2), body(3, kind="unknown")]
    file = written(
        tmp_path, same("list:1", "list:3", kind="unknown"), same("list:1", "list:2", kind="charity")
    )
    with Store.open() as store:
        store.write(records)
        assert apply_decisions(store, file).clean
        (party,) = parties(store)
        assert party.kind == "charity"
        assert len(party.ids) == 3


def test_a_kind_that_the_workspace_does_not_know_stops_it(tmp_path: Path):
    pinned = Configuration(vocabularies={"Organisation.kind": ("university",)})
    with Store.open() as store:
        store.write([body(1), body(2)])
        result = apply_decisions(store, written(tmp_path, same("list:1", "list:2")), pinned)
        assert (result.refused, result.written, store.count(Organisation)) == (1, None, 2)
        assert result.stopped


def test_a_decision_taken_back_is_not_left_in_the_store_in_silence(tmp_path: Path):
    with Store.open() as store:
        store.write([body(1), body(2), body(3), body(4)])
        apply_decisions(
            store, written(tmp_path, same("list:1", "list:2"), same("list:3", "list:4"))
        )
        joined = written(tmp_path, same("list:1", "list:2", "list:3", "list:4"))
        assert apply_decisions(store, joined).clean
        for later in ([same("list:1", "list:2")], [different("list:1", "list:2")]):
            with pytest.raises(ConfigError, match="decided here no longer"):
                apply_decisions(store, written(tmp_path, *later))


def test_the_importer_knows_its_documents_and_needs_nothing_else(tmp_path: Path):
    file = written(tmp_path, same("list:1", "list:2"))
    importer = DecisionsImporter()
    assert importer.identify(Source.at(file))
    (batch,) = importer.read(Source.at(file), None, Context(person_key=str))
    assert batch.rows.num_rows == 1
    other = tmp_path / "report.yaml"
    other.write_text("schema: report-v1\n")
    assert importer.identify(Source.at(other)) is None
