"""Names in the form in which they are compared, and how they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Final

from attrs import frozen

from coprometrics.organisations.rules import (
    RULES,
    in_order,
    initials,
    no_accents,
    parted,
    parts_of,
    plain,
)
from coprometrics.organisations.words import LEGAL_FORMS, MARKS, OTHER_NAMES, SMALL

__all__ = ["Name", "difference", "marks_in", "names_in", "numbers_in", "other_words", "read_name"]

_LEAST_INITIALS: Final = 3
_FEWEST: Final = 2
_MOST_NAMES: Final = 3


@frozen
class Name:
    """A name in the form in which names are compared.

    Two are equal as normalised names where their key and their forms are.

    Attributes:
        text: as it was written.
        key: its words without their legal form, sorted.
        forms: the legal forms at its end, each in its shortest form, and the kind of a council.
        marks: the words that tell branches and groups apart, such as those with digits; sorted.
        abbreviation: the key of the abbreviation that stands in it; empty where there is none.
        letters: the words as they were written, without spaces.
        initials: what its first letters give, where that is long enough for an abbreviation.
        short: whether it is written as initials are, in capitals.
    """

    text: str
    key: str
    forms: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    abbreviation: str = ""
    letters: str = ""
    initials: frozenset[str] = frozenset()
    short: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the key."""
        return tuple(self.key.split())


@cache
def read_name(text: str) -> Name:
    """Bring a name to the form in which names are compared.

    Examples:
        >>> read_name("The Institute of Education, U.C.L.").key
        'education institute of ucl'
        >>> read_name("Ada & Sons Ltd.").key, read_name("Ada & Sons Ltd.").forms
        ('ada and sons', ('limited',))
        >>> read_name("University College London (UCL)").abbreviation
        'ucl'
        >>> read_name("Age UK (Camden)").key
        'age camden uk'
    """
    words, forms = parts_of(text, without=len(RULES) - 1)
    written = plain(text)
    both = parted(written)
    capitals = written.replace(".", "").strip()
    return Name(
        text=text,
        key=in_order(words),
        forms=tuple(sorted({LEGAL_FORMS.get(form, form) for form in forms})),
        marks=marks_in(words),
        abbreviation=in_order(parts_of(both[1])[0]) if both else "",
        letters=words.replace(" ", ""),
        initials=frozenset(
            some
            for some in initials(words) | initials(no_accents(both[0] if both else written))
            if len(some) >= _LEAST_INITIALS
        ),
        short=capitals.isalpha() and capitals.isupper(),
    )


def names_in(text: str) -> tuple[str, ...]:
    """Give a name, and the names that it gives itself, each of two words or more.

    Examples:
        >>> names_in("Arts for Wales / Celf i Gymru")
        ('Arts for Wales / Celf i Gymru', 'Arts for Wales', 'Celf i Gymru')
        >>> names_in("Young Arts (formerly known as Arts Ltd)")[1:]
        ('Young Arts', 'Arts Ltd')
    """
    parts = [part.strip(" ()[],;") for part in OTHER_NAMES.split(text)]
    if not 1 < len(parts) <= _MOST_NAMES or any(len(part.split()) < _FEWEST for part in parts):
        return (text,)
    return tuple(dict.fromkeys((text, *parts)))


def marks_in(words: str) -> tuple[str, ...]:
    """Give the words that tell bodies of one name apart, sorted: those with digits, and some more.

    Examples:
        >>> marks_in("scouts 3rd north camden 12")
        ('12', '3rd', 'north')
    """
    return tuple(sorted(filter(_is_mark, words.split())))


def numbers_in(name: Name) -> tuple[str, ...]:
    """Give those of the marks of a name that have digits."""
    return tuple(mark for mark in name.marks if mark not in MARKS)


@cache
def _is_mark(word: str) -> bool:
    return word in MARKS or any(letter.isdigit() for letter in word)


@cache
def _counts(word: str) -> bool:
    return word not in SMALL and not _is_mark(word)


def other_words(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    """Give what words each of two names has that the other has not, marks and small words aside.

    Examples:
        >>> other_words(("camden", "in", "mind"), ("croydon", "in", "mind"))
        ('camden', 'croydon')
    """
    mine, theirs = [], [*other]
    for word in one:
        if word in theirs:
            theirs.remove(word)
        else:
            mine.append(word)
    return tuple(" ".join(filter(_counts, some)) for some in (mine, theirs))


def difference(one: Name, other: Name) -> list[str]:
    """Say in words what is set aside when two names are compared, and how they still differ.

    Examples:
        >>> difference(read_name("Arts and Crafts, UCL"), read_name("UCL Arts & Crafts"))
        ["'and' for '&'", 'other punctuation or spaces', 'the same words in another order']
        >>> difference(read_name("Age Concern Ltd"), read_name("Age Concernn"))
        ["'concern' for 'concernn'", "only one is 'limited'"]
    """
    reasons = [
        rule.reason
        for index, rule in enumerate(RULES)
        if one.key == other.key
        and parts_of(one.text, without=index)[0] != parts_of(other.text, without=index)[0]
    ]
    first, second = Counter(one.words), Counter(other.words)
    mine, theirs = (sorted((a - b).elements()) for a, b in ((first, second), (second, first)))
    if mine and theirs:
        reasons.append(f"'{' '.join(mine)}' for '{' '.join(theirs)}'")
    elif mine or theirs:
        reasons.append(f"only one has '{' '.join(mine or theirs)}'")
    if one.forms != other.forms:
        forms = sorted(" ".join(name.forms) for name in (one, other))
        reasons.append(
            f"one is '{forms[0]}', the other '{forms[1]}'"
            if all(forms)
            else f"only one is '{forms[1]}'"
        )
    else:
        forms = sorted({" ".join(parts_of(name.text)[1]) for name in (one, other)})
        if len(forms) > 1:
            reasons.append(f"'{forms[0]}' for '{forms[1]}'")
    return reasons
