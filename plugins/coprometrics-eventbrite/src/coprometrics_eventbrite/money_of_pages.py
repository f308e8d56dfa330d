"""What was paid with the bookings of pages, and what was given back.

The amount of an order is what was paid. What its donations cost is taken out of it. An order
says nothing of refunds; they are taken from its tickets, unless its amount is already without them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import shown
from coprometrics.importers import Complete, Item, Notice, Problem, Refusal
from coprometrics.records import Income
from coprometrics.timezones import timezone, timezones
from coprometrics_eventbrite.bookings import PAYMENTS, SYSTEM, incomes, native
from coprometrics_eventbrite.cleaning import Amount, Attendee, Order, instant
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.gathering import Gathered, Placed
from coprometrics_eventbrite.rows_of_pages import batches, no_instant, texts, zone_of
from coprometrics_eventbrite.tickets_of_pages import donation_test

__all__ = ["incomes_of_orders"]

_LARGEST = 10**15
_OPEN = ("started", "pending", "abandoned", "deleted")
_IN_DOUBT = Problem(
    "ticket-refused",
    "one of its tickets was refused, so it is not known what was paid for what",
    "attendees",
)
_Row = dict[str, Any]


@frozen
class _Money:
    """The amounts of an order.

    Attributes:
        rows: rows of ``PAYMENTS``.
        whole: whether all tickets of the order are there, as their prices come to its own.
    """

    rows: list[_Row]
    whole: bool


def incomes_of_orders(
    gathered: Gathered, config: Eventbrite, skipped: Counter[str]
) -> Iterator[Item]:
    """Make the rows of ``Income`` from the orders that were placed.

    Args:
        gathered: the items.
        config: the settings.
        skipped: counts the orders that give no income, by reason.
    """
    tickets: defaultdict[str, list[Attendee]] = defaultdict(list)
    for ticket in gathered.attendees:
        tickets[str(ticket.item.order_id)].append(ticket.item)
    is_donation = donation_test(gathered, config)
    rows: list[_Row] = []
    places: dict[str, Placed[Order]] = {}
    whole: list[str] = []
    in_utc = False
    without_tickets = 0
    for placed in gathered.orders:
        order = placed.item
        status = order.status and order.status.strip().casefold()
        if status in _OPEN:
            skipped[f"orders that are {status}"] += 1
            whole.append(str(order.id))
            continue
        costs_nothing = bool(order.costs and order.costs.gross and not order.costs.gross.value)
        if str(order.id) in gathered.in_doubt and not costs_nothing:
            yield Refusal(placed.at, (_IN_DOUBT,))
            continue
        zone = _zone(order, gathered, config)
        found = _payments(order, tickets[str(order.id)], is_donation, zone or dt.UTC)
        if isinstance(found, Problem):
            yield Refusal(placed.at, (found,))
            continue
        if found.whole:
            whole.append(str(order.id))
        if not any(row["amount_minor"] for row in found.rows):
            skipped["orders that cost nothing"] += 1
            continue
        in_utc |= zone is None
        without_tickets += not tickets[str(order.id)]
        rows += found.rows
        places[str(order.id)] = placed
    if in_utc:
        yield Notice(
            "days-in-utc",
            "the time zone of some events is not known, so the days of their payments are those "
            "of UTC; set timezone",
        )
    if without_tickets:
        yield Notice(
            "orders-without-tickets",
            f"of {without_tickets:,} paid orders there are no tickets here, which alone "
            "tell what was donated or given back; have the attendees, or orders with their "
            "attendees, among the pages",
        )
    made = incomes(pa.Table.from_pylist(rows, schema=PAYMENTS), config)
    ids = (str(id_).removeprefix(f"{SYSTEM}:") for id_ in made["id"].to_pylist())
    yield from batches(Income, made, [places[id_.partition(":")[0]] for id_ in ids])
    yield Complete(Income, "id", native(texts(whole)))


def _zone(order: Order, gathered: Gathered, config: Eventbrite) -> dt.tzinfo | None:
    event = gathered.events.get(order.event_id)
    name = zone_of(event.item if event else None, config)
    return timezone(name) if name in timezones() else None


def _payments(
    order: Order,
    tickets: Sequence[Attendee],
    is_donation: Callable[[Attendee], bool],
    zone: dt.tzinfo,
) -> _Money | Problem:
    """Give the amounts of an order: paid, donated, and given back."""
    if order.status is None or order.status.strip().casefold() != "placed":
        message = f"must be placed, {', '.join(_OPEN[:-1])} or {_OPEN[-1]}"
        return Problem("not-an-option", message, "status", shown(order.status))
    paid = order.costs.gross if order.costs else None
    if paid is None:
        return Problem("missing", "must say what was paid", "costs.gross")
    priced = [(one, one.costs.gross) for one in tickets if one.costs and one.costs.gross]
    if problem := _money_problem(paid, [gross for _one, gross in priced]):
        return problem
    days: list[dt.date | None] = []
    given_back = [(one, gross) for one, gross in priced if one.refunded]
    for name, text in (
        ("created", order.created),
        *(("changed", o.changed) for o, _ in given_back),
    ):
        try:
            days.append(_day(text, zone))
        except (ValueError, OverflowError):
            return no_instant(name, text)
    whole = sum(gross.value for _one, gross in priced)
    back = sum(gross.value for _one, gross in given_back)
    # An amount that is already without what was given back says itself what remained.
    told = paid.value <= whole - back
    kept = [(one, gross) for one, gross in priced if not (told and one.refunded)]
    donated = sum(gross.value for one, gross in kept if is_donation(one))
    donated = min(donated, paid.value) if paid.value > 0 else 0
    event = None if order.event_id is None else str(order.event_id)
    same = {"order_id": str(order.id), "event_id": event, "currency": paid.currency}
    rows = [
        {**same, "amount_minor": amount, "received_on": days[0], "donation": donation}
        for amount, donation in ((paid.value - donated, False), (donated, True))
    ]
    if not told:
        rows += [
            {**same, "amount_minor": -gross.value, "received_on": day, "donation": is_donation(one)}
            for (one, gross), day in zip(given_back, days[1:], strict=True)
        ]
    return _Money(rows, whole=bool(priced) and paid.value in (whole, whole - back))


def _money_problem(paid: Amount, parts: Sequence[Amount]) -> Problem | None:
    for amount in (paid, *parts):
        if abs(amount.value) > _LARGEST:
            return Problem("above-maximum", "is above all reason", "costs.gross.value")
        if amount.currency != paid.currency:
            return Problem(
                "mixed-currencies",
                "must be in one currency, with its tickets",
                "costs.gross.currency",
                shown(amount.currency),
            )
    return None


def _day(text: str | None, zone: dt.tzinfo) -> dt.date | None:
    moment = instant(text)
    return None if moment is None else moment.astimezone(zone).date()
