"""Recomputation: is each printed figure what the records give?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, define, field, frozen

from coprometrics.errors import CoprometricsError
from coprometrics.metrics import Figure, MetricResult
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.periods import Period
from coprometrics.records import Record
from coprometrics.report.printed import Printed
from coprometrics.report.report_file import FigureEntry, PeriodEntry, Report

__all__ = ["Recomputation", "disagreement", "recompute"]


@frozen
class Recomputation:
    """What the records give for one figure of a report.

    Attributes:
        figure: the figure, or None where it could not be calculated.
        result: the whole answer that it is of.
        problem: why not.
        notes: what the metric has to say about its answer.
    """

    figure: Figure | None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    result: MetricResult | None = field(default=None, eq=False, repr=False)


def recompute(
    report: Report,
    frames: Mapping[type[Record], Any],
    metrics: MetricRegistry | None = None,
) -> dict[str, Recomputation]:
    """Calculate every figure of a report that names a metric.

    Args:
        report: the report file.
        frames: the records, as any frame that a metric takes.
        metrics: the metrics; those of this environment by default.

    Returns:
        For the id of each figure with a metric, what the records give.
    """
    calculator = _Calculator(report.period, frames, metrics or MetricRegistry())
    return {
        figure_id: calculator.figure(entry)
        for figure_id, entry in report.figures.items()
        if entry.metric is not None
    }


@define
class _Calculator:
    """Calculates each metric once for each set of parameters and period."""

    period: PeriodEntry
    frames: Mapping[type[Record], Any]
    metrics: MetricRegistry
    results: dict[str, MetricResult | CoprometricsError] = Factory(dict)

    def figure(self, entry: FigureEntry) -> Recomputation:
        result = self._result(entry)
        if isinstance(result, CoprometricsError):
            return Recomputation(None, problem=str(result))
        where = {name: str(value) for name, value in entry.where.items()}
        try:
            figure = result.figure(str(entry.value), **where)
        except CoprometricsError as error:
            return Recomputation(None, problem=str(error), notes=result.notes)
        if figure.number is None:
            why = f"{entry.metric} has no number for it" + "".join(f"; {n}" for n in result.notes)
            return Recomputation(None, problem=why, notes=result.notes)
        return Recomputation(figure, notes=result.notes, result=result)

    def _result(self, entry: FigureEntry) -> MetricResult | CoprometricsError:
        days = entry.period or self.period
        key = json.dumps(
            [entry.metric, entry.params, str(days.start), str(days.end)],
            sort_keys=True,
            default=str,
        )
        if key not in self.results:
            period = Period(days.start, days.end)
            try:
                self.results[key] = self.metrics.metric(str(entry.metric)).compute(
                    self.frames, period=period, params=entry.params
                )
            except CoprometricsError as error:
                self.results[key] = error
        return self.results[key]


def disagreement(printed: Printed, figure: Figure) -> str | None:
    """Say why a printed figure is not what the records give; None when it is.

    A count may be printed as a quantity (``24.8K``); money must be of the same currency.
    """
    counts = ("count", "quantity")
    same = printed.unit == figure.unit or (printed.unit in counts and figure.unit in counts)
    if not same:
        return f"is printed as a {printed.unit}, but the metric gives a {figure.unit}"
    if figure.unit == "money" and printed.currency != figure.currency:
        return f"is printed in {printed.currency}, but the records are in {figure.currency}"
    if figure.number is None or printed.interval.contains(figure.number):
        return None
    return f"is printed as {printed.text}; the records give {' '.join(_in_words(figure))}"


def _in_words(figure: Figure) -> Iterator[str]:
    yield figure.text
    if figure.unit == "ratio" and figure.denominator is not None:
        yield f"({figure.numerator:,} of {figure.denominator:,})"
