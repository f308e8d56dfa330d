"""Printed figures that are refused, each with what to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from coprometrics.errors import MoneyError, ReportError
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.printed import is_printed, parse_printed

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
    ("decimal", "group"),
    [(".", (".",)), ("", (",",)), (".", ("ab",)), ("5", (",",)), (".", ("-",))],
)
def test_a_number_format_that_cannot_be_told_apart_is_refused(
    decimal: str, group: tuple[str, ...]
) -> None:
    with pytest.raises(ReportError):
        NumberFormat(decimal, group)
