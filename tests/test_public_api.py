"""What others rely on: every public name, its parameters with their defaults, and its docstring.

``api.txt`` holds them. A new one is added to it, one that is gone or has other defaults is marked
there with a minus, and the changelog must name it:

    COPROMETRICS_WRITE_API=1 pytest tests/test_public_api.py
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HELD = Path(__file__).with_name("api.txt")
CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
MODULES = (
    "coprometrics",
    "coprometrics.documents",
    "coprometrics.errors",
    "coprometrics.importers",
    "coprometrics.importers.archive",
    "coprometrics.importers.batching",
    "coprometrics.importers.lines",
    "coprometrics.metrics",
    "coprometrics.metrics.laws",
    "coprometrics.money",
    "coprometrics.periods",
    "coprometrics.records",
    "coprometrics.report.check",
    "coprometrics.report.findings",
    "coprometrics.report.result",
    "coprometrics.rounding",
    "coprometrics.store",
    "coprometrics.tables.arrow",
    "coprometrics.tables.validation",
    "coprometrics.testing",
    "coprometrics_360giving",
    "coprometrics_csv",
    "coprometrics_eventbrite",
    "coprometrics_twitter",
)


def members(name: str) -> Iterator[tuple[str, Any]]:
    """Give the public names of a module, and of the classes among them."""
    module = importlib.import_module(name)
    for public in module.__all__:
        thing = getattr(module, public)
        yield f"{name}.{public}", thing
        if inspect.isclass(thing):
            for member, what in vars(thing).items():
                own = isinstance(what, property | staticmethod | classmethod)
                if not member.startswith("_") and (own or inspect.isfunction(what)):
                    yield f"{name}.{public}.{member}", what


def line(name: str, thing: Any) -> str:
    """Write a name with its parameters; types are the type checker's matter."""
    if isinstance(thing, property):
        return f"{name} (property)"
    thing = getattr(thing, "__func__", thing)
    if not callable(thing) or isinstance(thing, types.GenericAlias):
        return f"{name} ({type(thing).__name__})"
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return f"{name} ({type(thing).__name__})"
    plain = [
        parameter.replace(annotation=inspect.Parameter.empty, default=default(parameter))
        for parameter in signature.parameters.values()
    ]
    return f"{name}{signature.replace(parameters=plain, return_annotation=signature.empty)}"


class Shown:
    """A default that is written as its text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def default(parameter: inspect.Parameter) -> Any:
    """Give a default as it is written; of one that is another at each start, its type."""
    if parameter.default is parameter.empty:
        return parameter.empty
    text = repr(parameter.default)
    return Shown(type(parameter.default).__name__ if " at 0x" in text else text)


PUBLIC = {name: thing for module in MODULES for name, thing in members(module)}
NOW = sorted(line(name, thing) for name, thing in PUBLIC.items())


def held() -> tuple[list[str], list[str]]:
    """Give the lines that stand, and those that are marked as gone."""
    lines = HELD.read_text("utf-8").splitlines()
    return (
        [one for one in lines if not one.startswith("- ")],
        [one.removeprefix("- ") for one in lines if one.startswith("- ")],
    )


def test_every_public_name_is_held():
    if os.environ.get("COPROMETRICS_WRITE_API"):
        standing, gone = held() if HELD.exists() else ([], [])
        marked = {*gone, *(one for one in standing if one not in NOW)} - {*NOW}
        text = [*NOW, *(f"- {one}" for one in sorted(marked))]
        HELD.write_text("".join(f"{one}\n" for one in text), "utf-8")
    standing, _gone = held()
    added = [one for one in NOW if one not in standing]
    changed = [one for one in standing if one not in NOW]
    assert (added, changed) == ([], []), f"see the head of {Path(__file__).name}"


def test_what_is_gone_or_changed_is_in_the_changelog():
    changelog = CHANGELOG.read_text("utf-8")
    for one in held()[1]:
        name = re.split(r"[ (]", one)[0]
        short = name.split(".")[-1]
        assert f"`{short}`" in changelog or f"`{name}`" in changelog, f"{one} is gone in silence"


def test_every_public_name_says_what_it_is():
    silent = [
        name
        for name, thing in PUBLIC.items()
        if inspect.isclass(thing) or isinstance(thing, property) or inspect.isroutine(thing)
        if not inspect.getdoc(thing)
    ]
    assert silent == []
