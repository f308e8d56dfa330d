"""Numbers as they are written: digits in the format of a locale, and the words of English."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from attrs import field, frozen

from coprometrics.errors import ReportError, shown

__all__ = [
    "HINT",
    "LOCALES",
    "NotAFigure",
    "NumberFormat",
    "fraction_words",
    "locale_format",
    "read_number",
]

_NO_BREAK = ("\u00a0", "\u202f", "\u2009")
"""No-break, narrow no-break and thin space: they group digits in every locale."""


class NotAFigure(ReportError):  # noqa: N818  (it says what the text is, not that it is wrong)
    """A text without the shape of a number; other errors are about figures written badly."""


def _separators(_format: NumberFormat, _attribute: object, value: tuple[str, ...]) -> None:
    for mark in (_format.decimal, *value):
        if len(mark) != 1 or mark.isalnum() or mark in "+-%()":
            raise ReportError(f"{shown(mark)} cannot separate digits", remedy="use one character")
    if _format.decimal in value:
        raise ReportError(f"{shown(_format.decimal)} cannot both group digits and end the whole")


@frozen
class NumberFormat:
    """Which characters group the digits of a number, and which one ends its whole part.

    Attributes:
        decimal: the decimal mark.
        group: the marks that may group digits by three; one number uses one of them.
    """

    decimal: str = "."
    group: tuple[str, ...] = field(default=(",", *_NO_BREAK), validator=_separators)

    def read(self, text: str) -> tuple[Fraction, int]:
        """Read digits into an exact number and the count of its decimal digits.

        Raises:
            NotAFigure: when the text does not have the shape of a number in any format.
            ReportError: when it has, and is not well formed in this one.

        Examples:
            >>> NumberFormat().read("1,482.50")
            (Fraction(2965, 2), 2)
            >>> locale_format("de-DE").read("1.234,56")
            (Fraction(30864, 25), 2)
        """
        if _SHAPE.fullmatch(text) is None:
            raise NotAFigure(f"{shown(text)} is not a number")
        whole, mark, part = text.partition(self.decimal)
        groups = [whole]
        for group in self.group:
            if group in whole:
                groups = whole.split(group)
                break
        well_formed = (
            all(digits.isdecimal() for digits in groups)
            and (not mark or part.isdecimal())
            and (len(groups) == 1 or (0 < len(groups[0]) <= 3))
            and all(len(digits) == 3 for digits in groups[1:])
        )
        if not well_formed:
            raise ReportError(
                f"the digits of {shown(text)} are not grouped as numbers are in this report",
                remedy=f"group by three with {shown(self.group[0])}, write decimals after "
                f"{shown(self.decimal)}, or set the report's locale",
            )
        digits = "".join(groups)
        if len(digits) > 1 and digits.startswith("0"):
            raise ReportError(
                f"{shown(text)} starts with a zero", remedy="a number has no leading zeros"
            )
        return Fraction(int(digits + part), 10 ** len(part)), len(part)


_SHAPE: Final = re.compile(
    r"[0-9]+(?:[.,'\u2019\u00a0\u202f\u2009][0-9]+)*|[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?"
)

_POINT = NumberFormat()
_COMMA = NumberFormat(",", (".", *_NO_BREAK))
_COMMA_SPACE = NumberFormat(",", (*_NO_BREAK, " "))
_SWISS = NumberFormat(".", ("\u2019", "'", *_NO_BREAK))

LOCALES: Final[dict[str, NumberFormat]] = {
    "da-DK": _COMMA,
    "de-AT": _COMMA,
    "de-CH": _SWISS,
    "de-DE": _COMMA,
    "en-AU": _POINT,
    "en-CA": _POINT,
    "en-GB": _POINT,
    "en-IE": _POINT,
    "en-NZ": _POINT,
    "en-US": _POINT,
    "es-ES": _COMMA,
    "fi-FI": _COMMA_SPACE,
    "fr-FR": _COMMA_SPACE,
    "it-IT": _COMMA,
    "nl-NL": _COMMA,
    "pl-PL": _COMMA_SPACE,
    "pt-PT": _COMMA_SPACE,
    "sv-SE": _COMMA_SPACE,
}
"""The number format of every locale that a report can name."""


def locale_format(locale: str) -> NumberFormat:
    """Give the number format of a locale.

    Raises:
        ReportError: when the locale is not known; the message names those that are.

    Examples:
        >>> locale_format("nl-NL").decimal
        ','
    """
    try:
        return LOCALES[locale]
    except (KeyError, TypeError):
        raise ReportError(
            f"the number format of locale {shown(locale)} is not known",
            remedy=f"use one of {', '.join(LOCALES)}",
        ) from None


_UNITS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS: Final[dict[str, int]] = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * value for value, word in enumerate(_TENS, 2)}
    | {
        f"{tens} {unit}": 10 * value + _UNITS.index(unit)
        for value, tens in enumerate(_TENS, 2)
        for unit in _UNITS[1:10]
    }
    | {"a hundred": 100, "one hundred": 100}
)
NUMBER_WORDS: Final[tuple[str, ...]] = tuple(sorted(_WORDS, key=len, reverse=True))
"""The English number words, the longest first."""

_LARGE = frozenset({"hundred", "thousand", "million", "billion"})
_SMALL = frozenset({*_UNITS, *_TENS})

PARTS: Final[dict[str, int]] = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
"""The English words for one of so many parts."""


HINT: Final = re.compile(rf"[0-9]|\b(?:{'|'.join((*_SMALL, *_LARGE, *PARTS))})", re.IGNORECASE)
"""What every text that is a printed figure has somewhere in it."""


_HYPHENS: Final = str.maketrans("-\u2010\u2011", "   ")


def _spoken(text: str) -> list[str]:
    return text.lower().translate(_HYPHENS).split()


def read_number(text: str, style: NumberFormat) -> tuple[Fraction, int]:
    """Read digits, or an English number word up to a hundred.

    Raises:
        NotAFigure: when the text is neither.
        ReportError: when it is one of the two, but not one that can be read.

    Examples:
        >>> read_number("Twenty-one", NumberFormat())
        (Fraction(21, 1), 0)
        >>> read_number("a hundred", NumberFormat())
        (Fraction(100, 1), 0)
    """
    words = _spoken(text)
    value = _WORDS.get(" ".join(words))
    if value is not None:
        return Fraction(value), 0
    if _in_words(words):
        raise ReportError(
            f"{shown(text)} is not a number word up to a hundred",
            remedy="print it in digits, or give the digits as its printed text",
        )
    return style.read(text)


def _in_words(words: list[str]) -> bool:
    """Say whether words have the shape of a number, such as "two hundred and five"."""
    before = ""
    for word in words:
        # "five and six" is two numbers: only a hundred or more is joined to its rest by "and".
        after_large = before in _LARGE
        if not (word in _SMALL or word in _LARGE or (word == "and" and after_large)):
            if word != "a" or before:
                return False
        elif before == "a" and word not in _LARGE:
            return False
        before = word
    return before not in ("", "a", "and")


def fraction_words(text: str) -> Fraction | None:
    """Read a simple fraction in words, or give None when the text is not one.

    Examples:
        >>> fraction_words("two-thirds"), fraction_words("a quarter"), fraction_words("eight")
        (Fraction(2, 3), Fraction(1, 4), None)
    """
    words = _spoken(text)
    if words == ["half"]:
        return Fraction(1, 2)
    if len(words) != 2:
        return None
    count, part = words
    parts = PARTS.get(part) or PARTS.get(part.removesuffix("s"))
    number = 1 if count == "a" else _WORDS.get(count)
    if parts is None or number is None or not 0 < number < parts:
        return None
    singular = part in PARTS
    return Fraction(number, parts) if singular == (number == 1) else None
