"""Printed figures and the links between them as constraints for Z3, exactly.

Counts and money are whole numbers (money in its minor units), shares and quantities are fractions.
A printed figure bounds its own value, or, where it is a share or a growth of something that is not
known exactly, relates two others: lo * whole <= part <= hi * whole is linear, because lo and hi are
constants. Every print and every link has a switch, so that any of them can be left out.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any

import z3

from coprometrics.errors import ReportError
from coprometrics.report.interval import Interval
from coprometrics.report.printed import Printed
from coprometrics.report.relations import Known, Link

__all__ = ["Solver", "UndecidedError"]


class UndecidedError(Exception):
    """The time given was not enough to decide."""


class Solver:
    """The constraints of one group of figures.

    Args:
        figures: the figures, printed or not, by their ids.
        links: what must hold between them.
        budget: the seconds that all questions together may take.
        literal: whether every rounded figure is taken as exactly what is printed.
    """

    def __init__(
        self,
        figures: Mapping[str, Known],
        links: Sequence[Link],
        budget: float,
        *,
        literal: bool = False,
    ) -> None:
        self._figures = figures
        self._literal = literal
        self._until = time.monotonic() + budget
        self._solver = z3.Solver()
        self._values = {name: self._variable(name) for name in figures}
        self._prints: dict[str, Any] = {}
        for name, known in figures.items():
            if known.unit == "count":
                self._solver.add(self._values[name] >= 0)
            if known.printed is not None:
                switch = z3.Bool(f"print {name}")
                self._prints[name] = switch
                self._solver.add(
                    z3.Implies(switch, self._within(name, self._interval(known.printed)))
                )
        self._links: dict[Link, Any] = {}
        for number, link in enumerate(links):
            switch = z3.Bool(f"link {number}")
            self._links[link] = switch
            self._solver.add(z3.Implies(switch, z3.And(*self._constraints(link))))

    @property
    def possible(self) -> bool:
        """Whether all prints and links can be true at once.

        Raises:
            UndecidedError: when the time is over.
        """
        return self._check(self._solver, self._switches())

    def leave_out(self, prints: Iterable[str], links: Iterable[Link]) -> None:
        """Leave out prints and links from now on."""
        for name in prints:
            del self._prints[name]
        for link in links:
            del self._links[link]

    def some_conflict(self) -> tuple[tuple[str, ...], tuple[Link, ...]]:
        """Give prints and links that cannot all be true, as the solver came upon them.

        It must have been asked whether all are `possible`, and have said no.

        Returns:
            The figures whose prints they are, and the links.
        """
        core = {str(switch) for switch in self._solver.unsat_core()}
        return (
            tuple(name for name, switch in self._prints.items() if str(switch) in core),
            tuple(link for link, switch in self._links.items() if str(switch) in core),
        )

    def smallest_conflict(self) -> tuple[tuple[str, ...], tuple[Link, ...]]:
        """Find the fewest prints and links that cannot all be true.

        Whatever is a conflict has something of every set whose absence ends all conflicts. So the
        smallest set that has something of each such set found so far is a conflict, or its
        complement gives another.

        Returns:
            The figures whose prints they are, and the links.

        Raises:
            UndecidedError: when the time is over.
        """
        everything = self._switches()
        needed: list[frozenset[int]] = []
        while True:
            chosen = self._smallest_hitting(needed, len(everything))
            if not self._check(self._solver, [everything[n] for n in chosen]):
                break
            rest = [n for n in range(len(everything)) if n not in chosen]
            grown = self._grown(everything, chosen, rest)
            needed.append(frozenset(range(len(everything))).difference(grown))
        what = [*self._prints, *self._links]
        printed = len(self._prints)
        return (
            tuple(str(what[n]) for n in chosen if n < printed),
            tuple(link for n, link in enumerate(self._links, printed) if n in chosen),
        )

    def _grown(self, everything: Sequence[Any], chosen: list[int], rest: list[int]) -> list[int]:
        """Add to switches that can be on one after the other of the rest, where it still can be.

        Most of them can, so that they are tried many at a time, and halved where they cannot.
        """
        if self._check(self._solver, [everything[n] for n in (*chosen, *rest)]):
            return [*chosen, *rest]
        if len(rest) == 1:
            return chosen
        half = len(rest) // 2
        return self._grown(everything, self._grown(everything, chosen, rest[:half]), rest[half:])

    def smallest_sets(
        self, figures: Sequence[str], *, largest: int, most: int
    ) -> list[tuple[str, ...]]:
        """Give every smallest set of figures without whose prints all the rest can be true.

        Args:
            figures: those whose prints may be wrong.
            largest: how many may be wrong at once.
            most: how many sets are looked for.

        Returns:
            The sets in the order of their names, each likewise; none where none is small enough.

        Raises:
            UndecidedError: when the time is over, or there are more.
        """
        for size in range(1, min(largest, len(figures)) + 1):
            found = sorted(islice(self._sets(figures, size), most + 1))
            if len(found) > most:
                raise UndecidedError
            if found:
                return found
        return []

    def _sets(self, figures: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
        wrong = {name: z3.Not(self._prints[name]) for name in sorted(figures)}
        self._solver.push()
        try:
            self._solver.add(z3.PbLe([(switch, 1) for switch in wrong.values()], size))
            while self._check(self._solver, self._switches(without=figures)):
                model = self._solver.model()
                off = tuple(
                    name
                    for name, switch in wrong.items()
                    if not z3.is_false(model.eval(switch, model_completion=True))
                )
                yield off
                self._solver.add(z3.Or(*[self._prints[name] for name in off]))
        finally:
            self._solver.pop()

    def range_of(self, name: str, *, without: Collection[str] = ()) -> Interval:
        """Give the values that a figure can have while all prints and links are true.

        Args:
            name: the figure.
            without: the figures whose prints are left out.

        Raises:
            UndecidedError: when the time is over, or the two ways of asking disagree.
        """
        ends = []
        for ask in ("minimize", "maximize"):
            optimizer = z3.Optimize()
            optimizer.add(*self._solver.assertions(), *self._switches(without))
            goal = getattr(optimizer, ask)(self._values[name])
            self._check(optimizer, [])
            values = (
                optimizer.lower_values(goal) if ask == "minimize" else optimizer.upper_values(goal)
            )
            endless, value, beside = (_fraction(part) for part in values)
            ends.append((None, False) if endless else (value, not beside))
        (low, low_closed), (high, high_closed) = ends
        try:
            found = Interval(low, high, low_closed, high_closed)
        except ReportError:
            raise UndecidedError from None
        if not self._holds_all(name, found, without):
            raise UndecidedError
        return found

    def _holds_all(self, name: str, found: Interval, without: Collection[str]) -> bool:
        """Ask again, without optimizing: nothing lies beyond the ends, and closed ends are reached.

        An optimizer goes other ways than a solver, and some versions of Z3 go wrong there.
        """
        value, switches = self._values[name], self._switches(without)
        beyond = z3.Not(z3.And(*_bounds(value, found)))
        reached = [
            value == _number(end)
            for end, closed in ((found.low, found.low_closed), (found.high, found.high_closed))
            if closed and end is not None
        ]
        return not self._check(self._solver, [*switches, beyond]) and all(
            self._check(self._solver, [*switches, end]) for end in reached
        )

    def _switches(self, without: Collection[str] = ()) -> list[Any]:
        prints = (switch for name, switch in self._prints.items() if name not in without)
        return [*prints, *self._links.values()]

    def _smallest_hitting(self, sets: Sequence[frozenset[int]], size: int) -> list[int]:
        """Give the smallest set that has something of each; the first in order where several."""
        optimizer = z3.Optimize()
        chosen = [z3.Bool(f"chosen {n}") for n in range(size)]
        for one in sets:
            optimizer.add(z3.Or(*[chosen[n] for n in sorted(one)]))
        optimizer.minimize(z3.Sum(*[z3.If(flag, 1, 0) for flag in chosen]))
        optimizer.minimize(z3.Sum(*[z3.If(flag, n, 0) for n, flag in enumerate(chosen)]))
        self._check(optimizer, [])
        model = optimizer.model()
        return [n for n, flag in enumerate(chosen) if z3.is_true(model[flag])]

    def _check(self, solver: Any, switches: Iterable[Any]) -> bool:
        left = int((self._until - time.monotonic()) * 1000)
        if left <= 0:
            raise UndecidedError
        solver.set("timeout", left)
        answer = solver.check(*switches)
        if answer == z3.unknown:
            raise UndecidedError
        return bool(answer == z3.sat)

    def _variable(self, name: str) -> Any:
        whole = self._figures[name].unit in ("count", "money") and not self._literal
        return z3.Int(f"value {name}") if whole else z3.Real(f"value {name}")

    def _interval(self, printed: Printed) -> Interval:
        if self._literal and printed.step is not None and printed.value is not None:
            return Interval.exactly(printed.value)
        return printed.interval

    def _within(self, name: str, interval: Interval) -> Any:
        return z3.And(*_bounds(self._values[name], interval))

    def _constraints(self, link: Link) -> list[Any]:
        values = [self._values[name] for name in link.figures]
        match link.kind:
            case "sum":
                total = _number(link.constant) if link.constant is not None else values.pop()
                return [z3.Sum(*values) == total]
            case "equal":
                return [one == other for one, other in pairwise(values)]
            case "at_most":
                return [one <= other for one, other in pairwise(values)]
            case "share":
                share, part, whole = link.figures
                return [
                    self._values[share] >= 0,
                    self._values[whole] > 0,
                    *self._product(share, whole, part, Fraction(0)),
                ]
            case "growth":
                growth, later, earlier = link.figures
                return [
                    self._values[earlier] > 0,
                    *self._product(growth, earlier, later, Fraction(1)),
                ]

    def _product(self, factor: str, of: str, gives: str, more: Fraction) -> list[Any]:
        """Write (factor + more) * of = gives, as far as one of the two factors is bounded."""
        value, base, result = (self._values[name] for name in (factor, of, gives))
        constraints: list[Any] = []
        if (printed := self._figures[of].printed) is not None:
            interval = self._interval(printed)
            if interval.is_exact and interval.low is not None:
                exact = (value + _number(more)) * _number(interval.low) == result
                constraints.append(z3.Implies(self._prints[of], exact))
        if (printed := self._figures[factor].printed) is not None:
            interval = self._interval(printed)
            if interval.low is not None:
                least = _number(interval.low + more) * base
                above = least <= result if interval.low_closed else least < result
                constraints.append(z3.Implies(self._prints[factor], above))
            if interval.high is not None:
                most = _number(interval.high + more) * base
                below = result <= most if interval.high_closed else result < most
                constraints.append(z3.Implies(self._prints[factor], below))
        return constraints


def _bounds(value: Any, interval: Interval) -> list[Any]:
    bounds = []
    if interval.low is not None:
        low = _number(interval.low)
        bounds.append(value >= low if interval.low_closed else value > low)
    if interval.high is not None:
        high = _number(interval.high)
        bounds.append(value <= high if interval.high_closed else value < high)
    return bounds


def _number(value: Fraction) -> Any:
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def _fraction(value: Any) -> Fraction:
    return Fraction(str(value))
