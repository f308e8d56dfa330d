from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from attrs import evolve

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import audience_growth, top_posts
from coprometrics.periods import Period
from coprometrics.records import AudienceSnapshot, Post

from .kinds import KINDS

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")


def snapshot(number, on, value, channel="x", measure="followers"):
    return AudienceSnapshot(
        id=f"t:{number}",
        channel=channel,
        measure=measure,
        as_of=dt.date.fromisoformat(on),
        value=value,
    )


SNAPSHOTS = [
    snapshot(1, "2022-06-01", 4000),
    snapshot(2, "2022-12-30", 5250),
    snapshot(3, "2023-01-01", 5300),
    snapshot(4, "2023-12-31", 6138),
    snapshot(5, "2024-01-01", 9999),
    snapshot(6, "2023-06-30", 1000, "linkedin"),
    snapshot(7, "2023-12-30", None, "linkedin"),
]


ACCOUNTS = [
    evolve(snapshot(1, "2022-12-31", 100), account="OurCharity"),
    evolve(snapshot(2, "2023-12-30", 110), account="ourcharity"),
    evolve(snapshot(3, "2023-12-31", 6), account="Other"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_audiences_of_two_accounts_are_not_mixed(kind):
    make = KINDS[kind]
    with pytest.raises(MetricError, match="x followers are those of several accounts: other, our"):
        audience_growth(make(ACCOUNTS), period=YEAR)
    growth = audience_growth(make(ACCOUNTS), period=YEAR, account="OURCHARITY")
    assert [figure.number for figure in growth.figures] == [110, 100, Fraction(1, 10)]


def test_counts_of_no_named_account_are_those_of_the_only_one():
    growth = audience_growth([*ACCOUNTS[:2], snapshot(4, "2023-12-31", 120)], period=YEAR)
    assert growth.figures[0].number == 120
    with pytest.raises(MetricError, match="there is no account 'nobody'"):
        audience_growth(ACCOUNTS, period=YEAR, account="nobody")


@pytest.mark.parametrize("kind", KINDS)
def test_growth_from_every_kind_of_frame(kind):
    result = audience_growth(KINDS[kind](SNAPSHOTS), "x", "followers", period=YEAR)
    where = {"channel": "x", "measure": "followers"}
    assert result.figure("growth", **where).number == Fraction(838, 5300)
    assert result.figure("start", **where).number == 5300
    assert result.figure("end", **where).number == 6138
    assert result.notes == ()


def test_an_old_count_at_the_start_is_used_and_told():
    result = audience_growth(
        [SNAPSHOTS[0], SNAPSHOTS[1], SNAPSHOTS[3]], "x", "followers", period=YEAR
    )
    assert result.figure("start", channel="x", measure="followers").number == 5250
    said = "x followers: the count at the start is of 2022-12-30, 1 day before 2022-12-31."
    assert result.notes == (said,)


def test_one_count_for_both_ends_is_no_growth():
    result = audience_growth([SNAPSHOTS[0]], period=YEAR)
    where = {"channel": "x", "measure": "followers"}
    assert result.figure("growth", **where).number is None
    assert result.figure("end", **where).number == 4000
    assert any("no count after 2022-06-01" in note for note in result.notes)


def test_without_a_count_at_the_start_there_is_no_growth():
    result = audience_growth(SNAPSHOTS, period=YEAR)
    where = {"channel": "linkedin", "measure": "followers"}
    assert result.figure("growth", **where).number is None
    assert result.figure("start", **where).number is None
    assert result.figure("end", **where).number == 1000
    assert any("no count up to 2023-01-01" in note for note in result.notes)
    assert any("184 days before 2023-12-31" in note for note in result.notes)
    assert [(e.reason, e.count) for e in result.excluded] == [("no-value", 1)]


def test_growth_from_nothing_has_no_number():
    rows = [snapshot(1, "2022-12-31", 0), snapshot(2, "2023-12-31", 10)]
    figure = audience_growth(rows, period=YEAR).figure("growth", channel="x", measure="followers")
    assert (figure.number, figure.numerator, figure.denominator) == (None, 10, 0)


def test_an_unknown_channel_names_those_that_exist():
    with pytest.raises(MetricError, match="there is linkedin, x"):
        audience_growth(SNAPSHOTS, "tiktok", period=YEAR)


def test_two_counts_of_one_day_must_agree():
    rows = [snapshot(1, "2023-01-05", 1), snapshot(2, "2023-01-05", 2)]
    with pytest.raises(MetricError, match="is both 1 and 2"):
        audience_growth(rows, period=YEAR)
    assert audience_growth([rows[0], snapshot(3, "2023-01-05", 1)], period=YEAR)


def test_no_count_up_to_the_end_is_an_error():
    with pytest.raises(MetricError, match="no count of any channel up to 2023-12-31"):
        audience_growth([snapshot(1, "2024-01-05", 1)], period=YEAR)


def post(number, impressions, at="2023-06-01T12:00:00+00:00", **more):
    return Post(
        id=f"x:{number}",
        platform="x",
        account="us",
        created_at=dt.datetime.fromisoformat(at),
        impressions=impressions,
        **more,
    )


POSTS = [
    post(1, 17000),
    post(2, 24800, kind="repost"),
    post(3, None),
    post(4, 900, likes=5),
    post(5, 17000),
    post(6, 99000, at="2024-01-01T00:00:00+00:00"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_top_posts_from_every_kind_of_frame_show_all_that_tie(kind):
    result = top_posts(KINDS[kind](POSTS), period=YEAR)
    assert result.figure("impressions", rank="1").number == 17000
    assert result.rows.column("id").to_pylist() == ["x:1", "x:5"]
    assert [(e.reason, e.count) for e in result.excluded] == [("repost", 1), ("no-value", 1)]


def test_a_shared_place_takes_the_next_one_too():
    places = top_posts(POSTS, n=3, period=YEAR).rows.column("rank").to_pylist()
    assert places == ["1", "1", "3"]
    assert len(top_posts(POSTS, n=2, period=YEAR).figures) == 1


def test_a_post_belongs_to_the_day_of_its_own_time_zone():
    late = post(7, 5, at="2024-01-01T01:00:00+00:00", timezone="America/New_York")
    assert top_posts([late], period=YEAR).rows.num_rows == 1
    assert top_posts([post(8, 5, at="2024-01-01T01:00:00+00:00")], period=YEAR).figures == ()


def test_another_count_may_decide():
    assert top_posts(POSTS, by="likes").figure("likes", rank="1").number == 5


@pytest.mark.parametrize(("name", "value"), [("by", "views"), ("n", 0)])
def test_parameters_that_cannot_be_used_are_refused(name, value):
    with pytest.raises(ParameterError):
        top_posts(POSTS, **{name: value})
