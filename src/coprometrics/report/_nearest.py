"""The passage of a document that comes nearest to a template that is not in it."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from coprometrics.report._matching import Filling, Matcher
from coprometrics.report._template import Part, Slot, Words

__all__ = ["Nearest", "nearest"]

_FEWEST: Final = 4
"""The fewest letters in common that make a passage near."""
_MOST_PASSAGES: Final = 100
_EXCERPT: Final = 40


@frozen
class Nearest:
    """Where a passage departs from a template.

    Attributes:
        at: the letter of the document at which they part.
        expected: how the template goes on there (or what it has before it).
        found: how the document goes on there (or what it has before it).
        before: whether they part before the words in common, not after them.
    """

    at: int
    expected: str
    found: str
    before: bool = False


def nearest(matcher: Matcher) -> Nearest | None:
    """Find the longest words of the template that the document has, and follow them."""
    letters = matcher.document.letters.text
    best, most = -1, _FEWEST - 1
    for k, part in enumerate(matcher.parts):
        if isinstance(part, Words) and len(part.text) > most:
            common = _longest_prefix(part.text, letters)
            if common > most:
                best, most = k, common
    if best < 0:
        return None
    words = matcher.parts[best]
    assert isinstance(words, Words)  # noqa: S101  (only words were chosen)
    if most < len(words.text):
        return _parting(matcher, best, most, letters.find(words.text[:most]) + most)
    farthest = (-1, -1, -1)
    for count, start in enumerate(matcher.occurrences(words.text)):
        farthest = max(farthest, _follow(matcher, best, start))
        if count == _MOST_PASSAGES:
            break
    k, done, at = farthest
    if k < len(matcher.parts):
        return _parting(matcher, k, done, at)
    start = letters.find(words.text)
    found = matcher.text(max(0, start - _EXCERPT), start) if start else ""
    return Nearest(start, _written(matcher.parts[:best])[-_EXCERPT:], _line(found), before=True)


def _filling(matcher: Matcher, k: int, at: int) -> Filling | None:
    fitting = next(matcher.fillings(k, at), None)
    return fitting or next(matcher.fillings(k, at, alone=True), None)


def _longest_prefix(text: str, letters: str) -> int:
    # Where a text occurs, so do its beginnings: the longest is found by halving.
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text[:middle] in letters else (low, middle - 1)
    return low


def _follow(matcher: Matcher, k: int, start: int) -> tuple[int, int, int]:
    """Go along the template from a letter: the part reached, its letters done, the letter."""
    letters, at = matcher.document.letters.text, start
    for number in range(k, len(matcher.parts)):
        part = matcher.parts[number]
        if isinstance(part, Slot):
            filling = _filling(matcher, number, at) if at < len(letters) else None
            if filling is None:
                return number, 0, at
            at = filling.then
        elif matcher.words_fit(number, at):
            at += len(part.text)
        else:
            pairs = enumerate(zip(part.text, letters[at : at + len(part.text)], strict=False))
            common = next((place for place, (one, other) in pairs if one != other), 0)
            return number, common, at + common
    return len(matcher.parts), 0, at


def _parting(matcher: Matcher, k: int, done: int, at: int) -> Nearest:
    total = len(matcher.document.letters.text)
    part = matcher.parts[k]
    if isinstance(part, Words):
        # Half a word says little: show both from where it starts.
        whole = next((place for place in range(done, 0, -1) if _begins(part, place)), 0)
        at, done = at - (done - whole), whole
    found = matcher.text(at, min(total, at + _EXCERPT)) if at < total else ""
    if isinstance(part, Words):
        rest = _written(matcher.parts[k + 1 :])
        expected = _skip_letters(part.raw, done) + rest
    else:
        expected = _written(matcher.parts[k:])
    return Nearest(min(at, max(0, total - 1)), expected.strip()[:_EXCERPT], _line(found))


def _begins(words: Words, place: int) -> bool:
    return place < len(words.text) and words.spaced[place]


def _skip_letters(raw: str, count: int) -> str:
    for position, character in enumerate(raw):
        if count == 0:
            return raw[position:]
        count -= not character.isspace()
    return ""


def _written(parts: tuple[Part, ...]) -> str:
    return "".join(part.raw if isinstance(part, Words) else f"{{{part.figure}}}" for part in parts)


def _line(text: str) -> str:
    return " ".join(text.split())
