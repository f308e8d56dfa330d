"""Plugins are found without being imported, and a broken one harms no other."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from coprometrics.errors import ImporterError
from coprometrics.importers import Source
from coprometrics.importers.registry import Registry

GOOD = """
from coprometrics.importers import hookimpl, Match
from coprometrics.records import Income

class Importer:
    hook_api = {api}
    record_types = (Income,)
    config = None
    def __init__(self, name):
        self.name = name
    def identify(self, source):
        return Match("any", "it ends in .good") if source.name.endswith(".good") else None
    def read(self, source, config, context):
        yield from ()

@hookimpl
def coprometrics_importers():
    return [Importer("{name}")]
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)
    made: list[str] = []

    def make(name: str, code: str, *, module: str | None = None) -> EntryPoint:
        module = f"plugin_{module or name}"
        (tmp_path / f"{module}.py").write_text(code)
        made.append(module)
        return EntryPoint(name, module, "coprometrics")

    yield make
    for module in made:
        sys.modules.pop(module, None)


def states(registry: Registry) -> dict[str, tuple[str, str]]:
    return {p.name: (p.state, p.reason) for p in registry.plugins()}


def test_discovery_imports_nothing(plugin):
    registry = Registry([plugin("good", GOOD.format(api=1, name="good"))])
    (found,) = registry.discover()
    assert (found.name, found.state) == ("good", "found")
    assert "plugin_good" not in sys.modules


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        ("raise RuntimeError('no luck')", "broken", "RuntimeError: no luck"),
        ("import a_module_that_is_not_there", "broken", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "broken", "SystemExit: 3"),
        ("def (", "broken", "SyntaxError"),
        (GOOD.format(api=2, name="odd"), "incompatible", "written for hook API 2, this is 1"),
        (GOOD.format(api=1, name="odd").replace("identify", "x"), "broken", "has not all"),
        (GOOD.format(api=1, name="odd").replace("(Income,)", "(int,)"), "broken", "record types"),
        (GOOD.format(api=1, name="odd").replace("_importers()", "_importers(colour)"), "broken",
         "PluginValidationError"),
        (GOOD.format(api=1, name="odd").replace("return [", "return 1/0, ["), "broken", "ZeroDiv"),
    ],
)  # fmt: skip
def test_a_broken_plugin_is_listed_and_harms_no_other(plugin, code, state, reason):
    registry = Registry([plugin("odd", code), plugin("good", GOOD.format(api=1, name="good"))])
    found = states(registry)
    assert found["good"] == ("ready", "")
    assert found["odd"][0] == state
    assert reason in found["odd"][1]
    assert registry.importer("good").importer.name == "good"
    with pytest.raises(ImporterError, match=f"its plugin is {state}"):
        registry.importer("odd")


def test_asking_for_one_importer_imports_its_plugin_alone(plugin):
    points = [plugin(name, GOOD.format(api=1, name=name)) for name in ("one", "two")]
    Registry(points).importer("one")
    assert "plugin_two" not in sys.modules


def test_an_importer_that_is_not_there_is_told_with_those_that_are(plugin):
    registry = Registry([plugin("good", GOOD.format(api=1, name="good"))])
    with pytest.raises(ImporterError, match="there is no importer 'none'; there is good"):
        registry.importer("none")


def test_a_blocked_plugin_is_never_imported(plugin):
    registry = Registry([plugin("bad", "raise RuntimeError('imported')")], blocked=["bad"])
    assert states(registry)["bad"][0] == "blocked"


def test_two_distributions_with_one_name_are_told_apart_from_none(plugin):
    code = GOOD.format(api=1, name="twin")
    registry = Registry([plugin("twin", code, module="a"), plugin("twin", code, module="b")])
    assert {p.state for p in registry.plugins()} == {"duplicate"}
    with pytest.raises(ImporterError, match="duplicate"):
        registry.importer("twin")


def test_two_plugins_that_offer_one_importer_are_both_set_aside(plugin):
    points = [plugin(name, GOOD.format(api=1, name="same")) for name in ("one", "two")]
    registry = Registry(points)
    assert {p.state for p in registry.plugins()} == {"duplicate"}


def test_the_importer_that_knows_a_source_is_found(plugin, tmp_path: Path):
    registry = Registry([plugin("good", GOOD.format(api=1, name="good"))])
    (tmp_path / "a.good").touch()
    (tmp_path / "a.bad").touch()
    assert [f.importer.name for f, _ in registry.identify(Source.at(tmp_path / "a.good"))] == [
        "good"
    ]
    assert registry.identify(Source.at(tmp_path / "a.bad")) == []


CONFIGURED = """
from typing import Literal
from attrs import define

@define
class Config:
    schema: Literal["good-v1"] = "good-v1"

"""


def test_an_importer_that_knows_more_goes_before_one_that_takes_any_file(plugin, tmp_path):
    path = tmp_path / "a.good"
    path.write_text("x")
    generic = GOOD.format(api=1, name="any").replace('"it ends in .good"', '"any", generic=True')
    known = CONFIGURED + GOOD.format(api=1, name="good").replace("config = None", "config = Config")
    both = Registry([plugin("any", generic), plugin("good", known)])
    assert [found.importer.name for found, _why in both.identify(Source.at(path))] == ["good"]
    assert [found.importer.name for found, _why in both.identify(Source.at(path), schema="good-v1")]
    assert both.identify(Source.at(path), schema="other-v1") == []
    alone = Registry([plugin("any", generic, module="alone")])
    assert [why for _found, why in alone.identify(Source.at(path))] == ["any"]
