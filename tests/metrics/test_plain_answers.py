"""Metrics beside an obvious answer in plain Python, worked out row by row."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError
from coprometrics.metrics import audience_growth, participation, revenue_share, top_posts
from coprometrics.periods import Period
from coprometrics.records import Activity, Attendance, AudienceSnapshot, Income, Post

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
ZONES = ["Europe/London", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]
NEW_YEAR = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)

instants = st.one_of(
    st.integers(-30, 30).map(lambda hours: NEW_YEAR + dt.timedelta(hours=hours)),
    st.integers(-30, 30).map(lambda hours: NEW_YEAR + dt.timedelta(days=365, hours=hours)),
    st.integers(0, 400).map(lambda days: NEW_YEAR + dt.timedelta(days=days)),
)
shuffles = st.randoms(use_true_random=False)


def local_day(instant, zone):
    return instant.astimezone(ZoneInfo(zone or "UTC")).date()


activities = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from(["talk", "training"]),
        starts_at=instants,
        timezone=st.sampled_from(ZONES),
        status=st.sampled_from(["completed", "completed", "cancelled", "planned"]),
        headcount=st.none() | st.integers(0, 50),
        co_delivered=st.sampled_from([True, False, None]),
        organisation_ids=st.lists(
            st.sampled_from(["o:1", "o:2", "o:3"]), max_size=2, unique=True
        ).map(tuple),
    ),
    max_size=6,
)
attendances = st.lists(
    st.builds(
        dict,
        activity_id=st.integers(0, 6).map(lambda n: f"t:{n}"),
        status=st.sampled_from(["attended", "no_show", "cancelled", "registered"]),
        person_key=st.none() | st.integers(0, 3).map(lambda n: f"{n:032x}"),
    ),
    max_size=14,
)


def plain_participation(held, came, kind):
    """Count one kind of activity, or all where the kind is None."""
    inside = [
        one
        for one in held
        if one.status == "completed"
        and local_day(one.starts_at, one.timezone) in YEAR
        and kind in (None, one.kind)
    ]
    by_id = {one.id: one for one in held}
    attended = [visit for visit in came if visit.status == "attended"]
    total = identified = firsts = 0
    people = set()
    some_list = False
    counted = []
    for one in inside:
        listed = [visit for visit in came if visit.activity_id == one.id]
        told = {visit.status for visit in listed}
        if "registered" in told and not told & {"attended", "no_show"}:
            listed = []
        here = [visit for visit in attended if visit.activity_id == one.id]
        some_list |= bool(listed)
        if listed or one.headcount is not None:
            counted.append(one)
        total += len(here) if listed else (one.headcount or 0)
        for visit in here:
            if visit.person_key is None:
                continue
            identified += 1
            people.add(visit.person_key)
            visited = [
                by_id[other.activity_id]
                for other in attended
                if other.person_key == visit.person_key
                and other.activity_id in by_id
                and by_id[other.activity_id].status == "completed"
                and by_id[other.activity_id].kind == one.kind
            ]
            firsts += min(visited, key=lambda act: (act.starts_at, act.id)).id == one.id
    known = [one.co_delivered for one in inside if one.co_delivered is not None]
    return {
        "activities": len(inside),
        "attendances": total if counted or not inside else None,
        "people_identified": len(people) if some_list or not inside else None,
        "attendances_unidentified": total - identified if counted or not inside else None,
        "organisations": len({name for one in inside for name in one.organisation_ids}),
        "first_time": firsts if some_list or not inside else None,
        "first_time_share": Fraction(firsts, identified) if identified else None,
        "co_delivered_share": Fraction(sum(known), len(known)) if known else None,
        "co_delivered_unknown": len(inside) - len(known),
    }


@given(activities, attendances, shuffles)
def test_participation_is_what_counting_by_hand_gives(rows, visits, chance):
    held = [Activity(id=f"t:{n}", **row) for n, row in enumerate(rows)]
    came = [Attendance(id=f"v:{n}", **visit) for n, visit in enumerate(visits)]
    shuffled = chance.sample(held, len(held)), chance.sample(came, len(came))
    result = participation(*shuffled, period=YEAR)
    there = {figure.dimensions["kind"] for figure in result.figures if "kind" in figure.dimensions}
    for kind in (None, *there):
        where = {} if kind is None else {"kind": kind}
        found = {
            figure.value: figure.number for figure in result.figures if figure.dimensions == where
        }
        assert found == plain_participation(held, came, kind)


incomes = st.lists(
    st.builds(
        dict,
        stream=st.sampled_from(["talks", "training", "grants"]),
        amount_minor=st.integers(-(10**4), 10**12),
        currency=st.sampled_from(["GBP", "KWD", "JPY"]),
        received_on=st.none() | instants.map(lambda instant: instant.date()),
    ),
    min_size=1,
    max_size=12,
)


@given(incomes, shuffles)
def test_shares_are_what_adding_by_hand_gives(rows, chance):
    records = [Income(id=f"t:{n}", kind="fee", **row) for n, row in enumerate(rows)]
    inside = [row for row in records if row.received_on is not None and row.received_on in YEAR]
    wholes: dict[str, int] = {}
    for row in inside:
        wholes[row.currency] = wholes.get(row.currency, 0) + row.amount_minor
    chance.shuffle(records)
    try:
        result = revenue_share(records, period=YEAR)
    except MetricError:
        assert not wholes or min(wholes.values()) <= 0
        return
    assert min(wholes.values()) > 0
    for stream, currency in {(row.stream, row.currency) for row in inside}:
        mine = [row for row in inside if (row.stream, row.currency) == (stream, currency)]
        share = result.figure("share", stream=stream, currency=currency)
        assert share.number == Fraction(sum(row.amount_minor for row in mine), wholes[currency])
    undated = [row for row in records if row.received_on is None]
    assert sum(left.count for left in result.excluded) == len(undated)


snapshots = st.lists(
    st.tuples(
        st.sampled_from(["x", "linkedin"]),
        st.integers(-400, 400).map(lambda days: dt.date(2023, 6, 1) + dt.timedelta(days=days)),
        st.none() | st.integers(0, 9999),
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda row: row[:2],
)


@given(snapshots, shuffles)
def test_growth_is_what_looking_up_by_hand_gives(rows, chance):
    records = [
        AudienceSnapshot(id=f"t:{n}", channel=channel, measure="followers", as_of=day, value=value)
        for n, (channel, day, value) in enumerate(rows)
    ]
    chance.shuffle(records)
    known = [row for row in rows if row[2] is not None and row[1] <= YEAR.end]
    if not known:
        return
    result = audience_growth(records, period=YEAR)
    for channel in {row[0] for row in known}:
        mine = sorted((day, value) for one, day, value in known if one == channel)
        started = [row for row in mine if row[0] <= YEAR.start]
        start, end = (started[-1] if started else None), mine[-1]
        growth = result.figure("growth", channel=channel, measure="followers").number
        if start is None or start == end or not start[1]:
            assert growth is None
        else:
            assert growth == Fraction(end[1] - start[1], start[1])


posts = st.lists(
    st.builds(
        dict,
        created_at=instants,
        timezone=st.none() | st.sampled_from(ZONES),
        kind=st.sampled_from(["original", "reply", "repost", "quote"]),
        impressions=st.none() | st.integers(0, 4),
    ),
    max_size=9,
)


@given(posts, st.integers(1, 4), shuffles)
def test_the_top_posts_are_those_that_sorting_by_hand_gives(rows, n, chance):
    records = [Post(id=f"x:{i}", platform="x", account="us", **row) for i, row in enumerate(rows)]
    counted = [
        post
        for post in records
        if post.kind != "repost"
        and post.impressions is not None
        and local_day(post.created_at, post.timezone) in YEAR
    ]
    places = {
        post.id: 1 + sum(other.impressions > post.impressions for other in counted)
        for post in counted
    }
    expected = {(str(place), name) for name, place in places.items() if place <= n}
    chance.shuffle(records)
    rows = top_posts(records, n=n, period=YEAR).rows.to_pylist()
    assert {(row["rank"], row["id"]) for row in rows} == expected
    assert len(rows) == len(expected)
