from __future__ import annotations

import datetime as dt
from fractions import Fraction

import duckdb
import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from coprometrics.errors import MetricError
from coprometrics.metrics import funnel, grant_income, participation, revenue_share
from coprometrics.metrics._duckdb import RELATIONS_STAY
from coprometrics.periods import Period
from coprometrics.records import AudienceSnapshot

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
DAY = dt.date(2023, 5, 1)


def income(**columns):
    return {
        "stream": ["a", "b"],
        "amount_minor": [1, 3],
        "currency": ["GBP", "GBP"],
        "received_on": [DAY, DAY],
        **columns,
    }


def share(data):
    return revenue_share(data, period=YEAR).figure("share", stream="a").text


class Capsule:
    """Data of a library that nobody knows, but that speaks Arrow."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pa.table(income()), id="table"),
        pytest.param(pa.table(income()).to_batches()[0], id="batch"),
        pytest.param(Capsule(pa.table(income())), id="capsule"),
        pytest.param(nw.from_native(pl.DataFrame(income())), id="narwhals"),
        pytest.param(nw.from_native(pl.LazyFrame(income())), id="narwhals-lazy"),
        pytest.param(pd.DataFrame(income()), id="python dates"),
        pytest.param(pd.DataFrame(income(received_on=pd.to_datetime([DAY, DAY]))), id="midnights"),
        pytest.param(pd.DataFrame(income(stream=pd.Categorical(["a", "b"]))), id="categories"),
        pytest.param(pd.DataFrame(income(), index=["x", "x"]), id="odd index"),
        pytest.param(pa.table(income(amount_minor=pa.array([1, 3], pa.uint8()))), id="uint8"),
        pytest.param(
            pa.table(income(amount_minor=pa.array([1, 3], pa.decimal128(38, 0)))), id="decimal"
        ),
        pytest.param(
            pa.table(income(stream=pa.array(["a", "b"], pa.large_string()))), id="large text"
        ),
        pytest.param(
            pa.table(income(stream=pa.array(["a", "b"]).dictionary_encode())), id="dictionary"
        ),
        pytest.param(pa.table(income(received_on=pa.array([DAY] * 2, pa.date64()))), id="date64"),
    ],
)
def test_the_same_answer_from_whatever_holds_the_data(data):
    assert share(data) == "25.00%"


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("amount_minor", ["1", "3"], r"income.amount_minor: .*string.*minor units \(pence\)"),
        ("amount_minor", [1.0, 3.0], r"income.amount_minor: .*double.*never as floats"),
        ("amount_minor", [1, None], "income.amount_minor: 1 of 2 rows have no amount_minor"),
        ("amount_minor", pa.array([1, 2**63], pa.uint64()), "does not fit"),
        ("amount_minor", pa.array([1, 2], pa.decimal128(9, 2)), "decimal"),
        ("currency", ["GBP", "gbp"], "currency holds 'gbp'.*ISO 4217"),
        ("currency", [None, "GBP"], "have no currency"),
        ("received_on", ["2023-05-01"] * 2, "income.received_on: .*days.*give a date"),
        ("received_on", [dt.datetime(2023, 5, 1, 12)] * 2, "does not fit"),  # noqa: DTZ001
        ("received_on", [dt.datetime(2023, 5, 1, tzinfo=dt.UTC)] * 2, "give a date without"),
        ("received_on_precision", ["day", "week"], "'week'; use one of day, month, year"),
        ("stream", [1.5, 2.5], "income.stream: .*text"),
        ("organisation_id", [1, 2], "identifiers are always text"),
    ],
)
def test_a_column_that_is_wrong_is_named_with_its_remedy(column, values, message):
    with pytest.raises(MetricError, match=message):
        share(pa.table(income(**{column: values})))


@pytest.mark.parametrize("column", ["stream", "amount_minor", "currency", "received_on"])
def test_a_missing_column_is_named_with_those_there_are(column):
    columns = income()
    del columns[column]
    with pytest.raises(MetricError, match=f"no column '{column}'; it has"):
        share(pa.table(columns))


def test_instants_without_a_time_zone_are_refused():
    rows = {"entity_key": ["a"], "stage": ["x"], "occurred_at": [dt.datetime(2023, 1, 1)]}  # noqa: DTZ001
    with pytest.raises(MetricError, match=r"events\.occurred_at.*aware datetimes"):
        funnel(pa.table(rows), ["x"])


def test_instants_in_other_units_and_zones_are_the_same_instants():
    aware = [dt.datetime(2023, 1, 1, tzinfo=dt.UTC)]
    for unit in ("s", "ms", "us", "ns"):
        moments = pa.array(aware, pa.timestamp(unit, "America/New_York"))
        rows = pa.table({"entity_key": ["a"], "stage": ["x"], "occurred_at": moments})
        assert funnel(rows, ["x"]).figure("reached", step="x").number == 1


def test_counts_that_pandas_turned_into_floats_are_still_exact():
    rows = pd.DataFrame(
        {
            "id": ["t:1", "t:2"],
            "kind": ["talk", "talk"],
            "starts_at": pd.to_datetime(["2023-05-01", "2023-05-02"], utc=True),
            "timezone": ["Europe/London"] * 2,
            "headcount": [25, None],
        }
    )
    assert participation(rows).figure("attendances").number == 25
    with pytest.raises(MetricError, match=r"headcount"):
        participation(rows.assign(headcount=[2.5, None]))


def test_a_column_of_nothing_fits_everywhere():
    table = pa.table(
        {
            "id": ["t:1"],
            "amount_total_minor": [1],
            "currency": ["GBP"],
            "starts_on": [DAY],
            "ends_on": pa.nulls(1),
            "duration_months": [1],
        }
    )
    assert grant_income(table).figure("amount", year="2023").number == 1


def test_a_column_of_several_types_is_refused():
    with pytest.raises(MetricError, match="each column has one name and one type"):
        share(pd.DataFrame(income(received_on=[DAY, "soon"])))


def test_records_of_another_type_are_refused():
    wrong = AudienceSnapshot(id="t:1", channel="x", measure="y", as_of=DAY, value=1)
    with pytest.raises(MetricError, match="a AudienceSnapshot is not of type Income"):
        share([wrong])


@pytest.mark.parametrize("data", [None, 7, "income.csv", {"stream": ["a"]}])
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(MetricError, match="neither records nor a frame"):
        share(data)


def test_columns_that_do_not_count_are_never_read():
    odd = pd.DataFrame(income()).assign(mixed=[1, "x"], Amount_Minor=["x", "y"])
    assert share(odd) == "25.00%"


@pytest.mark.skipif(not RELATIONS_STAY, reason="a relation of this DuckDB is read into memory")
def test_a_file_larger_than_the_memory_of_its_connection_still_gives_the_answer(tmp_path):
    file = tmp_path / "events.parquet"
    entities, events = 300_000, 1_500_000
    duckdb.execute(
        f"COPY (SELECT md5((i % {entities})::VARCHAR) || repeat('x', 30) AS entity_key, "
        f"CASE WHEN i < {entities} THEN 'a' ELSE 'b' END AS stage, "
        "make_timestamptz(1672531200000000 + i::BIGINT * 1000000) AS occurred_at "
        f"FROM range({events}) t(i)) TO '{file}' (FORMAT parquet, COMPRESSION uncompressed)"
    )
    limit = 95 * 2**20
    assert file.stat().st_size > limit
    config = {"temp_directory": str(tmp_path / "spill"), "threads": 2}
    with duckdb.connect(config=config) as connection:
        connection.execute(f"SET memory_limit = '{limit}B'")
        result = funnel(connection.read_parquet(str(file)), ["a", "b"])
    assert result.figure("reached", step="b").number == entities
    assert result.figure("median_days", step="b").number == Fraction(entities, 86_400)
