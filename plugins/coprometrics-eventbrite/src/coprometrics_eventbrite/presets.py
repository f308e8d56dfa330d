"""The reports of the service, told apart by their headers.

The same columns have many labels: by country, by language and by age. A preset says which labels
a report has, and how its dates and amounts are written.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable
from typing import Literal

from attrs import field, frozen

from coprometrics.errors import ConfigError, SourceError, shown
from coprometrics.importers import Match, Source
from coprometrics.money import CURRENCIES
from coprometrics_csv.columns import Header, fold

__all__ = [
    "PRESETS",
    "Meaning",
    "Preset",
    "check_labels",
    "delimiter_of",
    "identify_report",
    "plain",
    "recognised",
    "unknown",
]

Meaning = Literal[
    "order", "ordered", "email", "quantity", "ticket", "tier", "attendee", "order_type",
    "currency", "paid", "price", "net", "status", "barcode", "event_id", "event_name",
    "event_date", "event_time", "event_zone", "event_place",
]  # fmt: skip
"""What a column says."""

DELIMITERS = (",", ";", "\t")
_CURRENCY = re.compile(rf" *\((?:{'|'.join(sorted(CURRENCIES))})\)$", re.IGNORECASE)


@frozen
class Preset:
    """A report of the service.

    Attributes:
        name: its name here.
        title: what it is, for people.
        columns: the labels that a column may have, by what it says.
        needed: the columns that tell the report, all of which it has.
        rows: what a row is about: one ticket (or several alike), or an order.
        date_formats: how order dates are written, besides ISO 8601.
        decimal: the character before the fraction of an amount.
    """

    name: str
    title: str
    columns: dict[Meaning, tuple[str, ...]] = field(repr=False)
    needed: tuple[Meaning, ...] = field(repr=False)
    rows: Literal["tickets", "orders"] = "tickets"
    date_formats: tuple[str, ...] = ()
    decimal: str = "."

    def position(self, meaning: Meaning, labels: tuple[str, ...]) -> int | None:
        """Find a column among plain labels; the leftmost, as questions come after the others."""
        for label in self.columns.get(meaning, ()):
            if plain(label) in labels:
                return labels.index(plain(label))
        return None

    def bound(self, labels: tuple[str, ...]) -> int:
        """Count what is said by the columns that are among plain labels."""
        return sum(self.position(meaning, labels) is not None for meaning in self.columns)

    def lacks(self, labels: tuple[str, ...]) -> list[str]:
        """Name the columns that are needed and not among plain labels."""
        return [
            self.columns[meaning][0]
            for meaning in self.needed
            if self.position(meaning, labels) is None
        ]


def plain(label: str) -> str:
    r"""Take from a label what does not matter, and the currency at its end.

    Examples:
        >>> plain("\ufeffGross  Revenue (USD)")
        'gross revenue'
    """
    return fold(_CURRENCY.sub("", " ".join(label.split())))


_OLDER: dict[Meaning, tuple[str, ...]] = {
    "ordered": ("Order Date",),
    "email": ("Email", "Email Address"),
    "quantity": ("Quantity",),
    "ticket": ("Ticket Type",),
    "tier": ("Price Tier",),
    "order_type": ("Order Type",),
    "currency": ("Currency",),
    "paid": ("Total Paid",),
    "status": ("Attendee Status",),
    "event_id": ("Event ID",),
    "event_name": ("Event Name",),
}
_US: dict[Meaning, tuple[str, ...]] = {
    **_OLDER, "order": ("Order #",), "attendee": ("Attendee #",)
}  # fmt: skip
_UK: dict[Meaning, tuple[str, ...]] = {
    **_OLDER, "order": ("Order no.", "Order no"), "attendee": ("Attendee no.", "Attendee no"),
}  # fmt: skip
_NEWER: dict[Meaning, tuple[str, ...]] = {
    "order": ("Order ID",),
    "ordered": ("Order date",),
    "quantity": ("Ticket quantity",),
    "currency": ("Currency",),
    "paid": ("Gross sales",),
    "net": ("Net sales",),
    "status": ("Attendee status", "Order status"),
    "order_type": ("Order type",),
    "event_id": ("Event ID",),
    "event_name": ("Event name",),
    "event_date": ("Event start date",),
    "event_time": ("Event start time",),
    "event_zone": ("Event timezone", "Event time zone"),
    "event_place": ("Event location",),
}
_DUTCH: dict[Meaning, tuple[str, ...]] = {
    "order": ("Ordernr.", "Ordernummer", "Bestelnr.", "Bestelnummer", "Order #", "Order no."),
    "ordered": ("Besteldatum", "Orderdatum", "Datum van bestelling", "Order Date"),
    "email": ("E-mail", "E-mailadres", "Email"),
    "quantity": ("Aantal", "Quantity"),
    "ticket": ("Tickettype", "Type ticket", "Soort ticket", "Ticket Type"),
    "tier": ("Prijsniveau", "Price Tier"),
    "attendee": ("Deelnemernr.", "Deelnemersnr.", "Deelnemernummer", "Attendee #"),
    "order_type": ("Ordertype", "Type bestelling", "Soort bestelling", "Order Type"),
    "currency": ("Valuta", "Currency"),
    "paid": ("Totaal betaald",),
    "status": ("Status deelnemer", "Deelnemerstatus", "Attendee Status", "Status"),
    "event_id": ("Evenement-ID", "Evenement ID", "Event ID"),
    "event_name": ("Naam van evenement", "Evenement", "Event Name"),
}
_USUAL = {
    *("first name", "last name", "surname", "voornaam", "achternaam", "attendee first name"),
    *("attendee last name", "buyer first name", "buyer last name", "buyer email", "phone number"),
    *("mobile phone", "birth date", "group", "purchaser city", "purchaser state", "website"),
    *("purchaser country", "fees paid", "eventbrite fees", "eventbrite payment processing"),
    *("home address 1", "home address 2", "home city", "home state", "home zip", "home postcode"),
    *("county of residence", "home country", "shipping address 1", "shipping address 2", "company"),
    *("billing country", "seating location 1", "seating location 2", "seating location 3"),
    *("ticket revenue", "eventbrite service fee", "eventbrite payment processing fee", "job title"),
    *("delivery method", "venue name", "venue id", "tax on eventbrite fees"),
}
"""Columns that reports have and nobody needs here."""
_US_DATES = ("%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p")
_UK_DATES = ("%d/%m/%y %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")

PRESETS: tuple[Preset, ...] = (
    Preset(
        "us", "the older report of the attendees of one event, in the words of the US", _US,
        ("order", "ordered", "email", "ticket", "attendee", "status"), date_formats=_US_DATES,
    ),
    Preset(
        "us-events", "the older report of attendees across events, in the words of the US", _US,
        ("order", "ordered", "email", "ticket", "attendee", "status", "event_id"),
        date_formats=_US_DATES,
    ),
    Preset(
        "uk-2017", "the report of 2017 of the attendees of one event, in the words of the UK", _UK,
        ("order", "ordered", "email", "ticket", "status"), date_formats=_UK_DATES,
    ),
    Preset(
        "uk", "the older report of the attendees of one event, in the words of the UK", _UK,
        ("order", "ordered", "email", "ticket", "attendee", "status"), date_formats=_UK_DATES,
    ),
    Preset(
        "uk-events", "the older report of attendees across events, in the words of the UK", _UK,
        ("order", "ordered", "email", "ticket", "attendee", "status", "event_id"),
        date_formats=_UK_DATES,
    ),
    Preset(
        "attendees", "the newer report Attendees",
        {
            **_NEWER,
            "email": ("Attendee email",),
            "ticket": ("Ticket type",),
            "tier": ("Ticket tier",),
            "price": ("Ticket price",),
            "barcode": ("Barcode number",),
        },
        ("order", "ordered", "email", "ticket", "quantity"),
    ),
    Preset(
        "orders", "the newer report Orders", {**_NEWER, "email": ("Buyer email",)},
        ("order", "ordered", "email", "quantity"), "orders",
    ),
    Preset(
        "orders-quick", "the quick export of orders",
        {
            "order": ("Order ID",), "ordered": ("Date",), "email": ("Email Address",),
            "quantity": ("Tickets",), "order_type": ("Type",), "status": ("Status",),
            "currency": ("Currency",), "paid": ("Gross Revenue",), "event_id": ("Event ID",),
            "event_name": ("Event Name",),
        },
        ("order", "ordered", "email", "quantity", "order_type", "paid"), "orders",
    ),
    Preset(
        "nl", "the older report of attendees in Dutch", _DUTCH,
        ("order", "ordered", "email", "ticket", "paid"),
        date_formats=("%d-%m-%y %H:%M", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", *_UK_DATES),
        decimal=",",
    ),
)  # fmt: skip
"""The reports that are known."""


def recognised(labels: Iterable[str]) -> Preset | None:
    """Find the report that has a header; of several the one that tells most.

    Examples:
        >>> header = "Order ID,Order date,Buyer email,Ticket quantity,Net sales"
        >>> recognised(header.split(",")).name
        'orders'
        >>> recognised(["Date", "Amount"]) is None
        True
    """
    there = tuple(map(plain, labels))
    known = [preset for preset in PRESETS if not preset.lacks(there)]
    return max(known, key=lambda preset: (preset.bound(there), len(preset.needed)), default=None)


def _nearest(labels: tuple[str, ...]) -> Preset:
    """Find the report that has most of its columns among plain labels."""

    def share(preset: Preset) -> float:
        return preset.bound(labels) / len(preset.columns)

    return max(PRESETS, key=share)


def _like_a_report(labels: tuple[str, ...]) -> bool:
    """Say whether a header seems to be that of a report which is not known."""
    nearest = _nearest(labels)
    half = 2 * len(nearest.lacks(labels)) <= len(nearest.needed)
    order = nearest.position("order", labels) is not None
    return (half and order) or any(label.startswith("eventbrite ") for label in labels)


def identify_report(source: Source) -> Match | None:
    """Say which report a CSV file is, from its first bytes."""
    head = source.head()
    for delimiter in DELIMITERS:
        labels = _first_row(head, delimiter)
        if preset := recognised(labels):
            return Match(preset.name, f"the header is that of {preset.title}")
        if _like_a_report(tuple(map(plain, labels))):
            return Match("unknown", "the header is like that of a report")
    return None


def check_labels(labels: dict[str, str]) -> None:
    """See that the labels that others stand for are labels of reports.

    Raises:
        ConfigError: naming the first that is none.
    """
    known = {
        plain(label): label
        for preset in PRESETS
        for names in preset.columns.values()
        for label in names
    }
    for label, meant in labels.items():
        if plain(meant) not in known:
            near = difflib.get_close_matches(plain(meant), known, 1)
            hint = f"did you mean {shown(known[near[0]])}" if near else "use one such as Order no."
            raise ConfigError(
                f"labels says that {shown(label)} is {shown(meant)}, which no report has",
                where="eventbrite",
                remedy=hint,
            )


def delimiter_of(source: Source, labels: dict[str, str]) -> str:
    """Say what stands between the cells of a report: a comma, where its header does not tell."""
    head = source.head()
    for delimiter in DELIMITERS:
        row = tuple(labels.get(fold(label), label) for label in _first_row(head, delimiter))
        if recognised(row) or _like_a_report(tuple(map(plain, row))):
            return delimiter
    return DELIMITERS[0]


def _first_row(head: bytes, delimiter: str) -> list[str]:
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return []
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = head.decode(encoding, "replace").lstrip()
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), [])
    except csv.Error:
        return []


def unknown(header: Header) -> SourceError:
    """Say what a header lacks to be that of the nearest report, and what it has beside it."""
    labels = tuple(map(plain, header.labels))
    nearest = _nearest(labels)
    lacking = ", ".join(repr(label) for label in nearest.lacks(labels))
    if not _like_a_report(labels):
        # It may have no header at all, and then the first row is about somebody.
        return SourceError(
            f"this is no report of Eventbrite; even the nearest, {nearest.title}, has {lacking}",
            where=header.place,
            remedy="export the report Attendees or Orders, or import it as csv with a mapping",
        )
    known = {plain(label) for labels_ in nearest.columns.values() for label in labels_} | _USUAL
    others = header.named(n for n, label in enumerate(header.labels) if plain(label) not in known)
    has = f", and has {others}" if others else ""
    return SourceError(
        f"this report is not known; the nearest is {nearest.title}, but it lacks {lacking}{has}",
        where=header.place,
        remedy="export it with those columns, or say under labels which of its columns they are",
    )
