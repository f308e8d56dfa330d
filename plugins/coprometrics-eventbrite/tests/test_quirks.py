"""What is peculiar about the service's reports, one claim at a time."""

from __future__ import annotations

from typing import Any

import pytest

ADA, BEN = "ada@example.org", "ben@example.org"


def people(found: Any) -> list[str | None]:
    return [attendance.person_key for attendance in found.attendances]


# 1. One ticket an attendee, all with the address of who ordered.


def test_an_order_of_four_is_one_person_and_three_guests(read: Any, key: Any) -> None:
    found = read("us", *({"Attendee #": str(9004 - n)} for n in range(4)))
    assert [a.id[-4:] for a in found.attendances] == ["9001", "9002", "9003", "9004"]
    assert people(found) == [key("zq@example.org"), None, None, None]
    assert {a.order_id for a in found.attendances} == {"eventbrite:5001"}


def test_a_person_with_two_orders_counts_in_both(read: Any, key: Any) -> None:
    found = read("us", {}, {"Order #": "5002", "Attendee #": "9002"})
    assert people(found) == [key("zq@example.org")] * 2


def test_addresses_of_their_own_are_people_of_their_own(read: Any, key: Any) -> None:
    rows = [{"Email": who, "Attendee #": str(n)} for n, who in enumerate((BEN, ADA, BEN.upper()))]
    assert people(read("us", *rows)) == [key(BEN), key(ADA), None]


def test_the_ticket_that_went_furthest_carries_the_person(read: Any, key: Any) -> None:
    words = ["Not Attending", "Attending", "Checked In", "Checked In"]
    rows = [{"Attendee #": str(n), "Attendee Status": word} for n, word in enumerate(words)]
    assert people(read("us", *rows)) == [None, None, key("zq@example.org"), None]


def test_the_newer_report_counts_the_person_of_an_order_once_too(read: Any, key: Any) -> None:
    rows = [{"Barcode number": str(n)} for n in range(3)] + [{"Attendee email": ADA}]
    assert sorted(people(read("attendees", *rows)), key=str) == sorted(
        [key("zq@example.org"), key(ADA), None, None], key=str
    )


@pytest.mark.parametrize("variant", ["us", "uk", "uk-2017"])
def test_the_address_has_two_labels_in_older_reports(
    variant: str, read: Any, headers: Any, write: Any, key: Any
) -> None:
    lines = write(variant, [{}], header=headers[variant]).splitlines()
    renamed = lines[0].replace(",Email,", ",Email Address,")
    assert renamed != lines[0]
    found = read(variant, text="\n".join([renamed, *lines[1:], ""]))
    assert (people(found), found.refusals) == ([key("zq@example.org")], [])


# 2. Questions.


def test_questions_are_left_out_and_listed(read: Any, secrets: Any) -> None:
    found = read("us", {"Access needs": "needs a ramp, please"})
    said = found.notice("unmapped-columns")
    assert said.count("'How did you hear of us?'") == 2
    assert "'Access needs'" in said
    assert "ramp" not in found.said()


@pytest.mark.parametrize("label", ["Email", "Attendee Status", "Order #", "Total Paid"])
def test_a_question_with_the_label_of_a_column_is_a_question(
    label: str, read: Any, headers: Any, write: Any, key: Any
) -> None:
    header = headers["us"] + f",{label}"
    lines = write("us", [{}], header=headers["us"]).splitlines()
    found = read("us", text=f"{header}\n{lines[1]},nonsense\n")
    assert found.refusals == []
    assert people(found) == [key("zq@example.org")]
    assert f"'{label}'" in found.notice("unmapped-columns")


# 3. Order types and statuses.


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Attending", "registered"), ("Checked In", "attended"), ("checked in", "attended"),
        ("Not Attending", "cancelled"), ("Refunded", "cancelled"), ("Deleted", "cancelled"),
        ("Unpaid", "registered"), ("Cancelled", "cancelled"), ("Transferred", "cancelled"),
        ("", "registered"),
    ],
)  # fmt: skip
def test_a_status_says_how_far_it_went(word: str, status: str, read: Any) -> None:
    assert read("us", {"Attendee Status": word}).attendances[0].status == status


def test_an_unknown_status_refuses_its_row_until_it_is_declared(read: Any) -> None:
    row = {"Attendee Status": "Waving"}
    found = read("us", row)
    assert found.codes == ["unknown-status"]
    assert "under statuses" in str(found.refusals[0].problems[0])
    assert read("us", row, statuses={"waving": "checked_in"}).attendances[0].status == "attended"


def test_no_money_is_collected_for_manual_and_deleted_orders(read: Any) -> None:
    rows = [
        {"Order #": str(n), "Attendee #": str(n), "Total Paid": "9.00", "Order Type": type_}
        for n, type_ in enumerate(["Manual", "Deleted", "Offline", "Eventbrite Completed"], 1)
    ]
    found = read("us", *rows)
    assert [i.id for i in found.incomes] == ["eventbrite:3", "eventbrite:4"]
    assert [a.status for a in found.attendances] == [
        "registered", "cancelled", "registered", "registered",
    ]  # fmt: skip
    assert found.notice("uncollected-amounts").startswith("2 rows of manual or deleted orders")


def test_orders_of_which_a_part_was_given_back_are_counted_as_they_stand(read: Any) -> None:
    found = read("us", {"Order Type": "Partially Refunded", "Total Paid": "6.00"})
    assert [i.amount_minor for i in found.incomes] == [600]
    assert found.notice("partly-refunded").startswith("1 rows are of orders")


def test_a_transferred_order_is_no_booking_here_any_more(read: Any) -> None:
    assert read("us", {"Order Type": "Transferred"}).attendances[0].status == "cancelled"
    row = {"Order Type": "Transferred", "Attendee Status": "Checked In"}
    assert read("us", row).attendances[0].status == "attended"


# 4. Repeated orders, quantities, footers, marks.


def test_tickets_without_a_number_are_numbered_within_their_order(read: Any) -> None:
    rows = [{"Barcode number": code} for code in ("b", "c", "a")]
    found = read("attendees", *rows, {"Order ID": "4999"})
    assert [a.id for a in found.attendances] == [
        f"eventbrite:{one}" for one in
        ("4999:attendees:1", "5001:attendees:1", "5001:attendees:2", "5001:attendees:3")
    ]  # fmt: skip


def test_a_row_of_three_tickets_is_three_attendances(read: Any, key: Any) -> None:
    found = read("attendees", {"Ticket quantity": "3", "Ticket price": "4.00"}, {})
    ids = [f"eventbrite:5001:attendees:{number}" for number in range(1, 5)]
    assert [a.id for a in found.attendances] == ids
    assert people(found) == [key("zq@example.org"), None, None, None]
    assert [i.amount_minor for i in found.incomes] == [1200]


def test_an_older_row_of_two_tickets_keeps_its_number(read: Any) -> None:
    found = read("us", {"Quantity": "2", "Total Paid": "8.00"})
    assert [a.id for a in found.attendances] == ["eventbrite:9001", "eventbrite:9001:2"]
    assert [i.amount_minor for i in found.incomes] == [800]


@pytest.mark.parametrize("cell", ["-1", "1001", "1.5", "many", "9" * 30])
def test_a_quantity_must_be_a_number_of_tickets(cell: str, read: Any) -> None:
    found = read("attendees", {"Ticket quantity": cell, "Ticket price": "1.00"})
    assert len(found.refusals) == 1
    assert found.attendances == []


def test_a_row_without_a_ticket_is_counted_as_left_out(read: Any) -> None:
    found = read("orders", {"Ticket quantity": "0"}, {"Order ID": "5002"})
    assert found.skipped == {"rows without a ticket and without an amount": 1}
    assert len(found.attendances) == 1


@pytest.mark.parametrize(
    "end", ["TOTALS,,,\r\n", "TOTALS,,,,,,,3,,,,,,,60.00\r\n", "\r\n\r\nTOTALS"]
)
def test_the_line_of_totals_is_no_booking(end: str, read: Any, write: Any) -> None:
    found = read("orders", text="\ufeff" + write("orders", [{}], end="\r\n") + end)
    assert found.refusals == []
    assert len(found.attendances) == 1
    assert found.skipped["the footer"] == 1


def test_a_mark_and_windows_line_ends_change_nothing(read: Any, write: Any) -> None:
    plain = read("us")
    marked = read("us", text="\ufeff" + write("us", [{}], end="\r\n"))
    assert marked.said() == plain.said()


def test_a_name_in_an_old_encoding_is_no_obstacle(read: Any, write: Any) -> None:
    text = write("us", [{"Ticket Type": "Café"}]).encode("cp1252")
    found = read("us", text=text)
    assert found.attendances[0].ticket_kind == "Café"
    assert "cp1252" in found.notice("encoding")


def test_numbers_that_a_spreadsheet_has_cut_are_refused(read: Any) -> None:
    found = read("us", {"Order #": "1.12119E+10"}, {"Order #": ""}, {"Attendee #": "9 001"})
    assert found.codes == ["not-a-number-of-the-service", "missing-id",
                           "not-a-number-of-the-service"]  # fmt: skip
    assert "export the report again" in str(found.refusals[0].problems[0])


@pytest.mark.parametrize("text", ["Zephyrine Quillfeather", "12 Nightjar Road", "07700 900123"])
@pytest.mark.parametrize("column", ["Order #", "Order Date", "Attendee Status", "Quantity",
                                    "Total Paid", "Email", "Currency"])  # fmt: skip
def test_shifted_cells_show_nobody(column: str, text: str, read: Any) -> None:
    found = read("us", {column: text, "Total Paid": "1.00"} | {column: text})
    assert len(found.refusals) == 1
    assert found.attendances == []
    assert not [part for part in ("zephyrine", "nightjar", "07700") if part in found.said()]


def test_a_row_of_the_wrong_width_is_refused_by_its_line(read: Any, write: Any) -> None:
    found = read("us", text=write("us", [{}]) + "1,2,3\n")
    assert [(r.at.line, r.problems[0].code) for r in found.refusals] == [(3, "short-row")]
    assert len(found.attendances) == 1


def test_an_attendee_who_is_there_twice_counts_and_pays_once(read: Any) -> None:
    found = read("us", {"Total Paid": "5.00"}, {"Total Paid": "5.00"})
    assert [i.amount_minor for i in found.incomes] == [500]
    first, second = found.attendances
    assert first == second


# 5. Placeholders.


@pytest.mark.parametrize("cell", ["Info Requested", "info requested", "N/A", "", " - "])
def test_a_placeholder_is_nobody(cell: str, read: Any) -> None:
    found = read("us", {"Email": cell})
    assert found.refusals == []
    assert people(found) == [None]


def test_further_placeholders_can_be_declared(read: Any) -> None:
    assert read("us", {"Email": "walk-in"}).codes == ["not-an-address"]
    for text in ("Walk-In", "info  requested", "N/A"):
        assert people(read("us", {"Email": text}, placeholders=["walk-in"])) == [None]


def test_what_is_no_address_is_withheld(read: Any) -> None:
    found = read("us", {"Email": "Zephyrine Q"})
    (problem,) = found.refusals[0].problems
    assert (problem.code, problem.field, problem.value) == ("not-an-address", "Email", "(withheld)")
