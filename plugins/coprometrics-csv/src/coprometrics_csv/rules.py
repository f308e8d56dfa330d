"""What the rules of a mapping say about each row of a block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from coprometrics_csv.arrays import numbers
from coprometrics_csv.convert import WHITE, Cells
from coprometrics_csv.mapping import Condition, Rule

__all__ = ["Decision", "decide", "fields_of", "holds"]

CellsOf = Callable[[str], Cells]
"""Gives the trimmed cells of a column by its label."""


@define
class Decision:
    """What becomes of the rows of a block.

    Attributes:
        kept: which rows go on; None for all.
        stopped_at: the first row at which a rule stops, or None.
        skipped: how many rows were left out, by reason.
        settings: fields to set, in order: the field, its value, and for which rows.
    """

    kept: Any = None
    stopped_at: int | None = None
    skipped: dict[str, int] = field(factory=dict)
    settings: list[tuple[str, Any, Any]] = field(factory=list)


def fields_of(condition: Condition) -> Iterator[str]:
    """Give the labels of the columns that a condition looks at."""
    if condition.field is not None:
        yield condition.field
    for part in (*condition.every, *condition.some):
        yield from fields_of(part)
    if condition.inverse is not None:
        yield from fields_of(condition.inverse)


def holds(condition: Condition, cells_of: CellsOf) -> Any:
    """Say for which rows a condition holds, as an array of booleans without nulls."""
    if condition.field is not None:
        return _tested(condition, cells_of(condition.field))
    if condition.inverse is not None:
        return pc.invert(holds(condition.inverse, cells_of))
    parts = [holds(part, cells_of) for part in condition.every or condition.some]
    join = pc.and_ if condition.every else pc.or_
    found = parts[0]
    for part in parts[1:]:
        found = join(found, part)
    return found


def _tested(condition: Condition, cells: Cells) -> Any:
    if condition.regex is None:
        given = condition.equals
        texts = (given,) if isinstance(given, str) else given or ()
        wanted = pa.array([text.strip(WHITE) for text in texts], pa.string())
        return pc.is_in(cells, value_set=wanted)
    coded = cells.dictionary_encode()
    found = pc.match_substring_regex(coded.dictionary, pattern=condition.regex)
    return found.take(coded.indices)


def decide(rules: tuple[Rule, ...], cells_of: CellsOf, rows: int) -> Decision:
    """Ask the rules in their order about the rows of a block.

    The first ``skip`` or ``stop`` that holds for a row decides about it. Rows from the first
    ``stop`` on are neither kept nor counted here.
    """
    decision = Decision()
    verdicts: list[tuple[str | None, Any]] = []
    undecided: Any = None
    for rule in rules:
        hit = holds(rule.when, cells_of)
        if rule.set:
            decision.settings += [(name, value, hit) for name, value in rule.set.items()]
            continue
        first = hit if undecided is None else pc.and_(hit, undecided)
        if pc.any(first).as_py():
            verdicts.append((rule.skip, first))
            undecided = (
                pc.invert(first) if undecided is None else pc.and_(undecided, pc.invert(first))
            )
    if undecided is None:
        return decision
    stops = [pc.index(hit, True).as_py() for reason, hit in verdicts if reason is None]
    decision.stopped_at = min(stops, default=None)
    before = rows if decision.stopped_at is None else decision.stopped_at
    for reason, hit in verdicts:
        count = pc.sum(hit.slice(0, before)).as_py() or 0
        if reason is not None and count:
            decision.skipped[reason] = decision.skipped.get(reason, 0) + count
    if decision.stopped_at is not None:
        undecided = pc.and_(undecided, pc.less(numbers(0, rows), before))
    decision.kept = undecided
    return decision
