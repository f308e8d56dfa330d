"""The lessons of the documentation, replayed from an empty folder as a reader would."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from coprometrics.cli import main

DOCS = Path(__file__).parents[1] / "docs"
LONG = ("writing-an-importer",)
LESSONS = [DOCS / "first-report.md", *sorted((DOCS / "guides").glob("*.md"))]
BLOCK = re.compile(
    r"(?P<lead>(?:^\S[^\n]*\n)*)\n?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FILE = re.compile(r"`(?P<name>[\w./-]+)`:\n\Z")
SAME = doctest.OutputChecker()


class Reader:
    """Does what a page says, block by block, in the folder where we are."""

    def __init__(self) -> None:
        self.names: dict[str, object] = {}
        self.exit_code = 0

    def follow(self, page: Path) -> int:
        """Follow a page from top to bottom, and count what was done."""
        text, done = page.read_text("utf-8"), 0
        for block in BLOCK.finditer(text):
            where = f"{page.name}:{text.count(chr(10), 0, block.start('text')) + 1}"
            file = FILE.search(block["lead"])
            if block["language"] == "console":
                self.type(block["text"], where)
            elif file:
                Path(file["name"]).parent.mkdir(parents=True, exist_ok=True)
                Path(file["name"]).write_text(block["text"], "utf-8")
                forget_modules_here()
            elif block["language"] == "python":
                self.run(block["text"], where)
            else:
                assert block["language"] == "text", f"{where}: nothing is done with this block"
                continue
            done += 1
        return done

    def type(self, session: str, where: str) -> None:
        """Type each command, and compare what it prints with what is shown."""
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, shown = part.split("\n", 1)
            printed = self.answer(command)
            # How wide a column is differs from one version of rich to the next.
            alike = [re.sub(r"[ ─]+", " ", text) for text in (shown, printed)]
            assert SAME.check_output(*alike, doctest.ELLIPSIS), (
                f"{where}: {command}\nshown:\n{shown}\nprinted:\n{printed}"
            )

    def answer(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.exit_code}\n"
        program, *arguments = shlex.split(command)
        if program in SHELL:
            return SHELL[program](*arguments)
        if program == "pytest":
            return self.ask(program, "-p", "no:cacheprovider", *arguments)
        assert program == "coprometrics", f"a lesson cannot run {program}"
        out = io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            pytest.raises(SystemExit) as end,
        ):
            patch.setattr(sys, "argv", ["coprometrics", *arguments])
            main()
        self.exit_code = int(end.value.code or 0)
        return out.getvalue()

    def ask(self, module: str, *arguments: str) -> str:
        """Run another program in a process of its own; it is a module of this Python."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.exit_code = done.returncode
        return done.stdout

    def run(self, code: str, where: str) -> None:
        """Run the examples of a block; names last to the end of the page."""
        test = doctest.DocTestParser().get_doctest(code, self.names, where, where, 0)
        said = io.StringIO()
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
        result = runner.run(test, out=said.write, clear_globs=False)
        self.names = test.globs
        assert not result.failed, said.getvalue()


def cat(name: str) -> str:
    return Path(name).read_text("utf-8")


def cd(folder: str) -> str:
    os.chdir(folder)
    return ""


def rm(option: str, *names: str) -> str:
    assert option == "-r"
    for path in map(Path, names):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return ""


def pip(*arguments: str) -> str:
    """Make the project here known as an editable installation does, without a build."""
    assert arguments == ("install", "-e", ".[dev]")
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    name, version = project["name"], project["version"]
    info = Path("src") / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    points = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(points))
    sys.path.insert(0, str(Path("src").absolute()))
    os.environ["PYTHONPATH"] = sys.path[0]
    return f"Obtaining {Path.cwd().as_uri()}\nSuccessfully installed {name}-{version}\n"


SHELL: Mapping[str, Callable[..., str]] = {"cat": cat, "cd": cd, "pip": pip, "rm": rm}


def forget_modules_here() -> None:
    """Have what was changed imported anew."""
    here = str(Path.cwd())
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(here):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    for variable in ("CI", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(variable, raising=False)
    yield
    forget_modules_here()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.stem, marks=[pytest.mark.slow] * (page.stem in LONG))
        for page in LESSONS
    ],
)
def test_a_lesson_gives_what_it_shows(page: Path) -> None:
    assert Reader().follow(page) > 4


@pytest.mark.parametrize(
    "page",
    [
        "```console\n$ coprometrics --version\nanother\n```\n",
        "```console\n$ coprometrics check nothing.yaml\n...\n$ echo $?\n0\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
    ],
)
def test_a_page_that_shows_something_else_is_found(page: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(page, "utf-8")
    with pytest.raises(AssertionError, match=r"page\.md|Expected"):
        Reader().follow(path)


@pytest.mark.skipif(
    not (DOCS.parent / "action.yml").exists(), reason="the files of the repository are not here"
)
def test_the_workflow_and_the_hook_of_the_guide_ask_for_what_there_is() -> None:
    page = (DOCS / "guides" / "continuous-integration.md").read_text("utf-8")
    files = {
        file["name"]: YAML(typ="safe").load(block["text"])
        for block in BLOCK.finditer(page)
        if (file := FILE.search(block["lead"])) and block["language"] == "yaml"
    }
    action = YAML(typ="safe").load((DOCS.parent / "action.yml").read_text("utf-8"))
    (step,) = [
        step
        for step in files[".github/workflows/report.yml"]["jobs"]["check"]["steps"]
        if "/coprometrics@" in step["uses"]
    ]
    assert step["with"].keys() <= action["inputs"].keys()
    (hook,) = YAML(typ="safe").load((DOCS.parent / ".pre-commit-hooks.yaml").read_text("utf-8"))
    (repository,) = files[".pre-commit-config.yaml"]["repos"]
    assert [one["id"] for one in repository["hooks"]] == [hook["id"]]
