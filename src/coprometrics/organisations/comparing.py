"""How much two names look like one: a whole number, and the reasons in words."""

from __future__ import annotations

from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from coprometrics.organisations.names import Name, difference, numbers_in, other_words

__all__ = [
    "ABBREVIATION",
    "EQUAL",
    "INITIALS",
    "OTHER_MARKS",
    "OTHER_SPACES",
    "OTHER_WORDS",
    "are_other_words",
    "furthest",
    "longest",
    "near",
    "reasons",
    "similarity",
]

EQUAL: Final = 100
"""The score of equal identifiers of a register, and of equal normalised names; of nothing else."""

ABBREVIATION: Final = 95
"""The score of a name that is the abbreviation in the brackets of the other."""

INITIALS: Final = 90
"""The score of a name in capitals that is the initials of the other."""

OTHER_SPACES: Final = 99
"""The score of names of the same letters with other spaces."""

_ONE_FORM: Final = 3
_OTHER_FORM: Final = 15
OTHER_MARKS: Final = 20
OTHER_WORDS: Final = 15
"""What is taken off where only one has a form, where the forms differ, where marks do, and where
words do that are no slips of the pen."""

_SLIP: Final = 6
"""A slip changes fewer than one letter in so many, or moves one."""

_MOVED: Final = 2
"""How far apart two texts are of which one has a letter in another place."""


def similarity(one: Name, other: Name) -> int:
    """Say how alike two names are, from 0 to 100.

    Of the letters and spaces of both, with their words sorted, it is the share in percent that
    stays when the fewest are struck out or put in to turn one into the other (the Indel distance;
    rapidfuzz calls it the token sort ratio), rounded half up, and at most 99 where they differ.
    Then is taken off: 3 where only one has a legal form, 15 where these differ, 20 where the
    numbers in them or such words as north and south do, and 15 where each has words of its own
    that are no misspelling of the other's. Names of the same letters with other spaces have 99, a
    name that is the other's abbreviation in brackets 95, and one that is its initials 90.

    Examples:
        >>> from coprometrics.organisations.names import read_name
        >>> def alike(one, other):
        ...     return similarity(read_name(one), read_name(other))
        >>> alike("Institute of Education, UCL", "UCL INSTITUTE OF EDUCATION")
        100
        >>> alike("Institute of Education", "UCL Institute of Education")
        92
        >>> alike("Age Concern Ltd", "Age Concern"), alike("1st Scouts", "2nd Scouts")
        (97, 50)
        >>> alike("Ayton Village Hall", "Beeton Village Hall")
        71
        >>> alike("UCL", "University College London (UCL)")
        95
        >>> alike("UCL", "University College London")
        90
    """
    if not one.key or not other.key:
        return 0
    if one.forms == other.forms:
        cost = 0
    else:
        cost = _OTHER_FORM if one.forms and other.forms else _ONE_FORM
    if _is_in_brackets(one, other) or _is_in_brackets(other, one):
        least = ABBREVIATION - cost
    elif _are_initials(one, other) or _are_initials(other, one):
        least = INITIALS - cost
    else:
        least = 0
    if one.letters == other.letters and numbers_in(one) == numbers_in(other):
        least = max(least, OTHER_SPACES - cost)
    if one.marks != other.marks:
        cost += OTHER_MARKS
    if one.key == other.key:
        return max(least, EQUAL - cost)
    both = len(one.key) + len(other.key)
    # Half up, in whole numbers; two names that differ are never quite the same.
    share = min(EQUAL - 1, (200 * (both - Indel.distance(one.key, other.key)) + both) // (2 * both))
    if one.letters == other.letters:
        share = OTHER_SPACES
    elif are_other_words(one.words, other.words):
        share -= OTHER_WORDS
    return max(least, share - cost)


def are_other_words(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether each of two names has words that are no slips of the pen for the other's."""
    mine, theirs = other_words(one, other)
    if not mine or not theirs:
        return False
    far = Indel.distance(mine, theirs)
    moved = far <= _MOVED and sorted(mine) == sorted(theirs)
    return not moved and _SLIP * far >= len(mine) + len(theirs)


def _is_in_brackets(short: Name, long: Name) -> bool:
    return long.abbreviation == short.key


def _are_initials(short: Name, long: Name) -> bool:
    return short.short and short.letters in long.initials


def reasons(one: Name, other: Name) -> list[str]:
    """Say why two names may be one, in words."""
    if one.key != other.key:
        for short, long in ((one, other), (other, one)):
            if _is_in_brackets(short, long):
                return ["one is the abbreviation in the brackets of the other"]
            if _are_initials(short, long):
                return ["one is the initials of the other"]
        if one.letters == other.letters:
            return ["the same letters with other spaces"]
    return difference(one, other) or ["the same name"]


def longest(length: int, least: int) -> int:
    """Say how long a key can be at most that scores ``least`` with a shorter one of a length."""
    # Of both lengths together, less than this many in 200 may differ (rounding adds the odd one).
    odd = 201 - 2 * least
    return length * (200 + odd) // (200 - odd)


def furthest(both: int, least: int) -> int:
    """Say how far two keys can be apart, of these lengths together, that score ``least``."""
    return both * (201 - 2 * least) // 200


def near(key: str, others: list[str], most: int) -> list[str]:
    """Give those of other keys that are at most so far from a key."""
    found = process.extract(key, others, scorer=Indel.distance, score_cutoff=most, limit=None)
    return [other for other, _far, _place in found]
