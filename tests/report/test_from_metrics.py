"""Figures that metrics relate must fit each other, whether or not the report file says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.documents import Place
from coprometrics.metrics import funnel_from_counts, participation, revenue_share
from coprometrics.metrics.base import Figure, MetricResult
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.periods import Period
from coprometrics.records import Activity, Income, Organisation, StageCount
from coprometrics.report.consistency import examine, implied
from coprometrics.report.from_metrics import Said, what_metrics_say
from coprometrics.report.interval import Interval
from coprometrics.report.printed import Printed, parse_printed
from coprometrics.report.recompute import Recomputation
from coprometrics.report.relations import Known

METRICS = MetricRegistry([])


def said_of(result: MetricResult, figures: Mapping[str, Figure]) -> Said:
    computed = {name: Recomputation(figure, result=result) for name, figure in figures.items()}
    places = {name: Place("report.yaml", n, 1) for n, name in enumerate(figures, 1)}
    return what_metrics_say(computed, places, METRICS)


def verdicts(said: Said, prints: Mapping[str, str]) -> list[str]:
    known = dict(said.unprinted)
    for name, text in prints.items():
        found = parse_printed(text)
        known[name] = Known(name, found.unit, found.currency, found)
    return [group.verdict for group in examine(known, said.links)]


def incomes(amounts: Mapping[str, int]) -> MetricResult:
    return revenue_share(
        [
            Income(id=f"t:{stream}", stream=stream, amount_minor=pence, currency="GBP", kind="fee",
                   received_on=dt.date(2023, 1, 1))
            for stream, pence in amounts.items()
        ]
    )  # fmt: skip


SHARES = incomes({"talks": 486_00, "training": 300_00, "grants": 214_00})


def test_shares_and_amounts_go_by_one_total_that_nobody_prints():
    figures = {
        "talks.share": SHARES.figure("share", stream="talks"),
        "talks": SHARES.figure("amount", stream="talks"),
        "grants.share": SHARES.figure("share", stream="grants"),
        "grants": SHARES.figure("amount", stream="grants"),
    }
    said = said_of(SHARES, figures)
    assert [(link.kind, link.source) for link in said.links] == [("share", "revenue_share")] * 2
    assert list(said.unprinted) == ["revenue_share amount in GBP"]
    right = {"talks.share": "48.6%", "talks": "£486.00", "grants.share": "21%"}
    assert verdicts(said, {**right, "grants": "£214.00"}) == ["rounding"]
    assert verdicts(said, {**right, "grants": "£220.00"}) == ["inconsistent"]


def test_totals_that_nobody_prints_are_told_apart_by_period_and_currency():
    rows = [("a", 2022, "GBP", 50), ("b", 2022, "GBP", 50), ("a", 2023, "GBP", 100),
            ("b", 2023, "GBP", 900), ("a", 2023, "EUR", 1), ("b", 2023, "EUR", 2)]  # fmt: skip
    income = [
        Income(id=f"t:{n}", stream=stream, amount_minor=minor, currency=currency, kind="fee",
               received_on=dt.date(year, 1, 1))
        for n, (stream, year, currency, minor) in enumerate(rows)
    ]  # fmt: skip
    computed = {}
    for year in (2022, 2023):
        days = Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
        result = revenue_share(income, period=days)
        for n, one in enumerate(result.figures):
            if one.dimensions and one.value in ("share", "amount"):
                computed[f"f{year}.{n}"] = Recomputation(one, result=result)
    places = dict.fromkeys(computed, Place("report.yaml", 1, 1))
    said = what_metrics_say(computed, places, METRICS)
    assert len(said.unprinted) == 3
    known = dict(said.unprinted)
    for name, answer in computed.items():
        one = answer.figure
        assert one is not None
        exactly = Printed(one.text, Interval.exactly(one.number or 0), one.unit, one.currency,
                          Fraction(one.number or 0), 0, None)  # fmt: skip
        known[name] = Known(name, one.unit, one.currency, exactly)
    assert {group.verdict for group in examine(known, said.links)} == {"consistent"}


def test_the_parts_that_two_periods_leave_out_are_not_the_same():
    activities = [
        Activity(id=f"t:{n}", kind=kind, starts_at=dt.datetime(year, 5, 1, 12, tzinfo=dt.UTC),
                 timezone="Europe/London")
        for n, (kind, year) in enumerate(
            [("talk", 2022), ("visit", 2022), ("talk", 2023), ("visit", 2023), ("visit", 2023)]
            + [("training", year) for year in (2022, 2023)]
        )
    ]  # fmt: skip
    computed = {}
    for year in (2022, 2023):
        days = Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
        result = participation(activities, [], [], period=days)
        for name, where in (("talk", {"kind": "talk"}), ("training", {"kind": "training"}),
                            ("all", {})):  # fmt: skip
            figure = result.figure("activities", **where)
            computed[f"{name}.{year}"] = Recomputation(figure, result=result)
    said = what_metrics_say(computed, dict.fromkeys(computed, Place("r", 1, 1)), METRICS)
    right = {name: str(one.figure.number) for name, one in computed.items() if one.figure}
    assert right["all.2022"] != right["all.2023"]
    assert set(verdicts(said, right)) == {"consistent"}


def test_what_nothing_else_speaks_of_is_left_out():
    figures = {
        "share": SHARES.figure("share", stream="talks"),
        "amount": SHARES.figure("amount", stream="talks"),
    }
    said = said_of(SHARES, figures)
    assert (said.links, said.unprinted) == ([], {})


def test_all_shares_make_up_one():
    figures = {one: SHARES.figure("share", stream=one) for one in ("talks", "training", "grants")}
    (link,) = said_of(SHARES, figures).links
    assert (link.kind, link.constant) == ("sum", 1)
    two = {name: figures[name] for name in ("talks", "grants")}
    assert said_of(SHARES, two).links == []


def held(by_kind: Mapping[str, int]) -> MetricResult:
    organisations = [
        Organisation(id=f"o:{kind}{n}", name=f"{kind} {n}", kind=kind)
        for kind, number in by_kind.items()
        for n in range(number)
    ]
    activity = Activity(
        id="t:1",
        kind="talk",
        starts_at=dt.datetime(2023, 5, 1, 12, tzinfo=dt.UTC),
        timezone="Europe/London",
        organisation_ids=tuple(one.id for one in organisations),
    )
    return participation([activity], [], organisations)


TALKS = held({"ucl_department": 7, "charity": 5, "university": 3})


def organisations(*kinds: str) -> dict[str, Figure]:
    parts = {
        kind: TALKS.figure("organisations", kind="talk", organisation_kind=kind) for kind in kinds
    }
    return {**parts, "all": TALKS.figure("organisations", kind="talk")}


def test_a_breakdown_makes_up_the_whole():
    said = said_of(TALKS, organisations("ucl_department", "charity", "university"))
    (link,) = said.links
    assert (link.figures[-1], link.place) == ("all", Place("report.yaml", 1, 1))
    parts = {"ucl_department": "7", "charity": "5", "university": "3"}
    assert verdicts(said, {**parts, "all": "15"}) == ["consistent"]
    assert verdicts(said, {**parts, "all": "14"}) == ["inconsistent"]


def test_parts_that_are_not_printed_are_not_below_zero():
    said = said_of(TALKS, organisations("ucl_department", "charity"))
    prints = {"ucl_department": "7", "charity": "5"}
    assert verdicts(said, {**prints, "all": "15"}) == ["consistent"]
    assert verdicts(said, {**prints, "all": "11"}) == ["inconsistent"]


def test_later_steps_are_not_above_earlier_ones():
    counts = [
        StageCount(id=f"t:{n}", programme="call", stage=stage, position=n, count=number)
        for n, (stage, number) in enumerate(
            [("sent", 9), ("maybe", 20), ("read", 7), ("won", 2)], start=1
        )
    ]
    result = funnel_from_counts(counts, optional=["maybe"])
    figures = {step: result.figure("reached", step=step) for step in ("sent", "maybe", "won")}
    said = said_of(result, figures)
    assert [link.figures for link in said.links] == [("won", "sent")]
    assert verdicts(said, {"sent": "9", "maybe": "20", "won": "10"}) == ["inconsistent"]


def test_one_figure_under_two_names_is_equal():
    figure = SHARES.figure("share", stream="talks")
    said = said_of(SHARES, {"a": figure, "b": figure})
    assert [link.kind for link in said.links] == ["equal"]
    assert verdicts(said, {"a": "48.6%", "b": "49%"}) == ["rounding"]
    assert verdicts(said, {"a": "48.6%", "b": "48%"}) == ["inconsistent"]


def test_an_implied_total_is_that_of_the_shares():
    figures = {
        "talks.share": SHARES.figure("share", stream="talks"),
        "talks": SHARES.figure("amount", stream="talks"),
        "total": SHARES.figure("amount"),
    }
    said = said_of(SHARES, figures)
    share, part = parse_printed("48.6%"), parse_printed("£486.00")
    known = {
        "talks.share": Known("talks.share", "ratio", printed=share),
        "talks": Known("talks", "money", "GBP", part),
        "total": Known("total", "money", "GBP"),
    }
    found = implied(known, said.links, "total")
    assert found is not None
    assert str(found) == "99,898 to 100,102"


def as_printed(number: Any, unit: Any, step: Fraction) -> Printed:
    """Print a number cut to a step; its interval holds the number."""
    exact = Fraction(number)
    low = exact // step * step
    return Printed("x", Interval(low, low + step, True, True), unit, "GBP", low, 0, step)


@given(
    amounts=st.dictionaries(st.sampled_from("abcde"), st.integers(1, 10**7), min_size=2),
    steps=st.lists(st.sampled_from([1, 10, 1000]), min_size=5, max_size=5),
    data=st.data(),
)
def test_figures_printed_from_one_answer_are_never_called_inconsistent(amounts, steps, data):
    result = incomes(amounts)
    chosen = data.draw(st.lists(st.sampled_from(result.figures), unique_by=str, min_size=1))
    figures = {f"f{n}": one for n, one in enumerate(chosen) if one.unit != "count"}
    if not figures:
        return
    said = said_of(result, figures)
    known = dict(said.unprinted)
    for n, (name, one) in enumerate(figures.items()):
        step = Fraction(steps[n % 5], 1 if one.unit == "money" else 10_000)
        printed = as_printed(one.number, one.unit, step)
        known[name] = Known(name, one.unit, one.currency, printed)
    assert {group.verdict for group in examine(known, said.links)} <= {"consistent", "rounding"}


def test_the_failing_rules_of_a_plugin_are_a_finding():
    theirs = evolve(METRICS.metric("revenue_share"), plugin="theirs", laws=(lambda _a: [][0],))

    class Registry(MetricRegistry):
        def metric(self, id: str) -> Any:  # noqa: A002
            return theirs

    figure = SHARES.figure("amount", stream="talks")
    said = what_metrics_say(
        {"a": Recomputation(figure, result=SHARES)}, {"a": Place("f", 1, 1)}, Registry([])
    )
    assert [one.code for one in said.findings] == ["relation-wrong"]
    assert "the laws of the metric revenue_share failed with IndexError" in said.findings[0].message
