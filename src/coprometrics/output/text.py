"""The check of a report as text: one table for each section, then the findings."""

from __future__ import annotations

import io
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from coprometrics.report.findings import Finding
from coprometrics.report.result import Check, FigureOutcome

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["check_as_text", "print_check"]

_PLAIN_WIDTH = 110
_COLOURS = {
    "agrees": "green",
    "differs": "red",
    "not computed": "red",
    "no source": "yellow",
    "not printed": "yellow",
    "manual": "cyan",
}
_SEVERITY_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def check_as_text(check: Check) -> str:
    """Write a check as plain text, the same everywhere."""
    out = io.StringIO()
    console = Console(file=out, width=_PLAIN_WIDTH, color_system=None, legacy_windows=False)
    _print(check, console)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def print_check(check: Check, file: TextIO) -> None:
    """Print a check: with colour and the terminal's width on a terminal, plainly elsewhere."""
    if file.isatty():
        _print(check, Console(file=file))
    else:
        file.write(check_as_text(check))


def _print(check: Check, console: Console) -> None:
    console.print(Text(check.title, style="bold"))
    if check.period:
        start, end = check.period
        console.print(f"{start} to {end}", highlight=False)
    if check.sources:
        console.print()
        console.print(_sources(check))
    if check.outcomes:
        console.print(_figures(check))
    notes = {f"{one.metric}: {note}": None for one in check.outcomes for note in one.notes}
    if notes:
        console.print(Text("Notes", style="bold"))
        for note in notes:
            console.print(Text(note), soft_wrap=not console.is_terminal)
    for heading, findings in (
        ("Findings", [f for f in check.findings if f.accepted is None]),
        ("Accepted findings", [f for f in check.findings if f.accepted is not None]),
    ):
        if findings:
            console.print()
            console.print(Text(heading, style="bold"))
            for finding in findings:
                console.print(_finding(finding), soft_wrap=not console.is_terminal)
    console.print()
    console.print(summary(check))


def _section(outcome: FigureOutcome) -> str:
    return outcome.id.partition(".")[0]


def _sources(check: Check) -> Table:
    table = _table("Sources")
    table.add_column("file", no_wrap=True)
    table.add_column("records")
    for name in ("accepted", "refused", "skipped"):
        table.add_column(name, justify="right")
    for source in check.sources:
        table.add_row(
            source.source_name,
            ", ".join(sorted(source.accepted)),
            f"{source.accepted.total():,}",
            f"{source.refused:,}",
            f"{source.skipped.total():,}",
        )
    return table


def _figures(check: Check) -> Table:
    known = {figure for f in check.findings if f.accepted is not None for figure in f.figures}
    table = _table("Figures")
    table.add_column("figure", min_width=38)
    table.add_column("printed", justify="right", min_width=14, no_wrap=True)
    table.add_column("the records give", justify="right", min_width=18, no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for number, (section, outcomes) in enumerate(groupby(check.outcomes, key=_section)):
        if number:
            table.add_row()
        table.add_row(Text(section.replace("_", " "), style="bold"))
        for outcome in outcomes:
            table.add_row(
                f"  {outcome.id}",
                Text(outcome.printed or "-"),
                Text(outcome.given or "-"),
                _verdict(outcome, accepted=outcome.id in known),
            )
    return table


def _verdict(outcome: FigureOutcome, *, accepted: bool) -> Text:
    if accepted and outcome.verdict != "agrees":
        return Text(f"{outcome.verdict}, accepted", style="yellow")
    return Text(outcome.verdict, style=_COLOURS[outcome.verdict])


def _table(title: str) -> Table:
    return Table(
        box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False
    )


def _finding(finding: Finding) -> Text:
    text = Text(str(finding))
    text.highlight_words([f"{finding.severity}:"], style=_SEVERITY_COLOURS[finding.severity])
    return text


def summary(check: Check) -> Text:
    """Count the verdicts and the findings, in one line."""
    verdicts = Counter(outcome.verdict for outcome in check.outcomes)
    parts = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.items())
    accepted = sum(finding.accepted is not None for finding in check.findings)
    figures = f"{len(check.outcomes)} figures: {parts}" if parts else "no figures"
    return Text(
        f"{figures}; findings: {len(check.findings) - accepted}, accepted: {accepted}", style="bold"
    )
