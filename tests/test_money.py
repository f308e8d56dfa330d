"""Money is exact, in every currency."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MoneyError
from coprometrics.money import CURRENCIES, Money, exponent, from_major, to_major

codes = st.sampled_from(sorted(CURRENCIES))


def test_every_currency_in_use_has_the_exponent_of_the_standard():
    standard = {c.code: c.exponent for c in iso4217.Currency if c.exponent is not None}
    newer_or_older = {
        code for code in standard.keys() - CURRENCIES.keys() if not code.startswith("X")
    }
    assert newer_or_older <= {"CHE", "CHW", "COU", "USS"}
    assert {code: CURRENCIES[code] for code in standard.keys() & CURRENCIES.keys()} == {
        code: standard[code] for code in standard.keys() & CURRENCIES.keys()
    }


@given(st.integers(-(10**18), 10**18), codes)
def test_minor_and_major_units_are_the_same_money(amount: int, code: str):
    major = to_major(amount, code)
    assert from_major(major, code) == amount
    assert from_major(Fraction(amount, 10 ** exponent(code)), code) == amount
    assert -major.as_tuple().exponent == exponent(code)


@pytest.mark.parametrize(
    ("amount", "code"),
    [(Decimal("0.001"), "GBP"), (Decimal("0.5"), "JPY"), (Fraction(1, 3), "KWD")],
)
def test_what_is_finer_than_the_minor_unit_is_refused(amount, code):
    with pytest.raises(MoneyError, match="finer than the minor unit"):
        from_major(amount, code)


@pytest.mark.parametrize("amount", [1.5, True, "1.50", Decimal("NaN"), Decimal("Infinity")])
def test_what_is_not_exact_is_refused(amount):
    with pytest.raises(MoneyError):
        from_major(amount, "GBP")


@pytest.mark.parametrize("code", ["gbp", "XXX", "", "POUND", None, []])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(MoneyError, match="not a currency code"):
        exponent(code)


def test_currencies_are_never_mixed():
    with pytest.raises(MoneyError, match="GBP and EUR cannot be added"):
        Money(1, "GBP") + Money(1, "EUR")
    assert Money(1, "GBP") + -Money(3, "GBP") == Money(-2, "GBP")
