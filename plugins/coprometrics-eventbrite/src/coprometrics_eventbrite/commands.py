"""The commands of this plugin: ``coprometrics eventbrite``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coprometrics.cli.options import config_option, into_option, key_file_option

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails

__all__ = ["eventbrite"]


@click.group()
def eventbrite() -> None:
    """Fetch events and bookings from Eventbrite."""


@eventbrite.command()
@into_option
@click.option(
    "--organisation",
    metavar="ID",
    help="The number of the organisation; not needed when the token sees only one.",
)
@config_option
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file with the private token, readable by you alone; EVENTBRITE_TOKEN by default.",
)
@click.option(
    "--keep-raw",
    "keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the pages, without personal data, in this new folder.",
)
@key_file_option
@click.option("--full", is_flag=True, help="Fetch everything, not only what changed.")
@click.option(
    "--max-calls",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    metavar="N",
    help="Give up when more calls than this are needed.",
)
def fetch(
    into: Path,
    organisation: str | None,
    config: Path | None,
    token_file: Path | None,
    keep: Path | None,
    key_file: Path | None,
    full: bool,
    max_calls: int,
) -> int:
    """Fetch what Eventbrite knows and import it: all of it or, when that fails, nothing.

    The private token is taken from the environment variable EVENTBRITE_TOKEN or from a file.
    Exit code 1 means that items were refused; they are listed with page and cause.
    """
    import stamina

    from coprometrics.cli.importing import tell
    from coprometrics.configuration import find_configuration
    from coprometrics.importers.keys import key_file_of
    from coprometrics.importers.registry import Registry
    from coprometrics.importers.runner import load_config
    from coprometrics_eventbrite import client as service
    from coprometrics_eventbrite.run import Wanted, fetch_into
    from coprometrics_eventbrite.secret import find_token

    settings = find_configuration(into.absolute().parent)
    found = Registry(blocked=settings.block).importer("eventbrite")
    options = load_config(found, config)
    client = service.Client(
        find_token(token_file),
        base=service.BASE_URL,
        limits=service.Limits(calls=max_calls),
    )
    stamina.instrumentation.set_on_retry_hooks([_tell_wait])
    key = key_file_of(into, key_file, settings.key_file)
    wanted = Wanted(into, organisation, keep, key, full)
    with contextlib.closing(client), _progress() as advance:
        fetched, result = fetch_into(wanted, client, found, options, settings, progress=advance)
    since = f", changed since {fetched.since:%Y-%m-%d %H:%M} UTC" if fetched.since else ""
    click.echo(
        f"Eventbrite: {fetched.events:,} events, bookings of {fetched.looked_into:,}{since}; "
        f"{fetched.calls:,} calls"
    )
    tell(result, everything=False, dry_run=False)
    return 0 if result.clean else 1


def _tell_wait(details: RetryDetails) -> None:
    click.echo(
        f"Eventbrite: {details.caused_by}; asking again in {details.wait_for:,.0f} seconds",
        err=True,
    )


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; elsewhere nothing."""
    from coprometrics_eventbrite.fetch import no_progress

    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("events", total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
