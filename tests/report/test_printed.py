"""Printed figures: the table of the design row by row."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report.interval import Interval, Rounding
from coprometrics.report.numerals import locale_format
from coprometrics.report.printed import parse_printed


def bounds(text: str, **settings: Any) -> tuple[str, str]:
    interval = parse_printed(text, **settings).interval
    return str(interval.low), str(interval.high)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("21", 21),
        ("502", 502),
        ("1482", 1482),
        ("1,482", 1482),
        ("1,000,000", 1_000_000),
        ("1\u00a0482", 1482),
        ("1\u202f482", 1482),
        ("1\u2009482", 1482),
        ("0", 0),
        ("zero", 0),
        ("eight", 8),
        ("Eight", 8),
        ("nineteen", 19),
        ("twenty", 20),
        ("twenty-one", 21),
        ("twenty one", 21),
        ("twenty\u2011one", 21),
        ("twenty\u2010one", 21),
        ("ninety-nine", 99),
        ("a hundred", 100),
        ("one hundred", 100),
        ("\u221215", -15),
        ("-15", -15),
        ("(15)", -15),
        ("+15", 15),
    ],
)
def test_a_count_is_exactly_that(text: str, value: int) -> None:
    printed = parse_printed(text)
    assert printed.interval == Interval.exactly(value)
    assert printed.unit == "count"
    assert printed.value == value
    assert printed.step is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("48.6%", "971/2000", "973/2000"),
        ("48.6 %", "971/2000", "973/2000"),
        ("30%", "59/200", "61/200"),
        ("30 per cent", "59/200", "61/200"),
        ("30 percent", "59/200", "61/200"),
        ("thirty per cent", "59/200", "61/200"),
        ("0.4%", "7/2000", "9/2000"),
        ("+17%", "33/200", "7/40"),
        ("-17%", "-7/40", "-33/200"),
    ],
)
def test_a_percentage_is_a_ratio_rounded_in_its_last_digit(text: str, low: str, high: str) -> None:
    assert bounds(text) == (low, high)
    assert parse_printed(text).unit == "ratio"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("24.8K", 24_750, 24_850),
        ("24.8k", 24_750, 24_850),
        ("1.2m", 1_150_000, 1_250_000),
        ("1.2M", 1_150_000, 1_250_000),
        ("3 million", 2_500_000, 3_500_000),
        ("three million", 2_500_000, 3_500_000),
        ("a million", 500_000, 1_500_000),
        ("1,200 thousand", 1_199_500, 1_200_500),
        ("3bn", 2_500_000_000, 3_500_000_000),
    ],
)
def test_a_scaled_count_is_rounded_in_its_last_digit(text: str, low: int, high: int) -> None:
    printed = parse_printed(text)
    assert printed.interval == Interval(low, high, True, True)
    assert printed.unit == "count"


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("£1,179,818.54", 117_981_854, "GBP"),
        ("£150,000.00", 15_000_000, "GBP"),
        ("GBP 15.00", 1_500, "GBP"),
        ("15.00 GBP", 1_500, "GBP"),
        ("€15.50", 1_550, "EUR"),
        ("15.50 €", 1_550, "EUR"),
        ("$15.50", 1_550, "USD"),
        ("JPY 1,500", 1_500, "JPY"),
        ("KWD 1.234", 1_234, "KWD"),
        ("-£15.00", -1_500, "GBP"),
        ("£-15.00", -1_500, "GBP"),
        ("\u2212£15.00", -1_500, "GBP"),
        ("(£15.00)", -1_500, "GBP"),
        ("£(15.00)", -1_500, "GBP"),
    ],
)
def test_money_with_all_its_minor_units_is_exact(text: str, minor: int, currency: str) -> None:
    printed = parse_printed(text)
    assert printed.interval == Interval.exactly(minor)
    assert (printed.unit, printed.currency) == ("money", currency)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("£246,337", 24_633_650, 24_633_750),
        ("-£15", -1_550, -1_450),
        ("£-15", -1_550, -1_450),
        ("£1.2m", 115_000_000, 125_000_000),
        ("£3bn", 250_000_000_000, 350_000_000_000),
        ("£5k", 450_000, 550_000),
        ("£5 K", 450_000, 550_000),
        ("£5 m", 450_000_000, 550_000_000),
        ("5 m €", 450_000_000, 550_000_000),
        ("£1.25 million", 124_500_000, 125_500_000),
    ],
)
def test_other_money_is_rounded_in_its_last_digit(text: str, low: int, high: int) -> None:
    assert parse_printed(text).interval == Interval(low, high, True, True)


def test_a_dollar_is_the_reports_own_where_it_has_one() -> None:
    assert parse_printed("$15", currency="GBP").currency == "USD"
    assert parse_printed("$15", currency="AUD").currency == "AUD"
    assert parse_printed("£15", currency="EUR").currency == "GBP"
    assert parse_printed("£15", currency="GIP").currency == "GIP"


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("over 100", Interval.above(100, closed=False)),
        ("Over 100", Interval.above(100, closed=False)),
        ("more than 100", Interval.above(100, closed=False)),
        ("above 100", Interval.above(100, closed=False)),
        ("100+", Interval.above(100, closed=False)),
        ("at least 100", Interval.above(100, closed=True)),
        ("nearly 500", Interval.below(500, closed=False)),
        ("almost 500", Interval.below(500, closed=False)),
        ("under 500", Interval.below(500, closed=False)),
        ("below 500", Interval.below(500, closed=False)),
        ("fewer than 500", Interval.below(500, closed=False)),
        ("less than 500", Interval.below(500, closed=False)),
        ("up to 500", Interval.below(500, closed=True)),
        ("at most 500", Interval.below(500, closed=True)),
        ("<500", Interval.below(500, closed=False)),
        ("< 500", Interval.below(500, closed=False)),
        (">500", Interval.above(500, closed=False)),
        ("\u2264 500", Interval.below(500, closed=True)),
        (">=500", Interval.above(500, closed=True)),
        ("no more than 500", Interval.below(500, closed=True)),
        ("Not more than 500", Interval.below(500, closed=True)),
        ("not over 500", Interval.below(500, closed=True)),
        ("no fewer than 500", Interval.above(500, closed=True)),
        ("not less than 500", Interval.above(500, closed=True)),
        ("500 or more", Interval.above(500, closed=True)),
        ("500 or fewer", Interval.below(500, closed=True)),
        ("<£5 m", Interval.below(500_000_000, closed=False)),
        ("over £1.2m", Interval.above(120_000_000, closed=False)),
        ("less than half", Interval.below(Fraction(1, 2), closed=False)),
    ],
)
def test_a_bound_is_taken_literally(text: str, interval: Interval) -> None:
    assert parse_printed(text).interval == interval


@given(
    st.sampled_from(["more than", "over", "above", "fewer than", "less than", "under", "below"]),
    st.integers(0, 10**9),
    st.integers(-2, 2),
)
def test_what_is_denied_of_a_bound_is_all_the_rest(said: str, number: int, off: int) -> None:
    value = number + off
    told = parse_printed(f"{said} {number:,}").interval.contains(value)
    assert parse_printed(f"not {said} {number:,}").interval.contains(value) != told
    if said.endswith("than"):
        assert parse_printed(f"no {said} {number:,}").interval.contains(value) != told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("half", Fraction(1, 2)),
        ("a half", Fraction(1, 2)),
        ("a third", Fraction(1, 3)),
        ("one third", Fraction(1, 3)),
        ("two thirds", Fraction(2, 3)),
        ("two-thirds", Fraction(2, 3)),
        ("three quarters", Fraction(3, 4)),
        ("one in five", Fraction(1, 5)),
        ("1 in 5", Fraction(1, 5)),
        ("one in 500", Fraction(1, 500)),
        ("two in every five", Fraction(2, 5)),
        ("2 out of 3", Fraction(2, 3)),
        ("seven out of ten", Fraction(7, 10)),
    ],
)
def test_a_simple_fraction_is_exact(text: str, value: Fraction) -> None:
    printed = parse_printed(text)
    assert printed.interval == Interval.exactly(value)
    assert printed.unit == "ratio"


def test_a_fraction_with_rounded_to_is_as_wide_as_said() -> None:
    assert bounds("a third", rounded_to=5) == ("37/120", "43/120")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("6\u20139", "6", "9"),
        ("6-9", "6", "9"),
        ("six to nine", "6", "9"),
        ("six\u2013nine", "6", "9"),
        ("between 6 and 9", "6", "9"),
        ("-5\u2013-3", "-5", "-3"),
        ("30\u201340%", "59/200", "81/200"),
        ("30% to 40%", "59/200", "81/200"),
        ("£10\u201320", "950", "2050"),
        ("10\u201320 €", "950", "2050"),
        ("£1m\u2013£2m", "50000000", "250000000"),
        ("6 to 7.5", "11/2", "151/20"),
    ],
)
def test_a_range_reaches_from_end_to_end(text: str, low: str, high: str) -> None:
    printed = parse_printed(text)
    assert bounds(text) == (low, high)
    assert printed.value is None


def test_rounded_to_takes_the_place_of_the_printed_precision() -> None:
    assert bounds("15,000", rounded_to=1000) == ("14500", "15500")
    assert bounds("£15,000", rounded_to=1000) == ("1450000", "1550000")
    assert bounds("35%", rounded_to=5) == ("13/40", "3/8")
    for about in ("about ", "some ", "c. ", "c.", "ca. ", "~", "\u2248 ", "close to "):
        assert bounds(f"{about}30", rounded_to=10) == ("25", "35")
    assert bounds("48.6%", rounded_to=Decimal("0.2")) == ("97/200", "487/1000")


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("3.5", None, "69/20", "71/20"),
        ("3", "quantity", "5/2", "7/2"),
        ("(15.00)", None, "-3001/200", "-2999/200"),
        ("(15.00)", "money", "-1500", "-1500"),
        ("246,337", "money", "24633650", "24633750"),
        ("0.35", "ratio", "69/200", "71/200"),
    ],
)
def test_a_plain_number_can_be_declared(text: str, unit: Any, low: str, high: str) -> None:
    assert bounds(text, unit=unit) == (low, high)
    assert parse_printed(text, unit=unit).unit == (unit or "quantity")


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("de-DE", "1.234,56 €", 123_456),
        ("fr-FR", "1 234,56 €", 123_456),
        ("fr-FR", "1\u202f234,56\u00a0€", 123_456),
        ("nl-NL", "€ 1.234,56", 123_456),
        ("de-CH", "1\u2019234.56 CHF", 123_456),
        ("en-GB", "£1,234.56", 123_456),
    ],
)
def test_a_locale_settles_the_marks_between_digits(locale: str, text: str, value: int) -> None:
    printed = parse_printed(text, number_format=locale_format(locale))
    assert printed.interval == Interval.exactly(value)


def test_an_unknown_locale_names_the_known_ones() -> None:
    with pytest.raises(ReportError, match=r"'xx-XX'.*de-DE.*fr-FR"):
        locale_format("xx-XX")


@pytest.mark.parametrize(
    ("rounding", "text", "low_closed", "high_closed"),
    [
        ("half_up", "35%", True, False),
        ("half_up", "-35%", False, True),
        ("half_up", "0%", False, False),
        ("half_down", "35%", False, True),
        ("half_down", "-35%", True, False),
        ("half_down", "0%", True, True),
        ("half_even", "35%", False, False),
        ("half_even", "36%", True, True),
        ("half_even", "0%", True, True),
        ("unknown", "35%", True, True),
    ],
)
def test_the_rounding_rule_opens_or_closes_the_ends(
    rounding: Rounding, text: str, low_closed: bool, high_closed: bool
) -> None:
    interval = parse_printed(text, rounding=rounding).interval
    assert (interval.low_closed, interval.high_closed) == (low_closed, high_closed)


@pytest.mark.parametrize(
    ("rounding", "text", "interval"),
    [
        ("floor", "24.8K", Interval(24_800, 24_900, True, False)),
        ("floor", "-24.8K", Interval(-24_800, -24_700, True, False)),
        ("ceiling", "24.8K", Interval(24_700, 24_800, False, True)),
        ("truncate", "24.8K", Interval(24_800, 24_900, True, False)),
        ("truncate", "-24.8K", Interval(-24_900, -24_800, False, True)),
        ("truncate", "0.0K", Interval(-100, 100, False, False)),
    ],
)
def test_one_sided_rounding(rounding: Rounding, text: str, interval: Interval) -> None:
    assert parse_printed(text, rounding=rounding).interval == interval


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("£246,337", "GBP 246,336.50 to GBP 246,337.50"),
        ("a third", "exactly 1/3"),
        ("half", "exactly 50%"),
        ("100+", "more than 100"),
        ("up to 5%", "5% or less"),
        ("JPY 5k", "JPY 4,500 to JPY 5,500"),
    ],
)
def test_a_printed_figure_says_what_it_means(text: str, words: str) -> None:
    assert str(parse_printed(text)) == words
