"""What the tickets of pages stand for, beyond what reports and pages share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from coprometrics_eventbrite.bookings import (
    are_donations,
    standing_of_flags,
    standing_of_words,
)
from coprometrics_eventbrite.cleaning import Attendee
from coprometrics_eventbrite.config import Eventbrite, Standing
from coprometrics_eventbrite.gathering import Gathered

__all__ = ["donation_test", "standings"]


def donation_test(gathered: Gathered, config: Eventbrite) -> Callable[[Attendee], bool]:
    """Give what tells a donation from a ticket: its sort says so, or its name is such a word."""
    names = sorted({one.item.ticket_class_name or "" for one in gathered.attendees})
    marks = are_donations(pa.array(names, pa.string()), config).to_pylist()
    words = {name for name, mark in zip(names, marks, strict=True) if mark}

    def is_donation(attendee: Attendee) -> bool:
        if (attendee.ticket_class_name or "") in words:
            return True
        sort = attendee.ticket_class_id
        if sort is None:
            return False
        events = (None if attendee.event_id is None else str(attendee.event_id), None)
        return any((event, str(sort)) in gathered.donations for event in events)

    return is_donation


def standings(attendees: Sequence[Attendee], config: Eventbrite) -> list[Standing]:
    """Say how far tickets went: by their flags, and by their status where those say nothing.

    The service means to give up the status, so a word that is not known is left.

    Examples:
        >>> tickets = [Attendee("1", checked_in=True, cancelled=True), Attendee("2", refunded=True),
        ...            Attendee("3", checked_in=False, status="Deleted"), Attendee("4", status="?")]
        >>> standings(tickets, Eventbrite())
        ['checked_in', 'refunded', 'deleted', 'registered']
    """
    flags = [
        pa.array([getattr(one, name) for one in attendees], pa.bool_())
        for name in ("checked_in", "cancelled", "refunded")
    ]
    by_flags = standing_of_flags(*flags).to_pylist()
    words = pa.array([one.status for one in attendees], pa.string())
    by_words = standing_of_words(words, config).to_pylist()
    return [
        _standing(one, flag, word)
        for one, flag, word in zip(attendees, by_flags, by_words, strict=True)
    ]


def _standing(attendee: Attendee, flag: Standing, word: Standing | None) -> Standing:
    if flag != "registered" or word is None:
        return flag
    if word == "checked_in" and attendee.checked_in is not None:
        return flag
    return word
