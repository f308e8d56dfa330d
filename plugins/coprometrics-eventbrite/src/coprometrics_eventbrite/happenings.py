"""The events of a report as activities: when they were held, as the report or a person says."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import ConfigError, ParameterError, number_shown, shown
from coprometrics.importers import Locator, Notice, Problem, Refusal
from coprometrics.timezones import timezone
from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime
from coprometrics_csv.faults import CellError
from coprometrics_csv.people import word_shown
from coprometrics_csv.readers import INSTANT
from coprometrics_eventbrite.bookings import SYSTEM
from coprometrics_eventbrite.config import DeclaredEvent, Eventbrite

__all__ = ["Happenings", "SeenEvent", "happenings", "zone_of"]

_TIMES = tuple(
    DateFormat.of(f"%Y-%m-%d {time}", "eventbrite")
    for time in ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
)
_ISO_DAY = DateFormat.of("%Y-%m-%d", "eventbrite")
_DATE, _TIME, _ZONE = "Event start date", "Event start time", "Event timezone"
_HOW = {
    _DATE: "declare under date_formats how dates are written, such as %d/%m/%Y",
    _TIME: "write it as 18:00",
    _ZONE: "declare under timezone one such as Europe/London",
}
"""What to do about a cell of a column that cannot be read."""
_DECLARED = ("title", "starts_at", "timezone", "mode")
"""What a report tells of an event, by the names under which it can be declared."""
_ONLINE = ("online", "online event", "online evenement")
_MOST_NAMED = 12
_UTC = zoneinfo.ZoneInfo("UTC")


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
        notices: what a person should know, and the events that are refused because the report
            tells of them in several ways.
    """

    rows: pa.Table
    over: tuple[str, ...]
    notices: tuple[Notice | Refusal, ...]


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
    activities: dict[str, list[dict[str, Any]]] = {}
    over: set[str] = set()
    unknown: dict[str, _Unclear] = {}
    for event in sorted(set(seen)):
        row = _activity(event, declared.get(event.id), config, now)
        if isinstance(row, _Unclear):
            unknown[event.id] = row if row.column else unknown.get(event.id, row)
            continue
        told = activities.setdefault(event.id, [])
        if row not in told:
            told.append(row)
        if (row["ends_at"] or row["starts_at"]) < now:
            over.add(event.id)
    rows = [told[0] for told in activities.values() if len(told) == 1]
    several = {id_: told for id_, told in activities.items() if len(told) > 1}
    left = {id_: unclear for id_, unclear in unknown.items() if id_ not in activities}
    return Happenings(
        pa.Table.from_pylist(rows, pa.schema(_ROWS)),
        tuple(sorted(over)),
        (*_notices(left), *(_contradicted(id_, told) for id_, told in several.items())),
    )


def _contradicted(id_: str, told: list[dict[str, Any]]) -> Refusal:
    """Refuse an event of which the report tells in several ways, and say how they differ."""
    named = {name: list(dict.fromkeys(row[name] for row in told)) for name in _DECLARED}
    differ = {name: values for name, values in named.items() if len(values) > 1}
    ways = "; ".join(
        f"{name} {' or '.join(map(_written, values[:_MOST_NAMED]))}"
        for name, values in differ.items()
    )
    return Refusal(
        Locator(),
        (
            Problem(
                "event-contradicted",
                f"the report tells of event {id_} in several ways ({ways}), so there is no "
                f"activity for it; declare it under events with its {' and '.join(differ)}",
            ),
        ),
    )


def _written(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:%Y-%m-%dT%H:%MZ}" if isinstance(value, dt.datetime) else shown(value)


def _notices(unknown: dict[str, _Unclear]) -> Iterable[Notice]:
    if unsaid := [id_ for id_, unclear in unknown.items() if not unclear.column]:
        yield Notice(
            "event-time-unknown",
            f"the report does not say when {_named(unsaid)} was held, so there is no activity for "
            "it; declare it under events with starts_at and timezone, or import the event as well",
        )
    for column, remedy in _HOW.items():
        unread = [f"{id_}: {at.value}" for id_, at in unknown.items() if at.column == column]
        if unread:
            yield Notice(
                "event-time-unreadable",
                f"{column} cannot be read for {_named(unread)}, so it is not known when that was "
                f"held, and there is no activity for it; {remedy}, or declare the event under "
                "events with starts_at and timezone",
            )


def _named(events: list[str]) -> str:
    more = f" and {len(events) - _MOST_NAMED:,} more" if len(events) > _MOST_NAMED else ""
    return ", ".join(sorted(events)[:_MOST_NAMED]) + more


class _Unclear(NamedTuple):
    """Why it is not known when an event is held.

    Attributes:
        column: the column that cannot be read; empty where the report does not say it.
        value: its cell, fit to be shown.
    """

    column: str = ""
    value: str = ""


def _activity(
    event: SeenEvent, declared: DeclaredEvent | None, config: Eventbrite, now: dt.datetime
) -> dict[str, Any] | _Unclear:
    """Make the row of an activity, or say why it is not known when the event is held."""
    starts: dt.datetime | _Unclear | None
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
        starts = _start(event, zone_of(zone), config.date_formats)
    if isinstance(starts, _Unclear):
        return starts
    if starts is None or zone is None:
        return _Unclear()
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


def _start(
    event: SeenEvent, zone: zoneinfo.ZoneInfo | None, date_formats: tuple[str, ...]
) -> dt.datetime | _Unclear:
    if not event.date or not event.time:
        return _Unclear()
    formats = (DateFormat.of(text, "eventbrite") for text in date_formats)
    days = (*(known for known in formats if known.precision == "day"), _ISO_DAY)
    try:
        day = parse_date(event.date, days)[0]
    except CellError:
        return _Unclear(_DATE, number_shown(event.date))
    try:
        moment = parse_datetime(f"{day} {event.time}", _TIMES, zone or _UTC, "earlier")
    except CellError:
        return _Unclear(_TIME, number_shown(event.time))
    if zone is None:
        return _Unclear(_ZONE, word_shown(event.zone)) if event.zone else _Unclear()
    return moment
