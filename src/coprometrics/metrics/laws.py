"""What must hold between the figures of one answer, whatever the data are.

A metric says it once, and reports are held to it: parts make up the whole, shares are those of
their parts, the steps of a funnel never rise. A rule looks at an answer and gives the laws of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from attrs import frozen

from coprometrics.metrics.base import Figure, MetricResult

__all__ = [
    "Answer",
    "Law",
    "LawKind",
    "Rule",
    "adds_up",
    "at_most",
    "falls",
    "grows",
    "holds",
    "laws_of",
    "shares",
]

LawKind = Literal["sum", "share", "growth", "at_most", "equal"]
"""What sort of law it is."""


@frozen
class Law:
    """Something that must hold between figures.

    Attributes:
        kind: what sort it is.
        figures: of a sum the parts, then the total unless that is a constant; of a share the share,
            the part, the whole; of a growth the growth, the later, the earlier; else all in order.
        constant: the total of a sum, where no figure is it.
    """

    kind: LawKind
    figures: tuple[Figure, ...]
    constant: int | None = None

    def __str__(self) -> str:
        said = ", ".join(map(str, self.figures))
        return f"{self.kind} of {said}{f' = {self.constant}' if self.constant is not None else ''}"

    @property
    def holds(self) -> bool:
        """Whether it holds between the numbers of its figures, all of which are known."""
        numbers = [figure.number for figure in self.figures if figure.number is not None]
        return len(numbers) == len(self.figures) and holds(self.kind, numbers, self.constant)


def holds(
    kind: LawKind, numbers: Sequence[int | Fraction], constant: int | Fraction | None = None
) -> bool:
    """Say whether a law holds between exact numbers.

    Args:
        kind: what sort of law it is.
        numbers: the numbers of its figures, in the order of the law.
        constant: the total of a sum, where no figure is it.

    Examples:
        >>> holds("sum", [12, 7, 19]), holds("sum", [12, 7], 20)
        (True, False)
        >>> holds("share", [Fraction(1, 3), 5, 15]), holds("growth", [Fraction(1, 5), 12, 10])
        (True, True)
        >>> holds("at_most", [3, 3, 2])
        False
    """
    match kind:
        case "sum":
            total = numbers[-1] if constant is None else constant
            return sum(numbers[:-1] if constant is None else numbers) == total
        case "share":
            share, part, whole = numbers
            return whole > 0 and share >= 0 and share * whole == part
        case "growth":
            growth, later, earlier = numbers
            return earlier > 0 and (growth + 1) * earlier == later
        case "at_most":
            return all(one <= other for one, other in pairwise(numbers))
        case "equal":
            return len(set(numbers)) <= 1


class Answer:
    """The figures of a metric's answer, to be looked up by what they are about.

    Args:
        result: the answer.
    """

    def __init__(self, result: MetricResult) -> None:
        self.figures = result.figures
        self.parameters = result.parameters
        self._found = {
            (figure.value, frozenset(figure.dimensions.items()), figure.currency): figure
            for figure in result.figures
        }

    def find(self, value: str, like: Figure, *, without: str | None = None) -> Figure | None:
        """Find another value of the same dimensions, or of all of them but one.

        Args:
            value: which value.
            like: the figure whose dimensions and currency it has.
            without: the dimension that it has not.
        """
        about = frozenset(item for item in like.dimensions.items() if item[0] != without)
        return self._found.get((value, about, like.currency))

    def dimension(self, name: str) -> str:
        """Give the dimension that a parameter names; where there is none so called, the name."""
        return str(self.parameters.get(name, name))

    def groups(self, value: str, over: str) -> Iterable[tuple[Figure, ...]]:
        """Give the figures of a value that differ in one dimension alone, in their order."""
        groups: dict[object, tuple[Figure, ...]] = {}
        for figure in self.figures:
            if figure.value == value and over in figure.dimensions:
                rest = frozenset(item for item in figure.dimensions.items() if item[0] != over)
                key = rest, figure.currency
                groups[key] = (*groups.get(key, ()), figure)
        return groups.values()


Rule = Callable[[Answer], Iterator[Law]]
"""Gives the laws of an answer."""


def laws_of(rules: Iterable[Rule], result: MetricResult) -> Iterator[Law]:
    """Give the laws of an answer, as far as all that they speak of is known.

    Args:
        rules: the rules of the metric.
        result: its answer.

    Examples:
        >>> from coprometrics import Income, revenue_share
        >>> from coprometrics.metrics.registry import metric
        >>> income = [Income(id=f"t:{n}", stream=stream, amount_minor=100 * n, currency="GBP",
        ...                  kind="fee") for n, stream in enumerate(("talks", "training"), 1)]
        >>> for law in laws_of(metric("revenue_share").laws, revenue_share(income)):
        ...     print(law.kind, *(figure.text for figure in law.figures))
        sum 66.67% 33.33%
        share 66.67% GBP 2.00 GBP 3.00
        share 33.33% GBP 1.00 GBP 3.00
        sum GBP 2.00 GBP 1.00 GBP 3.00
    """
    answer = Answer(result)
    for rule in rules:
        for law in rule(answer):
            if all(figure.number is not None for figure in law.figures):
                yield law


def adds_up(value: str, over: str) -> Rule:
    """Say that the parts of a value by a dimension make up the whole.

    Args:
        value: which value.
        over: the dimension; or the parameter that names it.
    """

    def rule(answer: Answer) -> Iterator[Law]:
        dimension = answer.dimension(over)
        for parts in answer.groups(value, dimension):
            whole = answer.find(value, parts[0], without=dimension)
            if whole is not None:
                yield Law("sum", (*parts, whole))

    return rule


def shares(share: str, of: str, over: str) -> Rule:
    """Say that a share is its part of the whole, and that all shares make up one.

    Args:
        share: the value that is a share.
        of: the value whose parts are shared.
        over: the dimension that tells them apart; or the parameter that names it.
    """

    def rule(answer: Answer) -> Iterator[Law]:
        dimension = answer.dimension(over)
        for group in answer.groups(share, dimension):
            if any(one.number is not None and one.number < 0 for one in group):
                continue  # a share below zero is none: a refund exceeds what was paid
            yield Law("sum", group, constant=1)
            for one in group:
                part = answer.find(of, one)
                whole = answer.find(of, one, without=dimension)
                if part is not None and whole is not None:
                    yield Law("share", (one, part, whole))

    return rule


def at_most(less: str, more: str) -> Rule:
    """Say that one value is never above another of the same dimensions."""

    def rule(answer: Answer) -> Iterator[Law]:
        for figure in answer.figures:
            other = answer.find(more, figure) if figure.value == less else None
            if other is not None:
                yield Law("at_most", (figure, other))

    return rule


def falls(value: str, along: str, *, but: str = "") -> Rule:
    """Say that a value never rises along a dimension, in the order of the answer.

    Args:
        value: which value.
        along: the dimension.
        but: the parameter that names those to which this does not apply.
    """

    def rule(answer: Answer) -> Iterator[Law]:
        left_out = answer.parameters.get(but, ())
        for group in answer.groups(value, along):
            steps = [
                one
                for one in group
                if one.dimensions[along] not in left_out and one.number is not None
            ]
            if len(steps) > 1:
                yield Law("at_most", tuple(reversed(steps)))

    return rule


def grows(growth: str, later: str, earlier: str) -> Rule:
    """Say that a growth is the one from an earlier value to a later one of the same dimensions."""

    def rule(answer: Answer) -> Iterator[Law]:
        for figure in answer.figures:
            if figure.value == growth:
                after, before = answer.find(later, figure), answer.find(earlier, figure)
                if after is not None and before is not None:
                    yield Law("growth", (figure, after, before))

    return rule
