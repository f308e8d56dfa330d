"""A new distribution with an importer, as a start for its author: ``coprometrics plugin new``.

Its files are the templates beside this module, in which ``@@word@@`` stands for what differs.
Nothing is fetched, and the same arguments give the same files.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

from attrs import frozen
from packaging.version import Version

from coprometrics.configuration import find_configuration
from coprometrics.errors import CoprometricsError, ParameterError, shown
from coprometrics.importers.registry import Registry

__all__ = ["TEMPLATES", "Made", "compatible", "new_plugin"]

_PROJECT = "coprometrics"
_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
_LONGEST_NAME = 25  # with a longer one, lines of the code would have to be broken
_LONGEST_SUMMARY = 512  # package indexes take no longer one
_LICENCE = "LICENSE"
_CASE = "tests/cases/receipts"

TEMPLATES: Mapping[str, str] = {
    ".github/workflows/check.yml": "check.yml",
    ".gitignore": "gitignore",
    "CHANGELOG.md": "CHANGELOG.md",
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "src/@@package@@/__init__.py": "init.py",
    "src/@@package@@/config.py": "config.py",
    "src/@@package@@/importer.py": "importer.py",
    "src/@@package@@/plugin.py": "plugin.py",
    "src/@@package@@/py.typed": "py.typed",
    f"{_CASE}/config.yaml": "config.yaml",
    f"{_CASE}/expected.jsonl": "expected.jsonl",
    f"{_CASE}/personal.yaml": "personal.yaml",
    f"{_CASE}/receipts.csv": "receipts.csv",
    "tests/test_importer.py": "test_importer.py",
    "tests/test_kit.py": "test_kit.py",
}
"""The template of each file, by the path that the file gets; beside them stands the licence."""


@frozen
class Made:
    """A distribution that was written.

    Attributes:
        folder: where it is.
        files: its files, by their paths from the folder, in the order of their names.
    """

    folder: Path
    files: tuple[str, ...]


def new_plugin(
    name: str, into: Path, *, description: str | None = None, author: str | None = None
) -> Made:
    r"""Write a distribution with an importer that works and keeps what every importer promises.

    Args:
        name: the name of the importer; that of the distribution has ``coprometrics-`` before it.
        into: the folder in which the distribution gets a folder of its own; made where it is not.
        description: what it is for, in one line.
        author: who writes it.

    Returns:
        The folder and the files.

    Raises:
        ParameterError: when the name cannot be used or is taken, when the folder is there already,
            or when a text is not one line.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as place:
        ...     made = new_plugin("tea-till", Path(place))
        ...     print(made.folder.name, *made.files[5:9], sep="\n")
        coprometrics-tea-till
        pyproject.toml
        src/coprometrics_tea_till/__init__.py
        src/coprometrics_tea_till/config.py
        src/coprometrics_tea_till/importer.py
    """
    dashed = _dashed(_usable(name))
    _refuse_taken(name, Registry(blocked=find_configuration(into.absolute()).block))
    if description is None:
        description = f"Imports receipts of {name} into {_PROJECT}."
    if author is None:
        author = f"The {_PROJECT}-{dashed} developers"
    title = "".join(part.capitalize() for part in dashed.split("-"))
    core = distribution(_PROJECT)
    words = {
        "author": _quoted("author", author),
        "class": f"The{title}" if title[0].isdigit() else title,
        "core": compatible(core.version),
        "description": _one_line("description", description),
        "distribution": f"{_PROJECT}-{dashed}",
        "document": dashed,
        "name": name,
        "package": f"{_PROJECT}_{dashed.replace('-', '_')}",
    }
    words["summary"] = _quoted("description", description)
    folder = files(__name__).joinpath("templates")
    texts = {
        _filled(path, words): _filled(folder.joinpath(f"{template}.tmpl").read_text("utf-8"), words)
        for path, template in TEMPLATES.items()
    }
    licence = core.read_text(f"licenses/{_LICENCE}")
    if licence is None:
        raise CoprometricsError(
            "the licence is missing in this installation",
            where=f"{_PROJECT} {core.version}",
            remedy=f"install {_PROJECT} again",
        )
    texts[_LICENCE] = licence
    return _written(into / words["distribution"], texts)


def compatible(version: str) -> str:
    """Give the versions of the core that a plugin for one of them may rely on.

    Examples:
        >>> compatible("0.1.3"), compatible("2.4.0")
        ('>=0.1.3,<0.2', '>=2.4.0,<3')
    """
    known = Version(version)
    upper = f"{known.major + 1}" if known.major else f"0.{known.minor + 1}"
    return f">={known.public},<{upper}"


def _usable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f"{shown(name)} is no name for an importer",
            remedy="use small letters, digits, - and _, with a letter or a digit at both ends",
        )
    if len(name) > _LONGEST_NAME:
        raise ParameterError(
            f"the name {shown(name)} is too long",
            remedy=f"use at most {_LONGEST_NAME} characters; the description may say more",
        )
    return name


def _dashed(name: str) -> str:
    """Write a name as those of distributions are written, where - and _ are the same."""
    return re.sub("[-_]+", "-", name)


def _refuse_taken(name: str, registry: Registry) -> None:
    for plugin in registry.plugins():
        for other in (plugin.name, *(importer.name for importer in plugin.offers)):
            if _dashed(other) == _dashed(name):
                raise ParameterError(
                    f"there is an importer {other!r} already, of {plugin.distribution} "
                    f"{plugin.version}",
                    remedy="choose another name; no two may share one",
                )


def _one_line(what: str, text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_SUMMARY:
        raise ParameterError(
            f"the {what} is not one line of text",
            remedy=f"use 1 to {_LONGEST_SUMMARY} characters, without line ends and tabs",
        )
    return text


def _quoted(what: str, text: str) -> str:
    """Write a text as TOML has it, which in one line is as JSON has it."""
    return json.dumps(_one_line(what, text), ensure_ascii=False)


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"@@([a-z]+)@@", lambda found: words[found[1]], text)


def _written(folder: Path, texts: Mapping[str, str]) -> Made:
    """Write the files into a new folder; whole, or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        raise ParameterError(
            "this is there already, and nothing is overwritten",
            where=str(folder),
            remedy="choose another name, or another folder with --into",
        ) from None
    try:
        for path, text in texts.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Made(folder, tuple(sorted(texts)))
