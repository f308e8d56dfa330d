"""Fills in the parts of pages that follow from the code, so that they cannot go stale.

A comment ``<!-- generated: KIND ARGUMENT -->`` in a page is replaced when the site is built. On a
code host it does not show. The first page's links are also the site's navigation, by heading.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["expand", "homes", "modules_on", "setup"]

ROOT = Path(__file__).parents[2]
_MARK = re.compile(r"^<!-- generated: (\w+)(?: ([\w.]+))? -->$", re.MULTILINE)
_ROOT_DOC = "docs/index"


def setup(app: Sphinx) -> dict[str, bool]:
    """Have Sphinx expand every page when it is read."""
    app.connect("source-read", _on_source_read)
    return {"parallel_read_safe": True}


def _on_source_read(_app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = expand(source[0])
    if name == _ROOT_DOC:
        source[0] += navigation(source[0])


def expand(text: str) -> str:
    """Put what the code says in the place of each comment that asks for it."""
    return _MARK.sub(lambda found: "\n".join(_KINDS[found[1]](found[2])), text)


def navigation(text: str) -> str:
    """Give the navigation of the site: a group for each heading, an entry for each link below."""
    lines = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        caption, body = section.split("\n", 1)
        targets = dict.fromkeys(re.findall(r"\]\(([\w./-]+)\.md\)", body))
        paths = [(ROOT / "docs" / target).resolve().relative_to(ROOT) for target in targets]
        entries = [f"/{path.as_posix()}" for path in paths]
        lines += [
            "",
            "```{toctree}",
            ":hidden:",
            ":titlesonly:",
            f":caption: {caption}",
            "",
            *entries,
            "```",
            "",
        ]
    return "\n".join(lines)


# The names of the package


def modules_on(text: str) -> list[str]:
    """Give the modules whose names a page lists."""
    return [module for kind, module in _MARK.findall(text) if kind == "names"]


def _documented() -> list[str]:
    pages = sorted((ROOT / "docs" / "reference").glob("*.md"))
    return [module for page in pages for module in modules_on(page.read_text("utf-8"))]


def homes() -> dict[str, str]:
    """Say for each public name where it is described, for it may be exported by several modules.

    It is described by the module that is nearest to where it is defined.
    """
    modules = _documented()
    described: dict[int, str] = {}
    exported = {
        f"{module}.{name}": getattr(importlib.import_module(module), name)
        for module in modules
        for name in importlib.import_module(module).__all__
    }
    for name, thing in exported.items():
        before = described.get(_identity(name, thing))
        if before is None or _nearness(name, thing) > _nearness(before, thing):
            described[_identity(name, thing)] = name
    return {name: described[_identity(name, thing)] for name, thing in exported.items()}


def _identity(name: str, thing: Any) -> int:
    # Equal constants may be one object to Python; each is described by itself.
    return id(thing) if inspect.isclass(thing) or inspect.isroutine(thing) else hash(name)


def _nearness(name: str, thing: Any) -> int:
    module = name.rpartition(".")[0]
    defined = getattr(thing, "__module__", "")
    return len(module) if f"{defined}.".startswith(f"{module}.") else 0


def _names(module: str) -> Iterator[str]:
    where = homes()
    public = [f"{module}.{name}" for name in importlib.import_module(module).__all__]
    elsewhere = [f"{{py:obj}}`~{where[name]}`" for name in public if where[name] != name]
    if elsewhere:
        yield f"It also has {', '.join(elsewhere)}, which are described where they are made."
        yield ""
    own = [name for name in public if where[name] == name]
    if own:
        yield from ("```{eval-rst}", f".. py:currentmodule:: {module}", "")
        for name in own:
            yield from (*_described(name), "")
        yield "```"


def _described(name: str) -> Iterator[str]:
    module, _, short = name.rpartition(".")
    thing = getattr(importlib.import_module(module), short)
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        yield from (f".. autoexception:: {name}", "   :show-inheritance:")
    elif inspect.isclass(thing):
        yield from (f".. autoclass:: {name}", "   :members:")
    elif inspect.isroutine(thing):
        yield f".. autofunction:: {name}"
    else:
        said = _said_of_constant(module, short, thing)
        yield from (f".. py:data:: {short}", "", *(f"   {line}" for line in said))


def _said_of_constant(module: str, short: str, thing: object) -> list[str]:
    """Give the text below a constant in the module in which it is made, or what its type says."""
    package = module.partition(".")[0]
    for name, made in sorted(sys.modules.items()):
        if name.partition(".")[0] == package and vars(made).get(short) is thing:
            found = ModuleAnalyzer.for_module(name).find_attr_docs().get(("", short))
            if found:
                return found
    return [inspect.cleandoc(type(thing).__doc__ or "").partition("\n")[0]]


# The commands


def _commands(_argument: str) -> Iterator[str]:
    from coprometrics.cli import cli

    plugins = {point.name: point.value for point in entry_points(group="coprometrics.commands")}
    with cli.make_context("coprometrics", [], resilient_parsing=True) as context:
        names = cli.list_commands(context)
    for name in names:
        command = cli.commands.get(name)
        if command is None:
            path = plugins[name]
        else:
            module = command.callback.__module__
            path = f"{module}:{_variable(module, command)}"
        yield from ("```{eval-rst}", f".. click:: {path}", f"   :prog: coprometrics {name}")
        yield from ("   :nested: full", "```", "")


def _variable(module: str, command: object) -> str:
    return next(k for k, v in vars(importlib.import_module(module)).items() if v is command)


# The schemas


def _schemas(_argument: str) -> Iterator[str]:
    for path in sorted((ROOT / "schemas").glob("*.json")):
        schema = json.loads(path.read_text("utf-8"))
        yield from (f"## {path.stem}", "", _sentence(schema), "")
        yield from _fields(schema)
        for name, part in schema.get("$defs", {}).items():
            yield from (f"### {name} ({path.stem})", "", _sentence(part), "")
            yield from _fields(part)


def _sentence(schema: Mapping[str, Any]) -> str:
    title = f"**{schema['title']}.** " if "title" in schema else ""
    return title + _cell(schema.get("description", ""))


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    if not schema.get("properties"):
        return
    yield from ("| field | type | presence | meaning |", "|---|---|---|---|")
    for name, part in schema["properties"].items():
        presence = "required" if name in schema.get("required", ()) else _default(part)
        yield f"| `{name}` | {_type(part)} | {presence} | {_cell(part.get('description', ''))} |"
    yield ""


def _default(part: Mapping[str, Any]) -> str:
    default = part.get("default")
    return "may be left out" if default in (None, [], {}) else f"default: `{json.dumps(default)}`"


def _type(part: Mapping[str, Any]) -> str:
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2]
    if "const" in part:
        return f"`{json.dumps(part['const'])}`"
    if "anyOf" in part or "oneOf" in part:
        return " or ".join(_type(one) for one in part.get("anyOf", part.get("oneOf")))
    if "enum" in part and len(part["enum"]) <= 12:
        return " or ".join(f"`{json.dumps(word)}`" for word in part["enum"])
    kinds = part.get("type", "anything")
    text = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return f"{text} of {_type(part['items'])}" if "items" in part else text


def _cell(text: str) -> str:
    """Write a text into a Markdown table as it is."""
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", " ".join(text.split()))


_KINDS = {"commands": _commands, "names": _names, "schemas": _schemas}
