"""What stands beside a number and makes it say something else: words, signs and marks.

A figure is a number with all of them. Some are read (the bounds, and the words for "about"); the
others are known, so that no number is ever taken without them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from coprometrics.report.numerals import NUMBER_WORDS

__all__ = [
    "BOUND",
    "BOUNDS",
    "GOING_ON",
    "LEADING",
    "OR_BOUND",
    "SCALE_LETTERS",
    "VAGUE",
    "changes",
    "stripped",
]

Bound = tuple[Literal["above", "below"], bool]

_MORE: Final = ("more than", "greater than", "higher than", "over", "above", "in excess of")
_LESS: Final = ("fewer than", "less than", "lower than", "under", "below")
_OVER: Final[Bound] = ("above", False)
_UNDER: Final[Bound] = ("below", False)
_LEAST: Final[Bound] = ("above", True)
_MOST: Final[Bound] = ("below", True)


def _negated(phrases: tuple[str, ...], bound: Bound) -> dict[str, Bound]:
    than = [f"no {phrase}" for phrase in phrases if phrase.endswith(" than")]
    return dict.fromkeys((*than, *(f"not {phrase}" for phrase in phrases)), bound)


_SAID: Final[dict[str, Bound]] = (
    dict.fromkeys(_MORE, _OVER)
    | dict.fromkeys((*_LESS, "nearly", "almost"), _UNDER)
    | _negated(_MORE, _MOST)
    | _negated(_LESS, _LEAST)
    | dict.fromkeys(("at least", "at the least", "at the very least", "a minimum of"), _LEAST)
    | dict.fromkeys(
        ("at most", "at the most", "at the very most", "a maximum of", "up to", "as many as"), _MOST
    )
)
_SIGNS: Final[dict[str, Bound]] = {
    "<=": _MOST,
    ">=": _LEAST,
    "<": _UNDER,
    ">": _OVER,
    "\u2264": _MOST,
    "\u2265": _LEAST,
}

BOUNDS: Final[dict[str, Bound]] = _SAID | _SIGNS
"""For each bound, on which side the true values are, and whether the number is one of them."""

BOUND: Final = re.compile(rf"((?:{'|'.join(_SAID)})(?= )|{'|'.join(_SIGNS)}) ?(.+)", re.IGNORECASE)

_MORE_WORDS: Final = "more|over|above"
OR_BOUND: Final = re.compile(rf"(.+) or (?:({_MORE_WORDS})|fewer|less|under|below)", re.IGNORECASE)
"""A bound said behind the number; the second group is there when the number is the least."""

# A capital C with a full stop ends a sentence: "vitamin C. 500 people".
VAGUE: Final = re.compile(
    r"((?:about|around|roughly|approximately|approx\.?|circa|ca\.?|some|close to|an estimated|"
    r"estimated|in the region of)(?= )|(?-i:ca?\.)|[~\u223c\u2243\u2245\u2248]) ?(.+)",
    re.IGNORECASE,
)

_SCALE: Final = r"(?:(?:hundred|thousand|million|billion|trillion|lakh|crore)(?:th)?s?|dozens?)"
SCALE_LETTERS: Final = "k|mn|m|bn|tn|mi[lo]|mln|thou"
"""What may stand behind the digits of a large number, without a space."""

_PART: Final = r"(?:hal(?:f|ves)|thirds?|quarters?|(?:four|fif|six|seven|eigh|nin|ten)ths?)"
_POINT: Final = r"(?:percentage|basis)[ -]points?"
_MONEY: Final = r"(?:Rs|kr|Fr|z\u0142|K\u010d)"
_BEFORE: Final = re.compile(
    r"(?:minus|negative|plus or minus|not(?: quite| exactly| even| all)?|hardly|barely|"
    rf"approaching|upwards of|(?-i:{_MONEY})) |(?-i:{_MONEY})\. ?",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    rf"(?:[ -]{_SCALE}|[ -](?:of[ -])?(?:an?|one)[ -](?:{_SCALE}|per ?cent|{_POINT})"
    rf"|[ -]and[ -](?:a|one|two|three|four|five|[0-9])[ -]{_PART}| [0-9]+[/\u2044][0-9]+"
    rf"| (?:thirds|(?:four|fif|six|seven|eigh|nin|ten)ths)"
    rf"|[ -]?{_POINT}| (?:pp|p\.p\.|ppts?|bps?)|(?<=%)[ -]?points?| per ?(?:cent|mill?e?)"
    rf"| ?(?:{SCALE_LETTERS})|[ -](?:plus|odd|ish)"
    r"| (?:or so|and up(?:wards)?|at (?:the )?(?:very )?(?:most|least)|max(?:imum)?|minimum)"
    rf"| (?:approx(?:\.|imately)?|give or take)| (?-i:{_MONEY}))$",
    re.IGNORECASE,
)
_YEAR: Final = r"(?:19|20)[0-9]{2}\b"
_WORDED: Final = rf"\b(?:nought|{'|'.join(NUMBER_WORDS)})"
_DIGITS: Final = r"(?<![0-9.,])[0-9][0-9.,]*"
_WHOSE: Final = "(?:the|these|those|our|their|its|all)"
_UNTIL: Final = "(?:till|until|thru|through)"

LEADING: Final = re.compile(
    # "At one point 5% was spent" is a sentence, and so is "in 2023 until 25 people came".
    rf"(?:(?<!\bat )(?:{_WORDED}|{_DIGITS}) point|(?:{_WORDED}|(?!{_YEAR}){_DIGITS}%?) {_UNTIL}"
    r"|\b(?:hundred|thousand|million|billion|trillion)(?: and)?"
    r"|\b(?:twice|thrice|double|treble|triple|quadruple|all but|(?:none|half|most) of)"
    rf"(?: {_WHOSE})?|(?:\bhalf|{_WORDED} times) {_WHOSE}) $",
    re.IGNORECASE,
)
"""What stands before a number that is but the end, or the base, of another."""

GOING_ON: Final = re.compile(
    rf" {_UNTIL} (?:(?!one\b){_WORDED}\b|[£€$]?(?!{_YEAR})[0-9]+"
    r"(?![0-9]|[:.][0-9]{2}| ?[ap]\.?m\b|st|nd|rd|th| (?-i:[A-Z])))",
    re.IGNORECASE,
)
"""What follows a number that is but the first of two."""

_LETTERS: Final = re.compile(r" ?[A-Za-z]{0,4}$")


def stripped(text: str) -> str | None:
    """Take one mark off a text: the first before it, or else the last behind it.

    Returns:
        The rest, or None when there is no mark. Whether the rest is a figure is not asked.

    Examples:
        >>> stripped("minus 5"), stripped("A$ 5"), stripped("5 percentage points")
        ('5', '5', '5')
        >>> stripped("5 people")
    """
    before = _BEFORE.match(text)
    if before is not None:
        return text[before.end() :]
    letters = next((at for at, one in enumerate(text[:5]) if not one.isalpha()), len(text))
    if letters < len(text) - 1:
        kind = unicodedata.category(text[letters])
        if kind == "Sc" or (letters == 0 and changes(text[0]) and kind == "Sm"):
            return text[letters + 1 :].lstrip(" ")
    behind = _BEHIND.search(text)
    if behind is not None:
        return text[: behind.start()]
    if text and unicodedata.category(text[-1]) == "Sc":
        return _LETTERS.sub("", text[:-1])
    return (
        text[:-1].rstrip(" ")
        if text and changes(text[-1]) and not (text[-1].isalpha() or text[-1].isdecimal())
        else None
    )


def changes(character: str) -> bool:
    """Say whether a character right beside a number makes it another.

    Letters, digits, fractions, signs and symbols do; punctuation, arrows and the raised number of
    a note do not.

    Examples:
        >>> [mark for mark in "x\u00bd\u2030\u00a5~.)\u2192\u00b9" if changes(mark)]
        ['x', '½', '‰', '¥', '~']
    """
    kind = unicodedata.category(character)
    if kind == "No":
        return not unicodedata.decomposition(character).startswith("<super>")
    arrow = "\u2190" <= character <= "\u21ff" or "\u27f0" <= character <= "\u27ff"
    if character in "=|" or arrow:
        return False
    # Modifier symbols are accents and quotes.
    return kind in ("Sm", "Sc", "So") or kind[0] in "LN" or character in "^%\u2030\u2031#@&"
