"""A new plugin is whole, keeps what every importer promises, and harms nothing that is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics.cli import cli
from coprometrics.errors import ParameterError
from coprometrics.importers.registry import Registry
from coprometrics.scaffold import TEMPLATES, compatible, new_plugin

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins" / "new.md").read_text("utf-8")

NAMES = {
    "tea-till": ("coprometrics-tea-till", "coprometrics_tea_till", "TeaTill"),
    "tea_till__2": ("coprometrics-tea-till-2", "coprometrics_tea_till_2", "TeaTill2"),
    "7": ("coprometrics-7", "coprometrics_7", "The7"),
    "none": ("coprometrics-none", "coprometrics_none", "None"),
    "9" + "a" * 24: (f"coprometrics-9{'a' * 24}", f"coprometrics_9{'a' * 24}", f"The9{'a' * 24}"),
}
"""Names of importers, and those of the distribution, the package and the classes."""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_named_after_the_importer(name: str, tmp_path: Path) -> None:
    distribution, package, stem = NAMES[name]
    made = new_plugin(name, tmp_path)
    assert made.folder == tmp_path / distribution
    assert sorted(contents(made.folder)) == list(made.files)
    project = tomllib.loads((made.folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == distribution
    assert project["entry-points"] == {"coprometrics": {name: f"{package}.plugin"}}
    code = (made.folder / "src" / package / "importer.py").read_text("utf-8")
    assert f'    name = "{name}"\n' in code
    assert f"class {stem}Importer:\n" in code
    for path, data in contents(made.folder).items():
        assert b"@@" not in data, path
        if path.endswith(".py"):
            compile(data, path, "exec", dont_inherit=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_linter_has_nothing_to_say(name: str, tmp_path: Path) -> None:
    made = new_plugin(name, tmp_path)
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "--quiet"],
            cwd=made.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_its_own_tests_pass_at_once(tmp_path: Path) -> None:
    """Those of memory are left to the slow test; they take most of the time."""
    made = new_plugin("tea-till", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "not bounded", "-p", "no:cacheprovider"],
        cwd=made.folder,
        env={**os.environ, "PYTHONPATH": str(made.folder / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 deselected" in done.stdout


def test_the_same_arguments_give_the_same_files(tmp_path: Path) -> None:
    one = new_plugin("tea-till", tmp_path / "one")
    other = new_plugin("tea-till", tmp_path / "other")
    assert contents(one.folder) == contents(other.folder)


def test_no_template_is_without_a_file() -> None:
    there = {path.name for path in files("coprometrics.scaffold").joinpath("templates").iterdir()}
    assert there == {f"{template}.tmpl" for template in TEMPLATES.values()}


def test_the_licence_is_that_of_the_project(tmp_path: Path) -> None:
    made = new_plugin("tea-till", tmp_path)
    text = (made.folder / "LICENSE").read_text("utf-8")
    assert text == (ROOT / "LICENSE").read_text("utf-8")


def test_it_asks_for_the_python_and_the_core_that_it_was_made_with(tmp_path: Path) -> None:
    made = new_plugin("tea-till", tmp_path)
    project = tomllib.loads((made.folder / "pyproject.toml").read_text("utf-8"))["project"]
    core = metadata("coprometrics")
    assert project["requires-python"] == core["Requires-Python"]
    assert f"coprometrics{compatible(core['Version'])}" in project["dependencies"]


@pytest.mark.parametrize(
    ("version", "range_"),
    [
        ("0.1.0", ">=0.1.0,<0.2"),
        ("0.9.4+local.1", ">=0.9.4,<0.10"),
        ("1.0.0rc1", ">=1.0.0rc1,<2"),
        ("12.3", ">=12.3,<13"),
    ],
)
def test_releases_that_may_break_it_are_left_out(version: str, range_: str) -> None:
    assert compatible(version) == range_


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *(
            (name, "is no name for an importer")
            for name in ("", "Tea", "été", "a.b", "../a", "a\n")
        ),
        *((name, "with a letter or a digit at both ends") for name in ("-tea", "tea-", "_tea")),
        ("a" * 26, "is too long"),
        ("csv", "there is an importer 'csv' already, of coprometrics-csv"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=re.escape(message)):
        new_plugin(name, tmp_path / "into")
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_plugin_that_is_blocked_is_taken_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPROMETRICS_BLOCK", "csv,eventbrite")
    names = [plugin.name for plugin in Registry().discover()]
    assert {"csv", "eventbrite"} <= {*names}
    for name in names:
        with pytest.raises(ParameterError, match="already"):
            new_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_nothing_that_is_there_is_overwritten(there: str, tmp_path: Path) -> None:
    place = tmp_path / "coprometrics-tea-till"
    if there == "folder":
        place.mkdir()
    elif there == "file":
        place.write_bytes(b"mine")
    else:
        place.symlink_to("nowhere")
    before = place.lstat()
    with pytest.raises(ParameterError, match="nothing is overwritten"):
        new_plugin("tea-till", tmp_path)
    assert place.lstat() == before
    assert [*tmp_path.rglob("*")] == [place]


def test_what_cannot_be_written_whole_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.write_text

    def full(self: Path, *given: Any, **named: Any) -> int:
        if self.name == "plugin.py":
            raise OSError(28, "No space left on device", str(self))
        return whole(self, *given, **named)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        new_plugin("tea-till", tmp_path)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=25)
@given(text=st.text(max_size=520))
def test_any_line_of_text_describes_it(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    into = tmp_path_factory.mktemp("into")
    if not text.strip() or not text.isprintable() or len(text) > 512:
        with pytest.raises(ParameterError, match="is not one line of text"):
            new_plugin("tea-till", into, description=text)
        with pytest.raises(ParameterError, match="the author is not one line"):
            new_plugin("tea-till", into, author=text)
        return
    made = new_plugin("tea-till", into, description=text, author=text)
    project = tomllib.loads((made.folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["description"] == text
    assert project["authors"] == [{"name": text}]
    assert f"\n{text}\n" in (made.folder / "README.md").read_text("utf-8")


def test_the_command_says_what_it_wrote_as_the_page_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["plugin", "new", "tea-till", "--description", "Imports the till.", "--author", "T"]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    (session,) = re.findall(r"(?ms)^\$ coprometrics plugin new .*?\n(.*?)```", PAGE)
    assert done.output == session
    project = tomllib.loads(Path("coprometrics-tea-till/pyproject.toml").read_text("utf-8"))
    assert project["project"]["description"] == "Imports the till."
    assert project["project"]["authors"] == [{"name": "T"}]


def test_every_file_is_on_the_page(tmp_path: Path) -> None:
    made = new_plugin("tea-till", tmp_path)
    listed = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == list(made.files)
