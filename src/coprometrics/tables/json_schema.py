"""JSON Schemas of the record types (draft 2020-12), and records as JSON.

Beside the keywords of the draft the schemas use one of their own, ``notBefore``:
``{"notBefore": {"ends_on": "starts_on"}}`` says that the first day must not come before the
second. A validator that does not know it passes over it; ``json_validator`` knows it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from coprometrics.documents.schema import DIALECT, document_id
from coprometrics.records import FieldSpec, Record, field_specs, pinned_specs
from coprometrics.records._rules import DatePrecision, NotAbove, NotBefore, Rule, coarsened
from coprometrics.timezones import timezones

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = [
    "is_date",
    "is_instant",
    "is_timezone",
    "json_row",
    "json_validator",
    "record_schema",
    "schema_name",
]

_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_INSTANT = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
    "(Z|[+-][0-9]{2}:[0-9]{2})$"
)
_JSON_TYPES = {
    "string": "string",
    "integer": "integer",
    "boolean": "boolean",
    "date": "string",
    "instant": "string",
    "strings": "array",
}


def schema_name(record_type: type[Record]) -> str:
    """Give the name of a record type's schema, with its version.

    Examples:
        >>> from coprometrics.records import GrantAward
        >>> schema_name(GrantAward)
        'grant-award-v1'
    """
    return f"{record_type.record_name.replace('_', '-')}-v{record_type.record_version}"


def record_schema(
    record_type: type[Record], vocabulary: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, Any]:
    """Derive the JSON Schema of a record type.

    Args:
        record_type: the type.
        vocabulary: for fields of an open vocabulary, the only words that they may have.

    Examples:
        >>> from coprometrics.records import Income
        >>> record_schema(Income)["$id"]
        'urn:coprometrics:schema:income-v1'
    """
    specs = pinned_specs(record_type, vocabulary)
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "$id": document_id(record_type.record_name, record_type.record_version),
        "title": record_type.__name__,
        "description": " ".join((record_type.__doc__ or "").split()),
        "type": "object",
        "properties": {name: _property(spec) for name, spec in specs.items()},
        "required": [name for name, spec in specs.items() if not spec.has_default],
        "additionalProperties": False,
    }
    conditions = [c for rule in record_type.record_rules for c in _conditions(rule)]
    if conditions:
        schema["allOf"] = conditions
    orders = {r.subject: r.earlier for r in record_type.record_rules if isinstance(r, NotBefore)}
    if orders:
        schema["notBefore"] = orders
    return schema


def _property(spec: FieldSpec) -> dict[str, Any]:
    kind = _JSON_TYPES[spec.kind]
    schema: dict[str, Any] = {"description": spec.doc}
    schema["type"] = [kind, "null"] if spec.nullable else kind
    if spec.kind == "strings":
        schema["items"] = {"type": "string", **_text_limits(spec)}
        schema["uniqueItems"] = True
    elif spec.kind == "date":
        schema |= {"format": "date", "pattern": _DATE}
    elif spec.kind == "instant":
        schema |= {"format": "date-time", "pattern": _INSTANT}
    elif spec.kind == "string":
        schema |= _text_limits(spec)
    schema |= {
        key: value
        for key, value in (("minimum", spec.minimum), ("maximum", spec.maximum))
        if value is not None
    }
    if spec.unit:
        schema["x-unit"] = spec.unit
    if spec.examples:
        schema["examples"] = list(spec.examples)
    if spec.has_default:
        schema["default"] = list(spec.default) if spec.kind == "strings" else spec.default
    return schema


def _text_limits(spec: FieldSpec) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if spec.options:
        limits["enum"] = [*spec.options, None] if spec.nullable else list(spec.options)
    if spec.min_length is not None:
        limits["minLength"] = spec.min_length
    if spec.max_length is not None:
        limits["maxLength"] = spec.max_length
    if spec.pattern is not None:
        limits["pattern"] = spec.pattern
    if spec.forbids is not None:
        limits["not"] = {"type": "string", "pattern": spec.forbids}
    if spec.format is not None:
        limits["format"] = spec.format
    return limits


def _conditions(rule: Rule) -> Iterator[dict[str, Any]]:
    if isinstance(rule, NotAbove):
        yield _if(rule.when, rule.equals, {"properties": {rule.subject: {"maximum": rule.limit}}})
    elif isinstance(rule, DatePrecision):
        for precision, ending in (("month", "-01$"), ("year", "-01-01$")):
            first_day = {"type": "string", "pattern": ending}
            then = {"required": [rule.subject], "properties": {rule.subject: first_day}}
            yield _if(f"{rule.subject}_precision", precision, then)


def _if(name: str, value: str, then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": then}


def is_date(value: object) -> bool:
    """Say whether a text is a day in the form of RFC 3339; what is no text passes."""
    return not isinstance(value, str) or _date(value) is not None


def is_instant(value: object) -> bool:
    """Say whether a text is an instant in the form of RFC 3339, with offset or Z."""
    return not isinstance(value, str) or parse_instant(value) is not None


def is_timezone(value: object) -> bool:
    """Say whether a text is an IANA time zone."""
    return not isinstance(value, str) or value in timezones()


def _date(text: str) -> dt.date | None:
    if not re.fullmatch(_DATE[1:-1], text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def parse_date(text: str) -> dt.date | None:
    """Read a day in the form of RFC 3339; None when it is none."""
    return _date(text)


def parse_instant(text: str) -> dt.datetime | None:
    """Read an instant in the form of RFC 3339, in UTC; None when it is none.

    Examples:
        >>> parse_instant("2023-12-31T23:30:00-05:00")
        datetime.datetime(2024, 1, 1, 4, 30, tzinfo=datetime.timezone.utc)
    """
    if not re.fullmatch(_INSTANT[1:-1], text):
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def json_row(row: Mapping[str, Any], record_type: type[Record]) -> dict[str, Any]:
    """Turn one row of plain values into JSON.

    JSON has no days and instants, so they become text (RFC 3339) where the type has a field for
    one; anywhere else they stay what they are, and no schema accepts them.

    Examples:
        >>> from coprometrics.records import Income
        >>> json_row({"received_on": dt.date(2023, 5, 1)}, Income)
        {'received_on': '2023-05-01'}
    """
    specs = field_specs(record_type)
    timed = {name for name, spec in specs.items() if spec.kind in ("date", "instant")}
    return {name: _json_value(value) if name in timed else value for name, value in row.items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        text = value.isoformat(timespec="seconds" if not value.microsecond else "microseconds")
        return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


@cache
def _validator_class() -> Any:
    import jsonschema
    from jsonschema.exceptions import ValidationError

    def not_before(
        _validator: Any, orders: Mapping[str, str], row: Any, _schema: Any
    ) -> Iterator[ValidationError]:
        for later, earlier in orders.items() if isinstance(row, dict) else ():
            last, first = (_day_or_instant(row.get(name)) for name in (later, earlier))
            if last is None or first is None or type(last) is not type(first):
                continue
            precision = row.get(f"{later}_precision", "day")
            limit = coarsened(first, precision) if precision in ("month", "year") else first
            if last < limit:
                yield ValidationError(f"{later} comes before {earlier}")

    extend: Any = jsonschema.validators.extend
    return extend(jsonschema.Draft202012Validator, {"notBefore": not_before})


def _day_or_instant(value: Any) -> Any:
    if not isinstance(value, str):
        return None
    return _date(value) or parse_instant(value)


def json_validator(
    record_type: type[Record], vocabulary: Mapping[str, tuple[str, ...]] | None = None
) -> Validator:
    """Give a validator of rows as JSON that checks formats and the order of dates too.

    Examples:
        >>> from coprometrics.records import AudienceSnapshot
        >>> json_validator(AudienceSnapshot).is_valid({"id": "x:1"})
        False
    """
    import jsonschema

    formats = jsonschema.FormatChecker(formats=())
    formats.checks("date")(is_date)
    formats.checks("date-time")(is_instant)
    formats.checks("iana-timezone")(is_timezone)
    validator: Validator = _validator_class()(
        record_schema(record_type, vocabulary), format_checker=formats
    )
    return validator
