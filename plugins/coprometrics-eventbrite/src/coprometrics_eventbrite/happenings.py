"""The events of a report as activities: when they were held, as the report or a person says."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import ConfigError, ParameterError
from coprometrics.importers import Notice
from coprometrics.timezones import timezone
from coprometrics_csv.dates import DateFormat, parse_datetime
from coprometrics_csv.faults import CellError
from coprometrics_csv.readers import INSTANT
from coprometrics_eventbrite.bookings import SYSTEM
from coprometrics_eventbrite.config import DeclaredEvent, Eventbrite

__all__ = ["Happenings", "SeenEvent", "happenings", "zone_of"]

_TIMES = tuple(
    DateFormat.of(f"%Y-%m-%d {time}", "eventbrite")
    for time in ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
)
_ONLINE = ("online", "online event", "online evenement")
_MOST_NAMED = 12


class SeenEvent(NamedTuple):
    """What a row of a report says about its event; empty where it says nothing."""

    id: str
    title: str = ""
    date: str = ""
    time: str = ""
    zone: str = ""
    place: str = ""


_ROWS: list[pa.Field[Any]] = [
    pa.field("id", pa.string()),
    pa.field("kind", pa.string()),
    pa.field("title", pa.string()),
    pa.field("starts_at", INSTANT),
    pa.field("ends_at", INSTANT),
    pa.field("timezone", pa.string()),
    pa.field("mode", pa.string()),
    pa.field("status", pa.string()),
]


@frozen
class Happenings:
    """The events of a report.

    Attributes:
        rows: the rows of ``Activity``, of those of which it is known when they were held.
        over: the native ids of those that are over.
        notices: what a person should know.
    """

    rows: pa.Table
    over: tuple[str, ...]
    notices: tuple[Notice, ...]


def zone_of(name: str | None) -> zoneinfo.ZoneInfo | None:
    """Give a time zone by its name, or None where there is none of that name."""
    if not name:
        return None
    try:
        return timezone(name)
    except ParameterError:
        return None


def happenings(seen: Iterable[SeenEvent], config: Eventbrite, now: dt.datetime) -> Happenings:
    """Make activities of events; what a person declared wins over what a report says.

    Args:
        seen: what the rows say, each once.
        config: the settings.
        now: the clock.

    Raises:
        ConfigError: when a declared event has times without a time zone.
    """
    declared = {event.id: event for event in config.events}
    activities: dict[tuple[Any, ...], None] = {}
    known: set[str] = set()
    over: set[str] = set()
    unknown: set[str] = set()
    for event in sorted(set(seen)):
        row = _activity(event, declared.get(event.id), config, now)
        if row is None:
            unknown.add(event.id)
            continue
        activities[tuple(row.values())] = None
        known.add(event.id)
        if (row["ends_at"] or row["starts_at"]) < now:
            over.add(event.id)
    columns = zip(*activities, strict=True) if activities else [()] * len(_ROWS)
    arrays = [pa.array(column, f.type) for column, f in zip(columns, _ROWS, strict=True)]
    rows = pa.table(arrays, schema=pa.schema(_ROWS))
    return Happenings(rows, tuple(sorted(over)), tuple(_notices(unknown - known)))


def _notices(unknown: set[str]) -> Iterable[Notice]:
    if unknown:
        named = ", ".join(sorted(unknown)[:_MOST_NAMED])
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        yield Notice(
            "event-time-unknown",
            f"the report does not say when {named}{more} was held, so there is no activity for it; "
            "declare it under events with starts_at and timezone, or import the event as well",
        )


def _activity(
    event: SeenEvent, declared: DeclaredEvent | None, config: Eventbrite, now: dt.datetime
) -> dict[str, Any] | None:
    """Make the row of an activity, or give None where it is not known when the event is held."""
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None
    zone = (declared and declared.timezone) or (zone_of(event.zone) and event.zone)
    zone = zone or config.timezone
    if declared is not None and declared.starts_at is not None:
        starts, ends = declared.moments(zone)
        if zone is None:
            raise ConfigError(
                "it has no time zone",
                where=f"eventbrite, event {event.id}",
                remedy="set timezone: Europe/London, which decides the day of the event",
            )
    else:
        starts = _start(event, zone_of(zone))
    if starts is None or zone is None:
        return None
    title = (declared and declared.title) or event.title or None
    mode: Any = "online" if event.place.casefold() in _ONLINE else None
    return {
        "id": f"{SYSTEM}:{event.id}",
        "kind": config.kind_of(event.id, title),
        "title": title,
        "starts_at": starts,
        "ends_at": ends,
        "timezone": zone,
        "mode": (declared and declared.mode) or mode,
        "status": "completed" if starts <= now else "planned",
    }


def _start(event: SeenEvent, zone: zoneinfo.ZoneInfo | None) -> dt.datetime | None:
    if not event.date or not event.time or zone is None:
        return None
    try:
        return parse_datetime(f"{event.date} {event.time}", _TIMES, zone, "earlier")
    except (CellError, OverflowError):
        return None
