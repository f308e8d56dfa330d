"""The commands of this plugin: ``coprometrics csv``."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["csv"]


@click.group()
def csv() -> None:
    """Describe CSV files, so that they can be imported."""


@csv.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "record", required=True, metavar="RECORD", help="The type of the records.")
@click.option(
    "--source",
    "system",
    default="table",
    show_default=True,
    metavar="NAME",
    help="The system that the file comes from; it begins every identifier.",
)
def suggest(file: Path, record: str, system: str) -> None:
    """Propose a mapping for FILE as YAML, with every doubt marked.

    Cells that seem to be about people are never shown. A file without header is refused.
    """
    from coprometrics.importers import Source
    from coprometrics.records import record_type
    from coprometrics_csv.suggest import suggest as proposal

    click.echo(proposal(Source.at(file), record_type(record), system=system), nl=False)
