"""What is special about Spark: where the work is done, and what is left behind."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys

import duckdb
import pyarrow as pa
import pytest

from coprometrics.errors import MetricError
from coprometrics.metrics import funnel, grant_income, participation, revenue_share
from coprometrics.periods import OperationalYears, Period
from coprometrics.records import Activity, Attendance

from .awards import AUGUST, EXTENSION, TWO_YEARS
from .kinds import as_table

pytestmark = pytest.mark.spark

START = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
ENTITIES = 40_000


@pytest.fixture(scope="module")
def many_events(spark):
    """Give 110,000 events, made on the cluster itself and spread over both workers."""
    return spark.sql(
        "SELECT concat('p:', cast(id % 40000 AS STRING)) AS entity_key, "
        "CASE WHEN id < 40000 THEN 'x' WHEN id < 80000 THEN 'y' ELSE 'z' END AS stage, "
        "timestamp_micros(1672531200000000 + id * 1000000) AS occurred_at "
        "FROM range(0, 110000, 1, 4)"
    ).persist()


def results_sent(spark):
    """Give the bytes that a task of each stage so far has sent to the driver, by Spark's status."""
    none = spark._jvm.java.util.ArrayList()
    quantiles = spark._sc._gateway.new_array(spark._jvm.double, 0)
    store = spark._jsc.sc().statusStore()
    stages = store.stageList(none, False, False, quantiles, none)
    return {
        (stage.stageId(), stage.attemptId()): stage.resultSize() // max(stage.numTasks(), 1)
        for stage in (stages.apply(i) for i in range(stages.size()))
    }


def test_nothing_but_the_result_comes_to_the_driver(spark, many_events):
    # Spark itself sends small tables of a join by way of the driver; here it must not.
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    spark.conf.set("spark.sql.adaptive.autoBroadcastJoinThreshold", "-1")
    before = results_sent(spark)
    result = funnel(many_events, ["x", "y", "z"], window=dt.timedelta(days=30))
    spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")
    spark.conf.unset("spark.sql.adaptive.autoBroadcastJoinThreshold")
    sent = [size for stage, size in results_sent(spark).items() if stage not in before]
    assert [figure.number for figure in result.figures if figure.value == "reached"] == [
        ENTITIES,
        ENTITIES,
        30_000,
    ]
    assert sent
    # What a task says of itself takes some thousand bytes; the times of its events alone would
    # take two hundred thousand.
    assert max(sent) < 20_000


def test_both_workers_take_part(spark, many_events):
    assert many_events.rdd.getNumPartitions() == 4
    executors = spark._jsc.sc().statusStore().executorList(False)
    workers = {executors.apply(i).id() for i in range(executors.size())} - {"driver"}
    assert len(workers) == 2


def held(spark):
    """Name the tables of which the cluster keeps rows, in memory or on disk."""
    context = spark._jsc.sc()
    context.listenerBus().waitUntilEmpty()
    return {kept.id() for kept in context.getRDDStorageInfo()}


def test_nothing_is_left_behind(spark, many_events):
    assert many_events.count() == 110_000
    before = held(spark)
    assert before
    result = funnel(many_events, ["x", "y"], order="strict")
    result.sensitivity()
    with pytest.raises(MetricError, match="there is no stage 'other'"):
        funnel(many_events, ["x", "other"])
    awards, changes = (spark.createDataFrame(as_table([one])) for one in (TWO_YEARS, EXTENSION))
    grant_income(awards, None, changes, periods=AUGUST)
    assert [table.name for table in spark.catalog.listTables() if table.isTemporary] == []
    assert held(spark) == before


def test_other_frames_are_sent_to_the_session_of_the_spark_one(spark):
    held = Activity(id="t:1", kind="talk", timezone="Europe/London", starts_at=START)
    came = [
        Attendance(id=f"t:{n}", activity_id="t:1", status="attended", person_key=f"{n:032x}")
        for n in range(3)
    ]
    rows = spark.createDataFrame(
        pa.table(
            {
                "activity_id": [one.activity_id for one in came],
                "status": [one.status for one in came],
                "person_key": [one.person_key for one in came],
            }
        )
    )
    result = participation([held], rows)
    assert result.figure("people_identified").number == 3


def test_frames_of_two_sessions_are_refused_and_no_view_is_left(spark):
    other = spark.newSession()
    income = pa.table({"stream": ["a"], "amount_minor": [1], "currency": ["GBP"]})
    payers = pa.table({"id": ["t:1"], "kind": ["charity"], "name": ["One"]})
    with pytest.raises(MetricError, match=r"organisations: .*another Spark session"):
        revenue_share(spark.createDataFrame(income), organisations=other.createDataFrame(payers))
    assert other.catalog.listTables() == []
    assert spark.catalog.listTables() == []


def test_what_lies_here_is_sent_whatever_its_types(spark):
    moments = pa.array([1_672_531_199_999_999_999, 0], pa.timestamp("ns", "UTC"))
    held = pa.table(
        {
            "id": pa.array(["t:1", "t:2"], pa.string_view()),
            "kind": ["talk"] * 2,
            "starts_at": moments,
            "timezone": ["UTC"] * 2,
            "headcount": pa.array([5, 6], pa.uint64()),
        }
    )
    came = pa.table({"activity_id": ["t:1"], "status": ["attended"], "person_key": ["0" * 32]})
    year = Period(dt.date(2022, 1, 1), dt.date(2022, 12, 31), "2022")
    for narrow in (pa.uint8(), pa.uint32(), pa.uint64()):
        held = held.set_column(4, "headcount", pa.array([5, 6], narrow))
        for local in (held, duckdb.from_arrow(held)):
            result = participation(local, spark.createDataFrame(came), period=year)
            assert result.figure("attendances", kind="talk").number == 1


def test_numbers_that_would_wrap_are_refused_whatever_the_session_says(spark):
    far = 8_000_000_000_000_000_000
    events = spark.sql(
        f"SELECT * FROM VALUES ('a', 'x', timestamp_micros(0)), ('a', 'y', timestamp_micros({far}))"
        " t(entity_key, stage, occurred_at)"
    )
    endless = spark.createDataFrame(
        pa.table(
            {
                "id": ["a"],
                "currency": ["GBP"],
                "amount_total_minor": [5],
                "starts_on": [dt.date(2023, 1, 1)],
                "duration_months": [12 * 2**32 + 12],
            }
        )
    )
    for ansi in ("false", "true"):
        spark.conf.set("spark.sql.ansi.enabled", ansi)
        try:
            with pytest.raises(MetricError, match="occurred_at holds a value that does not fit"):
                funnel(events, ["x", "y"])
            with pytest.raises(MetricError):
                grant_income(endless, periods=OperationalYears(start_month=1))
        finally:
            spark.conf.set("spark.sql.ansi.enabled", "false")


def test_a_name_is_found_whatever_the_session_makes_of_quotes(spark):
    odd = 'it\'s \\n "odd" :p0 \u00e9'
    rows = spark.createDataFrame(
        pa.table({"entity_key": ["a"], "stage": [odd], "occurred_at": pa.array([START])})
    )
    for setting in ("true", "false"):
        spark.conf.set("spark.sql.parser.escapedStringLiterals", setting)
        try:
            assert funnel(rows, [odd]).figure("reached", step=odd).number == 1
        finally:
            spark.conf.unset("spark.sql.parser.escapedStringLiterals")


def test_a_sum_beyond_64_bits_is_an_error_and_never_wrapped(spark):
    rows = spark.createDataFrame(
        pa.table(
            {
                "stream": ["a", "a"],
                "currency": ["GBP", "GBP"],
                "amount_minor": pa.array([2**63 - 1, 2**63 - 1]),
            }
        )
    )
    with pytest.raises(MetricError, match="does not fit in 64 bits"):
        revenue_share(rows)


def test_the_largest_amounts_are_split_to_the_penny(spark):
    most = 2**63 - 1
    table = pa.table(
        {
            "id": ["a", "b"],
            "currency": ["GBP", "JPY"],
            "amount_total_minor": pa.array([most, -most]),
            "starts_on": [dt.date(2020, 2, 29)] * 2,
            "ends_on": [dt.date(2029, 2, 28)] * 2,
        }
    )
    periods = OperationalYears(start_month=3)
    for basis in ("days", "months"):
        here = grant_income(table, periods=periods, basis=basis)
        there = grant_income(spark.createDataFrame(table), periods=periods, basis=basis)
        assert there.rows.equals(here.rows)
        assert sum(there.allocations.column("amount_minor").to_pylist()) == 0


DEAD = """
import pyarrow as pa
from pyspark.sql import SparkSession
from coprometrics import revenue_share
from coprometrics.errors import MetricError

session = (
    SparkSession.builder.master("local[1]")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
rows = session.createDataFrame(
    pa.table({"stream": ["a"], "currency": ["GBP"], "amount_minor": [1]})
)
session.stop()
try:
    revenue_share(rows)
except MetricError as error:
    print("error:", error)
"""


def test_a_session_that_has_ended_is_told_of():
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DEAD], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert "could not be worked through" in told.stdout
    assert told.stdout.rstrip().endswith(
        "see what the Spark session says, and start it again if it has ended"
    )


CONNECTED = """
import datetime as dt
import pyarrow as pa
from pyspark.sql import SparkSession
from coprometrics import funnel, grant_income, revenue_share
from coprometrics.errors import MetricError
from coprometrics.periods import OperationalYears, Period
from coprometrics.records import AwardAdjustment, GrantAward

session = (
    SparkSession.builder.remote("local[1]")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.connect.grpc.binding.address", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
assert "connect" in type(session).__module__
events = session.sql(
    "SELECT concat('p:', id % 4) AS entity_key, CASE WHEN id < 4 THEN 'x' ELSE 'y' END AS stage, "
    "timestamp_micros(1672531200000000 + id) AS occurred_at FROM range(0, 7)"
)
found = funnel(events, ["x", "y"], order="strict")
print([figure.number for figure in found.figures if figure.value == "reached"])
award = GrantAward(
    id="t:1", currency="GBP", amount_total_minor=1000,
    starts_on=dt.date(2021, 8, 1), ends_on=dt.date(2023, 7, 31),
)
longer = AwardAdjustment(
    id="t:2", award_id="t:1", kind="no_cost_extension",
    effective_on=dt.date(2022, 9, 1), new_ends_on=dt.date(2024, 7, 31),
)
awards = session.createDataFrame(
    pa.table({"id": ["t:1"], "currency": ["GBP"], "amount_total_minor": [1000],
              "starts_on": [award.starts_on], "ends_on": [award.ends_on]})
)
years = OperationalYears(start_month=8)
here = grant_income([award], None, [longer], periods=years)
there = grant_income(awards, None, [longer], periods=years)
print(there.rows.equals(here.rows))
large = session.createDataFrame(
    pa.table({"stream": ["a", "a"], "currency": ["GBP"] * 2, "amount_minor": [2**63 - 1] * 2})
)
try:
    revenue_share(large)
except MetricError as error:
    print("error:", error)
print([table.name for table in session.catalog.listTables()])
"""


TOO_LARGE = (
    "the sum 18446744073709551614 does not fit in 64 bits; "
    "check the amounts: they must be in minor units, such as pence"
)


def test_a_session_over_spark_connect_gives_the_same():
    pytest.importorskip("grpc_status", reason="what Spark Connect needs is not installed")
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CONNECTED],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout.splitlines() == [
        "[4, 3]",
        "True",
        f"error: {TOO_LARGE}",
        "[]",
    ]
