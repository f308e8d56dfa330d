"""Money that came in, was awarded or was paid."""

from __future__ import annotations

import datetime as dt

from coprometrics.records._definition import (
    Record,
    boolean,
    choice,
    count,
    currency,
    day,
    identifier,
    minor_units,
    person,
    precision,
    record,
    text,
    word,
)
from coprometrics.records._rules import DatePrecision, NotAbove, NotBefore

__all__ = ["AwardAdjustment", "GrantAward", "Income", "Payment", "ScheduleLine"]


@record(
    rules=(
        DatePrecision("received_on"),
        NotAbove("amount_minor", when="kind", equals="refund", limit=0),
    )
)
class Income(Record):
    """Money received, or given back."""

    id: str = identifier("Identifies the income.")
    stream: str = word(
        "Where the money comes from.",
        "consultancy",
        "training",
        "talks",
        "research",
        "grants",
        "donations",
    )
    amount_minor: int = minor_units("The amount; refunds are negative.")
    currency: str = currency()
    received_on: dt.date | None = day("The day it was received or invoiced.", nullable=True)
    received_on_precision: str = precision("received_on")
    organisation_id: str | None = identifier("Who paid.", nullable=True)
    project_id: str | None = identifier("The project it belongs to.", nullable=True)
    activity_id: str | None = identifier("The activity it was paid for.", nullable=True)
    kind: str = word("What sort of money it is.", "fee", "grant", "donation", "refund")
    restricted: bool | None = boolean("Whether it may only be spent for a stated purpose.")


@record(
    rules=(
        DatePrecision("applied_on"),
        DatePrecision("awarded_on"),
        DatePrecision("starts_on"),
        DatePrecision("ends_on"),
        NotBefore("ends_on", "starts_on"),
    )
)
class GrantAward(Record):
    """A grant applied for or won, with its time and both its amounts."""

    id: str = identifier("Identifies the award.")
    title: str | None = text("What it is for.", nullable=True)
    funder_id: str | None = identifier("The organisation that gives it.", nullable=True)
    recipient_id: str | None = identifier("The organisation that receives it.", nullable=True)
    our_role: str | None = choice(
        "Our part in it.", "lead", "partner", "contributor", "recipient", nullable=True
    )
    amount_total_minor: int | None = minor_units("What the whole project team won.", nullable=True)
    amount_ours_minor: int | None = minor_units("What came to us.", nullable=True)
    currency: str = currency("The currency of both amounts, as an ISO 4217 code.")
    applied_on: dt.date | None = day("The day of the application.", nullable=True)
    applied_on_precision: str = precision("applied_on")
    awarded_on: dt.date | None = day("The day it was won.", nullable=True)
    awarded_on_precision: str = precision("awarded_on")
    starts_on: dt.date | None = day("The first day of the award.", nullable=True)
    starts_on_precision: str = precision("starts_on")
    ends_on: dt.date | None = day(
        "Its last day, or the day after: see end_convention.", nullable=True
    )
    ends_on_precision: str = precision("ends_on")
    end_convention: str = choice(
        "Whether ends_on is the last day (inclusive) or the day after it (exclusive).",
        "inclusive",
        "exclusive",
        default="inclusive",
    )
    duration_months: int | None = count(
        "How long it lasts, where no end is stated.", minimum=1, unit="months"
    )
    status: str = choice(
        "How far it went.",
        "applied",
        "shortlisted",
        "awarded",
        "declined",
        "withdrawn",
        default="awarded",
    )
    supplement_of: str | None = identifier("The award that this one adds to.", nullable=True)
    restricted: bool | None = boolean("Whether it may only be spent for a stated purpose.")
    project_id: str | None = identifier("The project it pays for.", nullable=True)


@record(rules=(NotBefore("period_end", "period_start"),))
class ScheduleLine(Record):
    """The part of an award that is stated for a span of days."""

    id: str = identifier("Identifies the line.")
    award_id: str = identifier("The award.")
    period_start: dt.date = day("The first day of the span.")
    period_end: dt.date = day("The last day of the span.")
    amount_minor: int = minor_units("The amount for the span.")
    currency: str = currency()
    kind: str = choice(
        "Whether it is promised or foreseen.", "committed", "indicative", default="committed"
    )
    revision: str = choice(
        "Whether it replaces an earlier schedule.", "original", "revised", default="original"
    )


@record()
class AwardAdjustment(Record):
    """A change to an award after it was won."""

    id: str = identifier("Identifies the change.")
    award_id: str = identifier("The award.")
    kind: str = choice(
        "What changed.",
        "supplement",
        "no_cost_extension",
        "reduction",
        "termination",
        "correction",
    )
    effective_on: dt.date = day("The day from which it holds.")
    delta_minor: int | None = minor_units(
        "By how much the amount changes, with its sign.", nullable=True
    )
    new_ends_on: dt.date | None = day("The new last day of the award.", nullable=True)
    reason: str | None = text("Why.", nullable=True)


@record(rules=(DatePrecision("paid_on"),))
class Payment(Record):
    """Money paid to a person for taking part."""

    id: str = identifier("Identifies the payment.")
    person_key: str | None = person("The pseudonym of the person who was paid.")
    activity_id: str | None = identifier("The activity it was for.", nullable=True)
    amount_minor: int = minor_units("The amount; negative when it was paid back.")
    currency: str = currency()
    paid_on: dt.date | None = day("The day of the payment.", nullable=True)
    paid_on_precision: str = precision("paid_on")
    minutes: int | None = count("The time paid for, in whole minutes.", unit="minutes")
    policy: str | None = text("The payment policy, with its version.", nullable=True)
