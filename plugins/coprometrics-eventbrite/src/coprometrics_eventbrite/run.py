"""A whole run: fetch into a folder, then import the folder into a store.

Nothing reaches the store before everything is fetched.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from attrs import Factory, frozen

from coprometrics.configuration import Configuration
from coprometrics.errors import ParameterError
from coprometrics.importers import Context, Source
from coprometrics.importers.keys import PeopleKey, key_file_of
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import ImportResult, import_source
from coprometrics.store import Provenance, Store
from coprometrics_eventbrite.client import Client
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.fetch import (
    OVERLAP,
    Fetched,
    Fetcher,
    Progress,
    last_run,
    no_progress,
    source_name,
)
from coprometrics_eventbrite.page import PROBE

__all__ = ["Wanted", "fetch_into"]


@frozen
class Wanted:
    """What a run is to do.

    Attributes:
        into: the store.
        organisation: the number of the organisation; the only one there is by default.
        keep: a folder that keeps the pages; it must be new or empty.
        key_file: the key for people; ``coprometrics.key`` beside the store by default.
        full: whether everything is fetched, whatever was fetched before.
    """

    into: Path
    organisation: str | None = None
    keep: Path | None = None
    key_file: Path = Factory(lambda self: key_file_of(self.into), takes_self=True)
    full: bool = False


def fetch_into(
    wanted: Wanted,
    client: Client,
    found: Found,
    config: Eventbrite,
    settings: Configuration | None = None,
    *,
    now: dt.datetime | None = None,
    progress: Progress = no_progress,
) -> tuple[Fetched, ImportResult]:
    """Fetch what the service knows, and import it in one transaction.

    Args:
        wanted: what to do.
        client: asks the service.
        found: the importer, from ``Registry.importer``.
        config: its settings.
        settings: the workspace's settings.
        now: when the run begins; the clock by default.
        progress: is told how many events are done, and how many there are to do.

    Returns:
        What was fetched, and what came of the import.

    Raises:
        ImporterError: when the service fails or the pages cannot be imported; the store is
            unchanged.
        StoreError: when the store cannot be read or written.
    """
    begun = now or dt.datetime.now(dt.UTC)
    key, seen = _before(wanted)
    with _folder(wanted.keep) as folder:
        fetcher = Fetcher(client, key.pseudonym, config, begun)
        organisation = fetcher.organisation(wanted.organisation)
        name = source_name(str(organisation.id))
        last = None if wanted.full else last_run(seen, name)
        since = last and last - OVERLAP
        fetched = fetcher.fetch(organisation, folder, since, progress)
        pages = _settled(folder, wanted.keep)
        with Store.open(wanted.into) as store:
            key = PeopleKey(wanted.key_file, store)
            result = import_source(
                Source.at(pages, name=name),
                found,
                store,
                config=config,
                context=Context(key.pseudonym, fetcher.now, person_keys=key.pseudonyms),
                settings=settings,
            )
    return fetched, result


def _before(wanted: Wanted) -> tuple[PeopleKey, list[Provenance]]:
    """Look at the store as it is, without making or changing one."""
    seen: list[Provenance] = []
    if wanted.into.exists():
        with Store.open(wanted.into, create=False) as store:
            seen = store.sources()
            if store.person_key_id() is not None:
                key = PeopleKey(wanted.key_file, store)
                key.pseudonym(PROBE)
                return key, seen
    # A store that knows no key must not learn of one before there are people in it.
    with Store.open() as blank:
        key = PeopleKey(wanted.key_file, blank)
        key.pseudonym(PROBE)
        return key, seen


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give a folder that only its owner can read, and take it away in the end."""
    if keep is not None:
        if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
            raise ParameterError(
                "there is something already", where=str(keep), remedy="name a new or empty folder"
            )
        if not keep.absolute().parent.is_dir():
            raise ParameterError(
                "the folder around it does not exist", where=str(keep), remedy="make it first"
            )
    beside = None if keep is None else keep.absolute().parent
    folder = Path(tempfile.mkdtemp(prefix=".eventbrite-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settled(folder: Path, keep: Path | None) -> Path:
    """Give the folder its name, now that all pages are in it."""
    if keep is None:
        return folder
    if keep.exists():
        keep.rmdir()
    return folder.rename(keep)
