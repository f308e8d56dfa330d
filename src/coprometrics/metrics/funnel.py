"""How many go on from each step of a programme to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import pyarrow as pa
from attrs import evolve, field, frozen

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics._calendar import FIRST_MOMENT, LAST_MOMENT, MICROSECOND, microseconds
from coprometrics.metrics._chains import Rules, Step, keep_reached
from coprometrics.metrics._later import Later
from coprometrics.metrics._parameters import (
    check_column,
    check_instant,
    check_length,
    check_option,
    check_text,
    check_texts,
)
from coprometrics.metrics._steps import read_steps, refuse_other_programmes, step_figures
from coprometrics.metrics.base import (
    Excluded,
    Figure,
    MetricResult,
    count,
    quantity,
    table,
)
from coprometrics.metrics.frames import Engine, Given, engine_over, given
from coprometrics.records import StageEvent

__all__ = ["ENTRIES", "ORDERS", "Funnel", "Steps", "funnel"]

Steps = Sequence[str | Sequence[str]] | Mapping[str, str | Sequence[str]]
"""The steps of a funnel in order: stages, groups of stages that share a step, or named groups."""

METRIC: Final = "funnel"
SENSITIVITY: Final = "funnel_sensitivity"
ENTRIES: Final = ("any", "first")
ORDERS: Final = ("ordered", "strict", "unordered")


@frozen(kw_only=True, eq=False)
class Funnel(MetricResult):
    """The answer of `funnel`.

    Attributes:
        policies: works out `sensitivity` when it is asked for.
    """

    policies: Later[MetricResult] = field(repr=False)

    def sensitivity(self) -> MetricResult:
        """Say how many would have reached each step under other rules.

        Where the counts differ, the figure is decided by a rule and not by what happened. The data
        are read again, so they must still be there and the same.

        Returns:
            For each step: ``entry_any``, ``entry_first`` (as the parameter ``entry``) and
            ``without_ties`` (as asked, but events at the same time are not in order).
        """
        return self.policies()


def funnel(
    events: object,
    steps: Steps,
    *,
    window: dt.timedelta | None = None,
    entry: str = "any",
    order: str = "ordered",
    by: str | None = None,
    programme: str | None = None,
    as_of: dt.datetime | None = None,
) -> Funnel:
    """Say how many people or projects reached each step of a programme, one step after another.

    An entity reaches a step when it has one event for each step up to it, in order of time, each
    event used once, and the last no later than the window after the first. Equal times count as in
    order. The window is closed and always counted from the first step. Where stages serve several
    steps, Hall's theorem says whether each step can have an event of its own.

    Args:
        events: `StageEvent` records or a frame with ``entity_key``, ``stage`` and ``occurred_at``
            (an instant with a time zone). Used where they are there: ``programme`` and ``id``.
        steps: the stages in order; a group of stages shares a step. As a mapping, the steps have
            names of their own; a group without one is called after its stages, joined by ``/``.
        window: how long after its first step an entity may take; None sets no limit.
        entry: ``any`` lets every event of the first step start a chain; ``first`` only the entity's
            earliest.
        order: ``ordered`` allows other events between the steps; ``strict`` does not: the steps are
            neighbours among all of the entity's events, where events at the same time stand in the
            order of the first steps that they reach, then of their ids; ``unordered`` takes the
            steps in any order, all within one window.
        by: a column to tell entities apart by: its value on their earliest first-step event.
        programme: which programme, where the data hold several.
        as_of: an instant; what happened later is left out, and those who went no further are told
            apart by whether they still can.

    Returns:
        For each step: ``reached`` (how many), ``conversion`` (ratio to the first step) and, from
        the second on, ``step_conversion`` (ratio to the step before), ``median_days`` and
        ``p90_days`` (quantities: within how many days of the first step half, and nine tenths, of
        those who reached it did, each by its fastest chain). With ``as_of``, for each step but the
        last: ``open`` (went no further, but the window of their latest chain lasts) and ``dropped``
        (the rest). With ``by`` the same for each of its values. Events without an entity or a time
        are left out and listed.

    Raises:
        MetricError: when a stage does not exist, or the data hold several programmes and none is
            named.
        ParameterError: when a parameter cannot be used.

    Examples:
        >>> events = [
        ...     StageEvent(id=f"t:{n}", programme="launch", entity_key=f"t:{who}", stage=stage,
        ...                occurred_at=dt.datetime(2023, 3, day, tzinfo=dt.UTC))
        ...     for n, (who, stage, day) in enumerate(
        ...         [("a", "registered", 1), ("a", "joined", 9), ("b", "registered", 2)])
        ... ]
        >>> reached = funnel(events, ["registered", "joined"])
        >>> print(reached.figure("conversion", step="joined"))
        funnel conversion (step joined): 50.00%
        >>> reached.figure("median_days", step="joined").text
        '8.00'
        >>> within = funnel(events, ["registered", "joined"], window=dt.timedelta(days=7))
        >>> within.figure("reached", step="joined").number
        0
    """
    wanted = read_steps(steps)
    for step in wanted:
        check_texts("steps", (step.name, *step.stages))
    check_option("entry", entry, ENTRIES)
    check_option("order", order, ORDERS)
    if by is not None:
        check_column("by", by, "programme")
    if programme is not None:
        check_text("programme", programme)
    limit = None if window is None else check_length("window", window) // MICROSECOND
    until = None if as_of is None else check_instant("as_of", as_of)
    now = None if until is None else microseconds(until)
    rules = Rules(order, entry, limit)
    source = given(
        events,
        "events",
        StageEvent,
        need=("entity_key", "stage", "occurred_at"),
        may=("id", *(() if programme else ("programme",))),
        extra=tuple(name for name in (by, "programme" if programme else None) if name is not None),
        checked=False,
    )
    with engine_over(source) as engine:
        excluded = _define_timed(engine, wanted, by, programme, now, source, order)
        keep_reached(engine, wanted, rules)
        tallies = _tallies(engine, len(wanted), by, rules, now)
    names = [step.name for step in wanted]
    figures: list[Figure] = []
    lines: list[tuple[object, ...]] = []
    for group in sorted(tallies, key=lambda group: (group is not None, group)):
        about = {} if group is None or by is None else {by: group}
        mine = tallies[group]
        reached = [tally["reached"] for tally in mine]
        for i, (name, tally) in enumerate(zip(names, mine, strict=True)):
            where = {"step": name, **about}
            last = reached[i - 1] if i else None
            figures += step_figures(METRIC, where, reached[i], reached[0], last, starts=i == 0)
            if i:
                figures += [
                    quantity(METRIC, "median_days", where, _days(tally["median"])),
                    quantity(METRIC, "p90_days", where, _days(tally["p90"])),
                ]
            if now is not None and i < len(names) - 1:
                figures += [count(METRIC, word, where, tally[word]) for word in ("open", "dropped")]
            lines.append(
                (
                    *(name, *([group] if by is not None else []), reached[i], reached[0], last),
                    *(tally["median"], tally["p90"], tally["open"], tally["dropped"]),
                )
            )
    columns: dict[str, pa.DataType] = {
        "step": pa.string(),
        **({by: pa.string()} if by is not None else {}),
        **dict.fromkeys(_COLUMNS, pa.int64()),
    }
    parameters = {
        "as_of": None if until is None else until.isoformat(),
        "by": by,
        "entry": entry,
        "order": order,
        "programme": programme,
        "steps": [[step.name, list(step.stages)] for step in wanted],
        "window_microseconds": limit,
    }

    def policies() -> MetricResult:
        with engine_over(source) as engine:
            _define_timed(engine, wanted, None, programme, now, source, order)
            return _sensitivity(engine, wanted, rules, parameters)

    return Funnel(
        metric=METRIC,
        version=2,
        parameters=parameters,
        period=None,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=excluded,
        policies=Later(policies),
    )


_COLUMNS: Final = (
    "reached",
    "first",
    "before",
    "median_microseconds",
    "p90_microseconds",
    "open",
    "dropped",
)


def _days(microseconds: int | None) -> Fraction | None:
    return None if microseconds is None else Fraction(microseconds, 86_400_000_000)


def _define_timed(
    engine: Engine,
    steps: Sequence[Step],
    by: str | None,
    programme: str | None,
    now: int | None,
    source: Given,
    order: str,
) -> tuple[Excluded, ...]:
    """Define ``timed``, the events that count; say what was left out."""
    known = "programme" in source
    name = "programme" if known or programme else "CAST(NULL AS STRING)"
    late = "false" if now is None else f"occurred_at > {now}"
    # To look at every key takes longer than to see that none is empty.
    blank = engine.has_blank("events", "entity_key")
    key = "nullif(entity_key, '')" if blank else "entity_key"
    stages = engine.rows(
        f"SELECT {name} AS programme, stage, count(*) AS rows_, "
        f"count({key}) AS entities, "
        f"count(CASE WHEN {key} IS NOT NULL THEN occurred_at END) AS moments, "
        f"count(CASE WHEN {key} IS NOT NULL AND {late} THEN 1 END) AS late, "
        "min(occurred_at) AS earliest, max(occurred_at) AS latest "
        f"FROM events GROUP BY stage{', programme' if name == 'programme' else ''}"
    )
    moments = [row[end] for row in stages for end in ("earliest", "latest") if row[end] is not None]
    if not (
        all(row["stage"] and (row["programme"] or not known) for row in stages)
        and all(FIRST_MOMENT <= moment <= LAST_MOMENT for moment in moments)
    ):
        engine.check("events")
    if known or programme:
        programmes = {row["programme"] for row in stages if row["programme"] is not None}
        refuse_other_programmes("events", programmes, programme)
    mine = [row for row in stages if programme in (None, row["programme"])]
    there = {row["stage"] for row in mine}
    asked = [stage for step in steps for stage in step.stages]
    if unknown := [stage for stage in dict.fromkeys(asked) if stage not in there]:
        raise MetricError(
            f"there is no stage {', '.join(map(repr, unknown))}",
            where="events.stage",
            remedy=f"the stages are {', '.join(sorted(there)) or 'none: there are no events'}",
        )
    group = f", {engine.grouped(by, ('step', *_COLUMNS))} AS part" if by is not None else ""
    tests = [f"{key} IS NOT NULL", "occurred_at IS NOT NULL", f"NOT ({late})"]
    if programme is not None:
        tests.append(f"programme = {engine.value(programme)}")
    engine.define(
        "timed",
        f"SELECT entity_key AS entity, stage, occurred_at AS moment, id{group} "
        f"FROM events WHERE {' AND '.join(tests)}",
    )
    if by is not None:
        engine.keep(
            "parts",
            "SELECT entity, part FROM (SELECT entity, part, row_number() OVER "
            "(PARTITION BY entity ORDER BY moment, id NULLS LAST, part) AS place "
            f"FROM timed WHERE stage IN ({engine.listed(steps[0].stages)})) AS first_events "
            "WHERE place = 1",
        )
    # Where the steps are neighbours among all events, every event counts.
    used = [row for row in mine if order == "strict" or row["stage"] in asked]
    left = [
        Excluded(
            "no-entity",
            sum(row["rows_"] - row["entities"] for row in used),
            "it is not known whose event it is",
        ),
        Excluded(
            "no-time",
            sum(row["entities"] - row["moments"] for row in used),
            "it is not known when the event was",
        ),
        Excluded(
            "after-as-of", sum(row["late"] for row in used), "it happened after the date asked for"
        ),
    ]
    return tuple(excluded for excluded in left if excluded.count)


def _tallies(
    engine: Engine, steps: int, by: str | None, rules: Rules, now: int | None
) -> dict[str | None, list[dict[str, int | None]]]:
    """Count and time the entities that reached each step, by group; under None all of them."""
    selects: list[str] = []
    for k in range(1, steps + 1):
        went_on, join = "false", ""
        if now is not None and k < steps:
            went_on = "later.entity IS NOT NULL"
            join = f"LEFT JOIN reached_{k + 1} AS later ON later.entity = reached.entity"
        # Nobody takes time to the first step, so that none has to be ranked there.
        shortest = "CAST(NULL AS BIGINT)" if k == 1 else "reached.shortest"
        selects.append(
            f"SELECT {k} AS step, reached.entity AS entity, {shortest} AS shortest, "
            f"reached.latest AS latest, {went_on} AS went_on FROM reached_{k} AS reached {join}"
        )
    engine.define("first_done", selects[0])
    engine.define("later_done", " UNION ALL ".join(selects[1:]))
    still = "true" if rules.window is None or now is None else f"latest > {now - rules.window}"
    states = (
        f", count(CASE WHEN NOT went_on AND {still} THEN 1 END) AS open, "
        f"count(CASE WHEN NOT went_on AND NOT ({still}) THEN 1 END) AS dropped"
        if now is not None
        else ""
    )
    empty: dict[str, int | None] = {
        "reached": 0,
        **dict.fromkeys(("median", "p90")),
        **dict.fromkeys(("open", "dropped"), None if now is None else 0),
    }
    tallies: dict[str | None, list[dict[str, int | None]]] = {
        None: [dict(empty) for _ in range(steps)]
    }
    for group in (None, *([by] if by is not None else [])):
        part = "CAST(NULL AS STRING)" if group is None else "part"
        join = "" if group is None else "JOIN parts USING (entity)"
        line = "PARTITION BY step" if group is None else "PARTITION BY step, part"
        query = (
            f"SELECT step, {part} AS part, count(*) AS reached, 0 AS median, 0 AS p90{states} "
            f"FROM first_done {join} GROUP BY step{'' if group is None else ', part'}"
        )
        if steps > 1:
            # The least time within which half, and nine tenths, did: nearest rank, by counting.
            half, most = engine.quotient("n + 1", "2"), engine.quotient("9 * n + 9", "10")
            query += (
                " UNION ALL SELECT step, part, count(*) AS reached, "
                f"max(CASE WHEN place = {half} THEN shortest END) AS median, "
                f"max(CASE WHEN place = {most} THEN shortest END) AS p90{states} FROM ("
                f"SELECT step, {part} AS part, shortest, latest, went_on, row_number() OVER "
                f"({line} ORDER BY shortest) AS place, count(*) OVER ({line}) AS n "
                f"FROM later_done {join}) AS ranked GROUP BY step, part"
            )
        for row in engine.rows(query):
            step = row.pop("step")
            mine = tallies.setdefault(row.pop("part"), [dict(empty) for _ in range(steps)])
            mine[step - 1].update(row)
    for mine in tallies.values():
        mine[-1].update(open=None, dropped=None)
    return tallies


def _sensitivity(
    engine: Engine, steps: Sequence[Step], rules: Rules, parameters: Mapping[str, Any]
) -> MetricResult:
    """Count again under other rules."""
    policies = {
        "entry_any": evolve(rules, entry="any"),
        "entry_first": evolve(rules, entry="first"),
        "without_ties": evolve(rules, ties=False),
    }
    counts: dict[str, Sequence[int | None]] = {}
    notes: list[str] = []
    for name, policy in policies.items():
        try:
            keep_reached(engine, steps, policy)
        except ParameterError as error:
            counts[name] = [None] * len(steps)
            notes.append(f"{name} is not known: {error.what}.")
            continue
        counts[name] = [
            engine.rows(f"SELECT count(*) AS entities FROM reached_{k}")[0]["entities"]
            for k in range(1, len(steps) + 1)
        ]
    lines = list(zip((step.name for step in steps), *counts.values(), strict=True))
    differ = [line[0] for line in lines if len({*line[1:]} - {None}) > 1]
    notes.insert(
        0,
        f"A rule decides how many reached {', '.join(differ)}."
        if differ
        else "Every rule gives the same counts.",
    )
    return MetricResult(
        metric=SENSITIVITY,
        version=1,
        parameters=parameters,
        period=None,
        rows=table({"step": pa.string(), **dict.fromkeys(policies, pa.int64())}, lines),
        figures=tuple(
            count(SENSITIVITY, name, {"step": step.name}, counts[name][i])
            for i, step in enumerate(steps)
            for name in policies
        ),
        notes=tuple(notes),
    )
