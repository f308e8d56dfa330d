"""The key under which people are hashed: made once, kept, and never replaced in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprometrics.errors import ImporterError
from coprometrics.importers.keys import PeopleKey
from coprometrics.store import Store


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


def test_only_a_regular_file_holds_a_key(pipe: Path, tmp_path: Path):
    for path in (pipe, tmp_path, Path("/dev/null")):
        with pytest.raises(ImporterError, match="must be in a regular file") as told:
            PeopleKey(path).pseudonym("ada@example.org")
        assert told.value.where == str(path)
