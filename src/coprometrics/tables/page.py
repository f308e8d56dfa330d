"""The page that documents every record type, derived from the definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from coprometrics.money import CURRENCIES
from coprometrics.records import RECORD_TYPES, FieldSpec, Record, field_specs

__all__ = ["records_page"]

_HEAD = """# Records

Every type of record with its fields, made from the classes by `coprometrics schemas page`.

A field is *required*, has a *default*, or *may be missing*, which is never the same as zero. Money
is whole minor units of its currency. Instants are kept in UTC; a date that is known only to its
month or year says so in the field beside it. Words after *such as* are recommended, not prescribed;
a workspace can pin its own in `coprometrics.toml`.

| a field of the type | holds |
|---|---|
| identifier | `source:native id`, at most 255 characters, without `@` |
| register number | the register and the number there, in the form of org-id.guide |
| word | small letters, digits and `_`, beginning with a letter; at most 64 |
| text | anything but control characters, at most 2,000 characters; not empty |
| choice | one of the words that are listed, and no other |
| currency | a code of ISO 4217, such as `GBP` |
| time zone | a name of the IANA, such as `Europe/London` |
| pseudonym | 32 hexadecimal digits, made of an address with the key of the workspace |
| whole number | from 0 to 2^63 - 1; amounts of money may be negative |
| yes or no | true or false |
| day, instant | a date; a date and time with its offset from UTC |
| list of … | any number of these, each once |

The source of an identifier is the name of the system, in small letters, digits, `_`, `.` and `-`;
the native id is what the system calls it. What two systems call differently has two identifiers,
and `same_as` of an organisation says which are one. An organisation that a system knows by its
number in a register is `mysystem:GB-CHC-1159982`, and its record has the number in `org_id`.
"""


def records_page() -> str:
    """Write the page as Markdown.

    Examples:
        >>> records_page().splitlines()[0]
        '# Records'
    """
    return "\n".join([_HEAD, *(line for kind in RECORD_TYPES for line in _section(kind))])


def _section(kind: type[Record]) -> Iterator[str]:
    yield f"## {kind.__name__}\n"
    yield f"{' '.join((kind.__doc__ or '').split())} Version {kind.record_version}.\n"
    yield "| field | type | presence | meaning |"
    yield "|---|---|---|---|"
    for name, spec in field_specs(kind).items():
        yield f"| `{name}` | {_type(spec)} | {_presence(spec)} | {_meaning(spec)} |"
    yield ""


def _type(spec: FieldSpec) -> str:
    """Name the type of a field as the head of the page explains it."""
    if spec.kind in _PLAIN:
        return _PLAIN[spec.kind]
    name = "text"
    if spec.options:
        name = "currency" if len(spec.options) == len(CURRENCIES) else "choice"
    elif spec.personal:
        name = "pseudonym"
    elif spec.format == "iana-timezone":
        name = "time zone"
    elif spec.pattern is not None:
        name = next(name for start, name in _FORMS.items() if spec.pattern.startswith(start))
    return f"list of {name}s" if spec.kind == "strings" else name


_PLAIN: Final[Mapping[str, str]] = {
    "integer": "whole number",
    "boolean": "yes or no",
    "date": "day",
    "instant": "instant",
}
_FORMS: Final[Mapping[str, str]] = {
    "^[a-z0-9]": "identifier",
    "^[A-Z]": "register number",
    "^[a-z]": "word",
}


def _presence(spec: FieldSpec) -> str:
    if spec.nullable:
        return "may be missing"
    if not spec.has_default:
        return "required"
    return "default: none" if spec.default == () else f"default: `{spec.default}`"


def _meaning(spec: FieldSpec) -> str:
    parts = [spec.doc]
    if spec.options and len(spec.options) < len(CURRENCIES):
        parts.append(f"One of {_words(spec.options)}.")
    if spec.examples:
        parts.append(f"Such as {_words(spec.examples)}.")
    if spec.unit:
        parts.append(f"In {spec.unit}.")
    return " ".join(parts)


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
