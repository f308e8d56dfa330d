"""Figures proposed from the records of a store: what each metric that they feed has to say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import Factory, define, frozen

from coprometrics.errors import CoprometricsError
from coprometrics.metrics import Figure, MetricResult
from coprometrics.metrics.registry import Metric, MetricRegistry
from coprometrics.periods import Period
from coprometrics.records import RECORD_TYPES, Record, field_specs
from coprometrics.store import Store
from coprometrics.store._sql import quoted

__all__ = ["Proposal", "Proposals", "propose_figures"]

_MOST_VALUES: Final = 3
"""How many values of a metric are proposed for each thing that it tells apart."""

_MOST_PARTS: Final = 20
"""For how many things of one kind figures are proposed, and for how many programmes or channels."""

_PERSONAL: Final = frozenset(
    name for kind in RECORD_TYPES for name, spec in field_specs(kind).items() if spec.personal
)


@frozen
class Proposal:
    """A figure that may be printed.

    Attributes:
        id: its name in the report file.
        entry: what the report file says of it.
        given: what the records give at the moment.
    """

    id: str
    entry: Mapping[str, str | Mapping[str, str]]
    given: str


@define
class Proposals:
    """What one metric has to offer.

    Attributes:
        metric: the metric.
        figures: the figures that are proposed.
        remarks: what else there is, and why there is no more.
    """

    metric: Metric
    figures: list[Proposal] = Factory(list)
    remarks: list[str] = Factory(list)


def propose_figures(
    store: Store, period: Period, metrics: MetricRegistry | None = None
) -> Iterator[Proposals]:
    """Propose figures: of each metric that the records feed, its first values for each thing.

    Nothing is known here of any single metric, so that those of plugins are treated alike.

    Args:
        store: the records.
        period: the period of the report.
        metrics: the metrics; those of this environment by default.

    Yields:
        For each metric, in the order of their ids, the figures that have a number, and remarks. The
        check of a report with the same records and period recomputes all of them alike.
    """
    names: set[str] = set()
    counts = {kind: store.count(kind) for kind in RECORD_TYPES}
    for metric in (metrics or MetricRegistry()).metrics().values():
        wanted = metric.inputs.values()
        there = [one for one in wanted if counts.get(one.record_type)]
        if not there or not all(one in there or one.optional for one in wanted):
            continue
        offer = Proposals(metric)
        required = [name for name, one in metric.parameters.items() if one.required]
        for name in required:
            offer.remarks.append(f"it needs {name}: {metric.parameters[name].doc}")
        if not required:
            _ask(offer, store, period, names)
        yield offer


def _ask(offer: Proposals, store: Store, period: Period, names: set[str]) -> None:
    """Work a metric out; where it has no answer for all, for each programme or channel."""

    def answer(params: Mapping[str, str]) -> str | None:
        try:
            result = offer.metric.compute(store.frames(), period=period, params=params)
        except CoprometricsError as error:
            return str(error)
        _choose(offer, params, result, names)
        return None

    problem = answer({})
    if problem is None:
        return
    for name, kind in _telling_apart(offer.metric):
        column = quoted(name)
        found = store.frame(kind).filter(f"{column} IS NOT NULL").aggregate(column, column)
        words = sorted(word for (word,) in found.fetchall())
        if len(words) < 2:
            continue
        words = [word for word in words if "@" not in word]
        for word in words[:_MOST_PARTS]:
            if problem := answer({name: word}):
                offer.remarks.append(f"with {name} {word}: {problem}")
        if len(words) > _MOST_PARTS:
            offer.remarks.append(f"and {len(words) - _MOST_PARTS} more by {name}")
        return
    offer.remarks.append(problem)


def _telling_apart(metric: Metric) -> Iterator[tuple[str, type[Record]]]:
    """Give the parameters that pick out the records with one word in the field of that name."""
    for name, parameter in metric.parameters.items():
        if parameter.kind != "text" or parameter.default is not None or parameter.options:
            continue
        for wanted in metric.inputs.values():
            spec = field_specs(wanted.record_type).get(name)
            if spec and spec.kind == "string" and not spec.personal and not wanted.optional:
                yield name, wanted.record_type


def _choose(
    offer: Proposals, params: Mapping[str, str], result: MetricResult, names: set[str]
) -> None:
    """Take the first values for the total and for each part; say what else there is."""
    known = [
        figure
        for figure in result.figures
        if figure.number is not None
        and _PERSONAL.isdisjoint(figure.dimensions)
        and not any("@" in word for word in figure.dimensions.values())
    ]
    fewest = min((len(figure.dimensions) for figure in known), default=0)
    shapes: dict[tuple[str, ...], list[Figure]] = {}
    for figure in known:
        shapes.setdefault(tuple(figure.dimensions), []).append(figure)
    for shape, figures in shapes.items():
        by = f"by {' and '.join(shape)}" if shape else "in all"
        values = list(dict.fromkeys(figure.value for figure in figures))
        parts = list(dict.fromkeys(map(_part, figures)))
        first = values[:_MOST_VALUES]
        if len(shape) > max(1, fewest):
            first = []
        elif len(parts) > _MOST_PARTS:
            offer.remarks.append(f"and {len(parts) - _MOST_PARTS} more {by}")
        if more := values[len(first) :]:
            offer.remarks.append(f"also {by}: {', '.join(more)}")
        for figure in figures:
            if figure.value in first and _part(figure) in parts[:_MOST_PARTS]:
                offer.figures += _proposal(offer.metric.id, params, result, figure, names)


def _part(figure: Figure) -> tuple[str, ...]:
    return tuple(figure.dimensions.values())


def _proposal(
    metric: str,
    params: Mapping[str, str],
    result: MetricResult,
    figure: Figure,
    names: set[str],
) -> Iterator[Proposal]:
    """Write a figure so that the answer of its metric has this one and no other."""
    where = dict(figure.dimensions)
    words = [metric, *params.values(), *_part(figure)]
    if not _finds(result, figure, where):
        if figure.currency is None or "currency" in where:
            return
        where["currency"] = figure.currency
        words.append(figure.currency)
        if not _finds(result, figure, where):
            return
    entry: dict[str, Any] = {"metric": metric, "params": params, "where": where}
    entry = {key: value for key, value in entry.items() if value} | {"value": figure.value}
    yield Proposal(_name([*words, figure.value], names), entry, figure.text)


def _finds(result: MetricResult, figure: Figure, where: Mapping[str, str]) -> bool:
    try:
        return result.figure(figure.value, **where) is figure
    except CoprometricsError:
        return False


def _name(words: Sequence[str], names: set[str]) -> str:
    """Make a name of a figure that no other has."""
    base = ".".join(_slug(word) for word in words)
    name, number = base, 1
    while name in names:
        number += 1
        name = f"{base}_{number}"
    names.add(name)
    return name


def _slug(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", plain)) or "other"
