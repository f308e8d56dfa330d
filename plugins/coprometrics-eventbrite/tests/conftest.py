"""What the tests of reports share: invented reports, and what reading them gives."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from coprometrics.documents import structure
from coprometrics.importers import Context, Source
from coprometrics.records import Activity, Attendance, Income
from coprometrics.testing import NOW, Reading, pseudonym
from coprometrics_eventbrite import Eventbrite, EventbriteImporter

QUESTIONS = "How did you hear of us?,Access needs,How did you hear of us?"

HEADERS = {
    "us": "Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,"
    "Attendee #,Group,Order Type,Currency,Total Paid,Fees Paid,Eventbrite Fees,"
    "Eventbrite Payment Processing,Attendee Status,Home Address 1,Home Address 2,Home City,"
    f"Home State,Home Zip,Home Country,{QUESTIONS},Job Title,Company",
    "us-events": "Event Name,Event ID,Order #,Order Date,First Name,Last Name,Email,Quantity,"
    "Ticket Type,Attendee #,Order Type,Currency,Total Paid,Attendee Status",
    "uk-2017": "Order no.,Order Date,First Name,Surname,Email,Quantity,Ticket Type,Order Type,"
    "Total Paid,Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,Home Address 1,"
    "Home Address 2,Home City,County of Residence,Home Postcode,Home Country",
    "uk-events": "Event Name,Event ID,Order no.,Order Date,First Name,Surname,Email,Quantity,"
    "Price Tier,Ticket Type,Attendee no.,Order Type,Currency,Total Paid,Fees Paid,"
    "Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,Mobile Phone,Birth Date,"
    "Shipping Address 1,Billing Country",
    "uk": "Order no.,Order Date,First Name,Surname,Email,Quantity,Price Tier,Ticket Type,"
    "Attendee no.,Group,Order Type,Currency,Total Paid,Fees Paid,Eventbrite Fees,"
    "Eventbrite Payment Processing,Attendee Status,Home Address 1,Home Address 2,Home City,"
    f"County of Residence,Home Postcode,Home Country,{QUESTIONS},Job Title,Company,Website",
    "attendees": "Order ID,Order date,Attendee first name,Attendee last name,Attendee email,"
    "Phone number,Purchaser city,Purchaser state,Purchaser country,Event name,Event ID,"
    "Event start date,Event start time,Event timezone,Event location,Ticket quantity,Ticket tier,"
    "Ticket type,Currency,Ticket price,Buyer first name,Buyer last name,Buyer email,"
    "Seating location 1,Seating location 2,Seating location 3,Barcode number",
    "orders": "Order ID,Order date,Buyer first name,Buyer last name,Buyer email,Phone number,"
    "Ticket quantity,Net sales,Event name,Event location,Event ID,Event start date,Gross sales,"
    "Ticket revenue,Eventbrite service fee,Eventbrite payment processing fee",
    "orders-quick": "Order ID,Date,Gross Revenue (USD),Ticket Revenue (USD),Eventbrite Fees (USD),"
    "Eventbrite Payment Processing (USD),Tax on Eventbrite Fees (USD),Tickets,Type,Status,"
    "Delivery Method,First Name,Last Name,Email Address,Event Name,Venue Name,Venue ID",
    "nl": "Ordernr.,Besteldatum,Voornaam,Achternaam,E-mail,Aantal,Tickettype,Deelnemernr.,"
    "Ordertype,Valuta,Totaal betaald,Status deelnemer",
}

PERSONAL = {
    "First Name": "Zephyrine", "Last Name": "Quillfeather", "Surname": "Quillfeather",
    "Voornaam": "Zephyrine", "Achternaam": "Quillfeather", "Attendee first name": "Zephyrine",
    "Attendee last name": "Quillfeather", "Buyer first name": "Zephyrine",
    "Buyer last name": "Quillfeather", "Phone number": "07700900123",
    "Mobile Phone": "07700900123", "Home Address 1": "12 Nightjar Row",
    "Shipping Address 1": "12 Nightjar Row", "Access needs": "needs a ramp, please",
    "Birth Date": "1980-02-03", "Company": "Quillfeather & Daughters",
}  # fmt: skip
"""What must never get out."""

SECRETS = (
    "zephyrine",
    "quillfeather",
    "0770",
    "nightjar",
    "ramp",
    "1980-02-03",
    "@",
    "example.org",
)

_OLDER = {
    "Email": "zq@example.org", "Quantity": "1", "Ticket Type": "General", "Currency": "GBP",
    "Order Type": "Free Order", "Total Paid": "0.00", "Attendee Status": "Attending",
    "Event ID": "77", "Event Name": "Cuppa in May",
}  # fmt: skip
FILLED: dict[str, dict[str, str]] = {
    "us": {**_OLDER, "Order #": "5001", "Attendee #": "9001", "Order Date": "11/29/24 22:28"},
    "us-events": {**_OLDER, "Order #": "5001", "Attendee #": "9001",
                  "Order Date": "11/29/24 22:28"},
    "uk-2017": {**_OLDER, "Order no.": "5001", "Order Date": "2017-01-27 15:51:40+00:00"},
    "uk-events": {**_OLDER, "Order no.": "5001", "Attendee no.": "9001",
                  "Order Date": "2024-01-27 15:51:40+00:00"},
    "uk": {**_OLDER, "Order no.": "5001", "Attendee no.": "9001",
           "Order Date": "2024-01-27 15:51:40+00:00"},
    "attendees": {
        "Order ID": "5001", "Order date": "2025-01-01 12:00:00", "Attendee email": "zq@example.org",
        "Event name": "Cuppa in May", "Event ID": "77", "Event start date": "2025-05-08",
        "Event start time": "18:00:00", "Event timezone": "Europe/London",
        "Event location": "The Hall", "Ticket quantity": "1", "Ticket type": "General",
        "Currency": "GBP", "Ticket price": "0.00", "Buyer email": "zq@example.org",
        "Barcode number": "50010001",
    },
    "orders": {
        "Order ID": "5001", "Order date": "2025-01-01 12:00:00", "Buyer email": "zq@example.org",
        "Ticket quantity": "1", "Net sales": "0.00", "Gross sales": "0.00",
        "Event name": "Cuppa in May", "Event ID": "77", "Event location": "The Hall",
    },
    "orders-quick": {
        "Order ID": "5001", "Date": "2025-01-01 12:00:00", "Gross Revenue (USD)": "0.00",
        "Tickets": "1", "Type": "Free Order", "Status": "Completed",
        "Email Address": "zq@example.org", "Event Name": "Cuppa in May",
    },
    "nl": {
        "Ordernr.": "5001", "Besteldatum": "2024-05-04 10:00:00", "E-mail": "zq@example.org",
        "Aantal": "1", "Tickettype": "Gratis", "Deelnemernr.": "9001", "Ordertype": "Gratis",
        "Valuta": "EUR", "Totaal betaald": "0,00", "Status deelnemer": "Aanwezig",
    },
}  # fmt: skip
"""A row of each report, which the tests change."""

Rows = Iterable[Mapping[str, str]]


def written(variant: str, rows: Rows, *, header: str | None = None, end: str = "\n") -> str:
    """Write a report: each row is the usual one with some cells changed."""
    labels = next(csv.reader([header or HEADERS[variant]]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(labels)
    for row in rows:
        cells = {**PERSONAL, **FILLED[variant], **row}
        assert set(row) <= set(labels), set(row) - set(labels)
        writer.writerow([cells.get(label, "") for label in labels])
    return out.getvalue()


class Read(Reading):
    """All that reading a report yielded."""

    @property
    def attendances(self) -> list[Attendance]:
        return self.of(Attendance)

    @property
    def incomes(self) -> list[Income]:
        return self.of(Income)

    @property
    def activities(self) -> list[Activity]:
        return self.of(Activity)

    @property
    def codes(self) -> list[str]:
        """The codes of the refused rows' problems, in their order."""
        return [problem.code for problem in self.problems]

    def notice(self, code: str) -> str:
        """The message of the only notice of a code."""
        (message,) = [notice.message for notice in self.notices if notice.code == code]
        return message

    def said(self) -> str:
        """Everything that gets out, in small letters."""
        rows = [batch.rows.to_pylist() for batch in self.batches]
        return repr((rows, self.refusals, self.skipped, self.notices)).casefold()


def reading(path: Path, settings: dict[str, Any], now: dt.datetime = NOW) -> Read:
    """Read a file by the importer, with settings as a document has them."""
    config = structure(settings, Eventbrite, "eventbrite.yaml")
    context = Context(pseudonym, now)
    return Read.gather(EventbriteImporter().read(Source.at(path), config, context))


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Read a report of a variant, from rows that differ from the usual one in some cells."""

    def run(variant: str, *rows: Mapping[str, str], **settings: Any) -> Read:
        text = settings.pop("text", None) or written(variant, rows or [{}])
        now = settings.pop("now", NOW)
        path = tmp_path / "report.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if variant in ("us", "uk", "uk-2017", "nl"):
            settings.setdefault("event", "77")
        if variant in ("uk-2017", "orders", "nl"):
            settings.setdefault("currency", "GBP")
        return reading(path, settings, now)

    return run


@pytest.fixture
def write() -> Callable[..., str]:
    """Write a report of a variant."""
    return written


@pytest.fixture
def headers() -> dict[str, str]:
    """The headers of the reports."""
    return dict(HEADERS)


@pytest.fixture
def secrets() -> tuple[str, ...]:
    """What must never get out."""
    return SECRETS


@pytest.fixture
def key() -> Callable[[str], str]:
    """The pseudonym that an address is given here."""
    return pseudonym


@pytest.fixture
def read_file() -> Callable[..., Read]:
    """Read a file that is there."""
    return reading
