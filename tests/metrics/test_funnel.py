from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pyarrow as pa
import pytest

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import funnel, funnel_from_counts
from coprometrics.records import StageCount, StageEvent

from .kinds import KINDS

EPOCH = dt.datetime(2023, 3, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
ORDERS = ("ordered", "strict", "unordered")


def event(number, who, stage, moment, **more):
    return StageEvent(
        id=f"t:{number}",
        **{"programme": "launch", **more},
        entity_key=who and f"p:{who}",
        stage=stage,
        occurred_at=None if moment is None else EPOCH + moment * MICROSECOND,
    )


def events(*rows):
    return [event(n, *row) for n, row in enumerate(rows)]


def columns(entities, stages, moments, kind=None):
    occurred = pa.array(moments, kind or pa.timestamp("us", "UTC"))
    return pa.table({"entity_key": entities, "stage": stages, "occurred_at": occurred})


def reached(result, **where):
    return [
        figure.number
        for figure in result.figures
        if figure.value == "reached" and {**figure.dimensions, "step": ""} == {"step": "", **where}
    ]


def programme(registered, joined):
    rows = [(f"a{n}", "registered", n) for n in range(registered)]
    return events(*rows, *((f"a{n}", "joined", 10_000 + n) for n in range(joined)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("registered", "joined", "shown"), [(409, 198, "48.41%"), (149, 70, "46.98%")]
)
def test_the_programme_of_2023_from_every_kind_of_frame(kind, registered, joined, shown):
    result = funnel(KINDS[kind](programme(registered, joined)), ["registered", "joined"])
    figure = result.figure("conversion", step="joined")
    assert (figure.numerator, figure.denominator, figure.text) == (joined, registered, shown)
    assert result.figure("step_conversion", step="joined").number == figure.number


def test_the_window_is_closed_and_counted_from_the_first_step():
    rows = events(("a", "x", 0), ("a", "y", 6), ("a", "z", 10))
    within = [funnel(rows, ["x", "y", "z"], window=n * MICROSECOND) for n in (9, 10)]
    assert [reached(result) for result in within] == [[1, 1, 0], [1, 1, 1]]


def test_any_entry_may_start_later_and_first_may_not():
    rows = events(("a", "x", 0), ("a", "x", 100), ("a", "y", 105))
    window = 10 * MICROSECOND
    assert reached(funnel(rows, ["x", "y"], window=window)) == [1, 1]
    assert reached(funnel(rows, ["x", "y"], window=window, entry="first")) == [1, 0]


def test_equal_times_are_in_order():
    rows = events(("a", "y", 0), ("a", "x", 0))
    assert reached(funnel(rows, ["x", "y"], window=dt.timedelta(0))) == [1, 1]


def test_an_event_is_used_once():
    assert reached(funnel(events(("a", "x", 0)), ["x", "x"])) == [1, 0]
    rows = events(("a", "x", 0), ("a", "x", 0))
    assert reached(funnel(rows, ["x", "x", "x"])) == [1, 1, 0]


def test_an_event_that_serves_two_steps_leaves_room_for_another():
    # x and y at one moment: y must be the second step, so x is the first, though y could be both.
    rows = events(("a", "y", 0), ("a", "x", 0))
    assert reached(funnel(rows, [("x", "y"), ("y",)])) == [1, 1]
    assert reached(funnel(rows, [("x", "y"), ("x",)])) == [1, 1]


def test_stages_that_share_a_step_are_one_step():
    rows = events(("a", "online", 0), ("b", "in_person", 0), ("b", "joined", 1))
    result = funnel(rows, [("online", "in_person"), "joined"])
    assert result.figure("reached", step="online/in_person").number == 2
    named = funnel(rows, {"booked": ["online", "in_person"], "came": "joined"})
    assert named.figure("conversion", step="came").text == "50.00%"


def test_entities_are_told_apart_by_their_first_event():
    rows = pa.table(
        {
            "id": ["t:1", "t:2", "t:3", "t:4"],
            "entity_key": ["a", "a", "b", "b"],
            "stage": ["x", "y", "x", "x"],
            "occurred_at": pa.array([1, 2, 1, 0], pa.timestamp("us", "UTC")),
            "region": ["north", "south", "south", None],
        }
    )
    result = funnel(rows, ["x", "y"], by="region")
    assert reached(result) == [2, 1]
    assert reached(result, region="north") == [1, 1]
    assert reached(result, region="unknown") == [1, 0]


def test_events_without_an_entity_or_a_time_are_listed():
    rows = events((None, "x", 0), ("a", "x", None), ("b", "x", 0), (None, "other", None))
    result = funnel(rows, ["x"])
    assert reached(result) == [1]
    assert [(e.reason, e.count) for e in result.excluded] == [("no-entity", 1), ("no-time", 1)]


def test_a_funnel_that_nobody_entered_has_no_ratios():
    rows = events((None, "x", 0), ("a", "y", 0))
    result = funnel(rows, ["x", "y"])
    assert reached(result) == [0, 0]
    assert result.figure("conversion", step="y").number is None


def test_an_unknown_stage_names_those_that_exist():
    with pytest.raises(MetricError, match=r"'z'.*the stages are x, y"):
        funnel(events(("a", "x", 0), ("a", "y", 0)), ["x", "z"])


def test_several_programmes_ask_for_one():
    rows = [event(1, "a", "x", 0), event(2, "a", "x", 0, programme="funding")]
    with pytest.raises(MetricError, match="name one of funding, launch"):
        funnel(rows, ["x"])
    assert reached(funnel(rows, ["x"], programme="funding")) == [1]
    with pytest.raises(MetricError, match="the programmes are funding, launch"):
        funnel(rows, ["x"], programme="workshop")


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ([], {}),
        ("x", {}),
        ([()], {}),
        ([""], {}),
        (["x"], {"entry": "last"}),
        (["x"], {"order": "sorted"}),
        (["x"], {"order": []}),
        (["x"], {"window": -MICROSECOND}),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(steps, more):
    with pytest.raises(ParameterError):
        funnel(events(("a", "x", 0)), steps, **more)


@pytest.mark.parametrize(
    "steps",
    [
        None,
        [None],
        [3],
        [["x", 3]],
        ["x", ""],
        b"x",
        {"x", "y"},
        [{"x", "y"}],
        {1: "x"},
        {"": "x"},
        {"came": None},
        {"x (2)": "x", "came": []},
        ["x", "x", "x (2)"],
    ],
)
def test_steps_that_are_no_stages_are_refused(steps):
    with pytest.raises(ParameterError, match="steps"):
        funnel(events(("a", "x", 0), ("a", "y", 0), ("a", "x (2)", 0)), steps)


def test_steps_may_come_from_any_list():
    rows = events(("a", "x", 0), ("a", "y", 0))
    for steps in (("x", "y"), iter("xy"), np.array(["x", "y"]), {"x": "x", "y": ["y"]}):
        assert reached(funnel(rows, steps)) == [1, 1]


def test_a_stage_that_is_there_twice_has_two_names():
    result = funnel(events(("a", "x", 0), ("a", "x", 1)), ["x", "x"])
    assert result.figure("reached", step="x (2)").number == 1


def test_a_missing_programme_is_not_among_those_that_exist():
    rows = columns(["a", "a"], ["x", "x"], [0, 1])
    rows = rows.append_column("programme", [["launch", None]])
    assert reached(funnel(rows, ["x"], programme="launch")) == [1]
    with pytest.raises(MetricError, match=r"the programmes are launch$"):
        funnel(rows, ["x"], programme="workshop")
    with pytest.raises(MetricError, match="1 of 2 rows have no programme"):
        funnel(rows, ["x"])


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "rows",
    [
        None,
        "x",
        [None],
        pa.table({"stage": ["x"]}),
        columns([1], ["x"], [0]),
        columns(["a"], ["x"], [0], pa.timestamp("us")),
        columns(["a"], ["x"], [1.5], pa.float64()),
        columns(["a", "a"], [None, "x"], [0, 1]),
        columns(["a", "a"], ["x", "x"], [-(2**62), 2**62]),
    ],
)
def test_what_are_no_events_is_refused(rows, order):
    with pytest.raises(MetricError):
        funnel(rows, ["x", "x"], order=order)


def test_groups_need_a_column():
    with pytest.raises(MetricError, match="there is no column"):
        funnel(events(("a", "x", 0)), ["x"], by="county")


def counts(*rows):
    return [
        StageCount(id=f"t:{n}", programme="funding", stage=stage, position=n, count=number)
        for n, (stage, number) in enumerate(rows, start=1)
    ]


APPLICATIONS = counts(("interested", 33), ("submitted", 52), ("shortlisted", 10), ("funded", 8))


@pytest.mark.parametrize("kind", KINDS)
def test_the_applications_of_2023_from_every_kind_of_frame(kind):
    result = funnel_from_counts(KINDS[kind](APPLICATIONS), optional=["interested"])
    assert result.figure("conversion", step="shortlisted").text == "19.23%"
    assert result.figure("step_conversion", step="funded").text == "80.00%"
    assert result.figure("conversion", step="funded").text == "15.38%"
    assert result.figure("reached", step="interested").number == 33


def test_a_later_stage_may_not_be_larger():
    with pytest.raises(MetricError, match=r"submitted \(52\) is larger than the earlier interes"):
        funnel_from_counts(APPLICATIONS)


def test_an_unknown_optional_stage_names_those_that_exist():
    with pytest.raises(ParameterError, match="the stages are interested, submitted"):
        funnel_from_counts(APPLICATIONS, optional=["eoi"])


def test_an_unknown_count_has_no_ratio():
    result = funnel_from_counts(counts(("a", 10), ("b", None), ("c", 5)))
    assert result.figure("reached", step="b").number is None
    assert result.figure("conversion", step="b").number is None
    assert result.figure("step_conversion", step="c").number is None
    assert result.figure("conversion", step="c").text == "50.00%"
    assert result.excluded[0].count == 1


def test_a_stage_or_a_position_may_not_be_there_twice():
    with pytest.raises(MetricError, match="the stage a is there more than once"):
        funnel_from_counts(counts(("a", 10), ("a", 9)))
    first, second = counts(("a", 10), ("b", 9))
    with pytest.raises(MetricError, match="the position 1 is there more than once"):
        funnel_from_counts([first, attrs.evolve(second, position=1)])


def test_counts_of_several_programmes_ask_for_one():
    other = attrs.evolve(counts(("a", 1))[0], programme="launch")
    with pytest.raises(MetricError, match="name one of funding, launch"):
        funnel_from_counts([*counts(("a", 10)), other])
    result = funnel_from_counts([*counts(("a", 10)), other], programme="launch")
    assert result.figure("reached", step="a").number == 1
