from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from coprometrics.errors import ParameterError
from coprometrics.metrics import funnel

from .funnel_oracle import MICROSECOND, Event, at, frame, happened

DAY = dt.timedelta(days=1)
ORDERS = ("ordered", "strict", "unordered")


def asked(*rows, steps=("x", "y"), **options):
    return funnel(frame(happened(*rows)), list(steps), **options)


def column(result, name):
    return result.rows.column(name).to_pylist()


def microseconds(length):
    return length // MICROSECOND


# The window.


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("length", [30 * DAY, 36_525 * DAY, MICROSECOND])
def test_the_window_is_closed_to_the_microsecond(order, length):
    rows = [("a", "x", 0), ("a", "y", microseconds(length))]
    short, long = (
        asked(*rows, order=order, window=window) for window in (length - MICROSECOND, length)
    )
    assert column(short, "reached") == [1, 0]
    assert column(long, "reached") == [1, 1]


@pytest.mark.parametrize("order", ORDERS)
def test_a_window_of_no_time_holds_what_happened_at_once(order):
    rows = [("a", "x", 0), ("a", "y", 0), ("b", "x", 0), ("b", "y", 1)]
    assert column(asked(*rows, order=order, window=dt.timedelta(0)), "reached") == [2, 1]


@pytest.mark.parametrize("order", ORDERS)
def test_the_longest_window_is_as_good_as_none(order):
    rows = [("a", "x", -(10**15)), ("a", "y", 10**15), ("b", "x", 0)]
    limited = asked(*rows, order=order, window=dt.timedelta.max, as_of=at(10**15))
    assert limited.rows == asked(*rows, order=order, as_of=at(10**15)).rows


def test_a_leap_day_is_a_day_like_any_other():
    moments = [
        dt.datetime(2024, 2, 28, 12, tzinfo=dt.UTC),
        dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC),
        dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC),
    ]
    first, leap, last = ((moment - at(0)) // MICROSECOND for moment in moments)
    result = asked(("a", "x", first), ("a", "y", leap), ("a", "z", last), steps="xyz", window=DAY)
    assert column(result, "reached") == [1, 1, 0]
    result = asked(("a", "x", first), ("a", "y", leap), ("a", "z", last), steps="xyz")
    assert result.figure("median_days", step="z").number == 2


def test_a_year_is_as_long_as_its_days():
    year = 366 * DAY
    rows = [("a", "x", 0), ("a", "y", microseconds(year))]
    assert column(asked(*rows, window=365 * DAY), "reached") == [1, 0]
    assert column(asked(*rows, window=366 * DAY), "reached") == [1, 1]


# What is known at an instant.


@pytest.mark.parametrize("order", ORDERS)
def test_who_may_still_go_on_is_open_until_the_window_has_passed(order):
    rows = [("a", "x", 3)]
    last, over = (
        asked(*rows, ("b", "y", 0), order=order, window=10 * MICROSECOND, as_of=at(moment))
        for moment in (12, 13)
    )
    assert (column(last, "open"), column(last, "dropped")) == ([1, None], [0, None])
    assert (column(over, "open"), column(over, "dropped")) == ([0, None], [1, None])


def test_without_a_window_nobody_drops_out():
    rows = [("a", "x", 0), ("b", "y", 0)]
    result = asked(*rows, as_of=dt.datetime.max.replace(tzinfo=dt.UTC))
    assert (column(result, "open"), column(result, "dropped")) == ([1, None], [0, None])


def test_whoever_went_on_is_neither_open_nor_dropped():
    rows = [("a", "x", 0), ("a", "y", 1), ("b", "x", 0), ("c", "x", 8)]
    result = asked(*rows, window=5 * MICROSECOND, as_of=at(9))
    assert column(result, "reached") == [3, 1]
    assert (column(result, "open"), column(result, "dropped")) == ([1, None], [1, None])


def test_the_latest_chain_decides_who_is_open():
    rows = [("a", "x", 0), ("a", "y", 1), ("a", "x", 6), ("a", "y", 7), ("b", "z", 0)]
    result = asked(*rows, steps="xyz", window=5 * MICROSECOND, as_of=at(10))
    assert column(result, "open") == [0, 1, None]
    result = asked(*rows, steps="xyz", window=5 * MICROSECOND, as_of=at(11))
    assert column(result, "dropped") == [0, 1, None]


def test_the_first_entry_decides_who_is_open_where_only_it_counts():
    rows = [("a", "x", 0), ("a", "x", 6), ("b", "y", 0)]
    for entry, still in (("any", 1), ("first", 0)):
        result = asked(*rows, window=5 * MICROSECOND, entry=entry, as_of=at(7))
        assert column(result, "open") == [still, None]


def test_an_unordered_chain_starts_with_whatever_came_first():
    rows = [("a", "y", 0), ("a", "x", 4), ("b", "z", 0)]
    for now, still in ((4, 1), (5, 0)):
        result = asked(*rows, steps="xyz", order="unordered", window=5 * MICROSECOND, as_of=at(now))
        assert column(result, "open") == [0, still, None]


def test_what_happened_later_is_left_out_and_listed():
    rows = [("a", "x", 0), ("a", "y", 5), ("b", "x", 6), ("b", "w", 6), (None, "x", 6)]
    until, before = (asked(*rows, as_of=at(moment)) for moment in (5, 4))
    assert column(until, "reached") == [1, 1]
    assert column(before, "reached") == [1, 0]
    assert [(e.reason, e.count) for e in before.excluded] == [("no-entity", 1), ("after-as-of", 2)]
    assert [(e.reason, e.count) for e in until.excluded] == [("no-entity", 1), ("after-as-of", 1)]


def test_a_stage_that_is_only_reached_later_is_no_unknown_stage():
    assert column(asked(("a", "x", 0), ("a", "y", 5), as_of=at(1)), "reached") == [1, 0]


def test_before_anything_happened_nobody_reached_a_step():
    result = asked(("a", "x", 0), ("a", "y", 5), as_of=at(-1))
    assert column(result, "reached") == [0, 0]
    assert (column(result, "open"), column(result, "dropped")) == ([0, None], [0, None])
    assert result.figure("conversion", step="y").number is None


def test_without_an_instant_nobody_is_called_open_or_dropped():
    result = asked(("a", "x", 0), ("a", "y", 5))
    assert column(result, "open") == column(result, "dropped") == [None, None]
    assert {"open", "dropped"}.isdisjoint(result.units)


def test_those_who_reached_a_step_went_on_or_are_open_or_dropped():
    rows = [(who, "x", n) for n, who in enumerate("abcdefg")]
    rows += [(who, "y", 8) for who in "adg"]
    result = asked(*rows, window=6 * MICROSECOND, as_of=at(9))
    (one, other) = column(result, "reached")
    assert (one, other) == (7, 2)
    assert column(result, "open")[0] + column(result, "dropped")[0] + other == one


def test_the_instant_is_the_same_in_every_time_zone():
    rows = [("a", "x", 0), ("a", "y", 5)]
    one = asked(*rows, as_of=at(5))
    other = asked(*rows, as_of=at(5).astimezone(ZoneInfo("Asia/Tokyo")))
    assert (one.rows, one.fingerprint) == (other.rows, other.fingerprint)
    assert one.parameters["as_of"] == "2024-02-29T00:00:00.000005+00:00"


@pytest.mark.parametrize(
    "as_of",
    [
        dt.datetime(2024, 2, 29),  # noqa: DTZ001  (without a time zone, on purpose)
        dt.date(2024, 2, 29),
        "2024-02-29",
        dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-1))),
    ],
)
def test_what_is_no_instant_is_refused(as_of):
    with pytest.raises(ParameterError, match="as_of"):
        asked(("a", "x", 0), ("a", "y", 0), as_of=as_of)


@pytest.mark.parametrize("window", [-MICROSECOND, 30, "30 days"])
def test_what_is_no_length_of_time_is_refused(window):
    with pytest.raises(ParameterError, match="window"):
        asked(("a", "x", 0), ("a", "y", 0), window=window)


# How long it took.


@pytest.mark.parametrize(
    ("number", "median", "most"), [(1, 1, 1), (2, 1, 2), (9, 5, 9), (10, 5, 9), (11, 6, 10)]
)
@pytest.mark.parametrize("order", ORDERS)
def test_the_times_are_those_of_the_nearest_rank(number, median, most, order):
    rows = [(f"p{n}", "x", 0) for n in range(number)]
    rows += [(f"p{n}", "y", n + 1) for n in range(number)]
    random.Random(number).shuffle(rows)
    result = asked(*rows, order=order)
    assert column(result, "median_microseconds") == [0, median]
    assert column(result, "p90_microseconds") == [0, most]


def test_days_are_exact():
    result = asked(("a", "x", 0), ("a", "y", microseconds(36 * dt.timedelta(hours=1)) + 1))
    expected = Fraction(3, 2) + Fraction(1, microseconds(DAY))
    assert result.figure("median_days", step="y").number == expected
    assert result.figure("p90_days", step="y").number == expected
    assert result.figure("p90_days", step="y").text == "1.50"


def test_the_fastest_chain_counts():
    rows = [("a", "x", 0), ("a", "y", 5), ("a", "x", 7), ("a", "y", 9), ("a", "x", 10)]
    assert column(asked(*rows), "median_microseconds") == [0, 2]
    assert column(asked(*rows, entry="first"), "median_microseconds") == [0, 5]
    assert column(asked(*rows, order="unordered"), "median_microseconds") == [0, 1]


def test_the_fastest_chain_to_a_step_need_not_be_part_of_the_fastest_to_the_next():
    rows = [("a", "x", 0), ("a", "y", 1), ("a", "x", 3), ("a", "y", 6), ("a", "z", 7)]
    assert column(asked(*rows, steps="xyz"), "median_microseconds") == [0, 1, 4]


def test_a_step_that_nobody_reached_has_no_times():
    result = asked(("a", "x", 0), ("b", "y", 0))
    assert result.figure("median_days", step="y").number is None
    assert result.figure("p90_days", step="y").text == "not known"


def test_the_first_step_takes_no_time_and_has_no_figure_for_it():
    result = asked(("a", "x", 0), ("a", "y", 0))
    steps = [f.dimensions["step"] for f in result.figures if f.value.endswith("_days")]
    assert steps == ["y", "y"]


# Whom it is about.


def test_groups_have_times_and_open_ends_of_their_own():
    rows = [
        *(("a", "x", 0, None, "north"), ("a", "y", 4, None, "south")),
        *(("b", "x", 1, None, "south"), ("c", "x", 7, None, "south")),
    ]
    result = asked(*rows, by="region", window=5 * MICROSECOND, as_of=at(8))
    lines = {(row.pop("region"), row.pop("step")): row for row in result.rows.to_pylist()}
    assert list(lines) == [(part, step) for part in (None, "north", "south") for step in "xy"]
    assert lines["north", "y"]["median_microseconds"] == 4
    assert lines["south", "y"]["median_microseconds"] is None
    assert [lines[part, "x"]["open"] for part in (None, "north", "south")] == [1, 0, 1]
    assert [lines[part, "x"]["dropped"] for part in (None, "north", "south")] == [1, 0, 1]


@pytest.mark.parametrize(
    ("ids", "part"),
    [(("t:1", "t:2"), "north"), (("t:2", "t:1"), "south"), ((None, "t:1"), "south")],
)
def test_of_first_events_at_one_time_the_one_with_the_least_id_tells_the_group(ids, part):
    one, other = ids
    events = [Event("a", "x", 0, one, "north"), Event("a", "x", 0, other, "south")]
    result = funnel(frame(events), ["x"], by="region")
    assert column(result, "region") == [None, part]


def test_an_unknown_value_is_a_group_of_its_own():
    rows = [("a", "x", 0, None, None), ("a", "x", 1, None, "north"), ("b", "x", 0, None, "unknown")]
    result = asked(*rows, steps=["x"], by="region")
    assert result.figure("reached", step="x", region="unknown").number == 2


def test_only_events_of_the_first_step_tell_the_group():
    rows = [("a", "y", 0, None, "south"), ("a", "x", 1, None, "north")]
    assert column(asked(*rows, by="region", order="unordered"), "region") == [
        None,
        None,
        *["north"] * 2,
    ]


def test_events_after_the_instant_do_not_tell_the_group():
    rows = [("a", "x", 5, None, "north"), ("b", "y", 0), ("b", "x", 1, None, "south")]
    result = asked(*rows, by="region", as_of=at(4))
    assert set(column(result, "region")) == {None, "south"}


@pytest.mark.parametrize("name", ["step", "reached", "open", "p90_microseconds"])
def test_groups_cannot_be_called_like_another_column(name):
    events = frame(happened(("a", "x", 0))).rename_columns(
        ["id", "entity_key", "stage", "occurred_at", name]
    )
    with pytest.raises(ParameterError, match="use another column"):
        funnel(events, ["x"], by=name)
