"""The items of the service's pages, and how what is personal is taken out of them.

Only the fields named here are read, and only they are kept; of a person's address nothing but the
pseudonym. An item that cannot be read leaves a ``Refused`` behind, which holds none of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Set
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from coprometrics.importers import Problem
from coprometrics_csv.columns import fold
from coprometrics_csv.people import address_of

__all__ = [
    "Amount",
    "Attendee",
    "Event",
    "Item",
    "Order",
    "Organisation",
    "Person",
    "Refused",
    "TicketClass",
    "clean",
    "embedded",
    "instant",
    "people",
]

_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
_PATH = re.compile(r" - at `\$\.?([\w.\[\]]+)`$")

Person = Callable[[str], str | None]
"""Gives the pseudonym of who has an address, or none for a text that stands for nobody."""

_S = TypeVar("_S", bound="_Kept")


class _Kept(Struct, omit_defaults=True):
    """The base of what is kept of an item."""


class Amount(_Kept):
    """Money as the service gives it: minor units; how it is displayed is left."""

    currency: str
    value: int


class Costs(_Kept):
    """What was paid; the fees in it are left."""

    gross: Amount | None = None


class Name(_Kept):
    """A title."""

    text: str | None = None


class Moment(_Kept):
    """A moment and its time zone."""

    utc: str | None = None
    timezone: str | None = None


class Profile(_Kept):
    """The only thing about a person that is looked at; it is never kept."""

    email: str | None = None


class Organisation(_Kept):
    """The account that events belong to."""

    id: str | int
    name: str | None = None


class Event(_Kept):
    """An event."""

    id: str | int
    name: Name | None = None
    start: Moment | None = None
    end: Moment | None = None
    status: str | None = None
    capacity: int | None = None
    online_event: bool | None = None
    is_series_parent: bool | None = None
    series_id: str | int | None = None
    changed: str | None = None


class TicketClass(_Kept):
    """A sort of ticket."""

    id: str | int
    event_id: str | int | None = None
    name: str | None = None
    donation: bool | None = None


class Attendee(_Kept):
    """A ticket of somebody.

    ``profile`` is there in pages that the service sent, ``person_key`` in those that are cleaned.
    """

    id: str | int
    event_id: str | int | None = None
    order_id: str | int | None = None
    ticket_class_id: str | int | None = None
    ticket_class_name: str | None = None
    quantity: int | None = None
    created: str | None = None
    changed: str | None = None
    checked_in: bool | None = None
    cancelled: bool | None = None
    refunded: bool | None = None
    status: str | None = None
    costs: Costs | None = None
    person_key: str | None = None
    profile: Profile | None = None


class Order(_Kept):
    """A booking; its attendees may be in it."""

    id: str | int
    event_id: str | int | None = None
    created: str | None = None
    changed: str | None = None
    status: str | None = None
    costs: Costs | None = None
    attendees: list[Raw] | None = None


class Refused(_Kept):
    """Stands for an item that could not be read; says why, and nothing of what it held but ids."""

    code: str
    message: str
    field: str | None = None
    id: str | None = None
    order_id: str | None = None
    event_id: str | None = None

    def problem(self) -> Problem:
        """Give it as a problem of a row, by which the item can be found where it comes from."""
        ids = (("id", self.id), ("order", self.order_id), ("event", self.event_id))
        named = ", ".join(f"{word} {number}" for word, number in ids if number is not None)
        message = f"{self.message} ({named})" if named else self.message
        return Problem(self.code, message, self.field)


class _Stub(Struct):
    """A refused item as it stands in a page that is kept."""

    refused: Refused


Item = Organisation | Event | TicketClass | Attendee | Order | Refused
"""What stands on a page."""

_NUMBER = re.compile(r"[0-9]{1,30}")
_ITEM_IDS = ("id", "event_id", "order_id", "ticket_class_id", "series_id")


def people(person_key: Callable[[str], str], nobody: Set[str]) -> Person:
    """Give what turns the texts in the service's address fields into pseudonyms.

    Args:
        person_key: gives the pseudonym of an address (``Context.person_key``).
        nobody: the texts that stand for nobody (``Eventbrite.nobody``).

    Examples:
        >>> person = people(str.upper, {"info requested"})
        >>> person("Ada <ada@example.org>"), person("info  requested")
        ('ADA@EXAMPLE.ORG', None)
        >>> person("ada")
        Traceback (most recent call last):
        ValueError: no address
    """

    def person(text: str) -> str | None:
        folded = fold(text)
        if not folded or folded in nobody:
            return None
        address = address_of(text)
        if address is None:
            raise ValueError("no address")
        return person_key(address)

    return person


def clean(raw: Raw | bytes, kind: type[_S], person: Person | None) -> _S | Refused:
    """Read one item and take out what is personal.

    Args:
        raw: the item as JSON.
        kind: what it is.
        person: gives the pseudonym of an address; None for an item that is cleaned already.

    Examples:
        >>> found = clean(b'{"id": "7", "profile": {"email": "a@b.org"}}', Attendee, str.upper)
        >>> msgspec.json.encode(found)
        b'{"id":"7","person_key":"A@B.ORG"}'
        >>> print(clean(b'{"id": "7", "capacity": "many"}', Event, None).problem())
        capacity: must have the type that the service gives it (id 7)
    """
    if person is None:
        stub = _stub(raw)
        if stub is not None:
            return stub
    found = _cleaned(raw, kind, person)
    return _named(found, raw) if isinstance(found, Refused) else found


def _cleaned(raw: Raw | bytes, kind: type[_S], person: Person | None) -> _S | Refused:
    item = _decoded(raw, kind)
    if isinstance(item, Refused):
        return item
    for name in _ITEM_IDS:
        given = getattr(item, name, None)
        if given is None:
            continue
        if isinstance(given, bool) or not _ID.fullmatch(str(given)):
            return Refused("wrong-form", "must be a number of the service", name)
        setattr(item, name, str(given))
    if isinstance(item, Attendee) and (refused := _clean_person(item, person)):
        return refused
    if isinstance(item, Order) and item.attendees is not None and person is not None:
        item.attendees = [
            Raw(msgspec.json.encode(written(clean(one, Attendee, person))))
            for one in item.attendees
        ]
    return item


def embedded(order: Order) -> list[Attendee | Refused]:
    """Give the attendees within a cleaned order, which may leave out what the order says."""
    found = [clean(raw, Attendee, None) for raw in order.attendees or ()]
    for one in found:
        if isinstance(one, Attendee):
            one.event_id = one.event_id or order.event_id
            one.order_id = one.order_id or order.id
    return found


def written(item: Item) -> Any:
    """Give what is written of an item into a page that is kept."""
    return _Stub(item) if isinstance(item, Refused) else item


def instant(text: str | None) -> dt.datetime | None:
    """Read an instant; it must say its offset from UTC.

    Raises:
        ValueError: when it is none.

    Examples:
        >>> instant("2021-09-03T19:00:00Z")
        datetime.datetime(2021, 9, 3, 19, 0, tzinfo=datetime.timezone.utc)
    """
    if text is None:
        return None
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("out of range") from None


def _stub(raw: Raw | bytes) -> Refused | None:
    try:
        return msgspec.json.decode(raw, type=_Stub).refused
    except (ValueError, RecursionError):
        return None


def _decoded(raw: Raw | bytes, kind: type[_S]) -> _S | Refused:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        found = _PATH.search(str(error))
        message = "must have the type that the service gives it"
        return Refused("wrong-type", message, found[1] if found else None)
    except (ValueError, RecursionError):
        # Also a character that is none: half of a surrogate pair, or bytes that are not UTF-8.
        return Refused("unreadable-item", "cannot be read: its text is not valid JSON and Unicode")


def _named(refused: Refused, raw: Raw | bytes) -> Refused:
    """Note the numbers by which the service knows an item that is refused."""
    try:
        fields = msgspec.json.decode(raw, type=dict[str, Raw])
    except (ValueError, RecursionError):
        return refused
    for name in ("id", "order_id", "event_id"):
        try:
            given = str(msgspec.json.decode(fields[name], type=str | int))
        except (KeyError, ValueError, RecursionError):
            continue
        if _NUMBER.fullmatch(given):
            setattr(refused, name, given)
    return refused


def _clean_person(attendee: Attendee, person: Person | None) -> Refused | None:
    """Replace the address by a pseudonym; what is neither an address nor nobody is refused."""
    text = attendee.profile.email if attendee.profile else None
    attendee.profile = None
    if person is None:
        return None
    try:
        attendee.person_key = None if text is None else person(text)
    except ValueError:
        message = "must be one e-mail address; list texts that stand for nobody under placeholders"
        return Refused("not-an-address", message, "profile.email")
    return None
