"""``coprometrics schemas``: the JSON Schemas of records and documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

__all__ = ["all_schemas", "schema_text", "schemas"]


def all_schemas() -> dict[str, dict[str, Any]]:
    """Give every schema by its name: record types, documents, and configurations of importers."""
    from coprometrics.configuration import Configuration, find_configuration
    from coprometrics.documents import document_schema
    from coprometrics.importers.registry import Registry
    from coprometrics.organisations.decisions import OrganisationDecisions
    from coprometrics.output.json import CheckResult
    from coprometrics.records import RECORD_TYPES
    from coprometrics.report.report_file import Report
    from coprometrics.tables.json_schema import record_schema, schema_name

    found = {schema_name(t): record_schema(t) for t in RECORD_TYPES}
    documents: list[type[Any]] = [
        Configuration,
        Report,
        CheckResult,
        OrganisationDecisions,
    ]
    for plugin in Registry(blocked=find_configuration(Path.cwd()).block).plugins():
        documents += [i.config for i in plugin.offers if i.config is not None]
    for cls in documents:
        schema = document_schema(cls)
        found[schema["$id"].rpartition(":")[2]] = schema
    return dict(sorted(found.items()))


def schema_text(schema: dict[str, Any]) -> str:
    """Write a schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


@click.group("schemas")
def schemas() -> None:
    """Show or write the JSON Schemas (draft 2020-12)."""


@schemas.command("list")
def list_command() -> None:
    """List the schemas: name and title."""
    for name, schema in all_schemas().items():
        click.echo(f"{name}  {schema['title']}: {schema['description']}")


@schemas.command("show")
@click.argument("name")
def show_command(name: str) -> None:
    """Print one schema, such as income-v1."""
    from coprometrics.errors import ParameterError

    found = all_schemas()
    if name not in found:
        raise ParameterError(
            f"there is no schema {name!r}", remedy=f"use one of {', '.join(found)}"
        )
    click.echo(schema_text(found[name]), nl=False)


@schemas.command("page")
def page_command() -> None:
    """Print the page that documents every record type, in Markdown."""
    from coprometrics.tables.page import records_page

    click.echo(records_page(), nl=False)


@schemas.command("write")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("schemas"),
    show_default=True,
    help="The folder to write to.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit with 1 when the folder differs from the classes.",
)
def write_command(into: Path, check: bool) -> int:
    """Write one file for each schema, NAME.json."""
    wanted = {f"{name}.json": schema_text(schema) for name, schema in all_schemas().items()}
    there = {path.name: path.read_text("utf-8") for path in sorted(into.glob("*.json"))}
    differing = sorted(name for name in wanted if there.get(name) != wanted[name])
    surplus = sorted(set(there) - set(wanted))
    if check:
        for name in differing:
            click.echo(f"{into / name} differs from the classes", err=True)
        for name in surplus:
            click.echo(f"{into / name} belongs to no class", err=True)
        if differing or surplus:
            click.echo("write them anew with: coprometrics schemas write", err=True)
            return 1
        click.echo(f"{len(wanted)} schemas are as the classes have them")
        return 0
    into.mkdir(parents=True, exist_ok=True)
    for name in differing:
        (into / name).write_text(wanted[name], encoding="utf-8", newline="\n")
        click.echo(f"wrote {into / name}")
    click.echo(f"{len(wanted) - len(differing)} unchanged")
    return 0
