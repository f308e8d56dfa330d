"""Reading a document: bytes, text, YAML, schema, object; each fault with its place."""

from __future__ import annotations

import datetime as dt
import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, Union

import attrs
import cattrs
from attrs import frozen
from cattrs.gen import make_dict_structure_fn, override

from coprometrics.documents.schema import document_schema, key_of
from coprometrics.documents.yaml import Place, Pointer, YamlText, read_yaml
from coprometrics.errors import CoprometricsError, SchemaError, shown

if typing.TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = [
    "Document",
    "DocumentError",
    "DocumentProblem",
    "load_document",
    "parse_document",
    "read_text",
    "structure",
]

_T = TypeVar("_T")


@frozen
class DocumentProblem:
    """One way in which a document does not fit its schema."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class DocumentError(SchemaError):
    """A document that does not fit its schema; ``problems`` has every fault with its place."""

    def __init__(self, problems: tuple[DocumentProblem, ...]) -> None:
        first = problems[0]
        more = len(problems) - 1
        super().__init__(
            first.message,
            where=str(first.place),
            remedy=f"and {more} more problem{'s' if more > 1 else ''}" if more else None,
        )
        self.problems = problems

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems,))


@frozen
class Document(Generic[_T]):
    """A document that fits its schema.

    Attributes:
        value: the object that it describes.
        text: what the file holds, with places.
        file: what the file is called in messages.
    """

    value: _T
    text: YamlText
    file: str

    def place(self, *pointer: str | int, of_key: bool = False) -> Place:
        """Give the place of a part, named by the keys and indexes that lead to it."""
        return self.text.place(pointer, of_key=of_key)


def read_text(path: Path, *, name: str | None = None) -> str:
    """Read a file as UTF-8 text, with or without a byte order mark.

    Raises:
        SchemaError: when it cannot be read or is not UTF-8.
    """
    where = name or str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SchemaError(
            "there is no such file", where=where, remedy="check the name and the folder"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not usable"
        raise SchemaError(f"cannot be read ({reason})", where=where) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SchemaError(
            f"byte {error.start} is not UTF-8", where=f"{where}:{line}", remedy="save it as UTF-8"
        ) from None


def load_document(path: Path | str, cls: type[_T], *, name: str | None = None) -> Document[_T]:
    """Read a YAML file into an object of an attrs class.

    Args:
        path: the file.
        cls: the class that describes it.
        name: what to call the file in messages; its path as given by default.

    Raises:
        SchemaError: when the file is missing, is not UTF-8 or is not YAML.
        DocumentError: when it does not fit the class; has every fault with its place.
    """
    file = name or str(path)
    return parse_document(read_text(Path(path), name=file), cls, file)


def parse_document(text: str, cls: type[_T], file: str) -> Document[_T]:
    """Read YAML text into an object of an attrs class; errors as for ``load_document``."""
    yaml = read_yaml(text, file)
    problems = tuple(_problems(yaml, document_schema(cls)))
    if problems:
        raise DocumentError(problems)
    return Document(value=_structured(yaml, cls), text=yaml, file=file)


def structure(data: Any, cls: type[_T], where: str) -> _T:
    """Turn plain data into an object of an attrs class, with the same checks as for a file.

    Raises:
        DocumentError: when the data does not fit the class.
    """
    yaml = YamlText(data=data, keys={}, values={(): Place(where, 1, 1)})
    problems = tuple(_problems(yaml, document_schema(cls)))
    if problems:
        raise DocumentError(problems)
    return _structured(yaml, cls)


def _structured(yaml: YamlText, cls: type[_T]) -> _T:
    try:
        return _converter().structure(yaml.data, cls)
    except cattrs.BaseValidationError as group:
        problems = tuple(
            DocumentProblem(yaml.place(pointer), _message(error))
            for pointer, error in _leaves(group, ())
        )
        raise DocumentError(problems) from None


def _message(error: Exception) -> str:
    if isinstance(error, CoprometricsError):
        return str(error)
    return f"{error}" or type(error).__name__


def _leaves(error: Exception, pointer: Pointer) -> Iterator[tuple[Pointer, Exception]]:
    if not isinstance(error, cattrs.BaseValidationError):
        yield pointer, error
        return
    for inner in error.exceptions:
        step: Pointer = ()
        for note in getattr(inner, "__notes__", ()):
            if isinstance(note, cattrs.AttributeValidationNote):
                step = (note.name,)
            elif isinstance(note, cattrs.IterableValidationNote):
                step = (note.index,)
        yield from _leaves(inner, pointer + step)


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True)
    converter.register_structure_hook(dt.date, lambda value, _: dt.date.fromisoformat(value))
    converter.register_structure_hook_factory(attrs.has, lambda cls: _structurer(cls, converter))
    converter.register_structure_hook_func(
        _is_union, lambda value, hint: _structure_union(value, hint, converter)
    )
    return converter


def _structurer(cls: type[Any], converter: cattrs.Converter) -> Any:
    renamed = {
        attribute.name: override(rename=key_of(attribute))
        for attribute in attrs.fields(cls)
        if key_of(attribute) != attribute.name
    }
    return make_dict_structure_fn(cls, converter, **renamed)  # type: ignore[arg-type]  # cattrs types its keyword options more narrowly than its overrides


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (Union, types.UnionType)


def _structure_union(value: Any, hint: Any, converter: cattrs.Converter) -> Any:
    """Take the member of a union that the value, already checked by the schema, belongs to."""
    for member in typing.get_args(hint):
        if member in (str, int, bool, type(None)):
            if type(value) is member:
                return value
        elif member is dt.date:
            if isinstance(value, str):
                return dt.date.fromisoformat(value)
        elif _holds(member, value):
            return converter.structure(value, member)
    raise TypeError(f"{shown(value)} is none of {hint}")


def _holds(member: Any, value: Any) -> bool:
    origin = typing.get_origin(member)
    if origin in (tuple, list):
        return isinstance(value, list)
    if attrs.has(member):
        keys = {key_of(attribute) for attribute in attrs.fields(member)}
        return isinstance(value, dict) and set(value) <= keys
    if origin is typing.Literal:
        return value in typing.get_args(member)
    return isinstance(value, dict)


def _problems(yaml: YamlText, schema: Mapping[str, Any]) -> Iterator[DocumentProblem]:
    import jsonschema

    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    found = set()
    for error in validator.iter_errors(yaml.data):
        for pointer, of_key, message in _explained(_relevant(error)):
            found.add(DocumentProblem(yaml.place(pointer, of_key=of_key), message))
    yield from sorted(found, key=lambda p: (p.place.line, p.place.column, p.message))


def _relevant(error: ValidationError) -> ValidationError:
    """Of a value that fits no alternative, take the fault of the one that it fits best."""
    while error.context:
        same_shape = [e for e in error.context if e.validator not in ("type", "const")]
        candidates = same_shape or list(error.context)
        deepest = max(candidates, key=lambda e: len(e.absolute_path))
        if not same_shape and len(deepest.absolute_path) == len(error.absolute_path):
            return error
        error = deepest
    return error


_TYPE_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "empty",
}


def _explained(error: ValidationError) -> Iterator[tuple[Pointer, bool, str]]:
    pointer: Pointer = tuple(error.absolute_path)
    name = f"{pointer[-1]!r} " if pointer and isinstance(pointer[-1], str) else ""
    schema: Any = error.schema
    value: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            for key in value:
                if key not in known:
                    near = difflib.get_close_matches(key, known, 1)
                    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
                    yield (*pointer, key), True, f"there is no key {shown(key)} here; {hint}"
        case "required":
            for key in wanted:
                if key not in value:
                    yield pointer, False, f"the key {key!r} is missing"
        case "type":
            yield (
                pointer,
                False,
                f"{name}must be {_TYPE_WORDS.get(wanted, wanted)}, not {shown(value)}",
            )
        case "anyOf":
            words = dict.fromkeys(_words(option) for option in wanted)
            yield pointer, False, f"{name}must be {' or '.join(words)}, not {shown(value)}"
        case "enum":
            options = ", ".join(str(option) for option in wanted)
            yield pointer, False, f"{name}must be one of {options}, not {shown(value)}"
        case "const":
            yield pointer, False, f"{name}must be {wanted!r}, not {shown(value)}"
        case "format":
            yield pointer, False, f"{name}must be a {wanted} (as in 2023-12-31), not {shown(value)}"
        case "minItems" | "minProperties" | "minLength":
            yield pointer, False, f"{name}must not be empty"
        case "minimum":
            yield pointer, False, f"{name}must be {wanted} or more, not {value}"
        case "maximum":
            yield pointer, False, f"{name}must be {wanted} or less, not {value}"
        case _:
            yield pointer, False, f"{name}does not fit: {shown(value)}"


def _words(option: Mapping[str, Any]) -> str:
    if "$ref" in option:
        return "a mapping"
    if "enum" in option:
        return f"one of {', '.join(str(word) for word in option['enum'])}"
    if "const" in option:
        return repr(option["const"])
    return _TYPE_WORDS.get(option.get("type", ""), "something else")
