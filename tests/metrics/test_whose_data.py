"""What callers own stays as it was, and no name or type of theirs decides an answer."""

from __future__ import annotations

import datetime as dt
import itertools

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics import (
    audience_growth,
    funnel,
    grant_income,
    participation,
    payments,
    revenue_share,
    top_posts,
)
from coprometrics.errors import MetricError
from coprometrics.metrics._duckdb import RELATIONS_STAY
from coprometrics.periods import OperationalYears, Period

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
BEFORE = Period(dt.date(2022, 1, 1), dt.date(2022, 12, 31), "2022")
FOLLOWERS = {"channel": "x", "measure": "f"}
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
on_two = pytest.mark.skipif(not RELATIONS_STAY, reason="this DuckDB copies relations")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("minutes DOUBLE", "'nan'"),
        ("minutes DOUBLE", "1e300"),
        ("minutes DOUBLE", "'inf'"),
        ("minutes DECIMAL(38, 0)", "100000000000000000000"),
        ("minutes UBIGINT", "18446744073709551615"),
    ],
)
def test_a_value_that_does_not_fit_leaves_the_callers_transaction_open(column: str, value: str):
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE paid (amount_minor BIGINT, currency TEXT, {column})")
        connection.execute("BEGIN")
        connection.execute(f"INSERT INTO paid VALUES (5, 'GBP', {value})")
        with pytest.raises(MetricError, match=r"paid|minutes holds a value that does not fit"):
            payments(connection.table("paid"))
        connection.execute("COMMIT")
        assert connection.execute("SELECT count(*) FROM paid").fetchall() == [(1,)]


def test_an_instant_beyond_all_years_leaves_the_callers_transaction_open():
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE e (entity_key TEXT, stage TEXT, occurred_at TIMESTAMPTZ)")
        connection.execute("BEGIN")
        for stage in ("x", "y"):
            connection.execute(f"INSERT INTO e SELECT 'a', '{stage}', make_timestamptz({2**62})")
        with pytest.raises(MetricError, match="occurred_at holds a value that does not fit"):
            funnel(connection.table("e"), ["x", "y"])
        connection.execute("COMMIT")
        assert connection.execute("SELECT count(*) FROM e").fetchall() == [(2,)]


NANOSECONDS = {
    "arrow": lambda table: table,
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "duckdb": lambda table: duckdb.from_arrow(table),
}


@pytest.mark.parametrize("kind", NANOSECONDS)
@pytest.mark.parametrize("nanoseconds", [1, 400, 500, 999])
def test_nanoseconds_are_cut_off_and_never_carried_into_the_next_year(kind: str, nanoseconds: int):
    last = (dt.datetime(2023, 1, 1, tzinfo=dt.UTC) - EPOCH) // dt.timedelta(microseconds=1) * 1000
    posts = pa.table(
        {
            "created_at": pa.array([last - nanoseconds], pa.timestamp("ns", "UTC")),
            "impressions": [5],
        }
    )
    counts = [
        top_posts(NANOSECONDS[kind](posts), period=period).rows.num_rows
        for period in (BEFORE, YEAR)
    ]
    assert counts == [1, 0]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=5))
def test_instants_finer_than_a_microsecond_are_those_of_the_microsecond_before(moments: list[int]):
    fine = pa.table(
        {
            "entity_key": ["a"] * len(moments),
            "stage": ["x"] * len(moments),
            "occurred_at": pa.array(moments, pa.timestamp("ns", "UTC")),
        }
    )
    coarse = fine.set_column(
        2, "occurred_at", pa.array([one // 1000 for one in moments], pa.timestamp("us", "UTC"))
    )
    cut = EPOCH + dt.timedelta(microseconds=max(moments) // 1000)
    # An older DuckDB has no nanoseconds itself: what it makes of them is done before it is asked.
    for data in (fine, duckdb.from_arrow(fine)) if RELATIONS_STAY else (fine,):
        for as_of in (cut, cut - dt.timedelta(microseconds=1)):
            assert funnel(data, ["x"], as_of=as_of).excluded == (
                funnel(coarse, ["x"], as_of=as_of).excluded
            )


@on_two
@pytest.mark.parametrize("make", ["table", "view", "registered", "temporary"])
def test_a_table_by_a_name_of_ours_is_not_taken_for_what_was_given(make: str):
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE mine AS SELECT 'a' AS stream, 60000::BIGINT AS amount_minor, "
            "'GBP' AS currency"
        )
        other = "SELECT 'b' AS stream, 1::BIGINT AS amount_minor, 'GBP' AS currency"
        name = "Coprometrics_native_0"
        if make == "registered":
            connection.register(name, connection.sql(other).to_arrow_table())
        else:
            connection.execute(
                f"CREATE {'TEMP TABLE' if make == 'temporary' else make} {name} AS {other}"
            )
        assert revenue_share(connection.table("mine")).figure("amount").number == 60000


def encoded(values: list[object], kind: pa.DataType) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(range(len(values)), pa.int32()), pa.array(values, kind)
    )


def test_nulls_within_dictionaries_are_missing_values():
    amounts, currencies = encoded([5, None], pa.int64()), encoded(["GBP", None], pa.string())
    pounds = ["GBP"] * 2
    with pytest.raises(MetricError, match="1 of 2 rows have no amount_minor"):
        payments(pa.table({"currency": pounds, "amount_minor": amounts}))
    with pytest.raises(MetricError, match="1 of 2 rows have no amount_minor"):
        revenue_share(pa.table({"stream": ["a", "b"], "currency": pounds, "amount_minor": amounts}))
    for metric in (payments, revenue_share):
        with pytest.raises(MetricError, match="1 of 2 rows have no currency"):
            metric(pa.table({"stream": ["a", "b"], "currency": currencies, "amount_minor": [1, 2]}))
    with pytest.raises(MetricError, match="1 of 2 rows have no starts_at"):
        participation(
            pa.table(
                {
                    "id": ["t:1", "t:2"],
                    "kind": ["talk"] * 2,
                    "starts_at": encoded([EPOCH, None], pa.timestamp("us", "UTC")),
                    "timezone": ["UTC"] * 2,
                }
            )
        )


@pytest.mark.parametrize("kind", ["UUID", "JSON"])
def test_a_column_that_prints_as_text_is_read_as_text(kind: str):
    with duckdb.connect() as connection:
        text = "'\"a\"'" if kind == "JSON" else "uuid()"
        connection.execute(
            f"CREATE TABLE e AS SELECT {text}::{kind} AS entity_key, 'x' AS stage, "
            f"now() AS occurred_at, {text}::{kind} AS id"
        )
        assert funnel(connection.table("e"), ["x"]).figure("reached", step="x").number == 1
        connection.execute(
            f"CREATE TABLE i AS SELECT 'a' AS stream, 1::BIGINT AS amount_minor, "
            f"'GBP' AS currency, {text}::{kind} AS organisation_id"
        )
        assert revenue_share(connection.table("i")).rows["organisations"].to_pylist() == [1]


def test_an_empty_organisation_is_none():
    income = {"stream": ["a"] * 2, "amount_minor": [1, 2], "currency": ["GBP"] * 2}
    one = revenue_share(pa.table({**income, "organisation_id": ["o:1", ""]}))
    assert one.rows["organisations"].to_pylist() == [1]
    none = revenue_share(pa.table({**income, "organisation_id": pa.array(["", None])}))
    assert none.rows["organisations"].to_pylist() == [None]
    held = pa.table(
        {
            "id": ["t:1"],
            "kind": ["talk"],
            "starts_at": [EPOCH],
            "timezone": ["UTC"],
            "organisation_ids": [["", None, "o:1"]],
        }
    )
    assert participation(held).figure("organisations", kind="talk").number == 1


def test_a_column_may_be_called_as_a_column_of_ours():
    for name in ("zone", "since", "until", "part", "inside", "place"):
        held = pa.table(
            {
                "id": ["t:1"],
                "kind": ["talk"],
                "starts_at": [dt.datetime(2023, 5, 1, tzinfo=dt.UTC)],
                "timezone": ["UTC"],
                name: ["north"],
            }
        )
        for period in (None, YEAR):
            result = participation(held, by=name, period=period)
            assert result.figure("activities", **{name: "north"}).number == 1


def snapshots(*accounts: str, day: dt.date = dt.date(2022, 1, 1)) -> pa.Table:
    n = len(accounts)
    return pa.table(
        {
            "channel": ["x"] * n,
            "measure": ["f"] * n,
            "as_of": [day] * n,
            "value": [5] * n,
            "account": accounts,
        }
    )


@pytest.mark.parametrize("kind", [pl.from_arrow, duckdb.from_arrow, lambda table: table])
def test_accounts_are_the_same_regardless_of_capitals_in_every_script(kind):
    for one, other in itertools.permutations(("ΟΔΟΣ", "οδος", "οδοσ"), 2):
        grown = audience_growth(kind(snapshots(one, other)), account=one, period=YEAR)
        assert grown.figure("end", **FOLLOWERS).number == 5
        alone = audience_growth(kind(snapshots(one, other)), period=YEAR)
        assert alone.figure("end", **FOLLOWERS).number == 5
    assert audience_growth(kind(snapshots("İstanbul")), account="İSTANBUL", period=YEAR)


def test_a_null_in_a_view_of_texts_is_a_null():
    posts = pl.DataFrame(
        {
            "created_at": [dt.datetime(2023, 5, 1, tzinfo=dt.UTC)] * 2,
            "impressions": [1, 2],
            "timezone": ["UTC", None],
        }
    )
    for data in (posts, pa.table(posts), pa.RecordBatchReader.from_stream(posts)):
        assert top_posts(data, period=YEAR).rows.num_rows == 1


def test_posts_without_an_id_or_an_address_come_last():
    posts = pa.table(
        {
            "created_at": pa.array([0, 0], pa.timestamp("us", "UTC")),
            "impressions": [5, 5],
            "permalink": [None, "u"],
        }
    )
    assert top_posts(posts).rows["permalink"].to_pylist() == ["u", None]
    with duckdb.connect() as connection:
        connection.execute("SET default_null_order = 'nulls_first'")
        relation = connection.from_arrow(posts)
        assert top_posts(relation).rows["permalink"].to_pylist() == ["u", None]


@pytest.mark.parametrize("days", [-800_000, 3_000_000])
def test_days_and_instants_beyond_all_years_are_refused(days: int):
    beyond = snapshots("a").set_column(2, "as_of", pa.array([days], pa.date32()))
    for data in (beyond, duckdb.from_arrow(beyond)):
        with pytest.raises(MetricError, match="as_of holds a value that does not fit"):
            audience_growth(data, period=YEAR)
    moments = pa.array([days * 86_400_000_000], pa.timestamp("us", "UTC"))
    held = pa.table({"id": ["t:1"], "kind": ["talk"], "starts_at": moments, "timezone": ["UTC"]})
    for data in (held, duckdb.from_arrow(held)):
        with pytest.raises(MetricError, match="starts_at holds a value that does not fit"):
            participation(data)


def test_a_period_may_hold_all_days():
    whole = Period(dt.date.min, dt.date.max, "all")
    both = pa.concat_tables([snapshots("a", day=dt.date.min), snapshots("a")])
    grown = audience_growth(both, period=whole)
    numbers = [grown.figure(value, **FOLLOWERS).number for value in ("start", "end")]
    assert numbers == [5, 5]


def test_a_duration_of_more_than_all_years_is_refused():
    for months in (12 * 2**32 + 12, 2**60):
        award = pa.table(
            {
                "id": ["a"],
                "currency": ["GBP"],
                "amount_total_minor": [5],
                "starts_on": [dt.date(2023, 1, 1)],
                "duration_months": [months],
            }
        )
        with pytest.raises(MetricError):
            grant_income(award, periods=OperationalYears(start_month=1))


def test_a_result_that_is_open_on_the_connection_is_named_as_the_cause():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE i AS SELECT 'a' AS stream, 1::BIGINT AS amount_minor, 'GBP' AS currency"
        )
        relation = connection.table("i")
        connection.execute("SELECT * FROM range(3)").fetchone()
        try:
            assert revenue_share(relation).figure("amount").number == 1
        except MetricError as error:
            assert error.remedy == (
                "fetch the open result of this connection to its end, or use a cursor() of it"
            )


def test_frames_of_pandas_stay_as_they_were():
    frame = pd.DataFrame({"stream": ["a"], "amount_minor": [1], "currency": ["GBP"]}, index=[7])
    before = frame.copy(deep=True)
    revenue_share(frame)
    pd.testing.assert_frame_equal(frame, before)
