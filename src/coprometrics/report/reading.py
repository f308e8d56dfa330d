"""What the document of a report says: its bound figures, and its other numbers and dates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from coprometrics import documents
from coprometrics.errors import CoprometricsError, ReportError
from coprometrics.report.document import read_document
from coprometrics.report.findings import Finding
from coprometrics.report.numerals import NumberFormat, locale_format
from coprometrics.report.report_file import Report
from coprometrics.report.scan import Pattern, Scan, scan
from coprometrics.report.statements import Binding, bind_statement
from coprometrics.report.text import Document
from coprometrics.report.weekdays import wrong_weekdays

__all__ = [
    "Reading",
    "coverage_finding",
    "naming",
    "read_report_document",
    "report_file",
    "scan_report",
]

_YEARS_BESIDE: Final = 2
"""So many years before and behind its period are named in a report like those within it."""


@frozen
class Reading:
    """What was read in a document.

    Attributes:
        document: its text; None where the report has none.
        bindings: the prints of each figure that a statement binds.
        scan: every number of it; None where the report has no document.
        findings: what is wrong in it.
    """

    document: Document | None = None
    bindings: Mapping[str, tuple[Binding, ...]] = {}
    scan: Scan | None = None
    findings: tuple[Finding, ...] = ()


@contextlib.contextmanager
def naming(report: documents.Document[Report], *pointer: str | int) -> Iterator[None]:
    """Name the line of the report file that asks for something, when that fails."""
    try:
        yield
    except CoprometricsError as error:
        raise ReportError(str(error), where=str(report.place(*pointer))) from None


def read_report_document(
    report: documents.Document[Report], folder: Path, number_format: NumberFormat
) -> Reading:
    """Read the document of a report, bind its statements, and look at its numbers and dates.

    Args:
        report: the report file.
        folder: where it lies.
        number_format: how the report writes numbers.

    Raises:
        ReportError: when the document or a statement cannot be read.
    """
    wanted = report.value
    if wanted.document is None:
        if wanted.statements:
            raise ReportError(
                "there are statements, but no document that they stand in",
                where=str(report.place("statements", of_key=True)),
                remedy="name its file with document",
            )
        return Reading()
    path = folder / wanted.document
    with naming(report, "document"):
        text = read_document(path, file=str(path))
    findings: list[Finding] = []
    bindings: dict[str, list[Binding]] = {}
    spans: list[tuple[int, int]] = []
    for index, statement in enumerate(wanted.statements):
        with naming(report, "statements", index):
            result = bind_statement(statement, text, number_format=number_format)
        if result.finding is not None:
            findings.append(result.finding)
        if result.span is not None:
            spans.append(result.span)
        for binding in result.bindings:
            bindings.setdefault(binding.figure, []).append(binding)
    patterns = [Pattern(one.pattern, one.reason) for one in wanted.ignore]
    period = wanted.period
    year = period.start.year if period.start.year == period.end.year else None
    findings += wrong_weekdays(text, year)
    bound = {figure: tuple(found) for figure, found in bindings.items()}
    years = range(period.start.year - _YEARS_BESIDE, period.end.year + _YEARS_BESIDE + 1)
    return Reading(text, bound, scan(text, spans, patterns, years), tuple(findings))


def coverage_finding(found: Scan | None, least: int | None) -> Iterator[Finding]:
    """Find fault where statements bind too small a share of the numbers.

    Args:
        found: the numbers of the document; None where there is none.
        least: the percentage that they must bind; None asks for nothing.

    Raises:
        ReportError: when that is no percentage.
    """
    if least is not None and not 0 <= least <= 100:
        raise ReportError(
            f"the least coverage is {least} %", remedy="give a percentage from 0 to 100"
        )
    if found is None or least is None or found.coverage is None or found.coverage * 100 >= least:
        return
    first = next(numeral for numeral in found.numerals if numeral.kind == "unvouched")
    bound = found.count("bound")
    yield Finding(
        "coverage-low",
        f"statements bind {bound} of {bound + found.count('unvouched')} numbers, less than "
        f"{least} %; the first that nobody vouches for is {first.text}",
        place=first.place,
        remedy="see 'coprometrics scan', and add statements, or ignore numbers with a reason",
    )


def scan_report(path: Path | str) -> tuple[Scan, Document]:
    """Look at every number in the document of a report, without its sources.

    Args:
        path: the report file, or the folder in which it is called ``report.yaml``.

    Raises:
        CoprometricsError: when the report file or its document cannot be read, or there is none.
    """
    file = report_file(path)
    report = documents.load_document(file, Report)
    with naming(report, "locale"):
        number_format = locale_format(report.value.locale)
    reading = read_report_document(report, file.parent, number_format)
    if reading.scan is None or reading.document is None:
        raise ReportError(
            "the report has no document to scan", where=str(file), remedy="name it with document"
        )
    return reading.scan, reading.document


def report_file(path: Path | str) -> Path:
    """Give the report file that a path stands for: itself, or ``report.yaml`` in a folder."""
    file = Path(path)
    return file / "report.yaml" if file.is_dir() else file
