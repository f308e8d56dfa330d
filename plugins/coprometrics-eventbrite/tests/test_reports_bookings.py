"""The rules of tickets and payments, which do not care where these come from."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.records import Attendance, Income
from coprometrics.tables.validation import validate
from coprometrics_csv.arrays import numbers
from coprometrics_eventbrite.bookings import (
    PAYMENTS,
    TICKETS,
    attendances,
    incomes,
    incomes_and_lines,
    standing_of_flags,
    standing_of_words,
)
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.turnout import Turnout, about_unknown, settled

STANDINGS = ("registered", "checked_in", "cancelled", "refunded", "deleted")
PEOPLE = ("a" * 32, "b" * 32, None)

ticket = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from(["7", "8"]),
        "order_id": st.sampled_from(["1", "2", None]),
        "person_key": st.sampled_from(PEOPLE),
        "standing": st.sampled_from(STANDINGS),
    }
)
payment = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from(["1", "2"]),
        "event_id": st.just("7"),
        "currency": st.just("GBP"),
        "amount_minor": st.integers(-500, 500),
        "donation": st.booleans(),
    }
)


def tickets_of(rows: list[dict[str, Any]]) -> pa.Table:
    numbered = [row | {"id": str(n)} for n, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=TICKETS)


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    rows = list(range(len(table)))
    random.Random(seed).shuffle(rows)
    return table.take(pa.array(rows, pa.int64()))


def test_the_order_of_flags_is_kept() -> None:
    flags = list(product([True, False], repeat=3))
    found = standing_of_flags(*(pa.array(column) for column in zip(*flags, strict=True)))
    names = ("checked_in", "cancelled", "refunded")
    expected = [
        next((name for name, flag in zip(names, row, strict=True) if flag), "registered")
        for row in flags
    ]
    assert found.to_pylist() == expected


def test_flags_that_are_missing_are_not_set() -> None:
    nothing = pa.array([None], pa.bool_())
    assert standing_of_flags(nothing, nothing, nothing).to_pylist() == ["registered"]


def test_words_may_be_declared_anew() -> None:
    config = Eventbrite(statuses={" attending ": "checked_in"})
    assert standing_of_words(pa.array(["Attending"]), config).to_pylist() == ["checked_in"]


@given(rows=st.lists(ticket, max_size=12), seed=st.integers(0, 9))
def test_attendances_fit_and_name_a_person_once_an_order(rows: Any, seed: int) -> None:
    table = tickets_of(rows)
    made = attendances(table)
    assert validate(made, Attendance).issues.num_rows == 0
    assert len(made) == len(table)
    found = made.to_pylist()
    named = Counter((r["order_id"], r["person_key"]) for r in found if r["person_key"])
    given_ = {(r["order_id"], r["person_key"]) for r in rows if r["person_key"]}
    assert all(count == 1 or order is None for (order, _), count in named.items())
    assert len({person for _, person in named}) == len({person for _, person in given_})
    again = attendances(shuffled(table, seed)).to_pylist()
    assert sorted(again, key=lambda r: int(r["id"][11:])) == found


def unknown_of(*tables: pa.Table) -> list[str]:
    turnout = Turnout()
    for table in tables:
        turnout.see(table)
    return turnout.unknown(["7"])


@given(rows=st.lists(ticket, max_size=12), cut=st.integers(0, 12))
def test_who_came_is_only_changed_where_nobody_was_checked_in(rows: Any, cut: int) -> None:
    table = tickets_of(rows)
    unknown = unknown_of(table.slice(0, cut), table.slice(cut))
    theirs = [row["standing"] for row in rows if row["event_id"] == "7"]
    assert unknown == (["7"] if "registered" in theirs and "checked_in" not in theirs else [])
    assert settled(table, unknown, Eventbrite()).equals(table)
    counted = Eventbrite(count="registered")
    after = settled(table, unknown, counted)["standing"].to_pylist()
    for row, standing in zip(rows, after, strict=True):
        moved = unknown and row["event_id"] == "7" and row["standing"] == "registered"
        assert standing == ("checked_in" if moved else row["standing"])
    said = [len(about_unknown(unknown, config)) for config in (Eventbrite(), counted)]
    assert said == [len(unknown)] * 2


def test_an_event_without_a_booking_is_not_unknown() -> None:
    cancelled = {"event_id": "7", "order_id": "1", "person_key": None, "standing": "cancelled"}
    assert unknown_of(tickets_of([cancelled])) == []
    assert unknown_of(tickets_of([])) == []


@given(rows=st.lists(payment, max_size=12), seed=st.integers(0, 9))
def test_no_penny_is_lost(rows: Any, seed: int) -> None:
    table = pa.Table.from_pylist(rows, schema=PAYMENTS)
    placed = table.append_column("line", numbers(0, len(rows)))
    made, places = incomes_and_lines(placed, Eventbrite())
    assert validate(made, Income).issues.num_rows == 0
    found = made.to_pylist()
    assert len({row["id"] for row in found}) == len(found)
    assert sum(row["amount_minor"] for row in found) == sum(row["amount_minor"] for row in rows)
    for row, place in zip(found, places.to_pylist(), strict=True):
        assert row["id"].split(":")[1] == rows[place]["order_id"]
    assert incomes(shuffled(table, seed), Eventbrite()).to_pylist() == found


@pytest.mark.parametrize("donation", [True, False])
def test_what_is_given_back_is_below_zero(donation: bool) -> None:
    row = {"order_id": "1", "event_id": "7", "currency": "GBP", "donation": donation}
    rows = [row | {"amount_minor": amount} for amount in (500, 0, -200)]
    made = incomes(pa.Table.from_pylist(rows, schema=PAYMENTS), Eventbrite()).to_pylist()
    word = "donation" if donation else "fee"
    assert [(r["kind"], r["amount_minor"]) for r in made] == [(word, 500), ("refund", -200)]
    assert {r["stream"] for r in made} == {"donations" if donation else "tickets"}
