"""``coprometrics check``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coprometrics.report.result import Check

__all__ = ["check"]


@click.command("check")
@click.argument(
    "reports", metavar="REPORT...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least grave finding that makes the exit code 1.",
)
@click.option(
    "--min-coverage",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Find fault when statements bind a smaller share of the document's numbers.",
)
@click.option(
    "--explain",
    metavar="FIGURE",
    help="Say which values all the printed figures leave to this one, and check nothing else.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day that decides whether an accepted finding has expired.",
)
@click.option(
    "--write-accepted",
    is_flag=True,
    help="Add to each REPORT the acceptances that it lacks. They do not count until you write "
    "their reasons.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The last day of these acceptances; a year from today by default.",
)
def check(
    reports: tuple[Path, ...],
    form: str,
    fail_on: str,
    min_coverage: int | None,
    explain: str | None,
    today: dt.datetime | None,
    write_accepted: bool,
    until: dt.datetime | None,
) -> int:
    """Check each REPORT, a report file or the folder of report.yaml.

    Its figures are recomputed from its sources, and compared with each other and with its text.

    Exit code 0: nothing to say at or above --fail-on. 1: there are such findings. 2: something
    could not be read.
    """
    from rich.console import Console

    from coprometrics.output.forms import print_as
    from coprometrics.report.check import check_report, explain_figure

    day = today.date() if today else dt.datetime.now().astimezone().date()
    if len(reports) > 1 and (explain is not None or form not in ("text", "github")):
        raise click.UsageError("give one report; only text and github are about several")
    if until is not None and not write_accepted:
        raise click.UsageError("--until is about --write-accepted")
    if write_accepted and explain is not None:
        raise click.UsageError("--explain writes nothing")
    last_day = until.date() if until else _year_after(day)
    if last_day < day:
        raise click.UsageError(f"--until {last_day} is before {day}")
    if explain is not None:
        click.echo(explain_figure(reports[0], explain))
        return 0
    console = Console(stderr=True)
    failing = 0
    for number, report in enumerate(reports):
        with console.status("") as status:
            found = check_report(
                report, today=day, min_coverage=min_coverage, progress=status.update
            )
        if number and form == "text":
            click.echo()
        print_as(form, found, sys.stdout, fail_on=fail_on)
        failing += len(found.failing(fail_on))
        if write_accepted:
            _write_accepted(found, last_day, fail_on)
    return 1 if failing else 0


def _year_after(day: dt.date) -> dt.date:
    if day.year == dt.MAXYEAR:
        return dt.date.max
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day)


def _write_accepted(found: Check, until: dt.date, fail_on: str) -> None:
    from coprometrics.metrics.base import several
    from coprometrics.report.accepting import write_accepted

    written = write_accepted(found, until=until, fail_on=fail_on)
    warning = "; none counts until you write its reason" if written.added else ""
    added = several(len(written.added), "acceptance")
    click.echo(f"{found.file}: {added} added{warning}", err=True)
    if written.left:
        click.echo(
            f"{found.file}: none is proposed for {several(len(written.left), 'finding')} about no "
            "figure: it would accept all others of their kind too",
            err=True,
        )
