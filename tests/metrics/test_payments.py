from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError
from coprometrics.metrics import payments
from coprometrics.periods import Period
from coprometrics.records import Activity, Payment

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")


def paid(number, amount, who=None, activity=None, **more):
    return Payment(
        id=f"t:{number}",
        amount_minor=amount,
        person_key=None if who is None else f"{who:032x}",
        activity_id=activity and f"a:{activity}",
        **{"currency": "GBP", "paid_on": dt.date(2023, 5, 4), **more},
    )


def activity(name, kind):
    return Activity(
        id=f"a:{name}",
        kind=kind,
        timezone="Europe/London",
        starts_at=dt.datetime(2023, 5, 4, 12, tzinfo=dt.UTC),
    )


WORKED = [
    paid(1, 3750, 1, "talk", minutes=90, policy="v1"),
    paid(2, 3750, 2, "talk", minutes=90, policy="v1"),
    paid(3, 5000, 1, "board", minutes=120, policy="v2"),
    paid(4, -1250, 2, "talk", policy="v1"),
]
HELD = [activity("talk", "talk"), activity("board", "meeting")]


def test_the_total_adds_up_amounts_hours_and_people(frame_of):
    result = payments(frame_of(WORKED), frame_of(HELD), period=YEAR)
    assert result.figure("amount").text == "GBP 112.50"
    assert result.figure("hours").number == Fraction(5)
    assert result.figure("people").number == 2
    assert result.figure("payments").number == 4


def test_kinds_and_policies_are_told_apart_each_by_itself():
    result = payments(WORKED, HELD)
    assert result.figure("amount", kind="talk").number == 6250
    assert result.figure("amount", kind="meeting").number == 5000
    assert result.figure("people", kind="meeting").number == 1
    assert result.figure("hours", policy="v1").number == Fraction(3)
    assert result.figure("amount", policy="v2").number == 5000


def test_without_activities_there_are_no_kinds():
    result = payments(WORKED)
    assert {tuple(figure.dimensions) for figure in result.figures} == {("policy",), ()}


def test_what_is_not_known_is_called_so():
    result = payments([paid(1, 100, activity="other")], HELD)
    assert result.figure("amount", kind="unknown").number == 100
    assert result.figure("amount", policy="unknown").number == 100


def test_hours_are_not_known_where_no_payment_has_any():
    assert payments([paid(1, 100)]).figure("hours").number is None


def test_payments_without_minutes_or_a_person_add_none_and_are_told_of():
    result = payments([paid(1, 100, 1, minutes=30), paid(2, 100)])
    assert result.figure("hours").number == Fraction(1, 2)
    assert result.figure("people").number == 1
    assert result.notes == (
        "Of 1 payment it is not known who was paid.",
        "Of 1 payment it is not known for how long.",
    )


def test_a_person_paid_in_two_currencies_is_one_person():
    result = payments([paid(1, 100, 1), paid(2, 100, 1, currency="EUR")])
    assert result.figure("people").number == 1
    assert result.figure("amount", currency="EUR").number == 100
    assert result.figure("amount", currency="GBP").number == 100


def test_payments_outside_the_period_do_not_count_and_those_without_a_day_are_listed():
    rows = [
        paid(1, 100, paid_on=dt.date(2022, 12, 31)),
        paid(2, 200, paid_on=dt.date(2023, 12, 31)),
        paid(3, 400, paid_on=None),
        paid(4, 800, paid_on=dt.date(2023, 12, 1), paid_on_precision="month"),
    ]
    result = payments(rows, period=YEAR)
    assert result.figure("amount").number == 1000
    assert [(left.reason, left.count, left.amount_minor) for left in result.excluded] == [
        ("no-date", 1, {"GBP": 400})
    ]


def test_no_payments_give_no_figures():
    assert payments([]).figures == ()


def test_an_activity_that_is_there_twice_is_refused():
    with pytest.raises(MetricError, match="a:talk is there more than once"):
        payments(WORKED, [HELD[0], HELD[0]])


rows = st.lists(
    st.builds(
        dict,
        amount=st.integers(-(10**6), 10**6),
        who=st.none() | st.integers(0, 3),
        activity=st.sampled_from([None, "talk", "board", "other"]),
        minutes=st.none() | st.integers(0, 300),
        policy=st.sampled_from([None, "v1", "v2"]),
        currency=st.sampled_from(["GBP", "KWD", "JPY"]),
    ),
    max_size=12,
)


@given(rows, st.randoms(use_true_random=False))
def test_every_breakdown_adds_up_to_the_total_in_any_order(found, chance):
    records = [paid(n, row.pop("amount"), **row) for n, row in enumerate(found)]
    result = payments(records, HELD)
    for dimension in ("kind", "policy"):
        for currency in {record.currency for record in records}:
            parts = [
                figure.number
                for figure in result.figures
                if figure.value == "amount"
                and figure.currency == currency
                and set(figure.dimensions) == {dimension}
            ]
            whole = sum(record.amount_minor for record in records if record.currency == currency)
            assert sum(parts) == result.figure("amount", currency=currency).number == whole
    known = [record.minutes for record in records if record.minutes is not None]
    if records:
        hours = result.figure("hours").number
        assert hours == (Fraction(sum(known), 60) if known else None)
        people = {record.person_key for record in records} - {None}
        assert result.figure("people").number == (len(people) or None)
    chance.shuffle(records)
    again = payments(records, HELD)
    assert (again.figures, again.rows, again.notes) == (result.figures, result.rows, result.notes)
