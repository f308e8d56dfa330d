"""What becomes of the tickets on pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from coprometrics.records import Attendance
from coprometrics_eventbrite import Eventbrite

from ..server import (
    attendee,
    event,
    order,
    pseudonym,
    ticket_class,
)  # fmt: skip
from .conftest import FUTURE, Pages


def test_a_ticket_becomes_an_attendance(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", checked_in=True))
    one = saved.only(Attendance)
    assert (one.id, one.activity_id) == ("eventbrite:1", "eventbrite:101")
    assert (one.order_id, one.status) == ("eventbrite:11", "attended")
    assert one.ticket_kind == "General admission"
    assert one.person_key == pseudonym("person11@secret.example")
    assert one.registered_at == dt.datetime(2023, 4, 1, 8, tzinfo=dt.UTC)
    assert one.checked_in_at is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"checked_in": True, "cancelled": True, "refunded": True}, "attended"),
        ({"cancelled": True, "refunded": True, "status": "Attending"}, "cancelled"),
        ({"refunded": True}, "cancelled"),
        ({}, "registered"),
        ({"status": "Deleted"}, "cancelled"),
        ({"status": "Not Attending"}, "cancelled"),
        ({"status": "Unpaid"}, "registered"),
        ({"status": "Checked In"}, "registered"),
        ({"status": "Checked In", "checked_in": None}, "attended"),
        ({"status": "A word of tomorrow"}, "registered"),
        ({"status": None}, "registered"),
    ],
)
def test_flags_win_over_the_status(saved: Pages, changes: dict[str, Any], expected: str) -> None:
    saved.add("attendees", attendee("1", "11", **changes))
    assert saved.only(Attendance).status == expected


def test_an_order_of_four_is_one_person_and_three_guests(saved: Pages) -> None:
    saved.add("attendees", *(attendee(str(n), "11") for n in range(4)))
    keys = [one.person_key for one in saved.records()]
    assert keys == [pseudonym("person11@secret.example"), None, None, None]


@pytest.mark.parametrize(
    "profile", [None, {}, {"email": None}, {"email": ""}, {"email": " Info  Requested "}]
)
def test_where_nobody_was_asked_there_is_nobody(saved: Pages, profile: Any) -> None:
    saved.add("attendees", attendee("1", "11", profile=profile))
    assert saved.only(Attendance).person_key is None


def test_further_placeholders_can_be_declared(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", profile={"email": "door@secret.example"}))
    config = Eventbrite(placeholders=("Door@secret.example",))
    assert saved.only(Attendance).person_key is not None
    assert saved.only(Attendance, config).person_key is None


def test_an_address_is_read_as_in_a_report(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", profile={"email": "A B <person11@secret.example> "}))
    assert saved.only(Attendance).person_key == pseudonym("person11@secret.example")


def test_a_key_in_a_page_of_somebody_else_is_not_believed(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", person_key="a" * 32, profile=None))
    assert saved.only(Attendance).person_key is None


def test_a_donation_is_no_visitor(saved: Pages) -> None:
    saved.add("ticket_classes", ticket_class("9", donation=True), ticket_class("7"))
    saved.add("attendees", attendee("1", "11", ticket_class_id="9"), attendee("2", "12"))
    saved.add("attendees", attendee("3", "13", ticket_class_name="Donation"))
    assert saved.only(Attendance).id == "eventbrite:2"
    assert saved.skipped()["donations, which admit nobody"] == 2


def test_the_same_sort_in_another_event_is_another_sort(saved: Pages) -> None:
    saved.add("ticket_classes", ticket_class("7", "102", donation=True))
    saved.add("attendees", attendee("1", "11"))
    assert saved.only(Attendance).id == "eventbrite:1"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"quantity": 2}, "not-one", "quantity"),
        ({"event_id": None}, "missing", "event_id"),
        ({"created": "yesterday"}, "not-an-instant", "created"),
        ({"checked_in": "yes"}, "wrong-type", "checked_in"),
        ({"profile": {"email": 7}}, "wrong-type", "profile.email"),
        ({"profile": {"email": "Secretname"}}, "not-an-address", "profile.email"),
    ],
)
def test_a_bad_ticket_is_refused(
    saved: Pages, changes: dict[str, Any], code: str, field: str
) -> None:
    saved.add("attendees", attendee("1", "11", **changes))
    assert (saved.problem().code, saved.problem().field) == (code, field)


def test_an_event_that_checked_nobody_in_has_unknown_attendance(saved: Pages) -> None:
    saved.add("events", event("101"))
    saved.add("attendees", attendee("1", "11"), attendee("2", "12", cancelled=True))
    assert saved.notices() == ["attendance-unknown"]
    assert [one.status for one in saved.records()[1:]] == ["registered", "cancelled"]
    counted = Eventbrite(count="registered")
    assert saved.notices(counted) == ["bookings-counted"]
    assert [one.status for one in saved.records(counted)[1:]] == ["attended", "cancelled"]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "canceled"},
        {"status": "draft"},
        {"status": "live", "end": FUTURE},
        {"status": "completed", "end": FUTURE},
    ],
)
def test_nothing_is_unknown_of_an_event_that_was_not_held(
    saved: Pages, changes: dict[str, Any]
) -> None:
    saved.add("events", event("101", **changes)).add("attendees", attendee("1", "11"))
    counted = Eventbrite(count="registered")
    assert saved.notices() == saved.notices(counted) == []
    assert saved.records(counted)[1].status == "registered"


@pytest.mark.parametrize("status", ["deleted", "abandoned"])
def test_tickets_of_an_order_that_is_gone_are_gone(saved: Pages, status: str) -> None:
    saved.add("events", event("101")).add("orders", order("11", status=status), order("12"))
    came = attendee("2", "11", checked_in=True)
    saved.add("attendees", attendee("1", "11"), came, attendee("3", "12"))
    found = [one for one in saved.records() if isinstance(one, Attendance)]
    assert [one.status for one in found] == ["cancelled", "attended", "registered"]
