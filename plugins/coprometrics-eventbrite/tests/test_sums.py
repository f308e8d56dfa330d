"""Sums are alike where what belongs together follows each other, and where it does not."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from coprometrics_csv.arrays import SHARED
from coprometrics_eventbrite.sums import summed

KEYS = ("order_id", "event_id", "donation")
SCHEMA = pa.schema(
    {
        "order_id": pa.string(),
        "event_id": SHARED,
        "donation": pa.bool_(),
        "amount_minor": pa.int64(),
        "received_on": pa.date32(),
        "line": pa.int64(),
    }
)
DAYS = st.sampled_from([None, dt.date(2024, 1, 5), dt.date(2024, 2, 1)])
LARGE = 2**62


def table(rows: list[Any]) -> pa.Table:
    named = [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(named, schema=SCHEMA)


ROW = st.tuples(
    st.sampled_from("123"),
    st.sampled_from(["7", "8", None]),
    st.booleans(),
    st.integers(-900, 900),
    DAYS,
    st.integers(2, 99),
)
ALIKE = ROW.map(lambda row: (row[0], row[0], row[0] == "1", row[3], None, row[5]))
ROWS = st.lists(ROW, max_size=8) | st.lists(ALIKE, max_size=8)


@given(rows=ROWS | ROWS.map(lambda rows: sorted(rows, key=lambda row: (row[0], row[5]))))
def test_sums_are_those_of_a_dictionary(rows: list[Any]) -> None:
    expected: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        expected[row[:3]].append(row[3:])
    found = summed(table(rows), KEYS).to_pylist()
    assert {tuple(row[key] for key in KEYS): tuple(row.values())[3:] for row in found} == {
        key: (
            sum(amount for amount, _, _ in held),
            min((day for _, day, _ in held if day), default=None),
            min(line for _, _, line in held),
        )
        for key, held in expected.items()
    }
    assert len(found) == len(expected)


def test_sums_so_far_may_be_larger_than_any_sum() -> None:
    amounts = [LARGE, LARGE - 1, LARGE, LARGE - 1, -LARGE, -LARGE]
    rows = [
        (order, "7", False, amount, None, line)
        for line, (order, amount) in enumerate(zip("112233", amounts, strict=True))
    ]
    found = summed(table(rows), KEYS)["amount_minor"].to_pylist()
    assert found == [2 * LARGE - 1, 2 * LARGE - 1, -2 * LARGE]
