"""Reports of any rows, and what their tickets and payments come to where each is done by hand."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DIGITS = {"GBP": 2, "JPY": 0, "KWD": 3}
STANDINGS = ["Not Attending", "Checked In", "Deleted", "Refunded", "Attending"]
"""Of rows of one attendee, of which one pays, it is the first of these."""
STATUS = {"Checked In": "attended", "Attending": "registered"}
DONATION = "Donation"
ORDER = {"us-events": "Order #", "uk-2017": "Order no.", "attendees": "Order ID"}
ATTENDEE = {"us-events": "Attendee #"}
OLDER = {
    "Email": st.sampled_from(["ada@example.org", "Ben <ben@example.org>", "n/a"]),
    "Ticket Type": st.sampled_from(["General", "Student", DONATION]),
    "Quantity": st.sampled_from(["1", "2", "0"]),
    "Order Type": st.sampled_from(["Free Order", "Manual", "Deleted", "Transferred"]),
    "Attendee Status": st.sampled_from(STANDINGS),
    "Total Paid": st.sampled_from(["0", "15", "(15)", "-4", "Free"]),
}
ACROSS = {"Event ID": st.sampled_from("78"), "Currency": st.sampled_from(sorted(DIGITS))}
CELLS: dict[str, dict[str, Any]] = {
    "us-events": {**OLDER, **ACROSS, "Order #": st.sampled_from(["9", "10"]),
                  "Attendee #": st.sampled_from("12345")},
    "uk-2017": {**OLDER, "Order no.": st.sampled_from(["9", "10"])},
    "attendees": {
        **ACROSS,
        "Order ID": st.sampled_from(["9", "10"]),
        "Attendee email": OLDER["Email"],
        "Ticket type": OLDER["Ticket Type"],
        "Ticket quantity": OLDER["Quantity"],
        "Ticket price": OLDER["Total Paid"],
        "Barcode number": st.sampled_from("12"),
    },
}  # fmt: skip
REPORTS = st.sampled_from(sorted(CELLS)).flatmap(
    lambda variant: st.tuples(
        st.just(variant),
        st.lists(st.fixed_dictionaries({}, optional=CELLS[variant]), max_size=9),
    )
)
USUAL = {"Currency": "GBP", "Ticket Type": "General", "Quantity": "1", "Order Type": "Free Order",
         "Attendee Status": "Attending", "Total Paid": "0", "Event ID": "77",
         "Email": "zq@example.org", "Barcode number": "50010001"}  # fmt: skip
NEWER = {"Email": "Attendee email", "Ticket Type": "Ticket type", "Total Paid": "Ticket price",
         "Quantity": "Ticket quantity"}  # fmt: skip


def by_hand(variant: str, cells: dict[str, str], key: Callable[[str], str]) -> dict[str, Any]:
    """Read one row."""
    told = USUAL | {"order": cells.get(ORDER[variant], "5001")}
    told |= {label: cells[name] for label in USUAL for name in (label, NEWER.get(label, label))
             if name in cells}  # fmt: skip
    number = cells.get(ATTENDEE[variant], "9001") if variant in ATTENDEE else None
    address = re.search(r"[^\s<]+@[^>]+", told["Email"])
    price = 0 if told["Total Paid"] == "Free" else int(told["Total Paid"].strip("()"))
    amount = (-price if "(" in told["Total Paid"] else price) * 10 ** DIGITS[told["Currency"]]
    quantity = int(told["Quantity"])
    if variant == "attendees":
        amount *= quantity
    standing = told["Attendee Status"]
    if standing == "Attending":
        standing = {"Deleted": "Deleted", "Transferred": "Not Attending"}.get(
            told["Order Type"], standing
        )
    free = told["Order Type"] in ("Manual", "Deleted") or standing == "Deleted"
    return told | {
        "number": number,
        "person": key(address[0]) if address else None,
        "amount": 0 if free else amount,
        "standing": standing,
        "about none": amount < 0 and number is None,
        "donated": told["Ticket Type"] == DONATION,
        "tickets": 0 if told["Ticket Type"] == DONATION else quantity,
    }


def incomes_by_hand(rows: list[dict[str, Any]]) -> Counter[Any]:
    """Sum the amounts of one order, of which each attendee paid one once."""
    telling = ("Event ID", "Currency", "donated", "amount")
    last_first = sorted(rows, key=lambda row: STANDINGS.index(row["standing"]), reverse=True)
    paid = {(r["number"] or n, *(r[name] for name in telling)): r for n, r in enumerate(last_first)}
    amounts = [(r, r["amount"]) for r in paid.values() if r["amount"]]
    if all(amount > 0 for _, amount in amounts):
        amounts += [(r, -amount) for r, amount in amounts if r["standing"] == "Refunded"]
    sums: Counter[Any] = Counter()
    for row, amount in amounts:
        told = (row["order"], row["Event ID"], row["Currency"], row["donated"], amount < 0)
        sums[told] += amount
    return Counter((*telling, amount) for telling, amount in sums.items())


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=min(settings.default.max_examples if settings.default else 50, 50),
)
@given(report=REPORTS, most=st.sampled_from([0, 3, 1 << 18]))
def test_reports_come_to_what_they_come_to_by_hand(
    report: Any, most: int, read: Any, write: Any, key: Any
) -> None:
    variant, cells = report
    rows = [by_hand(variant, row, key) for row in cells]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("coprometrics_eventbrite.reports.MOST_HELD", most)
        found = read(variant, text=write(variant, cells))
    # An attendee with several amounts is refused: it is not known which was paid.
    alike: defaultdict[Any, set[Any]] = defaultdict(set)
    for row in rows:
        row["alike"] = (row["order"], row["number"], row["donated"], row["amount"] < 0)
        alike[row["alike"]].add((row["amount"], row["amount"] and row["Currency"]))
    refused = [row["number"] is not None and len(alike[row["alike"]]) > 1 for row in rows]
    assert sorted(refusal.at.line for refusal in found.refusals) == [
        line for line, bad in enumerate(refused, 2) if bad
    ]
    orders: defaultdict[str, list[Any]] = defaultdict(list)
    for row, bad in zip(rows, refused, strict=True):
        if not bad:
            orders[row["order"]].append(row)
    expected, tickets = Counter[Any](), Counter[Any]()
    people: set[Any] = set()
    for order, these in orders.items():
        expected += incomes_by_hand(these)
        # A row below zero is a ticket only where its attendee has no other in the order.
        others = {row["number"] for row in these if row["amount"] >= 0}
        back = [row for row in these if row["about none"]
                or (row["amount"] < 0 and row["number"] in others)]  # fmt: skip
        told = {row["number"] for row in back if row["standing"] == "Refunded"} - {None}
        gone = variant == "attendees" and any(not row["donated"] for row in back)
        gone = gone and sum(row["amount"] for row in these if not row["donated"]) <= 0
        placed = [row for row in these if row["tickets"] and row not in back]
        for row in placed:
            refunded = row["number"] in told and row["standing"] == "Attending"
            cancelled = gone or refunded
            status = "cancelled" if cancelled else STATUS.get(row["standing"], "cancelled")
            tickets[order, row["Event ID"], row["Ticket Type"], status] += row["tickets"]
            people.add((order, row["person"]) if row["person"] else None)
    made = Counter[Any]()
    for income in found.incomes:
        of = (income.id.split(":")[1], (income.activity_id or "")[11:], income.currency)
        donated, back = income.stream == "donations", income.kind == "refund"
        made[*of, donated, back, income.amount_minor] += 1
    assert made == expected
    attendances = found.attendances
    assert tickets == Counter(
        (a.order_id[11:], a.activity_id[11:], a.ticket_kind, a.status) for a in attendances
    )
    named = {(a.order_id[11:], a.person_key) for a in attendances if a.person_key}
    assert named == people - {None}
