"""How people or projects moved through the stages of a programme."""

from __future__ import annotations

import datetime as dt

from coprometrics.records._definition import (
    Record,
    count,
    day,
    identifier,
    instant,
    precision,
    record,
    text,
    timezone,
)
from coprometrics.records._rules import DatePrecision

__all__ = ["StageCount", "StageEvent"]


@record()
class StageEvent(Record):
    """One entity (a person, a project) reaching one stage of a programme."""

    id: str = identifier("Identifies the event.")
    programme: str = text("The programme, such as a funding call.")
    entity_key: str | None = identifier(
        "Who or what moved; null where it is not known. Never a name or an address.", nullable=True
    )
    stage: str = text("The stage reached, such as registered or shortlisted.")
    occurred_at: dt.datetime | None = instant("When it was reached.", nullable=True)
    timezone: str | None = timezone("The time zone that decides its day.", nullable=True)


@record(rules=(DatePrecision("as_of"),))
class StageCount(Record):
    """How many reached a stage, for programmes where only totals are known."""

    id: str = identifier("Identifies the count.")
    programme: str = text("The programme, such as a funding call.")
    stage: str = text("The stage.")
    position: int = count(
        "The place of the stage in the programme, from 1.", nullable=False, minimum=1
    )
    count: int | None = count("How many reached it; null when it is not known.")
    as_of: dt.date | None = day("The day on which it was counted.", nullable=True)
    as_of_precision: str = precision("as_of")
