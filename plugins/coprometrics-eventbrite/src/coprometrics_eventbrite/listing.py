"""A listing of the service, page by page to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from coprometrics.errors import SourceError
from coprometrics_eventbrite.cleaning import Person, Refused
from coprometrics_eventbrite.client import Client
from coprometrics_eventbrite.page import Kind, Page, decode_page
from coprometrics_eventbrite.trouble import ContinuationError, ExpansionError

__all__ = ["listing"]
_MOST_RESTARTS = 2
_MOST_IDLE = 3


def listing(
    client: Client,
    person: Person,
    path: str,
    kind: Kind,
    query: Mapping[str, str],
) -> Iterator[Page]:
    """List everything at a path.

    Only ``has_more_items`` ends a listing: counts and tokens may say otherwise. Where the service
    loses its thread, the listing begins anew; items may then come twice. Where it cannot expand
    what was asked for, it is asked without.

    Args:
        client: asks the service.
        person: gives the pseudonyms of people.
        path: the path.
        kind: what is listed.
        query: the parameters.

    Raises:
        SourceError: when the service fails, or goes on without anything new.
    """
    asked = dict(query)
    restarts = 0
    while True:
        try:
            yield from _pages(client, person, path, kind, asked)
        except ExpansionError:
            if "expand" not in asked:
                raise
            del asked["expand"]
        except ContinuationError:
            restarts += 1
            if restarts > _MOST_RESTARTS:
                raise
        else:
            return


def _pages(
    client: Client,
    person: Person,
    path: str,
    kind: Kind,
    query: Mapping[str, str],
) -> Iterator[Page]:
    decode = partial(decode_page, person=person, kind=kind)
    seen: set[str] = set()
    idle = 0
    place: dict[str, str] = {}
    while True:
        page = client.get(path, {**query, **place}, decode)
        yield page
        if not page.more:
            return
        ids = {str(item.id) for item in page.items if not isinstance(item, Refused)}
        idle = 0 if ids - seen else idle + 1
        seen |= ids
        if idle == _MOST_IDLE:
            raise SourceError(
                f"the listing goes on, but its last {idle} pages have nothing new",
                where=f"Eventbrite {path}",
                remedy="nothing was kept; try again later",
            )
        place = _next(page, path)


def _next(page: Page, path: str) -> dict[str, str]:
    if page.continuation:
        return {"continuation": page.continuation}
    if page.number is not None:
        return {"page": str(page.number + 1)}
    raise SourceError(
        "the listing goes on, but the service does not say where",
        where=f"Eventbrite {path}",
        remedy="nothing was kept; try again later",
    )
