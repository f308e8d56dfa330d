"""Which values are there several times: alike where they are in order, and where they are not."""

from __future__ import annotations

from collections import Counter
from random import Random

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from coprometrics_eventbrite.repeats import (
    coded,
    least,
    ranked,
    rising,
    several_times,
    spread,
    starts_of_runs,
)

TEXTS = st.lists(st.sampled_from("abcdef"), max_size=9)
SOME = TEXTS | TEXTS.map(sorted)


@given(values=SOME | st.lists(st.sampled_from("abc") | st.none(), max_size=9))
def test_several_are_those_that_are_counted_more_than_once(values: list[str | None]) -> None:
    counts = Counter(value for value in values if value is not None)
    expected = [counts[value] > 1 for value in values]
    found = several_times(pa.array(values, pa.string()))
    assert (found.to_pylist() if found is not None else None) == (
        expected if any(expected) else None
    )


@given(values=SOME)
def test_numbers_stand_for_values_in_the_order_in_which_they_come(values: list[str]) -> None:
    places = list(dict.fromkeys(values))
    assert coded(pa.array(values, pa.string())).to_pylist() == [places.index(v) for v in values]


@given(values=SOME)
def test_numbers_stand_for_values_in_their_own_order(values: list[str]) -> None:
    order = sorted(set(values))
    assert ranked(pa.array(values, pa.string())).to_pylist() == [order.index(v) for v in values]


@given(values=SOME)
def test_a_run_begins_where_another_value_stands_before(values: list[str]) -> None:
    starts = starts_of_runs(pa.array(values, pa.string())).to_pylist()
    for row, start in enumerate(starts):
        assert values[start : row + 1] == [values[row]] * (row + 1 - start)
        assert start == 0 or values[start - 1] != values[row]


@given(values=SOME, choice=st.randoms(use_true_random=False))
def test_the_least_of_a_code_is_that_of_all_that_have_it(values: list[str], choice: Random) -> None:
    codes = coded(pa.array(values, pa.string()))
    numbers = [choice.randrange(5) for _ in values]
    expected = [min(n for n, value in zip(numbers, values, strict=True) if value == one)
                for one in dict.fromkeys(values)]  # fmt: skip
    assert least(pa.array(numbers, pa.int64()), codes).to_pylist() == expected


@given(rows=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=9))
def test_what_is_spread_comes_to_the_rows_that_are_marked(rows: list[tuple[bool, bool]]) -> None:
    marks = pa.array([marked for marked, _ in rows], pa.bool_())
    values = pa.array([value for marked, value in rows if marked], pa.bool_())
    assert spread(marks, values).to_pylist() == [marked and value for marked, value in rows]


@given(values=SOME)
def test_values_rise_where_they_are_sorted_and_none_is_there_twice(values: list[str]) -> None:
    assert rising(pa.array(values, pa.string())) == (values == sorted(set(values)))
