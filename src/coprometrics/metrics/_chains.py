"""Chains of events: which steps of a funnel each entity reached, and how fast.

For each step a table ``reached_1``, ``reached_2`` … is made, with one row for each entity that
reached it: its shortest time from the first step, and the start of its latest chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from coprometrics.errors import ParameterError
from coprometrics.metrics._engine import Engine

__all__ = ["Rules", "Step", "keep_reached"]

_MOST_NEEDS: Final = 64


@frozen
class Step:
    """One step of a funnel.

    Attributes:
        name: how it is called.
        stages: the stages any of which reaches it.
    """

    name: str
    stages: tuple[str, ...]


@frozen
class Rules:
    """What makes a chain.

    Attributes:
        order: ``ordered``, ``strict`` or ``unordered``.
        entry: ``any`` or ``first``.
        window: the microseconds from its first event to its last at most; None for no limit.
        ties: whether events at the same time count as in order.
    """

    order: str
    entry: str
    window: int | None
    ties: bool = True

    def within(self, span: str) -> str:
        """Write the test that a span of time fits in the window."""
        return "true" if self.window is None else f"{span} <= {self.window}"


def keep_reached(engine: Engine, steps: Sequence[Step], rules: Rules) -> None:
    """Make the tables of the entities that reached each step, from the table ``timed``.

    ``timed`` has entity, stage, moment and id, none of the first three missing.

    Raises:
        ParameterError: when too many steps share stages.
    """
    if rules.order == "strict":
        _keep_strict(engine, steps, rules)
    elif rules.order == "unordered":
        _keep_unordered(engine, steps, rules)
    elif _shared(steps):
        _keep_matched(engine, steps, rules)
    else:
        _keep_ordered(engine, steps, rules)


def _keep_entities(
    engine: Engine, number: int, chains: str, end: str, start: str, *, once: bool = True
) -> None:
    """Make one row for each entity with chains, given the columns of their ends and starts.

    Args:
        engine: where the chains are.
        number: the step that they end with.
        chains: the table of the chains.
        end: the time of their last event.
        start: the time of their first event.
        once: whether to work it out now, or each time that it is used.
    """
    make = engine.keep if once else engine.define
    make(
        f"reached_{number}",
        f"SELECT entity, min({end} - {start}) AS shortest, max({start}) AS latest "
        f"FROM {chains} GROUP BY entity",
    )


def _keep_ordered(engine: Engine, steps: Sequence[Step], rules: Rules) -> None:
    """Follow the chains step by step.

    For each event that may be an entity's step k, the latest start of a chain that ends there is
    kept: a later start leaves more of the window, so no other chain can do better. One running
    maximum over the chains so far and the next step's events gives the next step's chains. Both
    stand in one line by a key, twice the time and one more for what comes later at that time.
    """
    # At one time a chain comes before the event that may prolong it, where ties are in order.
    chain, event = (0, 1) if rules.ties else (1, 0)
    first = f"stage IN ({engine.listed(steps[0].stages)})"
    engine.define("begun", f"SELECT entity, moment, moment AS start FROM timed WHERE {first}")
    if rules.entry == "first":
        engine.define(
            "begun",
            "SELECT entity, min(moment) AS moment, min(moment) AS start FROM timed "
            f"WHERE {first} GROUP BY entity",
        )
    _keep_entities(engine, 1, "begun", "moment", "start", once=False)
    for number, step in enumerate(steps[1:], start=2):
        here = f"stage IN ({engine.listed(step.stages)})"
        before = "begun" if number == 2 else "chains"
        line = (
            f"SELECT entity, 2 * moment + {chain} AS line_key, start AS since FROM {before} "
            f"UNION ALL SELECT entity, 2 * moment + {event} AS line_key, "
            f"CAST(NULL AS BIGINT) AS since FROM timed WHERE {here} "
            f"AND entity IN (SELECT entity FROM {before})"
        )
        if number == 2 and rules.entry == "any":
            # All of both are events, and one look at them is enough.
            line = (
                f"SELECT entity, 2 * moment + CASE WHEN {first} THEN {chain} ELSE {event} END "
                f"AS line_key, CASE WHEN {first} THEN moment END AS since "
                f"FROM timed WHERE {first} OR {here}"
            )
        moment = engine.quotient(f"line_key - {event}", "2")
        engine.keep(
            "chains",
            f"SELECT entity, {moment} AS moment, start FROM (SELECT entity, line_key, since, "
            "max(since) OVER (PARTITION BY entity ORDER BY line_key "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS start "
            f"FROM ({line}) AS line) AS followed WHERE since IS NULL AND start IS NOT NULL "
            f"AND {rules.within(f'{moment} - start')}",
        )
        _keep_entities(engine, number, "chains", "moment", "start")


def _keep_matched(engine: Engine, steps: Sequence[Step], rules: Rules) -> None:
    """Follow the chains moment by moment, where an event may serve several steps.

    At one moment a chain may go on by several steps, if each can have an event of its own there.
    """
    runs = {
        (first, last): _needs(steps[first : last + 1])
        for last in range(len(steps))
        for first in (range(last + 1) if rules.ties else (last,))
    }
    groups = list(dict.fromkeys(stages for needs in runs.values() for stages, _need in needs))
    numbers = {stages: i for i, stages in enumerate(groups)}
    counts = ", ".join(
        f"count(CASE WHEN stage IN ({engine.listed(sorted(stages))}) THEN 1 END) AS n_{i}"
        for stages, i in numbers.items()
    )
    used = {stage for step in steps for stage in step.stages}
    engine.keep(
        "moments",
        f"SELECT entity, moment, {counts} FROM timed "
        f"WHERE stage IN ({engine.listed(sorted(used))}) GROUP BY entity, moment",
    )
    begins = f"n_{numbers[frozenset(steps[0].stages)]} > 0"
    first = f"min(CASE WHEN {begins} THEN moment END) OVER (PARTITION BY entity)"
    entered = begins if rules.entry == "any" else f"{begins} AND moment = entered"
    engine.define("moments_0", f"SELECT *, {first} AS entered FROM moments")
    for k in range(len(steps)):
        before = f"moments_{k}"
        if k:
            engine.define(
                f"carried_{k}",
                f"SELECT *, max(start_{k}) OVER (PARTITION BY entity ORDER BY moment "
                f"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS carry_{k} FROM {before}",
            )
            before = f"carried_{k}"
        ways = ["CAST(NULL AS BIGINT)", "CAST(NULL AS BIGINT)"]
        for i in range(k + 1):
            if (i, k) not in runs:
                continue
            start = f"carry_{i}" if i else "moment"
            tests = [f"n_{numbers[stages]} >= {need}" for stages, need in runs[i, k]]
            tests.append(rules.within(f"moment - {start}") if i else entered)
            ways.append(f"CASE WHEN {' AND '.join(tests)} THEN {start} END")
        engine.define(
            f"moments_{k + 1}",
            f"SELECT *, greatest({', '.join(ways)}) AS start_{k + 1} FROM {before}",
        )
    engine.keep("chains", f"SELECT * FROM moments_{len(steps)}")
    for number in range(1, len(steps) + 1):
        reached = f"(SELECT * FROM chains WHERE start_{number} IS NOT NULL) AS done"
        _keep_entities(engine, number, reached, "moment", f"start_{number}")


def _keep_strict(engine: Engine, steps: Sequence[Step], rules: Rules) -> None:
    """Look at each first-step event and its neighbours among all events of the entity.

    Events at the same time stand in the order of the steps that they reach, then of their ids.
    """
    listed = [engine.listed(step.stages) for step in steps]
    cases = " ".join(f"WHEN stage IN ({stages}) THEN {i}" for i, stages in enumerate(listed))
    later = ", ".join(
        f"lead(stage, {i}) OVER line AS stage_{i}, lead(moment, {i}) OVER line AS moment_{i}"
        for i in range(1, len(steps))
    )
    engine.define("placed", f"SELECT *, CASE {cases} ELSE {len(steps)} END AS position FROM timed")
    engine.define(
        "lines",
        "SELECT entity, stage, moment AS moment_0, "
        f"row_number() OVER line AS number{f', {later}' if later else ''} FROM placed "
        "WINDOW line AS (PARTITION BY entity ORDER BY moment, position, id NULLS LAST, stage)",
    )
    starts = f"SELECT * FROM lines WHERE stage IN ({listed[0]})"
    if rules.entry == "first":
        starts = (
            "SELECT * FROM (SELECT *, min(number) OVER (PARTITION BY entity) AS entered "
            f"FROM ({starts}) AS begun) AS entries WHERE number = entered"
        )
    engine.keep("chains", starts)
    after = ">=" if rules.ties else ">"
    tests = ["true"]
    for k in range(len(steps)):
        if k:
            tests += [
                f"stage_{k} IN ({listed[k]})",
                f"moment_{k} {after} moment_{k - 1}",
                rules.within(f"moment_{k} - moment_0"),
            ]
        reached = f"(SELECT * FROM chains WHERE {' AND '.join(tests)}) AS done"
        _keep_entities(engine, k + 1, reached, f"moment_{k}", "moment_0")


def _keep_unordered(engine: Engine, steps: Sequence[Step], rules: Rules) -> None:
    """Find, from each event on, the earliest time by which each step has an event of its own.

    Raises:
        ParameterError: when only the first entry counts, and its stages reach other steps too.
    """
    first = rules.entry == "first"
    if first and any(set(steps[0].stages) & set(step.stages) for step in steps[1:]):
        raise ParameterError(
            "an event of the first step may be another's too",
            where="entry",
            remedy="use entry any, or give the first step stages of its own",
        )
    needs = [_needs(steps[int(first) : k + 1]) for k in range(len(steps))]
    wanted = list(dict.fromkeys(need for some in needs for need in some))
    used = sorted({stage for step in steps for stage in step.stages})
    entry = f"CASE WHEN stage IN ({engine.listed(steps[0].stages)}) THEN moment END"
    columns = [f"min({entry}) OVER (PARTITION BY entity) AS entered"]
    for i, (stages, need) in enumerate(wanted):
        inside = f"stage IN ({engine.listed(sorted(stages))})"
        last = (
            f"lead(moment, {need - 1}) OVER (PARTITION BY entity, {inside} ORDER BY moment)"
            if need > 1
            else "moment"
        )
        columns.append(f"CASE WHEN {inside} THEN {last} END AS full_{i}")
    engine.define(
        "filled",
        f"SELECT entity, moment, {', '.join(columns)} FROM timed "
        f"WHERE stage IN ({engine.listed(used)})",
    )
    ends = "".join(f", min(full_{i}) OVER following AS end_{i}" for i in range(len(wanted)))
    engine.keep(
        "chains",
        f"SELECT entity, moment, entered{ends} FROM filled WINDOW following AS (PARTITION BY "
        "entity ORDER BY moment RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)",
    )
    for k, some in enumerate(needs):
        parts = [f"end_{wanted.index(need)}" for need in some]
        tests = [f"{part} IS NOT NULL" for part in parts]
        if first:
            # The window must hold the entity's first entry.
            parts.append("entered")
            tests += ["entered IS NOT NULL", "moment <= entered"]
        end = f"greatest({', '.join(parts)}, moment)"
        tests.append(rules.within(f"{end} - moment"))
        reached = (
            f"(SELECT entity, moment, {end} AS finish FROM chains "
            f"WHERE {' AND '.join(tests)}) AS done"
        )
        _keep_entities(engine, k + 1, reached, "finish", "moment")


def _shared(steps: Iterable[Step]) -> bool:
    stages = [stage for step in steps for stage in set(step.stages)]
    return len(set(stages)) < len(stages)


def _needs(steps: Sequence[Step]) -> list[tuple[frozenset[str], int]]:
    """Say how many events of which stages it takes that each step can have one of its own.

    By Hall's theorem it is enough that, for each group of steps, there are as many events that
    serve at least one of them; groups that share no stage need not be looked at together.

    Raises:
        ParameterError: when there are too many such groups.
    """
    singles = {frozenset(step.stages) for step in steps}
    unions = set(singles)
    growing = list(singles)
    while growing:
        one = growing.pop()
        for single in singles:
            union = one | single
            if one & single and union not in unions:
                unions.add(union)
                growing.append(union)
                if len(unions) > _MOST_NEEDS:
                    raise ParameterError(
                        "too many steps share stages", where="steps", remedy="use fewer"
                    )
    return [
        (union, sum(union.issuperset(step.stages) for step in steps))
        for union in sorted(unions, key=sorted)
    ]
