"""What was held, and who came."""

from __future__ import annotations

import datetime as dt

from coprometrics.records._definition import (
    Record,
    boolean,
    choice,
    count,
    identifier,
    identifiers,
    instant,
    person,
    record,
    text,
    texts,
    timezone,
    word,
)
from coprometrics.records._rules import NotBefore

__all__ = ["Activity", "Attendance"]


@record(rules=(NotBefore("ends_at", "starts_at"),))
class Activity(Record):
    """Something that was held or is planned: a training, a talk, a meeting."""

    id: str = identifier("Identifies the activity.")
    kind: str = word(
        "What sort of activity it is.",
        "training",
        "talk",
        "co_creation",
        "cuppa",
        "workshop",
        "consultancy",
        "conference",
        "meeting",
    )
    title: str | None = text("What it was called.", nullable=True)
    starts_at: dt.datetime = instant("When it starts.")
    ends_at: dt.datetime | None = instant("When it ends.", nullable=True)
    timezone: str = timezone("The time zone of the place; it decides the day of the activity.")
    mode: str | None = choice("Where people met.", "online", "in_person", "hybrid", nullable=True)
    status: str = choice(
        "Whether it took place.", "planned", "completed", "cancelled", default="completed"
    )
    organisation_ids: tuple[str, ...] = identifiers("The organisations it was for or with.")
    series_id: str | None = identifier("The series it belongs to.", nullable=True)
    capacity: int | None = count("How many could have come.", unit="people")
    headcount: int | None = count(
        "How many came, where only the number is known.", unit="attendances"
    )
    project_id: str | None = identifier("The project it belongs to.", nullable=True)
    co_delivered: bool | None = boolean("Whether community members delivered it too.")
    ambitions: tuple[str, ...] = texts("The aims of the strategy that it serves.")


@record()
class Attendance(Record):
    """One person at one activity, or one booking of it."""

    id: str = identifier("Identifies the attendance.")
    activity_id: str = identifier("The activity.")
    person_key: str | None = person("The person's pseudonym; null for an unnamed guest.")
    status: str = choice("How far it went.", "registered", "attended", "no_show", "cancelled")
    registered_at: dt.datetime | None = instant("When the place was booked.", nullable=True)
    checked_in_at: dt.datetime | None = instant("When the person arrived.", nullable=True)
    role: str = choice(
        "What the person came as.",
        "participant",
        "co_producer",
        "facilitator",
        "speaker",
        "staff",
        default="participant",
    )
    ticket_kind: str | None = text("The name of the ticket.", nullable=True)
    order_id: str | None = identifier("The booking that it was part of.", nullable=True)
