"""``coprometrics plugin``: help for people who write importers."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coprometrics.importers import Importer
    from coprometrics.testing import Case

__all__ = ["plugin"]


@click.group("plugin")
def plugin() -> None:
    """Help for people who write importers."""


@plugin.command("new")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="The folder in which the distribution gets its own; the current one by default.",
)
@click.option("--description", metavar="TEXT", help="What it is for, in one line.")
@click.option("--author", metavar="TEXT", help="Who writes it.")
def new_command(name: str, into: Path, description: str | None, author: str | None) -> None:
    """Write a distribution with a new importer NAME, which works and passes its tests at once.

    What its author has to change is marked "Change this". Nothing is overwritten, and nothing is
    fetched.
    """
    from coprometrics.scaffold import new_plugin

    made = new_plugin(name, into, description=description, author=author)
    for file in made.files:
        click.echo(f"wrote {made.folder / file}")
    click.echo("next:")
    for command in (f"cd {shlex.quote(str(made.folder))}", "pip install -e '.[dev]'", "pytest"):
        click.echo(f"  {command}")


@plugin.group("golden")
def golden() -> None:
    """Write or compare what the cases of an importer give (expected.jsonl)."""


_FOLDER = click.argument("folder", type=click.Path(path_type=Path))
_IMPORTER = click.option(
    "--importer", "name", required=True, metavar="NAME", help="The importer; it must be installed."
)


@golden.command("generate")
@_FOLDER
@_IMPORTER
def generate_command(folder: Path, name: str) -> None:
    """Write what each case in FOLDER gives. Read it before you keep it.

    Nothing is written for a case that gives what may tell who somebody is.
    """
    from coprometrics.testing.golden import generate

    importer, cases = _importer_and_cases(folder, name)
    for case in cases:
        changed = generate(case, lambda: importer)
        click.echo(f"{case.name}: {'written' if changed else 'as before'}")


@golden.command("compare")
@_FOLDER
@_IMPORTER
def compare_command(folder: Path, name: str) -> int:
    """Compare what each case in FOLDER gives with what its expected.jsonl says.

    Exit code 1 means that a case gives something else; the difference is shown.
    """
    from coprometrics.testing.golden import compare

    importer, cases = _importer_and_cases(folder, name)
    differ = 0
    for case in cases:
        found = compare(case, lambda: importer)
        differ += found is not None
        click.echo(f"{case.name}: {'as expected' if found is None else f'differs{chr(10)}{found}'}")
    return 1 if differ else 0


def _importer_and_cases(folder: Path, name: str) -> tuple[Importer, list[Case]]:
    from coprometrics.configuration import find_configuration
    from coprometrics.importers.registry import Registry
    from coprometrics.testing.cases import find_cases

    registry = Registry(blocked=find_configuration(folder.absolute()).block)
    return registry.importer(name).importer, find_cases(folder)
