"""All items of a source together: each once, in its newest version.

The service may list one item on two pages when something changes between them, and an order may
hold attendees that have a page of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from attrs import define, field, frozen

from coprometrics.importers import Item, Locator, Problem, Refusal
from coprometrics_eventbrite.cleaning import (
    Attendee,
    Event,
    Order,
    Organisation,
    Refused,
    TicketClass,
    embedded,
    instant,
)
from coprometrics_eventbrite.page import Page

__all__ = ["Gathered", "Newest", "Placed"]

_T = TypeVar("_T", bound=Organisation | Event | Attendee | Order)

_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@frozen
class Placed(Generic[_T]):
    """An item and where it stands.

    Attributes:
        item: the item.
        page: the number of its page, from 1, in the order of the files' names.
        index: its place on the page, from 1.
        inner: whether it stands within another item.
    """

    item: _T
    page: int
    index: int
    inner: bool = False

    @property
    def at(self) -> Locator:
        """Give its place."""
        return Locator(page=self.page, index=self.index)


@define
class Newest(Generic[_T]):
    """Items of one kind, each in its newest version.

    Attributes:
        repeated: how many items were left out, as the same or older versions of others.
    """

    repeated: int = 0
    _held: dict[str, Placed[_T]] = field(factory=dict)
    _rivals: dict[str, list[Placed[_T]]] = field(factory=dict)

    def __len__(self) -> int:
        return len(self._held) + len(self._rivals)

    def __iter__(self) -> Iterator[Placed[_T]]:
        """Give the items in the order in which they were found, without what is in dispute."""
        return (placed for id_, placed in self._held.items() if id_ not in self._rivals)

    def disputes(self) -> Iterator[Refusal]:
        """Refuse the items whose versions differ where none is newer."""
        for id_, rivals in self._rivals.items():
            message = f"different items have the id {id_}, and none is newer; none is kept"
            problem = Problem("conflicting-duplicate", message, "id")
            for one in [self._held[id_], *rivals]:
                yield Refusal(one.at, (problem,))

    def get(self, id_: str | int | None) -> Placed[_T] | None:
        """Give the item of an id."""
        return self._held.get(str(id_))

    def add(self, placed: Placed[_T]) -> None:
        """Add an item; of two versions the later one stays, and both when neither is."""
        id_ = str(placed.item.id)
        held = self._held.setdefault(id_, placed)
        if held is placed:
            return
        before, after = _version(held), _version(placed)
        if before == after and held.item != placed.item:
            self._rivals.setdefault(id_, []).append(placed)
            return
        self.repeated += not (held.inner or placed.inner)
        if after > before:
            # The place in the order stays, so that a page read twice changes nothing.
            self._held[id_] = placed
            self.repeated += len(self._rivals.pop(id_, ()))


@define
class Gathered:
    """All items of a source.

    Attributes:
        organisations: the accounts.
        events: the events.
        attendees: the tickets.
        orders: the bookings.
        donations: the sorts of tickets that are donations, by event and id.
        sorts: how many sorts of tickets there were.
        fetched: when the pages were fetched, where they say it.
        in_doubt: the orders of which a ticket was refused.
        whole: the orders that listed their tickets, none of them refused.
        unended: the kinds of page of which none was the last.
    """

    organisations: Newest[Organisation] = field(factory=lambda: Newest[Organisation]())
    events: Newest[Event] = field(factory=lambda: Newest[Event]())
    attendees: Newest[Attendee] = field(factory=lambda: Newest[Attendee]())
    orders: Newest[Order] = field(factory=lambda: Newest[Order]())
    donations: set[tuple[str | None, str]] = field(factory=set)
    sorts: int = 0
    fetched: dt.datetime | None = None
    in_doubt: set[str] = field(factory=set)
    whole: set[str] = field(factory=set)
    _refused: set[tuple[str, str]] = field(factory=set)
    _refused_again: int = 0
    _ended: dict[str, bool] = field(factory=dict)

    def __len__(self) -> int:
        return sum(len(kind) for kind in self._kinds) + self.sorts

    @property
    def _kinds(self) -> tuple[Newest[Any], ...]:
        return (self.organisations, self.events, self.attendees, self.orders)

    @property
    def unended(self) -> set[str]:
        """The kinds of page of which none was the last."""
        return {kind for kind, ended in self._ended.items() if not ended}

    @property
    def repeated(self) -> int:
        """How many items were left out, as the same or older versions of others."""
        return sum(kind.repeated for kind in self._kinds) + self._refused_again

    def disputes(self) -> Iterator[Item]:
        """Refuse the items whose versions differ where none is newer."""
        for kind in self._kinds:
            yield from kind.disputes()

    def add(self, page: Page, number: int) -> Iterator[Item]:
        """Add the items of a page; gives those that could not be read."""
        self._ended[page.kind] = self._ended.get(page.kind, False) or not page.more
        if page.fetched is not None:
            self.fetched = max(page.fetched, self.fetched or page.fetched)
        for index, item in enumerate(page.items, start=1):
            if isinstance(item, Refused):
                problem = self._refuse(item, page.kind)
                self._refused_again += problem is None
            else:
                problem = self._add(item, number, index)
            if problem is not None:
                yield Refusal(Locator(page=number, index=index), (problem,))

    def _add(self, item: object, page: int, index: int) -> Problem | None:
        match item:
            case Organisation():
                self.organisations.add(Placed(item, page, index))
            case Event():
                self.events.add(Placed(item, page, index))
            case TicketClass():
                self.sorts += 1
                if item.donation:
                    event = None if item.event_id is None else str(item.event_id)
                    self.donations.add((event, str(item.id)))
            case Attendee():
                self.attendees.add(Placed(item, page, index))
            case Order():
                return self._add_order(item, page, index)
        return None

    def _refuse(self, refused: Refused, kind: str) -> Problem | None:
        """Note an item that could not be read; give its problem the first time that it comes."""
        if kind == "attendees" and refused.order_id is not None:
            self.in_doubt.add(refused.order_id)
        known = None if refused.id is None else (kind, refused.id)
        if known in self._refused:
            return None
        if known is not None:
            self._refused.add(known)
        return refused.problem()

    def _add_order(self, order: Order, page: int, index: int) -> Problem | None:
        inner = embedded(order)
        order.attendees = None
        self.orders.add(Placed(order, page, index))
        if inner and not any(isinstance(one, Refused) for one in inner):
            self.whole.add(str(order.id))
        problem = None
        for one in inner:
            if isinstance(one, Refused):
                self.in_doubt.add(str(order.id))
                problem = self._refuse(one, "attendees") or problem
            else:
                self.attendees.add(Placed(one, page, index, inner=True))
        return problem


def _version(placed: Placed[_T]) -> tuple[dt.datetime, bool]:
    """Say how new an item is; what has a page of its own says more than what is within another."""
    try:
        changed = instant(getattr(placed.item, "changed", None))
    except ValueError:
        changed = None
    return changed or _LONG_AGO, not placed.inner
