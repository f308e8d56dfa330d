"""What becomes of an award's money in time when the award changes after it was won.

Changes are taken in the order in which they take effect. With each, what lies in closed periods
that ended before it stays as it was, and the rest of the award is spread anew over the other days.
So a closed period keeps what was known when it ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics._engine import Engine
from coprometrics.metrics._pieces import define_pieces, define_weights, part
from coprometrics.metrics._spans import refuse_shared_ids
from coprometrics.metrics.base import table
from coprometrics.money import Money
from coprometrics.periods import Periods

__all__ = [
    "closed_numbers",
    "define_original_pieces",
    "keep_adjusted",
    "keep_changes",
    "put_closed",
    "refuse_closed_changes",
]

_PIECE: Final = "number, id, line_of, basis, currency, amount_minor"
_STATE: Final = "id, line_of, basis, currency, first_day"


def closed_numbers(periods: Periods, closed: Sequence[str]) -> tuple[int, ...]:
    """Read the labels of closed periods.

    Raises:
        ParameterError: when one is not a label of these periods.
    """
    if isinstance(closed, str):
        raise ParameterError("closed is one text", where="closed", remedy="give a list of labels")
    return tuple(sorted({periods.number(periods.labelled(label).start) for label in closed}))


def put_closed(engine: Engine, periods: Periods, numbers: Sequence[int]) -> None:
    """Add the table ``closed``: the number and the last day of each closed period."""
    kinds: dict[str, pa.DataType] = {"number": pa.int64(), "last_closed": pa.date32()}
    engine.put("closed", table(kinds, [(n, periods.numbered(n).end) for n in numbers]))


def keep_changes(engine: Engine, amount: str) -> list[str]:
    """Keep ``ordered`` (the changes of each award, numbered) and ``changes`` (their sum).

    Returns:
        Notes.

    Raises:
        MetricError: when a change does not say what its kind needs.
    """
    _refuse_unclear(engine)
    refuse_shared_ids(engine, "adjustments", "change")
    if amount == "amount_ours_minor":
        _refuse_other_amounts(engine)
    # An award that is terminated no longer runs on the day from which that holds.
    end = (
        "CASE WHEN new_ends_on IS NULL AND kind = 'termination' "
        f"THEN {engine.plus_days('effective_on', '-1')} ELSE new_ends_on END"
    )
    engine.keep(
        "ordered",
        f"SELECT award_id, coalesce(delta_minor, 0) AS delta, {end} AS new_end, effective_on, "
        "row_number() OVER (PARTITION BY award_id ORDER BY effective_on, id, kind, delta_minor, "
        "new_ends_on) AS place FROM adjustments WHERE kind <> 'supplement'",
    )
    engine.keep(
        "changes",
        "SELECT named.award_id AS award_id, delta, ends FROM "
        "(SELECT DISTINCT award_id FROM adjustments) AS named LEFT JOIN "
        f"(SELECT award_id, CAST({engine.total('delta')} AS BIGINT) AS delta, "
        "min_by(new_end, CASE WHEN new_end IS NOT NULL THEN place END) AS ends "
        "FROM ordered GROUP BY award_id) AS summed_changes "
        "ON summed_changes.award_id = named.award_id",
    )
    (strays,) = engine.rows(
        "SELECT count(*) AS number FROM adjustments LEFT JOIN awards ON awards.id = award_id "
        "WHERE awards.id IS NULL"
    )
    if not strays["number"]:
        return []
    return [f"{strays['number']:,} changes belong to no award in the data and do not count."]


def _refuse_unclear(engine: Engine) -> None:
    known = "delta_minor IS NOT NULL"
    faults: Mapping[str, str] = {
        f"kind = 'supplement' AND NOT ({known} AND delta_minor > 0)": (
            "a supplement needs an amount above zero"
        ),
        f"kind = 'reduction' AND NOT ({known} AND delta_minor < 0)": (
            "a reduction needs an amount below zero"
        ),
        f"kind = 'termination' AND NOT ({known} AND delta_minor <= 0)": (
            "a termination needs an amount of zero or less"
        ),
        f"kind = 'no_cost_extension' AND (new_ends_on IS NULL OR ({known} AND delta_minor <> 0))": (
            "an extension at no cost needs a new end, and no amount"
        ),
        f"kind = 'correction' AND new_ends_on IS NULL AND NOT ({known})": (
            "a correction needs an amount or a new end"
        ),
    }
    case = " ".join(f"WHEN {test} THEN {i}" for i, test in enumerate(faults))
    rows = engine.rows(
        f"SELECT * FROM (SELECT award_id, CASE {case} END AS fault FROM adjustments) AS judged_ "
        "WHERE fault IS NOT NULL ORDER BY fault, award_id LIMIT 1"
    )
    for row in rows:
        raise MetricError(
            f"{list(faults.values())[row['fault']]}: award {row['award_id']}",
            where="adjustments.delta_minor",
            remedy="say by how much the award changes, with its sign, and until when it runs",
        )


def _refuse_other_amounts(engine: Engine) -> None:
    rows = engine.rows(
        "SELECT DISTINCT award_id FROM adjustments JOIN awards ON awards.id = award_id "
        "WHERE delta_minor <> 0 AND amount_total_minor <> amount_ours_minor "
        "ORDER BY award_id LIMIT 3"
    )
    if rows:
        names = ", ".join(row["award_id"] for row in rows)
        raise MetricError(
            f"a change does not say by how much our part of the award changes: {names}",
            where="adjustments.delta_minor",
            remedy="ask for the total, or give our part as an award of its own",
        )


def keep_adjusted(engine: Engine, periods: Periods, basis: str, *, retrospective: bool) -> None:
    """Keep ``adjusted_pieces``, those of the awards that changed.

    ``reported`` has what was known of each when closed periods ended, ``supplement_pieces`` what is
    there of supplements either way.

    Raises:
        MetricError: when what is closed and what is left cannot both be right.
    """
    engine.keep(
        "state",
        f"SELECT {_STATE}, final_day, amount FROM judged "
        "WHERE adjusted AND reason IS NULL AND basis <> 'schedule'",
    )
    if basis == "at_award":
        _keep_at_award(engine, periods, retrospective=retrospective)
        return
    define_pieces(engine, "first_pieces", "state", periods)
    engine.keep("split", f"SELECT {_PIECE} FROM first_pieces")
    (most,) = engine.rows("SELECT coalesce(max(place), 0) AS place FROM ordered")
    for place in range(1, most["place"] + 1):
        _take_change(engine, periods, place)
    engine.define("reported", f"SELECT {_PIECE} FROM split")
    engine.define("last_state", f"SELECT {_STATE}, final_day, amount FROM state")
    if retrospective:
        define_pieces(engine, "anew", "last_state", periods)
    pieces = "anew" if retrospective else "split"
    _define_supplements(engine, periods, "days" if basis == "schedule" else basis)
    engine.keep(
        "adjusted_pieces",
        f"SELECT {_PIECE} FROM {pieces} UNION ALL SELECT {_PIECE} FROM supplement_pieces",
    )


def _take_change(engine: Engine, periods: Periods, place: int) -> None:
    """Move on from ``state`` and ``split`` by the next change of each award that has one."""
    engine.keep(
        "state",
        f"SELECT {_STATE}, coalesce(new_end, final_day) AS final_day, "
        "amount + coalesce(delta, 0) AS amount, effective_on FROM "
        f"(SELECT {_STATE}, final_day, amount FROM state) AS was "
        f"LEFT JOIN ordered ON award_id = id AND place = {place}",
    )
    _refuse_backwards(engine)
    engine.define("moving", "SELECT * FROM state WHERE effective_on IS NOT NULL")
    engine.keep(
        "frozen",
        "SELECT split.* FROM split JOIN closed ON closed.number = split.number "
        "JOIN moving ON moving.id = split.id WHERE last_closed < effective_on",
    )
    define_weights(engine, "spread", "moving", periods)
    engine.define(
        "held",
        f"SELECT id AS held_id, CAST({engine.total('amount_minor')} AS BIGINT) AS held "
        "FROM frozen GROUP BY id",
    )
    engine.define(
        "open_days",
        "SELECT spread.*, coalesce(held, 0) AS kept, amount - coalesce(held, 0) AS rest, "
        "CASE WHEN frozen.number IS NULL THEN upto - before ELSE 0 END AS weight "
        "FROM spread LEFT JOIN held ON held_id = spread.id "
        "LEFT JOIN frozen ON frozen.id = spread.id AND frozen.number = spread.number",
    )
    _refuse_overdrawn(engine)
    engine.define(
        "shares",
        "SELECT *, CAST(sum(weight) OVER (PARTITION BY id ORDER BY number) AS BIGINT) AS passed, "
        "CAST(sum(weight) OVER (PARTITION BY id) AS BIGINT) AS open FROM open_days",
    )
    engine.keep(
        "split",
        f"SELECT {_PIECE} FROM split WHERE id NOT IN (SELECT id FROM moving) "
        f"UNION ALL SELECT {_PIECE} FROM frozen "
        "UNION ALL SELECT number, id, line_of, basis, currency, "
        f"{part(engine, 'rest', 'passed', '(passed - weight)', 'open')} AS amount_minor "
        "FROM shares WHERE weight > 0",
    )


def _refuse_backwards(engine: Engine) -> None:
    rows = engine.rows(
        "SELECT id, first_day, final_day FROM state WHERE final_day < first_day ORDER BY id LIMIT 3"
    )
    if rows:
        found = "; ".join(
            f"{row['id']} (starts on {row['first_day']}, would end on {row['final_day']})"
            for row in rows
        )
        raise MetricError(
            f"a change ends an award before it starts: {found}",
            where="adjustments.new_ends_on",
            remedy="correct the new end; an award that never ran is one that was not awarded",
        )


def _refuse_overdrawn(engine: Engine) -> None:
    """Refuse a change that leaves less than what closed periods hold, or no day for the rest."""
    rows = engine.rows(
        "SELECT id, currency, kept, rest FROM (SELECT id, currency, max(kept) AS kept, "
        "max(rest) AS rest, max(weight) AS widest FROM open_days GROUP BY id, currency) AS spread_ "
        "WHERE rest <> 0 AND (widest = 0 OR (kept > 0 AND rest < 0) OR (kept < 0 AND rest > 0)) "
        "ORDER BY id LIMIT 1"
    )
    for row in rows:
        held, rest = (Money(row[name], row["currency"]) for name in ("kept", "rest"))
        below = row["kept"] * row["rest"] < 0
        raise MetricError(
            f"a closed period of award {row['id']} would go below what was reported: closed "
            f"periods hold {held}, which leaves {rest}"
            if below
            else f"award {row['id']} has no open day left for {rest}: its periods are closed",
            where="adjustments.delta_minor",
            remedy="leave a period open, or adjust retrospectively and restate it",
        )


def _keep_at_award(engine: Engine, periods: Periods, *, retrospective: bool) -> None:
    """Place changes of the amount when they take effect, or when the award was won."""
    engine.define("last_state", f"SELECT {_STATE}, final_day, amount FROM state")
    columns = "id, line_of, basis, currency"
    for name, day in (("when_changed", "effective_on"), ("when_won", "first_day")):
        engine.define(
            f"{name}_spans",
            f"SELECT {columns}, first_day, final_day, amount FROM state UNION ALL "
            f"SELECT {columns}, {day} AS first_day, {day} AS final_day, ordered.delta AS amount "
            "FROM state JOIN ordered ON award_id = id WHERE ordered.delta <> 0",
        )
        define_pieces(engine, name, f"{name}_spans", periods)
    engine.define("reported", f"SELECT {_PIECE} FROM when_changed")
    _define_supplements(engine, periods, "at_award")
    engine.keep(
        "adjusted_pieces",
        f"SELECT {_PIECE} FROM {'when_won' if retrospective else 'when_changed'} "
        f"UNION ALL SELECT {_PIECE} FROM supplement_pieces",
    )


def _define_supplements(engine: Engine, periods: Periods, basis: str) -> None:
    """Define the pieces of supplements: each is an award of its own from its effective day.

    Raises:
        MetricError: when one has no last day, or one before it takes effect.
    """
    last = "coalesce(new_ends_on, last_state.final_day, judged.final_day)"
    engine.define(
        "supplements",
        f"SELECT judged.id AS id, judged.id AS line_of, '{basis}' AS basis, "
        "judged.currency AS currency, effective_on AS first_day, "
        f"{'effective_on' if basis == 'at_award' else last} AS final_day, delta_minor AS amount "
        "FROM adjustments JOIN judged ON judged.id = award_id "
        "LEFT JOIN last_state ON last_state.id = award_id "
        "WHERE kind = 'supplement' AND (reason IS NULL OR reason <> 'not-awarded')",
    )
    wrong = engine.rows(
        "SELECT id, first_day, final_day FROM supplements "
        "WHERE final_day IS NULL OR final_day < first_day ORDER BY id, first_day LIMIT 1"
    )
    for row in wrong:
        raise MetricError(
            f"the supplement of award {row['id']} takes effect on {row['first_day']}, but its last "
            f"day is {row['final_day'] or 'not known'}",
            where="adjustments.new_ends_on",
            remedy="give it a new_ends_on of its own",
        )
    define_pieces(engine, "supplement_pieces", "supplements", periods)


def define_original_pieces(engine: Engine, periods: Periods) -> None:
    """Define the pieces of the original schedule of each award whose schedule was revised."""
    engine.define(
        "original_spans",
        "SELECT judged.id AS id, judged.id AS line_of, 'schedule' AS basis, "
        "period_start AS first_day, period_end AS final_day, amount_minor AS amount, "
        "judged.currency AS currency FROM judged JOIN schedule ON award_id = judged.id "
        "JOIN revised ON revised_id = judged.id "
        "WHERE basis = 'schedule' AND reason IS NULL AND revision = 'original'",
    )
    define_pieces(engine, "original_pieces", "original_spans", periods)


def refuse_closed_changes(engine: Engine, periods: Periods) -> None:
    """Refuse a revised schedule that changes a closed period.

    ``original_pieces`` and ``plain`` must be there.

    Raises:
        MetricError: naming the award and the period.
    """
    sums = (
        "SELECT id, number, currency, sum(amount_minor) AS {name} FROM {table} "
        "WHERE basis = 'schedule' AND id IN (SELECT id FROM original_spans) "
        "AND number IN (SELECT number FROM closed) GROUP BY id, number, currency"
    )
    rows = engine.rows(
        "SELECT coalesce(o.id, n.id) AS id, coalesce(o.number, n.number) AS number, "
        "coalesce(o.currency, n.currency) AS currency, coalesce(was, 0) AS was, "
        "coalesce(becomes, 0) AS becomes FROM "
        f"({sums.format(name='was', table='original_pieces')}) AS o FULL JOIN "
        f"({sums.format(name='becomes', table='plain')}) AS n "
        "ON o.id = n.id AND o.number = n.number "
        "WHERE coalesce(was, 0) <> coalesce(becomes, 0) ORDER BY 1, 2 LIMIT 1"
    )
    for row in rows:
        was, becomes = (Money(row[name], row["currency"]) for name in ("was", "becomes"))
        raise MetricError(
            f"the revised schedule of award {row['id']} changes the closed "
            f"{periods.numbered(row['number']).label} from {was} to {becomes}",
            where="schedule.revision",
            remedy="correct its lines, or adjust retrospectively and restate the period",
        )
