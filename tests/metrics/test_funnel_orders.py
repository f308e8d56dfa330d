from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coprometrics.errors import ParameterError
from coprometrics.metrics import funnel
from coprometrics.records import StageEvent

from . import funnel_oracle as oracle
from .funnel_oracle import MICROSECOND, Event, Rules, at, frame, happened
from .kinds import KINDS

ORDERS = ("ordered", "strict", "unordered")


@st.composite
def histories(draw):
    # Few moments, so that many are equal; w is the stage of no step.
    event = st.builds(
        Event,
        entity=st.none(),
        stage=st.sampled_from("xxyyzw"),
        moment=st.integers(0, 5),
        part=st.sampled_from(["north", "south", None]),
    )
    lost = st.builds(
        Event, entity=st.sampled_from(["a", None]), stage=st.sampled_from("xyzw"), moment=st.none()
    )
    mine = draw(st.lists(st.lists(event, max_size=6), max_size=4))
    events = [
        evolve(one, entity=who) for who, some in zip("abcd", mine, strict=False) for one in some
    ]
    # Nobody's events are of every stage, so that none is unknown.
    events += [*draw(st.lists(lost, max_size=2)), *(Event(None, stage, 0) for stage in "xyz")]
    numbers = draw(st.permutations(range(len(events))))
    nameless = draw(st.sampled_from(["", "x", "xy", "xyzw"]))
    return [
        evolve(one, id=None if one.stage in nameless else f"t:{number}")
        for one, number in zip(events, numbers, strict=True)
    ]


all_steps = st.one_of(
    st.integers(1, 3).flatmap(lambda most: st.permutations("xyz").map(lambda some: some[:most])),
    st.lists(
        st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True).map("".join),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([["x", "x"], ["x", "xy"], ["xy", "y"], ["xy", "x"], ["x", "y", "x"]]),
).map(lambda steps: [list(stages) for stages in steps])
windows = st.none() | st.integers(0, 4)
entries = st.sampled_from(["any", "first"])


def asked(events, steps, rules, **more):
    window = None if rules.window is None else rules.window * MICROSECOND
    options = {"order": rules.order, "entry": rules.entry, "window": window}
    return funnel(frame(events), list(steps), **options, **more)


def undecided(steps, rules):
    shared = any(set(steps[0]) & set(stages) for stages in steps[1:])
    return rules.order == "unordered" and rules.entry == "first" and shared


def told(result):
    """Give the rows without the names of the steps, which an oracle does not give."""
    return result.rows.drop_columns("step").to_pylist()


def reached(*rows, steps=("x", "y"), **rules):
    result = asked(happened(*rows), steps, Rules(**rules))
    return result.rows.column("reached").to_pylist()


@pytest.mark.parametrize("order", ORDERS)
@given(histories(), all_steps, windows, entries, st.none() | st.integers(0, 7))
def test_every_row_is_that_of_trying_every_chain(order, events, steps, window, entry, now):
    rules = Rules(order, entry, window)
    assume(not undecided(steps, rules))
    result = asked(events, steps, rules, by="region", as_of=None if now is None else at(now))
    assert told(result) == oracle.answer(events, steps, rules, now, by="region")
    left = oracle.left_out(events, steps, now, order=order)
    assert {one.reason: one.count for one in result.excluded} == left


@given(histories(), all_steps, windows, st.sampled_from(ORDERS), entries)
def test_sensitivity_is_that_of_trying_every_chain(events, steps, window, order, entry):
    rules = Rules(order, entry, window)
    assume(not undecided(steps, evolve(rules, entry="first")))
    rows = asked(events, steps, rules).sensitivity().rows
    for name, other in (
        ("entry_any", evolve(rules, entry="any")),
        ("entry_first", evolve(rules, entry="first")),
        ("without_ties", evolve(rules, ties=False)),
    ):
        assert rows.column(name).to_pylist() == oracle.counts(events, steps, other)


@given(histories(), all_steps, windows, st.sampled_from(ORDERS), entries, st.randoms())
def test_the_order_of_rows_changes_nothing(events, steps, window, order, entry, random):
    rules = Rules(order, entry, window)
    assume(not undecided(steps, rules))
    mixed = list(events)
    random.shuffle(mixed)
    one, other = (asked(some, steps, rules, by="region") for some in (events, mixed))
    assert one.rows == other.rows
    assert one.figures == other.figures
    assert one.fingerprint == other.fingerprint


# Each law asks several times; the counts themselves are held against the oracle above.
fewer = settings(max_examples=settings().max_examples // 4)


def who_reached(events, steps, rules):
    rows = asked(events, steps, rules, by="entity_key").rows.to_pylist()
    return [
        {row["entity_key"] for row in rows if row["step"] == step and row["reached"]} - {None}
        for step in dict.fromkeys(row["step"] for row in rows)
    ]


def within(some, others):
    return all(few <= many for few, many in zip(some, others, strict=True))


@fewer
@given(histories(), all_steps, windows)
def test_whoever_reached_a_step_reached_those_before(events, steps, window):
    reached = who_reached(events, steps, Rules(window=window))
    assert within(reached[1:], reached[:-1])


@fewer
@given(histories(), all_steps, windows, entries)
def test_strict_reaches_no_more_than_ordered(events, steps, window, entry):
    strict, ordered = (
        who_reached(events, steps, Rules(order, entry, window)) for order in ("strict", "ordered")
    )
    assert within(strict, ordered)


@fewer
@given(histories(), all_steps, windows)
def test_ordered_reaches_no_more_than_unordered(events, steps, window):
    ordered, unordered = (
        who_reached(events, steps, Rules(order, "any", window))
        for order in ("ordered", "unordered")
    )
    assert within(ordered, unordered)


@fewer
@given(histories(), all_steps, windows, st.sampled_from(ORDERS))
def test_the_first_entry_reaches_no_more_than_any(events, steps, window, order):
    assume(not undecided(steps, Rules(order, "first")))
    first, every = (
        who_reached(events, steps, Rules(order, entry, window)) for entry in ("first", "any")
    )
    assert within(first, every)


@fewer
@given(histories(), all_steps, windows, entries)
def test_ties_add_to_those_who_reached(events, steps, window, entry):
    result = asked(events, steps, Rules("ordered", entry, window))
    without = result.sensitivity().rows.column("without_ties").to_pylist()
    with_ties = result.rows.column("reached").to_pylist()
    assert all(few <= many for few, many in zip(without, with_ties, strict=True))


def test_ordered_allows_other_events_between_the_steps_and_strict_does_not():
    rows = [("a", "x", 0), ("a", "w", 1), ("a", "y", 2), ("b", "x", 0), ("b", "y", 1)]
    assert reached(*rows) == [2, 2]
    assert reached(*rows, order="strict") == [2, 1]


def test_a_strict_chain_is_not_broken_by_the_same_step_again():
    rows = [("a", "x", 0), ("a", "x", 1), ("a", "y", 2)]
    assert reached(*rows, order="strict") == [1, 1]
    assert reached(*rows, order="strict", entry="first") == [1, 0]


def test_at_one_time_events_of_steps_stand_in_line_before_others():
    assert reached(("a", "w", 0), ("a", "y", 0), ("a", "x", 0), order="strict") == [1, 1]
    assert reached(("a", "x", 0), ("a", "w", 0), ("a", "y", 1), order="strict") == [1, 0]


@pytest.mark.parametrize(("number", "after"), [("t:0", 0), ("t:2", 1), (None, 1)])
def test_at_one_time_events_of_one_step_stand_in_line_by_their_ids(number, after):
    rows = [Event("a", "v", 0, "t:1"), Event("a", "x", 0, number)]
    result = asked(rows, [("v", "x"), "x"], Rules("strict"))
    assert result.rows.column("reached").to_pylist() == [1, after]


def test_unordered_takes_the_steps_in_any_order():
    rows = [("a", "z", 0), ("a", "y", 1), ("a", "x", 2)]
    assert reached(*rows, steps="xyz") == [1, 0, 0]
    assert reached(*rows, steps="xyz", order="unordered") == [1, 1, 1]
    assert reached(*rows, steps="xyz", order="unordered", window=1) == [1, 1, 0]


def test_unordered_with_the_first_entry_needs_the_earliest_in_the_window():
    rows = [("a", "x", 0), ("a", "y", 8), ("a", "x", 9)]
    assert reached(*rows, order="unordered", window=5) == [1, 1]
    assert reached(*rows, order="unordered", window=5, entry="first") == [1, 0]
    before = [("a", "y", 0), ("a", "x", 5), ("a", "x", 9)]
    assert reached(*before, order="unordered", window=5, entry="first") == [1, 1]


@pytest.mark.parametrize("order", ["ordered", "unordered"])
def test_steps_of_one_stage_need_as_many_events(order):
    rows = [("a", "x", 0), ("a", "x", 0), ("b", "x", 0), ("b", "x", 1), ("b", "x", 2)]
    assert reached(*rows, steps="xxx", order=order) == [2, 2, 1]


def test_a_stage_named_in_one_group_twice_is_there_once():
    assert reached(("a", "x", 0), ("a", "y", 1), steps=(("x", "x"), "y")) == [1, 1]
    assert reached(("a", "x", 0), ("a", "y", 1), steps=(("x", "x"), ("x", "x"))) == [1, 0]


def test_unordered_cannot_tell_a_first_entry_that_may_be_another_step():
    with pytest.raises(ParameterError, match=r"may be another's.*use entry any"):
        reached(
            ("a", "x", 0), ("a", "y", 1), steps=["x", ("x", "y")], order="unordered", entry="first"
        )


@pytest.mark.parametrize("order", ["ordered", "unordered"])
def test_too_many_steps_that_share_stages_are_refused(order):
    rows = [("a", f"s{n}", n) for n in range(13)]
    steps = [("s0", f"s{n}") for n in range(1, 13)]
    with pytest.raises(ParameterError, match="too many steps share stages"):
        reached(*rows, steps=steps, order=order)


@pytest.mark.parametrize("order", ORDERS)
def test_one_entity_may_have_thousands_of_events(order):
    rows = [("a", stage, 10 * n + gap) for n in range(3_000) for stage, gap in (("x", 0), ("y", 3))]
    rules = Rules(order, window=20)
    for steps, median in (
        (["x", "y"], 3),
        (["x", "y", "x"], 10),
        (["x", "y", "x", "y"], 13),
        (["x", "y", "x", "y", "x", "y"], None),
    ):
        last = told(asked(happened(*rows), steps, rules))[-1]
        assert (last["reached"], last["median_microseconds"]) == (int(median is not None), median)


@pytest.mark.parametrize("order", ORDERS)
def test_thousands_of_events_may_be_at_one_time(order):
    rows = [("a", stage, 0) for stage in "yxwx" for _ in range(1_000)]
    counts = reached(*rows, steps=["x", "x", "y"], order=order, window=0)
    assert counts == [1, 1, 1]


@pytest.mark.parametrize(
    "word", ["chains", "entries", "moments_1", "reached_1", "it's", 'a"b', "é"]
)
@pytest.mark.parametrize("order", ORDERS)
def test_a_stage_may_have_any_name(word, order):
    rows = [("a", word, 0), ("a", "y", 1)]
    result = asked(happened(*rows), [word, "y"], Rules(order), by="region")
    assert result.rows.column("reached").to_pylist() == [1, 1, 1, 1]
    assert result.sensitivity().rows.column("entry_first").to_pylist() == [1, 1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ORDERS)
def test_every_kind_of_frame_gives_the_same_rows(kind, order):
    rows = [
        ("a", "y", 0),
        ("a", "x", 0),
        ("b", "y", 1),
        ("b", "x", 2),
        ("c", "x", 1),
        ("c", "w", 3),
    ]
    events = [
        StageEvent(
            id=event.id,
            programme="launch",
            entity_key=f"t:{event.entity}",
            stage=event.stage,
            occurred_at=at(event.moment),
        )
        for event in happened(*rows)
    ]
    window = 5 * MICROSECOND
    given = KINDS[kind](events)
    result = funnel(given, ["x", "y"], order=order, window=window, as_of=at(4))
    expected = oracle.answer(happened(*rows), ["x", "y"], Rules(order, window=5), 4)
    assert told(result) == expected


# What decides the figure.

LATE = [("a", "x", 0), ("a", "x", 9), ("a", "y", 9), ("b", "x", 0), ("b", "y", 1)]


def test_sensitivity_counts_under_each_rule():
    result = asked(happened(*LATE), ["x", "y"], Rules(window=5)).sensitivity()
    assert result.rows.to_pylist() == [
        {"step": "x", "entry_any": 2, "entry_first": 2, "without_ties": 2},
        {"step": "y", "entry_any": 2, "entry_first": 1, "without_ties": 1},
    ]
    assert result.figure("entry_first", step="y").number == 1


def test_sensitivity_leaves_ties_out_under_the_entry_asked_for():
    rows = [("a", "x", 0), ("a", "y", 0), ("a", "x", 1), ("a", "y", 2)]
    for entry, number in (("any", 1), ("first", 0)):
        result = asked(happened(*rows), ["x", "y"], Rules(window=1, entry=entry))
        assert result.sensitivity().figure("without_ties", step="y").number == number


def test_sensitivity_says_which_steps_a_rule_decides():
    decided = asked(happened(*LATE), ["x", "y"], Rules(window=5)).sensitivity()
    assert decided.notes == ("A rule decides how many reached y.",)
    same = asked(happened(*LATE[3:]), ["x", "y"], Rules(window=5)).sensitivity()
    assert same.notes == ("Every rule gives the same counts.",)


def test_sensitivity_says_which_rule_cannot_be_told():
    rows = happened(("a", "x", 0), ("a", "y", 1))
    result = asked(rows, ["x", ("x", "y")], Rules("unordered")).sensitivity()
    assert result.rows.column("entry_any").to_pylist() == [1, 1]
    assert result.rows.column("entry_first").to_pylist() == [None, None]
    assert result.notes == (
        "Every rule gives the same counts.",
        "entry_first is not known: an event of the first step may be another's too.",
    )


def test_sensitivity_leaves_out_what_the_funnel_left_out():
    result = asked(happened(*LATE), ["x", "y"], Rules(window=5), as_of=at(8)).sensitivity()
    assert result.rows.column("entry_any").to_pylist() == [2, 1]


def test_sensitivity_has_the_parameters_of_its_funnel():
    result = asked(happened(*LATE), ["x", "y"], Rules(window=5))
    assert result.sensitivity().parameters == result.parameters
    assert result.sensitivity().fingerprint != result.fingerprint
