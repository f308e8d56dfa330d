"""How much two names look like one: a whole number, and the reasons in words."""

from __future__ import annotations

from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from coprometrics.organisations.names import Name, difference

__all__ = [
    "ABBREVIATION",
    "EQUAL",
    "OTHER_NUMBERS",
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

_ONE_FORM: Final = 3
_OTHER_FORM: Final = 15
OTHER_NUMBERS: Final = 20
"""What is taken off where only one has a legal form, where the forms differ, where numbers do."""


def similarity(one: Name, other: Name) -> int:
    """Say how alike two names are, from 0 to 100.

    Of the letters and spaces of both, with their words sorted, it is the share in percent that
    stays when the fewest are struck out or put in to turn one into the other (the Indel distance;
    rapidfuzz calls it the token sort ratio), rounded half up, and at most 99 where they differ.
    Then is taken off: 3 where only one has a legal form, 15 where these differ, and 20 where the
    numbers in them do. A name that is the other's abbreviation in brackets has 95.

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
        >>> alike("UCL", "University College London (UCL)")
        95
    """
    if not one.key or not other.key:
        return 0
    if one.forms == other.forms:
        cost = 0
    else:
        cost = _OTHER_FORM if one.forms and other.forms else _ONE_FORM
    if one.numbers != other.numbers:
        cost += OTHER_NUMBERS
    if one.key == other.key:
        return EQUAL - cost
    both = len(one.key) + len(other.key)
    # Half up, in whole numbers; two names that differ are never quite the same.
    share = min(EQUAL - 1, (200 * (both - Indel.distance(one.key, other.key)) + both) // (2 * both))
    if one.abbreviation == other.key or other.abbreviation == one.key:
        share = max(share, ABBREVIATION)
    return max(0, share - cost)


def reasons(one: Name, other: Name) -> list[str]:
    """Say why two names may be one, in words."""
    if one.key != other.key:
        for short, long in ((one, other), (other, one)):
            if long.abbreviation == short.key:
                return ["one is the abbreviation in the brackets of the other"]
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
