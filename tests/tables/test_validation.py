"""The check by column says of every row what the JSON Schema says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics.errors import SchemaError
from coprometrics.records import (
    RECORD_TYPES,
    Activity,
    GrantAward,
    Income,
    Organisation,
    Record,
    field_specs,
)
from coprometrics.tables.arrow import arrow_schema, to_table
from coprometrics.tables.json_schema import json_row, json_validator
from coprometrics.tables.validation import validate
from coprometrics.testing.strategies import records, rows

FOR_EACH = settings(max_examples=1 + settings.default.max_examples // 3)
"""All types together have some three times as many examples as other laws."""
EVERY_TYPE = pytest.mark.parametrize("record_type", RECORD_TYPES, ids=lambda t: t.__name__)

WRONG_TEXTS = st.sampled_from(
    [
        "", " ", "x", "a@b.c", "a:b@c", "a:\n", "a:b\n", ":b", "A:b", "a: b", "a:b ", "GBP\n",
        "gbp",
        "Capital", "with space", "\x00", "tab\there", "e\u0301", "Europe/Nowhere", "Europe/London",
        "0" * 32, "0" * 33, "0" * 31 + "\n", "G" * 32, "GB-CHC-1", "GB-CHC- 1", "gb-chc-1",
        "2023-01-01", "2023-1-1", "2023-02-29", "2024-02-29", "2023-01-01\n", "20230101",
        "2023-01-01T00:00:00Z", "2023-01-01T00:00:00", "2023-01-01T25:00:00Z",
        "2023-01-01T00:00:00.123456+01:00", "0001-01-01T00:00:00+14:00", "month", "year", "refund",
        "x" * 65, "x" * 256, "x" * 2001, "\u00e9t\u00e9", "\U0001f600",
    ]
)  # fmt: skip
WRONG_INTEGERS = st.sampled_from([0, 1, -1, 2**63 - 1, -(2**63 - 1), -(2**63)])
WRONG_FLOATS = st.sampled_from([0.0, 1.0, -1.0, 1.5, 2.0**53, 2.0**62, 2.0**63, -(2.0**63), 1e300])
WRONG_DAYS = st.dates()
WRONG_INSTANTS = st.datetimes(timezones=st.just(dt.UTC))
TEXT_LISTS = st.lists(WRONG_TEXTS | st.none(), max_size=3)
COLUMNS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), WRONG_TEXTS),
    (pa.large_string(), WRONG_TEXTS),
    (pa.dictionary(pa.int32(), pa.string()), WRONG_TEXTS),
    (pa.dictionary(pa.int8(), pa.large_string()), WRONG_TEXTS),
    (pa.int64(), WRONG_INTEGERS),
    (pa.int8(), st.integers(-128, 127)),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.float64(), WRONG_FLOATS),
    (pa.float32(), st.sampled_from([0.0, 1.0, 0.5, 2.0**40])),
    (pa.bool_(), st.booleans()),
    (pa.date32(), WRONG_DAYS),
    (pa.date64(), WRONG_DAYS),
    (pa.timestamp("us", "UTC"), WRONG_INSTANTS),
    (pa.timestamp("us"), st.datetimes()),
    (pa.list_(pa.string()), TEXT_LISTS),
    (pa.large_list(pa.string()), TEXT_LISTS),
    (pa.list_(pa.int64()), st.lists(WRONG_INTEGERS, max_size=2)),
    (pa.null(), st.none()),
]


@st.composite
def tables(draw: st.DrawFn, record_type: type[Record]) -> pa.Table:
    """Make tables of valid rows in which some columns are broken, missing or too many."""
    schema = arrow_schema(record_type)
    valid = draw(st.lists(rows(record_type), min_size=1, max_size=5))
    columns: dict[str, pa.Array[Any]] = {
        column.name: pa.array([row[column.name] for row in valid], column.type) for column in schema
    }
    for name in draw(st.lists(st.sampled_from(schema.names), max_size=3, unique=True)):
        what = draw(st.sampled_from(["drop", "mix", "other"]))
        own = schema.field(name).type
        if what == "drop":
            del columns[name]
            continue
        same = [pair for pair in COLUMNS if pair[0] == own]
        kind, values = draw(st.sampled_from(same if what == "mix" and same else COLUMNS))
        old = columns[name].to_pylist() if kind == own else []
        fresh = draw(st.lists(values | st.none(), min_size=len(valid), max_size=len(valid)))
        keep = draw(st.lists(st.booleans(), min_size=len(valid), max_size=len(valid)))
        mixed = [old[i] if old and keep[i] else fresh[i] for i in range(len(valid))]
        columns[name] = _column(mixed, kind)
    if draw(st.integers(0, 9)) == 0:
        columns["email"] = pa.array(["x"] * len(valid))
    return pa.table(columns)


def _column(values: list[Any], kind: pa.DataType) -> pa.Array[Any]:
    if not isinstance(kind, pa.DictionaryType):
        return pa.array(values, kind)
    # Older releases of Arrow make no dictionary of large texts from plain values.
    encoded = pa.array(values, kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.cast(kind.index_type), encoded.dictionary)


@EVERY_TYPE
@FOR_EACH
@given(data=st.data())
def test_every_verdict_is_that_of_the_json_schema(record_type: type[Record], data: st.DataObject):
    table = data.draw(tables(record_type))
    validator = json_validator(record_type)
    expected = [
        i
        for i, row in enumerate(table.to_pylist())
        if not validator.is_valid(json_row(row, record_type))
    ]
    found = validate(table, record_type)
    assert found.refused.to_pylist() == expected
    assert found.accepted.num_rows + len(expected) == table.num_rows
    assert sorted(set(found.issues.column("row").to_pylist())) == expected


@EVERY_TYPE
@FOR_EACH
@given(data=st.data())
def test_records_that_can_be_made_pass_and_come_back_unchanged(
    record_type: type[Record], data: st.DataObject
):
    made = data.draw(st.lists(records(record_type), max_size=4))
    table = to_table(made, record_type)
    found = validate(table, record_type)
    assert found.issues.num_rows == 0
    assert found.accepted.equals(table)


@EVERY_TYPE
@FOR_EACH
@given(data=st.data())
def test_a_row_that_the_columns_accept_can_be_made_into_a_record(
    record_type: type[Record], data: st.DataObject
):
    accepted = validate(data.draw(tables(record_type)), record_type).accepted
    for row in accepted.to_pylist():
        record_type(**row)


def test_what_is_left_out_takes_its_default():
    rows = pa.table(
        {
            "id": ["a:1"],
            "stream": ["talks"],
            "amount_minor": [1],
            "currency": ["GBP"],
            "kind": ["fee"],
        }
    )
    accepted = validate(rows, Income).accepted
    assert accepted.column("received_on_precision").to_pylist() == ["day"]
    assert accepted.column("received_on").to_pylist() == [None]


def test_an_award_that_ends_before_it_starts_is_named():
    row = {
        "id": "a:1",
        "currency": "GBP",
        "starts_on": dt.date(2023, 5, 2),
        "ends_on": dt.date(2023, 5, 1),
    }
    issues = validate(pa.Table.from_pylist([row]), GrantAward).issues
    assert issues.to_pylist() == [
        {"row": 0, "field": "ends_on", "code": "ends-before-start", "value": "2023-05-01"}
    ]


def test_a_month_may_hold_the_day_on_which_something_starts():
    row = {
        "id": "a:1", "currency": "GBP", "starts_on": dt.date(2023, 5, 17),
        "ends_on": dt.date(2023, 5, 1), "ends_on_precision": "month",
    }  # fmt: skip
    assert validate(pa.Table.from_pylist([row]), GrantAward).issues.num_rows == 0


def test_a_value_that_may_name_a_person_is_not_shown():
    rows = pa.table(
        {
            "id": ["a:1"], "activity_id": ["someone@example.org"],
            "person_key": ["someone else"], "status": ["attended"], "name": ["Somebody"],
        }
    )  # fmt: skip
    from coprometrics.records import Attendance

    issues = validate(rows, Attendance).issues
    assert "someone" not in str(issues.to_pylist())
    assert "Somebody" not in str(issues.to_pylist())
    assert set(issues.column("field").to_pylist()) == {"activity_id", "person_key", "name"}


def test_two_columns_of_one_name_are_refused():
    table = pa.Table.from_arrays([pa.array(["a:1"]), pa.array(["a:2"])], names=["id", "id"])
    with pytest.raises(SchemaError, match="two columns are called id"):
        validate(table, Income)


def test_an_empty_table_has_no_faults():
    for record_type in RECORD_TYPES:
        assert validate(pa.table({}), record_type).issues.num_rows == 0


def test_chunked_and_sliced_columns_are_read_where_they_are():
    one = {
        "id": "a:1",
        "kind": "talk",
        "starts_at": dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
        "timezone": "UTC",
        "organisation_ids": ["o:1"],
    }
    rows = [
        {**one, "id": f"a:{n}", "organisation_ids": ["o:1", "o:1"] if n == 4 else ["o:2"]}
        for n in range(6)
    ]
    parts = [pa.Table.from_pylist(rows[:3]), pa.Table.from_pylist(rows[3:])]
    table = pa.concat_tables(parts).slice(2, 3)
    assert validate(table, Activity).refused.to_pylist() == [2]


def test_texts_in_dictionaries_give_the_verdicts_of_plain_ones():
    words = pa.array(["talks", "No Word", None, "", "consultancy"])
    plain = pa.array(["talks", None, "No Word", "talks", None, ""])
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 2, 1, 0, None, 3]), words)
    fine = pa.DictionaryArray.from_arrays(pa.array([0, None, 1]), pa.array(["talks", "training"]))
    for stream, expected in (
        (pa.chunked_array([coded, fine]), [1, 2, 4, 5, 7]),
        (pa.chunked_array([plain, fine.dictionary_decode()]), [1, 2, 4, 5, 7]),
        (pa.chunked_array([fine, fine.slice(2)]), [1]),
        (pa.chunked_array([fine.cast(pa.dictionary(pa.int32(), pa.large_string()))]), [1]),
    ):
        rows = len(stream)
        table = pa.table(
            {
                "id": [f"a:{n}" for n in range(rows)],
                "stream": stream,
                "amount_minor": [1] * rows,
                "currency": pa.array(["GBP"] * rows).dictionary_encode(),
                "kind": pa.array(["fee", "refund"] * rows)[:rows].dictionary_encode(),
                "received_on": pa.array(["2023-01-01"] * rows).dictionary_encode(),
            }
        )
        refunds = [n for n in range(rows) if n % 2]
        found = validate(table, Income, dictionaries=True)
        assert found.refused.to_pylist() == sorted({*expected, *refunds})
        exact = validate(table, Income)
        assert exact.refused.equals(found.refused)
        assert exact.issues.equals(found.issues)
        assert exact.accepted.schema.equals(arrow_schema(Income), check_metadata=True)
        assert exact.accepted.to_pylist() == found.accepted.to_pylist()


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 255, 256, 2000, 2001])
@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u20ac", "\U0001f600"])
def test_lengths_are_counted_in_characters(length: int, letter: str):
    row = {"id": "o:1", "name": letter * length, "kind": "charity"}
    found = validate(pa.Table.from_pylist([row]), Organisation)
    assert (found.issues.num_rows == 0) == json_validator(Organisation).is_valid(row)


def test_every_field_of_every_type_is_described():
    for record_type in RECORD_TYPES:
        assert all(spec.doc for spec in field_specs(record_type).values())
