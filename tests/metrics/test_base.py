from __future__ import annotations

import datetime as dt

import polars as pl
import pyarrow as pa
import pytest

from coprometrics.errors import MetricError
from coprometrics.metrics import Excluded, revenue_share
from coprometrics.periods import Period

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")


def shares(period=None, stream="a<b"):
    return revenue_share(
        pa.table(
            {
                "stream": [stream, "c", "c"],
                "amount_minor": [123_456, 100, 5],
                "currency": ["GBP"] * 3,
                "received_on": [dt.date(2023, 1, 1)] * 2 + [None],
            }
        ),
        period=period,
    )


def test_a_result_prints_as_a_table():
    assert str(shares(YEAR)).splitlines()[1:] == [
        "stream        amount   share",
        "------  ------------  ------",
        "a<b     GBP 1,234.56  99.92%",
        "c           GBP 1.00   0.08%",
        "total   GBP 1,235.56",
        "* 1 left out (GBP 0.05): the income has no date",
    ]
    assert str(shares(YEAR)).startswith("revenue_share v1, 2023, ")


def test_a_result_shows_in_a_notebook_without_trusting_the_data():
    shown = shares()._repr_html_()
    assert "<td>a&lt;b</td>" in shown
    assert "a<b" not in shown


def test_rows_travel_as_arrow_and_as_frames():
    result = shares()
    assert pa.table(result) == result.rows
    assert pl.DataFrame(result).equals(result.to_polars())
    frame = result.to_pandas()
    assert str(frame["amount_minor"].dtype) == "int64[pyarrow]"
    assert frame["share_denominator"].tolist() == [123_561, 123_561]


def test_the_fingerprint_depends_on_the_parameters_and_not_on_the_data():
    assert shares(YEAR).fingerprint == shares(YEAR, stream="z").fingerprint
    assert shares(YEAR).fingerprint != shares().fingerprint
    assert len(shares().fingerprint) == 64


def test_a_figure_that_is_not_there_names_those_that_are():
    result = shares()
    with pytest.raises(MetricError, match="its values are amount, share"):
        result.figure("amounts")
    with pytest.raises(MetricError, match="stream=a<b currency=GBP; stream=c currency=GBP"):
        result.figure("amount", stream="d")
    with pytest.raises(MetricError, match="no figure for share"):
        result.figure("share")


def test_units_are_told():
    assert shares().units == {"amount": "money", "share": "ratio"}


def test_what_is_left_out_prints_with_its_money():
    left = Excluded("no-date", 1200, "no date", {"KWD": 5, "JPY": 1000})
    assert str(left) == "1,200 left out (JPY 1,000, KWD 0.005): no date"
