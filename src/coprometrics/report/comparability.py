"""Whether what a report compares was counted in the same way, and what it says of last year.

Money placed in time on another basis, another unit, or another version of a metric is another
number. To set the two side by side is a finding, unless the report says under ``restates`` what is
counted otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import define, field, frozen

from coprometrics import documents
from coprometrics.documents import Place
from coprometrics.errors import CoprometricsError, ReportError
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.report.findings import Finding
from coprometrics.report.numerals import locale_format
from coprometrics.report.prints import FigurePrints, read_prints
from coprometrics.report.reading import naming, read_report_document, report_file
from coprometrics.report.recompute import Recomputation
from coprometrics.report.relations import Link
from coprometrics.report.report_file import FigureEntry, Report

__all__ = ["comparisons"]

_REMEDY = "say under restates what is counted otherwise, or compare what is counted alike"


@frozen
class _Footing:
    """In what way a figure was counted, as far as that is known."""

    unit: str | None
    basis: str | None
    metric: str | None
    version: int | None

    def difference(self, other: _Footing) -> str | None:
        """Say how another figure was counted otherwise; None where it was not."""
        if self.unit and other.unit and self.unit != other.unit:
            return f"one is a {self.unit}, the other a {other.unit}"
        if self.basis and other.basis and self.basis != other.basis:
            return f"one is on the basis {self.basis}, the other on {other.basis}"
        if self.metric == other.metric and self.version != other.version:
            return (
                f"one is by version {self.version} of {self.metric}, "
                f"the other by version {other.version}"
            )
        return None


def comparisons(
    report: documents.Document[Report],
    folder: Path,
    prints: Mapping[str, FigurePrints],
    computed: Mapping[str, Recomputation],
    links: Sequence[Link],
    metrics: MetricRegistry,
) -> Iterator[Finding]:
    """Find figures that are set side by side although they were not counted alike.

    Args:
        report: the report file.
        folder: where it lies.
        prints: its figures with their prints.
        computed: what the records give for them.
        links: what must hold between them.
        metrics: the metrics, which know their versions and bases.

    Raises:
        CoprometricsError: when the previous report cannot be read.
    """
    comparing = _Comparing(report, metrics, {one.figure for one in report.value.restates})
    yield from comparing.with_now(prints, computed)
    yield from comparing.within(prints, links)
    yield from comparing.with_before(prints, folder)
    for number, entry in enumerate(report.value.restates):
        if entry.figure not in comparing.restated:
            yield Finding(
                "restatement-stale",
                f"{entry.figure} is compared with nothing that was counted otherwise",
                figures=(entry.figure,),
                place=report.place("restates", number),
                remedy="remove the restatement",
            )


@define
class _Comparing:
    report: documents.Document[Report]
    metrics: MetricRegistry
    restates: Collection[str]
    restated: set[str] = field(factory=set)

    def with_now(
        self, prints: Mapping[str, FigurePrints], computed: Mapping[str, Recomputation]
    ) -> Iterator[Finding]:
        """Compare what is printed with how the records are counted now."""
        for name, answer in computed.items():
            if answer.figure is None or answer.result is None or name not in prints:
                continue
            said = prints[name].entry
            now = _Footing(None, answer.figure.basis, answer.result.metric, answer.result.version)
            then = _Footing(
                None, said.basis, answer.result.metric, said.version or answer.result.version
            )
            yield from self._different((name,), then, now, prints[name].declared)

    def within(
        self, prints: Mapping[str, FigurePrints], links: Sequence[Link]
    ) -> Iterator[Finding]:
        """Compare the figures of each relation with each other."""
        for link in links:
            if link.source is not None or link.place is None:
                continue
            found = [prints[name] for name in link.compared if name in prints]
            for other in found[1:]:
                told = tuple(
                    self._different(
                        (found[0].id, other.id),
                        self._footing(found[0].entry),
                        self._footing(other.entry),
                        link.place,
                    )
                )
                yield from told
                if told:
                    break

    def with_before(self, prints: Mapping[str, FigurePrints], folder: Path) -> Iterator[Finding]:
        """Compare what is said of last year with what last year's report says."""
        again = [figure for figure in prints.values() if figure.entry.previous is not None]
        path = self.report.value.previous
        before = {} if path is None else self._previous(folder / path)
        for figure in again:
            name = str(figure.entry.previous)
            place = self.report.place("figures", figure.id, "previous")
            old = before.get(name)
            if old is None or old.first is None:
                yield Finding(
                    "comparative-unknown",
                    f"{figure.id} shows {name} again, "
                    + (
                        "but no previous report is named"
                        if path is None
                        else f"but {path} prints no such figure"
                    ),
                    figures=(figure.id,),
                    place=place,
                    remedy="name the report with previous, and the figure by its id there",
                )
                continue
            yield from self._different(
                (figure.id, name),
                self._footing(figure.entry, figure),
                self._footing(old.entry, old),
                place,
                mine=(figure.id,),
            )
            yield from self._changed(figure, old)

    def _changed(self, figure: FigurePrints, old: FigurePrints) -> Iterator[Finding]:
        for printed, place in figure.read:
            text, was = next(
                (one for one in old.read if not printed.may_be(one[0])), (printed, place)
            )
            if text is not printed and text.unit == printed.unit:
                if figure.id in self.restates:
                    self.restated.add(figure.id)
                    continue
                yield Finding(
                    "comparative-changed",
                    f"{figure.id} is printed as {printed.text}, but {was} has {text.text}",
                    figures=(figure.id,),
                    place=place,
                    printed=printed.text,
                    expected=text.text,
                    remedy="print what was printed, or say under restates why it is another number",
                )

    def _different(
        self,
        names: tuple[str, ...],
        one: _Footing,
        other: _Footing,
        place: Place,
        *,
        mine: tuple[str, ...] | None = None,
    ) -> Iterator[Finding]:
        """Find fault where two were counted otherwise, and none of mine is restated."""
        difference = one.difference(other)
        if difference is None:
            return
        if known := [name for name in mine or names if name in self.restates]:
            self.restated.update(known)
            return
        about = " and ".join(names) if len(names) > 1 else f"{names[0]} and the records"
        yield Finding(
            "not-comparable",
            f"{about} are compared, but {difference}",
            figures=names,
            place=place,
            remedy=_REMEDY,
        )

    def _footing(self, entry: FigureEntry, figure: FigurePrints | None = None) -> _Footing:
        """Say how a figure is counted: by its own words, its parameters, or its metric."""
        unit = entry.unit or (figure.first.unit if figure and figure.first else None)
        if entry.metric is None:
            return _Footing(unit, entry.basis, None, None)
        try:
            metric = self.metrics.metric(entry.metric)
        except CoprometricsError:
            return _Footing(unit, entry.basis, entry.metric, entry.version)
        parameter = metric.parameters.get("basis")
        basis = entry.basis or entry.params.get("basis") or (parameter and parameter.default)
        return _Footing(
            unit, None if basis is None else str(basis), metric.id, entry.version or metric.version
        )

    def _previous(self, path: Path) -> Mapping[str, FigurePrints]:
        """Read what the previous report prints; its sources are not looked at."""
        with naming(self.report, "previous"):
            file = report_file(path)
            previous = documents.load_document(file, Report)
            number_format = locale_format(previous.value.locale)
            reading = read_report_document(previous, file.parent, number_format)
            wrong = [one for one in reading.findings if one.code.startswith("statement-")]
            if wrong:
                raise ReportError(
                    f"the previous report cannot be relied on: {wrong[0]}",
                    remedy="check it by itself first",
                )
            return read_prints(previous, reading.bindings, number_format)
