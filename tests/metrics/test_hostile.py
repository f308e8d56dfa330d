"""What a connection, a frame or a name may do to a metric, and must not."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import (
    funnel,
    grant_income,
    participation,
    payments,
    revenue_share,
    top_posts,
)
from coprometrics.metrics._duckdb import RELATIONS_STAY
from coprometrics.periods import Period

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")


def day(number):
    return dt.datetime(2023, 3, number, 10, tzinfo=dt.UTC)


EVENTS = pa.table(
    {
        "entity_key": ["a", "a", "b", "b", "c"],
        "stage": ["r", "j", "r", "j", "r"],
        "occurred_at": [day(1), day(3), day(5), day(4), day(6)],
    }
)
INCOME = pa.table(
    {"stream": ["x", "X", "é", "e"], "amount_minor": [1, 2, 3, 4], "currency": ["GBP"] * 4}
)


def on(connection, table):
    connection.register("given_rows", table)
    connection.execute("CREATE TABLE rows_of_it AS SELECT * FROM given_rows")
    connection.unregister("given_rows")
    return connection.table("rows_of_it")


@pytest.mark.parametrize(
    "setting",
    [
        "SET default_order = 'DESC'",
        "SET default_null_order = 'NULLS FIRST'",
        "SET default_collation = 'NOCASE'",
        "SET default_collation = 'NOACCENT'",
        "SET python_enable_replacements = false",
        "SET enable_external_access = false",
        "SET preserve_insertion_order = false",
        "SET TimeZone = 'Pacific/Kiritimati'",
        "CREATE TABLE native_0 AS SELECT 7 AS stage",
    ],
)
def test_no_setting_of_a_connection_changes_an_answer(setting):
    expected = funnel(EVENTS, ["r", "j"]), revenue_share(INCOME)
    with duckdb.connect() as connection:
        relation = on(connection, EVENTS)
        connection.execute(setting)
        assert funnel(relation, ["r", "j"]).rows.equals(expected[0].rows)
    with duckdb.connect() as connection:
        relation = on(connection, INCOME)
        connection.execute(setting)
        assert revenue_share(relation).rows.equals(expected[1].rows)


@pytest.mark.skipif(not RELATIONS_STAY, reason="a relation of this DuckDB is read into memory")
def test_what_went_wrong_in_an_open_transaction_is_what_is_told():
    far = EVENTS.set_column(
        2, "occurred_at", pa.array([0, 5 * 10**18, 0, 0, 0], pa.timestamp("us", tz="UTC"))
    )
    with duckdb.connect() as connection:
        relation = on(connection, far)
        connection.begin()
        with pytest.raises(MetricError, match="a number is too large"):
            funnel(relation, ["r", "j"])


def test_a_relation_whose_table_is_gone_is_told_of():
    with duckdb.connect() as connection:
        relation = on(connection, INCOME)
        connection.execute("DROP TABLE rows_of_it")
        with pytest.raises(MetricError, match=r"^income: the data cannot be read \("):
            revenue_share(relation)
    with pytest.raises(MetricError, match=r"^income: the data cannot be read \("):
        revenue_share(relation)


def test_an_award_without_end_is_not_lost():
    rows = duckdb.sql(
        "SELECT 'b:1' AS id, 100::BIGINT AS amount_total_minor, 'GBP' AS currency, "
        "DATE '2020-01-01' AS starts_on, DATE 'infinity' AS ends_on"
    )
    with pytest.raises(MetricError, match="beyond the years 1 to 9999; leave an end"):
        grant_income(rows)
    endless = rows.to_arrow_table()
    with pytest.raises(MetricError, match="beyond the years 1 to 9999; leave an end"):
        grant_income(endless)


def test_an_empty_time_zone_is_no_time_zone():
    held = pa.table({"id": ["t:1"], "kind": ["talk"], "timezone": [""], "starts_at": [day(1)]})
    with pytest.raises(MetricError, match="'' is not a time zone"):
        participation(held, period=YEAR)
    posts = pa.table({"created_at": [day(1)], "timezone": [""], "impressions": [3]})
    with pytest.raises(MetricError, match="'' is not a time zone"):
        top_posts(posts, period=YEAR)


def test_a_group_with_an_empty_name_is_shown_beside_the_total():
    rows = pa.table({"stream": ["", "x"], "amount_minor": [100, 200], "currency": ["GBP"] * 2})
    shown = [line.split() for line in str(revenue_share(rows)).splitlines()[3:]]
    assert shown == [
        ["x", "GBP", "2.00", "66.67%"],
        ['""', "GBP", "1.00", "33.33%"],
        ["total", "GBP", "3.00"],
    ]


@pytest.mark.parametrize("name", ["share_numerator", "organisations", "currency"])
def test_a_group_cannot_be_called_like_a_column_of_the_answer(name):
    rows = INCOME.append_column(name, pa.array(["GBP"] * 4)) if name != "currency" else INCOME
    with pytest.raises(ParameterError, match="use another column"):
        revenue_share(rows, by=name)


@pytest.mark.parametrize("name", ["activity_id", "person_key", "times", "listed", "place", "part"])
def test_activities_may_be_told_apart_by_a_column_of_any_name(name):
    held = pa.table(
        {
            "id": ["t:1"],
            "kind": ["talk"],
            "timezone": ["UTC"],
            "starts_at": [day(1)],
            name: ["here"],
        }
    )
    came = pa.table({"activity_id": ["t:1"], "status": ["attended"], "person_key": ["p"]})
    result = participation(held, came, by=name)
    assert result.figure("first_time", **{name: "here"}).number == 1


def test_numbers_of_odd_types_are_read_or_refused():
    wide = pa.array([1, 2, 3, 4], type=pa.decimal256(60, 0))
    rows = INCOME.set_column(1, "amount_minor", wide)
    assert revenue_share(rows).figure("amount").number == 10
    half = pa.table(
        {
            "id": ["t:1"],
            "kind": ["talk"],
            "timezone": ["UTC"],
            "starts_at": [day(1)],
            "headcount": pa.array([7.0], type=pa.float32()).cast(pa.float16()),
        }
    )
    assert participation(half).figure("attendances").number == 7
    minutes = pa.table(
        {"amount_minor": [1, 1], "currency": ["GBP"] * 2, "minutes": [2**63 - 1] * 2}
    )
    with pytest.raises(MetricError, match="does not fit in 64 bits"):
        payments(minutes)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({0: ["x"], "amount_minor": [1], "currency": ["GBP"]}),
        pd.DataFrame(
            [["x", 1, "GBP", 2]], columns=["stream", "amount_minor", "currency", "stream"]
        ),
        pd.DataFrame({"stream": ["x"], "amount_minor": [2**70], "currency": ["GBP"]}),
        pd.Series([1]),
    ],
    ids=["a name that is a number", "a name twice", "a number too large", "a series"],
)
def test_a_frame_that_is_none_is_refused(frame):
    with pytest.raises(MetricError, match=r"^income: "):
        revenue_share(frame)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: revenue_share(INCOME.set_column(2, "currency", pa.array(["joe@example.org"] * 4))),
        lambda: funnel(EVENTS, ["joe@example.org"]),
        lambda: participation(
            pa.table(
                {
                    "id": ["joe@example.org"] * 2,
                    "kind": ["talk"] * 2,
                    "timezone": ["UTC"] * 2,
                    "starts_at": [day(1)] * 2,
                }
            )
        ),
        lambda: revenue_share(
            pd.DataFrame(
                {"stream": ["x", 1], "amount_minor": ["joe@example.org", 1], "currency": "GBP"}
            )
        ),
    ],
)
def test_an_address_in_the_data_reaches_no_message(ask):
    with pytest.raises(MetricError) as caught:
        ask()
    assert "joe" not in str(caught.value)
