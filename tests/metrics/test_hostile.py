"""What a connection, a frame or a name may do to a metric, and must not."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import subprocess
import sys

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
        "CREATE MACRO epoch_us(x) AS 7",
        "CREATE MACRO sum(x) AS 7",
        "CREATE MACRO nothing_of_ours(x) AS 7",
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


def test_a_collation_of_a_column_counts_for_nothing():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE rows_of_it "
            "(stream VARCHAR COLLATE NOCASE, amount_minor BIGINT, currency VARCHAR COLLATE NOCASE)"
        )
        connection.register("given_rows", INCOME)
        connection.execute("INSERT INTO rows_of_it SELECT * FROM given_rows")
        found = revenue_share(connection.table("rows_of_it"))
        assert found.rows.equals(revenue_share(INCOME).rows)


@pytest.mark.skipif(not RELATIONS_STAY, reason="a relation of this DuckDB is read into memory")
def test_what_went_wrong_in_an_open_transaction_is_what_is_told():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE typed AS SELECT 'a' AS stream, 'GBP' AS currency, 'x' AS n"
        )
        relation = connection.sql(
            "SELECT stream, currency, CAST(n AS BIGINT) AS amount_minor FROM typed"
        )
        connection.begin()
        with pytest.raises(MetricError, match="a value of the data does not fit its type"):
            revenue_share(relation)


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


def test_a_group_without_a_name_is_unknown_and_not_the_total():
    rows = pa.table({"stream": ["", "x"], "amount_minor": [100, 200], "currency": ["GBP"] * 2})
    shown = [line.split() for line in str(revenue_share(rows)).splitlines()[3:]]
    assert shown == [
        ["x", "GBP", "2.00", "66.67%"],
        ["unknown", "GBP", "1.00", "33.33%"],
        ["total", "GBP", "3.00"],
    ]


def test_an_empty_text_is_a_missing_one():
    rows = EVENTS.set_column(0, "entity_key", pa.array(["a", "a", "", "", None]))
    result = funnel(rows, ["r", "j"])
    assert result.figure("reached", step="r").number == 1
    assert [(left.reason, left.count) for left in result.excluded] == [("no-entity", 3)]
    held = pa.table({"id": ["t:1"], "kind": ["talk"], "timezone": ["UTC"], "starts_at": [day(1)]})
    came = pa.table(
        {"activity_id": ["t:1"] * 3, "status": ["attended"] * 3, "person_key": ["p", "", ""]}
    )
    result = participation(held, came)
    assert result.figure("people_identified").number == 1
    assert result.figure("attendances_unidentified").number == 2
    with pytest.raises(MetricError, match="1 of 1 rows have no kind"):
        participation(held.set_column(1, "kind", pa.array([""])))
    with pytest.raises(MetricError, match="1 of 1 rows have no kind"):
        participation(held.set_column(1, "kind", pa.array([""]).dictionary_encode()))


def test_a_negative_count_is_refused():
    held = pa.table(
        {
            "id": ["t:1"],
            "kind": ["talk"],
            "timezone": ["UTC"],
            "starts_at": [day(1)],
            "headcount": [-3],
        }
    )
    with pytest.raises(MetricError, match=r"activities.headcount: .* a number below 0"):
        participation(held)


def test_a_day_with_a_time_is_refused_in_every_width():
    rows = pa.table(
        {
            "id": ["b:1"],
            "amount_total_minor": [100],
            "currency": ["GBP"],
            "starts_on": pa.array([86_400_000 * 18_000], pa.date64()),
            "ends_on": pa.array([dt.date(2020, 1, 1)]),
        }
    )
    assert grant_income(rows).figures
    late = pa.Array.from_buffers(
        pa.date64(), 1, [None, pa.py_buffer((86_400_000 * 18_000 + 7).to_bytes(8, "little"))]
    )
    with pytest.raises(MetricError, match="starts_on holds a value that does not fit"):
        grant_income(rows.set_column(3, "starts_on", late))


def test_columns_that_differ_only_in_capitals_are_never_mixed_up():
    rows = INCOME.append_column("Stream", pa.array(["one", "one", "two", "two"]))
    assert revenue_share(rows).figure("amount", stream="X").number == 2
    assert revenue_share(rows, by="Stream").figure("amount", Stream="two").number == 7
    rows = rows.append_column("Currency", pa.array(["EUR"] * 4))
    with pytest.raises(MetricError, match="differ only in small and capital letters: Currency"):
        revenue_share(rows, by="Currency")


def test_a_result_can_be_pickled_and_leaves_the_data_behind():
    steps = pickle.loads(pickle.dumps(funnel(EVENTS, ["r", "j"])))
    assert steps.figures == funnel(EVENTS, ["r", "j"]).figures
    with pytest.raises(MetricError, match="its data were left behind"):
        steps.sensitivity()
    award = pa.table(
        {
            "id": ["b:1"],
            "amount_total_minor": [100],
            "currency": ["GBP"],
            "starts_on": [dt.date(2023, 1, 1)],
            "ends_on": [dt.date(2023, 12, 31)],
        }
    )
    placed = pickle.loads(pickle.dumps(grant_income(award)))
    assert placed.rows.equals(grant_income(award).rows)
    with pytest.raises(MetricError, match="its data were left behind"):
        _ = placed.allocations


WORKERS = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import pyarrow as pa
from coprometrics import revenue_share

def amount(number):
    rows = pa.table({"stream": ["a"], "currency": ["GBP"], "amount_minor": [number]})
    return revenue_share(rows).figure("amount").number

if __name__ == "__main__":
    for start in ("fork", "spawn"):
        with ProcessPoolExecutor(2, mp_context=get_context(start)) as workers:
            print(list(workers.map(amount, (1, 2, 3))), amount(7))
"""


def test_processes_and_their_workers_leave_no_folder_behind(tmp_path):
    script = tmp_path / "workers.py"
    script.write_text(WORKERS, "utf-8")
    told = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert told.stdout.split("\n")[:2] == ["[1, 2, 3] 7"] * 2, told.stderr
    assert list(tmp_path.glob("coprometrics-*")) == []


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
