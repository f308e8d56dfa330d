from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ParameterError
from coprometrics.periods import (
    CalendarMonths,
    OperationalYears,
    Period,
    Quarters,
    parse_period,
)

months = st.integers(1, 12)
tilings = st.one_of(st.just(CalendarMonths()), months.map(OperationalYears), months.map(Quarters))
days = st.dates(dt.date(2, 1, 1), dt.date(9998, 12, 31))


@given(tilings, days)
def test_every_day_lies_in_exactly_one_period(tiling, day):
    period = tiling.containing(day)
    assert day in period
    assert tiling.containing(period.start) == tiling.containing(period.end) == period


@given(tilings, days)
def test_periods_follow_each_other_without_gap_or_overlap(tiling, day):
    period = tiling.containing(day)
    after = period.end + dt.timedelta(days=1)
    assert tiling.containing(after).start == after
    assert tiling.number(after) == tiling.number(day) + 1


@given(tilings, days)
def test_a_period_is_found_by_its_label(tiling, day):
    period = tiling.containing(day)
    assert tiling.labelled(period.label) == period


@given(tilings, days, st.integers(0, 2000))
def test_a_cover_reaches_from_the_first_to_the_last_day(tiling, start, length):
    end = min(start + dt.timedelta(days=length), dt.date(9998, 12, 31))
    cover = tiling.covering(start, end)
    assert start in cover[0]
    assert end in cover[-1]
    assert sum(period.days for period in cover) == (cover[-1].end - cover[0].start).days + 1


@given(months, days)
def test_quarters_and_months_nest_in_years(start_month, day):
    year = OperationalYears(start_month).containing(day)
    for tiling in (Quarters(start_month), CalendarMonths()):
        cover = tiling.covering(year.start, year.end)
        assert (cover[0].start, cover[-1].end) == (year.start, year.end)
        assert len(cover) == 12 // tiling.months


@pytest.mark.parametrize(
    ("tiling", "day", "label"),
    [
        (OperationalYears(), dt.date(2023, 12, 31), "2023"),
        (OperationalYears(4), dt.date(2024, 3, 31), "2023/24"),
        (OperationalYears(8), dt.date(1999, 8, 1), "1999/00"),
        (CalendarMonths(), dt.date(2023, 5, 9), "2023-05"),
        (Quarters(), dt.date(2023, 4, 1), "2023 Q2"),
        (Quarters(8), dt.date(2024, 7, 31), "2023/24 Q4"),
        (OperationalYears(), dt.date.max, "9999"),
    ],
)
def test_labels(tiling, day, label):
    assert tiling.containing(day).label == label


def test_dimensions():
    names = [tiling.dimension for tiling in (OperationalYears(), CalendarMonths(), Quarters())]
    assert names == ["year", "month", "quarter"]


def test_a_year_beyond_the_calendar_is_refused():
    with pytest.raises(ParameterError, match="years 1 to 9999"):
        OperationalYears(8).containing(dt.date(9999, 12, 1))
    with pytest.raises(ParameterError, match="years 1 to 9999"):
        OperationalYears(8).containing(dt.date(1, 1, 1))


@pytest.mark.parametrize("label", ["2023", "2023/25", "2023/2024", "", "0000/01", "x"])
def test_a_label_of_another_form_is_refused(label):
    with pytest.raises(ParameterError, match="write it like 2023/24"):
        OperationalYears(8).labelled(label)


@pytest.mark.parametrize("start_month", [0, 13, True, 1.0, "8"])
def test_a_start_month_outside_the_year_is_refused(start_month):
    with pytest.raises(ParameterError, match="1 \\(January\\) to 12"):
        OperationalYears(start_month)


def test_a_period_ends_on_or_after_its_start():
    with pytest.raises(ParameterError, match="before its start"):
        Period(dt.date(2023, 1, 2), dt.date(2023, 1, 1))
    with pytest.raises(ParameterError, match="must be a date"):
        Period(dt.datetime(2023, 1, 2, tzinfo=dt.UTC), dt.date(2023, 1, 3))
    with pytest.raises(ParameterError, match="before the start"):
        CalendarMonths().covering(dt.date(2023, 1, 2), dt.date(2023, 1, 1))


@pytest.mark.parametrize(
    ("text", "start_month", "start", "end"),
    [
        ("2023", 1, "2023-01-01", "2023-12-31"),
        ("2023/24", 8, "2023-08-01", "2024-07-31"),
        ("2023-02", 1, "2023-02-01", "2023-02-28"),
        ("2023-02", 8, "2023-02-01", "2023-02-28"),
        ("2023 Q1", 1, "2023-01-01", "2023-03-31"),
        ("2023/24 Q1", 8, "2023-08-01", "2023-10-31"),
        (" 2023-01-01..2023-12-31 ", 1, "2023-01-01", "2023-12-31"),
    ],
)
def test_periods_are_read_as_people_write_them(text, start_month, start, end):
    period = parse_period(text, start_month)
    assert (str(period.start), str(period.end)) == (start, end)
    assert period.label == text.strip()


def test_a_split_year_without_a_start_month_asks_for_one():
    with pytest.raises(ParameterError, match="give a start month"):
        parse_period("2023/24")


def test_a_calendar_year_with_a_start_month_is_ambiguous():
    with pytest.raises(ParameterError, match="write it like 2023/24"):
        parse_period("2023", start_month=8)


@pytest.mark.parametrize(
    "text",
    ["", "23", "2023-13", "2023/25", "2023 Q5", "2023-01-01", "2023-01-01..", "a..b", "0000"],
)
def test_other_texts_are_no_period(text):
    with pytest.raises(ParameterError):
        parse_period(text, start_month=8 if "/" in text else 1)


def test_a_span_that_ends_before_it_starts_is_no_period():
    with pytest.raises(ParameterError, match="before its start"):
        parse_period("2023-01-02..2023-01-01")
