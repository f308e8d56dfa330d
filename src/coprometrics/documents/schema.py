"""JSON Schemas of documents, derived from the attrs classes that describe them."""

from __future__ import annotations

import collections.abc
import datetime as dt
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union

import attrs

__all__ = ["DIALECT", "document_id", "document_schema", "key_of", "setting"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The JSON Schema draft that every schema of the project is written in."""

_MISSING: Any = object()


def setting(
    doc: str,
    *,
    default: Any = _MISSING,
    factory: Callable[[], Any] | None = None,
    name: str | None = None,
    examples: tuple[Any, ...] = (),
    schema: Mapping[str, Any] | None = None,
    validator: Any = None,
) -> Any:
    """Make a field of a document.

    Args:
        doc: what it means, for people and for the hover text of editors.
        default: its value when it is left out; a field with neither default nor factory must
            be given.
        factory: a function that makes the default.
        name: its key in the file, where that is not the name of the attribute (``from``).
        examples: values to show in the schema.
        schema: further JSON Schema keywords, such as ``minimum`` or ``pattern``.
        validator: an attrs validator for what a schema cannot say.

    Examples:
        >>> @attrs.frozen
        ... class Column:
        ...     source: str = setting("The column to read.", name="from")
        >>> sorted(document_schema(Column)["properties"])
        ['from']
    """
    given: dict[str, Any] = {}
    if default is not _MISSING:
        given["default"] = default
    elif factory is not None:
        given["factory"] = factory
    metadata = {"doc": doc, "name": name, "examples": examples, "schema": schema or {}}
    return attrs.field(**given, kw_only=True, validator=validator, metadata=metadata)


def key_of(attribute: attrs.Attribute[Any]) -> str:
    """Give the key that stands for an attribute in a file."""
    return attribute.metadata.get("name") or attribute.name


def document_id(name: str, version: int) -> str:
    """Give the ``$id`` of a schema of the project.

    Examples:
        >>> document_id("report", 1)
        'urn:coprometrics:schema:report-v1'
    """
    return f"urn:coprometrics:schema:{name.replace('_', '-')}-v{version}"


def document_schema(cls: type[Any]) -> dict[str, Any]:
    """Derive the JSON Schema (draft 2020-12) of an attrs class.

    Texts, whole numbers, booleans, dates, ``Literal``, ``X | None``, unions, tuples, mappings
    with text keys and further attrs classes are understood. Unknown keys are refused.

    Raises:
        TypeError: when a field has a type that no document can hold.
    """
    definitions: dict[str, Any] = {}
    body = _object(cls, definitions)
    head: dict[str, Any] = {"$schema": DIALECT}
    if hasattr(cls, "document_name"):
        head["$id"] = document_id(cls.document_name, cls.document_version)
    head["title"] = cls.__name__
    schema = {**head, **body}
    definitions.pop(cls.__name__, None)
    if definitions:
        schema["$defs"] = dict(sorted(definitions.items()))
    return schema


def _object(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for attribute in attrs.fields(cls):
        key = key_of(attribute)
        properties[key] = _property(attribute, hints[attribute.name], definitions)
        if attribute.default is attrs.NOTHING:
            required.append(key)
    schema: dict[str, Any] = {"description": _first_paragraph(cls), "type": "object"}
    schema["properties"] = properties
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


def _property(
    attribute: attrs.Attribute[Any], hint: Any, definitions: dict[str, Any]
) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if doc := attribute.metadata.get("doc"):
        schema["description"] = doc
    schema |= _of_type(hint, definitions)
    schema |= attribute.metadata.get("schema", {})
    if examples := attribute.metadata.get("examples"):
        schema["examples"] = list(examples)
    if isinstance(attribute.default, str | int | bool):
        schema["default"] = attribute.default
    return schema


_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    dt.date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
    Any: {},
}


def _of_type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of_type(argument, definitions) for argument in arguments]}
    if origin in (tuple, list):
        return {"type": "array", "items": _of_type(arguments[0], definitions)}
    if origin in (dict, collections.abc.Mapping):
        return {"type": "object", "additionalProperties": _of_type(arguments[1], definitions)}
    if attrs.has(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"no document can hold a {hint!r}")


def _first_paragraph(cls: type[Any]) -> str:
    return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())
