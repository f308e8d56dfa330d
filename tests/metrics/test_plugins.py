"""A plugin can bring metrics; one that is broken leaves the others alone."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from fractions import Fraction
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from attrs import evolve
from click.testing import CliRunner

import coprometrics.metrics.registry as registry_module
from coprometrics.cli import cli
from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import (
    METRICS,
    Excluded,
    Input,
    Metric,
    MetricRegistry,
    MetricResult,
    Parameter,
    hookimpl,
)
from coprometrics.metrics.base import count, ratio, table
from coprometrics.metrics.frames import engine_over, given
from coprometrics.periods import Period
from coprometrics.records import Activity
from coprometrics.store import Store

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")


def venues(activities, least=1, period=None):
    """Count the activities with a head count of at least so many, with the public tools alone."""
    source = given(activities, "activities", Activity, need=("headcount",))
    with engine_over(source) as engine:
        test = f"headcount >= {engine.value(least)}"
        (row,) = engine.rows(f"SELECT count(CASE WHEN {test} THEN 1 END) AS n FROM activities")
    return MetricResult(
        metric="full_houses",
        version=3,
        parameters={"least": least},
        period=period,
        rows=table({}, []),
        figures=(count("full_houses", "activities", {}, row["n"]),),
    )


def a_metric(function=venues, name="full_houses", version=3):
    return Metric(
        id=name,
        version=version,
        definition="How many activities were full.",
        function=function,
        inputs={"activities": Input(Activity)},
        parameters={"least": Parameter("number", "from how many people on", default=1)},
        takes_period="optional",
    )


def plugin(*metrics):
    @hookimpl
    def coprometrics_metrics():
        return list(metrics)

    return SimpleNamespace(coprometrics_metrics=coprometrics_metrics)


@pytest.fixture
def registry(monkeypatch):
    """Give a registry over named plugins, as if they were installed."""

    def build(blocked=(), **plugins):
        for name, module in plugins.items():
            monkeypatch.setitem(sys.modules, f"plugin_{name}", module)
        points = [
            EntryPoint(name=name, value=f"plugin_{name}", group="coprometrics.metrics")
            for name in plugins
        ]
        return MetricRegistry(points, blocked=blocked)

    return build


def activity(number, headcount):
    return Activity(
        id=f"t:{number}",
        kind="talk",
        timezone="Europe/London",
        starts_at=dt.datetime(2023, 5, 4, 12, tzinfo=dt.UTC),
        headcount=headcount,
    )


def test_a_plugin_adds_a_metric_beside_our_own(registry):
    found = registry(houses=plugin(a_metric()))
    assert set(found.metrics()) == {*METRICS, "full_houses"}
    data = {Activity: [activity(1, 40), activity(2, 5), activity(3, None)]}
    result = found.metric("full_houses").compute(data, period=YEAR, params={"least": "20"})
    assert result.figure("activities").number == 1
    assert found.metric("full_houses").plugin == "houses"


def test_its_parameters_are_checked_like_those_of_our_own(registry):
    found = registry(houses=plugin(a_metric())).metric("full_houses")
    with pytest.raises(ParameterError, match="there is no parameter 'most'; it takes least"):
        found.compute({Activity: []}, params={"most": 2})


def test_the_command_line_lists_it_and_works_it_out(registry, monkeypatch, tmp_path):
    built = registry(houses=plugin(a_metric()), broken=SimpleNamespace(coprometrics_metrics=1))
    points = built._plugins._points
    monkeypatch.setattr("coprometrics.plugins.entry_points", lambda group: points)
    monkeypatch.delenv("CI", raising=False)
    with Store.open(tmp_path / "data.duckdb"):
        pass
    listed = CliRunner().invoke(cli, ["metrics"])
    assert "full_houses (version 3, from the plugin houses): How many activities" in listed.output
    assert "--param least=…  from how many people on, by default 1" in listed.output
    told = CliRunner().invoke(
        cli, ["metric", "full_houses", "--data", str(tmp_path / "data.duckdb")]
    )
    assert told.exit_code == 0, told.output
    assert "full_houses v3" in told.output


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (plugin(venues), "a function is not a Metric"),
        (plugin(a_metric(name="funnel")), "the metric 'funnel' is one of coprometrics' own"),
        (SimpleNamespace(coprometrics_metrics=hookimpl(lambda: 1 / 0)), "ZeroDivisionError"),
        (SimpleNamespace(coprometrics_metrics=hookimpl(lambda: sys.exit(3))), "SystemExit"),
    ],
)
def test_a_broken_plugin_is_told_of_and_leaves_the_others_alone(registry, module, reason):
    found = registry(broken=module, houses=plugin(a_metric()))
    states = {one.name: (one.state, one.reason) for one in found.plugins()}
    assert states["houses"] == ("ready", "")
    assert states["broken"][0] == "broken"
    assert reason in states["broken"][1]
    assert "full_houses" in found.metrics()
    with pytest.raises(
        MetricError, match=r"there is no metric 'other'.*the plugin broken is broken"
    ):
        found.metric("other")


def test_two_plugins_with_one_metric_are_both_left_out(registry):
    found = registry(one=plugin(a_metric()), two=plugin(a_metric()))
    assert {one.state for one in found.plugins()} == {"duplicate"}
    assert "full_houses" not in found.metrics()


def test_a_blocked_plugin_is_not_imported(registry):
    found = registry(blocked=["unsafe"], unsafe=SimpleNamespace())
    sys.modules.pop("plugin_unsafe")
    assert [one.state for one in found.plugins()] == ["blocked"]


def test_our_own_metrics_are_found_without_importing_a_plugin(registry):
    found = registry(unsafe=SimpleNamespace())
    sys.modules.pop("plugin_unsafe")
    assert found.metric("funnel") is METRICS["funnel"]
    assert found._plugins._loaded == {}


def test_what_a_plugin_does_wrong_names_the_plugin_and_no_value(registry):
    def failing(activities, least, period):
        raise KeyError("someone@example.org")

    found = registry(houses=plugin(a_metric(failing))).metric("full_houses")
    with pytest.raises(MetricError) as caught:
        found.compute({Activity: []})
    assert str(caught.value) == (
        "plugin houses: the metric full_houses failed with KeyError; tell the plugin's developers"
    )


@pytest.mark.parametrize("error", [SystemExit(0), GeneratorExit(), ZeroDivisionError()])
def test_a_plugin_that_gives_up_does_not_end_the_program(registry, error):
    def failing(activities, least, period):
        raise error

    found = registry(houses=plugin(a_metric(failing))).metric("full_houses")
    with pytest.raises(MetricError, match=f"plugin houses: .* failed with {type(error).__name__}"):
        found.compute({Activity: []})


def test_what_the_user_stops_stays_stopped(registry):
    def stopped(activities, least, period):
        raise KeyboardInterrupt

    found = registry(houses=plugin(a_metric(stopped))).metric("full_houses")
    with pytest.raises(KeyboardInterrupt):
        found.compute({Activity: []})


FIGURE = count("full_houses", "activities", {}, 1)
SHARE = ratio("full_houses", "share", {}, 1, 4)
LEFT = Excluded("no-date", 1, "it has no date", {"GBP": 100})


class Odd(Mapping):
    """A mapping that cannot be looked at."""

    def __getitem__(self, key):
        raise RuntimeError

    def __iter__(self):
        raise RuntimeError

    def __len__(self):
        return 1


FAULTS = {
    "another metric": ({"metric": "houses"}, "it says that it is 'houses', version 3"),
    "another version": ({"version": 4}, "it says that it is 'full_houses', version 4"),
    "a version that is no number": ({"version": 3.0}, "version 3.0"),
    "no parameters": ({"parameters": None}, "its parameters are no mapping"),
    "parameters that are not JSON": ({"parameters": {"least": {1}}}, "its parameters are no"),
    "parameters that are no numbers": ({"parameters": {"least": float("nan")}}, "its parameters"),
    "parameters without a name": ({"parameters": {1: 1}}, "its parameters"),
    "parameters of half a character": ({"parameters": {"least": "\ud800"}}, "its parameters"),
    "parameters that fail": ({"parameters": Odd()}, "looking at it failed with RuntimeError"),
    "a period as text": ({"period": "2023"}, "its period is a str"),
    "a basis that is no text": ({"basis": 5}, "its basis is no text"),
    "no rows": ({"rows": None}, "its rows are a NoneType, not an Arrow table"),
    "no figures": ({"figures": None}, "its figures are no tuple of Figure"),
    "figures in a list": ({"figures": [FIGURE]}, "its figures are no tuple of Figure"),
    "figures that are numbers": ({"figures": (1,)}, "its figures are no tuple of Figure"),
    "notes that are one text": ({"notes": "none"}, "its notes are no tuple of str"),
    "a note that is no text": ({"notes": (5,)}, "its notes are no tuple of str"),
    "an empty note": ({"notes": ("",)}, "a note is no text"),
    "what was left out as a number": ({"excluded": 3}, "its excluded are no tuple of Excluded"),
}
FIGURES = {
    "of another metric": ({"metric": "funnel"}, "is of the metric 'funnel'"),
    "without a name": ({"value": None}, "figure None has no name"),
    "without dimensions": ({"dimensions": None}, "dimensions that are no texts"),
    "of a dimension that is no text": ({"dimensions": {"year": 2023}}, "dimensions that are no te"),
    "of another unit": ({"unit": "pounds"}, "has the unit 'pounds'"),
    "of an unknown currency": ({"currency": "gbp"}, "has the currency 'gbp'"),
    "of money without a currency": ({"unit": "money"}, "has the currency None"),
    "that is rounded": ({"number": 0.5}, "has the number 0.5, a float"),
    "that is true": ({"number": True}, "has the number True, a bool"),
    "that is a text": ({"number": "1"}, "has the number '1', a str"),
    "that counts in parts": ({"number": Fraction(1, 2)}, "has the number Fraction"),
    "that is too large": ({"number": 2**63}, "has the number 9223372036854775808"),
    "with a part that is rounded": ({"numerator": 1.0}, "that is no whole number"),
    "with a basis that is no text": ({"basis": ""}, "has a basis that is no text"),
}
SHARES = {
    "that is not its quotient": {"number": Fraction(1, 3)},
    "without its parts": {"numerator": None, "denominator": None},
    "over zero": {"denominator": 0},
}
REASONS = {
    "without a reason": {"reason": ""},
    "without words": {"message": None},
    "of fewer than none": {"count": -1},
    "of a truth": {"count": True},
    "of an unknown currency": {"amount_minor": {"gbp": 1}},
    "of rounded money": {"amount_minor": {"GBP": 1.0}},
}
ANSWERS = {
    **FAULTS,
    **{
        f"a figure {name}": ({"figures": (evolve(FIGURE, **more),)}, said)
        for name, (more, said) in FIGURES.items()
    },
    **{
        f"a ratio {name}": ({"figures": (evolve(SHARE, **more),)}, "is not its numerator over its")
        for name, more in SHARES.items()
    },
    **{
        f"something left out {name}": ({"excluded": (evolve(LEFT, **more),)}, "what it left out")
        for name, more in REASONS.items()
    },
}


def answering(**more):
    """Give a function whose answer is right but for some parts."""

    def answer(activities, least, period):
        right = MetricResult(
            metric="full_houses",
            version=3,
            parameters={"least": least, "words": ("a", None, 0.5)},
            period=period,
            rows=table({}, []),
            figures=(FIGURE, SHARE),
            excluded=(LEFT,),
            notes=("It is an example.",),
        )
        return evolve(right, **more)

    return answer


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_not_as_it_should_be_is_refused(registry, name):
    more, said = ANSWERS[name]
    found = registry(houses=plugin(a_metric(answering(**more)))).metric("full_houses")
    with pytest.raises(MetricError) as caught:
        found.compute({Activity: []})
    assert str(caught.value).startswith("plugin houses: the metric full_houses (version 3) gave")
    assert said in str(caught.value)
    assert str(caught.value).endswith("tell the plugin's developers")


def test_an_answer_as_it_should_be_is_taken(registry):
    found = registry(houses=plugin(a_metric(answering()))).metric("full_houses")
    assert found.compute({Activity: []}, period=YEAR).figures == (FIGURE, SHARE)


def test_true_is_no_version(registry):
    def first(activities, least, period):
        return evolve(answering()(activities, least, period), version=True)

    found = registry(houses=plugin(a_metric(first, version=1))).metric("full_houses")
    with pytest.raises(MetricError, match="it says that it is 'full_houses', version True"):
        found.compute({Activity: []})


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"id": None}, "the id None of a metric is no text"),
        ({"id": []}, "the id [] of a metric is no text"),
        ({"version": True}, "the version is True"),
        ({"version": 0}, "the version is 0"),
        ({"definition": ""}, "the definition is no text"),
        ({"function": None}, "the function cannot be called"),
        ({"takes_period": True}, "the word on whether it takes a period is True"),
        ({"inputs": [Activity]}, "the inputs are no mapping of Input"),
        ({"inputs": {"activities": Activity}}, "the inputs are no mapping of Input"),
        ({"inputs": {"activities": Input(dict)}}, "the input activities is of no type of record"),
        ({"parameters": None}, "the parameters are no mapping of Parameter"),
        ({"parameters": {"n": Parameter("whole", "n")}}, "the parameter n is of the kind 'whole'"),
        ({"parameters": {"n": Parameter("text", None)}}, "the parameter n has no doc"),
        ({"parameters": {"n": Parameter("text", "n", options="ab")}}, "options that are no tuple"),
    ],
)
def test_a_metric_that_is_not_described_as_it_should_be_is_not_offered(registry, part, said):
    found = registry(houses=plugin(evolve(a_metric(), **part)))
    (state,) = found.plugins()
    assert state.state == "broken"
    assert said in state.reason
    assert set(found.metrics()) == set(METRICS)


def test_a_parameter_called_like_one_of_ours_is_the_plugins_own(registry):
    own = {"start_month": Parameter("number", "any month", default=4)}

    def monthly(activities, start_month, period):
        return evolve(answering()(activities, 1, period), parameters={"start_month": start_month})

    built = registry(houses=plugin(evolve(a_metric(monthly), parameters=own)))
    assert built.metric("full_houses").compute({Activity: []}).parameters == {"start_month": 4}


@pytest.mark.parametrize("answer", [None, 3, "venues"])
def test_a_metric_must_give_a_result_of_its_own_id_and_version(registry, answer):
    def strange(activities, least, period):
        return venues([activity(1, 3)]) if answer == "venues" else answer

    found = registry(houses=plugin(a_metric(strange, version=4))).metric("full_houses")
    with pytest.raises(MetricError, match="gave something else"):
        found.compute({Activity: []})


def test_the_environment_is_not_searched_for_one_of_our_own(monkeypatch):
    def searched(group):
        raise AssertionError(f"{group} was searched")

    monkeypatch.setattr("coprometrics.plugins.entry_points", searched)
    assert registry_module.metric("funnel") is METRICS["funnel"]
    with pytest.raises(AssertionError, match="was searched"):
        registry_module.metric("other")


def test_the_registry_of_the_environment_is_used_where_none_is_given():
    assert registry_module.metric("funnel") is METRICS["funnel"]
