"""Records from the items of pages: events, tickets, bookings and the account."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import Any

import pyarrow as pa

from coprometrics.errors import shown
from coprometrics.importers import Complete, Item, Problem, Refusal, Skipped
from coprometrics.records import Activity, Attendance, Organisation
from coprometrics.tables.arrow import arrow_schema
from coprometrics_eventbrite.bookings import TICKETS, attendances, native
from coprometrics_eventbrite.cleaning import Attendee, Event, Moment, instant
from coprometrics_eventbrite.cleaning import Organisation as Account
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.gathering import Gathered, Placed
from coprometrics_eventbrite.money_of_pages import incomes_of_orders
from coprometrics_eventbrite.rows_of_pages import batches, no_instant, texts, zone_of
from coprometrics_eventbrite.tickets_of_pages import donation_test, standings
from coprometrics_eventbrite.turnout import Turnout, about_unknown, settled

__all__ = ["records"]

_MOST_PLACES = 10**15
_PLANNED = ("draft",)
_BY_TIME = ("live", "started", None)
_COMPLETED = ("ended", "completed")
_CANCELLED = ("canceled", "cancelled")


def records(gathered: Gathered, config: Eventbrite, now: dt.datetime) -> Iterator[Item]:
    """Make the records of all items of a source.

    Args:
        gathered: the items.
        config: the settings.
        now: when the pages were fetched, which tells what is over.
    """
    skipped: Counter[str] = Counter()
    skipped["the same item once more, or an older version of it"] = gathered.repeated
    skipped["sorts of tickets, which only tell what is a donation"] = gathered.sorts
    yield from gathered.disputes()
    yield from _organisations(gathered, config, skipped)
    yield from _activities(gathered, config, now, skipped)
    yield from _attendances(gathered, config, now, skipped)
    yield from incomes_of_orders(gathered, config, skipped)
    yield from (Skipped(count, reason) for reason, count in skipped.items() if count)


def _organisations(gathered: Gathered, config: Eventbrite, skipped: Counter[str]) -> Iterator[Item]:
    found: list[Placed[Account]] = list(gathered.organisations)
    if config.organisation_kind is None:
        skipped["organisations, because organisation_kind is not set"] = len(found)
        return
    rows = pa.table(
        {
            "id": native(texts(str(placed.item.id) for placed in found)),
            "name": texts(placed.item.name or None for placed in found),
            "kind": texts(config.organisation_kind for _ in found),
        }
    )
    yield from batches(Organisation, rows, found)


def _activities(
    gathered: Gathered, config: Eventbrite, now: dt.datetime, skipped: Counter[str]
) -> Iterator[Item]:
    rows: list[dict[str, Any]] = []
    places: list[Placed[Event]] = []
    for placed in gathered.events:
        if placed.item.is_series_parent:
            skipped["series, whose events count one by one"] += 1
            continue
        row = _activity(placed.item, config, now)
        if isinstance(row, Problem):
            yield Refusal(placed.at, (row,))
            continue
        rows.append(row)
        places.append(placed)
    schema = arrow_schema(Activity)
    names = (
        "id", "kind", "title", "starts_at", "ends_at", "timezone", "mode", "status", "series_id",
        "capacity",
    )  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=pa.schema([schema.field(name) for name in names]))
    yield from batches(Activity, table, places)


def _activity(event: Event, config: Eventbrite, now: dt.datetime) -> dict[str, Any] | Problem:
    starts, ends = _moment(event.start, "start.utc"), _moment(event.end, "end.utc")
    if isinstance(starts, Problem):
        return starts
    if isinstance(ends, Problem):
        return ends
    if starts is None:
        return Problem("missing", "must say when it starts", "start.utc")
    status = _status(event, now)
    if isinstance(status, Problem):
        return status
    if event.capacity is not None and abs(event.capacity) > _MOST_PLACES:
        return Problem("above-maximum", "is above all reason", "capacity", shown(event.capacity))
    id_ = str(event.id)
    title = ((event.name and event.name.text) or "").strip() or None
    declared = next((one for one in config.events if one.id == id_), None)
    mode = declared.mode if declared else None
    if mode is None and event.online_event is not None:
        mode = "online" if event.online_event else "in_person"
    return {
        "id": f"eventbrite:{id_}",
        "kind": config.kind_of(id_, title),
        "title": title,
        "starts_at": starts,
        "ends_at": ends,
        "timezone": zone_of(event, config),
        "mode": mode,
        "status": status,
        "series_id": None if event.series_id is None else f"eventbrite:{event.series_id}",
        "capacity": event.capacity,
    }


def _status(event: Event, now: dt.datetime) -> str | Problem:
    """Say whether an event took place. A draft was never announced, however long ago it was."""
    status = event.status and event.status.strip().casefold()
    if status in _CANCELLED:
        return "cancelled"
    if status in _COMPLETED:
        return "completed"
    if status in _PLANNED:
        return "planned"
    if status in _BY_TIME:
        return "completed" if _is_past(event, now) else "planned"
    return Problem(
        "not-an-option",
        "must be draft, live, started, ended, completed or canceled",
        "status",
        shown(event.status),
    )


def _is_past(event: Event, now: dt.datetime) -> bool:
    moment = _moment(event.end, "end") or _moment(event.start, "start")
    return isinstance(moment, dt.datetime) and moment <= now


def _moment(moment: Moment | None, name: str) -> dt.datetime | Problem | None:
    text = moment.utc if moment else None
    try:
        return instant(text)
    except ValueError:
        return no_instant(name, text)


def _attendances(
    gathered: Gathered, config: Eventbrite, now: dt.datetime, skipped: Counter[str]
) -> Iterator[Item]:
    is_donation = donation_test(gathered, config)
    places: list[Placed[Attendee]] = []
    booked: list[dt.datetime | None] = []
    for placed in gathered.attendees:
        if is_donation(placed.item):
            skipped["donations, which admit nobody"] += 1
            continue
        problem, moment = _checked(placed.item)
        if problem is not None:
            yield Refusal(placed.at, (problem,))
            continue
        places.append(placed)
        booked.append(moment)
    over = [
        str(placed.item.id)
        for placed in gathered.events
        if _status(placed.item, now) == "completed" and _is_past(placed.item, now)
    ]
    gone = {
        str(placed.item.id)
        for placed in gathered.orders
        if (placed.item.status or "").strip().casefold() in ("deleted", "abandoned")
    }
    tickets = _tickets(places, booked, gone, config)
    turnout = Turnout()
    turnout.see(tickets)
    unknown = turnout.unknown(over)
    yield from about_unknown(unknown, config)
    yield from batches(Attendance, attendances(settled(tickets, unknown, config)), places)
    # What was a ticket before and is a donation now, or is not in its order any more, is gone.
    yield Complete(Attendance, "order_id", native(texts(sorted(gathered.whole))))


def _checked(attendee: Attendee) -> tuple[Problem | None, dt.datetime | None]:
    """Say what is wrong with a ticket, or when it was booked."""
    if attendee.event_id is None:
        return Problem("missing", "must say of which event it is", "event_id"), None
    if attendee.quantity not in (None, 1):
        message = "must be 1: the service lists each ticket by itself"
        return Problem("not-one", message, "quantity", shown(attendee.quantity)), None
    try:
        return None, instant(attendee.created)
    except ValueError:
        return no_instant("created", attendee.created), None


def _tickets(
    places: Sequence[Placed[Attendee]],
    booked: Sequence[dt.datetime | None],
    gone: Set[str],
    config: Eventbrite,
) -> pa.Table:
    """Make a table of ``TICKETS``; those of orders that are gone are gone, unless somebody came."""
    items = [placed.item for placed in places]
    standing = [
        "deleted" if found == "registered" and str(one.order_id) in gone else found
        for one, found in zip(items, standings(items, config), strict=True)
    ]
    columns = {
        "id": texts(str(one.id) for one in items),
        "event_id": texts(str(one.event_id) for one in items),
        "order_id": texts(None if one.order_id is None else str(one.order_id) for one in items),
        "person_key": texts(one.person_key for one in items),
        "standing": texts(standing),
        "ticket_kind": texts(one.ticket_class_name or None for one in items),
        "registered_at": pa.array(booked, TICKETS.field("registered_at").type),
        "checked_in_at": pa.nulls(len(items), TICKETS.field("checked_in_at").type),
    }
    return pa.table([columns[name] for name in TICKETS.names], schema=TICKETS)
