"""What is wrong with data is said alike, whatever kind of frame holds them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from coprometrics.errors import MetricError
from coprometrics.metrics import (
    audience_growth,
    funnel,
    funnel_from_counts,
    grant_income,
    participation,
    payments,
    revenue_share,
    top_posts,
)
from coprometrics.periods import Period

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
DAY = dt.date(2023, 5, 4)
NOON = dt.datetime(2023, 5, 4, 12)  # noqa: DTZ001  (a clock without a zone is what is tested)
AWARE = NOON.replace(tzinfo=dt.UTC)


def income(**columns):
    good = {
        "stream": ["a", "b"],
        "amount_minor": [100, 200],
        "currency": ["GBP", "GBP"],
        "received_on": [DAY, DAY],
    }
    return pa.table({**good, **columns})


def events(**columns):
    good = {
        "entity_key": ["p", "q"],
        "stage": ["x", "y"],
        "occurred_at": pa.array([AWARE, AWARE], type=pa.timestamp("us", tz="UTC")),
    }
    return pa.table({**good, **columns})


def awards(**columns):
    good = {
        "id": ["t:1", "t:2"],
        "amount_total_minor": [100, 200],
        "currency": ["GBP", "GBP"],
        "starts_on": [DAY, DAY],
        "ends_on": [DAY, DAY],
    }
    return pa.table({**good, **columns})


def activities(**columns):
    good = {
        "id": ["t:1", "t:2"],
        "kind": ["talk", "talk"],
        "timezone": ["Europe/London", "Europe/London"],
        "starts_at": pa.array([AWARE, AWARE], type=pa.timestamp("us", tz="UTC")),
    }
    return pa.table({**good, **columns})


def visits(**columns):
    good = {"activity_id": ["t:1", "t:2"], "status": ["attended", "attended"]}
    return pa.table({**good, **columns})


def snapshots(**columns):
    good = {
        "channel": ["x", "x"],
        "measure": ["followers", "followers"],
        "as_of": [DAY, DAY + dt.timedelta(days=9)],
        "value": [1, 2],
    }
    return pa.table({**good, **columns})


TEXT = "(large_)?string(_view)?|dictionary.*"

FAULTS = {
    "a missing currency": (
        lambda frame: revenue_share(frame(income(currency=["GBP", None]))),
        r"^income\.currency: 1 of 2 rows have no currency; fill it in",
    ),
    "a missing amount": (
        lambda frame: revenue_share(frame(income(amount_minor=pa.array([1, None], pa.int64())))),
        r"^income\.amount_minor: 1 of 2 rows have no amount_minor",
    ),
    "an unknown currency": (
        lambda frame: revenue_share(frame(income(currency=["GBP", "gbp"]))),
        r"^income\.currency: currency holds 'gbp'; give three capital letters",
    ),
    "an unknown precision": (
        lambda frame: revenue_share(
            frame(income(received_on_precision=["day", "week"])), period=YEAR
        ),
        r"^income\.received_on_precision: received_on_precision holds 'week'; use one of day",
    ),
    "money as floats": (
        lambda frame: revenue_share(frame(income(amount_minor=[1.0, 2.0]))),
        r"^income\.amount_minor: amount_minor holds double, not whole numbers \(minor units",
    ),
    "money as text": (
        lambda frame: revenue_share(frame(income(amount_minor=["1", "2"]))),
        rf"^income\.amount_minor: amount_minor holds ({TEXT}), not whole numbers",
    ),
    "days as text": (
        lambda frame: revenue_share(frame(income(received_on=["2023", "2024"])), period=YEAR),
        rf"^income\.received_on: received_on holds ({TEXT}), not days; give a date",
    ),
    "a time of day in a date": (
        lambda frame: revenue_share(
            frame(income(received_on=pa.array([NOON, NOON], pa.timestamp("us")))), period=YEAR
        ),
        r"^income\.received_on: received_on holds a value that does not fit; give a date",
    ),
    "a missing column": (
        lambda frame: revenue_share(frame(income().drop_columns(["stream"]))),
        r"^income: there is no column 'stream'; it has amount_minor, currency, received_on",
    ),
    "a total beyond 64 bits": (
        lambda frame: revenue_share(frame(income(amount_minor=[2**63 - 1, 2**63 - 1]))),
        r"does not fit in 64 bits; check the amounts",
    ),
    "no income": (
        lambda frame: revenue_share(frame(income()[:0])),
        r"^revenue_share: there is no income in all time",
    ),
    "instants without a time zone": (
        lambda frame: funnel(
            frame(events(occurred_at=pa.array([NOON, NOON], pa.timestamp("us")))), ["x", "y"]
        ),
        r"^events\.occurred_at: occurred_at holds timestamp\[[num]s\], not instants with a time",
    ),
    "a missing stage": (
        lambda frame: funnel(frame(events(stage=["x", None])), ["x"]),
        r"^events\.stage: 1 of 2 rows have no stage",
    ),
    "a stage that is not there": (
        lambda frame: funnel(frame(events()), ["x", "z"]),
        r"^events\.stage: there is no stage 'z'; the stages are x, y",
    ),
    "no events": (
        lambda frame: funnel(frame(events()[:0]), ["x"]),
        r"^events\.stage: there is no stage 'x'; the stages are none: there are no events",
    ),
    "a column to group by that is not there": (
        lambda frame: funnel(frame(events()), ["x"], by="team"),
        r"^events: there is no column 'team'; it has entity_key, stage, occurred_at",
    ),
    "counts that rise": (
        lambda frame: funnel_from_counts(
            frame(pa.table({"stage": ["a", "b"], "position": [1, 2], "count": [5, 6]}))
        ),
        r"^stage_counts\.count: b \(6\) is larger than the earlier a \(5\)",
    ),
    "an award that ends before it starts": (
        lambda frame: grant_income(frame(awards(ends_on=[DAY, dt.date(2023, 5, 3)]))),
        r"^awards\.ends_on: an award ends before it starts: t:2 \(starts on 2023-05-04",
    ),
    "an unknown status": (
        lambda frame: grant_income(frame(awards(status=["awarded", "won"]))),
        r"^awards\.status: status holds 'won'; use one of applied, shortlisted, awarded",
    ),
    "a schedule that does not add up": (
        lambda frame: grant_income(
            frame(awards()),
            frame(
                pa.table(
                    {
                        "award_id": ["t:1"],
                        "period_start": [DAY],
                        "period_end": [DAY],
                        "amount_minor": [99],
                        "currency": ["GBP"],
                    }
                )
            ),
        ),
        r"^schedule\.amount_minor: a schedule does not add up to its award: t:1 is .*1\.00.*0\.99",
    ),
    "an unknown status of a visit": (
        lambda frame: participation(frame(activities()), frame(visits(status=["attended", "y"]))),
        r"^attendances\.status: status holds 'y'; use one of",
    ),
    "a visit to nowhere": (
        lambda frame: participation(frame(activities()), frame(visits(activity_id=["t:1", None]))),
        r"^attendances\.activity_id: 1 of 2 rows have no activity_id",
    ),
    "an activity that is there twice": (
        lambda frame: participation(frame(activities(id=["t:1", "t:1"]))),
        r"^activities\.id: t:1 is there more than once; keep one row for each",
    ),
    "a time zone that does not exist": (
        lambda frame: participation(
            frame(activities(timezone=["Europe/London", "Here"])), period=YEAR
        ),
        r"^activities\.timezone: 'Here' is not a time zone",
    ),
    "two counts of one day": (
        lambda frame: audience_growth(frame(snapshots(as_of=[DAY, DAY])), period=YEAR),
        r"^snapshots\.value: x followers of 2023-05-04 is both 1 and 2",
    ),
    "a channel that is not there": (
        lambda frame: audience_growth(frame(snapshots()), "y", period=YEAR),
        r"^snapshots\.channel: there is no channel 'y'; there is x",
    ),
    "counts that are no whole numbers": (
        lambda frame: top_posts(
            frame(
                pa.table(
                    {
                        "created_at": pa.array([AWARE, AWARE], type=pa.timestamp("us", tz="UTC")),
                        "impressions": [1.5, 2.0],
                    }
                )
            )
        ),
        r"^posts\.impressions: impressions holds a value that does not fit",
    ),
    "a payment without a currency": (
        lambda frame: payments(
            frame(pa.table({"amount_minor": [1], "currency": pa.array([None], pa.string())}))
        ),
        r"^payments\.currency: 1 of 1 rows have no currency",
    ),
}


@pytest.mark.parametrize(("ask", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_alike_on_every_kind_of_frame(table_of, ask, said):
    with pytest.raises(MetricError, match=said):
        ask(table_of)


def test_whole_counts_kept_as_floats_are_read_and_not_a_number_is_refused(table_of):
    good = snapshots(value=pa.array([1.0, 2.0]))
    growth = audience_growth(table_of(good), period=YEAR)
    assert growth.figure("end", channel="x", measure="followers").number == 2


def test_events_without_an_entity_or_a_time_are_left_out_and_counted(table_of):
    rows = pa.table(
        {
            "entity_key": ["p", None, "q"],
            "stage": ["x", "x", "x"],
            "occurred_at": pa.array([AWARE, AWARE, None], type=pa.timestamp("us", tz="UTC")),
        }
    )
    result = funnel(table_of(rows), ["x"])
    assert result.figure("reached", step="x").number == 1
    assert [(left.reason, left.count) for left in result.excluded] == [
        ("no-entity", 1),
        ("no-time", 1),
    ]


def test_currencies_are_never_added(table_of):
    result = revenue_share(table_of(income(currency=["GBP", "KWD"])))
    assert [figure.text for figure in result.figures if not figure.dimensions] == [
        "GBP 1.00",
        "KWD 0.200",
    ]


def test_an_empty_frame_gives_an_empty_answer_where_nothing_can_be_wrong(table_of):
    assert grant_income(table_of(awards()[:0])).figures == ()
    assert participation(table_of(activities()[:0])).figure("activities").number == 0
