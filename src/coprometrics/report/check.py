"""The check of a report: import its sources, calculate, and compare with what is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import define, evolve, field

from coprometrics.configuration import Configuration, find_configuration
from coprometrics.documents import Document, DocumentError, Place, load_document
from coprometrics.errors import ReportError
from coprometrics.importers.registry import Registry
from coprometrics.metrics.base import several
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.money import exponent
from coprometrics.report.comparability import comparisons
from coprometrics.report.consistency import implied
from coprometrics.report.contradictions import consistency_findings
from coprometrics.report.findings import Acceptance, Finding, apply_accepted
from coprometrics.report.numerals import locale_format
from coprometrics.report.prints import are_vouched_for, judge, read_prints
from coprometrics.report.reading import (
    coverage_finding,
    naming,
    read_report_document,
    report_file,
)
from coprometrics.report.recompute import Recomputation, recompute
from coprometrics.report.relating import Related, relate
from coprometrics.report.report_file import Report
from coprometrics.report.result import Check, FigureOutcome
from coprometrics.report.sources import import_sources
from coprometrics.store import Store

__all__ = ["check_report", "explain_figure"]


def check_report(
    path: Path | str,
    *,
    today: dt.date,
    registry: Registry | None = None,
    min_coverage: int | None = None,
    progress: Callable[[str], None] = lambda _step: None,
) -> Check:
    """Check a report: its shape, its figures against the records, each other and the text.

    Args:
        path: the report file, or the folder in which it is called ``report.yaml``.
        today: the day of the check; it decides alone whether an accepted finding has expired.
        registry: the importers; those of the environment by default.
        min_coverage: the percentage of the document's numbers that statements must bind; less is
            a finding.
        progress: called with each step in words, before it is taken.

    Returns:
        The verdict on each figure and all findings.

    Raises:
        CoprometricsError: when the report file, its document, a source or a mapping cannot be
            read. What can be read but is wrong is a finding.
    """
    file = report_file(path)
    try:
        document = load_document(file, Report)
    except DocumentError as error:
        return Check(
            title=str(file),
            file=str(file),
            findings=tuple(
                Finding("report-shape", problem.message, place=problem.place)
                for problem in error.problems
            ),
        )
    checker = _Checker.of(document, file, registry, progress)
    related = checker.look(min_coverage)
    progress("comparing the figures with each other")
    findings = [
        *checker.findings,
        *related.findings,
        *consistency_findings(related.figures, related.links, places=checker.places),
    ]
    known = apply_accepted(_with_prints(findings, checker.texts), _accepted(document), today)
    return evolve(checker.found, findings=known)


def explain_figure(path: Path | str, figure: str, *, registry: Registry | None = None) -> str:
    """Say which values all the printed figures together leave to one of them.

    Args:
        path: the report file, or its folder.
        figure: the id of the figure, printed or not.
        registry: the importers; those of the environment by default.

    Raises:
        CoprometricsError: when something cannot be read, or there is no such figure.
    """
    file = report_file(path)
    checker = _Checker.of(load_document(file, Report), file, registry, lambda _step: None)
    related = checker.look(None)
    about = related.figures.get(figure)
    if about is None:
        names = [name for name, known in related.figures.items() if not known.stands_in]
        raise ReportError(
            f"there is no figure {figure!r}",
            where=str(file),
            remedy=f"it has {', '.join(names) or 'none'}",
        )
    found = implied(related.figures, related.links, figure)
    if found is None:
        return f"{figure}: nothing, for the printed figures contradict each other"
    return f"{figure}: {found.in_words(about.show)}"


@define
class _Checker:
    """Looks at everything but whether the figures contradict each other."""

    document: Document[Report]
    file: Path
    registry: Registry
    settings: Configuration
    progress: Callable[[str], None]
    found: Check
    findings: list[Finding] = field(factory=list)
    texts: dict[str, tuple[str, ...]] = field(factory=dict)
    places: dict[str, Place] = field(factory=dict)

    @classmethod
    def of(
        cls,
        document: Document[Report],
        file: Path,
        registry: Registry | None,
        progress: Callable[[str], None],
    ) -> _Checker:
        settings = find_configuration(file.absolute().parent)
        report = document.value
        found = Check(report.title, str(file), (report.period.start, report.period.end))
        importers = registry or Registry(blocked=settings.block)
        return cls(document, file, importers, settings, progress, found)

    def look(self, min_coverage: int | None) -> Related:
        """Read, import and calculate; give what must hold between the figures."""
        report, folder = self.document.value, self.file.parent
        with naming(self.document, "locale"):
            number_format = locale_format(report.locale)
        with naming(self.document, "currency"):
            exponent(report.currency)
        self.progress("reading the document")
        reading = read_report_document(self.document, folder, number_format)
        self.findings += [*reading.findings, *coverage_finding(reading.scan, min_coverage)]
        metrics = MetricRegistry(blocked=self.settings.block)
        with Store.open() as store:
            sources = [
                *import_sources(
                    self.document, folder, store, self.registry, self.settings, self.progress
                )
            ]
            self.progress("calculating")
            computed = recompute(report, store.frames(), metrics) if sources else self._nothing()
        for source in sources:
            self.findings += source.findings
        prints = read_prints(self.document, reading.bindings, number_format)
        outcomes: list[FigureOutcome] = []
        vouched = are_vouched_for(report, prints.values())
        for name, figure in prints.items():
            outcome, findings = judge(figure, computed.get(name), vouched=vouched)
            outcomes.append(outcome)
            self.findings += [*figure.findings, *findings]
        related = relate(self.document, folder, prints, computed, metrics, number_format)
        self.texts = {
            name: (known.printed.text,)
            for name, known in related.figures.items()
            if known.printed is not None and not known.stands_in
        }
        self.texts |= {
            name: tuple(text for text, _place in figure.texts) for name, figure in prints.items()
        }
        self.places = {name: figure.texts[0][1] for name, figure in prints.items() if figure.texts}
        self.findings += comparisons(
            self.document, folder, prints, computed, related.links, metrics
        )
        self.found = evolve(
            self.found,
            sources=tuple(source.result for source in sources),
            outcomes=tuple(outcomes),
            scan=reading.scan,
        )
        return related

    def _nothing(self) -> dict[str, Recomputation]:
        """Say once that there is nothing to calculate any figure from."""
        wanted = [name for name, entry in self.document.value.figures.items() if entry.metric]
        if wanted:
            self.findings.append(
                Finding(
                    "figure-not-computed",
                    f"{several(len(wanted), 'figure')} cannot be calculated: there are no sources",
                    place=self.document.place("figures", of_key=True),
                    remedy="name the files with the records under sources",
                )
            )
        return dict.fromkeys(wanted, Recomputation(None))


_OF_NO_NUMBER = ("printed-unreadable", "statement-not-a-number")
"""The codes of findings that have the text in the place of a figure, where it is no number."""


def _with_prints(
    findings: list[Finding], texts: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Let each finding have the texts of its figures."""
    found = {name: [*printed] for name, printed in texts.items()}
    for finding in findings:
        if finding.code in _OF_NO_NUMBER and finding.printed is not None:
            for name in finding.figures[:1]:
                found.setdefault(name, []).append(finding.printed)
    for finding in findings:
        yield evolve(finding, prints={name: found.get(name, []) for name in finding.figures})


def _accepted(document: Document[Report]) -> Iterator[Acceptance]:
    """Give the acceptances of a report file, each with its place."""
    for index, entry in enumerate(document.value.accepted):
        place = document.place("accepted", index)
        with naming(document, "accepted", index):
            yield Acceptance(
                entry.code, entry.figures, entry.reason, entry.until, place, entry.printed
            )
