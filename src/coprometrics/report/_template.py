"""Statement templates: the words of a sentence, with a place for each figure in it."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

from attrs import frozen

from coprometrics.errors import ReportError, shown
from coprometrics.report.text import Letters, letters_of

__all__ = ["Part", "Slot", "Words", "parse_template"]


@frozen
class Words:
    """Words that the document must have.

    Attributes:
        raw: as the template has them.
        text: their letters, without white space.
        spaced: for each letter, whether white space comes before it.
    """

    raw: str
    text: str
    spaced: tuple[bool, ...]


@frozen
class Slot:
    """A place for a figure.

    Attributes:
        figure: the id of the figure.
        spaced: whether white space comes before it.
    """

    figure: str
    spaced: bool


Part = Words | Slot

_TOKEN: Final = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]")
_MOST_PLACES: Final = 100
_ID: Final = re.compile(r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*")
_BEHIND: Final = re.compile(
    r"\s*(?:%|(?:per ?cent|hundred|thousand|million|billion)\b)|(?:[kKmM]|bn|mn)\b|\+(?!$|[0-9])"
)
_BEFORE: Final = re.compile(r"[£€$]\s*$")


def parse_template(statement: str) -> tuple[Part, ...]:
    """Read a template such as ``We trained {training.people} people``.

    ``{{`` and ``}}`` stand for the braces themselves.

    Raises:
        ReportError: when a brace is not closed or opened, an id is not one, two places stand
            side by side, there is no place (or more than a hundred) or are no words, or a part of
            the figure stands outside its place.

    Examples:
        >>> [type(part).__name__ for part in parse_template("We trained {people} people")]
        ['Words', 'Slot', 'Words']
    """
    parts: list[Part] = []
    words = ""
    for token in _TOKEN.findall(statement):
        if token in ("{", "}"):
            raise _wrong(
                statement, f"the brace {token} has no partner", f"write {token}{token} for a brace"
            )
        if token in ("{{", "}}") or not token.startswith("{"):
            words += token[0] if token in ("{{", "}}") else token
            continue
        figure = token[1:-1].strip()
        if _ID.fullmatch(figure) is None:
            raise _wrong(statement, f"{shown(figure)} is not the id of a figure", "name the figure")
        _add_words(parts, words)
        if parts and isinstance(parts[-1], Slot) and not words:
            raise _wrong(
                statement,
                f"nothing stands between {{{parts[-1].figure}}} and {{{figure}}}",
                "give the space or the words that part them",
            )
        parts.append(Slot(figure, words[-1:].isspace()))
        words = ""
    _add_words(parts, words)
    places = sum(1 for part in parts if isinstance(part, Slot))
    if places > _MOST_PLACES:
        raise _wrong(
            statement,
            f"it has {places} places, and {_MOST_PLACES} are the most",
            "make a statement of each part of the sentence",
        )
    if not places:
        raise _wrong(statement, "there is no place for a figure", "write one, such as {people}")
    if not any(isinstance(part, Words) for part in parts):
        raise _wrong(statement, "there are no words to find it by", "give the words around it")
    _check_marks(statement, parts)
    return tuple(parts)


def _add_words(parts: list[Part], raw: str) -> None:
    letters = letters_of(unicodedata.normalize("NFC", raw))
    if letters.text:
        spaced = tuple(bool(gap & Letters.SPACE) for gap in letters.gaps)
        parts.append(Words(raw, letters.text, spaced))


def _check_marks(statement: str, parts: list[Part]) -> None:
    for before, after in pairwise(parts):
        if isinstance(before, Words) and isinstance(after, Slot):
            mark = _BEFORE.search(before.raw)
            slot = after
        elif isinstance(before, Slot) and isinstance(after, Words):
            mark = _BEHIND.match(after.raw)
            slot = before
        else:
            continue
        if mark is not None:
            raise _wrong(
                statement,
                f"{shown(mark[0].strip())} beside {{{slot.figure}}} is a part of the figure",
                "leave it out: the place takes the figure with all its marks",
            )


def _wrong(statement: str, what: str, remedy: str) -> ReportError:
    return ReportError(f"the statement {shown(statement)} cannot be used: {what}", remedy=remedy)
