"""The contract: what is documented, what a type checker sees, and how a part of it goes away."""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from importlib.metadata import EntryPoint, version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import get_args

import attrs
import pluggy
import pytest
from packaging.version import Version

import coprometrics.importers.hookspecs
import coprometrics.metrics.hookspecs
from coprometrics.importers import Batch, Context, Importer, Notice, Refusal, Skipped, Source
from coprometrics.plugins import (
    PROJECT,
    HookDeprecationWarning,
    Plugins,
    State,
    hookimpl,
    hookspec,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins" / "contract.md").read_text("utf-8")
OURS = (coprometrics.importers.hookspecs, coprometrics.metrics.hookspecs)


def hooks(specs: ModuleType) -> dict[str, dict]:
    """Give the hooks of a module with their options."""
    marked = {name: getattr(value, f"{PROJECT}_spec", None) for name, value in vars(specs).items()}
    return {name: options for name, options in marked.items() if options is not None}


def test_every_hook_is_documented_with_its_arguments_and_its_group():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| `([\w.]+)` \|", PAGE, re.MULTILINE)
    documented = {name: (arguments, group) for name, arguments, group in rows}
    expected = {}
    for specs in OURS:
        for name in hooks(specs):
            arguments = inspect.signature(getattr(specs, name)).parameters
            told = ", ".join(f"`{one}`" for one in arguments) or "none"
            expected[name] = (told, specs.GROUP)
    assert documented == expected


def test_every_member_of_what_passes_between_is_documented():
    section = PAGE[PAGE.index("### Its members") : PAGE.index("### The line for type checkers")]
    cells = {
        cell.partition("(")[0] for cell in re.findall(r"`([a-z_0-9]+(?:\([^)]*\))?)`", section)
    }
    for cls in (Source, Context, Batch, Refusal, Skipped, Notice):
        assert f"`{cls.__name__}`" in section
        assert {field.name for field in attrs.fields(cls)} <= cells
    methods = {name for name in vars(Source) if not name.startswith("_")} - {"at"}
    members = {name for name in vars(Importer) if not name.startswith("_")}
    assert len(members) == 6
    assert methods | members <= cells


def test_every_state_of_a_plugin_is_documented():
    section = PAGE[PAGE.index("## What becomes of a plugin") : PAGE.index("## Versions")]
    told = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(told) == sorted(get_args(State))


def gone_by(removed_in: str) -> HookDeprecationWarning:
    return HookDeprecationWarning(
        "the hook old_readers", removed_in=removed_in, instead="implement new_readers"
    )


SPECS = ModuleType("specs")


@hookspec
def new_readers():
    """Give texts."""


@hookspec(warn_on_impl=gone_by("9.0"))
def old_readers():
    """Give texts, in the old way."""


SPECS.new_readers, SPECS.old_readers = new_readers, old_readers

CODE = """
from coprometrics.plugins import hookimpl

@hookimpl
def old_readers():
    return ["a"]

@hookimpl
def new_readers():
    return ["b"]
"""


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Give the plugins of an environment with one that implements both hooks, and its file."""
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "a_plugin_of_old.py"
    path.write_text(CODE)
    points = [EntryPoint("old", "a_plugin_of_old", "tests")]
    found = Plugins("tests", SPECS, check=lambda one: None, name=str, points=points)
    yield found, path
    sys.modules.pop("a_plugin_of_old", None)


def test_a_deprecated_hook_warns_at_the_line_of_the_plugin_and_works(old):
    plugins, path = old
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (plugin,) = plugins.all()
    assert (plugin.state, sorted(plugin.offers)) == ("ready", ["a", "b"])
    (warning,) = caught
    assert warning.category is HookDeprecationWarning
    assert Path(warning.filename) == path
    assert CODE.splitlines()[warning.lineno - 1 : warning.lineno + 1] == [
        "@hookimpl",
        "def old_readers():",
    ]
    assert str(warning.message) == (
        "the hook old_readers is deprecated, and coprometrics 9.0 removes it; implement new_readers"
    )


def test_where_warnings_are_errors_the_plugin_is_broken_and_nothing_else(old):
    plugins, _path = old
    (plugin,) = plugins.all()
    assert plugin.state == "broken"
    assert plugin.reason.startswith("HookDeprecationWarning: the hook old_readers is deprecated")


def test_a_deprecated_argument_warns_those_who_take_it_and_no_others():
    @hookspec(warn_on_impl_args={"colour": gone_by("9.0")})
    def readers(size, colour):
        """Give texts."""

    @hookimpl(specname="readers")
    def takes(colour):
        return colour

    @hookimpl(specname="readers")
    def leaves(size):
        return size

    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(SimpleNamespace(readers=readers))
    manager.register(SimpleNamespace(leaves=leaves))
    with pytest.warns(HookDeprecationWarning) as caught:
        manager.register(SimpleNamespace(takes=takes))
    (warning,) = caught.list
    code = takes.__code__
    assert (warning.filename, warning.lineno) == (code.co_filename, code.co_firstlineno)
    assert sorted(manager.hook.readers(size=1, colour=2)) == [1, 2]


def overdue(specs: ModuleType, today: Version) -> list[str]:
    """Name the hooks and arguments that are deprecated by another word, or should have gone."""
    found = []
    for name, options in hooks(specs).items():
        said = [options.get("warn_on_impl"), *(options.get("warn_on_impl_args") or {}).values()]
        for warning in said:
            if warning is None:
                continue
            known = isinstance(warning, HookDeprecationWarning)
            if not known or Version(warning.removed_in) <= today:
                found.append(name)
    return found


def test_no_deprecated_hook_outlives_the_release_that_removes_it():
    for specs in OURS:
        assert overdue(specs, Version(version("coprometrics"))) == []
    assert overdue(SPECS, Version("8.9")) == []
    assert overdue(SPECS, Version("9.0")) == ["old_readers"]


CONFORMS = """
from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from coprometrics.importers import Context, Importer, Item, Match, Source
from coprometrics.records import Income, Record


@frozen
class Right:
    name: str = "right"
    hook_api: ClassVar[int] = 1
    record_types = (Income,)
    config = None

    def identify(self, source: Source) -> Match | None:
        return None

    def read(self, source: Source, config: None, context: Context) -> Iterator[Item]:
        yield from ()


class NoName:
    hook_api, record_types, config = 1, (Income,), None
    identify, read = Right.identify, Right.read


class ApiAsText(Right):
    hook_api = "1"  # type: ignore[assignment]


class OtherTypes:
    name, hook_api, record_types, config = "other", 1, (int,), None
    identify, read = Right.identify, Right.read


class SaysText(Right):
    def identify(self, source: Source) -> str:  # type: ignore[override]
        return ""


class YieldsRows(Right):
    def read(  # type: ignore[override]
        self, source: Source, config: None, context: Context
    ) -> Iterator[dict[str, str]]:
        yield {}


class NeedsMore(Right):
    def read(  # type: ignore[override]
        self, source: Source, config: None, context: Context, colour: str
    ) -> Iterator[Item]:
        yield from ()


right: type[Importer] = Right
no_name: type[Importer] = NoName
api_as_text: type[Importer] = ApiAsText
other_types: type[Importer] = OtherTypes
says_text: type[Importer] = SaysText
yields_rows: type[Importer] = YieldsRows
needs_more: type[Importer] = NeedsMore
"""


@pytest.mark.slow
def test_a_type_checker_rejects_what_is_no_importer(tmp_path: Path, monkeypatch):
    """The cache of the project makes it fast; where there is none it takes some seconds."""
    api = pytest.importorskip("mypy.api")
    # It would let all later tests of this process nest more deeply.
    monkeypatch.setattr(sys, "setrecursionlimit", lambda _limit: None)
    path = tmp_path / "conforming.py"
    path.write_text(CONFORMS)
    cache = ROOT / ".mypy_cache"
    out, err, _code = api.run(
        ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(cache), str(path)]
    )
    lines = CONFORMS.splitlines()
    rejected = {
        lines[int(number) - 1].partition(":")[0]
        for number in re.findall(r"conforming\.py:(\d+): error: Incompatible types in ass", out)
    }
    assert rejected == {
        "no_name", "api_as_text", "other_types", "says_text", "yields_rows", "needs_more",
    }, out + err  # fmt: skip
