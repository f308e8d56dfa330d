"""A funnel by trying everything: every chain of every entity, one after another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import pyarrow as pa
from attrs import evolve, frozen

Steps = Sequence[Sequence[str]]
Row = Mapping[str, str | int | None]

MICROSECOND = dt.timedelta(microseconds=1)
START = dt.datetime(2024, 2, 29, tzinfo=dt.UTC)


@frozen
class Event:
    """What happened; moments are microseconds from the start of a leap day."""

    entity: str | None
    stage: str
    moment: int | None
    id: str | None = None
    part: str | None = None


@frozen
class Rules:
    order: str = "ordered"
    entry: str = "any"
    window: int | None = None
    ties: bool = True


def happened(*rows: tuple[Any, ...]) -> list[Event]:
    """Give events ids by their place."""
    return [evolve(Event(*row), id=f"t:{number}") for number, row in enumerate(rows)]


def frame(events: Sequence[Event]) -> pa.Table:
    return pa.table(
        {
            "id": pa.array([event.id for event in events], pa.string()),
            "entity_key": pa.array([event.entity for event in events], pa.string()),
            "stage": pa.array([event.stage for event in events], pa.string()),
            "occurred_at": pa.array(
                [None if event.moment is None else at(event.moment) for event in events],
                pa.timestamp("us", "UTC"),
            ),
            "region": pa.array([event.part for event in events], pa.string()),
        }
    )


def at(moment: int) -> dt.datetime:
    return START + moment * MICROSECOND


def in_line(events: Sequence[Event], steps: Steps) -> list[Event]:
    """Put events in the order that every tie is broken by: time, step, id; no id comes last."""

    def place(event: Event) -> tuple[object, ...]:
        serves = [number for number, stages in enumerate(steps) if event.stage in stages]
        step = min(serves, default=len(steps))
        return event.moment, step, event.id is None, event.id or "", event.stage

    return sorted(events, key=place)


def chains(
    events: Sequence[Event], steps: Steps, length: int, rules: Rules
) -> Iterator[tuple[int, int]]:
    """Give the first and the last moment of every chain of the first so many steps."""
    line = in_line(events, steps)
    moments = [event.moment or 0 for event in line]
    serving = [[i for i, event in enumerate(line) if event.stage in stages] for stages in steps]
    for chain in product(*serving[:length]):
        times = [moments[i] for i in chain]
        if len(set(chain)) < length:
            continue
        if rules.window is not None and max(times) - min(times) > rules.window:
            continue
        if rules.entry == "first":
            earliest = serving[0][0]
            if times[0] != moments[earliest]:
                continue
            if rules.order == "strict" and chain[0] != earliest:
                continue
        if rules.order != "unordered" and any(
            later < earlier or (later == earlier and not rules.ties)
            for earlier, later in pairwise(times)
        ):
            continue
        if rules.order == "strict" and any(b != a + 1 for a, b in pairwise(chain)):
            continue
        yield min(times), max(times)


def reached(events: Sequence[Event], steps: Steps, rules: Rules) -> list[tuple[int, int] | None]:
    """Give for each step the shortest time of a chain and the start of the latest, or None."""
    found: list[tuple[int, int] | None] = []
    for length in range(1, len(steps) + 1):
        spans = list(chains(events, steps, length, rules))
        found.append(
            (min(last - first for first, last in spans), max(first for first, _last in spans))
            if spans
            else None
        )
    return found


def by_entity(events: Sequence[Event], as_of: int | None) -> dict[str, list[Event]]:
    entities: dict[str, list[Event]] = {}
    for event in events:
        if event.entity is None or event.moment is None:
            continue
        if as_of is None or event.moment <= as_of:
            entities.setdefault(event.entity, []).append(event)
    return entities


def counts(events: Sequence[Event], steps: Steps, rules: Rules) -> list[int]:
    """Count the entities that reached each step."""
    every = [reached(mine, steps, rules) for mine in by_entity(events, None).values()]
    return [sum(depths[k] is not None for depths in every) for k in range(len(steps))]


def part_of(events: Sequence[Event], steps: Steps) -> str | None:
    """Give the value of the earliest first-step event."""
    first = [event for event in in_line(events, steps) if event.stage in steps[0]]
    if not first:
        return None
    # Without an id, events at the same time are told apart by nothing but their value.
    equal = [event for event in first if (event.moment, event.id) == (first[0].moment, first[0].id)]
    return min(event.part or "unknown" for event in equal)


def within(times: Sequence[int], tenths: int) -> int | None:
    """Give the least time within which so many tenths of all were done."""
    enough = [
        time for time in times if 10 * sum(other <= time for other in times) >= tenths * len(times)
    ]
    return min(enough, default=None)


def answer(
    events: Sequence[Event],
    steps: Steps,
    rules: Rules,
    as_of: int | None = None,
    by: str | None = None,
) -> list[Row]:
    """Work out the rows of a funnel, for all entities and then by their values."""
    entities = by_entity(events, as_of)
    depths = {entity: reached(mine, steps, rules) for entity, mine in entities.items()}
    parts = {entity: part_of(mine, steps) for entity, mine in entities.items()}
    groups: list[str | None] = [None]
    if by:
        groups += sorted({part for part in parts.values() if part is not None})
    rows: list[Row] = []
    for group in groups:
        mine = [depths[entity] for entity in entities if group in (None, parts[entity])]
        tallies = [sum(one[k] is not None for one in mine) for k in range(len(steps))]
        for k in range(len(steps)):
            done = [one[k] for one in mine]
            times = [span[0] for span in done if span is not None]
            stayed = [
                span[1]
                for one, span in zip(mine, done, strict=True)
                if span is not None and k < len(steps) - 1 and one[k + 1] is None
            ]
            still = [
                rules.window is None or (as_of is not None and as_of < start + rules.window)
                for start in stayed
            ]
            told = as_of is not None and k < len(steps) - 1
            rows.append(
                {
                    **({"region": group} if by else {}),
                    "reached": tallies[k],
                    "first": tallies[0],
                    "before": tallies[k - 1] if k else None,
                    "median_microseconds": within(times, 5),
                    "p90_microseconds": within(times, 9),
                    "open": still.count(True) if told else None,
                    "dropped": still.count(False) if told else None,
                }
            )
    return rows


def left_out(
    events: Sequence[Event], steps: Steps, as_of: int | None = None, *, order: str
) -> dict[str, int]:
    """Count the events that do not count, by reason: of the steps, or of all where they matter."""
    reasons: dict[str, int] = {}
    for event in events:
        if order != "strict" and not any(event.stage in stages for stages in steps):
            continue
        if event.entity is None:
            reason = "no-entity"
        elif event.moment is None:
            reason = "no-time"
        elif as_of is not None and event.moment > as_of:
            reason = "after-as-of"
        else:
            continue
        reasons[reason] = reasons.get(reason, 0) + 1
    return reasons
