"""Whether all the printed figures can be true at once, in exact arithmetic.

Figures that hang together are judged together, apart from all others. Where they cannot all be
true, the smallest set of them that cannot is given, and every smallest set of corrections that
would mend it. Nothing depends on the order in which figures or relations are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

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
    """What is to be said of figures that hang together.

    Attributes:
        figures: their ids, in the order of the alphabet.
        links: what must hold between them.
        verdict: ``consistent``; ``rounding``, where the printed numbers taken literally cannot all
            be true; ``inconsistent``; or ``undecided``, where the time was not enough.
        conflict: the figures whose prints cannot all be true, the fewest there are.
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
    groups = [
        _Examined({name: figures[name] for name in sorted(names)}, mine, budget).judge()
        for names, mine in groups_of(ordered)
    ]
    return tuple(sorted(groups, key=lambda group: group.figures))


def implied(
    figures: Mapping[str, Known], links: Sequence[Link], figure: str, *, budget: float = BUDGET
) -> Interval | None:
    """Give the values that all the printed figures together leave to one of them.

    Its own print counts too, where it has one.

    Returns:
        The interval; None where the prints contradict each other, so that nothing is possible, or
        where the time was not enough.

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
    solver = Solver({name: figures[name] for name in sorted(names)}, held, budget)
    switches = [*solver.prints.values(), *solver.links.values()]
    try:
        return solver.range_of(figure, switches) if solver.possible(switches) else None
    except UndecidedError:
        return None


def _order(link: Link) -> tuple[str, tuple[str, ...], Fraction, str]:
    return link.kind, link.figures, link.constant or Fraction(0), str(link.place or link.source)


class _Examined:
    """One group of figures on its way to a verdict."""

    def __init__(self, figures: Mapping[str, Known], links: Sequence[Link], budget: float) -> None:
        self._figures = figures
        self._links = tuple(links)
        self._budget = budget

    def judge(self) -> Group:
        from coprometrics.report._solver import Solver, UndecidedError

        group = Group(tuple(self._figures), self._links, "undecided")
        try:
            solver = Solver(self._figures, self._links, self._budget)
            everything = [*solver.prints.values(), *solver.links.values()]
            if solver.possible(everything):
                literal = Solver(self._figures, self._links, self._budget, literal=True)
                plain = literal.possible([*literal.prints.values(), *literal.links.values()])
                return evolve(group, verdict="consistent" if plain else "rounding")
            conflict, broken = self._smallest_conflict(solver, everything)
            group = evolve(group, verdict="inconsistent", conflict=conflict, broken=broken)
            return evolve(group, corrections=self._corrections(solver))
        except UndecidedError:
            return group

    def _smallest_conflict(
        self, solver: Solver, everything: list[Any]
    ) -> tuple[tuple[str, ...], tuple[Link, ...]]:
        """Find the fewest prints and links that cannot all be true.

        Whatever is a conflict has something of every set whose absence ends all conflicts. So the
        smallest set that has something of each such set found so far is a conflict, or its
        complement gives another.
        """
        needed: list[frozenset[int]] = []
        while True:
            chosen = _smallest_hitting(needed, len(everything))
            if not solver.possible([everything[n] for n in chosen]):
                break
            grown = set(chosen)
            for n in range(len(everything)):
                if n not in grown and solver.possible([everything[m] for m in (*grown, n)]):
                    grown.add(n)
            needed.append(frozenset(range(len(everything))) - grown)
        names = list(solver.prints)
        return (
            tuple(names[n] for n in chosen if n < len(names)),
            tuple(self._links[n - len(names)] for n in chosen if n >= len(names)),
        )

    def _corrections(self, solver: Solver) -> tuple[Correction, ...]:
        """Find all smallest sets of prints that, left open, let the others stand."""
        sure = [solver.prints[name] for name in solver.prints if self._figures[name].audited]
        open_ = [name for name in solver.prints if not self._figures[name].audited]
        fixed = [*sure, *solver.links.values()]
        found: list[tuple[str, ...]] = []
        for size in range(1, min(_MOST_CHANGES, len(open_)) + 1):
            switches = [solver.prints[name] for name in open_]
            sets = solver.sets(switches, fixed, size, most=_MOST_CORRECTIONS)
            names = {str(switch): name for name, switch in solver.prints.items()}
            found = sorted(tuple(sorted(names[str(one)] for one in off)) for off in sets)
            if found:
                break
        return tuple(self._correction(solver, changed) for changed in found)

    def _correction(self, solver: Solver, changed: tuple[str, ...]) -> Correction:
        rest = [switch for name, switch in solver.prints.items() if name not in changed]
        changes = []
        for name in changed:
            possible = solver.range_of(name, [*rest, *solver.links.values()])
            changes.append(Change(name, possible))
        return Correction(tuple(changes))


def _smallest_hitting(sets: Sequence[frozenset[int]], size: int) -> list[int]:
    """Give the smallest set that has something of each set; the first in order where several."""
    import z3

    if not sets:
        return []
    optimizer = z3.Optimize()
    chosen = [z3.Bool(f"chosen {n}") for n in range(size)]
    for one in sets:
        optimizer.add(z3.Or(*[chosen[n] for n in sorted(one)]))
    optimizer.minimize(z3.Sum(*[z3.If(flag, 1, 0) for flag in chosen]))
    optimizer.minimize(z3.Sum(*[z3.If(flag, n, 0) for n, flag in enumerate(chosen)]))
    optimizer.check()
    model = optimizer.model()
    return [n for n, flag in enumerate(chosen) if z3.is_true(model[flag])]


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
