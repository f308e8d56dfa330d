"""The directives of formats: what each tells of a date, how it is read, and how it is written.

They are those of C's ``strftime`` that say something about a date. A format that leaves two
readings of a text, such as an hour without its half of the day, is refused as a whole.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from attrs import frozen

from coprometrics.errors import ConfigError, shown

__all__ = ["MONTH_NAMES", "WEEKDAYS", "WEEKDAY_NAMES", "pattern_of", "written"]

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES = {name: number for number, name in enumerate(_MONTHS, 1)}
MONTH_NAMES |= {name[:3]: number for name, number in MONTH_NAMES.items()} | {"sept": 9}
WEEKDAY_NAMES = {name: number for number, name in enumerate(WEEKDAYS)}
WEEKDAY_NAMES |= {name[:3]: number for name, number in WEEKDAY_NAMES.items()}


@frozen
class _Directive:
    """One directive.

    Attributes:
        part: what it tells; a format tells each part once.
        pattern: what it reads.
        write: what it writes.
        exact: what it reads beside other digits, where only all its digits tell its end. None
            for what is not of digits.
    """

    part: str
    pattern: str
    write: Callable[[dt.datetime], str]
    exact: str | None = None


def _digits(part: str, group: str, most: int, value: Callable[[dt.datetime], int]) -> _Directive:
    return _Directive(
        part,
        f"(?P<{group}>[0-9]{{1,{most}}})",
        lambda moment: f"{value(moment):0{most}}",
        f"(?P<{group}>[0-9]{{{most}}})",
    )


def _all_digits(
    part: str, group: str, count: int, value: Callable[[dt.datetime], int]
) -> _Directive:
    exact = f"(?P<{group}>[0-9]{{{count}}})"
    return _Directive(part, exact, lambda moment: f"{value(moment):0{count}}", exact)


def _named(part: str, group: str, names: dict[str, int], write: Callable[[dt.datetime], str]) -> (
    _Directive
):  # fmt: skip
    either = "|".join(sorted(names, key=len, reverse=True))
    return _Directive(part, rf"(?P<{group}>{either})\.?", write)


def _month(moment: dt.datetime) -> str:
    return _MONTHS[moment.month - 1].capitalize()


def _weekday(moment: dt.datetime) -> str:
    return WEEKDAYS[moment.weekday()].capitalize()


_DIRECTIVES = {
    "d": _digits("day", "day", 2, lambda moment: moment.day),
    "m": _digits("month", "month", 2, lambda moment: moment.month),
    "Y": _all_digits("year", "year", 4, lambda moment: moment.year),
    "y": _all_digits("year", "short_year", 2, lambda moment: moment.year % 100),
    "b": _named("month", "month_name", MONTH_NAMES, lambda moment: _month(moment)[:3]),
    "B": _named("month", "month_name", MONTH_NAMES, _month),
    "a": _named("weekday", "weekday", WEEKDAY_NAMES, lambda moment: _weekday(moment)[:3]),
    "A": _named("weekday", "weekday", WEEKDAY_NAMES, _weekday),
    "j": _digits("day of the year", "day_of_year", 3, lambda moment: moment.timetuple().tm_yday),
    "H": _digits("hour", "hour", 2, lambda moment: moment.hour),
    "I": _digits("hour", "half_hour", 2, lambda moment: (moment.hour - 1) % 12 + 1),
    "M": _all_digits("minute", "minute", 2, lambda moment: moment.minute),
    "S": _all_digits("second", "second", 2, lambda moment: moment.second),
    "f": _digits("fraction", "fraction", 6, lambda moment: moment.microsecond),
    "p": _Directive(
        "half of the day",
        r"(?P<half>[ap]\.?m\.?)",
        lambda moment: "PM" if moment.hour >= 12 else "AM",
    ),
    "z": _Directive("offset", r"(?P<offset>Z|[-+][0-9]{2}:?[0-9]{2})", lambda _: "+0000"),
    "%": _Directive("", "%", lambda _: "%"),
}
_COARSER = {"M": ("H", "I"), "S": ("M",), "f": ("S",)}
"""What a directive of a time cannot be without."""


def pattern_of(text: str, where: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """Give the pattern of the texts that a format reads, and the directives that it has.

    Raises:
        ConfigError: when a directive is unknown, tells a part twice, or says nothing without
            another that is not there.
    """
    pieces = list(_pieces(text))
    _check_known(text, pieces, where)
    _check_parts(text, [name for _, name in pieces if name], where)
    patterns = []
    for number, (literal, name) in enumerate(pieces):
        if literal:
            patterns.append(re.escape(literal))
            continue
        directive = _DIRECTIVES[name]
        before = number > 0 and _of_digits(pieces[number - 1], -1)
        after = number + 1 < len(pieces) and _of_digits(pieces[number + 1], 0)
        # Nothing follows a fraction but what is no digit, unless a directive does.
        tight = after if name == "f" else before or after
        patterns.append((directive.exact if tight else None) or directive.pattern)
    known = frozenset(name for _, name in pieces if name)
    return re.compile("".join(patterns), re.ASCII | re.IGNORECASE), known


def written(text: str, moment: dt.datetime) -> str:
    """Write a moment by a format that is known to be sound, with all digits.

    Examples:
        >>> written("%d/%m/%Y", dt.datetime(2023, 4, 3))
        '03/04/2023'
    """
    return "".join(literal or _DIRECTIVES[name].write(moment) for literal, name in _pieces(text))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Give each piece of a format: a literal text, or the letter of a directive."""
    for literal, sign, name in re.findall(r"([^%]+)|(%)(.?)", text, re.DOTALL):
        yield literal, name if sign else ""


def _of_digits(piece: tuple[str, str], end: int) -> bool:
    """Say whether a piece has a digit at one of its ends, 0 or -1."""
    literal, name = piece
    return literal[end] in "0123456789" if literal else _DIRECTIVES[name].exact is not None


def _check_known(text: str, pieces: list[tuple[str, str]], where: str) -> None:
    for literal, name in pieces:
        if not literal and name not in _DIRECTIVES:
            known = " ".join(f"%{letter}" for letter in _DIRECTIVES)
            raise ConfigError(
                f"the format {shown(text)} has %{name}, which is not known",
                where=where,
                remedy=f"use {known}",
            )


def _check_parts(text: str, names: list[str], where: str) -> None:
    tells: dict[str, str] = {}
    for name in names:
        part = _DIRECTIVES[name].part
        for known in (part, *(("day", "month") if name == "j" else ())):
            other = tells.get(known)
            if part and other:
                raise ConfigError(
                    f"the format {shown(text)} tells the {known} twice, with %{other} and %{name}",
                    where=where,
                    remedy="keep one of them",
                )
        tells[part] = name
        if name == "j":
            tells |= {"day": name, "month": name}
    _check_halves(text, names, where)
    for name, coarser in _COARSER.items():
        if name in names and not set(coarser) & set(names):
            raise ConfigError(
                f"the format {shown(text)} tells the {_DIRECTIVES[name].part} with %{name}, and "
                f"not the {_DIRECTIVES[coarser[0]].part}",
                where=where,
                remedy=f"add %{coarser[0]}",
            )


def _check_halves(text: str, names: list[str], where: str) -> None:
    """Refuse hours whose half of the day is left open, or is told of hours from 0 to 23."""
    if "I" in names and "p" not in names:
        raise ConfigError(
            f"the format {shown(text)} has %I, the hours 1 to 12, without %p, which tells the "
            "morning from the afternoon",
            where=where,
            remedy="add %p, or use %H where the hours are 0 to 23",
        )
    if "p" in names and "I" not in names:
        found = "with %H, the hours 0 to 23, and" if "H" in names else ""
        raise ConfigError(
            f"the format {shown(text)} has %p {found} without %I, the hours 1 to 12".replace(
                "  ", " "
            ),
            where=where,
            remedy="use %I with %p, as in %I:%M %p",
        )
