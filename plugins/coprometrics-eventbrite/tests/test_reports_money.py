"""What was paid, given back and donated, as reports tell it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from coprometrics.records import Income

# Donations.


@pytest.mark.parametrize("name", ["Donation", "DONEREN", " donatie "])
def test_a_donation_is_money_and_no_visitor(name: str, read: Any) -> None:
    row = {"Ticket Type": name, "Total Paid": "5.00", "Attendee #": "9002"}
    found = read("us", {}, row)
    assert len(found.attendances) == 1
    (income,) = found.incomes
    assert (income.kind, income.stream, income.amount_minor) == ("donation", "donations", 500)
    assert income.id == "eventbrite:5001:donation"


def test_a_donation_of_nothing_is_counted_as_left_out(read: Any) -> None:
    found = read("us", {"Ticket Type": "Donation"})
    assert (found.attendances, found.incomes) == ([], [])
    assert found.skipped == {"donations without an amount": 1}


def test_a_ticket_with_a_donation_in_its_name_is_pointed_out(read: Any) -> None:
    found = read("us", {"Ticket Type": "Ticket with donation"})
    assert len(found.attendances) == 1
    assert "'Ticket with donation'" in found.notice("perhaps-donations")
    names = ["ticket with donation"]
    assert read("us", {"Ticket Type": "Ticket with donation"}, donations=names).attendances == []


def test_further_names_of_donations_stand_beside_the_usual_ones(read: Any) -> None:
    rows = [
        {"Ticket Type": "Donation", "Total Paid": "5.00"},
        {"Ticket Type": "Support us", "Total Paid": "7.00", "Attendee #": "9002"},
    ]
    found = read("us", *rows, donations=["support us"])
    assert (found.attendances, [i.amount_minor for i in found.incomes]) == ([], [1200])


def test_a_fee_and_a_donation_of_one_order_are_two_incomes(read: Any) -> None:
    rows = [
        {"Total Paid": "10.00"},
        {"Total Paid": "5.00", "Ticket Type": "Donation", "Attendee #": "2"},
    ]
    found = read("us", *rows)
    assert [(i.id, i.amount_minor) for i in found.incomes] == [
        ("eventbrite:5001", 1000), ("eventbrite:5001:donation", 500),
    ]  # fmt: skip


# Payments and refunds.


def test_an_income_stands_on_the_first_line_of_its_order(read: Any) -> None:
    donation = {"Order #": "5002", "Ticket Type": "Donation", "Total Paid": "15.00"}
    found = read("us", {}, donation, donation | {"Attendee #": "9002"})
    (lines,) = (batch.lines for batch in found.batches if batch.record_type is Income)
    assert lines.to_pylist() == [3]


def test_income_is_once_an_order_on_the_day_it_was_made(read: Any) -> None:
    rows = [{"Attendee #": str(n), "Total Paid": "7.50", "Order Date": "07/01/24 00:30"}
            for n in range(4)]  # fmt: skip
    (income,) = read("us", *rows, timezone="Europe/London").incomes
    assert income.id == "eventbrite:5001"
    assert (income.amount_minor, income.currency) == (3000, "GBP")
    assert income.received_on == dt.date(2024, 7, 1)
    assert (income.kind, income.stream) == ("fee", "tickets")
    assert income.activity_id == "eventbrite:77"


def test_streams_are_as_declared(read: Any) -> None:
    (income,) = read("us", {"Total Paid": "1.00"}, stream="training").incomes
    assert income.stream == "training"


def test_days_without_a_time_zone_are_as_written(read: Any) -> None:
    (income,) = read("us", {"Total Paid": "1.00", "Order Date": "07/01/24 00:30"}).incomes
    assert income.received_on == dt.date(2024, 7, 1)


def test_brackets_are_money_given_back(read: Any) -> None:
    rows = [{"Ticket price": "15.00"}, {"Ticket price": "(15.00)", "Barcode number": ""}]
    found = read("attendees", *rows)
    assert [(i.id, i.kind, i.amount_minor) for i in found.incomes] == [
        ("eventbrite:5001", "fee", 1500), ("eventbrite:5001:refund", "refund", -1500),
    ]  # fmt: skip
    assert [a.status for a in found.attendances] == ["cancelled"]


def test_a_ticket_partly_given_back_stays_booked(read: Any) -> None:
    rows = [{"Ticket price": "15.00"}, {"Ticket price": "(5.00)"}]
    assert [a.status for a in read("attendees", *rows).attendances] == ["registered"]


def test_a_refunded_ticket_that_still_shows_its_price_is_paid_and_given_back(read: Any) -> None:
    found = read("us", {"Total Paid": "15.00", "Attendee Status": "Refunded"})
    assert [i.amount_minor for i in found.incomes] == [1500, -1500]
    refunded = {"Attendee Status": "Refunded"}
    rows = [
        refunded | {"Total Paid": "15.00"},
        refunded | {"Total Paid": "(15.00)", "Attendee #": "2"},
    ]
    assert [i.amount_minor for i in read("us", *rows).incomes] == [1500, -1500]


def test_free_orders_give_no_income(read: Any) -> None:
    assert read("attendees", {"Ticket price": "Free"}).incomes == []
    assert read("us", {"Total Paid": ""}).incomes == []


def test_what_is_free_needs_no_currency(read: Any) -> None:
    found = read("attendees", {"Ticket price": "Free", "Currency": ""})
    assert (len(found.attendances), found.incomes) == (1, [])
    assert read("attendees", {"Ticket price": "$", "Currency": ""}).codes == ["not-a-currency"]


@pytest.mark.parametrize("status", ["Checked In", "Not Attending", "Refunded"])
def test_no_money_is_collected_for_a_deleted_order_whatever_became_of_the_ticket(
    status: str, read: Any
) -> None:
    row = {"Order Type": "Deleted", "Attendee Status": status, "Total Paid": "9.00"}
    found = read("us", row)
    assert found.incomes == []
    assert found.notice("uncollected-amounts").startswith("1 rows of manual or deleted orders")


def test_what_was_given_back_on_a_manual_order_is_no_ticket(read: Any) -> None:
    rows = [{"Order Type": "Manual", "Total Paid": amount} for amount in ("9.00", "(9.00)")]
    found = read("uk-2017", *rows)
    assert (len(found.attendances), found.incomes) == (1, [])
    assert found.skipped == {"rows without a ticket and without an amount": 1}


def test_a_refund_with_the_number_of_its_attendee_is_no_second_ticket(read: Any) -> None:
    paid = {"Total Paid": "15.00"}
    back = {"Total Paid": "(15.00)", "Attendee Status": "Refunded"}
    other = {"Attendee #": "9002", "Total Paid": "15.00"}
    found = read("us", paid, back, other)
    assert found.refusals == []
    assert [(a.id, a.status) for a in found.attendances] == [
        ("eventbrite:9001", "cancelled"), ("eventbrite:9002", "registered"),
    ]  # fmt: skip
    assert [i.amount_minor for i in found.incomes] == [3000, -1500]
    came = read("us", paid | {"Attendee Status": "Checked In"}, back)
    assert [a.status for a in came.attendances] == ["attended"]


def test_a_donation_that_was_given_back_cancels_nobody(read: Any) -> None:
    rows = [
        {"Ticket price": "0.00"},
        {"Ticket type": "Donation", "Ticket price": "9.00"},
        {"Ticket type": "Donation", "Ticket price": "(9.00)"},
    ]
    found = read("attendees", *rows)
    assert [a.status for a in found.attendances] == ["registered"]
    assert sum(i.amount_minor for i in found.incomes) == 0


# An attendee several times, and amounts beyond measure.


@pytest.mark.parametrize(
    ("second", "amounts"),
    [({"Total Paid": "(5.00)"}, [500, -500]),
     ({"Ticket Type": "Donation"}, [500, 500]),
     ({"Total Paid": "7.00"}, None), ({"Total Paid": "0.00"}, None), ({"Currency": "EUR"}, None)],
)  # fmt: skip
def test_an_attendee_pays_once_or_is_refused(
    second: dict[str, str], amounts: list[int] | None, read: Any
) -> None:
    first = {"Total Paid": "5.00"}
    others = {"Order #": "5002", "Attendee #": "9002", "Total Paid": "3.00", "Currency": "JPY"}
    found = read("us", first, first | second, others | {"Total Paid": "3"}, first)
    if amounts is None:
        assert [refusal.at.line for refusal in found.refusals] == [2, 3, 5]
        assert set(found.codes) == {"attendee-contradicted"}
    assert [i.amount_minor for i in found.incomes] == [*(amounts or []), 3]


def test_what_is_refused_is_not_counted_as_left_out_besides(read: Any) -> None:
    donation = {"Ticket Type": "Donation", "Total Paid": "5.00"}
    found = read("us", donation, donation | {"Total Paid": "0.00"})
    assert found.codes == ["attendee-contradicted"] * 2
    assert found.skipped == {}


def test_an_order_beyond_measure_is_refused_and_the_others_are_not(read: Any) -> None:
    large = [{"Attendee #": str(n), "Total Paid": f"{9 * 10**16}.00"} for n in range(2)]
    found = read("us", *large, {"Order #": "5002", "Total Paid": f"{9 * 10**16}.00"})
    assert found.codes == ["too-large", "too-large"]
    assert [i.amount_minor for i in found.incomes] == [9 * 10**18]


def test_a_refund_with_the_barcode_of_a_ticket_takes_that_ticket(read: Any) -> None:
    """Of two tickets in an order one was given back, by its barcode; the other still stands."""
    paid = {"Ticket price": "4.00", "Order ID": "1"}
    found = read(
        "attendees",
        {**paid, "Barcode number": "1111"},
        {**paid, "Barcode number": "1112"},
        {**paid, "Barcode number": "1112", "Ticket price": "(4.00)"},
        count="registered",
    )
    assert sorted(one.status for one in found.attendances) == ["attended", "cancelled"]
    assert sum(one.amount_minor for one in found.incomes) == 400


def test_a_part_of_a_price_that_was_given_back_leaves_the_ticket(read: Any) -> None:
    found = read(
        "attendees",
        {"Ticket price": "4.00", "Barcode number": "1111", "Order ID": "1"},
        {"Ticket price": "(1.00)", "Barcode number": "1111", "Order ID": "1"},
        {"Ticket price": "(4.00)", "Barcode number": "1111", "Order ID": "2"},
        {"Ticket price": "4.00", "Barcode number": "1112", "Order ID": "2"},
        {"Ticket price": "4.00", "Barcode number": "1113", "Order ID": "2"},
        count="registered",
    )
    assert [one.status for one in found.attendances] == ["attended"] * 3


def test_a_report_that_says_nothing_of_money_says_so(read_file: Any, tmp_path: Path) -> None:
    header = "Order #,Order Date,Email,Ticket Type,Attendee #,Attendee Status"
    row = "1,05/01/25 09:30,a@example.org,General,11,Checked In"
    path = tmp_path / "report.csv"
    path.write_text(f"{header}\n{row}\n")
    found = read_file(path, {"event": "100"})
    assert found.incomes == []
    assert "no column says what was paid" in found.notice("no-amounts")


def test_a_report_half_in_dutch_has_its_amounts(read_file: Any, tmp_path: Path) -> None:
    header = (
        "Order #,Order Date,Email,Quantity,Ticket Type,Attendee #,Order Type,Currency,"
        "Totaal betaald,Attendee Status"
    )
    row = '1,05/01/25 09:30,a@example.org,1,General,11,Eventbrite Completed,EUR,"4,00",Checked In'
    path = tmp_path / "report.csv"
    path.write_text(f"{header}\n{row}\n")
    found = read_file(path, {"event": "100"})
    assert [(one.amount_minor, one.currency) for one in found.incomes] == [(400, "EUR")]
