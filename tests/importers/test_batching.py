"""Every row that is added comes out once: in a batch that fits, or refused with its faults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import PluginError
from coprometrics.importers import Batch, Item, Refusal
from coprometrics.importers.batching import Batcher
from coprometrics.importers.meanings import MEANINGS
from coprometrics.records import RECORD_TYPES, Attendance, Income, Payment, Record, field_specs
from coprometrics.tables.arrow import arrow_schema
from coprometrics.tables.json_schema import json_row, json_validator
from coprometrics.tables.validation import validate
from coprometrics.testing.strategies import rows

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**30, -(2**63), 2**63, 1e300, "", "2023-02-31", "2023-05-01", "a:1"])
    | st.floats()
    | st.text(max_size=6)
    | st.just("\ud800")
)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=3), SCALARS)
NAIVE = dt.datetime(2023, 12, 31, 23)  # noqa: DTZ001  (that is what is wrong with it)
ODD = st.sampled_from(
    [
        b"x", object(), Decimal("NaN"), Decimal("sNaN"), Decimal("1e400"), Fraction(1, 2), 1j, {1},
        NAIVE, NAIVE.replace(year=9999, tzinfo=dt.timezone(-dt.timedelta(hours=9))),
        dt.time(1), float("inf"), "x" * 3_000, ["a", None], [["a"]], range(3),
    ]
)  # fmt: skip


def payment(**given: Any) -> dict[str, Any]:
    return {"id": "p:1", "paid_on": "2023-05-01", "amount_minor": 1, "currency": "GBP", **given}


def taken(
    batcher: Batcher, kind: type[Record], given: Iterable[Mapping[str, Any]]
) -> tuple[list[Batch], dict[int, list[str]]]:
    """Add rows, each with its number; give the batches, and what is wrong with the others."""
    items: list[Item] = []
    for number, row in enumerate(given, start=1):
        items += batcher.add(kind, row, number)
    items += batcher.rest()
    assert list(batcher.rest()) == []
    batches = [item for item in items if isinstance(item, Batch)]
    refusals = [item for item in items if isinstance(item, Refusal)]
    assert len(items) == len(batches) + len(refusals)
    return batches, {one.at.line or 0: [str(p) for p in one.problems] for one in refusals}


def row_numbers(batches: Iterable[Batch]) -> list[int]:
    found: list[int] = []
    for batch in batches:
        assert batch.lines is not None
        assert len(batch.lines) == batch.rows.num_rows > 0
        assert batch.rows.schema.equals(arrow_schema(batch.record_type), check_metadata=True)
        assert validate(batch.rows, batch.record_type).issues.num_rows == 0
        found += [line for line in batch.lines.to_pylist() if line is not None]
    return found


@given(st.data(), st.sampled_from(RECORD_TYPES), st.integers(1, 3))
def test_every_row_comes_out_once_as_the_schema_of_its_type_has_it(
    data: st.DataObject, kind: type[Record], at_once: int
) -> None:
    names = st.sampled_from(list(field_specs(kind)))
    given_rows = []
    for _ in range(data.draw(st.integers(0, 3))):
        valid = json_row(data.draw(rows(kind)), kind)
        row = {name: list(v) if isinstance(v, tuple) else v for name, v in valid.items()}
        row |= data.draw(st.dictionaries(names, VALUES, max_size=2))
        for name in data.draw(st.sets(names, max_size=1)):
            row.pop(name, None)
        given_rows.append(row)
    batches, refused = taken(Batcher([kind], at_once=at_once), kind, given_rows)
    accepted = row_numbers(batches)
    assert accepted == sorted(accepted)
    assert sorted([*accepted, *refused]) == list(range(1, len(given_rows) + 1))
    validator = json_validator(kind)
    for number, row in enumerate(given_rows, start=1):
        fits = validator.is_valid(row) and "\ud800" not in list(_leaves(row))
        assert (number in accepted) == fits, (row, refused.get(number))


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield "\ud800" if any("\ud800" <= letter <= "\udfff" for letter in value) else value


@given(rows(Payment), st.dictionaries(st.sampled_from(list(field_specs(Payment))), ODD))
def test_no_value_of_python_raises(row: dict[str, Any], odd: dict[str, Any]) -> None:
    batches, refused = taken(Batcher([Payment]), Payment, [row, {**row, **odd}])
    assert row_numbers(batches) == ([1] if odd else [1, 2])
    assert len(refused.get(2, ())) >= len(odd)


def test_all_that_is_wrong_is_told_by_the_names_that_users_know() -> None:
    labels = {"paid_on": "Paid on", "Payment.minutes": "Minutes", "person_key": "Guest"}
    row = payment(
        id="\ud800", paid_on="soon", amount_minor=True, currency="pounds", person_key="Orsino Vane",
        minutes=-5,
    )  # fmt: skip
    _, refused = taken(Batcher([Payment], labels), Payment, [row, {"id": "Orsino Vane"}])
    assert refused == {
        1: [
            "id: holds half of a surrogate pair, which is no character",
            "Guest: must have at least 32 characters",
            "Guest: does not have the form that it must have",
            "amount_minor: has a value of the wrong type, got True",
            "currency: has a value that is not on its list",
            "Paid on: must be a date such as 2023-12-31",
            "Minutes: is below the least value allowed, got -5",
        ],
        2: [
            f"id: must be {field_specs(Payment)['id'].form}",
            "amount_minor: must not be missing",
            "currency: must not be missing",
        ],
    }


def test_what_must_hold_between_fields_is_checked() -> None:
    row = payment(paid_on="2023-05-17", paid_on_precision="month")
    _, refused = taken(Batcher([Payment]), Payment, [row])
    assert refused == {
        1: [
            f"paid_on: {MEANINGS['date-precision']}, got 2023-05-17",
        ]
    }


def test_batches_are_bounded_by_rows_and_by_letters_and_each_has_one_type() -> None:
    batcher = Batcher([Payment, Attendance], at_once=3)
    batches, _ = taken(batcher, Payment, [payment(id=f"p:{n}") for n in range(7)])
    assert [batch.rows.num_rows for batch in batches] == [3, 3, 1]
    long = payment(policy="x" * 2_000)
    batches, _ = taken(Batcher([Payment], at_once=10**6), Payment, [long] * 10_000)
    assert [batch.rows.num_rows for batch in batches] == [8_352, 1_648]
    attendance = {"id": "a:1", "activity_id": "a:2", "status": "attended"}
    assert batcher.add(Payment, payment(), page=2, index=5) == []
    assert batcher.add(Attendance, attendance) == []
    first, second = batcher.rest()
    assert isinstance(first, Batch)
    assert isinstance(second, Batch)
    assert (first.record_type, first.lines, second.lines) == (Payment, None, None)
    assert (first.pages, first.indexes) == (pa.array([2]), pa.array([5]))
    assert second.rows.column("role").to_pylist() == ["participant"]


@pytest.mark.parametrize(
    ("does", "message"),
    [
        (lambda: Batcher([Payment], {"paid": "Paid"}), "did you mean 'paid_on'"),
        (lambda: Batcher([Payment]).add(Income, {}), "Income'>, which no batch is made for"),
        (lambda: Batcher([Payment]).add(Payment, payment(minute=1)), "did you mean 'minutes'"),
    ],
)
def test_a_fault_of_the_program_is_named(does: Any, message: str) -> None:
    with pytest.raises(PluginError, match=message):
        does()


def test_a_batch_may_have_columns_of_nulls_alone_and_none_of_another_type() -> None:
    rows = {name: pa.array([value]) for name, value in payment().items()}
    nulls: Any = pa.nulls
    assert validate(pa.table({**rows, "minutes": nulls(1)}), Payment).accepted.num_rows == 1
    texts = validate(pa.table({**rows, "minutes": pa.array(["60"])}), Payment)
    assert texts.issues.column("code").to_pylist() == ["wrong-type"]
