from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from coprometrics.errors import BasisMismatch, MetricError
from coprometrics.metrics import compare, grant_income
from coprometrics.periods import OperationalYears
from coprometrics.records import GrantAward


def award(number, amount, start, end, won, currency="GBP"):
    return GrantAward(
        id=f"t:{number}",
        amount_total_minor=amount,
        amount_ours_minor=amount,
        currency=currency,
        awarded_on=dt.date.fromisoformat(won),
        starts_on=dt.date.fromisoformat(start),
        ends_on=dt.date.fromisoformat(end),
    )


AWARDS = [
    award(1, 73_000, "2022-01-01", "2023-12-31", "2022-01-01"),
    award(2, 10_000, "2023-01-01", "2023-12-31", "2023-01-01"),
]


def test_growth_on_one_basis():
    days = grant_income(AWARDS, basis="days")
    growth = compare(days, days, "2022", "2023")
    assert growth.number == Fraction(10_000, 36_500)
    assert growth.dimensions == {"from": "2022", "to": "2023"}


def test_different_bases_are_refused_and_the_restated_value_is_offered():
    won = grant_income(AWARDS, basis="at_award")
    days = grant_income(AWARDS, basis="days")
    with pytest.raises(BasisMismatch, match=r"restated on days, 2022 is GBP 365\.00"):
        compare(won, days, "2022", "2023")


def test_without_a_restated_value_the_error_asks_for_one():
    won = grant_income(AWARDS, basis="at_award")
    days = grant_income(AWARDS[1:], basis="days")
    with pytest.raises(BasisMismatch, match="calculate 2022 on the basis days too"):
        compare(won, days, "2022", "2023")


def test_answers_of_another_kind_are_refused():
    total = grant_income(AWARDS)
    with pytest.raises(MetricError, match="the amount of one is total, of the other ours"):
        compare(total, grant_income(AWARDS, amount="ours"), "2022", "2023")
    with pytest.raises(MetricError, match="the start_month of one is 1, of the other 8"):
        compare(total, grant_income(AWARDS, periods=OperationalYears(8)), "2022", "2022/23")
    with pytest.raises(MetricError, match="there is no figure for amount, year=2019"):
        compare(total, total, "2019", "2023")


def test_currencies_are_not_compared():
    euros = grant_income([award(1, 5, "2023-01-01", "2023-12-31", "2023-01-01", "EUR")])
    with pytest.raises(MetricError, match="2022 is in GBP, 2023 in EUR"):
        compare(grant_income(AWARDS), euros, "2022", "2023")
