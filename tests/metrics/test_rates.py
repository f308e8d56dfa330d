"""Money of several currencies is brought into one only by rates that the caller gives."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError, MoneyError, ParameterError
from coprometrics.metrics import grant_income, metric, payments, revenue_share
from coprometrics.money import Rates
from coprometrics.periods import OperationalYears
from coprometrics.records import GrantAward, Income, Payment
from coprometrics.rounding import round_half_up

RATES = Rates("GBP", {"EUR": "0.8601", "KWD": "2.5", "JPY": "0.0055"})
DAY = dt.date(2023, 5, 4)


def income(number, amount, currency, stream="talks", organisation=None):
    return Income(
        id=f"t:{number}",
        stream=stream,
        amount_minor=amount,
        currency=currency,
        received_on=DAY,
        organisation_id=organisation,
        kind="fee",
    )


def test_the_sum_of_each_part_is_converted_and_rounded_once(frame_of):
    rows = [income(n, 3, "EUR") for n in range(2)] + [income(9, 50, "GBP", "training")]
    result = revenue_share(frame_of(rows), rates=RATES)
    # Six times 0.8601 is 5.1606; rounded one by one, 2.5803 and 2.5803 would be 6.
    assert result.figure("amount", stream="talks").number == 5
    assert result.figure("share", stream="talks").number == Fraction(5, 55)
    assert result.figure("amount").text == "GBP 0.55"
    assert result.notes[0] == "Converted into GBP: EUR at 0.8601. Each sum is rounded once."


def test_minor_units_of_any_size_are_converted():
    assert RATES.convert(1000, "KWD") == 250
    assert RATES.convert(1, "JPY") == Fraction(55, 100)
    rows = [income(1, 1000, "KWD"), income(2, 1000, "JPY")]
    assert revenue_share(rows, rates=RATES).figure("amount").number == 250 + 550


def test_an_organisation_that_pays_in_two_currencies_counts_once():
    rows = [income(n, 100, money, organisation="o:1") for n, money in enumerate(["GBP", "EUR"])]
    assert revenue_share(rows, rates=RATES).figure("organisations", stream="talks").number == 1


def test_awards_of_two_currencies_fall_in_one_year():
    awards = [
        GrantAward(
            id=f"t:{money}",
            amount_total_minor=10_000,
            currency=money,
            starts_on=dt.date(2023, 1, 1),
            ends_on=dt.date(2024, 12, 31),
        )
        for money in ("GBP", "EUR")
    ]
    result = grant_income(awards, periods=OperationalYears(), rates=RATES)
    assert result.figure("amount", year="2023").number == 4993 + round_half_up(
        Fraction(4993 * 8601, 10_000)
    )
    assert result.figure("awards", year="2023").number == 2
    assert result.figure("awards").number == 2
    assert set(result.allocations.column("currency").to_pylist()) == {"GBP", "EUR"}


def test_payments_are_converted_for_each_group_and_the_total():
    paid = [
        Payment(id=f"t:{n}", amount_minor=1, currency="EUR", policy=policy, paid_on=DAY)
        for n, policy in enumerate(["a", "b"])
    ]
    result = payments(paid, rates=RATES)
    assert [figure.number for figure in result.figures if figure.value == "amount"] == [1, 1, 2]


def test_the_rates_are_part_of_the_fingerprint():
    rows = [income(1, 100, "EUR")]
    other = Rates("GBP", {"EUR": "0.9"})
    prints = {revenue_share(rows, rates=rates).fingerprint for rates in (None, RATES, other)}
    assert len(prints) == 3
    assert revenue_share(rows, rates=other).parameters["rates"] == {"to": "GBP", "EUR": "9/10"}


def test_a_currency_without_a_rate_is_refused_and_those_there_are_named():
    with pytest.raises(MetricError, match="no rate from USD to GBP; there are rates for EUR, JPY"):
        revenue_share([income(1, 100, "USD")], rates=RATES)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({"EUR": 0.86}, "the rate of EUR is 0.86; give it exactly"),
        ({"EUR": "0"}, "must be above zero"),
        ({"EUR": "-1"}, "must be above zero"),
        ({"EUR": "much"}, "the rate of EUR is 'much'"),
        ({"euro": "1"}, "'euro' is not a currency code"),
    ],
)
def test_a_rate_is_an_exact_number_above_zero(rates, said):
    with pytest.raises(MoneyError, match=said):
        Rates("GBP", rates)


@pytest.mark.parametrize("given_as", ["to=GBP, EUR=0.8601", {"to": "GBP", "EUR": "0.8601"}])
def test_rates_can_be_given_as_text_or_a_mapping(given_as):
    result = metric("revenue_share").compute(
        {Income: [income(1, 10_000, "EUR")]}, params={"rates": given_as}
    )
    assert result.figure("amount").number == 8601


@pytest.mark.parametrize("given_as", ["EUR=1", "to=GBP,EUR=x", 3])
def test_rates_that_cannot_be_read_are_refused(given_as):
    with pytest.raises(ParameterError, match="rate"):
        metric("revenue_share").compute({Income: []}, params={"rates": given_as})


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["GBP", "EUR", "KWD", "JPY"]),
                  st.integers(100, 10**9)),
        min_size=1,
        max_size=9,
    )
)  # fmt: skip
def test_every_part_is_the_exact_sum_rounded_half_up(rows):
    records = [income(n, amount, money, part) for n, (part, money, amount) in enumerate(rows)]
    result = revenue_share(records, rates=RATES)
    for part in {part for part, _money, _amount in rows}:
        exact = sum(RATES.convert(amount, money) for one, money, amount in rows if one == part)
        assert result.figure("amount", stream=part).number == round_half_up(exact)
