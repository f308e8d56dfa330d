"""The check of a report as JSON, in a form with a schema of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar, Literal

import attrs
from attrs import frozen

from coprometrics.documents import Place, setting
from coprometrics.report.findings import Finding, Severity
from coprometrics.report.result import Check, FigureOutcome, Verdict
from coprometrics.report.scan import Scan

__all__ = ["CheckResult", "check_as_json"]


@frozen
class PlaceResult:
    """A place in a file; lines and columns count from 1."""

    file: str = setting("The file.")
    line: int = setting("The line; where part is given, its number.")
    column: int = setting("The column, in characters; where part is given, the character in it.")
    part: str | None = setting(
        "The part of a file that has no lines, such as page 3; null where there are lines.",
        default=None,
    )


@frozen
class SourceResult:
    """What came of one source."""

    name: str = setting("The name of the source.")
    importer: str = setting("The importer that read it.")
    importer_version: str = setting("The version of its distribution.")
    sha256: str | None = setting("The SHA-256 of the source.")
    accepted: Mapping[str, int] = setting("Rows that became records, by type.")
    refused: int = setting("Rows that did not.")
    skipped: Mapping[str, int] = setting("Rows left out on purpose, by reason.")
    notices: tuple[str, ...] = setting("What else to know about it.")


@frozen
class FigureResult:
    """What came of one figure."""

    id: str = setting("Its id.")
    printed: str | None = setting("Its text, as printed.")
    place: PlaceResult | None = setting("Where it is printed.")
    given: str | None = setting("What the records give, as people write it.")
    metric: str | None = setting("The metric that gives it.")
    verdict: Verdict = setting("What the check says of it.")
    notes: tuple[str, ...] = setting("What its metric has to say about its answer.")


@frozen
class AcceptanceResult:
    """Who takes responsibility for a finding, and how long."""

    reason: str = setting("Why it is accepted.")
    until: str = setting("The last day on which it is.")


@frozen
class FindingResult:
    """Something the check has to say."""

    code: str = setting("The stable code.")
    severity: Severity = setting("How grave it is.")
    message: str = setting("What is wrong.")
    figures: tuple[str, ...] = setting("The figures it is about.")
    statement: str | None = setting("The statement it is about.")
    place: PlaceResult | None = setting("Where it is.")
    printed: str | None = setting("What is printed.")
    expected: str | None = setting("What would be right.")
    remedy: str | None = setting("What to do.")
    suspects: tuple[tuple[str, ...], ...] = setting(
        "Sets of figures that, each printed otherwise, would mend it."
    )
    accepted: AcceptanceResult | None = setting("The acceptance that covers it.")


@frozen
class NumbersResult:
    """How many numbers the document has, by what is to be said of them."""

    bound: int = setting("Those in statements.")
    unvouched: int = setting("Those that nobody vouches for.")
    ignored: int = setting("Those that are no figures, such as years.")


@frozen
class CheckResult:
    """What the check of a report found."""

    document_name: ClassVar[str] = "check-result"
    document_version: ClassVar[int] = 1

    schema: Literal["check-result-v1"] = setting("The schema of this document.")
    title: str = setting("The title of the report.")
    file: str = setting("The report file.")
    start: str | None = setting("The first day of its period.")
    end: str | None = setting("The last day of its period.")
    sources: tuple[SourceResult, ...] = setting("What came of each source.")
    figures: tuple[FigureResult, ...] = setting("What came of each figure.")
    numbers: NumbersResult | None = setting("The numbers of its document, where it has one.")
    findings: tuple[FindingResult, ...] = setting("Everything there is to say.")


def check_as_json(check: Check) -> str:
    """Write a check as JSON; the schema is ``check-result-v1``."""
    start, end = (day.isoformat() for day in check.period) if check.period else (None, None)
    result = CheckResult(
        schema="check-result-v1",
        title=check.title,
        file=check.file,
        start=start,
        end=end,
        sources=tuple(
            SourceResult(
                name=source.source_name,
                importer=source.importer,
                importer_version=source.importer_version,
                sha256=source.source_sha256,
                accepted=dict(sorted(source.accepted.items())),
                refused=source.refused,
                skipped=dict(sorted(source.skipped.items())),
                notices=tuple(notice.message for notice in source.notices),
            )
            for source in check.sources
        ),
        figures=tuple(_figure(outcome) for outcome in check.outcomes),
        numbers=_numbers(check.scan),
        findings=tuple(_finding(finding) for finding in check.findings),
    )
    return json.dumps(attrs.asdict(result), indent=2, ensure_ascii=False) + "\n"


def _numbers(scan: Scan | None) -> NumbersResult | None:
    if scan is None:
        return None
    return NumbersResult(
        bound=scan.count("bound"),
        unvouched=scan.count("unvouched"),
        ignored=scan.count("ignored"),
    )


def _figure(outcome: FigureOutcome) -> FigureResult:
    return FigureResult(
        id=outcome.id,
        printed=outcome.printed,
        place=_place(outcome.place),
        given=outcome.given,
        metric=outcome.metric,
        verdict=outcome.verdict,
        notes=outcome.notes,
    )


def _finding(finding: Finding) -> FindingResult:
    accepted = finding.accepted
    return FindingResult(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        figures=finding.figures,
        statement=finding.statement,
        place=_place(finding.place),
        printed=finding.printed,
        expected=finding.expected,
        remedy=finding.remedy,
        suspects=finding.suspects,
        accepted=None
        if accepted is None
        else AcceptanceResult(reason=accepted.reason, until=accepted.until.isoformat()),
    )


def _place(place: Place | None) -> PlaceResult | None:
    if place is None:
        return None
    return PlaceResult(file=place.file, line=place.line, column=place.column, part=place.part)
