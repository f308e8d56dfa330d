from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ParameterError
from coprometrics.metrics._calendar import instants_within
from coprometrics.periods import Period

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ZONES = [
    "UTC", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kathmandu",
    "Pacific/Apia", "Pacific/Kiritimati", "America/Sao_Paulo", "Atlantic/Azores", "Asia/Tehran",
]  # fmt: skip


def within(spans, instant):
    moment = (instant - EPOCH) // dt.timedelta(microseconds=1)
    return any(since <= moment < until for since, until in spans)


@given(
    st.sampled_from(ZONES),
    st.dates(dt.date(1975, 1, 1), dt.date(2035, 12, 31)),
    st.integers(0, 400),
    st.lists(st.integers(-200_000, 200_000), min_size=1, max_size=20),
)
def test_an_instant_lies_in_a_period_by_its_local_day(zone, start, length, seconds):
    period = Period(start, start + dt.timedelta(days=length))
    spans = instants_within(period, zone)
    for edge in (period.start, period.end + dt.timedelta(days=1)):
        midnight = dt.datetime(edge.year, edge.month, edge.day, tzinfo=dt.UTC)
        for second in seconds:
            instant = midnight + dt.timedelta(seconds=second)
            local = instant.astimezone(zoneinfo.ZoneInfo(zone)).date()
            assert within(spans, instant) is (local in period)


@pytest.mark.parametrize(
    ("zone", "changed"),
    [
        ("America/St_Johns", dt.date(2006, 10, 29)),
        ("Pacific/Apia", dt.date(2011, 12, 30)),
        ("America/Sao_Paulo", dt.date(2018, 11, 4)),
    ],
)
def test_every_minute_about_a_clock_change_at_midnight(zone, changed):
    for start in (changed - dt.timedelta(days=1), changed, changed + dt.timedelta(days=1)):
        spans = instants_within(Period(start, start), zone)
        noon = dt.datetime(start.year, start.month, start.day, 12, tzinfo=dt.UTC)
        for minute in range(-3000, 3000):
            instant = noon + dt.timedelta(minutes=minute)
            local = instant.astimezone(zoneinfo.ZoneInfo(zone)).date()
            assert within(spans, instant) is (local == start)


def test_the_ends_of_the_calendar_hold():
    spans = instants_within(Period(dt.date.min, dt.date.max), "Asia/Tokyo")
    assert within(spans, dt.datetime(2023, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize("name", ["Mars/North", "", "../etc/passwd", "localtime"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(ParameterError, match="not a time zone"):
        instants_within(Period(dt.date(2023, 1, 1), dt.date(2023, 1, 2)), name)
