"""The cases that an importer is tested with: a folder each, with sources and what is expected.

::

    cases/
      a-year-of-income/          one case; the folder's name is that of the case
        income.csv               a source: any file or folder with a name of its own
        config.yaml              the importer's configuration, where it needs one
        personal.yaml            a list of texts in the sources that tell who somebody is
        expected.jsonl           what the case gives: see coprometrics.testing.golden

A case has one source or more, which are read one by one, each by the same configuration. Names that
begin with a dot or an underscore, and README.md, are no sources.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from coprometrics.documents.loading import read_text
from coprometrics.documents.yaml import read_yaml
from coprometrics.errors import ParameterError
from coprometrics.importers import Source

__all__ = ["CONFIG", "EXPECTED", "JSON_LINES", "PERSONAL", "TABLES", "Case", "Grow", "Shuffle"]
__all__ += [
    "files_of",
    "find_cases",
    "repeat_lines",
    "repeat_rows",
    "shuffle_by_form",
    "shuffle_lines",
    "shuffle_rows",
]

CONFIG = "config.yaml"
PERSONAL = "personal.yaml"
EXPECTED = "expected.jsonl"

Shuffle = Callable[[str, bytes, random.Random], bytes | None]
"""From a file's name and bytes: the same rows in another order, or None where it has no rows."""

Grow = Callable[[str, bytes, int], bytes | None]
"""From a file's name and bytes: a file with its rows so many times, or None where it has none."""

TABLES = (".csv", ".tsv", ".tab")
"""How the names of tables end."""

JSON_LINES = (".jsonl", ".ndjson")
"""How the names of JSON Lines end."""

_SHORTEST = 3


@frozen
class Case:
    """A folder with sources and what is expected of them.

    Attributes:
        name: what it is called.
        folder: where it is.
        sources: the names of the sources, in their order.
        personal: texts in the sources that tell who somebody is.
    """

    name: str
    folder: Path
    sources: tuple[str, ...]
    personal: tuple[str, ...] = ()

    @classmethod
    def at(cls, folder: Path) -> Case:
        """Take the case in a folder.

        Raises:
            ParameterError: when there is no source in it, or ``personal.yaml`` is no list of texts.
        """
        own = {CONFIG, PERSONAL, EXPECTED, "README.md"}
        names = sorted(path.name for path in folder.iterdir())
        sources = tuple(n for n in names if n not in own and not n.startswith((".", "_")))
        if not sources:
            raise ParameterError(
                "there is no source in this case",
                where=str(folder),
                remedy="put the file or the folder that is to be imported beside config.yaml",
            )
        return cls(folder.name, folder, sources, _personal(folder / PERSONAL))

    @property
    def config(self) -> Path | None:
        """The file of the configuration, where there is one."""
        path = self.folder / CONFIG
        return path if path.exists() else None

    @property
    def expected(self) -> Path:
        """The file of what is expected."""
        return self.folder / EXPECTED

    def copied(self, into: Path) -> list[Source]:
        """Copy the sources into a folder that is there, and give them."""
        for name in self.sources:
            path = self.folder / name
            if path.is_dir():
                shutil.copytree(path, into / name, dirs_exist_ok=True)
            else:
                shutil.copyfile(path, into / name)
        return [Source.at(into / name) for name in self.sources]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give the name and the bytes of each file in the sources."""
        for name in self.sources:
            for path in files_of(self.folder / name):
                yield path.name, path.read_bytes()


def find_cases(folder: Path) -> list[Case]:
    """Find the cases in a folder, in the order of their names.

    Raises:
        ParameterError: when there is none, or one is not as it should be.
    """
    found = []
    if folder.is_dir():
        found = [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_"))]
    if not found:
        raise ParameterError(
            "there is no case here",
            where=str(folder),
            remedy="make a folder for each case, with the source in it",
        )
    return [Case.at(path) for path in sorted(found)]


def files_of(path: Path) -> list[Path]:
    """List the files of a source, in the order of their names."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def shuffle_rows(name: str, data: bytes, chance: random.Random) -> bytes | None:
    r"""Bring the rows of a CSV file into another order; its first row is the header.

    Give a function of your own to ``importer_suite`` where a file is not as plain as that.

    Returns:
        The file; None when its name is not that of a CSV file, or it is not text by the byte.

    Examples:
        >>> shuffle_rows("a.csv", b"No\n1\n2\n3", random.Random(1))
        b'No\n2\n3\n1\n'
    """
    rows = _rows(name, data)
    if rows is None:
        return None
    body = rows[1:]
    chance.shuffle(body)
    return b"".join([*rows[:1], *body])


def repeat_rows(name: str, data: bytes, times: int) -> bytes | None:
    r"""Repeat the rows of a CSV file; its first row is the header.

    Returns:
        The file; None when its name is not that of a CSV file, or it is not text by the byte.

    Examples:
        >>> repeat_rows("a.csv", b'No,Note\n1,"two\nlines"\n', 2)
        b'No,Note\n1,"two\nlines"\n1,"two\nlines"\n'
    """
    rows = _rows(name, data)
    return None if rows is None else rows[0] + b"".join(rows[1:]) * times


def shuffle_lines(name: str, data: bytes, chance: random.Random) -> bytes | None:
    r"""Bring the lines of a JSON Lines file into another order.

    The first line stays where it is, when no other has the keys that it has: it is a head then.

    Returns:
        The file; None when its name is not that of a JSON Lines file, or it has no lines to move.

    Examples:
        >>> shuffle_lines("a.jsonl", b'{"made": 3}\n{"no": 1}\n{"no": 2}', random.Random(2))
        b'{"made": 3}\n{"no": 2}\n{"no": 1}\n'
    """
    lines = _lines(name, data)
    if lines is None:
        return None
    head, body = lines
    chance.shuffle(body)
    return b"".join([*head, *body])


def repeat_lines(name: str, data: bytes, times: int) -> bytes | None:
    r"""Repeat the lines of a JSON Lines file, but its head.

    Returns:
        The file; None when its name is not that of a JSON Lines file, or it has no lines to repeat.

    Examples:
        >>> repeat_lines("a.jsonl", b'{"made": 3}\n{"no": 1}\n', 2)
        b'{"made": 3}\n{"no": 1}\n{"no": 1}\n'
    """
    lines = _lines(name, data)
    return None if lines is None else b"".join([*lines[0], *lines[1] * times])


def shuffle_by_form(name: str, data: bytes, chance: random.Random) -> bytes | None:
    """Bring the rows of a CSV file or the lines of a JSON Lines file into another order."""
    form = shuffle_lines if name.lower().endswith(JSON_LINES) else shuffle_rows
    return form(name, data, chance)


def _lines(name: str, data: bytes) -> tuple[list[bytes], list[bytes]] | None:
    """Split a JSON Lines file into its head, which may be none, and its other lines."""
    if not name.lower().endswith(JSON_LINES) or b"\0" in data:
        return None
    lines = [line.rstrip(b"\r\n") + b"\n" for line in data.splitlines(keepends=True)]
    if len(lines) < 2:
        return None
    first, *others = map(_keys, lines)
    head = int(first is None or first not in others)
    return lines[:head], lines[head:]


def _keys(line: bytes) -> set[str] | None:
    """Give the keys of the object on a line; None where there is none."""
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return set(value) if isinstance(value, dict) else None


def _rows(name: str, data: bytes) -> list[bytes] | None:
    """Split a CSV file into rows with their ends; a quoted cell may hold line ends."""
    if not name.lower().endswith(TABLES) or b"\0" in data:
        return None
    rows, begun = [], b""
    for line in data.splitlines(keepends=True):
        begun += line
        if begun.count(b'"') % 2 == 0:
            rows.append(begun)
            begun = b""
    if begun or len(rows) < 2:
        return None
    end = b"\r\n" if rows[0].endswith(b"\r\n") else b"\n"
    rows[-1] = rows[-1].rstrip(b"\r\n") + end
    return rows


def _personal(path: Path) -> tuple[str, ...]:
    if not path.exists():
        return ()
    data = read_yaml(read_text(path), str(path)).data
    whole = isinstance(data, list) and all(isinstance(text, str) for text in data)
    if not whole or any(len(text.strip()) < _SHORTEST for text in data):
        raise ParameterError(
            f"this must be a list of texts of {_SHORTEST} characters or more",
            where=str(path),
            remedy="write one line for each, such as - 'Ada Byron', with numbers in quotes",
        )
    return tuple(data)
