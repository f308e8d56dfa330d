"""What becomes of the events and the account on pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from coprometrics.importers import Batch
from coprometrics.records import Activity, Organisation
from coprometrics.tables.validation import validate
from coprometrics_eventbrite import DeclaredEvent, Eventbrite

from ..server import (
    event,
    records_of,
)  # fmt: skip
from .conftest import FUTURE, PAST, Pages


def test_an_event_becomes_an_activity(saved: Pages) -> None:
    saved.add("events", event("101", series_id="55", capacity=12))
    one = saved.only(Activity)
    assert (one.id, one.title, one.kind) == ("eventbrite:101", "Event 101", "event")
    assert one.starts_at == dt.datetime(2023, 5, 4, 17, tzinfo=dt.UTC)
    assert one.ends_at == dt.datetime(2023, 5, 4, 19, tzinfo=dt.UTC)
    assert (one.timezone, one.mode, one.status) == ("Europe/London", "in_person", "completed")
    assert (one.series_id, one.capacity, one.organisation_ids) == ("eventbrite:55", 12, ())


@pytest.mark.parametrize(
    ("status", "end", "expected"),
    [
        ("draft", PAST, "planned"),
        ("draft", FUTURE, "planned"),
        ("live", FUTURE, "planned"),
        ("live", PAST, "completed"),
        ("started", FUTURE, "planned"),
        ("started", PAST, "completed"),
        ("ended", PAST, "completed"),
        ("completed", PAST, "completed"),
        ("canceled", PAST, "cancelled"),
        ("canceled", FUTURE, "cancelled"),
        (None, PAST, "completed"),
        (None, FUTURE, "planned"),
    ],
)
def test_the_status_is_told_by_word_and_time(
    saved: Pages, status: str | None, end: dict[str, str], expected: str
) -> None:
    saved.add("events", event("101", status=status, end=end))
    assert saved.only(Activity).status == expected


def test_an_event_may_be_online_or_not_say_it(saved: Pages) -> None:
    saved.add("events", event("1", online_event=True), event("2", online_event=None))
    assert [one.mode for one in saved.records()] == ["online", None]


def test_settings_say_what_an_event_was(saved: Pages) -> None:
    saved.add("events", event("1"), event("2", name={"text": "Cuppa"}), event("3", start=PAST))
    declared = DeclaredEvent(id="3", kind="talk", mode="hybrid")
    config = Eventbrite(kind="training", kinds={"cuppa": "cuppa"}, events=(declared,))
    found = [(one.kind, one.mode) for one in saved.records(config)]
    assert found == [("training", "in_person"), ("cuppa", "in_person"), ("talk", "hybrid")]


def test_the_parent_of_a_series_is_no_event_that_happened(saved: Pages) -> None:
    saved.add("events", event("55", is_series=True, is_series_parent=True), event("56"))
    assert saved.only(Activity).id == "eventbrite:56"
    assert saved.skipped() == {"series, whose events count one by one": 1}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"start": None}, "missing", "start.utc"),
        ({"start": {"utc": "soon"}}, "not-an-instant", "start.utc"),
        ({"start": {"utc": "2023-05-04T17:00:00"}}, "not-an-instant", "start.utc"),
        ({"end": {"utc": "0001-01-01T00:00:00+14:00"}}, "not-an-instant", "end.utc"),
        ({"status": "postponed"}, "not-an-option", "status"),
        ({"capacity": 10**30}, "above-maximum", "capacity"),
        ({"capacity": "30"}, "wrong-type", "capacity"),
        ({"name": "Talk"}, "wrong-type", "name"),
        ({"id": None}, "wrong-type", "id"),
        ({"id": "a@b.org"}, "wrong-form", "id"),
        ({"id": ""}, "wrong-form", "id"),
    ],
)
def test_a_bad_event_is_refused_and_the_others_are_not(
    saved: Pages, changes: dict[str, Any], code: str, field: str | None
) -> None:
    saved.add("events", event("1"), event("2", **changes), event("3"))
    (refusal,) = saved.refusals()
    assert str(refusal.at) == "page 1, item 2"
    assert (refusal.problems[0].code, refusal.problems[0].field) == (code, field)
    assert "a@b.org" not in str(refusal)
    found, _ = records_of(saved.folder)
    assert [one.id for one in found] == ["eventbrite:1", "eventbrite:3"]


def test_a_number_instead_of_text_is_still_an_identifier(saved: Pages) -> None:
    saved.add("events", event("1", id=157794715241))
    assert saved.only(Activity).id == "eventbrite:157794715241"


@pytest.mark.parametrize("title", ["a\0b", "half \ud83d", "\udc00"])
def test_characters_that_records_do_not_hold_are_left_to_the_core(saved: Pages, title: str) -> None:
    saved.add("events", event("1", name={"text": title}), event("2"))
    (batch,) = [item for item in saved.items() if isinstance(item, Batch)]
    assert validate(batch.rows, Activity).issues.column("code").to_pylist() == [
        "forbidden-character"
    ]


def test_an_organisation_is_written_once_its_kind_is_said(small: Pages) -> None:
    reason = "organisations, because organisation_kind is not set"
    assert small.skipped()[reason] == 1
    one = small.only(Organisation, Eventbrite(organisation_kind="charity"))
    assert (one.id, one.name, one.kind) == ("eventbrite:900", "A small charity", "charity")
