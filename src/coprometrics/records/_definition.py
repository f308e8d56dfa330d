"""How a record type is defined: once, as an attrs class.

Each field is made with one of the functions below, which say what the field holds. From that
one definition come the checks on construction, the Arrow schema, the JSON Schema, the checks by
column and the strategies for tests.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, TypeVar, dataclass_transform

import attrs
from attrs import field, frozen

from coprometrics.errors import WITHHELD, RecordError, is_unicode, shown
from coprometrics.money import CURRENCIES
from coprometrics.records._rules import Rule
from coprometrics.timezones import timezones

__all__ = [
    "FieldKind",
    "FieldSpec",
    "Record",
    "boolean",
    "choice",
    "count",
    "currency",
    "day",
    "field_specs",
    "identifier",
    "identifiers",
    "instant",
    "minor_units",
    "organisation_code",
    "person",
    "pinned_specs",
    "precision",
    "record",
    "text",
    "texts",
    "timezone",
    "word",
]

MAX_INT = 2**63 - 1
CURRENCY_CODES = tuple(sorted(CURRENCIES))

FieldKind = Literal["string", "integer", "boolean", "date", "instant", "strings"]
"""What a field holds: text, a whole number, true or false, a day, an instant, a list of texts."""

_R = TypeVar("_R")
_MISSING: Any = object()


@frozen
class FieldSpec:
    """What one field of a record may hold.

    Attributes:
        kind: the sort of value.
        doc: what the field means, for people.
        nullable: whether the value may be unknown.
        default: the value when none is given; ``None`` for nullable fields without another.
        has_default: whether the field may be left out.
        pattern: a regular expression that must be found in the text.
        forbids: a regular expression that must not be found in the text.
        form: what these two ask for, in words.
        min_length: the fewest characters of a text.
        max_length: the most characters of a text.
        minimum: the least number.
        maximum: the greatest number.
        options: the only values allowed (a closed list).
        examples: recommended values of an open vocabulary.
        format: a named check beyond patterns: ``iana-timezone``.
        unit: the unit of a number.
        personal: whether the value stands for a person and must never be shown.
    """

    kind: FieldKind
    doc: str
    nullable: bool = False
    default: Any = None
    has_default: bool = False
    pattern: str | None = None
    forbids: str | None = None
    form: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    options: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    format: str | None = None
    unit: str | None = None
    personal: bool = False

    @property
    def filled(self) -> bool:
        """Whether it is a text that must not be empty; an empty one counts as missing."""
        return self.kind == "string" and bool(self.min_length or self.pattern)

    def problem(self, value: object) -> str | None:
        """Say what is wrong with a value that is not null, or None when it fits."""
        if self.kind == "strings":
            if not isinstance(value, tuple | list):
                return "must be a list of texts"
            found = next((problem for item in value if (problem := self._text_problem(item))), None)
            twice = found is None and len(set(value)) != len(value)
            return "must not hold a text twice" if twice else found
        if self.kind == "string":
            return self._text_problem(value)
        if self.kind == "integer":
            return self._number_problem(value)
        if self.kind == "boolean":
            return None if isinstance(value, bool) else "must be True or False"
        if self.kind == "date":
            if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
                return "must be a date without a time"
            return None
        if not isinstance(value, dt.datetime):
            return "must be a date and time"
        return "must say its offset from UTC (an aware datetime)" if value.tzinfo is None else None

    def _number_problem(self, value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return "must be a whole number"
        if self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum:,}"
        if self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum:,}"
        return None

    def _text_problem(self, value: object) -> str | None:
        if not isinstance(value, str):
            return "must be text"
        if self.options and value not in self.options:
            if self.options == CURRENCY_CODES:
                return "must be a currency code of ISO 4217, such as GBP"
            return f"must be one of {', '.join(self.options)}"
        if self.min_length is not None and len(value) < self.min_length:
            return "must not be empty" if self.min_length == 1 else "is too short"
        if self.max_length is not None and len(value) > self.max_length:
            return f"must have at most {self.max_length} characters"
        if self.pattern is not None and not re.search(self.pattern, value):
            return f"must be {self.form}" if self.form else f"must match {self.pattern}"
        if self.forbids is not None and (found := re.search(self.forbids, value)):
            # Of what a word may be made of, its form says more than the first other character.
            whole = self.form is not None and self.forbids.startswith("[^")
            return f"must be {self.form}" if whole else f"must not hold {found.group()!r}"
        if not is_unicode(value):
            return "must be valid Unicode (it holds half of a surrogate pair)"
        if self.format == "iana-timezone" and value not in timezones():
            return "must be an IANA time zone such as Europe/London"
        return None


class Record:
    """The base of every record type."""

    __slots__ = ()

    record_name: ClassVar[str]
    record_version: ClassVar[int]
    record_rules: ClassVar[tuple[Rule, ...]]

    id: str


def field_specs(record_type: type[Record]) -> Mapping[str, FieldSpec]:
    """Give the fields of a record type, in order, by name."""
    return {a.name: a.metadata["spec"] for a in attrs.fields(record_type)}  # type: ignore[arg-type]  # every Record is attrs


def pinned_specs(
    record_type: type[Record], vocabulary: Mapping[str, tuple[str, ...]] | None
) -> Mapping[str, FieldSpec]:
    """Give the fields of a record type, some of them with their only allowed words."""
    words = vocabulary or {}
    return {
        name: attrs.evolve(spec, options=words[name]) if name in words else spec
        for name, spec in field_specs(record_type).items()
    }


def _check(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    spec: FieldSpec = attribute.metadata["spec"]
    problem = None
    if value is None:
        if not spec.nullable:
            problem = "must not be missing"
    else:
        problem = spec.problem(value)
    if problem:
        seen = WITHHELD if spec.personal else shown(value)
        raise RecordError(
            f"{attribute.name} {problem}, got {seen}",
            where=f"{type(instance).__name__}.{attribute.name}",
        )


def _to_utc(value: Any) -> Any:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        try:
            return value.astimezone(dt.UTC)
        except OverflowError:
            return value
    return value


def _to_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value


_CONVERTERS: dict[FieldKind, Callable[[Any], Any]] = {"instant": _to_utc, "strings": _to_tuple}


def _field(kind: FieldKind, doc: str, *, default: Any = _MISSING, **limits: Any) -> Any:
    """Make an attrs field; nullable fields default to None, others must be given."""
    nullable = limits.get("nullable", False)
    if default is _MISSING and nullable:
        default = None
    has_default = default is not _MISSING
    spec = FieldSpec(
        kind=kind,
        doc=doc,
        default=default if has_default else None,
        has_default=has_default,
        **limits,
    )
    given = {"default": default} if has_default else {}
    return field(
        **given,
        validator=_check,
        converter=_CONVERTERS.get(kind),
        metadata={"spec": spec},
    )


_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_LONGEST_TEXT = 2_000
_LONGEST_ID = 255


def text(doc: str, *, nullable: bool = False, max_length: int = _LONGEST_TEXT) -> Any:
    """Make a field of free text: not empty, without control characters."""
    return _field(
        "string", doc, nullable=nullable, min_length=1, max_length=max_length, forbids=_CONTROL
    )


def texts(doc: str) -> Any:
    """Make a field with a list of texts, each once; empty when there are none."""
    return _field(
        "strings", doc, default=(), min_length=1, max_length=_LONGEST_TEXT, forbids=_CONTROL
    )


_ID: dict[str, Any] = {
    "pattern": "^[a-z0-9][a-z0-9_.-]*:[^ ]",
    "form": "the name of the source, a colon and the identifier there, such as finance:1",
    "forbids": r"[\x00-\x1f\x7f@]",
    "max_length": _LONGEST_ID,
}


def identifier(doc: str, *, nullable: bool = False) -> Any:
    """Make a field with an identifier, ``source:native id``; always text, never an address."""
    return _field("string", doc, nullable=nullable, **_ID)


def identifiers(doc: str) -> Any:
    """Make a field with a list of identifiers, each once; empty when there are none."""
    return _field("strings", doc, default=(), **_ID)


def organisation_code(doc: str) -> Any:
    """Make a field with an organisation identifier in the form of org-id.guide."""
    return _field(
        "string",
        doc,
        nullable=True,
        pattern="^[A-Z]{2}-[A-Z0-9]+-[^ ]",
        form="a register of org-id.guide and the number there, such as GB-CHC-1159982",
        forbids=r"[\x00-\x1f\x7f@]",
        max_length=_LONGEST_ID,
        examples=("GB-CHC-1159982", "GB-COH-01234567", "GB-EDU-133903"),
    )


def word(doc: str, *examples: str, nullable: bool = False) -> Any:
    """Make a field with a word of an open vocabulary, in small letters, digits and ``_``."""
    return _field(
        "string",
        doc,
        nullable=nullable,
        min_length=1,
        max_length=64,
        pattern="^[a-z]",
        forbids="[^a-z0-9_]",
        form="small letters, digits and _, beginning with a letter",
        examples=examples,
    )


def choice(doc: str, *options: str, default: Any = _MISSING, nullable: bool = False) -> Any:
    """Make a field with one word of a closed list."""
    return _field("string", doc, nullable=nullable, default=default, options=options)


def precision(of: str) -> Any:
    """Make the field that says how exactly a date is known: to the day, month or year."""
    return choice(
        f"How exactly {of} is known. A month is kept as its first day, a year as 1 January.",
        "day",
        "month",
        "year",
        default="day",
    )


def person(doc: str) -> Any:
    """Make a field with a person's pseudonym: 128 bits of a keyed hash, as 32 hex digits."""
    return _field(
        "string",
        doc,
        nullable=True,
        min_length=32,
        max_length=32,
        pattern="^[0-9a-f]{32}",
        form="a pseudonym of 32 hexadecimal digits",
        personal=True,
    )


def timezone(doc: str, *, nullable: bool = False) -> Any:
    """Make a field with an IANA time zone."""
    return _field("string", doc, nullable=nullable, max_length=64, format="iana-timezone")


def currency(doc: str = "The currency of the amount, as an ISO 4217 code.") -> Any:
    """Make a field with a currency code of ISO 4217."""
    return _field("string", doc, options=CURRENCY_CODES)


def minor_units(doc: str, *, nullable: bool = False) -> Any:
    """Make a field with an amount of money in minor units; negative for money given back."""
    return _field(
        "integer",
        doc,
        nullable=nullable,
        minimum=-MAX_INT,
        maximum=MAX_INT,
        unit="minor units of the currency",
    )


def count(doc: str, *, nullable: bool = True, minimum: int = 0, unit: str | None = None) -> Any:
    """Make a field with a count: whole, not negative; null when it is not known."""
    return _field("integer", doc, nullable=nullable, minimum=minimum, maximum=MAX_INT, unit=unit)


def day(doc: str, *, nullable: bool = False) -> Any:
    """Make a field with a calendar day."""
    return _field("date", doc, nullable=nullable)


def instant(doc: str, *, nullable: bool = False) -> Any:
    """Make a field with a point in time, kept in UTC; a naive datetime is refused."""
    return _field("instant", doc, nullable=nullable)


def boolean(doc: str, *, nullable: bool = True) -> Any:
    """Make a field that is true, false or, where nullable, unknown."""
    return _field("boolean", doc, nullable=nullable)


def _check_rules(self: Any) -> None:
    for rule in self.record_rules:
        problem = rule.problem(self)
        if problem:
            raise RecordError(problem, where=f"{type(self).__name__}.{rule.subject}")


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(
        text, texts, identifier, identifiers, organisation_code, word, choice, precision,
        person, timezone, currency, minor_units, count, day, instant, boolean,
    ),
)  # fmt: skip
def record(*, version: int = 1, rules: tuple[Rule, ...] = ()) -> Callable[[type[_R]], type[_R]]:
    """Make a record type: frozen, slotted, keyword-only, checked on construction.

    Args:
        version: the version of its schema; only a breaking change makes a new one.
        rules: what must hold between fields.
    """

    def decorate(cls: type[_R]) -> type[_R]:
        namespace: Any = cls
        namespace.__attrs_post_init__ = _check_rules
        namespace.record_name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()
        namespace.record_version = version
        namespace.record_rules = rules
        return attrs.define(cls, frozen=True, slots=True, kw_only=True)

    return decorate
