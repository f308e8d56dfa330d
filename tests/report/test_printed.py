"""Printed figures: the table of the design row by row, and the law behind it."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
)
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coprometrics.errors import MoneyError, ReportError
from coprometrics.report.interval import ROUNDINGS, Interval, Rounding, rounding_interval
from coprometrics.report.numerals import LOCALES, NumberFormat, locale_format
from coprometrics.report.printed import is_printed, parse_printed


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


REFUSED = {
    "": "characters",
    "people": "not a number",
    "£": "not a number",
    "£1.5": "2 digits after the point, and 1 are printed",
    "£1.234": "2 digits after the point, and 3 are printed",
    "KWD 1.23": "3 digits",
    "£1.23456k1": "not a number",
    "£1.234567k": "finer than the minor unit",
    "1,48": "not grouped",
    "1482,000": "not grouped",
    "1 482": "not grouped",
    "1.234,56": "not grouped",
    "007": "starts with a zero",
    ".5": "not a number",
    "5.": "not a number",
    "5th": "not a number",
    "1/2": "not a number",
    "10:00": "not a number",
    "\u00bd": "not a number",
    "\u0663": "not a number",
    "12e5": "not a number",
    "XYZ 15": "not a currency code",
    "£15 GBP": "two marks",
    "£3%": "two marks",
    "-(15)": "no sign",
    "-eight": "no sign",
    "two hundred": "up to a hundred",
    "one hundred and five": "up to a hundred",
    "five and six": "not a number",
    "1.2345K": "no decimals",
    "about 30": "does not say how near",
    "roughly 30%": "does not say how near",
    "9-6": "runs downwards",
    "6 \u2013 9": "not a number",
    "£1\u20132m": "as large a unit",
    "£1.00 to €3.00": "same unit",
    "over about 3": "does not say how near",
    "almost nearly 500": "'nearly 500' is not one plain number",
    "at least 6 to 9": "not one plain number",
    "between ~5 and 9": "does not say how near",
    "5 to over 10": "not one plain number",
    "5 or 6": "two numbers",
    "5 \u00b1 2": "two numbers",
    "5 m": "not clear what 'm' stands for",
    "5 K": "not clear what 'K' stands for",
    "minus 5": "'minus' makes it another number",
    "not quite 5": "'not quite' makes it another number",
    "\u00b15": "'\u00b1' makes it",
    "\u2212 5": "'\u2212' makes it",
    "\u00a5500": "'\u00a5' makes it",
    "A$ 5": "'A\\$' makes it",
    "Rs. 5": "'Rs.' makes it",
    "5\u00bd": "'\u00bd' makes it",
    "£5\u00bdm": "'\u00bd' makes it",
    "2 1/2": "'1/2' makes it",
    "two and a half thousand": "'and a half' makes it",
    "half a million": "'a million' makes it",
    "£450 million-plus": "'-plus' makes it another number than '450 million'",
    "5\u2030": "'\u2030' makes it",
    "5 percentage points": "'percentage points' makes it",
    "5% points": "'points' makes it another number than '5%'",
    "1,48 to people": "not a number",
    "two hundred in total": "not a number",
    "7 out of 3": "not a share",
    "1 out of 0": "not a share",
    "528 in 2023": "not a share",
    "9" * 100: "characters",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ReportError, match=REFUSED[text]) as caught:
        parse_printed(text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rounded_to": 0}, "cannot be rounded to 0"),
        ({"rounded_to": 0.5}, "cannot be rounded to 0.5"),
        ({"rounded_to": True}, "cannot be rounded to True"),
        ({"rounded_to": Decimal("NaN")}, "cannot be rounded to"),
        ({"rounded_to": 1000}, "not a multiple of 1,000"),
        ({"rounding": "bankers"}, "not a rounding rule"),
        ({"unit": "people"}, "not a unit"),
        ({"unit": "ratio"}, "whole number is not a share"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings: Any, said: str) -> None:
    with pytest.raises(ReportError, match=said):
        parse_printed("1,482", **settings)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("48.6%", "count"), ("£15.00", "count"), ("3.5", "count"), ("a third", "money")],
)
def test_a_declared_unit_must_fit_the_print(text: str, unit: Any) -> None:
    with pytest.raises(ReportError):
        parse_printed(text, unit=unit)


def test_a_bound_cannot_be_rounded() -> None:
    with pytest.raises(ReportError, match="bound is not a rounded number"):
        parse_printed("over 100", rounded_to=10)


def test_a_report_currency_must_be_one() -> None:
    with pytest.raises(MoneyError):
        parse_printed("15", currency="POUNDS")


def test_text_that_is_no_text_is_refused() -> None:
    with pytest.raises(ReportError, match="not a text"):
        parse_printed(35)  # type: ignore[arg-type]


def test_a_badly_written_figure_still_has_the_shape_of_one() -> None:
    assert all(is_printed(text) for text in ("1,48", "£1.5", "about 30", "two hundred", "35%"))
    assert all(is_printed(text) for text in ("5\u00bd", "~5", "\u00a55", "half a million", "5 m"))
    assert not any(is_printed(text) for text in ("5 people", "1,48 to people", "~people", "2 UCL"))
    assert not any(is_printed(text) for text in ("people", "10:00", "UCL 15", "5th", "15, 30", ""))


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


# Intervals


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(1, 2, True, True), "1 to 2"),
        (Interval(1, 2, True, False), "1 to below 2"),
        (Interval(1, 2, False, True), "above 1 to 2"),
        (Interval(1, 2, False, False), "above 1 to below 2"),
        (Interval.above(1, closed=True), "1 or more"),
        (Interval.below(1, closed=False), "less than 1"),
        (Interval.exactly(Fraction(-1, 8)), "exactly -0.125"),
        (Interval(None, None, False, False), "any number"),
    ],
)
def test_an_interval_in_words(interval: Interval, words: str) -> None:
    assert str(interval) == words


@pytest.mark.parametrize(
    "ends",
    [
        (2, 1, True, True),
        (1, 1, True, False),
        (1, 1, False, False),
        (None, 1, True, True),
        (1, None, True, True),
        (0.5, 1, True, True),
        (True, 1, True, True),
    ],
)
def test_an_interval_that_is_none_is_refused(ends: Any) -> None:
    with pytest.raises(ReportError):
        Interval(*ends)


small = st.integers(-4, 4)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted((draw(small), draw(small)))
    if low == high:
        return Interval.exactly(low)
    unbounded = draw(st.sampled_from(["no", "low", "high"]))
    low_closed, high_closed = draw(st.booleans()), draw(st.booleans())
    if unbounded == "low":
        return Interval(None, high, False, high_closed)
    if unbounded == "high":
        return Interval(low, None, low_closed, False)
    return Interval(low, high, low_closed, high_closed)


@given(intervals(), intervals())
def test_intervals_intersect_where_they_share_a_value(one: Interval, other: Interval) -> None:
    points = [Fraction(n, 2) for n in range(-20, 21)]
    shared = any(one.contains(point) and other.contains(point) for point in points)
    assert one.intersects(other) == other.intersects(one) == shared


@given(intervals(), intervals())
def test_a_hull_holds_both(one: Interval, other: Interval) -> None:
    hull = one.hull(other)
    for point in (Fraction(n, 2) for n in range(-20, 21)):
        if one.contains(point) or other.contains(point):
            assert hull.contains(point)


# The law: what was rounded is possible under the rule it was rounded by.

MODES: dict[Rounding, str] = {
    "half_up": ROUND_HALF_UP,
    "half_down": ROUND_HALF_DOWN,
    "half_even": ROUND_HALF_EVEN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "truncate": ROUND_DOWN,
}
NEAREST: list[Rounding] = ["half_up", "half_down", "half_even"]
values = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**9), 10**9),
    st.integers(0, 6),
)


@given(values, st.integers(0, 5), st.sampled_from(sorted(MODES)))
@example(Decimal("-0.5"), 0, "half_up")
@example(Decimal("0.5"), 0, "half_even")
@example(Decimal("-0.5"), 0, "truncate")
def test_a_rounded_percentage_leaves_its_true_value_possible(
    true: Decimal, decimals: int, rounding: Rounding
) -> None:
    printed = f"{true.quantize(Decimal(1).scaleb(-decimals), MODES[rounding]):,f}%"
    value = Fraction(true) / 100
    assert parse_printed(printed, rounding=rounding).interval.contains(value)
    if rounding in NEAREST:
        assert parse_printed(printed).interval.contains(value)


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(MODES)))
def test_pounds_without_pence_leave_the_pence_possible(pence: int, rounding: Rounding) -> None:
    pounds = Decimal(pence).scaleb(-2).quantize(Decimal(1), MODES[rounding])
    printed = parse_printed(f"£{pounds:,f}", rounding=rounding)
    assert printed.interval.contains(Fraction(pence))


@given(st.integers(0, 10**9), st.integers(0, 3), st.sampled_from(sorted(MODES)))
def test_thousands_leave_the_count_possible(count: int, decimals: int, rounding: Rounding) -> None:
    thousands = Decimal(count).scaleb(-3).quantize(Decimal(1).scaleb(-decimals), MODES[rounding])
    printed = parse_printed(f"{thousands:,f}K", rounding=rounding)
    assert printed.interval.contains(Fraction(count))


@given(values, st.integers(1, 10**4), st.sampled_from(sorted(MODES)))
def test_only_values_that_round_to_the_print_are_possible(
    true: Decimal, step: int, rounding: Rounding
) -> None:
    multiple = (true / step).quantize(Decimal(1), MODES[rounding])
    for other in (multiple - 1, multiple, multiple + 1):
        interval = rounding_interval(Fraction(other) * step, Fraction(step), rounding)
        assert interval.contains(Fraction(true)) == (other == multiple)


@given(st.integers(0, 10**12), st.sampled_from(sorted(LOCALES)), st.integers(0, 4))
def test_a_number_grouped_by_any_mark_of_a_locale_is_read(
    number: int, locale: str, mark: int
) -> None:
    style = LOCALES[locale]
    written = f"{number:,}".replace(",", style.group[mark % len(style.group)])
    assert parse_printed(written, number_format=style).interval == Interval.exactly(number)


pieces = st.one_of(
    st.text(max_size=3),
    st.sampled_from(
        [
            *("1", "12", ",345", ".5", "%", "£", "€", "$", "GBP", "-", "\u2013", "(", ")", "+"),
            *("k", "m", "bn", "million", "to", "between", "and", "in", "out of", "over", "about"),
            *("not", "no", "more than", "or", "x", "~", "<", "\u00bd", "\u00a5", "plus", "c."),
            *("half", "third", "hundred", "one", "twenty", "a", "per cent"),
        ]
    ),
    st.just(" "),
)


@given(st.lists(pieces, max_size=8).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    choices: list[dict[str, Any]] = [
        {},
        {"rounded_to": 10},
        {"unit": "money"},
        {"rounding": "half_even"},
    ]
    for settings in choices:
        try:
            printed = parse_printed(text, **settings)
        except ReportError:
            continue
        assert is_printed(text)
        assert str(printed)
        if printed.value is not None and printed.interval.is_exact:
            assert printed.interval.contains(printed.value)


def test_every_rounding_rule_is_one_of_the_table() -> None:
    assert set(ROUNDINGS) == {*MODES, "unknown"}


@pytest.mark.parametrize(
    ("decimal", "group"),
    [(".", (".",)), ("", (",",)), (".", ("ab",)), ("5", (",",)), (".", ("-",))],
)
def test_a_number_format_that_cannot_be_told_apart_is_refused(
    decimal: str, group: tuple[str, ...]
) -> None:
    with pytest.raises(ReportError):
        NumberFormat(decimal, group)
