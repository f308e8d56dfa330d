"""A person stays one person, and a lost or changed key is never passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coprometrics.errors import ImporterError
from coprometrics.importers.keys import PeopleKey
from coprometrics.records import Attendance
from coprometrics.store import Store
from coprometrics.store import _files as files

from .workspace import Workspace

FORMS = """\
schema: csv-mapping-v1
record: Attendance
source: forms
timezone: Europe/London
id: {from: [Response]}
columns:
  - {target: activity_id, from: [Course], type: id, source: sessions}
  - {target: person_key, from: ["Your e-mail"], type: person}
constants: {status: attended}
"""
ADDRESSES = [
    "ada.byron@example.org",
    "Ada.Byron@Example.ORG",
    "  ada.byron@example.org\u00a0",
    "mailto:ada.byron@example.org",
    "Ada Byron <ADA.BYRON@example.org>",
    "\uff41\uff44\uff41.byron@example.org",
    "ada.byron\uff20example.org",
]


def people(path: Path) -> list[str | None]:
    with Store.open(path, read_only=True) as store:
        return [record.person_key for record in store.records(Attendance)]


def test_two_sources_that_write_an_address_differently_meet_in_one_person(workspace: Workspace):
    (workspace.folder / "forms.yaml").write_text(FORMS)
    forms = workspace.folder / "forms.csv"
    rows = [f'{number},s{number},"{text}"\n' for number, text in enumerate(ADDRESSES)]
    forms.write_text("Response,Course,Your e-mail\n" + "".join(rows), encoding="utf-8")
    bookings = workspace.folder / "bookings.csv"
    bookings.write_text("No,Session,Email\n1,s1,ada.byron@example.org\n2,s1,ada+b@example.org\n")
    assert workspace.run(bookings).returncode == 0
    workspace.mapping.write_text(FORMS)
    done = workspace.run(forms)
    assert (done.returncode, done.stderr) == (0, "")
    # In the order of their ids: two bookings, then the forms.
    ada, other, *from_forms = people(workspace.store)
    assert set(from_forms) == {ada}
    assert len(from_forms) == len(ADDRESSES)
    assert other != ada


@pytest.mark.parametrize("change", ["lost", "another", "cut short", "empty", "open to others"])
def test_a_lost_or_changed_key_is_told_and_nothing_comes_in(workspace: Workspace, change: str):
    file = workspace.bookings("one.csv", 5)
    assert workspace.run(file).returncode == 0
    before = people(workspace.store)
    right = workspace.key.read_text()
    workspace.key.unlink()
    if change == "another":
        workspace.key.write_text("0f" * 32 + "\n")
    elif change == "cut short":
        workspace.key.write_text(right[:40])
    elif change == "empty":
        workspace.key.touch()
    elif change == "open to others":
        workspace.key.write_text(right)
    if workspace.key.exists():
        workspace.key.chmod(0o644 if change == "open to others" else 0o600)
    more = workspace.bookings("more.csv", 10)
    done = workspace.run(more)
    assert (done.returncode, done.stdout) == (2, "")
    assert {
        "lost": "which is not here; put the key file back, or import everything into a new store",
        "another": "but the people in this store were hashed under",
        "cut short": "this is not a key file: it must hold 64 hexadecimal digits",
        "empty": "this is not a key file: it must hold 64 hexadecimal digits",
        "open to others": "the key for people can be read by others",
    }[change] in done.stderr
    assert people(workspace.store) == before
    assert workspace.key.exists() == (change != "lost")
    workspace.key.write_text(right)
    workspace.key.chmod(0o600)
    assert workspace.run(more).returncode == 0
    assert people(workspace.store)[:5] == before


def test_the_key_is_noted_although_the_file_before_was_given_up(workspace: Workspace):
    """The note of the key goes with the transaction that was undone, and is made again."""
    bad = workspace.folder / "bad.csv"
    bad.write_text("No,Session,Email\n1,s1,p1@example.org\n2,s1,nobody\n")
    good = workspace.bookings("good.csv", 3)
    done = workspace.run(bad, good, options=("--policy", "strict"))
    assert done.returncode == 1
    assert "given up" in done.stderr
    with Store.open(workspace.store, read_only=True) as store:
        assert store.count(Attendance) == 3
        assert store.person_key_id() is not None
    workspace.key.unlink()
    assert "which is not here" in workspace.run(good).stderr


def test_a_key_without_a_store_stays_the_same(tmp_path: Path):
    key = PeopleKey(tmp_path / "k")
    assert key.pseudonym("a@example.org") == PeopleKey(tmp_path / "k").pseudonym("A@example.org")
    passing = PeopleKey()
    assert passing.pseudonym("a@example.org") == passing.pseudonym("a@example.org")


@pytest.mark.skipif(os.name == "nt", reason="Windows renames without links")
def test_where_there_are_no_links_a_key_is_made_all_the_same(tmp_path: Path, monkeypatch):
    def no_links(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "k"
    made = PeopleKey(path).pseudonym("a@example.org")
    assert path.stat().st_mode & 0o777 == 0o600
    assert PeopleKey(path).pseudonym("a@example.org") == made
    assert list(tmp_path.iterdir()) == [path]
    with files.new_file(path) as passing:
        passing.write_text("another")
        assert not files.take_name(passing, path)
    assert path.stat().st_size == 65
    with Store.open(tmp_path / "s.duckdb") as store:
        assert store.count(Attendance) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows renames without links")
def test_a_second_name_that_an_ended_process_left_on_the_key_goes(tmp_path: Path):
    path = tmp_path / "k"
    PeopleKey(path).pseudonym("a@example.org")
    left, other = tmp_path / ".k.0123abcd.new", tmp_path / ".k.4567abcd.new"
    os.link(path, left)
    other.write_text("of a process that is still at work")
    PeopleKey(path).pseudonym("a@example.org")
    assert not left.exists()
    assert other.exists()
    os.utime(other, (0, 0))
    PeopleKey(path).pseudonym("a@example.org")
    assert not other.exists()


def test_a_folder_in_the_place_of_the_key_is_told(tmp_path: Path):
    with pytest.raises(ImporterError, match="must be in a regular file"):
        PeopleKey(tmp_path).pseudonym("a@example.org")
