"""The page that documents every record type, derived from the definitions."""

from __future__ import annotations

from collections.abc import Iterator

from coprometrics.money import CURRENCIES
from coprometrics.records import RECORD_TYPES, FieldSpec, Record, field_specs
from coprometrics.tables.arrow import arrow_type

__all__ = ["records_page"]

_HEAD = """# Records

Every type of record with its fields, made from the classes by `coprometrics schemas page`.

A field is *required*, has a *default*, or *may be missing*, which is never the same as zero.
Identifiers are `source:native id`. Money is whole minor units of its currency. Instants are kept
in UTC; days are plain dates, and a date that is known only to its month or year says so in the
field beside it. Words after *such as* are recommended, not prescribed; a workspace can pin its own
in `coprometrics.toml`.
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
        yield f"| `{name}` | {arrow_type(spec)} | {_presence(spec)} | {_meaning(spec)} |"
    yield ""


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
