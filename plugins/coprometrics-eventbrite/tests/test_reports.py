"""Every report that is known: how it is told from the others, and what its rows become."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from coprometrics.errors import ConfigError, SourceError
from coprometrics.importers import Source
from coprometrics_eventbrite import EventbriteImporter
from coprometrics_eventbrite.presets import PRESETS

VARIANTS = [preset.name for preset in PRESETS]
US_EVENING = dt.datetime(2024, 11, 29, 22, 28, tzinfo=dt.UTC)


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_report_is_known_by_its_header(variant: str, write: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(write(variant, [{}]))
    match = EventbriteImporter().identify(Source.at(path))
    assert match is not None
    assert (match.variant, match.generic) == (variant, False)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_report_gives_an_attendance(variant: str, read: Any, key: Any) -> None:
    settings = {"orders-quick": {"events": [{"id": "77", "title": "cuppa in may"}]}}
    found = read(variant, **settings.get(variant, {}))
    assert found.refusals == []
    (attendance,) = found.attendances
    assert attendance.activity_id == "eventbrite:77"
    assert attendance.order_id == "eventbrite:5001"
    assert attendance.person_key == key("zq@example.org")
    assert attendance.status == "registered"
    numbered = variant in ("us", "us-events", "uk", "uk-events", "nl")
    assert attendance.id == f"eventbrite:{'9001' if numbered else f'5001:{variant}:1'}"
    assert found.incomes == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_nobody_is_named(variant: str, read: Any, secrets: tuple[str, ...]) -> None:
    columns = {"nl": "E-mail", "attendees": "Attendee email", "orders": "Buyer email",
               "orders-quick": "Email Address"}  # fmt: skip
    said = read(variant, {}, {columns.get(variant, "Email"): "Zephyrine @ home"}).said()
    assert not [secret for secret in secrets if secret in said.replace("an @", "")]


@pytest.mark.parametrize(
    ("variant", "cell", "zone", "expected"),
    [
        ("us", "11/29/24 22:28", "America/Los_Angeles", at(2024, 11, 30, 6, 28)),
        ("us", "1/5/24 9:03", "Europe/London", at(2024, 1, 5, 9, 3)),
        ("us", "11/29/2024 22:28", "Europe/London", at(2024, 11, 29, 22, 28)),
        ("us", "2024-11-29 22:28:00", "Europe/Berlin", at(2024, 11, 29, 21, 28)),
        ("us-events", "07/01/24 00:30", "Europe/London", at(2024, 6, 30, 23, 30)),
        ("uk-2017", "2017-01-27 15:51:40+00:00", "Europe/London", at(2017, 1, 27, 15, 51, 40)),
        ("uk-2017", "2017-07-27 15:51:40+01:00", "Europe/London", at(2017, 7, 27, 14, 51, 40)),
        ("uk", "27/07/24 15:51", "Europe/London", at(2024, 7, 27, 14, 51)),
        ("uk-events", "2024-07-27T15:51:40Z", "Europe/London", at(2024, 7, 27, 15, 51, 40)),
        ("attendees", "2025-07-01 12:00:00", "Asia/Tokyo", at(2025, 7, 1, 3)),
        ("nl", "04-05-2024 10:00", "Europe/Amsterdam", at(2024, 5, 4, 8)),
    ],
)
def test_order_dates_are_read_as_the_report_writes_them(
    variant: str, cell: str, zone: str, expected: dt.datetime, read: Any
) -> None:
    label = {"nl": "Besteldatum", "attendees": "Order date"}.get(variant, "Order Date")
    (attendance,) = read(variant, {label: cell}, timezone=zone).attendances
    assert attendance.registered_at == expected


def test_order_dates_are_in_the_time_zone_of_the_event_by_default(read: Any) -> None:
    rows = [
        {"Order ID": str(n), "Event ID": str(n), "Event timezone": zone}
        for n, zone in enumerate(["Europe/London", "Asia/Tokyo", "", "Atlantis/Capital"], 1)
    ]
    found = read("attendees", *rows)
    times = [attendance.registered_at for attendance in found.attendances]
    assert times == [at(2025, 1, 1, 12), at(2025, 1, 1, 3), None, None]
    assert "set timezone" in found.notice("time-zone-unknown")


def test_the_time_zone_of_a_declared_event_is_that_of_its_orders(read: Any) -> None:
    events = [{"id": "77", "timezone": "America/New_York"}]
    (attendance,) = read("us", events=events).attendances
    assert attendance.registered_at == at(2024, 11, 30, 3, 28)


def test_declared_ways_of_writing_dates_replace_the_usual_ones(read: Any) -> None:
    row = {"Order Date": "29.11.2024"}
    formats = ["%d.%m.%Y"]
    found = read("us", row | {"Total Paid": "3.00"}, date_formats=formats, timezone="Europe/London")
    assert found.attendances[0].registered_at is None
    assert found.incomes[0].received_on == dt.date(2024, 11, 29)
    assert read("us", row).codes == ["not-a-datetime"]


def test_orders_dated_after_today_are_pointed_out(read: Any) -> None:
    found = read("us", {"Order Date": "01/05/26 10:00"}, now=at(2026, 1, 1))
    assert found.notice("orders-in-the-future").startswith("1 orders are dated after today")
    assert "date_formats" in found.notice("orders-in-the-future")


@pytest.mark.parametrize(
    "cell", ["31/02/24 10:00", "02/31/24 10:00", "soon", "2024-02-31 10:00:00", "24:00", "11/29/24"]
)
def test_a_time_that_there_is_not_refuses_its_row(cell: str, read: Any) -> None:
    found = read("us", {}, {"Order Date": cell, "Attendee #": "2"}, timezone="Europe/London")
    assert [refusal.at.line for refusal in found.refusals] == [3]
    assert len(found.attendances) == 1


def test_a_time_that_clocks_skip_refuses_its_row_alone(read: Any) -> None:
    rows = [
        {"Order Date": "03/31/24 01:30", "Attendee #": "1"},
        {"Order Date": "03/31/24 02:30", "Attendee #": "2"},
        {"Order Date": "10/27/24 01:30", "Attendee #": "3"},
    ]
    found = read("us", *rows, timezone="Europe/London")
    assert [refusal.at.line for refusal in found.refusals] == [2]
    times = [attendance.registered_at for attendance in found.attendances]
    assert times == [at(2024, 3, 31, 1, 30), at(2024, 10, 27, 0, 30)]


@pytest.mark.parametrize("variant", ["us", "uk", "uk-2017", "nl"])
def test_a_report_of_one_event_needs_to_be_told_which(variant: str, read: Any) -> None:
    with pytest.raises(ConfigError, match=r'report.csv: .*set event to .*event: "120000000001"'):
        read(variant, event=None)


def test_orders_without_an_event_give_their_money_alone(read: Any) -> None:
    rows = [{"Gross Revenue (USD)": "12.50"}, {"Order ID": "5002"}]
    found = read("orders-quick", *rows)
    (income,) = found.incomes
    assert (income.amount_minor, income.currency, income.activity_id) == (1250, "USD", None)
    assert found.attendances == []
    assert found.skipped == {"orders without an amount, of an event without a number": 1}
    assert "declare the event with its title" in found.notice("event-number-unknown")


CUPPA, GALA = {"Event Name": "Cuppa in May"}, {"Event Name": "A gala", "Order ID": "5002"}


def test_a_title_of_several_declared_events_tells_none_of_them(read: Any) -> None:
    events = [{"id": "77", "title": "Cuppa in May"}, {"id": "78", "title": "cuppa  in may"}]
    found = read("orders-quick", {"Gross Revenue (USD)": "4.00"}, events=events)
    assert found.attendances == []
    assert "do not say the number of their event" in found.notice("event-number-unknown")
    assert [(i.amount_minor, i.activity_id) for i in found.incomes] == [(400, None)]


def test_a_row_of_an_unknown_event_is_refused_for_one_reason(
    read: Any, headers: Any, write: Any
) -> None:
    header = headers["attendees"].replace("Event ID,", "")
    rows = [{"Event name": name} for name in ("Cuppa", "A gala", "Talk")]
    events = [{"id": "77", "title": "Talk"}, *({"id": n, "title": "cuppa"} for n in ("78", "79"))]
    found = read("attendees", text=write("attendees", rows, header=header), events=events)
    assert [[p.message for p in refusal.problems] for refusal in found.refusals] == [
        ["several events of this title are declared under events"],
        ["no event of this title is declared under events"],
    ]
    assert [a.activity_id for a in found.attendances] == ["eventbrite:77"]


def test_the_number_of_one_event_is_not_taken_for_others(read: Any) -> None:
    assert read("orders-quick", CUPPA, CUPPA, event="77").refusals == []
    with pytest.raises(ConfigError, match=r"is of several events, and event \(77\) says of one"):
        read("orders-quick", CUPPA, GALA, event="77")


def test_the_number_of_a_declared_event_is_for_its_title_alone(read: Any) -> None:
    events = [{"id": "77", "title": "Cuppa in May"}]
    found = read("orders-quick", CUPPA, GALA, event="77", events=events)
    assert [a.activity_id for a in found.attendances] == ["eventbrite:77"]
    both = [*events, {"id": "78", "title": "A gala"}]
    found = read("orders-quick", CUPPA, GALA, event="77", events=both)
    assert [a.activity_id for a in found.attendances] == ["eventbrite:77", "eventbrite:78"]


def test_an_event_is_found_by_its_declared_title(read: Any) -> None:
    events = [{"id": "78", "title": "CUPPA  in may"}, {"id": "79", "title": "Talk"}]
    rows = [{"Event Name": "Talk"}, {"Order ID": "5002", "Tickets": "3"}]
    found = read("orders-quick", *rows, events=events)
    assert [a.activity_id for a in found.attendances] == ["eventbrite:79"] + ["eventbrite:78"] * 3


def test_gross_sales_are_what_people_paid(read: Any) -> None:
    (income,) = read("orders", {"Gross sales": "30.00", "Net sales": "27.50"}).incomes
    assert income.amount_minor == 3000


def test_net_sales_are_taken_with_a_warning(read: Any, headers: Any, write: Any) -> None:
    header = headers["orders"].replace("Gross sales,", "")
    found = read("orders", text=write("orders", [{"Net sales": "27.50"}], header=header))
    assert found.incomes[0].amount_minor == 2750
    assert "add the column Gross sales" in found.notice("net-amounts")


def test_the_currency_may_stand_in_the_header(read: Any, headers: Any, write: Any) -> None:
    text = write("orders-quick", [{}]).replace("(USD)", "(JPY)").replace("0.00", "1200")
    assert read("orders-quick", text=text).incomes[0].currency == "JPY"
    assert read("orders-quick", text=text).incomes[0].amount_minor == 1200


def test_an_amount_needs_a_currency_but_nothing_does_not(read: Any) -> None:
    assert read("uk-2017", currency=None).refusals == []
    with pytest.raises(SourceError, match="'Total Paid' is; set currency"):
        read("uk-2017", {"Total Paid": "5.00"}, currency=None)
    rows = [{"Currency": ""}, {"Currency": "pounds", "Total Paid": "5.00", "Attendee no.": "2"}]
    assert read("uk", *rows).codes == ["not-a-currency"]


def test_dutch_amounts_have_a_comma(read: Any) -> None:
    (income,) = read("nl", {"Totaal betaald": "1.234,50"}).incomes
    assert (income.amount_minor, income.currency) == (123450, "EUR")
    found = read("nl", {"Totaal betaald": "15.50"})
    assert found.codes == ["not-an-amount"]
    assert "; mend it, or set decimal, got" in str(found.refusals[0].problems[0])
    assert read("nl", {"Totaal betaald": "15.50"}, decimal=".").incomes[0].amount_minor == 1550


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_stands_between_cells_is_told_by_the_header(
    delimiter: str, read: Any, write: Any, tmp_path: Path
) -> None:
    text = write("orders", [{}]).replace(",", delimiter)
    assert len(read("orders", text=text).attendances) == 1
    assert EventbriteImporter().identify(Source.at(tmp_path / "report.csv")) is not None


def test_labels_of_another_language_can_be_declared(read: Any, headers: Any, write: Any) -> None:
    text = write("uk", [{}]).replace("Order no.", "Numéro").replace("Attendee no.", "Participant")
    with pytest.raises(SourceError, match=r"lacks 'Order .*', .*has .*'Numéro'"):
        read("uk", text=text)
    labels = {"NUMÉRO": "Order no.", "Participant": "Attendee no."}
    assert read("uk", text=text, labels=labels).attendances[0].id == "eventbrite:9001"


def test_a_declared_label_must_be_one_of_a_report(read: Any) -> None:
    with pytest.raises(ConfigError, match=r"'Nr' is 'Oder no', which no report has; did you mean"):
        read("uk", labels={"Nr": "Oder no"})
    found = read("uk", labels={"Nr": "Order no."})
    assert "'nr'" in found.notice("declared-label-absent")


def test_a_report_that_is_not_known_is_refused_with_the_nearest(
    read: Any, headers: Any, write: Any, tmp_path: Path
) -> None:
    text = write("attendees", [{}]).replace("Attendee email", "E-mail of guest")
    text = text.replace("Ticket quantity", "How many")
    with pytest.raises(SourceError) as caught:
        read("attendees", text=text)
    said = str(caught.value)
    assert "report.csv:1: this report is not known; the nearest is the newer report" in said
    assert "lacks 'Attendee email', 'Ticket quantity'" in said
    assert "'E-mail of guest'" in said
    assert "say under labels" in said
    match = EventbriteImporter().identify(Source.at(tmp_path / "report.csv"))
    assert match is not None
    assert match.variant == "unknown"


def test_another_file_is_refused_without_showing_its_first_row(read: Any) -> None:
    with pytest.raises(SourceError, match="no report of Eventbrite") as caught:
        read("us", text="Zephyrine,Quillfeather,5\n")
    assert "Zeph" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("income.csv", b"Date,Amount\n2024-01-01,3\n"),
        ("x.csv", b""),
        ("x.csv", b"\0\0\0"),
        ("x.csv", b'"unclosed'),
        ("x.csv", "Order ID,Date,Amount,Customer\n1,2,3,4\n".encode("utf-16")),
    ],
)
def test_other_files_are_left_to_others(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert EventbriteImporter().identify(Source.at(path)) is None
