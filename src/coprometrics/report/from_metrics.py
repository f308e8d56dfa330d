"""What the metrics themselves say must hold between the figures of a report.

Parts of a breakdown add up to the whole, shares are those of their parts, steps of a funnel never
rise: where a report prints such figures of one answer, they must fit each other, whether or not
the report file says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain, count
from typing import TypeAlias

from attrs import define, evolve, field

from coprometrics.documents import Place
from coprometrics.errors import MetricError
from coprometrics.metrics import Figure, MetricResult
from coprometrics.metrics.laws import Law
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.report.findings import Finding
from coprometrics.report.recompute import Recomputation
from coprometrics.report.relations import Known, Link

__all__ = ["Said", "what_metrics_say"]

_Key: TypeAlias = tuple[str, frozenset[tuple[str, str]], str | None]


@define
class Said:
    """What metrics say of the figures of a report.

    Attributes:
        links: what must hold.
        unprinted: figures that the report does not have, but which the links need.
        findings: metrics of plugins that could not say it.
    """

    links: list[Link] = field(factory=list)
    unprinted: dict[str, Known] = field(factory=dict)
    findings: list[Finding] = field(factory=list)


def what_metrics_say(
    computed: Mapping[str, Recomputation],
    places: Mapping[str, Place],
    metrics: MetricRegistry,
) -> Said:
    """Give what must hold between the figures of a report, by the metrics that give them.

    Args:
        computed: what the records give for each figure.
        places: where each figure is declared.
        metrics: the metrics.
    """
    said = Said()
    answers: dict[int, tuple[MetricResult, dict[_Key, list[str]]]] = {}
    for name, answer in computed.items():
        if answer.result is not None and answer.figure is not None:
            _result, mine = answers.setdefault(id(answer.result), (answer.result, {}))
            mine.setdefault(_key(answer.figure), []).append(name)
    for result, mine in answers.values():
        first = places[next(iter(mine.values()))[0]]
        said.links += _twice(mine.values(), places, result.metric)
        try:
            laws = metrics.metric(result.metric).laws_of(result)
        except MetricError as error:
            said.findings.append(Finding("relation-wrong", str(error), place=first))
            continue
        linking = _Linking(
            {key: names[0] for key, names in mine.items()},
            result.metric,
            f", {result.period}" if result.period and len(answers) > 1 else "",
            said.unprinted,
        )
        for law in laws:
            link = linking.link(law)
            if link is not None:
                declared = (places[name] for name in link.figures if name in places)
                place = min(declared, key=lambda place: (place.line, place.column))
                said.links.append(evolve(link, place=place))
    _drop_the_free(said)
    return said


def _said(figure: Figure) -> str:
    return str(figure).rpartition(": ")[0]


def _key(figure: Figure) -> _Key:
    return figure.value, frozenset(figure.dimensions.items()), figure.currency


def _twice(groups: Iterable[list[str]], places: Mapping[str, Place], metric: str) -> Iterator[Link]:
    """Say of figures that are one and the same that they are equal."""
    for names in groups:
        if len(names) > 1:
            yield Link("equal", tuple(names), place=places[names[0]], source=metric)


@define
class _Linking:
    """Writes the laws of one answer with the ids of the report.

    Attributes:
        ids: the report's ids of the figures of the answer.
        metric: the metric that gave it.
        about: what its own figures are called besides, to tell them from those of other answers.
        unprinted: figures that the report does not have, of all answers.
        named: what those of this answer are called.
    """

    ids: Mapping[_Key, str]
    metric: str
    about: str
    unprinted: dict[str, Known]
    named: dict[_Key, str] = field(factory=dict)

    def link(self, law: Law) -> Link | None:
        """Give a law as a link; None where it says nothing about what the report has."""
        found = [self.ids.get(_key(figure)) for figure in law.figures]
        there = [name for name in found if name is not None]
        if law.kind == "at_most":
            return self._made(law, there) if len(there) > 1 else None
        if law.kind == "sum":
            return self._sum(law, found, there)
        if len(there) < 2:
            return None
        names = [
            self._stand_in(figure) if name is None else name
            for name, figure in zip(found, law.figures, strict=True)
        ]
        return self._made(law, names)

    def _sum(self, law: Law, found: list[str | None], there: list[str]) -> Link | None:
        if len(there) == len(found):
            return self._made(law, there)
        whole = found[-1] if law.constant is None else None
        # What is not below zero may stand for all the parts that the report leaves out.
        if whole is None or len(there) < 2 or law.figures[-1].unit != "count":
            return None
        # Two breakdowns of one whole leave each their own rest.
        rest = self._new(f"the rest of {_said(law.figures[-1])}", law.figures[-1])
        return self._made(law, [*there[:-1], rest, whole])

    def _stand_in(self, figure: Figure) -> str:
        """Name a figure of the answer that the report does not have."""
        key = _key(figure)
        if key not in self.named:
            self.named[key] = self._new(_said(figure), figure)
        return self.named[key]

    def _new(self, name: str, figure: Figure) -> str:
        """Name something that counts as a figure does, as nothing else is named."""
        currency = f" in {figure.currency}" if figure.currency else ""
        plain = f"{name}{currency}{self.about}"
        names = chain([plain], (f"{plain} ({number})" for number in count(2)))
        found = next(one for one in names if one not in self.unprinted)
        self.unprinted[found] = Known(found, figure.unit, figure.currency, stands_in=True)
        return found

    def _made(self, law: Law, names: list[str]) -> Link | None:
        if len(set(names)) < len(names):
            return None
        constant = None if law.constant is None else Fraction(law.constant)
        return Link(law.kind, tuple(names), constant=constant, source=self.metric)


def _drop_the_free(said: Said) -> None:
    """Leave out links to an unprinted figure that nothing else speaks of: it can be anything."""
    while True:
        times: dict[str, int] = {}
        for link in said.links:
            for name in link.figures:
                times[name] = times.get(name, 0) + 1
        kept = [
            link
            for link in said.links
            if link.kind == "sum"
            or all(times[name] > 1 for name in link.figures if name in said.unprinted)
        ]
        if len(kept) == len(said.links):
            break
        said.links = kept
    needed = {name for link in said.links for name in link.figures}
    said.unprinted = {name: one for name, one in said.unprinted.items() if name in needed}
