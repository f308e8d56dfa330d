"""Parameters of metrics: checked as a program gives them, read as a command line or a file does.

A metric checks what it is given before it looks at the data, so that a parameter of a wrong type is
named, and not found somewhere inside. ``where`` is always the parameter's name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

from attrs import frozen

from coprometrics.errors import MoneyError, ParameterError, is_unicode, shown
from coprometrics.money import Rates
from coprometrics.periods import Period

__all__ = [
    "Kind",
    "Parameter",
    "check_column",
    "check_count",
    "check_instant",
    "check_kind",
    "check_length",
    "check_option",
    "check_period",
    "check_rates",
    "check_text",
    "check_texts",
    "period_parameter",
    "read_duration",
]

Kind = Literal["text", "number", "words", "duration", "instant", "steps", "rates"]
"""What a parameter holds."""

_UNITS: Final = {
    "week": dt.timedelta(weeks=1),
    "day": dt.timedelta(days=1),
    "hour": dt.timedelta(hours=1),
    "minute": dt.timedelta(minutes=1),
    "second": dt.timedelta(seconds=1),
}
_WORDS: Final = re.compile(r"(\d{1,9}) ?(week|day|hour|minute|second)s?")
_ISO: Final = re.compile(
    r"P(?=.)(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=.)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?"
)


def check_kind(name: str, value: object, kind: Any, what: str, remedy: str) -> None:
    """See to it that a value is of a type, or of one of several (``Period | None``).

    Raises:
        ParameterError: when it is not; says that it is not ``what``.
    """
    if not isinstance(value, kind):
        raise _wrong(name, value, what, remedy)


def check_period(value: object, *, required: bool = False) -> None:
    """See to it that the period is one, or None where none is required."""
    remedy = 'give a Period, such as parse_period("2023")'
    check_kind("period", value, Period if required else Period | None, "a period", remedy)


def check_rates(value: object) -> None:
    """See to it that the exchange rates are such, or None."""
    check_kind("rates", value, Rates | None, "rates", 'give Rates("GBP", {"EUR": "0.8601"})')


def check_text(name: str, value: object) -> str:
    """See to it that a value is a text; an empty one is."""
    if isinstance(value, str) and is_unicode(value):
        return value
    raise _wrong(name, value, "a text", "give a text")


def check_texts(name: str, value: object, remedy: str = "give a list of texts") -> tuple[str, ...]:
    """See to it that a value is a list of texts; one text is none."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _wrong(name, value, "a list of texts", remedy)
    return tuple(check_text(name, item) for item in value)


def check_column(name: str, value: object, example: str) -> str:
    """See to it that a value may be the name of a column; the data say whether it is one."""
    if isinstance(value, str) and value and is_unicode(value):
        return value
    remedy = f"give the name of a column of the data, such as {example}"
    raise _wrong(name, value, "the name of a column", remedy)


def check_option(name: str, value: object, options: tuple[str, ...]) -> str:
    """See to it that a value is one of those that exist."""
    if isinstance(value, str) and value in options:
        return value
    raise _wrong(name, value, "an option", f"use one of {', '.join(options)}")


def check_count(name: str, value: object) -> int:
    """See to it that a value is a whole number from 1 on."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**63:
        return value
    raise _wrong(name, value, "a whole number from 1 on", "give 1 or more")


def check_length(name: str, value: object) -> dt.timedelta:
    """See to it that a value is a length of time, zero or more."""
    if isinstance(value, dt.timedelta) and value >= dt.timedelta(0):
        return value
    remedy = "give a timedelta that is not negative"
    raise _wrong(name, value, "a length of time", remedy)


def check_instant(
    name: str, value: object, remedy: str = "give a datetime with one"
) -> dt.datetime:
    """See to it that a value is an instant; gives it in UTC."""
    try:
        if isinstance(value, dt.datetime) and value.utcoffset() is not None:
            return value.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        pass  # its day in UTC is in the year 0 or 10000, or it is the NaT of pandas
    raise _wrong(name, value, "an instant with a time zone", remedy)


def period_parameter(period: Period | None) -> list[str] | None:
    """Give the period as a result records it: its first and last day, whatever its label."""
    return None if period is None else [str(period.start), str(period.end)]


def _wrong(name: str, value: object, what: str, remedy: str) -> ParameterError:
    return ParameterError(f"{shown(value)} is not {what}", where=name, remedy=remedy)


@frozen
class Parameter:
    """One parameter of a metric.

    Attributes:
        kind: what it holds.
        doc: what it decides, for people.
        default: its value when none is given.
        options: the only values allowed; empty where any will do.
        required: whether it must be given.
    """

    kind: Kind
    doc: str
    default: Any = None
    options: tuple[str, ...] = ()
    required: bool = False

    def read(self, name: str, value: object) -> Any:
        """Turn a value, typed or text, into what the metric takes.

        Raises:
            ParameterError: when it cannot be read, or is not one of the options.
        """
        if value is None:
            return self.default
        turned = _READERS[self.kind](name, value)
        return check_option(name, turned, self.options) if self.options else turned


def read_duration(name: str, value: object) -> dt.timedelta:
    """Read a length of time: ``30 days``, ``2 hours`` or, by ISO 8601, ``P30D`` or ``PT2H``.

    Months and years have no fixed length and are refused.

    Raises:
        ParameterError: when it is not written like that.

    Examples:
        >>> read_duration("window", "30 days") == read_duration("window", "P30D")
        True
    """
    if isinstance(value, dt.timedelta):
        return value
    text = value.strip() if isinstance(value, str) else ""
    try:
        if found := _WORDS.fullmatch(text.lower()):
            return int(found[1]) * _UNITS[found[2]]
        if found := _ISO.fullmatch(text):
            numbers = [int(number or 0) for number in found.groups()]
            return sum(
                (number * unit for number, unit in zip(numbers, _UNITS.values(), strict=True)),
                dt.timedelta(0),
            )
    except OverflowError:
        pass  # it is longer than Python can hold
    raise _wrong(name, value, "a length of time", "write it like 30 days, 2 hours or P30D")


def _instant(name: str, value: object) -> dt.datetime:
    found = value
    if isinstance(value, str):
        try:
            found = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            found = value
    return check_instant(name, found, "write it like 2023-12-31T23:59:59+00:00")


def _text(name: str, value: object) -> str:
    text = check_text(name, value).strip()
    if not text:
        raise _wrong(name, value, "a text", "write one, or leave the parameter out")
    return text


def _number(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    raise _wrong(name, value, "a whole number", "write it in digits")


def _words(name: str, value: object) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    return tuple(_text(name, word) for word in check_texts(name, words))


def _steps(name: str, value: object) -> Any:
    """Read steps: ``registered,joined``; stages that share a step are joined by ``|``."""
    if isinstance(value, str):
        return [_group(name, step) for step in value.split(",")]
    if isinstance(value, Mapping):
        return {_text(name, step): _group(name, group) for step, group in value.items()}
    if isinstance(value, list | tuple):
        return [_group(name, group) for group in value]
    raise _wrong(name, value, "a list of stages", "write it like registered,joined")


def _rates(name: str, value: object) -> Rates:
    """Read exchange rates: ``to=GBP,EUR=0.8601``, or the same as a mapping."""
    if isinstance(value, Rates):
        return value
    if isinstance(value, str):
        value = dict(part.partition("=")[::2] for part in value.replace(" ", "").split(","))
    if not isinstance(value, Mapping) or not isinstance(value.get("to"), str):
        raise _wrong(name, value, "rates", "write them like to=GBP,EUR=0.8601")
    try:
        return Rates(value["to"], {k: rate for k, rate in value.items() if k != "to"})
    except MoneyError as error:
        raise ParameterError(error.what, where=name, remedy=error.remedy) from error


def _group(name: str, value: object) -> str | tuple[str, ...]:
    if isinstance(value, str):
        stages = tuple(_text(name, stage) for stage in value.split("|"))
        return stages[0] if len(stages) == 1 else stages
    return _words(name, value)


_READERS: Final[Mapping[Kind, Callable[[str, object], Any]]] = {
    "text": _text,
    "number": _number,
    "words": _words,
    "duration": read_duration,
    "instant": _instant,
    "steps": _steps,
    "rates": _rates,
}
