"""The events of a report: when they were held, and what is said where that is not clear."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


def test_the_newer_report_says_when_the_event_was(read: Any) -> None:
    (activity,) = read("attendees", kinds={"CUPPA": "cuppa"}).activities
    assert activity.id == "eventbrite:77"
    assert (activity.title, activity.kind) == ("Cuppa in May", "cuppa")
    assert activity.starts_at == at(2025, 5, 8, 17)
    assert (activity.timezone, activity.mode) == ("Europe/London", None)
    assert activity.status == "completed"


def test_an_event_to_come_is_planned_and_online_where_it_says_so(read: Any) -> None:
    found = read("attendees", {"Event location": "Online"}, now=at(2025, 2, 1))
    (activity,) = found.activities
    assert (activity.status, activity.mode) == ("planned", "online")
    assert "attendance-unknown" not in [notice.code for notice in found.notices]


def test_other_reports_say_how_to_tell_when_the_event_was(read: Any) -> None:
    found = read("us")
    assert found.activities == []
    assert "77" in found.notice("event-time-unknown")
    assert "events with starts_at" in found.notice("event-time-unknown")


def test_a_declared_event_becomes_an_activity(read: Any) -> None:
    event = {"id": "77", "title": "Intro", "kind": "training", "mode": "hybrid",
             "starts_at": "2024-12-05T18:00", "ends_at": "2024-12-05T20:00",
             "timezone": "Europe/London"}  # fmt: skip
    found = read("us", events=[event])
    (activity,) = found.activities
    assert (activity.title, activity.kind, activity.mode) == ("Intro", "training", "hybrid")
    assert activity.ends_at == at(2024, 12, 5, 20)
    assert "event-time-unknown" not in [notice.code for notice in found.notices]


def test_what_is_declared_of_an_event_wins_over_the_report(read: Any) -> None:
    event = {"id": "77", "title": "Cuppa", "starts_at": "2025-05-09T10:00+00:00"}
    (activity,) = read("attendees", events=[event]).activities
    assert (activity.title, activity.starts_at) == ("Cuppa", at(2025, 5, 9, 10))


FORMATS = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
RESAVED = {"Order date": "01/01/2025 12:00", "Event start date": "08/05/2025"}


@pytest.mark.parametrize("date", ["08/05/2025", "08/05/2025 00:00", "2025-05-08"])
def test_the_date_of_an_event_is_written_as_is_declared(read: Any, date: str) -> None:
    found = read("attendees", RESAVED | {"Event start date": date}, date_formats=FORMATS)
    assert [activity.starts_at for activity in found.activities] == [at(2025, 5, 8, 17)]


@pytest.mark.parametrize(
    ("changes", "said", "remedy"),
    [
        ({"Event start date": "08/05/2025"}, "date cannot be read for 77: '08/05/2025'",
         "declare under date_formats how dates are written"),
        ({"Event start date": "2025-02-30"}, "date cannot be read for 77: '2025-02-30'",
         "declare under date_formats"),
        ({"Event start time": "18.00 h"}, "Event start time cannot be read for 77: ", "as 18:00"),
        ({"Event timezone": "BST"}, "Event timezone cannot be read for 77: 'BST'",
         "declare under timezone one such as Europe/London"),
    ],
)  # fmt: skip
def test_when_an_event_was_may_be_said_and_not_be_read(
    read: Any, changes: dict[str, str], said: str, remedy: str
) -> None:
    found = read("attendees", changes)
    assert found.activities == []
    assert said in found.notice("event-time-unreadable")
    assert remedy in found.notice("event-time-unreadable")
    assert "declare the event under events" in found.notice("event-time-unreadable")
    assert "event-time-unknown" not in [notice.code for notice in found.notices]


@pytest.mark.parametrize("column", ["Event start date", "Event start time", "Event timezone"])
def test_when_an_event_was_may_not_be_said(read: Any, column: str) -> None:
    found = read("attendees", {column: ""})
    assert found.activities == []
    assert "does not say when 77" in found.notice("event-time-unknown")


@pytest.mark.parametrize("column", ["Event start date", "Event start time", "Event timezone"])
def test_who_stands_in_the_place_of_a_time_is_not_shown(read: Any, column: str) -> None:
    found = read("attendees", {column: "Zephyrine Quillfeather"})
    assert f"{column} cannot be read for 77: (withheld)" in found.notice("event-time-unreadable")


def test_a_declared_time_zone_is_that_of_an_event_whose_own_is_not_known(read: Any) -> None:
    found = read("attendees", {"Event timezone": "BST"}, timezone="Europe/London")
    assert [activity.starts_at for activity in found.activities] == [at(2025, 5, 8, 17)]


RENAMED = ({}, {"Order ID": "5002", "Event name": "Spring cuppa", "Barcode number": "50020001"})


def test_an_event_with_two_titles_is_refused_with_both(read: Any) -> None:
    found = read("attendees", *RENAMED)
    assert found.activities == []
    assert len(found.attendances) == 2
    (refusal,) = found.refusals
    assert str(refusal.problems[0]) == (
        "the report tells of event 77 in several ways (title 'Cuppa in May' or 'Spring cuppa'), so "
        "there is no activity for it; declare it under events with its title"
    )


def test_declaring_its_title_settles_what_an_event_is_called(read: Any) -> None:
    kinds = {"spring": "walk", "cuppa": "cuppa"}
    found = read("attendees", *RENAMED, events=[{"id": "77", "title": "Cuppa"}], kinds=kinds)
    assert [(a.title, a.kind) for a in found.activities] == [("Cuppa", "cuppa")]
    assert found.refusals == []


@pytest.mark.parametrize(
    ("changes", "said", "declared"),
    [
        ({"Event start time": "19:00"}, "starts_at 2025-05-08T17:00Z or 2025-05-08T18:00Z",
         {"starts_at": "2025-05-08T18:00"}),
        ({"Event timezone": "Europe/Paris"}, "starts_at .* timezone 'Europe/London' or",
         {"starts_at": "2025-05-08T18:00", "timezone": "Europe/London"}),
        ({"Event location": "Online"}, "mode 'online' or none", {"mode": "hybrid"}),
    ],
)  # fmt: skip
def test_an_event_that_is_told_of_in_two_ways_can_be_declared(
    read: Any, changes: dict[str, str], said: str, declared: dict[str, str]
) -> None:
    rows = ({}, {"Order ID": "5002", "Barcode number": "50020001", **changes})
    (refusal,) = read("attendees", *rows).refusals
    assert re.search(said, refusal.problems[0].message)
    found = read("attendees", *rows, events=[{"id": "77", **declared}])
    assert (len(found.activities), found.refusals) == (1, [])
