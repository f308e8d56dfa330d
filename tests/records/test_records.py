"""A record can only be made whole and right, and says what is wrong otherwise."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ParameterError, RecordError
from coprometrics.records import (
    RECORD_TYPES,
    Activity,
    Attendance,
    GrantAward,
    Income,
    Organisation,
    Record,
    field_specs,
    person_key,
    record_type,
)
from coprometrics.records.people import cmac
from coprometrics.testing.strategies import records

EVERY_TYPE = pytest.mark.parametrize("kind", RECORD_TYPES, ids=lambda t: t.__name__)
NOON = dt.datetime(2023, 6, 1, 12, tzinfo=dt.UTC)
INCOME: dict[str, Any] = {
    "id": "finance:1", "stream": "talks", "amount_minor": 100, "currency": "GBP", "kind": "fee"
}  # fmt: skip


@EVERY_TYPE
@given(data=st.data())
def test_every_type_is_frozen_slotted_and_keyword_only(kind: type[Record], data: st.DataObject):
    made = data.draw(records(kind))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.id = "other:1"
    assert not hasattr(made, "__dict__")
    assert all(a.kw_only for a in attrs.fields(kind))
    assert pickle.loads(pickle.dumps(made)) == made


@EVERY_TYPE
def test_no_type_has_a_field_for_who_a_person_is(kind: type[Record]):
    personal = {"name", "first_name", "last_name", "email", "phone", "address", "postcode"}
    found = personal & set(field_specs(kind))
    assert found <= ({"name"} if kind is Organisation else set())


@EVERY_TYPE
def test_columns_are_not_words_of_sql(kind: type[Record]):
    import duckdb

    with duckdb.connect() as connection:
        for name in (kind.record_name, *field_specs(kind)):
            connection.execute(f"SELECT 1 AS {name}")
            connection.execute(f"CREATE OR REPLACE TABLE {name} ({name} INTEGER)")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("id", "1", "must be the name of the source, a colon and"),
        ("id", "finance:", "such as finance:1"),
        ("id", 1, "must be text"),
        ("id", None, "must not be missing"),
        ("id", "finance:ada@example.org", "must not hold '@'"),
        ("stream", "Consultancy work", "must be small letters"),
        ("stream", "consultancy work", "must be small letters"),
        ("amount_minor", 1.0, "must be a whole number"),
        ("amount_minor", True, "must be a whole number"),
        ("amount_minor", 2**63, "must be at most"),
        ("currency", "gbp", "must be a currency code of ISO 4217"),
        ("received_on", dt.datetime(2023, 1, 1, tzinfo=dt.UTC), "must be a date without a time"),
        ("received_on", "2023-01-01", "must be a date"),
        ("received_on_precision", "week", "must be one of day, month, year"),
        ("restricted", 1, "must be True or False"),
    ],
)
def test_a_value_that_does_not_fit_is_named(field: str, value: object, message: str):
    with pytest.raises(RecordError, match=message) as caught:
        Income(**{**INCOME, field: value})
    assert str(caught.value).startswith(f"Income.{field}: ")


def test_a_naive_instant_is_refused():
    with pytest.raises(RecordError, match="offset from UTC"):
        Activity(id="a:1", kind="talk", starts_at=NOON.replace(tzinfo=None), timezone="UTC")


def test_instants_are_kept_in_utc():
    zone = dt.timezone(dt.timedelta(hours=-5))
    late = dt.datetime(2023, 12, 31, 23, 30, tzinfo=zone)
    activity = Activity(id="a:1", kind="talk", starts_at=late, timezone="America/New_York")
    assert activity.starts_at.isoformat() == "2024-01-01T04:30:00+00:00"


def test_a_time_zone_must_exist():
    with pytest.raises(RecordError, match="IANA time zone"):
        Activity(id="a:1", kind="talk", starts_at=NOON, timezone="Europe/Atlantis")


def test_an_activity_cannot_end_before_it_starts():
    with pytest.raises(RecordError, match="comes before starts_at"):
        Activity(
            id="a:1", kind="talk", starts_at=NOON, ends_at=NOON - dt.timedelta(1), timezone="UTC"
        )


def test_a_refund_is_not_positive():
    with pytest.raises(RecordError, match="a refund must be 0 or less"):
        Income(**{**INCOME, "kind": "refund"})
    assert Income(**{**INCOME, "kind": "refund", "amount_minor": -5}).amount_minor == -5


@pytest.mark.parametrize(
    ("day", "precision", "fits"),
    [
        (dt.date(2023, 5, 1), "month", True),
        (dt.date(2023, 5, 2), "month", False),
        (dt.date(2023, 1, 1), "year", True),
        (dt.date(2023, 5, 1), "year", False),
        (None, "month", False),
        (None, "day", True),
    ],
)
def test_a_date_known_to_its_month_or_year_is_its_first_day(day, precision, fits):
    def make() -> Income:
        return Income(**INCOME, received_on=day, received_on_precision=precision)

    if fits:
        assert make().received_on == day
    else:
        with pytest.raises(RecordError, match="received_on"):
            make()


def test_an_award_may_end_in_the_month_in_which_it_starts():
    award = GrantAward(
        id="a:1", currency="GBP", starts_on=dt.date(2023, 5, 17),
        ends_on=dt.date(2023, 5, 1), ends_on_precision="month",
    )  # fmt: skip
    assert award.ends_on_precision == "month"


def test_a_person_key_in_an_error_is_withheld():
    with pytest.raises(RecordError) as caught:
        Attendance(id="a:1", activity_id="a:1", person_key="Ada Lovelace", status="attended")
    assert "Ada" not in str(caught.value)


def test_an_address_in_an_error_is_withheld():
    with pytest.raises(RecordError) as caught:
        Organisation(id="ada@example.org", name="A", kind="charity")
    assert "ada" not in str(caught.value)


def test_unknown_types_are_told_which_there_are():
    with pytest.raises(ParameterError, match="Activity, Attendance"):
        record_type("Meeting")


@given(st.text(min_size=1).filter(lambda s: s.strip()))
def test_a_pseudonym_depends_on_the_address_and_the_key_alone(address: str):
    key, other = b"k" * 32, b"o" * 32
    try:
        first = person_key(address, key)
    except ParameterError:
        return
    assert first == person_key(f" {address}\n", key)
    assert first != person_key(address, other)
    assert len(first) == 32
    assert set(first) <= set("0123456789abcdef")


def test_a_pseudonym_is_the_cmac_of_the_published_example():
    # NIST SP 800-38B, appendix D.3: AES-256, the message of 16 bytes.
    key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
    message = "6bc1bee22e409f96e93d7e117393172a"
    found = cmac(bytes.fromhex(message), bytes.fromhex(key))
    assert found.hex() == "28a7023f452e8f82bd4bf28d8c37c35c"


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_of_the_wrong_length_is_refused(size: int):
    with pytest.raises(ParameterError, match=f"the key for people has {size} bytes, not 32"):
        person_key("ada@example.org", bytes(size))


def test_an_empty_address_is_refused():
    with pytest.raises(ParameterError, match="empty"):
        person_key("  ", b"k" * 32)
