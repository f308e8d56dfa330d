"""A plugin can bring metrics; one that is broken leaves the others alone."""

from __future__ import annotations

import datetime as dt
import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import coprometrics.metrics.registry as registry_module
from coprometrics.cli import cli
from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import (
    METRICS,
    Input,
    Metric,
    MetricRegistry,
    MetricResult,
    Parameter,
    hookimpl,
)
from coprometrics.metrics.base import count, table
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


@pytest.mark.parametrize("answer", [None, 3, "venues"])
def test_a_metric_must_give_a_result_of_its_own_id_and_version(registry, answer):
    def strange(activities, least, period):
        return venues([activity(1, 3)]) if answer == "venues" else answer

    found = registry(houses=plugin(a_metric(strange, version=4))).metric("full_houses")
    with pytest.raises(MetricError, match="gave something else"):
        found.compute({Activity: []})


def test_the_registry_of_the_environment_is_used_where_none_is_given():
    assert registry_module.metric("funnel") is METRICS["funnel"]
