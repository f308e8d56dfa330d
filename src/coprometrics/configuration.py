"""The settings of a workspace: ``coprometrics.toml``, or a table in ``pyproject.toml``.

```toml
# coprometrics.toml, beside the data (or [tool.coprometrics] in pyproject.toml)
key_file = "private/people.key"
block = ["some-plugin"]

[vocabularies]
"Activity.kind" = ["training", "talk", "cuppa"]
```

The file nearest to the data is taken: in their folder, or in one around it. Environment variables
override it, and the command line overrides both.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from attrs import evolve, frozen

from coprometrics.documents import setting, structure
from coprometrics.documents.loading import read_text
from coprometrics.errors import CoprometricsError, SchemaError
from coprometrics.plugins import BLOCK_VARIABLE, blocked_by_environment
from coprometrics.records import Record, field_specs, record_type

__all__ = ["BLOCK_VARIABLE", "KEY_VARIABLE", "Configuration", "find_configuration"]

KEY_VARIABLE = "COPROMETRICS_KEY_FILE"
"""The environment variable that names the key file for people."""


@frozen
class Configuration:
    """The settings of a workspace."""

    document_name: ClassVar[str] = "configuration"
    document_version: ClassVar[int] = 1

    key_file: str | None = setting(
        "The secret key for people, from the folder of this file; coprometrics.key beside the "
        "store by default.",
        default=None,
    )
    block: tuple[str, ...] = setting("Plugins that are never imported.", default=())
    vocabularies: Mapping[str, tuple[str, ...]] = setting(
        "For a field of an open vocabulary, the only words that it may have here.",
        factory=dict,
        examples=({"Activity.kind": ["training", "talk"]},),
    )

    def __attrs_post_init__(self) -> None:
        for name, words in self.vocabularies.items():
            _check_vocabulary(name, words)

    def vocabulary_of(self, kind: type[Record]) -> dict[str, tuple[str, ...]]:
        """Give the pinned words of a record type, by field."""
        return {
            name.partition(".")[2]: tuple(words)
            for name, words in self.vocabularies.items()
            if record_type(name.partition(".")[0]) is kind
        }


def _check_vocabulary(name: str, words: tuple[str, ...]) -> None:
    kind, _, field = name.partition(".")
    specs = field_specs(record_type(kind))
    if field not in specs or specs[field].kind != "string" or specs[field].options:
        open_fields = [
            key for key, spec in specs.items() if spec.kind == "string" and spec.examples
        ]
        raise SchemaError(
            f"{name!r} is no field with an open vocabulary",
            where="vocabularies",
            remedy=f"{kind} has {', '.join(open_fields) or 'none'}",
        )
    for word in words:
        if problem := specs[field].problem(word):
            raise SchemaError(f"{word!r} cannot be a word of {name}: it {problem}")


def find_configuration(folder: Path) -> Configuration:
    """Read the settings that hold for a folder; the defaults where there are none.

    Raises:
        SchemaError: when a file is found but cannot be read or does not fit; names it.
    """
    found = Configuration()
    start = folder.absolute()
    for place in (start, *start.parents):
        data, file = _read(place)
        if data is not None:
            try:
                found = structure(data, Configuration, str(file))
            except CoprometricsError as error:
                raise SchemaError(error.what, where=str(file), remedy=error.remedy) from None
            if found.key_file is not None:
                found = evolve(found, key_file=str(place / found.key_file))
            break
    return _with_environment(found)


def _read(folder: Path) -> tuple[Any, Path]:
    own, project = folder / "coprometrics.toml", folder / "pyproject.toml"
    if own.is_file():
        return _toml(own), own
    if project.is_file():
        return _toml(project).get("tool", {}).get("coprometrics"), project
    return None, own


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"this is not valid TOML ({error})", where=str(path)) from None


def _with_environment(found: Configuration) -> Configuration:
    blocked = tuple(dict.fromkeys([*found.block, *blocked_by_environment()]))
    return evolve(found, block=blocked, key_file=os.environ.get(KEY_VARIABLE) or found.key_file)
