"""Printed figures: the true value stays possible, and any text is read or refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report.interval import Interval, Rounding
from coprometrics.report.numerals import LOCALES
from coprometrics.report.printed import is_printed, parse_printed

from .rounding_modes import MODES, values

NEAREST: list[Rounding] = ["half_up", "half_down", "half_even"]


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
