"""``coprometrics import`` and ``coprometrics importers``."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coprometrics.cli.options import (
    config_option,
    into_option,
    key_file_option,
    strict_option,
    tell_failures,
)

if TYPE_CHECKING:
    from coprometrics.importers.contract import Source
    from coprometrics.importers.registry import Found, Registry
    from coprometrics.importers.runner import ImportResult
    from coprometrics.store import Store

__all__ = ["import_command", "importers"]

_SHOWN = 20


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@into_option
@click.option(
    "--importer",
    "name",
    metavar="NAME",
    help="The importer; found from the mapping and the file when it is not named.",
)
@config_option
@click.option("--dry-run", is_flag=True, help="Check everything and keep nothing.")
@click.option(
    "--policy",
    type=click.Choice(["collect", "strict"]),
    default="collect",
    show_default=True,
    help="Import the good rows and list the bad, or stop at the first bad one.",
)
@click.option(
    "--max-errors",
    type=click.IntRange(min=0),
    metavar="N",
    help="Keep nothing when more than N rows of a file are refused.",
)
@key_file_option
@strict_option
@click.option("--all-issues", is_flag=True, help="List every refused row, not only the first 20.")
def import_command(
    files: tuple[Path, ...],
    into: Path,
    name: str | None,
    config: Path | None,
    dry_run: bool,
    policy: str,
    max_errors: int | None,
    key_file: Path | None,
    strict: bool,
    all_issues: bool,
) -> int:
    """Import FILES into a store: all of a file or, when it fails, none of it.

    Exit code 1 means that rows were refused; they are listed with line and cause.
    """
    from coprometrics.configuration import find_configuration
    from coprometrics.importers.contract import Context, Source
    from coprometrics.importers.keys import PeopleKey, key_file_of
    from coprometrics.importers.registry import Registry
    from coprometrics.importers.runner import import_source, load_config

    sources = [Source.at(path) for path in files]
    settings = find_configuration(into.absolute().parent)
    registry = Registry(blocked=settings.block)
    chosen = _choose(registry, sources, name, config, strict=strict)
    configs = [load_config(found, config) for found in chosen]
    clean = True
    kept: list[str] = []
    with _open_store(into, dry_run=dry_run) as store:
        secret = key_file_of(into, key_file, settings.key_file)
        # A dry run keeps nothing, so that it makes no key either.
        key = PeopleKey(secret, store, keeps=not dry_run)
        for source, found, options in zip(sources, chosen, configs, strict=True):
            with _telling_kept(kept), _progress(source) as advance:
                result = import_source(
                    source,
                    found,
                    store,
                    config=options,
                    context=Context(key.pseudonym, progress=advance, person_keys=key.pseudonyms),
                    policy="strict" if policy == "strict" else "collect",
                    max_errors=max_errors,
                    dry_run=dry_run,
                    settings=settings,
                )
            tell(result, everything=all_issues, dry_run=dry_run)
            if result.written:
                kept.append(source.name)
            clean &= result.clean
    return 0 if clean else 1


def _choose(
    registry: Registry,
    sources: list[Source],
    name: str | None,
    mapping: Path | None,
    *,
    strict: bool,
) -> list[Found]:
    """Give the importer of each source; the plugins that fail meanwhile are told of."""
    from coprometrics.errors import PluginError

    if name is not None:
        found = registry.importer(name)
        return [found for _source in sources]
    schema = None if mapping is None else _schema(mapping)
    with _status() as progress:
        answers = [registry.identify(s, schema=schema, progress=progress) for s in sources]
        failures = registry.failures()
    if tell_failures(failures, strict=strict):
        raise PluginError(
            "a plugin failed, and nothing was imported",
            remedy="see above; without --strict and CI=true it is only a warning",
        )
    return [_only(source, found) for source, found in zip(sources, answers, strict=True)]


def _only(source: Source, answers: list[tuple[Found, str]]) -> Found:
    from coprometrics.errors import ImporterError

    names = ", ".join(sorted(found.importer.name for found, _reason in answers))
    if len(answers) == 1:
        return answers[0][0]
    if answers:
        raise ImporterError(
            f"several importers read this: {names}", where=source.name,
            remedy="choose one with --importer",
        )  # fmt: skip
    raise ImporterError(
        "no importer knows this kind of source", where=source.name,
        remedy="see 'coprometrics importers', and name one with --importer",
    )  # fmt: skip


def _schema(mapping: Path) -> str | None:
    """Give the schema that a configuration file names, which tells whose it is."""
    from coprometrics.documents.loading import read_text

    text = read_text(mapping)
    found = re.search(r"^schema: *([\w-]+)", text, re.MULTILINE)
    return found[1] if found else None


def _open_store(path: Path, *, dry_run: bool) -> Store:
    from coprometrics.store import Store

    if dry_run and not path.exists():
        return Store.open()
    return Store.open(path)


@contextlib.contextmanager
def _telling_kept(names: list[str]) -> Iterator[None]:
    """Say on Ctrl-C which sources of the command are in the store already."""
    try:
        yield
    except KeyboardInterrupt:
        if names:
            click.echo(f"kept: {', '.join(names)}", err=True)
        raise


@contextlib.contextmanager
def _status() -> Iterator[Callable[[str], None]]:
    """Show a step in words on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda step: status.update(Text(step))


@contextlib.contextmanager
def _progress(source: Source) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty() or source.path.is_dir():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(source.name, total=source.path.stat().st_size)
        yield lambda done: bar.update(task, completed=done)


def tell(result: ImportResult, *, everything: bool, dry_run: bool) -> None:
    kept = " (dry run: nothing kept)" if dry_run else ""
    accepted = result.accepted.total()
    click.echo(
        f"{result.source_name}: {result.rows:,} rows, {accepted:,} accepted, "
        f"{result.refused:,} refused, {result.skipped.total():,} skipped{kept}"
    )
    if result.written:
        written = result.written
        repeated = f", {written.repeated:,} repeated" if written.repeated else ""
        removed = f", {written.removed:,} removed" if written.removed else ""
        click.echo(
            f"  {written.added:,} new, {written.replaced:,} replaced, "
            f"{written.unchanged:,} already there{repeated}{removed}"
        )
    for reason, count in sorted(result.skipped.items()):
        click.echo(f"  skipped {count:,}: {reason}")
    for notice in result.notices:
        click.echo(f"  note: {notice.message}")
    shown = result.refusals if everything else result.refusals[:_SHOWN]
    for refusal in shown:
        for problem in refusal.problems:
            place = refusal.at.within(result.source_name)
            click.echo(f"{place}: {problem} [{problem.code}]", err=True)
    if result.refused > len(shown):
        click.echo(f"… and {result.refused - len(shown):,} more refused rows", err=True)
    if result.stopped:
        click.echo(f"{result.source_name}: given up: {result.stopped}", err=True)


@click.command("importers")
@strict_option
@click.option(
    "--no-import", is_flag=True, help="List what their metadata say; import none of them."
)
def importers(strict: bool, no_import: bool) -> int:
    """List the importers, where each comes from, and whether it can be used."""
    from coprometrics.configuration import find_configuration
    from coprometrics.importers.registry import Registry

    registry = Registry(blocked=find_configuration(Path.cwd()).block)
    plugins = registry.discover() if no_import else registry.plugins()
    if not plugins:
        click.echo("there are none; install a plugin such as coprometrics-csv")
    for plugin in plugins:
        names = ", ".join(i.name for i in plugin.offers) or plugin.name
        api = ", ".join(sorted({str(i.hook_api) for i in plugin.offers})) or "-"
        line = f"{names}  {plugin.distribution} {plugin.version}  hook API {api}  {plugin.state}"
        click.echo(f"{line}: {plugin.reason}" if plugin.reason else line)
    failures = [plugin.failure for plugin in plugins]
    return 2 if tell_failures([one for one in failures if one], strict=strict) else 0
