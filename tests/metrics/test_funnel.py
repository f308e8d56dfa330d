from __future__ import annotations

import datetime as dt

import attrs
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import funnel, funnel_from_counts
from coprometrics.records import StageCount, StageEvent

from . import oracles
from .kinds import KINDS

EPOCH = dt.datetime(2023, 3, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


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
        (["x"], {"window": -MICROSECOND}),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(steps, more):
    with pytest.raises(ParameterError):
        funnel(events(("a", "x", 0)), steps, **more)


rows_of_events = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.sampled_from("xyz")), max_size=9
)
groups_of_stages = st.lists(
    st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True), min_size=1, max_size=4
)


@given(
    rows_of_events,
    groups_of_stages,
    st.none() | st.integers(0, 4),
    st.sampled_from(["any", "first"]),
    st.randoms(),
)
def test_counts_are_those_of_trying_every_chain(rows, steps, window, entry, random):
    table = pa.table(
        {
            # One entity beside all others knows every stage, so that none is unknown.
            "entity_key": [entity for entity, *_rest in rows] + [None] * 3,
            "occurred_at": pa.array(
                [moment for _e, moment, _s in rows] + [0] * 3, pa.timestamp("us", "UTC")
            ),
            "stage": [stage for *_rest, stage in rows] + list("xyz"),
        }
    )
    order = list(range(table.num_rows))
    random.shuffle(order)
    duration = None if window is None else window * MICROSECOND
    result = funnel(table.take(order), steps, window=duration, entry=entry)
    assert reached(result) == oracles.funnel_counts(rows, steps, window, entry)


@given(rows_of_events, st.permutations("xyz"), st.none() | st.integers(0, 4))
def test_steps_of_their_own_stages_count_right_too(rows, steps, window):
    full = [*rows, *(("c", 0, stage) for stage in "xyz")]
    table = pa.table(
        {
            "entity_key": [entity for entity, *_rest in full],
            "occurred_at": pa.array([m for _e, m, _s in full], pa.timestamp("us", "UTC")),
            "stage": [stage for *_rest, stage in full],
        }
    )
    duration = None if window is None else window * MICROSECOND
    for entry in ("any", "first"):
        result = funnel(table, list(steps), window=duration, entry=entry)
        counts = reached(result)
        assert counts == oracles.funnel_counts(full, steps, window, entry)
        assert counts == sorted(counts, reverse=True)


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
