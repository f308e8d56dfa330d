"""The check of a report: import its sources, calculate, and compare with what is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import Factory, define

from coprometrics.configuration import Configuration, find_configuration
from coprometrics.documents import Document, DocumentError, Place, load_document
from coprometrics.errors import CoprometricsError, ReportError
from coprometrics.importers.contract import Context, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import ImportResult, import_source, load_config
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.money import exponent
from coprometrics.report.consistency import implied
from coprometrics.report.contradictions import consistency_findings, read_relations
from coprometrics.report.findings import Acceptance, Finding, apply_accepted
from coprometrics.report.numerals import NumberFormat, locale_format
from coprometrics.report.printed import Printed, parse_printed
from coprometrics.report.reading import (
    coverage_finding,
    naming,
    read_report_document,
    report_file,
)
from coprometrics.report.recompute import Recomputation, disagreement, recompute
from coprometrics.report.relations import Known, Link
from coprometrics.report.report_file import FigureEntry, Report
from coprometrics.report.result import Check, FigureOutcome, Verdict
from coprometrics.report.statements import Binding
from coprometrics.report.tables import read_table
from coprometrics.store import Store

__all__ = [
    "check_report",
    "explain_figure",
]

_MOST_REFUSALS = 20


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
    return _checker(document, file, registry, progress).run(today, min_coverage)


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
    checker = _checker(load_document(file, Report), file, registry, lambda _step: None)
    checker.run(dt.date.max, None)
    if figure not in checker.known:
        raise ReportError(
            f"there is no figure {figure!r}",
            where=str(file),
            remedy=f"it has {', '.join(checker.known) or 'none'}",
        )
    about = checker.known[figure]
    found = implied(checker.known, checker.links, figure)
    if found is None:
        return f"{figure}: nothing, for the printed figures contradict each other"
    return f"{figure}: {found.in_words(about.show)}"


def _checker(
    document: Document[Report],
    file: Path,
    registry: Registry | None,
    progress: Callable[[str], None],
) -> _Checker:
    settings = find_configuration(file.absolute().parent)
    importers = registry or Registry(blocked=settings.block)
    return _Checker(document, file, importers, settings, progress)


@define
class _Checker:
    document: Document[Report]
    file: Path
    registry: Registry
    settings: Configuration
    progress: Callable[[str], None]
    findings: list[Finding] = Factory(list)
    prints: dict[str, tuple[Printed, Place]] = Factory(dict)
    known: dict[str, Known] = Factory(dict)
    links: list[Link] = Factory(list)

    @property
    def report(self) -> Report:
        return self.document.value

    def run(self, today: dt.date, min_coverage: int | None) -> Check:
        with naming(self.document, "locale"):
            number_format = locale_format(self.report.locale)
        with naming(self.document, "currency"):
            exponent(self.report.currency)
        self.progress("reading the document")
        reading = read_report_document(self.document, self.file.parent, number_format)
        bindings = reading.bindings
        self.findings += [*reading.findings, *coverage_finding(reading.scan, min_coverage)]
        with Store.open() as store:
            sources = tuple(self._import(store))
            self.progress("calculating")
            metrics = MetricRegistry(blocked=self.settings.block)
            computed = recompute(self.report, store.frames(), metrics)
        ids = list(dict.fromkeys([*self.report.figures, *bindings]))
        outcomes = tuple(
            self._outcome(figure_id, bindings.get(figure_id, ()), computed, number_format)
            for figure_id in ids
        )
        self.progress("comparing the figures with each other")
        self._compare(ids, computed, number_format)
        return Check(
            title=self.report.title,
            file=str(self.file),
            period=(self.report.period.start, self.report.period.end),
            sources=sources,
            outcomes=outcomes,
            scan=reading.scan,
            findings=apply_accepted(self.findings, self._accepted(), today),
        )

    def _find(self, code: str, message: str, **details: Any) -> None:
        self.findings.append(Finding(code, message, **details))

    def _import(self, store: Store) -> Iterator[ImportResult]:
        people = PeopleKey()
        folder = self.file.parent
        for index, entry in enumerate(self.report.sources):
            self.progress(f"importing {entry.path}")
            with naming(self.document, "sources", index):
                found = self.registry.importer(entry.importer)
                mapping = None if entry.mapping is None else folder / entry.mapping
                result = import_source(
                    Source.at(folder / entry.path),
                    found,
                    store,
                    config=load_config(found, mapping),
                    context=Context(person_key=people.pseudonym),
                    settings=self.settings,
                )
            self._report_refusals(result, str(folder / entry.path))
            yield result

    def _report_refusals(self, result: ImportResult, file: str) -> None:
        for refusal in result.refusals[:_MOST_REFUSALS]:
            for problem in refusal.problems:
                self._find(
                    "record-refused",
                    f"{refusal.at}: {problem}",
                    place=Place(file, refusal.at.line or 1, 1),
                    remedy="correct the row, or leave it out with a rule of the mapping",
                )
        more = result.refused - _MOST_REFUSALS
        if more > 0:
            self._find(
                "record-refused",
                f"{more:,} more rows of {result.source_name} were refused",
                place=Place(file, 1, 1),
            )

    def _outcome(
        self,
        figure_id: str,
        bindings: tuple[Binding, ...],
        computed: dict[str, Recomputation],
        number_format: NumberFormat,
    ) -> FigureOutcome:
        entry = self.report.figures.get(figure_id, FigureEntry())
        prints = [(binding.printed, binding.place) for binding in bindings]
        if entry.printed is not None:
            prints.append(
                (str(entry.printed), self.document.place("figures", figure_id, "printed"))
            )
        read = self._read(figure_id, entry, prints, number_format)
        answer = computed.get(figure_id)
        given = answer.figure.text if answer and answer.figure else None
        verdict = self._verdict(figure_id, entry, prints, read, answer)
        text, place = prints[0] if prints else (None, None)
        return FigureOutcome(figure_id, text, place, given, entry.metric, verdict)

    def _compare(
        self, ids: list[str], computed: dict[str, Recomputation], number_format: NumberFormat
    ) -> None:
        """Ask whether all the prints can be true at once."""
        self.known = {name: self._known(name, computed.get(name)) for name in ids}
        places = {name: place for name, (_printed, place) in self.prints.items()}
        links: list[Link] = []
        for name, entry in self.report.tables.items():
            table = read_table(
                name,
                entry,
                self.file.parent,
                self.document.place("tables", name, of_key=True),
                currency=self.report.currency,
                number_format=number_format,
            )
            self.known |= table.figures
            places |= table.places
            links += table.links
            self.findings += table.findings
        related, findings = read_relations(
            self.report.relations,
            self.known,
            lambda number: self.document.place("relations", number),
        )
        self.findings += findings
        self.links = [*links, *related]
        if self.links:
            self.findings += consistency_findings(self.known, self.links, places.get)

    def _known(self, figure_id: str, answer: Recomputation | None) -> Known:
        entry = self.report.figures.get(figure_id, FigureEntry())
        if figure_id in self.prints:
            printed, _place = self.prints[figure_id]
            return Known(figure_id, printed.unit, printed.currency, printed, entry.audited)
        computed = answer.figure if answer else None
        unit = entry.unit or (computed.unit if computed else "quantity")
        currency = self.report.currency if unit == "money" else None
        return Known(figure_id, unit, currency)

    def _read(
        self,
        figure_id: str,
        entry: FigureEntry,
        prints: list[tuple[str, Place]],
        number_format: NumberFormat,
    ) -> list[tuple[Printed, Place]]:
        """Read every print of a figure; two that cannot both be true are a finding."""
        read: list[tuple[Printed, Place]] = []
        for text, place in prints:
            try:
                printed = parse_printed(
                    text,
                    currency=self.report.currency,
                    rounding=entry.rounding,
                    rounded_to=entry.rounded_to,
                    number_format=number_format,
                    unit=entry.unit,
                )
            except CoprometricsError as error:
                self._find(
                    "printed-unreadable",
                    error.what,
                    figures=(figure_id,),
                    place=place,
                    printed=text,
                    remedy=error.remedy,
                )
                continue
            read.append((printed, place))
            self.prints.setdefault(figure_id, (printed, place))
            first, first_place = read[0]
            if first.unit != printed.unit or not first.interval.intersects(printed.interval):
                self._find(
                    "figure-printed-differently",
                    f"{figure_id} is printed as {text}, but as {first.text} at {first_place}",
                    figures=(figure_id,),
                    place=place,
                    printed=text,
                    expected=first.text,
                    remedy="print the same figure in both places",
                )
        return read

    def _verdict(
        self,
        figure_id: str,
        entry: FigureEntry,
        prints: list[tuple[str, Place]],
        read: list[tuple[Printed, Place]],
        answer: Recomputation | None,
    ) -> Verdict:
        declared = self.document.place("figures", figure_id, of_key=True)
        if answer is not None and answer.figure is None:
            self._find(
                "figure-not-computed",
                f"{figure_id} cannot be calculated: {answer.problem}",
                figures=(figure_id,),
                place=declared,
            )
            return "not computed"
        if not prints:
            if entry.manual is None:
                self._find(
                    "figure-unbound",
                    f"{figure_id} is printed nowhere that this file knows of",
                    figures=(figure_id,),
                    place=declared,
                    remedy="put it in a statement, or give its text with printed",
                )
            return "not printed"
        if answer is None or answer.figure is None:
            if entry.manual is not None:
                return "manual"
            return "no source"
        differs = len(read) < len(prints)
        for printed, place in read:
            problem = disagreement(printed, answer.figure)
            if problem is not None:
                differs = True
                self._find(
                    "figure-mismatch",
                    f"{figure_id} {problem}",
                    figures=(figure_id,),
                    place=place,
                    printed=printed.text,
                    expected=answer.figure.text,
                    remedy="correct the figure, or the records behind it",
                )
        return "differs" if differs else "agrees"

    def _accepted(self) -> Iterator[Acceptance]:
        for index, entry in enumerate(self.report.accepted):
            place = self.document.place("accepted", index)
            with naming(self.document, "accepted", index):
                yield Acceptance(entry.code, entry.figures, entry.reason, entry.until, place)
