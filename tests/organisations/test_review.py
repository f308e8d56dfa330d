"""A person at a terminal decides; nothing else does."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from coprometrics import revenue_share
from coprometrics.cli import cli
from coprometrics.documents import load_document
from coprometrics.errors import SchemaError
from coprometrics.organisations import writing
from coprometrics.organisations.decisions import Different, OrganisationDecisions, Same
from coprometrics.organisations.writing import add_decision
from coprometrics.records import Activity, Income, Organisation
from coprometrics.store import Store

NAMES = {
    "list:1": "UCL Institute of Education",
    "list:2": "Institute of Education, UCL",
    "list:3": "Arts & Crafts",
    "list:4": "Arts and Crafts",
    "list:5": "=Camden Council",
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five organisations (list:3 and list:4 of different kinds), and three names alone."""
    monkeypatch.chdir(tmp_path)
    with Store.open("store.duckdb") as opened:
        bodies = [
            Organisation(id=id_, name=name, kind="company" if id_ == "list:4" else "charity")
            for id_, name in NAMES.items()
        ]
        opened.write(bodies, source_name="list.csv")
        talk = Activity(
            id="talks:1",
            kind="talk",
            starts_at=dt.datetime(2023, 5, 4, tzinfo=dt.UTC),
            timezone="UTC",
            organisation_ids=("talks:camden council", "talks:Age UK", "talks:17"),
        )
        opened.write([talk], source_name="talks.csv")
        paid = Income(
            id="paid:1",
            stream="talks",
            amount_minor=1,
            currency="GBP",
            kind="fee",
            organisation_id="paid:AGE UK",
        )
        opened.write([paid], source_name="paid.csv")
    return tmp_path / "store.duckdb"


def review(monkeypatch: pytest.MonkeyPatch, *answers: str, options: tuple[str, ...] = ()) -> str:
    monkeypatch.setattr(sys.modules["coprometrics.cli.organisations"], "_at_terminal", lambda: True)
    typed = "".join(f"{answer}\n" for answer in answers)
    done = CliRunner().invoke(
        cli, ["organisations", "review", "store.duckdb", *options], input=typed
    )
    # What is typed may end early, as when a person presses Ctrl-D.
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output


def decided(file: str = "organisations.yaml") -> list[tuple[str, tuple[str, ...]]]:
    if not Path(file).exists():
        return []
    document = load_document(file, OrganisationDecisions)
    return [(entry.decided, entry.ids) for entry in document.value.decisions]


def contents(path: Path) -> list[list[object]]:
    with Store.open(path, read_only=True) as opened:
        return [opened.table(Organisation).to_pylist(), list(opened.sources())]


def test_without_a_terminal_it_prints_and_asks_nothing(store: Path):
    before = contents(store)
    runs = {}
    for form in ("text", "json", "csv"):
        done = CliRunner().invoke(
            cli, ["organisations", "review", "store.duckdb", "--format", form]
        )
        assert done.exit_code == 0, done.output
        runs[form] = done.output
    data = json.loads(runs["json"])
    assert (data["organisations"], data["known_by_name_alone"]) == (9, 4)
    assert [p["score"] for p in data["proposals"]] == [100, 100, 100, 100]
    assert set(data["proposals"][0]["first"]) == {"name", "kind", "ids", "sources"}
    rows = list(csv.DictReader(io.StringIO(runs["csv"])))
    assert {row["first_name"] for row in rows} >= {"'=Camden Council"}
    assert "9 organisations, 4 of which are known by name alone; 4 pairs to decide" in runs["text"]
    plain = CliRunner().invoke(cli, ["organisations", "review", "store.duckdb"])
    assert plain.output == runs["text"]
    assert contents(store) == before
    assert not Path("organisations.yaml").exists()


def test_what_is_not_confirmed_is_not_written(store: Path, monkeypatch):
    before = contents(store)
    # The third pair is of two kinds, so that it cannot be one.
    for answers in ("q", "", "ssss", "xq", "ssyq", "sy"):
        said = review(monkeypatch, *answers)
        assert "nothing was decided, and nothing written" in said
        assert decided() == []
        assert contents(store) == before


def test_answers_are_written_one_by_one_and_not_asked_again(store: Path, monkeypatch):
    before = contents(store)
    # Only one of the first pair has a record; of the second neither has, so that it takes a kind.
    said = review(monkeypatch, "yes", "what?", "y", "2", "A Charity", "charity", "different", "q")
    assert "1 of 4, score 100: small letters for capitals" in said
    assert "3 written to organisations.yaml" in said
    first = [
        ("same", ("list:5", "talks:camden council")),
        ("same", ("talks:Age UK", "paid:AGE UK")),
        ("different", ("list:3", "list:4")),
    ]
    assert decided() == first
    kept = Path("organisations.yaml").read_text()
    said = review(monkeypatch, "y", "2", "n")
    assert "1 of 1" in said
    assert decided() == [*first, ("same", ("list:1", "list:2"))]
    assert Path("organisations.yaml").read_text().startswith(kept)
    assert contents(store) == before


def test_a_kind_that_is_not_known_is_no_other_kind(store: Path, monkeypatch):
    with Store.open(store) as opened:
        opened.write([Organisation(id="grants:1", name="Camden Council", kind="unknown")])
    said = review(monkeypatch, "y", "1", "q", options=("--into", "b.yaml"))
    assert "Camden Council (unknown), grants:1" in said
    (entry,) = load_document("b.yaml", OrganisationDecisions).value.decisions
    assert isinstance(entry, Same)
    assert (set(entry.ids), entry.kind) == ({"list:5", "grants:1"}, "charity")


def test_what_somebody_else_answers_meanwhile_stays(store: Path, monkeypatch):
    command = sys.modules["coprometrics.cli.organisations"]
    ask, others = command._ask, [Different(decided="different", ids=("list:1", "list:2"))]

    def asked() -> str:
        # The other person is quicker.
        while others:
            add_decision(Path("organisations.yaml"), others.pop(), "one / other")
        return ask()

    monkeypatch.setattr(command, "_ask", asked)
    said = review(monkeypatch, "s", "s", "s", "y", "1")
    assert "Not written: organisations.yaml: 'list:2' and 'list:1' are decided to be diff" in said
    assert decided() == [("different", ("list:1", "list:2"))]
    others.append(Different(decided="different", ids=("list:3", "list:4")))
    assert "nothing was decided" in review(monkeypatch, "s", "s", "n")
    assert len(decided()) == 2


def test_a_file_spoilt_meanwhile_costs_one_answer_and_it_is_said(store: Path, monkeypatch):
    kept = []

    def spoilt(*given: object) -> bool:
        kept.append(given)
        raise SchemaError("is spoilt", where="organisations.yaml:3")

    review(monkeypatch, "y", "q")
    monkeypatch.setattr(writing, "add_decision", spoilt)
    monkeypatch.setattr(sys.modules["coprometrics.cli.organisations"], "_at_terminal", lambda: True)
    done = CliRunner().invoke(cli, ["organisations", "review", "store.duckdb"], input="n\n")
    assert isinstance(done.exception, SchemaError)
    assert "The last answer could not be written." in done.output
    assert len(kept) == len(decided()) == 1


def test_a_place_that_no_file_can_be_in_is_refused_before_anything_is_asked(
    store: Path, monkeypatch
):
    monkeypatch.setattr(sys.modules["coprometrics.cli.organisations"], "_at_terminal", lambda: True)
    done = CliRunner().invoke(
        cli, ["organisations", "review", "store.duckdb", "--into", "none/organisations.yaml"]
    )
    assert isinstance(done.exception, SchemaError)
    assert done.output == ""


def test_confirmed_at_the_end_they_are_applied(store: Path, monkeypatch):
    said = review(monkeypatch, "y", "y", "1", "charity", "n", "y", "2", "y")
    assert "3 new, 0 replaced, 0 already there" in said
    assert "6 organisations, 1 of which is known by name alone" in said
    with Store.open(store, read_only=True) as opened:
        (institute,) = (r for r in opened.records(Organisation) if "list:1" in r.same_as)
    assert (institute.name, institute.same_as) == (NAMES["list:1"], ("list:1", "list:2"))
    done = CliRunner().invoke(cli, ["organisations", "apply", "store.duckdb", "organisations.yaml"])
    assert "0 new, 0 replaced, 3 already there" in done.output
    done = CliRunner().invoke(cli, ["organisations", "review", "store.duckdb"])
    assert "no pair to decide" in done.output


def test_what_follows_from_an_answer_is_not_asked(store: Path, monkeypatch):
    with Store.open(store) as opened:
        third = Organisation(id="list:6", name="The UCL Institute of Education", kind="charity")
        opened.write([third])
    said = review(monkeypatch, "s", "s", "s", "y", "1", "y", "n")
    assert "5 of 6" in said
    assert "6 of 6" not in said
    assert len(decided()) == 2


def test_a_count_of_who_paid_says_how_many_are_not_in_the_data(store: Path):
    with Store.open(store, read_only=True) as opened:
        share = revenue_share(opened.frame(Income), organisations=opened.frame(Organisation))
    note = "Known by name or identifier alone: 1 organisation that paid."
    assert note in share.notes
    known = [Organisation(id="list:9", name="Age UK", kind="charity", same_as=("paid:AGE UK",))]
    with Store.open(store, read_only=True) as opened:
        assert note not in revenue_share(opened.frame(Income), organisations=known).notes
