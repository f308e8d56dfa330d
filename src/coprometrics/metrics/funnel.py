"""How many go on from each step of a programme to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from coprometrics.errors import MetricError, ParameterError, shown
from coprometrics.metrics._chains import Step, reached_steps
from coprometrics.metrics.base import (
    Excluded,
    Figure,
    MetricResult,
    count,
    ratio,
    table,
)
from coprometrics.metrics.frames import Engine
from coprometrics.records import StageCount, StageEvent

__all__ = ["ENTRIES", "Steps", "funnel", "funnel_from_counts"]

Steps = Sequence[str | Sequence[str]] | Mapping[str, str | Sequence[str]]
"""The steps of a funnel in order: stages, groups of stages that share a step, or named groups."""

METRIC: Final = "funnel"
COUNTS_METRIC: Final = "funnel_from_counts"
ENTRIES: Final = ("any", "first")


def funnel(
    events: object,
    steps: Steps,
    *,
    window: dt.timedelta | None = None,
    entry: str = "any",
    by: str | None = None,
    programme: str | None = None,
) -> MetricResult:
    """Say how many people or projects reached each step of a programme, one step after another.

    An entity reaches a step when it has one event for each step up to it, in order of time, each
    event used once, and the last no later than the window after the first. Equal times count as in
    order. The window is closed and always counted from the first step.

    Args:
        events: `StageEvent` records or a frame with ``entity_key``, ``stage`` and ``occurred_at``
            (an instant with a time zone). Used where they are there: ``programme`` and ``id``.
        steps: the stages in order; a group of stages shares a step. As a mapping, the steps have
            names of their own; a group without one is called after its stages, joined by ``/``.
        window: how long after its first step an entity may take; None sets no limit.
        entry: ``any`` lets every event of the first step start a chain; ``first`` only the entity's
            earliest.
        by: a column to tell entities apart by: its value on their earliest first-step event.
        programme: which programme, where the data hold several.

    Returns:
        For each step: ``reached`` (how many), ``conversion`` (ratio to the first step) and, from
        the second on, ``step_conversion`` (ratio to the step before); with ``by`` the same for each
        of its values. Events without an entity or a time are left out and listed.

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
        >>> print(funnel(events, ["registered", "joined"]).figure("conversion", step="joined"))
        funnel conversion (step joined): 50.00%
        >>> within = funnel(events, ["registered", "joined"], window=dt.timedelta(days=7))
        >>> within.figure("reached", step="joined").number
        0
    """
    wanted = _steps(steps)
    if entry not in ENTRIES:
        raise ParameterError(
            f"the entry is {entry!r}", where="entry", remedy=f"use one of {', '.join(ENTRIES)}"
        )
    if window is not None and window < dt.timedelta(0):
        raise ParameterError("the window is negative", where="window", remedy="give a duration")
    with Engine() as engine:
        given = engine.read(
            events,
            "events",
            StageEvent,
            need=("entity_key", "stage", "occurred_at"),
            may=("id", *(() if programme else ("programme",))),
            extra=tuple(name for name in (by, "programme" if programme else None) if name),
        )
        _one_programme(engine, "events", programme, "programme" in given)
        stages = [row["stage"] for row in engine.rows("SELECT DISTINCT stage FROM chosen")]
        asked = [stage for step in wanted for stage in step.stages]
        if unknown := [stage for stage in dict.fromkeys(asked) if stage not in stages]:
            raise MetricError(
                f"there is no stage {', '.join(map(repr, unknown))}",
                where="events.stage",
                remedy=f"the stages are {', '.join(sorted(stages)) or 'none: there are no events'}",
            )
        groups, excluded = reached_steps(engine, wanted, window, entry, by)
    figures: list[Figure] = []
    lines: list[tuple[object, ...]] = []
    for group, reached in groups.items():
        about = {} if group is None or by is None else {by: group}
        names = [step.name for step in wanted]
        figures += _step_figures(METRIC, names, reached, (), about)
        before = [None, *reached]
        for name, here, last in zip(names, reached, before, strict=False):
            lines.append((name, *([group] if by else []), here, reached[0], last))
    columns: dict[str, pa.DataType] = {
        "step": pa.string(),
        **({by: pa.string()} if by else {}),
        "reached": pa.int64(),
        "first": pa.int64(),
        "before": pa.int64(),
    }
    return MetricResult(
        metric=METRIC,
        version=1,
        parameters={
            "by": by,
            "entry": entry,
            "programme": programme,
            "steps": [[step.name, list(step.stages)] for step in wanted],
            "window_microseconds": None if window is None else window // _MICROSECOND,
        },
        period=None,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=excluded,
    )


_MICROSECOND: Final = dt.timedelta(microseconds=1)


def _steps(steps: Steps) -> list[Step]:
    if isinstance(steps, str):
        raise ParameterError("steps is one text", where="steps", remedy="give a list of stages")
    named: list[tuple[str | None, str | Sequence[str]]] = (
        list(steps.items()) if isinstance(steps, Mapping) else [(None, stage) for stage in steps]
    )
    found: list[Step] = []
    for name, group in named:
        stages = (group,) if isinstance(group, str) else tuple(group)
        if not stages or "" in stages:
            raise ParameterError(f"{shown(group)} is not a stage or a group of them", where="steps")
        found.append(Step(name if name is not None else "/".join(stages), stages))
    if not found:
        raise ParameterError("there are no steps", where="steps", remedy="give two or more stages")
    # A stage may be passed twice; its second step needs a name of its own to be told apart.
    seen: dict[str, int] = {}
    for i, step in enumerate(found):
        seen[step.name] = seen.get(step.name, 0) + 1
        if seen[step.name] > 1:
            found[i] = Step(f"{step.name} ({seen[step.name]})", step.stages)
    if len({step.name for step in found}) < len(found):
        raise ParameterError(
            "two steps have the same name", where="steps", remedy="name them in a mapping"
        )
    return found


def _one_programme(engine: Engine, source: str, programme: str | None, known: bool) -> None:
    """Make the table ``chosen``: the rows of one programme."""
    if not known:
        engine.keep("chosen", f"SELECT * FROM {source}")  # noqa: S608
        return
    names = [row["programme"] for row in engine.rows(f"SELECT DISTINCT programme FROM {source}")]  # noqa: S608
    names = sorted(name for name in names if name is not None)
    if programme is None and len(names) > 1:
        raise MetricError(
            "the data hold several programmes",
            where=f"{source}.programme",
            remedy=f"name one of {', '.join(names)}",
        )
    if programme is not None and programme not in names:
        raise MetricError(
            f"there is no programme {programme!r}",
            where=f"{source}.programme",
            remedy=f"the programmes are {', '.join(names) or 'none: there are no rows'}",
        )
    if programme is None:
        engine.keep("chosen", f"SELECT * FROM {source}")  # noqa: S608
    else:
        engine.keep("chosen", f"SELECT * FROM {source} WHERE programme = $1", programme)  # noqa: S608


def _step_figures(
    metric: str,
    names: Sequence[str],
    reached: Sequence[int | None],
    optional: Sequence[str],
    about: Mapping[str, str],
) -> list[Figure]:
    """Make the figures of each step; an optional one is no step before another."""
    figures: list[Figure] = []
    first = next((i for i, name in enumerate(names) if name not in optional), 0)
    before: int | None = None
    passed = False
    for name, here in zip(names, reached, strict=True):
        where = {"step": name, **about}
        figures.append(count(metric, "reached", where, here))
        figures.append(ratio(metric, "conversion", where, here, reached[first]))
        if passed:
            figures.append(ratio(metric, "step_conversion", where, here, before))
        if name not in optional:
            before, passed = here, True
    return figures


def funnel_from_counts(
    stage_counts: object, programme: str | None = None, optional: Sequence[str] = ()
) -> MetricResult:
    """Say how many reached each stage of a programme of which only totals are known.

    Args:
        stage_counts: `StageCount` records or a frame with ``stage``, ``position`` (from 1) and
            ``count``; ``programme`` is used where it is there.
        programme: which programme, where the data hold several.
        optional: stages that one may skip: they do not gate the next, and may be larger or smaller.

    Returns:
        For each stage: ``reached``, ``conversion`` (ratio to the first stage that is not optional)
        and, from the second on, ``step_conversion`` (ratio to the last stage before it that is not
        optional). An unknown count has neither number nor ratios.

    Raises:
        MetricError: when a later stage is larger than an earlier one, a stage or a position is
            there twice, or the data hold several programmes and none is named.
        ParameterError: when an optional stage does not exist.

    Examples:
        >>> counts = [
        ...     StageCount(id=f"t:{n}", programme="funding", stage=stage, position=n, count=number)
        ...     for n, (stage, number) in enumerate(
        ...         [("submitted", 52), ("shortlisted", 10), ("funded", 8)], start=1)
        ... ]
        >>> print(funnel_from_counts(counts).figure("step_conversion", step="funded"))
        funnel_from_counts step_conversion (step funded): 80.00%
    """
    with Engine() as engine:
        given = engine.read(
            stage_counts,
            "stage_counts",
            StageCount,
            need=("stage", "position", "count"),
            may=() if programme else ("programme",),
            extra=("programme",) if programme else (),
        )
        _one_programme(engine, "stage_counts", programme, "programme" in given)
        rows = engine.rows('SELECT stage, position, "count" FROM chosen ORDER BY position, stage')
    names = [row["stage"] for row in rows]
    reached: list[int | None] = [row["count"] for row in rows]
    for column in ("stage", "position"):
        seen = [row[column] for row in rows]
        if twice := sorted({value for value in seen if seen.count(value) > 1}):
            raise MetricError(
                f"the {column} {', '.join(map(str, twice))} is there more than once",
                where=f"stage_counts.{column}",
                remedy="give one count for each stage",
            )
    if unknown := [name for name in optional if name not in names]:
        raise ParameterError(
            f"there is no stage {', '.join(map(repr, unknown))}",
            where="optional",
            remedy=f"the stages are {', '.join(names)}",
        )
    _never_rising(names, reached, optional)
    figures = _step_figures(COUNTS_METRIC, names, reached, optional, {})
    notes = [f"{name} is optional: it does not gate the next stage." for name in optional]
    missing = [row["stage"] for row in rows if row["count"] is None]
    columns: dict[str, pa.DataType] = {
        "step": pa.string(),
        "position": pa.int64(),
        "optional": pa.bool_(),
        "reached": pa.int64(),
    }
    return MetricResult(
        metric=COUNTS_METRIC,
        version=1,
        parameters={"optional": sorted(optional), "programme": programme},
        period=None,
        rows=table(
            columns,
            [
                (row["stage"], row["position"], row["stage"] in optional, row["count"])
                for row in rows
            ],
        ),
        figures=tuple(figures),
        excluded=(
            (Excluded("no-count", len(missing), f"the count of {', '.join(missing)} is not known"),)
            if missing
            else ()
        ),
        notes=tuple(notes),
    )


def _never_rising(
    names: Sequence[str], reached: Sequence[int | None], optional: Sequence[str]
) -> None:
    least: tuple[str, int] | None = None
    for name, here in zip(names, reached, strict=True):
        if here is None or name in optional:
            continue
        if least is not None and here > least[1]:
            raise MetricError(
                f"{name} ({here:,}) is larger than the earlier {least[0]} ({least[1]:,})",
                where="stage_counts.count",
                remedy="correct a count, or name the earlier stage as optional",
            )
        least = (name, here)
