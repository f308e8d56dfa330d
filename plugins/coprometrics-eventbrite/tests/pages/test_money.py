"""What becomes of the orders on pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from coprometrics.importers import Batch
from coprometrics.records import Income
from coprometrics.tables.validation import validate
from coprometrics_eventbrite import Eventbrite

from ..server import (
    attendee,
    costs,
    event,
    moment,
    money,
    order,
)  # fmt: skip
from .conftest import Pages


def test_an_order_becomes_income(saved: Pages) -> None:
    saved.add("events", event("101")).add("orders", order("11", gross=3050))
    one = saved.only(Income, Eventbrite(stream="training"))
    assert (one.id, one.amount_minor, one.currency) == ("eventbrite:11", 3050, "GBP")
    assert (one.stream, one.kind, one.activity_id) == ("training", "fee", "eventbrite:101")
    assert one.received_on == dt.date(2023, 4, 1)


def test_the_day_is_that_of_the_place(saved: Pages) -> None:
    start = moment("2023-05-04T17:00:00Z", "Pacific/Auckland")
    late = order("11", gross=100, created="2023-04-01T20:00:00Z")
    saved.add("events", event("101", start=start)).add("orders", late)
    assert saved.only(Income).received_on == dt.date(2023, 4, 2)
    assert "days-in-utc" not in saved.notices()


def test_a_day_in_an_unknown_place_is_told(saved: Pages) -> None:
    late = order("11", gross=100, created="2023-04-01T20:00:00Z")
    saved.add("orders", late).add("attendees", attendee("1", "11", costs=costs(100)))
    assert (saved.only(Income).received_on, saved.notices()) == (
        dt.date(2023, 4, 1), ["days-in-utc"],
    )  # fmt: skip
    config = Eventbrite(timezone="Pacific/Auckland")
    assert saved.only(Income, config).received_on == dt.date(2023, 4, 2)


def test_orders_without_their_tickets_are_told(saved: Pages) -> None:
    saved.add("events", event("101")).add("orders", order("11", gross=100), order("12"))
    assert saved.notices() == ["orders-without-tickets"]
    saved.add("attendees", attendee("1", "11", costs=costs(100)))
    assert "orders-without-tickets" not in saved.notices()


def test_free_orders_give_no_income(saved: Pages) -> None:
    saved.add("orders", order("11"))
    assert saved.records() == []
    assert saved.skipped() == {"orders that cost nothing": 1}


@pytest.mark.parametrize("status", ["started", "pending", "abandoned"])
def test_only_orders_that_were_placed_give_income(saved: Pages, status: str) -> None:
    saved.add("orders", order("11", gross=100, status=status))
    assert saved.records() == []
    assert saved.skipped() == {f"orders that are {status}": 1}


def test_minor_units_are_those_of_the_currency(saved: Pages) -> None:
    saved.add("orders", order("1", costs=costs(1500, "JPY")), order("2", costs=costs(7, "KWD")))
    found = [(one.amount_minor, one.currency) for one in saved.records()]
    assert found == [(1500, "JPY"), (7, "KWD")]


def test_donations_in_an_order_are_apart(saved: Pages) -> None:
    paid, given = {"costs": costs(1500)}, {"costs": costs(500), "ticket_class_name": "Donation"}
    saved.add("orders", order("11", gross=2000))
    saved.add("attendees", attendee("1", "11", **paid), attendee("2", "11", **given))
    incomes = [one for one in saved.records() if isinstance(one, Income)]
    assert [(one.kind, one.stream, one.amount_minor) for one in incomes] == [
        ("fee", "tickets", 1500), ("donation", "donations", 500),
    ]  # fmt: skip


def paid_for(order_id: str, *gross: int, back: int = 0) -> list[dict[str, Any]]:
    return [
        attendee(f"{order_id}{n}", order_id, costs=costs(value), refunded=n < back)
        | {"changed": f"2023-06-0{n + 1}T08:00:00Z"}
        for n, value in enumerate(gross)
    ]


@pytest.mark.parametrize(
    ("gross", "expected"),
    [
        (3000, [("fee", 3000, "2023-04-01"), ("refund", -1500, "2023-06-01")]),
        (1500, [("fee", 1500, "2023-04-01")]),
    ],
    ids=["the order says nothing of it", "the amount is already without it"],
)
def test_refunds_come_from_tickets_where_the_order_says_nothing(
    saved: Pages, gross: int, expected: list[Any]
) -> None:
    saved.add("orders", order("11", gross=gross))
    saved.add("attendees", *paid_for("11", 1500, 1500, back=1))
    incomes = [one for one in saved.records() if isinstance(one, Income)]
    found = [(one.kind, one.amount_minor, one.received_on.isoformat()) for one in incomes]
    assert found == expected


def test_a_donation_that_an_amount_is_without_is_not_taken_off_again(saved: Pages) -> None:
    given = {"costs": costs(500), "ticket_class_name": "Donation", "refunded": True}
    saved.add("orders", order("11", gross=1500))
    saved.add("attendees", *paid_for("11", 1500), attendee("9", "11", **given))
    assert (saved.only(Income).kind, saved.only(Income).amount_minor) == ("fee", 1500)


@pytest.mark.parametrize("within", [True, False], ids=["within its order", "on its own page"])
@pytest.mark.parametrize(
    "changes",
    [{"refunded": True}, {"ticket_class_name": "Donation"}, {"checked_in": "yes"}],
    ids=["refunded", "a donation", "unreadable"],
)
def test_money_is_not_placed_where_a_ticket_was_refused(
    saved: Pages, within: bool, changes: dict[str, Any]
) -> None:
    good = attendee("1", "11", costs=costs(400))
    bad = attendee("2", "11", costs=costs(400), profile={"email": "ben at example"}, **changes)
    listed = {"attendees": [good, bad]} if within else {}
    saved.add("orders", order("11", gross=800, **listed), order("12", gross=900))
    if not within:
        saved.add("attendees", good, bad)
    batches = [item for item in saved.items() if isinstance(item, Batch)]
    incomes = [batch.rows for batch in batches if batch.record_type is Income]
    assert [rows["id"].to_pylist() for rows in incomes] == [["eventbrite:12"]]
    codes = [refusal.problems[0].code for refusal in saved.refusals()]
    assert (len(codes), codes.count("ticket-refused")) == (2, 1)


def test_no_more_is_donated_than_was_paid(saved: Pages) -> None:
    given = {"costs": costs(500), "ticket_class_name": "Donation"}
    saved.add("orders", order("11", gross=300)).add("attendees", attendee("9", "11", **given))
    assert (saved.only(Income).kind, saved.only(Income).amount_minor) == ("donation", 300)


def test_a_whole_order_that_was_paid_back_leaves_nothing(saved: Pages) -> None:
    saved.add("orders", order("11", gross=3000))
    saved.add("attendees", *paid_for("11", 1500, 1500, back=2))
    incomes = [one for one in saved.records() if isinstance(one, Income)]
    assert [one.amount_minor for one in incomes] == [3000, -3000]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"costs": None}, "missing"),
        ({"costs": {"gross": {"currency": "GBP", "value": 10**30}}}, "above-maximum"),
        ({"costs": {"gross": {"currency": "GBP", "value": 12.5}}}, "wrong-type"),
        ({"costs": {"gross": {"currency": "GBP", "value": "100"}}}, "wrong-type"),
        ({"costs": {"gross": money(100, "EUR")}}, "mixed-currencies"),
        ({"status": "paid"}, "not-an-option"),
        ({"status": None}, "not-an-option"),
        ({"created": "?"}, "not-an-instant"),
    ],
)
def test_a_bad_order_is_refused(saved: Pages, changes: dict[str, Any], code: str) -> None:
    saved.add("attendees", attendee("1", "11", costs=costs(100)))
    saved.add("orders", order("11", gross=100) | changes)
    assert saved.problem().code == code


def test_a_currency_that_is_none_is_left_to_the_core(saved: Pages) -> None:
    saved.add("orders", order("11", costs=costs(100, "QQQ")))
    (batch,) = [item for item in saved.items() if isinstance(item, Batch)]
    assert validate(batch.rows, Income).issues.column("code").to_pylist() == ["not-an-option"]
