"""Who came, where nobody was checked in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from coprometrics.metrics import participation
from coprometrics_eventbrite.turnout import Turnout

HELD = {"id": "77", "starts_at": "2024-12-05T18:00", "timezone": "Europe/London"}


def test_where_nobody_was_checked_in_it_is_not_known_who_came(read: Any) -> None:
    found = read("us", events=[HELD])
    assert [a.status for a in found.attendances] == ["registered"]
    assert "set count: registered" in found.notice("attendance-unknown")
    result = participation(found.activities, found.attendances, by="kind")
    assert "not known" in str(result.figure("attendances", kind="event"))


def test_bookings_can_be_counted_instead(read: Any) -> None:
    rows = [{}, {"Attendee #": "2", "Attendee Status": "Not Attending"}]
    found = read("us", *rows, events=[HELD], count="registered")
    assert [a.status for a in found.attendances] == ["cancelled", "attended"]
    assert "77" in found.notice("bookings-counted")
    result = participation(found.activities, found.attendances, by="kind")
    assert str(result.figure("attendances", kind="event")).endswith(": 1")


def test_bookings_are_not_counted_where_somebody_was_checked_in(read: Any) -> None:
    rows = [{}, {"Attendee #": "2", "Attendee Status": "Checked In"}]
    found = read("us", *rows, events=[HELD], count="registered")
    assert [a.status for a in found.attendances] == ["attended", "registered"]
    assert [n.code for n in found.notices] == ["unmapped-columns", "time-zone-unknown"][:1]


def test_bookings_of_an_event_to_come_are_not_counted(read: Any) -> None:
    now = dt.datetime(2024, 12, 5, 17, tzinfo=dt.UTC)
    found = read("us", events=[HELD], count="registered", now=now)
    assert [a.status for a in found.attendances] == ["registered"]


def test_tickets_whose_pieces_have_words_of_their_own_are_counted_together() -> None:
    turnout = Turnout()
    pieces = [pa.array(words).dictionary_encode() for words in (["registered"], ["checked_in"] * 2)]
    events = pa.chunked_array([["1", "2", "3"]])
    turnout.see(pa.table({"standing": pa.chunked_array(pieces), "event_id": events}))
    assert turnout.unknown(["1", "2", "3"]) == ["1"]
