from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ParameterError
from coprometrics.rounding import (
    allocate,
    cumulative_split,
    decimal_text,
    percentages,
    round_half_up,
    rounded,
)

amounts = st.integers(-(2**70), 2**70)
weights = st.lists(
    st.one_of(st.integers(0, 10**6), st.fractions(0, 100, max_denominator=31)), min_size=1
).filter(any)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(49, 100), 0),
        (Decimal("2.5"), 3),
        (7, 7),
    ],
)
def test_a_half_goes_away_from_zero(value, expected):
    assert round_half_up(value) == expected


@given(st.decimals(-(10**9), 10**9, places=5), st.integers(0, 4))
def test_rounding_agrees_with_the_decimal_module(value, decimals):
    expected = value.quantize(Decimal(1).scaleb(-decimals), rounding="ROUND_HALF_UP")
    assert rounded(value, decimals) == expected


def test_a_number_is_shown_with_its_decimals_and_commas():
    assert decimal_text(Fraction(1234567, 8), 2) == "154,320.88"
    assert decimal_text(Fraction(1, 3), 0) == "0"


@pytest.mark.parametrize("value", [0.5, True, "1", Decimal("NaN")])
def test_what_is_not_exact_is_refused(value):
    with pytest.raises(ParameterError):
        round_half_up(value)


def test_a_negative_number_of_decimals_is_refused():
    with pytest.raises(ParameterError, match="0 or more"):
        rounded(1, -1)


def test_money_is_shared_by_the_largest_remainder():
    assert allocate(22000, [445455, 9091, 545455]) == (9800, 200, 12000)


def test_ties_go_to_the_earlier_part():
    assert allocate(2, [1, 1, 1, 1]) == (1, 1, 0, 0)


@given(amounts, weights)
def test_shares_add_up_to_the_amount(amount, given_weights):
    assert sum(allocate(amount, given_weights)) == amount
    assert sum(cumulative_split(amount, given_weights)) == amount


@given(amounts, weights)
def test_sharing_is_the_same_with_the_sign_turned(amount, given_weights):
    for share in (allocate, cumulative_split):
        turned = tuple(-part for part in share(amount, given_weights))
        assert share(-amount, given_weights) == turned


@given(amounts, weights)
def test_each_share_is_its_exact_share_rounded_down_or_up(amount, given_weights):
    total = sum(map(Fraction, given_weights))
    for share in (allocate, cumulative_split):
        for part, weight in zip(share(amount, given_weights), given_weights, strict=True):
            exact = amount * Fraction(weight) / total
            assert exact.__floor__() <= part <= exact.__ceil__()
            assert part * amount >= 0


@given(amounts, weights)
def test_a_weight_of_zero_gets_nothing(amount, given_weights):
    parts = allocate(amount, given_weights)
    assert all(not part for part, weight in zip(parts, given_weights, strict=True) if not weight)


@given(amounts, st.lists(st.integers(0, 31), min_size=4, max_size=48).filter(any))
def test_months_added_up_are_the_years(amount, months):
    cut = len(months) // 2
    years = [sum(months[:cut]), sum(months[cut:])]
    split = cumulative_split(amount, months)
    assert (sum(split[:cut]), sum(split[cut:])) == cumulative_split(amount, years)


def test_pennies_of_the_worked_examples():
    assert cumulative_split(100, [365, 365, 366]) == (33, 34, 33)
    assert cumulative_split(-5, [3, 7]) == (-2, -3)


@pytest.mark.parametrize("bad", [[], [0, 0], [1, -1], [0.5, 0.5]])
@pytest.mark.parametrize("share", [allocate, cumulative_split])
def test_weights_that_cannot_share_are_refused(share, bad):
    with pytest.raises(ParameterError):
        share(10, bad)


@pytest.mark.parametrize("share", [allocate, cumulative_split])
def test_a_float_is_not_an_amount(share):
    with pytest.raises(ParameterError, match="minor units"):
        share(10.0, [1])


def test_percentages_are_rounded_each_on_its_own_or_adjusted():
    assert percentages([12, 4, 1], 0) == (71, 24, 6)
    assert percentages([12, 4, 1], 0, sum_to_100=True) == (71, 23, 6)


@given(st.lists(st.integers(0, 10**12), min_size=1).filter(any), st.integers(0, 3))
def test_adjusted_percentages_add_up_to_100(parts, decimals):
    assert sum(percentages(parts, decimals, sum_to_100=True)) == 100


@pytest.mark.parametrize("parts", [[], [0], [1, -1], [1, -2]])
def test_percentages_of_nothing_are_refused(parts):
    with pytest.raises(ParameterError, match="zero or less"):
        percentages(parts)
