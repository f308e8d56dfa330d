"""Whether a figure is all that is printed there, told by what stands right beside it.

It is asked at the two ends of a statement, where no words of the statement say how it goes on.
Emphasis makes no difference to a sign beside a number, and parts a letter from it.
"""

from __future__ import annotations

import re
from typing import Final

from coprometrics.report._wording import GOING_ON, LEADING, changes
from coprometrics.report.text import PARAGRAPH, Document, Letters

__all__ = ["before_note", "whole_from", "whole_to"]

_EM_DASH: Final = "\u2014"
"""Parts two clauses, where the shorter dashes join two words."""

_MINUS: Final = "-\u2010\u2011\u2212"
_POINTS: Final = ".,\u2026"
_TEN: Final = re.compile(r"(?<![0-9.,])10$")
"""A raised number behind it is more likely its power than a note."""

_ORDINAL: Final = re.compile(r"(?:st|nd|rd|th)\b")
_RAISED: Final = "[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]"
_NOTE: Final = re.compile(
    rf"(?:[\[(]?{_RAISED}{{1,3}}(?:,{_RAISED}{{1,3}})*[\])]?|\*{{1,3}}|[\u2020\u2021]{{1,2}})$"
)
_LONGEST_NOTE: Final = 12

_LONGEST: Final = 60
"""The most characters of the text beside a figure that are looked at."""


def whole_from(document: Document, at: int) -> int:
    """Say at which letter what is printed begins; a figure that is whole begins where it is given.

    Args:
        document: the document.
        at: the first letter of the figure.
    """
    if at and document.letters.gaps[at] & Letters.SPACE:
        leading = LEADING.search(_before(document, at))
        return at if leading is None else at - _count(leading[0])
    return at if at == 0 or _is_first(document, at) else at - 1


def whole_to(document: Document, at: int) -> int:
    """Say before which letter what is printed ends; a figure that is whole ends where it is given.

    Args:
        document: the document.
        at: the letter behind the figure.
    """
    letters = document.letters
    if at < len(letters.text) and letters.gaps[at] & Letters.SPACE:
        more = GOING_ON.match(_behind(document, at))
        return at if more is None else at + _count(more[0])
    return at if at == len(letters.text) or _is_last(document, at) else at + 1


def before_note(document: Document, at: int) -> int:
    """Say where the mark of a note begins that ends before a letter; there, where there is none.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> before_note(parse_document("21<sup>[1]</sup> people", "html"), 5)
        2
    """
    letters = document.letters
    first = max(0, at - _LONGEST_NOTE)
    note = _NOTE.search(letters.text, first, at)
    if note is None or _TEN.search(letters.text[max(0, note.start() - 3) : note.start()]):
        return at
    spaced = any(letters.gaps[place] & Letters.SPACE for place in range(note.start(), at))
    return at if spaced else note.start()


def _is_first(document: Document, at: int) -> bool:
    letters = document.letters
    before = letters.text[at - 1]
    earlier = " " if letters.gaps[at - 1] & Letters.SPACE else letters.near(at - 2)
    if before in _POINTS and letters.text[at].isdecimal():
        # "the end.21 people" has lost its space; ".5" and "19..21" have lost nothing.
        dots = _before(document, at).rstrip(before)
        return earlier.isalpha() or (earlier == before and not dots[-1:].isdecimal())
    written = document.text[letters.index[at - 1]]
    return not (
        _changes(document, at, before)
        or (before == "-" and _joins(written, earlier))
        or (before in "/:'" and earlier.isdecimal())
    )


def _is_last(document: Document, at: int) -> bool:
    letters = document.letters
    after = letters.text[at]
    if after.isdigit() and not after.isdecimal() and _TEN.search(letters.text[:at][-3:]):
        return False
    if _ORDINAL.match(_behind(document, at)):
        return False
    if after in _POINTS:
        return not _behind(document, at).lstrip(after)[:1].isdecimal()
    spaced = at + 1 < len(letters.text) and letters.gaps[at + 1] & Letters.SPACE
    later = " " if spaced else letters.near(at + 1)
    written = document.text[letters.index[at]]
    return not (
        _changes(document, at, after)
        or (after in "-_" and _joins(written, later))
        # Accounts put a minus behind the number.
        or (written in _MINUS and later.isspace())
        or (after in "/:'" and later.isdecimal())
    )


def _changes(document: Document, at: int, beside: str) -> bool:
    return changes(beside) and not (document.letters.gaps[at] and beside.isalnum())


def _joins(dash: str, other: str) -> bool:
    return other.isdecimal() if dash == _EM_DASH else other.isalnum()


def _before(document: Document, at: int) -> str:
    """Give the text of the paragraph before a letter, each white space as one space."""
    end = document.letters.index[at]
    return _spaced(document.text[max(0, end - _LONGEST) : end].rpartition(PARAGRAPH)[2])


def _behind(document: Document, at: int) -> str:
    """Give the text of the paragraph behind the letter before another, in the same way."""
    start = document.letters.index[at - 1] + 1
    return _spaced(document.text[start : start + _LONGEST].partition(PARAGRAPH)[0])


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _count(text: str) -> int:
    return len(text.replace(" ", ""))
