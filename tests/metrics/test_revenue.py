from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import revenue_share
from coprometrics.periods import OperationalYears, Period
from coprometrics.records import Income, Organisation

from .kinds import KINDS

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")


def income(number, stream, amount, on="2023-05-01", **more):
    return Income(
        id=f"t:{number}",
        stream=stream,
        amount_minor=amount,
        **{"currency": "GBP", "kind": "fee", **more},
        received_on=on and dt.date.fromisoformat(on),
    )


INCOME = [
    income(1, "consultancy", 700, organisation_id="o:1"),
    income(2, "consultancy", 600, organisation_id="o:1"),
    income(3, "consultancy", -100, kind="refund", organisation_id="o:2"),
    income(4, "training", 400),
    income(5, "talks", 100, on="2023-12-31"),
    income(6, "talks", 900, on="2024-01-01"),
    income(7, "talks", 55, on=None),
]


@pytest.mark.parametrize("kind", KINDS)
def test_shares_from_every_kind_of_frame(kind):
    result = revenue_share(KINDS[kind](INCOME), period=YEAR)
    figure = result.figure("share", stream="consultancy")
    assert (figure.number, figure.numerator, figure.denominator) == (Fraction(12, 17), 1200, 1700)
    assert result.figure("amount").number == 1700
    assert result.figure("organisations", stream="consultancy").number == 2
    assert result.figure("organisations", stream="training").number is None
    (excluded,) = result.excluded
    assert (excluded.reason, excluded.count, excluded.amount_minor) == ("no-date", 1, {"GBP": 55})


def test_percentages_are_rounded_each_on_its_own_and_say_so():
    result = revenue_share(INCOME, period=YEAR)
    rounded = result.percentages(decimals=0)
    assert {name: str(part) for name, part in rounded.parts.items()} == {
        "consultancy": "71",
        "training": "24",
        "talks": "6",
    }
    assert not rounded.adjusted
    assert "add up to 101%" in rounded.note
    assert result.percentages(decimals=1).note is None or "add up" in result.percentages().note


def test_adjusted_percentages_add_up_and_say_so():
    adjusted = revenue_share(INCOME, period=YEAR).percentages(decimals=0, sum_to_100=True)
    assert [int(part) for part in adjusted.parts.values()] == [71, 23, 6]
    assert adjusted.adjusted
    assert str(adjusted).splitlines()[-1].startswith("Adjusted by the largest remainder")


def test_a_negative_stream_cannot_be_adjusted():
    rows = [income(1, "a", 100), income(2, "b", -10, kind="refund")]
    result = revenue_share(rows)
    assert result.figure("share", stream="b").text == "-11.11%"
    assert "negative" in result.notes[0]
    with pytest.raises(MetricError, match="cannot be adjusted"):
        result.percentages(sum_to_100=True)


@pytest.mark.parametrize(
    ("on", "precision", "counts"),
    [
        ("2023-12-01", "month", True),
        ("2023-01-01", "year", True),
        ("2024-01-01", "month", False),
        ("2022-01-01", "year", False),
    ],
)
def test_a_rough_date_counts_where_all_its_days_are_on_one_side(on, precision, counts):
    rows = [income(1, "a", 1), income(2, "a", 10, on=on, received_on_precision=precision)]
    result = revenue_share(rows, period=YEAR)
    assert result.figure("amount").number == (11 if counts else 1)
    assert result.excluded == ()


def test_a_rough_date_over_an_end_of_the_period_is_left_out():
    rows = [
        income(1, "a", 1),
        income(2, "a", 10, on="2023-01-01", received_on_precision="year"),
        income(3, "a", 5, on="2023-04-01", received_on_precision="month"),
    ]
    august = OperationalYears(8).labelled("2022/23")
    result = revenue_share(rows, period=august)
    assert result.figure("amount").number == 6
    assert [(e.reason, e.amount_minor) for e in result.excluded] == [
        ("date-too-rough", {"GBP": 10})
    ]


def test_currencies_have_totals_and_shares_of_their_own():
    rows = [income(1, "a", 1), income(2, "a", 30, currency="JPY"), income(3, "b", 3)]
    result = revenue_share(rows)
    assert result.figure("share", stream="a", currency="GBP").number == Fraction(1, 4)
    assert result.figure("share", stream="a", currency="JPY").number == 1
    with pytest.raises(MetricError, match="say which currency: GBP, JPY"):
        result.figure("share", stream="a")
    with pytest.raises(MetricError, match="name one of GBP, JPY"):
        result.percentages()
    assert len(result.percentages(currency="GBP").parts) == 2


@pytest.mark.parametrize(
    "rows", [[], [income(1, "a", 5), income(2, "a", -5, kind="refund")], [income(1, "a", -1)]]
)
def test_a_total_of_zero_or_less_names_the_period(rows):
    with pytest.raises(MetricError, match="2023"):
        revenue_share(rows, period=YEAR)


def test_income_is_told_apart_by_any_column():
    rows = [income(1, "a", 1, restricted=True), income(2, "a", 3)]
    result = revenue_share(rows, by="restricted")
    assert result.figure("share", restricted="true").text == "25.00%"
    assert result.figure("amount", restricted="unknown").number == 3


def test_without_a_period_no_dates_are_needed():
    table = pa.table({"stream": ["a"], "amount_minor": [1], "currency": ["GBP"]})
    result = revenue_share(table)
    assert result.figure("amount").number == 1
    assert {figure.value for figure in result.figures} == {"amount", "share"}


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(-(2**60), 2**60)), min_size=1, max_size=8
    ),
    st.randoms(),
)
def test_parts_add_up_to_the_whole_in_any_order(rows, random):
    table = pa.table(
        {
            "stream": [stream for stream, _amount in rows],
            "amount_minor": pa.array([amount for _stream, amount in rows], pa.int64()),
            "currency": ["GBP"] * len(rows),
        }
    )
    order = list(range(len(rows)))
    random.shuffle(order)
    total = sum(amount for _stream, amount in rows)
    if total <= 0:
        with pytest.raises(MetricError, match="zero or less"):
            revenue_share(table)
        return
    if total >= 2**63:
        return
    try:
        result = revenue_share(table)
    except MetricError as error:
        assert "64 bits" in str(error)
        return
    shares = [figure.number for figure in result.figures if figure.value == "share"]
    assert sum(shares) == 1
    assert revenue_share(table.take(order)).rows == result.rows


@pytest.mark.parametrize("by", ["currency", "amount_minor"])
def test_a_column_that_the_answer_uses_otherwise_cannot_tell_apart(by):
    with pytest.raises(ParameterError, match="use another column"):
        revenue_share(INCOME, by=by)


def test_a_payer_under_two_names_counts_once():
    rows = [
        income(1, "talks", 100, organisation_id="list:Age UK"),
        income(2, "talks", 100, organisation_id="list:Age Concern"),
        income(3, "talks", 100),
    ]
    known = [Organisation(id="list:Age UK", name="Age UK", kind="charity", same_as=["Age Concern"])]
    result = revenue_share(rows, organisations=known)
    assert result.figure("organisations", stream="talks").number == 1
    assert revenue_share(rows).figure("organisations", stream="talks").number == 2
    assert any(
        "Of 1 income it is not known which organisation paid." in note for note in result.notes
    )
