"""What the settings take and what they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from coprometrics.documents import document_schema, structure
from coprometrics.errors import ConfigError, CoprometricsError
from coprometrics_eventbrite import DeclaredEvent, Eventbrite


def made(**settings: Any) -> Eventbrite:
    return structure(settings, Eventbrite, "eventbrite.yaml")


def test_nothing_need_be_declared() -> None:
    assert made() == Eventbrite()
    assert "required" not in document_schema(Eventbrite)


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "A talk"},
        {"kinds": {"cuppa": "Cuppa!"}},
        {"stream": ""},
        {"timezone": "London"},
        {"event": "my event"},
        {"currency": "pounds"},
        {"count": "all"},
        {"decimal": ";"},
        {"statuses": {"here": "arrived"}},
        {"questions": True},
        {"events": [{"id": "7"}, {"id": "7"}]},
        {"events": [{"id": "7", "ends_at": "2024-01-01"}]},
        {"events": [{"id": "7", "starts_at": "next week"}]},
        {"events": [{"id": "7", "timezone": "Mars/Base"}]},
        {"events": [{"id": "7", "kind": "Talk"}]},
        {"events": [{"id": "a b"}]},
    ],
)
def test_what_cannot_be_meant_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(CoprometricsError, match="eventbrite"):
        made(**settings)


def test_times_without_an_offset_are_in_the_zone_of_the_event_or_the_document() -> None:
    event = DeclaredEvent(id="7", starts_at="2024-07-01T18:00", ends_at="2024-07-01T20:00+00:00")
    starts, ends = event.moments("Europe/London")
    assert starts == dt.datetime(2024, 7, 1, 17, tzinfo=dt.UTC)
    assert ends == dt.datetime(2024, 7, 1, 20, tzinfo=dt.UTC)
    with pytest.raises(ConfigError, match="event '7': its times have no time zone; set timezone"):
        event.moments(None)


def test_a_declared_time_needs_a_zone_for_its_day(read: Any) -> None:
    with pytest.raises(ConfigError, match="event 77: it has no time zone"):
        read("us", events=[{"id": "77", "starts_at": "2024-07-01T18:00+00:00"}])


def test_the_number_of_an_event_wins_over_its_title() -> None:
    config = made(kinds={"talk": "talk", "77": "training"}, kind="meeting")
    assert config.kind_of("77", "A talk") == "training"
    assert config.kind_of("78", "A TALK") == "talk"
    assert config.kind_of("79", "Another") == "meeting"
