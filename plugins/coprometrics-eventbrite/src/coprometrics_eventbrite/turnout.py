"""Of which events it is not known who came, and what is made of their bookings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from coprometrics.importers import Notice
from coprometrics_csv.arrays import plain_columns
from coprometrics_eventbrite.config import Eventbrite

__all__ = ["Turnout", "about_unknown", "settled"]

_MOST_NAMED = 12


@define
class Turnout:
    """At which events somebody booked, and at which somebody was checked in.

    The tickets of an event may be looked at some at a time.
    """

    _booked: set[str] = field(factory=set, init=False)
    _checked: set[str] = field(factory=set, init=False)

    def see(self, tickets: pa.Table) -> None:
        """Look at tickets: their ``standing`` and ``event_id``."""
        both = ["standing", "event_id"]
        told = tickets.select(both).combine_chunks()
        different = told.group_by(both, use_threads=False).aggregate([])
        events = {"registered": self._booked, "checked_in": self._checked}
        for found in plain_columns(different).to_pylist():
            events.get(found["standing"], set()).add(found["event_id"])

    def unknown(self, over: Iterable[str]) -> list[str]:
        """Name the events of which it is not known who came.

        They are those that are over, have bookings, and checked nobody in.

        Args:
            over: the native ids of the events that are over.
        """
        return sorted(self._booked.intersection(over) - self._checked)


def settled(tickets: pa.Table, unknown: Sequence[str], config: Eventbrite) -> pa.Table:
    """Count who had booked as having come, with ``count: registered``.

    Args:
        tickets: a table of ``TICKETS`` without donations.
        unknown: the events of which it is not known who came.
        config: the settings.
    """
    if not unknown or config.count != "registered":
        return tickets
    standing: Any = tickets["standing"]
    events = pc.is_in(tickets["event_id"], value_set=pa.array(unknown, pa.string()))
    came = pc.and_(pc.equal(standing, "registered"), events)
    place = tickets.schema.get_field_index("standing")
    return tickets.set_column(place, "standing", pc.if_else(came, "checked_in", standing))


def about_unknown(unknown: Sequence[str], config: Eventbrite) -> list[Notice]:
    """Say what a person should know about such events."""
    if not unknown:
        return []
    if config.count == "registered":
        return [
            Notice(
                "bookings-counted",
                f"in this source nobody was checked in at {_named(unknown)}, so who had booked "
                "counts as having come, because count is registered",
            )
        ]
    return [
        Notice(
            "attendance-unknown",
            f"in this source nobody was checked in at {_named(unknown)}, so it is not known who "
            "came; set count: registered to count who had booked",
        )
    ]


def _named(events: Sequence[str]) -> str:
    """Name events, the first of them where there are many."""
    more = len(events) - _MOST_NAMED
    named = ", ".join(events[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"the event{'s' if len(events) > 1 else ''} {named}"
