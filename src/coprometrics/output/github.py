"""The check of a report for a workflow of GitHub: a note at each line, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Final

from coprometrics.report.findings import Finding
from coprometrics.report.result import Check

__all__ = ["check_as_annotations", "check_as_summary"]

_COMMANDS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "info": "notice"}


def check_as_annotations(check: Check) -> str:
    """Write a workflow command for each finding that is not accepted."""
    return "".join(f"{_annotation(f)}\n" for f in check.findings if f.accepted is None)


def check_as_summary(check: Check) -> str:
    """Write the check as Markdown, for the summary of a workflow's step."""
    return "".join(f"{line}\n" for line in _summary(check))


def _annotation(finding: Finding) -> str:
    properties = {}
    part = ""
    if (place := finding.place) is not None:
        properties["file"] = PurePath(place.file).as_posix()
        if place.part is None:
            properties |= {"line": str(place.line), "col": str(place.column)}
        else:
            part = f"{place.part}: "
    properties["title"] = finding.code
    listed = ",".join(f"{name}={_escaped(value, of_property=True)}" for name, value in
                      properties.items())  # fmt: skip
    return f"::{_COMMANDS[finding.severity]} {listed}::{_escaped(part + finding.in_words)}"


def _escaped(text: str, *, of_property: bool = False) -> str:
    """Write a text so that no part of it is taken for a command or a property."""
    pairs = [("%", "%25"), ("\r", "%0D"), ("\n", "%0A")]
    if of_property:
        pairs += [(":", "%3A"), (",", "%2C")]
    for plain, written in pairs:
        text = text.replace(plain, written)
    return text


def _summary(check: Check) -> Iterator[str]:
    yield f"## {_cell(check.title)}"
    yield ""
    verdicts = Counter(outcome.verdict for outcome in check.outcomes)
    if verdicts:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        yield f"{len(check.outcomes)} figures: {counts}."
        yield ""
    open_ = [finding for finding in check.findings if finding.accepted is None]
    accepted = [finding for finding in check.findings if finding.accepted is not None]
    if not open_:
        yield "No findings."
    for heading, findings in (("Findings", open_), ("Accepted", accepted)):
        if findings:
            yield f"### {heading}"
            yield ""
            yield "| severity | where | what | code |"
            yield "|---|---|---|---|"
            for finding in findings:
                yield _row(finding)
            yield ""


def _row(finding: Finding) -> str:
    reason = f" ({finding.accepted.reason})" if finding.accepted else ""
    what = _cell(f"{finding.in_words}{reason}")
    return f"| {finding.severity} | {_cell(str(finding.place or '-'))} | {what} | {finding.code} |"


def _cell(text: str) -> str:
    """Write a text so that it stays one cell and is no markup."""
    for sign in "\\|<*_`[":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
