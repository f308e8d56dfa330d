"""Intervals: what they hold, how they meet, and which values a rounding leaves possible."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report.interval import ROUNDINGS, Interval, Rounding, rounding_interval

from .rounding_modes import MODES, values


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


@given(values, st.integers(1, 10**4), st.sampled_from(sorted(MODES)))
def test_only_values_that_round_to_the_print_are_possible(
    true: Decimal, step: int, rounding: Rounding
) -> None:
    multiple = (true / step).quantize(Decimal(1), MODES[rounding])
    for other in (multiple - 1, multiple, multiple + 1):
        interval = rounding_interval(Fraction(other) * step, Fraction(step), rounding)
        assert interval.contains(Fraction(true)) == (other == multiple)


def test_every_rounding_rule_is_one_of_the_table() -> None:
    assert set(ROUNDINGS) == {*MODES, "unknown"}
