"""From awards to the pieces of their money in periods, and what has no place there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import MetricError
from coprometrics.metrics._adjustments import (
    define_original_pieces,
    keep_adjusted,
    keep_changes,
    put_closed,
    refuse_closed_changes,
)
from coprometrics.metrics._dates import Left, period_number
from coprometrics.metrics._pieces import define_pieces
from coprometrics.metrics._spans import define_judged, define_spans, keep_lines, refuse_backwards
from coprometrics.metrics.base import table
from coprometrics.metrics.frames import Engine, Given, engine_over
from coprometrics.money import CURRENCIES
from coprometrics.periods import Period, Periods

__all__ = ["Placement", "allocations", "award_counts", "left_without_place", "outside"]


@frozen(kw_only=True)
class Placement:
    """How awards are cut into pieces.

    Attributes:
        inputs: awards and, where there are some, schedule and adjustments.
        periods: the periods to cut at.
        basis: how money is placed in time.
        column: which amount.
        closed: the numbers of the periods that have been reported.
        retrospective: whether those are restated.
    """

    inputs: tuple[Given, ...]
    periods: Periods
    basis: str
    column: str
    closed: tuple[int, ...]
    retrospective: bool

    @property
    def scheduled(self) -> bool:
        """Whether there is a schedule."""
        return any(given.name == "schedule" for given in self.inputs)

    @property
    def adjusted(self) -> bool:
        """Whether there are adjustments."""
        return any(given.name == "adjustments" for given in self.inputs)

    def define_pieces(self, engine: Engine) -> list[str]:
        """Define ``pieces``: number, id, line_of, basis, currency, amount_minor; give notes."""
        scheduled, adjusted = self.scheduled, self.adjusted
        notes: list[str] = []
        if adjusted:
            notes += keep_changes(engine, self.column)
        if scheduled:
            notes += keep_lines(engine, self.column, adjusted=adjusted)
        if scheduled or adjusted:
            put_closed(engine, self.periods, self.closed)
        define_judged(
            engine,
            self.column,
            self.basis,
            self.periods,
            scheduled=scheduled,
            adjusted=adjusted,
        )
        if scheduled or adjusted:
            engine.keep("judged", "SELECT * FROM judged")
        if adjusted:
            refuse_backwards(engine)
        define_spans(engine, scheduled=scheduled)
        define_pieces(engine, "plain", "spans", self.periods, by_months=self.basis == "months")
        parts = ["SELECT * FROM plain"]
        if scheduled and self.closed:
            define_original_pieces(engine, self.periods)
            if not self.retrospective:
                refuse_closed_changes(engine, self.periods)
        if adjusted:
            basis = {"auto": "days"}.get(self.basis, self.basis)
            keep_adjusted(engine, self.periods, basis, retrospective=self.retrospective)
            parts.append("SELECT * FROM adjusted_pieces")
        engine.define("pieces", " UNION ALL ".join(parts))
        return notes

    def reported(self, engine: Engine) -> list[dict[str, Any]] | None:
        """Sum up what was reported of closed periods; None where none can be restated."""
        if not (self.closed and self.retrospective and (self.scheduled or self.adjusted)):
            return None
        parts = ["SELECT * FROM plain"]
        if self.scheduled:
            parts[0] += (
                " WHERE NOT EXISTS (SELECT 1 FROM original_pieces AS was WHERE was.id = plain.id)"
            )
            parts.append("SELECT * FROM original_pieces")
        if self.adjusted:
            parts.append("SELECT * FROM reported")
        return engine.rows(
            f"SELECT number, basis, currency, {engine.total('amount_minor')} AS amount_minor "
            f"FROM ({' UNION ALL '.join(parts)}) AS all_reported "
            "WHERE number IN (SELECT number FROM closed) GROUP BY number, basis, currency"
        )

    def shared(self, engine: Engine) -> dict[tuple[int, str], int]:
        """Count the awards that a period has on two bases: by schedule, and as a supplement."""
        if not (self.scheduled and self.adjusted):
            return {}
        rows = engine.rows(
            "SELECT number, currency, count(*) AS awards FROM (SELECT number, currency, line_of "
            "FROM pieces WHERE line_of IS NOT NULL GROUP BY number, currency, line_of "
            "HAVING count(DISTINCT basis) > 1) AS doubled GROUP BY number, currency"
        )
        return {(row["number"], row["currency"]): row["awards"] for row in rows}


def left_without_place(engine: Engine) -> tuple[Left, dict[str, int]]:
    """List what has no place in time, and count the awards of each currency that have one."""
    rows = engine.rows(
        "SELECT reason, currency, count(*) AS awards, count(amount) AS known, "
        f"{engine.total('amount')} AS amount, "
        f"{engine.total('CASE WHEN amount IS NOT NULL THEN delta END')} AS delta, "
        "count(CASE WHEN reason IS NULL OR supplemented THEN 1 END) AS placed, "
        "count(CASE WHEN basis <> 'schedule' AND final_day < first_day THEN 1 END) AS backwards, "
        "count(CASE WHEN fits THEN 1 END) AS fitting, "
        "count(CASE WHEN first_day IS NOT NULL AND final_day IS NOT NULL AND NOT "
        "coalesce(year(first_day) >= 1 AND year(final_day) <= 9999, false) THEN 1 END) AS endless "
        "FROM judged GROUP BY reason, currency ORDER BY reason, currency"
    )
    if any(row["currency"] not in CURRENCIES or row["fitting"] < row["awards"] for row in rows):
        engine.check("awards")
    if any(row["endless"] for row in rows if row["reason"] is None):
        raise MetricError(
            "an award starts or ends beyond the years 1 to 9999",
            where="awards.ends_on",
            remedy="leave an end that is not known empty",
        )
    if any(row["backwards"] for row in rows if row["reason"] is None):
        refuse_backwards(engine)
    left: Left = [
        (
            *(row["reason"], row["currency"], row["awards"]),
            row["amount"] + row["delta"] if row["known"] else None,
        )
        for row in rows
        if row["reason"] is not None
    ]
    placed: dict[str, int] = {}
    for row in rows:
        placed[row["currency"]] = placed.get(row["currency"], 0) + row["placed"]
    return left, placed


def award_counts(
    engine: Engine, periods: Periods, bounds: tuple[int, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Count the awards of each currency with time in some periods, and in others."""
    first, last = (period_number(engine, day, periods) for day in ("first_day", "final_day"))
    low, high = bounds
    rows = engine.rows(
        f"SELECT currency, count(CASE WHEN {first} <= {high} AND {last} >= {low} THEN 1 END) "
        f"AS inside, count(CASE WHEN {first} < {low} OR {last} > {high} THEN 1 END) AS outside "
        "FROM spans WHERE line_of IS NULL GROUP BY currency UNION ALL SELECT currency, "
        f"count(DISTINCT CASE WHEN number BETWEEN {low} AND {high} THEN line_of END) AS inside, "
        f"count(DISTINCT CASE WHEN NOT number BETWEEN {low} AND {high} THEN line_of END) "
        "AS outside FROM pieces WHERE line_of IS NOT NULL GROUP BY currency"
    )
    inside: dict[str, int] = {}
    outside: dict[str, int] = {}
    for row in rows:
        for counts, word in ((inside, "inside"), (outside, "outside")):
            counts[row["currency"]] = counts.get(row["currency"], 0) + row[word]
    return inside, outside


def outside(
    sums: Sequence[Mapping[str, Any]], bounds: tuple[int, int], awards: Mapping[str, int]
) -> Left:
    """Give what lies in other periods as left out."""
    amounts: dict[str, int] = {}
    for row in sums:
        if not bounds[0] <= row["number"] <= bounds[1]:
            amounts[row["currency"]] = amounts.get(row["currency"], 0) + row["amount_minor"]
    return [("other-period", name, awards.get(name, 0), amounts[name]) for name in sorted(amounts)]


def allocations(placement: Placement, labels: Mapping[int, Period]) -> pa.Table:
    """Work out the part of each award in each of some periods."""
    kinds: dict[str, pa.DataType] = {
        "bound": pa.int64(),
        "period": pa.string(),
        "first": pa.date32(),
        "last": pa.date32(),
    }
    bounds = [(number, found.label, found.start, found.end) for number, found in labels.items()]
    with engine_over(*placement.inputs) as engine:
        placement.define_pieces(engine)
        engine.put("bounds", table(kinds, bounds))
        engine.define(
            "listed",
            "SELECT id, number, basis, currency, amount_minor FROM pieces WHERE line_of IS NULL "
            "UNION ALL SELECT id, number, basis, currency, "
            f"CAST({engine.total('amount_minor')} AS BIGINT) AS amount_minor FROM pieces "
            "WHERE line_of IS NOT NULL GROUP BY id, number, basis, currency",
        )
        start, end = engine.quoted("start"), engine.quoted("end")
        found = engine.table(
            f"SELECT id AS award_id, period, first AS {start}, last AS {end}, basis, "
            "amount_minor, currency FROM listed JOIN bounds ON bound = number "
            "ORDER BY id, first, basis, amount_minor"
        )
    # Engines differ in what they say of nulls.
    return pa.Table.from_arrays(found.columns, schema=pa.schema(list(_ALLOCATIONS.items())))


_ALLOCATIONS: Final[Mapping[str, pa.DataType]] = {
    "award_id": pa.string(),
    "period": pa.string(),
    "start": pa.date32(),
    "end": pa.date32(),
    "basis": pa.string(),
    "amount_minor": pa.int64(),
    "currency": pa.string(),
}
