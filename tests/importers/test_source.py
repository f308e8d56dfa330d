"""Sources: files and folders, their names and their contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprometrics.errors import SourceError
from coprometrics.importers import Source


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
