"""``coprometrics scan``."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["scan"]


@click.command("scan")
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="List the bound and the ignored ones too.")
@click.option(
    "--propose",
    is_flag=True,
    help="Print statements and figures for the numbers that nobody vouches for, as YAML.",
)
@click.option(
    "--min-coverage",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 when statements bind a smaller share of the numbers.",
)
def scan(report: Path, everything: bool, propose: bool, min_coverage: int | None) -> int:
    """List every number in the document of REPORT that nobody vouches for.

    A number is bound (a statement has it), ignored (a year, a date, a page …, or a pattern of the
    report file) or unvouched. The coverage is the share that is bound, of those not ignored.
    """
    from coprometrics.report.proposals import proposals
    from coprometrics.report.reading import coverage_finding, scan_report
    from coprometrics.report.scan import Kind

    found, document = scan_report(report)
    if propose:
        click.echo(proposals(found, document), nl=False)
    else:
        for numeral in found.numerals:
            if everything or numeral.kind == "unvouched":
                kind = f"{numeral.kind} ({numeral.reason})" if numeral.reason else numeral.kind
                click.echo(f"{numeral.place}: {kind}: {numeral.text} in '{numeral.context}'")
        kinds: tuple[Kind, ...] = ("bound", "unvouched", "ignored")
        counts = ", ".join(f"{found.count(kind)} {kind}" for kind in kinds)
        share = (
            "no figures" if found.coverage is None else f"coverage {int(found.coverage * 100)} %"
        )
        click.echo(f"{len(found.numerals)} numbers: {counts}; {share}")
    return 1 if any(coverage_finding(found, min_coverage)) else 0
