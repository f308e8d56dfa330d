from __future__ import annotations

import datetime as dt
import inspect

import pytest

import coprometrics.metrics
from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import METRICS, metric, revenue_share
from coprometrics.periods import Period
from coprometrics.records import (
    AudienceSnapshot,
    GrantAward,
    Income,
    ScheduleLine,
    StageCount,
    StageEvent,
)

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
INCOME = [
    Income(id="t:1", stream="a", amount_minor=1, currency="GBP", received_on=dt.date(2023, 1, 1), kind="fee")  # noqa: E501
]  # fmt: skip
AWARD = GrantAward(
    id="t:1",
    amount_total_minor=1200,
    amount_ours_minor=12,
    currency="GBP",
    starts_on=dt.date(2023, 8, 1),
    ends_on=dt.date(2024, 7, 31),
)


def events(*rows):
    return [
        StageEvent(
            id=f"t:{n}",
            programme="p",
            entity_key="t:a",
            stage=stage,
            occurred_at=dt.datetime(2023, 1, day, tzinfo=dt.UTC),
        )
        for n, (stage, day) in enumerate(rows)
    ]


def test_exported_names_are_sorted():
    # As ruff sorts them: constants, then classes, then functions.
    names = coprometrics.metrics.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name.islower(), name))
    assert all(hasattr(coprometrics.metrics, name) for name in names)


@pytest.mark.parametrize("known", METRICS.values(), ids=METRICS)
def test_what_the_registry_says_is_what_the_function_takes(known):
    arguments = inspect.signature(known.function).parameters
    said = {*known.inputs, *known.parameters} - {"start_month"}
    said |= {"period"} if known.takes_period != "no" else set()
    assert said == set(arguments)
    for name, parameter in known.parameters.items():
        if name in arguments and name != "periods" and not parameter.required:
            assert arguments[name].default == parameter.default
        assert parameter.doc
    assert known.definition.endswith(".")


def test_an_unknown_metric_names_those_that_exist():
    with pytest.raises(MetricError, match="use one of audience_growth, funnel"):
        metric("reach")


def test_computing_by_name_is_computing_by_hand():
    by_name = metric("revenue_share").compute({Income: INCOME}, period=YEAR)
    by_hand = revenue_share(INCOME, period=YEAR)
    assert by_name.figures == by_hand.figures
    assert by_name.fingerprint == by_hand.fingerprint


@pytest.mark.parametrize(
    "window", ["30 days", "1 day", "P30D", "P2W", "PT48H", dt.timedelta(days=30), "1440 minutes"]
)
@pytest.mark.parametrize("steps", ["x,y", " x , y ", ["x", "y"], {"x": "x", "y": ["y"]}, "x|z,y"])
def test_parameters_come_as_text_or_typed(window, steps):
    data = {StageEvent: events(("x", 1), ("y", 2), ("z", 3))}
    result = metric("funnel").compute(data, params={"steps": steps, "window": window})
    assert [f.number for f in result.figures if f.value == "reached"] == [1, 1]


@pytest.mark.parametrize(
    "window", ["soon", "1 month", "P1M", "P1Y", "P", "PT", "P1DT", "30", 30, "", -1, "-1 days"]
)
def test_what_is_no_length_of_time_is_refused(window):
    data = {StageEvent: events(("x", 1))}
    with pytest.raises(ParameterError, match="write it like 30 days"):
        metric("funnel").compute(data, params={"steps": "x", "window": window})


@pytest.mark.parametrize(
    ("params", "label"),
    [
        ({"start_month": "8"}, "2023/24"),
        ({"start_month": 8, "periods": "quarters"}, "2023/24 Q1"),
        ({"periods": "months"}, "2023-08"),
        ({}, "2023"),
    ],
)
def test_the_periods_of_grants_are_parameters(params, label):
    result = metric("grant_income").compute({GrantAward: [AWARD]}, params=params)
    assert label in [value for figure in result.figures for value in figure.dimensions.values()]


def test_grants_take_a_schedule_where_there_is_one():
    line = ScheduleLine(
        id="t:l",
        award_id="t:1",
        period_start=dt.date(2023, 8, 1),
        period_end=dt.date(2023, 8, 1),
        amount_minor=1200,
        currency="GBP",
    )
    frames = {GrantAward: [AWARD], ScheduleLine: [line]}
    assert metric("grant_income").compute(frames).figure("amount", year="2023").number == 1200
    ours = metric("grant_income").compute(frames, params={"basis": "days", "amount": "ours"})
    assert ours.figure("amount").number == 12


def test_optional_stages_come_as_text():
    rows = [
        StageCount(id=f"t:{n}", programme="p", stage=stage, position=n, count=count)
        for n, (stage, count) in enumerate([("eoi", 3), ("submitted", 9)], start=1)
    ]
    result = metric("funnel_from_counts").compute({StageCount: rows}, params={"optional": "eoi"})
    assert result.figure("reached", step="submitted").number == 9


@pytest.mark.parametrize(
    ("name", "frames", "params", "message"),
    [
        ("revenue_share", {Income: INCOME}, {"stream": "a"}, "it takes by"),
        ("revenue_share", {Income: INCOME}, {"by": 3}, "not a text"),
        ("grant_income", {GrantAward: [AWARD]}, {"basis": "cash"}, "use one of auto, at_award"),
        ("grant_income", {GrantAward: [AWARD]}, {"periods": "weeks"}, "use one of years, months"),
        ("grant_income", {GrantAward: [AWARD]}, {"start_month": "August"}, "not a whole number"),
        ("grant_income", {GrantAward: [AWARD]}, {"start_month": 13}, "1 \\(January\\) to 12"),
        ("funnel", {StageEvent: events(("x", 1))}, {}, "steps is missing; name the stages"),
        ("funnel", {StageEvent: events(("x", 1))}, {"steps": 3}, "not a list of stages"),
        ("funnel", {StageEvent: events(("x", 1))}, {"steps": ["x", [1]]}, "not a text"),
        ("funnel_from_counts", {StageCount: []}, {"optional": 3}, "not a list of texts"),
    ],
)
def test_a_parameter_that_is_wrong_is_refused(name, frames, params, message):
    with pytest.raises(ParameterError, match=message):
        metric(name).compute(frames, params=params)


def test_data_that_are_missing_are_named():
    with pytest.raises(MetricError, match="no data of type Income"):
        metric("revenue_share").compute({})


def test_growth_needs_a_period():
    with pytest.raises(MetricError, match="needs a period"):
        metric("audience_growth").compute({AudienceSnapshot: []})
