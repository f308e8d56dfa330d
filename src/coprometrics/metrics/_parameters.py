"""Parameters of metrics as a command line, a YAML file or a program gives them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from attrs import frozen

from coprometrics.errors import MoneyError, ParameterError, shown
from coprometrics.money import Rates

__all__ = ["Kind", "Parameter", "read_duration"]

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
        if self.options and turned not in self.options:
            raise ParameterError(
                f"the {name} is {shown(value)}",
                where=name,
                remedy=f"use one of {', '.join(self.options)}",
            )
        return turned


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
    if found := _WORDS.fullmatch(text.lower()):
        return int(found[1]) * _UNITS[found[2]]
    if found := _ISO.fullmatch(text):
        numbers = [int(number or 0) for number in found.groups()]
        return sum(
            (number * unit for number, unit in zip(numbers, _UNITS.values(), strict=True)),
            dt.timedelta(0),
        )
    raise ParameterError(
        f"{shown(value)} is not a length of time",
        where=name,
        remedy="write it like 30 days, 2 hours or P30D",
    )


def _instant(name: str, value: object) -> dt.datetime:
    found = value
    if isinstance(value, str):
        try:
            found = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            found = None
    if not isinstance(found, dt.datetime) or found.tzinfo is None:
        raise ParameterError(
            f"{shown(value)} is not an instant with a time zone",
            where=name,
            remedy="write it like 2023-12-31T23:59:59+00:00",
        )
    return found


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ParameterError(f"{shown(value)} is not a text", where=name)
    return value.strip()


def _number(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()):
        return int(value)
    raise ParameterError(f"{shown(value)} is not a whole number", where=name)


def _words(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        raise ParameterError(f"{shown(value)} is not a list of texts", where=name)
    return tuple(_text(name, word) for word in value)


def _steps(name: str, value: object) -> Any:
    """Read steps: ``registered,joined``; stages that share a step are joined by ``|``."""
    if isinstance(value, str):
        return [_group(name, step) for step in value.split(",")]
    if isinstance(value, Mapping):
        return {_text(name, step): _group(name, group) for step, group in value.items()}
    if isinstance(value, list | tuple):
        return [_group(name, group) for group in value]
    raise ParameterError(f"{shown(value)} is not a list of stages", where=name)


def _rates(name: str, value: object) -> Rates:
    """Read exchange rates: ``to=GBP,EUR=0.8601``, or the same as a mapping."""
    if isinstance(value, Rates):
        return value
    if isinstance(value, str):
        value = dict(part.partition("=")[::2] for part in value.replace(" ", "").split(","))
    if not isinstance(value, Mapping) or not isinstance(value.get("to"), str):
        raise ParameterError(
            f"{shown(value)} are no rates", where=name, remedy="write them like to=GBP,EUR=0.8601"
        )
    try:
        return Rates(value["to"], {str(k): rate for k, rate in value.items() if k != "to"})
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
