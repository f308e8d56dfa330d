"""Which organisations may be one: every pair that scores enough, with the reasons."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, product
from typing import Final

from attrs import frozen

from coprometrics.errors import ParameterError
from coprometrics.metrics.base import UNKNOWN
from coprometrics.organisations.comparing import (
    EQUAL,
    OTHER_MARKS,
    OTHER_WORDS,
    are_other_words,
    furthest,
    longest,
    near,
    reasons,
    similarity,
)
from coprometrics.organisations.names import Name, marks_in, names_in, read_name
from coprometrics.organisations.parties import Party

__all__ = ["MIN_SCORE", "Proposal", "propose"]

MIN_SCORE: Final = 85
"""What a pair scores at least to be proposed."""

_MOST: Final = 10_000
"""More than anyone could decide."""

_Pair = tuple[int, int]
_Index = defaultdict[str, set[int]]


@frozen
class _Scored:
    """How alike two are: what registers number alike, the likest names, and the score."""

    shared: tuple[str, ...]
    best: tuple[Name, Name]
    alike: int

    @property
    def score(self) -> int:
        return EQUAL if self.shared else self.alike


@frozen
class Proposal:
    """Two organisations that may be one; nothing is done about it before a person says so.

    Attributes:
        first: the one whose name comes first.
        second: the other one.
        score: from 0 to 100; see ``comparing.similarity``.
        why: what speaks for it and what differs, in words.
    """

    first: Party
    second: Party
    score: int
    why: tuple[str, ...]


def propose(parties: Sequence[Party], min_score: int = MIN_SCORE) -> list[Proposal]:
    """Find every pair of organisations that scores enough.

    Never proposed are two that a public register numbers differently, or of which one is part of
    the other. Equal identifiers of a register score 100; for the rest the likest of their names
    decide.

    Args:
        parties: the organisations, in any order.
        min_score: what a pair must score, 50 to 100.

    Returns:
        The pairs, those with the highest score first, then by names and identifiers.

    Raises:
        ParameterError: when the score is out of range, or more than 10,000 pairs reach it.
    """
    if not 50 <= min_score <= EQUAL:
        raise ParameterError(
            f"a score of {min_score} cannot be asked for", where="min_score", remedy="use 50 to 100"
        )
    ordered = sorted(parties, key=lambda party: (party.name, party.ids))
    scored: dict[_Pair, _Scored] = {}
    for pair in chain(_same_codes(ordered), _alike(ordered, min_score)):
        first, second = ordered[pair[0]], ordered[pair[1]]
        if pair in scored or _are_known_to_differ(first, second):
            continue
        found = _compared(first, second)
        if found.score >= min_score:
            scored[pair] = found
        if len(scored) > _MOST:
            raise ParameterError(
                f"more than {_MOST:,} pairs of organisations are alike",
                where="min_score",
                remedy="ask for a higher score",
            )
    # They are told apart by their places in the order of names.
    places = sorted(scored, key=lambda pair: (-scored[pair].score, pair))
    return [
        Proposal(
            ordered[pair[0]],
            ordered[pair[1]],
            scored[pair].score,
            _reasons(ordered[pair[0]], ordered[pair[1]], scored[pair]),
        )
        for pair in places
    ]


def _same_codes(parties: Sequence[Party]) -> Iterator[_Pair]:
    holders: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, party in enumerate(parties):
        for register, numbers in sorted(party.codes.items()):
            for number in numbers:
                holders[register, number].append(index)
    for held in holders.values():
        yield from combinations(held, 2)


def _alike(parties: Sequence[Party], min_score: int) -> Iterator[_Pair]:
    """Give the pairs with names that may score enough: each length against those near it."""
    bearers: defaultdict[str, set[int]] = defaultdict(set)
    # Names that are alike although their keys need not be.
    shorts: defaultdict[str, set[int]] = defaultdict(set)
    others: dict[str, _Index] = {part: defaultdict(set) for part in ("letters", "short", "long")}
    for index, party in enumerate(parties):
        for name in _names_of(party):
            if not name.key:
                continue
            bearers[name.key].add(index)
            others["letters"][name.letters].add(index)
            if name.abbreviation:
                shorts[name.abbreviation].add(index)
            if name.short:
                others["short"][name.letters].add(index)
            for initials in name.initials:
                others["long"][initials].add(index)
    for held in (*bearers.values(), *others["letters"].values()):
        yield from combinations(sorted(held), 2)
    for key, held in shorts.items():
        yield from _between(held, bearers.get(key, set()))
    for letters, held in others["short"].items():
        yield from _between(held, others["long"].get(letters, set()))
    # Where the marks in two names differ, their letters must be the more alike for it.
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in bearers:
        groups[marks_in(key)].append(key)
    searches = [(keys, min(min_score, EQUAL - 1)) for keys in groups.values()]
    if min_score + OTHER_MARKS < EQUAL:
        searches.append((list(bearers), min_score + OTHER_MARKS))
    words = {key: tuple(key.split()) for key in bearers}
    for keys, least in searches:
        for key, other in _near_keys(keys, least):
            # The most that names of other words can have is too little for most scores.
            if least + OTHER_WORDS < EQUAL or not are_other_words(words[key], words[other]):
                yield from _between(bearers[key], bearers[other])


def _names_of(party: Party) -> list[Name]:
    """Give the names of a party, with those that stand in one of them together."""
    return [read_name(each) for text in party.names for each in names_in(text)]


def _near_keys(keys: list[str], least: int) -> Iterator[tuple[str, str]]:
    """Give the pairs of keys whose letters alone score enough: each with those of near lengths."""
    keys = sorted(keys, key=lambda key: (len(key), key))
    lengths = [len(key) for key in keys]
    for place, key in enumerate(keys):
        most = longest(len(key), least)
        others = keys[place + 1 : bisect_right(lengths, most)]
        yield from ((key, other) for other in near(key, others, furthest(len(key) + most, least)))


def _between(some: set[int], others: set[int]) -> Iterator[_Pair]:
    for one, other in product(sorted(some), sorted(others)):
        if one != other:
            yield min(one, other), max(one, other)


def _are_known_to_differ(first: Party, second: Party) -> bool:
    """Say whether a register numbers two differently, or one is part of the other."""
    differing = any(
        not first.codes[register] & second.codes[register]
        for register in first.codes.keys() & second.codes.keys()
    )
    return differing or bool(first.parents & {*second.ids} or second.parents & {*first.ids})


def _compared(first: Party, second: Party) -> _Scored:
    shared = sorted(
        f"{register}-{min(first.codes[register] & second.codes[register])}"
        for register in first.codes.keys() & second.codes.keys()
    )
    pairs = product(_names_of(first), _names_of(second))
    scores = [(-similarity(*pair), pair[0].text, pair[1].text, pair) for pair in pairs]
    alike, _one, _other, best = min(scores, key=lambda scored: scored[:3])
    return _Scored(tuple(shared), best, -alike)


def _reasons(first: Party, second: Party, scored: _Scored) -> tuple[str, ...]:
    one, other = scored.best
    why = [f"both are {code}" for code in scored.shared]
    if not scored.shared or scored.alike == EQUAL:
        why += reasons(one, other)
    if one.text != first.name or other.text != second.name:
        why.append(f"by the names '{one.text}' and '{other.text}'")
    kinds = {first.kind, second.kind} - {None, UNKNOWN}
    if len(kinds) > 1:
        why.append(f"but one is a {first.kind}, the other a {second.kind}")
    return tuple(why)
