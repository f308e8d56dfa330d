"""Whether all the printed figures can be true at once, in exact arithmetic.

Figures that hang together are judged together, apart from all others. Where they cannot all be
true, the smallest set of them that cannot is given, and every smallest set of corrections that
would mend it; then what says so is left out, and the rest is judged again, until it can be true.
Nothing depends on the order in which figures or relations are written.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from coprometrics.errors import ReportError
from coprometrics.metrics.laws import holds
from coprometrics.report.interval import Interval
from coprometrics.report.relations import Known, Link, groups_of

if TYPE_CHECKING:
    from coprometrics.report._solver import Solver

__all__ = ["BUDGET", "Change", "Correction", "Group", "examine", "implied", "in_words"]

BUDGET: Final = 5.0
"""The seconds that one group of figures may take."""

_MOST_CHANGES: Final = 3
_MOST_CORRECTIONS: Final = 100


@frozen
class Change:
    """That one figure is printed otherwise.

    Attributes:
        figure: its id.
        possible: the values that it may have.
    """

    figure: str
    possible: Interval


@frozen
class Correction:
    """Figures that, printed otherwise, let all the others stand."""

    changes: tuple[Change, ...]


@frozen
class Group:
    """What is to be said of figures that hang together; of each of their contradictions, one.

    Attributes:
        figures: their ids, in the order of the alphabet.
        links: what must hold between them.
        verdict: ``consistent``; ``rounding``, where the printed numbers taken literally cannot all
            be true; ``inconsistent``; or ``undecided``, where the time was not enough.
        conflict: the figures whose prints cannot all be true: the fewest there are, unless the time
            was not enough to find them.
        broken: the links that say so.
        corrections: the smallest sets of changes that mend it, in the order of their figures.
    """

    figures: tuple[str, ...]
    links: tuple[Link, ...]
    verdict: str
    conflict: tuple[str, ...] = ()
    broken: tuple[Link, ...] = ()
    corrections: tuple[Correction, ...] = ()


def examine(
    figures: Mapping[str, Known], links: Sequence[Link], *, budget: float = BUDGET
) -> tuple[Group, ...]:
    """Say of each group of figures whether all its prints can be true at once.

    A group that has several contradictions is given once for each, and once more as undecided where
    the time was not enough for the rest. Of figures without links, counts below zero are given.

    Args:
        figures: the figures by their ids.
        links: what must hold between them.
        budget: the seconds that one group may take.

    Examples:
        >>> from coprometrics.report.printed import parse_printed
        >>> known = {
        ...     name: Known(name, "count", printed=parse_printed(text))
        ...     for name, text in {"all": "17", "by.a": "12", "by.b": "7"}.items()
        ... }
        >>> (group,) = examine(known, [Link("sum", ("by.a", "by.b", "all"))])
        >>> group.verdict, group.conflict
        ('inconsistent', ('all', 'by.a', 'by.b'))
        >>> for correction in group.corrections:
        ...     print([(change.figure, str(change.possible)) for change in correction.changes])
        [('all', 'exactly 19')]
        [('by.a', 'exactly 10')]
        [('by.b', 'exactly 5')]
    """
    ordered = sorted(set(links), key=_order)
    linked = {name for link in ordered for name in link.figures}
    alone = [name for name in figures if name not in linked and _is_below_zero(figures[name])]
    groups = [
        group
        for names, mine in (*groups_of(ordered), *(((name,), ()) for name in alone))
        for group in _judge({name: figures[name] for name in sorted(names)}, mine, budget)
    ]
    return tuple(sorted(groups, key=lambda group: group.figures))


def _is_below_zero(known: Known) -> bool:
    """Say whether a print leaves only values to a count that no count has."""
    none_below = Interval(Fraction(0), None, low_closed=True, high_closed=False)
    printed = known.printed
    return (
        known.unit == "count"
        and printed is not None
        and not printed.interval.intersects(none_below)
    )


def implied(
    figures: Mapping[str, Known], links: Sequence[Link], figure: str, *, budget: float = BUDGET
) -> Interval | None:
    """Give the values that all the printed figures together leave to one of them.

    Its own print counts too, where it has one.

    Returns:
        The interval; None where the prints contradict each other, so that nothing is possible.

    Raises:
        ReportError: when the time was not enough.

    Examples:
        >>> from coprometrics.report.printed import parse_printed
        >>> known = {
        ...     "share": Known("share", "ratio", printed=parse_printed("35%")),
        ...     "first": Known("first", "count"),
        ...     "all": Known("all", "count", printed=parse_printed("298")),
        ... }
        >>> print(implied(known, [Link("share", ("share", "first", "all"))], "first"))
        103 to 105
    """
    from coprometrics.report._solver import Solver, UndecidedError

    ordered = sorted(set(links), key=_order)
    mine = [(names, links) for names, links in groups_of(ordered) if figure in names]
    names, held = mine[0] if mine else ((figure,), ())
    try:
        solver = Solver({name: figures[name] for name in sorted(names)}, held, budget)
        return solver.range_of(figure) if solver.possible else None
    except UndecidedError:
        raise ReportError(
            f"what is left to {figure} was not decided in {budget:g} s",
            remedy="split the relations that it stands in",
        ) from None


def _order(link: Link) -> tuple[str, tuple[str, ...], Fraction, str, str]:
    return (
        link.kind,
        link.figures,
        link.constant or Fraction(0),
        str(link.place),
        link.source or "",
    )


def _judge(figures: Mapping[str, Known], links: tuple[Link, ...], budget: float) -> Iterator[Group]:
    """Say of figures that hang together whether all their prints can be true."""
    group = Group(tuple(figures), links, "undecided")
    if _plainly_true(figures, links):
        yield evolve(group, verdict="consistent")
        return
    from coprometrics.report._solver import Solver, UndecidedError

    half = budget / 2
    solver = Solver(figures, links, half)
    try:
        if solver.possible:
            literal = Solver(figures, links, half, literal=True)
            yield evolve(group, verdict="consistent" if literal.possible else "rounding")
            return
    except UndecidedError:
        yield from _alone(group, figures)
        return
    found, decided = _conflicts(solver)
    wrong = [evolve(group, verdict="inconsistent", conflict=c, broken=b) for c, b in found]
    for one in wrong:
        # The others are left out, so that what mends one does not depend on them.
        others = [other for other in wrong if other is not one]
        kept, rest = _without(figures, links, others)
        with contextlib.suppress(UndecidedError):
            solver = Solver(kept, rest, half / len(wrong))
            one = evolve(one, corrections=_corrections(solver, kept))
        yield one
    if not decided:
        yield from _undecided(*_without(figures, links, wrong))


def _conflicts(solver: Solver) -> tuple[list[tuple[tuple[str, ...], tuple[Link, ...]]], bool]:
    """Find one conflict after the other, each without the links, or prints, of those before.

    The prints must have been found not to be possible.

    Returns:
        The prints and links of each, and whether the rest is possible.
    """
    from coprometrics.report._solver import UndecidedError

    found = []
    decided = False
    with contextlib.suppress(UndecidedError):
        while not decided:
            conflict = solver.some_conflict()
            try:
                conflict = solver.smallest_conflict()
            finally:
                found.append(conflict)
            prints, links = conflict
            solver.leave_out(() if links else prints, links)
            decided = solver.possible
    return found, decided


def _without(
    figures: Mapping[str, Known], links: Sequence[Link], conflicts: Iterable[Group]
) -> tuple[dict[str, Known], tuple[Link, ...]]:
    """Leave out what says that there are conflicts: links, or prints where there are none."""
    broken = {link for group in conflicts for link in group.broken}
    prints = {name for group in conflicts if not group.broken for name in group.conflict}
    kept = {
        name: evolve(known, printed=None) if name in prints else known
        for name, known in figures.items()
    }
    return kept, tuple(link for link in links if link not in broken)


def _alone(group: Group, figures: Mapping[str, Known]) -> Iterator[Group]:
    """Look at each sum of an undecided group by itself: one that cannot be is beyond doubt."""
    broken = tuple(link for link in group.links if link.kind == "sum" and _is_off(link, figures))
    if not broken:
        yield group
        return
    conflict = sorted({name for link in broken for name in link.figures})
    wrong = evolve(group, verdict="inconsistent", conflict=tuple(conflict), broken=broken)
    yield wrong
    yield from _undecided(*_without(figures, group.links, [wrong]))


def _undecided(figures: Mapping[str, Known], links: Sequence[Link]) -> Iterator[Group]:
    """Give the figures that still hang together, and do not plainly fit."""
    for names, mine in groups_of(links):
        if not _plainly_true({name: figures[name] for name in names}, mine):
            yield Group(tuple(sorted(names)), mine, "undecided")


def _is_off(link: Link, figures: Mapping[str, Known]) -> bool:
    """Say whether the prints of a sum leave no way for its parts to make up its total."""
    prints = [figures[name].printed for name in link.figures]
    intervals = [printed.interval for printed in prints if printed is not None]
    if len(intervals) < len(prints):
        return False
    total = Interval.exactly(link.constant) if link.constant is not None else intervals.pop()
    return not reduce(Interval.plus, intervals).intersects(total)


def _corrections(solver: Solver, figures: Mapping[str, Known]) -> tuple[Correction, ...]:
    """Find all smallest sets of prints that, printed otherwise, let the others stand."""
    doubtful = [name for name, known in figures.items() if known.printed and not known.audited]
    sets = solver.smallest_sets(doubtful, largest=_MOST_CHANGES, most=_MOST_CORRECTIONS)
    return tuple(
        Correction(tuple(Change(name, solver.range_of(name, without=changed)) for name in changed))
        for changed in sets
    )


def _plainly_true(figures: Mapping[str, Known], links: Sequence[Link]) -> bool:
    """Say whether the printed numbers fit as they stand, so that nothing has to be solved."""
    numbers: dict[str, Fraction] = {}
    for name, known in figures.items():
        value = None if known.printed is None else known.printed.value
        if known.printed is None or value is None or not known.printed.interval.contains(value):
            return False
        whole = known.unit not in ("count", "money") or value.denominator == 1
        if not whole or (known.unit == "count" and value < 0):
            return False
        numbers[name] = value
    return all(
        holds(link.kind, [numbers[name] for name in link.figures], link.constant) for link in links
    )


def in_words(link: Link, figures: Mapping[str, Known]) -> str:
    """Write the arithmetic of a link with the prints of its figures.

    Examples:
        >>> from coprometrics.report.printed import parse_printed
        >>> known = {
        ...     name: Known(name, "count", printed=parse_printed(text))
        ...     for name, text in {"all": "17", "by.a": "12", "by.b": "7"}.items()
        ... }
        >>> in_words(Link("sum", ("by.a", "by.b", "all")), known)
        '12 + 7 = 19, printed 17'
    """

    def text(name: str) -> str:
        printed = figures[name].printed
        return name if printed is None else printed.text

    match link.kind:
        case "sum":
            parts = link.figures if link.constant is not None else link.figures[:-1]
            added = " + ".join(text(name) for name in parts)
            total = _total([figures[name] for name in parts])
            is_ = f"{added} = {total}" if total else added
            if link.constant is not None:
                return f"{is_}, which should be {figures[parts[0]].show(link.constant)}"
            return f"{is_}, printed {text(link.figures[-1])}"
        case "share":
            share, part, whole = link.figures
            return f"{text(part)} is {text(share)} of {text(whole)}"
        case "growth":
            growth, later, earlier = link.figures
            return f"{text(later)} is {text(growth)} more than {text(earlier)}"
        case "at_most":
            return f"{' ≤ '.join(text(name) for name in link.figures)}"
        case "equal":
            return f"{' = '.join(text(name) for name in link.figures)}"


def _total(parts: Sequence[Known]) -> str | None:
    """Add up what is printed, literally; None where something is no number."""
    total = Fraction(0)
    for known in parts:
        if known.printed is None or known.printed.value is None:
            return None
        total += known.printed.value
    return parts[0].show(total)
