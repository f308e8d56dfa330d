"""A parameter of a wrong type is named by an error of our own, whatever it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from attrs import frozen

from coprometrics.errors import CoprometricsError, MoneyError, ParameterError
from coprometrics.metrics import (
    MetricResult,
    Parameter,
    audience_growth,
    compare,
    funnel,
    funnel_from_counts,
    grant_income,
    metric,
    participation,
    payments,
    revenue_share,
    top_posts,
)
from coprometrics.money import Money, Rates, exponent, from_major, to_major
from coprometrics.periods import (
    CalendarMonths,
    OperationalYears,
    Period,
    Periods,
    Quarters,
    parse_period,
)
from coprometrics.records import (
    Activity,
    AudienceSnapshot,
    GrantAward,
    Income,
    Payment,
    Post,
    StageCount,
    StageEvent,
)
from coprometrics.rounding import allocate, cumulative_split, percentages, rounded

DAY = dt.date(2023, 5, 4)
NOON = dt.datetime(2023, 5, 4, 12, tzinfo=dt.UTC)
YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")

INCOME = [
    Income(id=f"t:{part}", stream=part, amount_minor=1, currency="GBP", kind="fee", received_on=DAY)
    for part in ("a", "b")
]
EVENTS = [
    StageEvent(id=f"t:{stage}", programme="p", entity_key="t:e", stage=stage, occurred_at=NOON)
    for stage in ("x", "y")
]
COUNTS = [StageCount(id="t:1", programme="p", stage="x", position=1, count=5)]
AWARDS = [
    GrantAward(id="t:1", amount_total_minor=9, currency="GBP", starts_on=DAY, ends_on=DAY),
]
ACTIVITIES = [Activity(id="t:1", kind="talk", timezone="Europe/London", starts_at=NOON)]
SNAPSHOTS = [AudienceSnapshot(id="t:1", channel="x", measure="followers", as_of=DAY, value=1)]
POSTS = [Post(id="x:1", platform="x", account="us", created_at=NOON, impressions=5)]
PAID = [Payment(id="t:1", amount_minor=5, currency="GBP", paid_on=DAY)]


class Silent:
    """Something that cannot even be written."""

    def __repr__(self) -> str:
        raise RuntimeError("nothing to say")


WRONG: dict[str, Any] = {
    "None": None,
    "a number": 5,
    "zero": 0,
    "below zero": -1,
    "a float": 1.5,
    "true": True,
    "bytes": b"x",
    "an empty text": "",
    "a blank": " ",
    "a text": "2023",
    "half a character": "\ud800",
    "a list": [],
    "a list of None": [None],
    "a list of half a character": ["\ud800"],
    "a mapping": {},
    "a mapping of None": {"EUR": None},
    "a set": {"x"},
    "an object": object(),
    "what cannot be written": Silent(),
    "a class": dict,
    "NaN": float("nan"),
    "a NaN as decimal": Decimal("NaN"),
    "no time": pd.NaT,
    "a day": DAY,
    "a time": dt.datetime(2023, 5, 4),  # noqa: DTZ001  (a clock without a zone is what is tested)
    "a length of time": dt.timedelta.max,
    "a length below zero": -dt.timedelta(1),
    "the last instant": dt.datetime.max.replace(tzinfo=dt.UTC),
    "a frame": pd.DataFrame({"stream": ["a"]}),
    "an array": np.array(["x", "y"]),
    "a huge number": 10**5000,
    "huge digits": "1" * 5000,
    "a huge exponent": Decimal("1e999999999"),
}
"""Values that most parameters cannot take."""


@frozen
class Probe:
    """A public function, with arguments that it takes."""

    function: Callable[..., Any]
    arguments: dict[str, Any]


def figure_of(value: Any = "amount", currency: Any = "GBP", stream: Any = "a") -> Any:
    return revenue_share(INCOME).figure(value, currency=currency, stream=stream)


def percentages_of(**arguments: Any) -> Any:
    return revenue_share(INCOME).percentages(**arguments)


def compute(**arguments: Any) -> Any:
    return metric("revenue_share").compute(**arguments)


GRANTS = grant_income(AWARDS)
RATES = Rates("GBP", {"EUR": "0.86"})

PROBES = {
    "revenue_share": Probe(
        revenue_share,
        {"income": INCOME, "by": "stream", "period": YEAR, "organisations": [], "rates": RATES},
    ),
    "percentages of revenue_share": Probe(
        percentages_of, {"decimals": 1, "sum_to_100": False, "currency": "GBP"}
    ),
    "funnel": Probe(
        funnel,
        {
            "events": EVENTS,
            "steps": ["x"],
            "window": dt.timedelta(1),
            "entry": "any",
            "order": "strict",
            "by": "programme",
            "programme": "p",
            "as_of": NOON,
        },
    ),
    "funnel_from_counts": Probe(
        funnel_from_counts, {"stage_counts": COUNTS, "programme": "p", "optional": ["x"]}
    ),
    "grant_income": Probe(
        grant_income,
        {
            "awards": AWARDS,
            "schedule": None,
            "adjustments": None,
            "periods": OperationalYears(),
            "basis": "days",
            "amount": "total",
            "period": YEAR,
            "closed": ["2022"],
            "adjust": "retrospective",
            "rates": RATES,
        },
    ),
    "compare": Probe(
        compare,
        {
            "earlier": GRANTS,
            "later": GRANTS,
            "earlier_period": "2023",
            "later_period": "2023",
            "currency": "GBP",
        },
    ),
    "participation": Probe(
        participation,
        {
            "activities": ACTIVITIES,
            "attendances": [],
            "organisations": [],
            "by": "kind",
            "period": YEAR,
        },
    ),
    "audience_growth": Probe(
        audience_growth,
        {"snapshots": SNAPSHOTS, "channel": "x", "measure": "followers", "period": YEAR},
    ),
    "top_posts": Probe(top_posts, {"posts": POSTS, "by": "impressions", "n": 1, "period": YEAR}),
    "payments": Probe(
        payments, {"payments": PAID, "activities": ACTIVITIES, "period": YEAR, "rates": RATES}
    ),
    "figure": Probe(figure_of, {"value": "amount", "currency": "GBP", "stream": "a"}),
    "compute": Probe(
        compute, {"frames": {Income: INCOME}, "period": YEAR, "params": {"by": "stream"}}
    ),
    "metric": Probe(metric, {"id": "funnel"}),
    "Rates": Probe(Rates, {"to": "GBP", "rates": {"EUR": "0.86"}}),
    "convert": Probe(RATES.convert, {"amount_minor": 5, "currency": "EUR"}),
    "Money": Probe(Money, {"amount_minor": 5, "currency": "EUR"}),
    "exponent": Probe(exponent, {"currency": "EUR"}),
    "from_major": Probe(from_major, {"amount": 5, "currency": "EUR"}),
    "to_major": Probe(to_major, {"amount_minor": 5, "currency": "EUR"}),
    "Period": Probe(Period, {"start": DAY, "end": DAY, "label": "today"}),
    "parse_period": Probe(parse_period, {"text": "2023", "start_month": 1}),
    "OperationalYears": Probe(OperationalYears, {"start_month": 8}),
    "Quarters": Probe(Quarters, {"start_month": 8}),
    "labelled": Probe(CalendarMonths().labelled, {"label": "2023-05"}),
    "number": Probe(Quarters().number, {"day": DAY}),
    "numbered": Probe(Quarters().numbered, {"number": 8000}),
    "containing": Probe(Quarters().containing, {"day": DAY}),
    "covering": Probe(Quarters().covering, {"start": DAY, "end": DAY}),
    "in a period": Probe(lambda day: day in YEAR, {"day": DAY}),
    "allocate": Probe(allocate, {"amount": 5, "weights": [1]}),
    "cumulative_split": Probe(cumulative_split, {"amount": 5, "weights": [1]}),
    "percentages": Probe(percentages, {"parts": [1], "decimals": 1, "sum_to_100": True}),
    "rounded": Probe(rounded, {"value": Fraction(1, 3), "decimals": 1}),
}

SAID = {
    # Of a column that is not there, the error names the data and those that are.
    "by": "by|there is no column",
    "steps": "steps|there is no stage",
    "frames": "frames|there is no data",
    "params": "param",
    "earlier_period": "earlier_period|no figure for amount, year",
    "later_period": "later_period|no figure for amount, year",
    "weights": "weight",
    "parts": "part",
    "currency": "currency|currencies|the rate",
    "text": "period",
    "start_month": "start month",
    "label": "label|is not a month",
    "id": "id|there is no metric",
    "number": "number|reaches beyond",
}
"""How an error names a parameter that it does not call by its name."""


@pytest.mark.parametrize("name", PROBES)
def test_the_arguments_that_are_varied_are_taken(name):
    PROBES[name].function(**PROBES[name].arguments)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [(name, parameter) for name, probe in PROBES.items() for parameter in probe.arguments],
)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_parameter_works_or_is_named(name, parameter, wrong):
    probe = PROBES[name]
    try:
        answer = probe.function(**{**probe.arguments, parameter: WRONG[wrong]})
        if isinstance(answer, MetricResult):
            f"{answer} {answer.fingerprint}".encode()
    except CoprometricsError as error:
        assert any(said in str(error) for said in SAID.get(parameter, parameter).split("|"))
        str(error).encode()


KINDS = ("text", "number", "words", "duration", "instant", "steps", "rates")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_parameter_that_is_read_is_read_or_named(kind, wrong):
    try:
        Parameter(kind, "something").read("it", WRONG[wrong])
    except ParameterError as error:
        assert error.where == "it"
        assert error.remedy


@pytest.mark.parametrize("window", ["999999999 weeks", "P999999999W"])
def test_a_length_of_time_beyond_all_calendars_is_refused(window):
    with pytest.raises(ParameterError, match=r"window: .* is not a length of time"):
        Parameter("duration", "how long").read("window", window)


def test_periods_of_no_length_are_refused():
    with pytest.raises(ParameterError, match="use OperationalYears, Quarters or CalendarMonths"):
        Periods()


@pytest.mark.parametrize(
    "rate", ["1e999999999", "1e-999999999", "1" * 70, Decimal("1e300"), 10**99]
)
def test_a_rate_of_more_digits_than_any_is_refused(rate):
    with pytest.raises(MoneyError, match=r"^rates: the rate of EUR is .*give it exactly"):
        Rates("GBP", {"EUR": rate})


@pytest.mark.parametrize("by", ["", None, 5, ["stream"]])
def test_what_is_no_column_says_what_to_use(by):
    with pytest.raises(ParameterError, match=r"^by: .*is not the name of a column; give .*stream"):
        revenue_share(INCOME, by=by)


def test_every_digit_of_a_long_number_is_kept():
    assert to_major(-(10**5000), "GBP") == Decimal(-1).scaleb(4998)
    assert str(rounded(10**4400, 0)) == "1" + "0" * 4400
