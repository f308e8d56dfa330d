"""Chains of events: which steps of a funnel each entity reached.

Step by step, for each event that may be an entity's step k, the latest start of a chain that ends
there is kept: a later start leaves more of the window, so no other chain can do better. One running
maximum over the chains so far and the next step's events gives the next step's chains.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import pyarrow as pa
from attrs import frozen

from coprometrics.metrics.base import Excluded
from coprometrics.metrics.frames import Engine, grouped

__all__ = ["Step", "reached_steps"]

_MICROSECOND: Final = dt.timedelta(microseconds=1)


@frozen
class Step:
    """One step of a funnel.

    Attributes:
        name: how it is called.
        stages: the stages any of which reaches it.
    """

    name: str
    stages: tuple[str, ...]


def reached_steps(
    engine: Engine,
    steps: Sequence[Step],
    window: dt.timedelta | None,
    entry: str,
    by: str | None,
) -> tuple[dict[str | None, list[int]], tuple[Excluded, ...]]:
    """Count the entities that reached each step, from the table ``chosen``.

    Returns:
        The counts by group; under None those of all entities. And what was left out.
    """
    limit = None if window is None else window // _MICROSECOND
    stages = [stage for step in steps for stage in dict.fromkeys(step.stages)]
    repeated = sorted({stage for stage in stages if stages.count(stage) > 1})
    engine.put(
        "stages",
        pa.table(
            {
                "stage": pa.array(dict.fromkeys(stages), type=pa.string()),
                "repeated": pa.array([s in repeated for s in dict.fromkeys(stages)]),
            }
        ),
    )
    engine.keep("used", "SELECT * FROM chosen JOIN stages USING (stage)")
    excluded = _incomplete(engine)
    group = grouped(by, ("step", "reached", "first", "before")) if by else "''"
    engine.keep(
        "timed",
        f"SELECT entity_key AS entity, stage, repeated, occurred_at AS moment, id, "  # noqa: S608
        f"{group} AS part FROM used WHERE entity_key IS NOT NULL AND occurred_at IS NOT NULL",
    )
    engine.keep(
        "parts",
        "SELECT entity, first(part ORDER BY moment, id, part) AS part FROM timed "
        "WHERE list_contains($1, stage) GROUP BY entity",
        list(steps[0].stages),
    )
    # Where an event may serve several steps and another happened at the same time, which of them
    # serves which step must be matched; these few entities are worked out one by one.
    engine.keep(
        "tied",
        "SELECT DISTINCT entity FROM timed GROUP BY entity, moment "
        "HAVING count(*) > 1 AND bool_or(repeated)",
    )
    counts = _count_chains(engine, steps, limit, entry)
    for part, depth in _matched(engine, steps, limit, entry):
        for k in range(depth):
            counts.setdefault(part, [0] * len(steps))[k] += 1
    whole = [sum(column) for column in zip(*counts.values(), strict=True)] or [0] * len(steps)
    groups: dict[str | None, list[int]] = {None: whole}
    if by:
        groups.update((part, counts[part]) for part in sorted(counts))
    return groups, excluded


def _incomplete(engine: Engine) -> tuple[Excluded, ...]:
    (missing,) = engine.rows(
        "SELECT count(*) FILTER (entity_key IS NULL) AS entity, "
        "count(*) FILTER (entity_key IS NOT NULL AND occurred_at IS NULL) AS moment FROM used"
    )
    found = [
        Excluded("no-entity", missing["entity"], "it is not known whose event it is"),
        Excluded("no-time", missing["moment"], "it is not known when the event was"),
    ]
    return tuple(excluded for excluded in found if excluded.count)


def _count_chains(
    engine: Engine, steps: Sequence[Step], limit: int | None, entry: str
) -> dict[str, list[int]]:
    counts: dict[str, list[int]] = {}
    within = "" if limit is None else f"AND moment - start <= {limit}"
    for k, step in enumerate(steps):
        events = "timed WHERE list_contains($1, stage) AND entity NOT IN (SELECT entity FROM tied)"
        if k == 0:
            only = (
                "QUALIFY moment = min(moment) OVER (PARTITION BY entity)"
                if entry == "first"
                else ""
            )
            query = f"SELECT entity, moment, moment AS start FROM {events} {only}"  # noqa: S608
        else:
            # A chain that ends at the same time comes first, since equal times are in order; but
            # not before an event that may serve several steps: the chain has used it already.
            query = f"""
                SELECT entity, moment, start FROM (
                    SELECT entity, moment, place, max(begun) OVER (
                        PARTITION BY entity ORDER BY moment, place
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS start
                    FROM (
                        SELECT entity, moment, start AS begun, 1 AS place FROM chains
                        UNION ALL
                        SELECT entity, moment, NULL, CASE WHEN repeated THEN 0 ELSE 2 END
                        FROM {events} AND entity IN (SELECT entity FROM chains)))
                WHERE place <> 1 AND start IS NOT NULL {within}"""  # noqa: S608
        engine.keep("next_chains", query, list(step.stages))
        engine.keep("chains", "SELECT * FROM next_chains")
        rows = engine.rows(
            "SELECT part, count(*) AS entities FROM (SELECT DISTINCT entity FROM chains) "
            "JOIN parts USING (entity) GROUP BY part"
        )
        for row in rows:
            counts.setdefault(row["part"], [0] * len(steps))[k] = row["entities"]
    return counts


def _matched(
    engine: Engine, steps: Sequence[Step], limit: int | None, entry: str
) -> list[tuple[str, int]]:
    """Work out the entities with ties: for each that began, its group and how many steps it has."""
    rows = engine.rows(
        "SELECT entity, moment, stage, part FROM timed SEMI JOIN tied USING (entity) "
        "ORDER BY entity, moment"
    )
    parts = {
        row["entity"]: row["part"]
        for row in engine.rows("SELECT * FROM parts SEMI JOIN tied USING (entity)")
    }
    found: list[tuple[str, int]] = []
    for entity, mine in groupby(rows, key=lambda row: row["entity"]):
        moments = [
            (moment, [row["stage"] for row in at])
            for moment, at in groupby(mine, key=lambda row: row["moment"])
        ]
        if entity in parts:
            found.append((parts[entity], _depth(moments, steps, limit, entry)))
    return found


def _depth(
    moments: Sequence[tuple[int, list[str]]], steps: Sequence[Step], limit: int | None, entry: str
) -> int:
    """Find how many steps one entity reached, moment by moment.

    For each step the latest start of a chain that ends there is kept. At one moment a chain may go
    on by several steps, if their stages can be matched to different events of that moment.
    """
    latest: list[int | None] = [None] * len(steps)
    entered = False
    for moment, stages in moments:
        begins = not (entered and entry == "first")
        before: list[int | None] = [moment if begins else None, *latest]
        for done, start in enumerate(before[: len(steps)]):
            if start is None or (done and limit is not None and moment - start > limit):
                continue
            for k in range(done, len(steps)):
                if not _matchable(steps[done : k + 1], stages):
                    break
                known = latest[k]
                latest[k] = start if known is None else max(start, known)
        entered = entered or any(stage in steps[0].stages for stage in stages)
    return sum(start is not None for start in latest)


def _matchable(steps: Sequence[Step], stages: Sequence[str]) -> bool:
    """Say whether each step can have an event of its own (augmenting paths)."""
    serves: dict[int, int] = {}

    def serve(step: int, tried: set[int]) -> bool:
        for event, stage in enumerate(stages):
            if stage in steps[step].stages and event not in tried:
                tried.add(event)
                if event not in serves or serve(serves[event], tried):
                    serves[event] = step
                    return True
        return False

    return all(serve(step, set()) for step in range(len(steps)))
