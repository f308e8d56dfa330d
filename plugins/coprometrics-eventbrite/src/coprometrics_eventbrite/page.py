"""One page of the service: its form on the wire and in a file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from attrs import frozen
from msgspec import Raw, Struct

from coprometrics_eventbrite.cleaning import (
    Attendee,
    Event,
    Item,
    Order,
    Organisation,
    Person,
    TicketClass,
    clean,
    instant,
    written,
)

__all__ = ["KINDS", "PROBE", "Kind", "Page", "decode_page", "encode_page"]

Kind = Literal["organizations", "events", "ticket_classes", "attendees", "orders"]
"""What a page lists, in the service's own words."""

KINDS: Mapping[Kind, type[Organisation | Event | TicketClass | Attendee | Order]] = {
    "organizations": Organisation,
    "events": Event,
    "ticket_classes": TicketClass,
    "attendees": Attendee,
    "orders": Order,
}

PROBE = "coprometrics-eventbrite: pages"
"""A text whose pseudonym stands in cleaned pages, and tells under which key they were cleaned."""

_FORM = 1
_MARK = b"\xef\xbb\xbf"
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\."
)


class _Pagination(Struct):
    has_more_items: bool
    continuation: str | None = None
    page_number: int | None = None


class _Cleaned(Struct):
    form: int
    people: str
    fetched: str


class _Page(Struct):
    """All that is read of a page; a list may be missing, and one must be there."""

    pagination: _Pagination | None = None
    coprometrics: _Cleaned | None = None
    organizations: list[Raw] | None = None
    events: list[Raw] | None = None
    ticket_classes: list[Raw] | None = None
    attendees: list[Raw] | None = None
    orders: list[Raw] | None = None


@frozen
class Page:
    """A page without anything personal.

    Attributes:
        kind: what it lists.
        items: the items; ``Refused`` where one could not be read.
        more: whether the service said that there are more.
        continuation: the service's word for where they go on.
        number: the number of the page.
        people: the pseudonym of ``PROBE``, when the page was cleaned before it came here.
        fetched: when the page was fetched, likewise.
    """

    kind: Kind
    items: Sequence[Item]
    more: bool = False
    continuation: str | None = None
    number: int | None = None
    people: str | None = None
    fetched: dt.datetime | None = None


def decode_page(body: bytes, person: Person, *, kind: Kind | None = None) -> Page:
    """Read a page, and clean it where it is not clean yet.

    Args:
        body: the page as JSON.
        person: gives the pseudonyms of people.
        kind: what was asked for; such an answer always says whether there is more, and is never
            clean yet.

    Raises:
        ValueError: when it is no page.
        RecursionError: when it is nested beyond all measure.

    Examples:
        >>> page = decode_page(b'{"events": [{"id": "7"}]}', str.upper)
        >>> page.kind, page.items[0].id, page.more
        ('events', '7', False)
    """
    found = msgspec.json.decode(_without_halves(body.removeprefix(_MARK)), type=_Page)
    kinds = [name for name in KINDS if getattr(found, name) is not None]
    if kind is not None and (kind not in kinds or found.pagination is None):
        raise ValueError(f"no page of {kind}")
    if len(kinds) != 1:
        raise ValueError("no page, or several in one")
    name = kinds[0]
    cleaned = None if kind is not None else found.coprometrics
    if cleaned is not None and cleaned.form != _FORM:
        raise ValueError("cleaned by a newer release")
    raws: list[Raw] = getattr(found, name)
    mask = person if cleaned is None else None
    place = found.pagination
    return Page(
        kind=name,
        items=tuple(clean(raw, KINDS[name], mask) for raw in raws),
        more=place is not None and place.has_more_items,
        continuation=place.continuation if place else None,
        number=place.page_number if place else None,
        people=cleaned.people if cleaned else None,
        fetched=instant(cleaned.fetched) if cleaned else None,
    )


def encode_page(page: Page, *, people: str, fetched: dt.datetime) -> bytes:
    """Write a page for keeping.

    Args:
        page: the page.
        people: the pseudonym of ``PROBE`` under the key of the people in it.
        fetched: when it was fetched.
    """
    content: dict[str, Any] = {
        "coprometrics": _Cleaned(_FORM, people, fetched.isoformat()),
        "pagination": {"has_more_items": page.more},
        page.kind: [written(item) for item in page.items],
    }
    return msgspec.json.encode(content) + b"\n"


def _without_halves(body: bytes) -> bytes:
    r"""Put a NUL where half of a surrogate pair is escaped, such as half of an emoji.

    The parser refuses a page for it. A NUL is refused in what becomes a record, and nowhere else.

    Examples:
        >>> _without_halves(rb'"\ud83d\ude00 \ud83d \\ud83d"')
        b'"\\ud83d\\ude00 \\u0000 \\\\ud83d"'
    """
    if rb"\ud" not in body.lower():
        return body
    return _ESCAPES.sub(lambda found: rb"\u0000" if found[1] else found[0], body)
