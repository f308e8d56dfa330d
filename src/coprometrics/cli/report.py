"""``coprometrics report``: a report file to start from."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from coprometrics.cli.options import start_month_option

__all__ = ["report"]

_SCHEMA = "report-v1.json"


@click.group("report")
def report() -> None:
    """Start a report file."""


@report.command("new")
@click.argument("store", metavar="[STORE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("report.yaml"),
    show_default=True,
    metavar="FILE",
    help="The file to write, or a folder for report.yaml; never one that is there already.",
)
@click.option("--title", help="The title of the report.")
@click.option(
    "--period",
    "period_text",
    metavar="PERIOD",
    help="2023, 2023/24, 2023-05 or 2023-01-01..2023-12-31; the years of the records by default.",
)
@start_month_option
@click.option(
    "--schema",
    metavar="PATH",
    help=f"Where editors find the schema: a path from the file, or an address. By default it is "
    f"written beside the file, as {_SCHEMA}.",
)
def new_command(
    store: Path | None,
    into: Path,
    title: str | None,
    period_text: str | None,
    start_month: int,
    schema: str | None,
) -> int:
    """Write a report file, with figures proposed for what STORE holds.

    A person then keeps what the report prints, and copies its numbers from the document. Without
    STORE the file is a frame to fill in, and needs --period.
    """
    from coprometrics.cli.schemas import schema_text
    from coprometrics.configuration import find_configuration
    from coprometrics.documents import document_schema
    from coprometrics.documents.loading import parse_document
    from coprometrics.metrics.base import several
    from coprometrics.metrics.registry import MetricRegistry
    from coprometrics.periods import parse_period
    from coprometrics.report._writing import refuse_there, write_new
    from coprometrics.report.reading import report_file
    from coprometrics.report.report_file import Report
    from coprometrics.report.starting import start_report
    from coprometrics.store import Store

    file = report_file(into)
    refuse_there(file)
    period = parse_period(period_text, start_month=start_month) if period_text else None
    folder = (store or file).absolute().parent
    with Store.open(store, read_only=True) if store else contextlib.nullcontext() as opened:
        text = start_report(
            opened,
            title=title,
            period=period,
            schema=schema or _SCHEMA,
            file=file.name,
            metrics=MetricRegistry(blocked=find_configuration(folder).block),
        )
    started = parse_document(text, Report, str(file)).value
    write_new(file, text)
    days = started.period
    proposed = several(len(started.figures), "figure")
    click.echo(f"wrote {file}: {days.start} to {days.end}, {proposed} proposed")
    if schema is None:
        described = file.with_name(_SCHEMA)
        if described.exists():
            click.echo(f"{described} is there already, and left as it is")
        else:
            write_new(described, schema_text(document_schema(Report)))
            click.echo(f"wrote {described}, by which editors complete and explain the file")
    return 0
