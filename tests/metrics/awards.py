"""Awards, their changes and schedules in few words, and the amounts of an answer."""

from __future__ import annotations

import datetime as dt

from coprometrics.metrics import grant_income
from coprometrics.periods import OperationalYears
from coprometrics.records import AwardAdjustment, GrantAward, ScheduleLine

AUGUST = OperationalYears(start_month=8)
day = dt.date.fromisoformat


def award(number, amount, start=None, end=None, **more):
    return GrantAward(
        id=f"t:{number}",
        **{"amount_total_minor": amount, "currency": "GBP", **more},
        starts_on=start and day(start),
        ends_on=end and day(end),
    )


def change(number, award_id, kind, effective, delta=None, end=None):
    return AwardAdjustment(
        id=f"t:change{number}",
        award_id=award_id,
        kind=kind,
        effective_on=day(effective),
        delta_minor=delta,
        new_ends_on=end and day(end),
    )


def line(number, award_id, start, end, amount, **more):
    return ScheduleLine(
        id=f"t:line{number}",
        award_id=award_id,
        period_start=day(start),
        period_end=day(end),
        **{"amount_minor": amount, "currency": "GBP", **more},
    )


def amounts(result, value="amount"):
    return {
        next(iter(figure.dimensions.values()), "total"): figure.number
        for figure in result.figures
        if figure.value == value
    }


TWO_YEARS = award(1, 12_000_000, "2021-08-01", "2023-07-31")
EXTENSION = change(1, "t:1", "no_cost_extension", "2022-09-01", end="2024-07-31")
REVISED = [
    line(1, "t:1", "2021-08-01", "2022-07-31", 7_000_000),
    line(2, "t:1", "2022-08-01", "2023-07-31", 5_000_000),
    line(3, "t:1", "2021-08-01", "2022-07-31", 7_000_000, revision="revised"),
    line(4, "t:1", "2022-08-01", "2024-07-31", 5_000_000, revision="revised"),
]


def income(*changes, awards=(TWO_YEARS,), schedule=None, **options):
    return grant_income(list(awards), schedule, list(changes), **{"periods": AUGUST, **options})
