"""Fetching what the service knows, as cleaned pages in a folder.

Importing is another step, over that folder: what is fetched now and what was kept before become
the same records by the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from coprometrics.errors import ParameterError
from coprometrics.store import Provenance
from coprometrics_eventbrite.cleaning import (
    Attendee,
    Event,
    Order,
    Organisation,
    instant,
    people,
)
from coprometrics_eventbrite.client import Client
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.listing import listing
from coprometrics_eventbrite.page import PROBE, Kind, Page, encode_page
from coprometrics_eventbrite.trouble import NotFoundError

__all__ = ["OVERLAP", "Fetched", "Fetcher", "Progress", "last_run", "no_progress", "source_name"]

OVERLAP = dt.timedelta(minutes=10)
"""How far a run looks back behind the one before: the service may lag by five minutes."""

_EVERY_EVENT = {"status": "all", "time_filter": "all", "show_series_parent": "false"}
_OF_AN_EVENT: tuple[tuple[Kind, Mapping[str, str]], ...] = (
    ("ticket_classes", {}),
    ("attendees", {}),
    ("orders", {"status": "all_not_deleted", "expand": "attendees"}),
)

Progress = Callable[[int, int], None]
"""Is told how many events are done, and how many there are to do."""


def no_progress(_done: int, _all: int) -> None:
    """Tell nobody."""


@frozen
class Fetched:
    """What was fetched.

    Attributes:
        organisation: the number of the organisation.
        since: from when on changes were looked for; None for everything.
        events: how many events there are.
        looked_into: of how many the tickets and bookings were fetched.
        calls: how many calls it took.
    """

    organisation: str
    since: dt.datetime | None
    events: int
    looked_into: int
    calls: int


def source_name(organisation: str) -> str:
    """Name the source that an organisation's pages are.

    Examples:
        >>> source_name("547440371489")
        'Eventbrite organisation 547440371489'
    """
    return f"Eventbrite organisation {organisation}"


def last_run(sources: Sequence[Provenance], name: str) -> dt.datetime | None:
    """Say when a source was last fetched into a store.

    Args:
        sources: what the store has seen (``Store.sources``).
        name: the name of the source.
    """
    times = [
        one.imported_at
        for one in sources
        if one.importer == "eventbrite" and one.source_name == name
    ]
    return max(times, default=None)


class Fetcher:
    """Fetches the pages of one organisation.

    Args:
        client: asks the service.
        person_key: gives the pseudonym of an address.
        config: the settings, for what stands for nobody.
        now: when this run began.

    Attributes:
        now: when this run began, by the earlier of two clocks: this machine's and the service's.
            A machine whose clock is fast would miss changes in its next run.
    """

    def __init__(
        self,
        client: Client,
        person_key: Callable[[str], str],
        config: Eventbrite,
        now: dt.datetime,
    ) -> None:
        self._client = client
        self._person = people(person_key, config.nobody)
        self._people = person_key(PROBE)
        self.now = now

    def organisation(self, wanted: str | None) -> Organisation:
        """Find the organisation that is wanted, or the only one there is.

        Raises:
            ParameterError: when it is not there, or there are several.
            SourceError: when the service fails.
        """
        pages = self._list("/users/me/organizations/", "organizations", {})
        found = {
            str(item.id): item
            for page in pages
            for item in page.items
            if isinstance(item, Organisation)
        }
        self.now = min(self.now, self._client.date or self.now)
        if wanted is None and len(found) == 1:
            return next(iter(found.values()))
        if wanted in found:
            return found[wanted]
        names = ", ".join(f"{id_} ({item.name})" for id_, item in sorted(found.items()))
        raise ParameterError(
            f"the token sees {len(found)} organisations"
            if wanted is None
            else f"the token sees no organisation {wanted}",
            where="--organisation",
            remedy=f"name one of {names}" if names else "use a token of one of its members",
        )

    def fetch(
        self,
        organisation: Organisation,
        folder: Path,
        since: dt.datetime | None,
        progress: Progress = no_progress,
    ) -> Fetched:
        """Fetch the pages into a folder.

        All events are fetched; the tickets and bookings of those at which something may have
        changed, and of such an event always all.

        Args:
            organisation: whose.
            folder: an empty folder.
            since: from when on changes matter; None for everything.
            progress: called with how many events are done, and how many there are to do.

        Raises:
            SourceError: when the service fails.
        """
        id_ = str(organisation.id)
        self._keep(folder, "organisation", 1, Page("organizations", (organisation,)))
        events: dict[str, Event] = {}
        path = f"/organizations/{id_}/events/"
        for number, page in enumerate(self._list(path, "events", _EVERY_EVENT), start=1):
            self._keep(folder, "events", number, page)
            events |= {str(one.id): one for one in page.items if isinstance(one, Event)}
        chosen = [one for one in events.values() if not one.is_series_parent]
        if since is not None:
            touched = self._touched(id_, since)
            if touched is not None:
                chosen = [
                    one for one in chosen if str(one.id) in touched or self._moved(one, since)
                ]
        for done, event in enumerate(chosen):
            progress(done, len(chosen))
            self._fetch_event(str(event.id), folder)
        return Fetched(id_, since, len(events), len(chosen), self._client.calls)

    def _fetch_event(self, event: str, folder: Path) -> None:
        for kind, query in _OF_AN_EVENT:
            path = f"/events/{event}/{kind}/"
            for number, page in enumerate(self._list(path, kind, query), start=1):
                self._keep(folder, f"event-{event}-{kind}", number, page)

    def _touched(self, organisation: str, since: dt.datetime) -> set[str] | None:
        """Find the events with a ticket or booking that changed; None where it cannot be told."""
        query = {"changed_since": f"{since.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"}
        kinds: tuple[Kind, ...] = ("attendees", "orders")
        touched: set[str] = set()
        for kind in kinds:
            try:
                for page in self._list(f"/organizations/{organisation}/{kind}/", kind, query):
                    for item in page.items:
                        if not isinstance(item, Attendee | Order) or item.event_id is None:
                            return None
                        touched.add(str(item.event_id))
            except NotFoundError:
                return None
        return touched

    def _moved(self, event: Event, since: dt.datetime) -> bool:
        """Say whether an event itself changed, or came to its end."""
        changed = _moment(event.changed)
        last = event.end or event.start
        ends = _moment(last.utc if last else None)
        return changed is None or changed >= since or ends is None or since <= ends <= self.now

    def _list(self, path: str, kind: Kind, query: Mapping[str, str]) -> Iterator[Page]:
        return listing(self._client, self._person, path, kind, query)

    def _keep(self, folder: Path, name: str, number: int, page: Page) -> None:
        content = encode_page(page, people=self._people, fetched=self.now)
        (folder / f"{name}-{number:05}.json").write_bytes(content)


def _moment(text: str | None) -> dt.datetime | None:
    try:
        return instant(text)
    except ValueError:
        return None
