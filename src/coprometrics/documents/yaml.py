"""YAML as plain data, with the line and column of every part.

Of the types of YAML only null, true and false, whole numbers and text are made. A date, a decimal
number and a number such as ``007`` stay the text that they were written as, so that nothing is
rounded or lost on the way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from coprometrics.errors import SchemaError, shown

__all__ = ["Place", "Pointer", "YamlText", "read_yaml"]

Pointer = tuple[str | int, ...]
"""The way to a part of a document: keys and indexes from its top."""

_MOST_NODES = 250_000
_DEEPEST = 64
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,3999}", re.ASCII)


@frozen
class Place:
    """A place in a file; lines and columns count from 1.

    Attributes:
        file: the file.
        line: the line; where the file has none, the number of the part.
        column: the column, in characters; where the file has no lines, the character in the part.
        part: the part of a file that has no lines, such as ``page 3``; None where there are lines.

    Examples:
        >>> print(Place("report.md", 41, 7), "and", Place("report.pdf", 3, 120, part="page 3"))
        report.md:41:7 and report.pdf: page 3
    """

    file: str
    line: int
    column: int
    part: str | None = None

    @property
    def within(self) -> str:
        """The place in the file, without the file's name."""
        return self.part or f"{self.line}:{self.column}"

    def __str__(self) -> str:
        return f"{self.file}: {self.part}" if self.part else f"{self.file}:{self.within}"


@frozen
class YamlText:
    """What a YAML file holds.

    Attributes:
        data: mappings, lists, texts, whole numbers, booleans and None.
        keys: the place of each key and list item, by its pointer.
        values: the place of each value, by its pointer.
    """

    data: Any
    keys: Mapping[Pointer, Place]
    values: Mapping[Pointer, Place]

    def place(self, pointer: Pointer, *, of_key: bool = False) -> Place:
        """Give the place of a part, or of the nearest part around it."""
        table = self.keys if of_key else self.values
        while pointer and pointer not in table:
            pointer = pointer[:-1]
        return table.get(pointer, self.values[()])


def read_yaml(text: str, file: str) -> YamlText:
    """Read YAML 1.2 text.

    Args:
        text: the text.
        file: what to call it in places and errors.

    Raises:
        SchemaError: when it is not YAML, has a key twice, refers to itself, or is too large.
    """
    reader = YAML(typ="safe", pure=True)
    try:
        root = reader.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        problem = (error.problem or error.context or "it cannot be read").strip()
        raise SchemaError(
            f"this is not valid YAML ({problem})",
            where=where,
            remedy="mend the line, or the one before it",
        ) from None
    except YAMLError as error:
        reason = str(error).splitlines()[0] if str(error) else "it cannot be read"
        raise SchemaError(f"this is not valid YAML ({reason})", where=file) from None
    except RecursionError:
        raise SchemaError("the YAML is nested too deeply", where=file) from None
    builder = _Builder(file)
    data = builder.build(root, ()) if root is not None else None
    builder.values.setdefault((), Place(file, 1, 1))
    return YamlText(data=data, keys=builder.keys, values=builder.values)


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Pointer, Place] = {}
        self.values: dict[Pointer, Place] = {}
        self._open: set[int] = set()

    def build(self, node: Node, pointer: Pointer) -> Any:
        place = self._place(node)
        self.values[pointer] = place
        if len(self.values) > _MOST_NODES:
            raise SchemaError("the YAML grows too large through its aliases", where=str(place))
        if len(pointer) > _DEEPEST:
            raise SchemaError(
                f"the YAML is nested more than {_DEEPEST} deep",
                where=str(place),
                remedy="write it more plainly",
            )
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            raise SchemaError("the YAML refers to itself", where=str(place))
        self._open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return self._sequence(node, pointer)
            assert isinstance(node, MappingNode)  # noqa: S101  (the only kind left)
            return self._mapping(node, pointer)
        finally:
            self._open.discard(id(node))

    def _sequence(self, node: SequenceNode, pointer: Pointer) -> list[Any]:
        items = []
        for index, item in enumerate(node.value):
            self.keys[(*pointer, index)] = self._place(item)
            items.append(self.build(item, (*pointer, index)))
        return items

    def _mapping(self, node: MappingNode, pointer: Pointer) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                raise SchemaError("a key must be a text", where=str(place))
            key = key_node.value
            if key in found:
                first = self.keys[(*pointer, key)]
                raise SchemaError(
                    f"the key {shown(key)} is there twice, first in line {first.line}",
                    where=str(place),
                    remedy="keep one of them",
                )
            self.keys[(*pointer, key)] = place
            found[key] = self.build(value_node, (*pointer, key))
        return found

    def _place(self, node: Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: ScalarNode) -> Any:
    text: str = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return int(text) if _INTEGER.fullmatch(text) else text
