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
from coprometrics.metrics._engine import Engine, too_large
from coprometrics.metrics._parameters import check_texts
from coprometrics.metrics._pieces import define_pieces, define_weights, part
from coprometrics.metrics._spans import refuse_shared_ids
from coprometrics.metrics.base import several, table
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
# The award itself is run 0, each of its supplements another.
_STATE: Final = "id, run, line_of, basis, currency, first_day"
_MOST: Final = 2**63 - 1


def closed_numbers(periods: Periods, closed: Sequence[str]) -> tuple[int, ...]:
    """Read the labels of closed periods.

    Raises:
        ParameterError: when one is not a label of these periods.
    """
    labels = check_texts("closed", closed, "closed must be labels of periods, in a list")
    try:
        return tuple(sorted({periods.number(periods.labelled(label).start) for label in labels}))
    except ParameterError as error:
        raise ParameterError(error.what, where="closed", remedy=error.remedy) from error


def put_closed(engine: Engine, periods: Periods, numbers: Sequence[int]) -> None:
    """Add the table ``closed``: the number and the last day of each closed period."""
    kinds: dict[str, pa.DataType] = {"number": pa.int64(), "last_closed": pa.date32()}
    engine.put("closed", table(kinds, [(n, periods.numbered(n).end) for n in numbers]))


def keep_changes(engine: Engine, amount: str) -> list[str]:
    """Keep ``ordered`` (the changes of each award, numbered) and ``changes`` (their sums).

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
    # Where identifiers are missing, engines must not differ in where they sort nulls.
    order = ", ".join(
        f"{column} NULLS LAST"
        for column in ("effective_on", "id", "kind", "delta_minor", "new_ends_on")
    )
    engine.keep(
        "ordered",
        f"SELECT award_id, kind = 'supplement' AS extra, coalesce(delta_minor, 0) AS delta, "
        f"{end} AS new_end, effective_on, "
        f"row_number() OVER (PARTITION BY award_id ORDER BY {order}) AS place FROM adjustments",
    )
    engine.keep(
        "changes",
        "SELECT award_id, "
        f"{engine.total('CASE WHEN extra THEN 0 ELSE delta END')} AS delta, "
        f"{engine.total('CASE WHEN extra THEN delta ELSE 0 END')} AS supplements, "
        "min_by(new_end, CASE WHEN NOT extra AND new_end IS NOT NULL THEN place END) AS ends "
        "FROM ordered GROUP BY award_id",
    )
    _refuse_too_large(engine, amount)
    (strays,) = engine.rows(
        "SELECT count(*) AS number FROM adjustments LEFT JOIN awards ON awards.id = award_id "
        "WHERE awards.id IS NULL"
    )
    if not strays["number"]:
        return []
    return [f"Not counted, for want of their award: {several(strays['number'], 'change')}."]


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


def _refuse_too_large(engine: Engine, amount: str) -> None:
    """Refuse changes that take an award beyond 64 bits, which not every engine notices."""
    rows = engine.rows(
        f"SELECT id FROM (SELECT id, CAST({amount} AS DECIMAL(38, 0)) + {engine.total('delta')} "
        "OVER (PARTITION BY award_id ORDER BY place) AS becomes FROM awards JOIN ordered "
        f"ON award_id = id WHERE NOT extra) AS running WHERE abs(becomes) > {_MOST} "
        "ORDER BY id LIMIT 1"
    )
    for row in rows:
        raise MetricError(
            f"a change makes award {row['id']} too large to calculate with",
            where="adjustments.delta_minor",
            remedy="check its amounts: they must be in minor units, such as pence",
        )


def keep_adjusted(engine: Engine, periods: Periods, basis: str, *, retrospective: bool) -> None:
    """Keep ``adjusted_pieces``, those of the awards that changed.

    ``reported`` has what was known of each when closed periods ended.

    Raises:
        MetricError: when what is closed and what is left cannot both be right.
    """
    _define_supplements(engine, "days" if basis == "schedule" else basis)
    columns = f"{_STATE}, final_day, amount"
    engine.keep(
        "state",
        f"SELECT {columns} FROM (SELECT *, 0 AS run FROM judged) AS runs WHERE adjusted "
        f"AND reason IS NULL AND basis <> 'schedule' UNION ALL SELECT {columns} FROM supplements",
    )
    if basis == "at_award":
        _keep_at_award(engine, periods, retrospective=retrospective)
        return
    engine.keep(
        "steps",
        "SELECT award_id, 0 AS of_run, place, effective_on, delta, new_end "
        "FROM ordered WHERE NOT extra UNION ALL "
        "SELECT award_id, run AS of_run, place, ordered.effective_on, 0 AS delta, new_end "
        "FROM supplements JOIN ordered ON award_id = id "
        "WHERE own_end IS NULL AND NOT extra AND place > run AND new_end IS NOT NULL",
    )
    define_weights(engine, "first_spread", "state", periods, by_months=basis == "months")
    engine.keep(
        "split",
        f"SELECT number, {_STATE}, "
        f"{part(engine, 'amount', 'upto', 'before', 'whole')} AS amount_minor FROM first_spread",
    )
    for step in engine.rows("SELECT DISTINCT place FROM steps ORDER BY place"):
        _take_change(engine, periods, basis, step["place"], retrospective=retrospective)
    engine.define("reported", f"SELECT {_PIECE} FROM split")
    if retrospective:
        define_pieces(engine, "anew", "state", periods, by_months=basis == "months")
    engine.keep("adjusted_pieces", f"SELECT {_PIECE} FROM {'anew' if retrospective else 'split'}")


def _take_change(
    engine: Engine, periods: Periods, basis: str, place: int, *, retrospective: bool
) -> None:
    """Move on from ``state`` and ``split`` by the next change of each award that has one."""
    engine.keep(
        "state",
        f"SELECT {_STATE}, coalesce(new_end, final_day) AS final_day, "
        "amount + coalesce(delta, 0) AS amount, effective_on FROM "
        f"(SELECT {_STATE}, final_day, amount FROM state) AS was "
        f"LEFT JOIN steps ON award_id = id AND of_run = run AND place = {place}",
    )
    _refuse_backwards(engine)
    engine.define("moving", "SELECT * FROM state WHERE effective_on IS NOT NULL")
    engine.define(
        "frozen",
        "SELECT split.* FROM split JOIN closed ON closed.number = split.number "
        "JOIN moving ON moving.id = split.id AND moving.run = split.run "
        "WHERE last_closed < effective_on",
    )
    define_weights(engine, "spread", "moving", periods, by_months=basis == "months")
    engine.define(
        "held",
        f"SELECT id AS held_id, run AS held_run, CAST({engine.total('amount_minor')} AS BIGINT) "
        "AS held_minor FROM frozen GROUP BY id, run",
    )
    # A closed period in which the award had no days stays without them.
    engine.keep(
        "open_days",
        "SELECT spread.*, coalesce(held_minor, 0) AS kept, "
        "CASE WHEN last_closed < effective_on THEN 0 ELSE upto - before END AS weight "
        "FROM spread LEFT JOIN held ON held_id = spread.id AND held_run = spread.run "
        "LEFT JOIN closed ON closed.number = spread.number",
    )
    _refuse_overdrawn(engine, retrospective=retrospective)
    engine.define(
        "shares",
        "SELECT *, amount - kept AS rest, "
        "CAST(sum(weight) OVER (PARTITION BY id, run ORDER BY number) AS BIGINT) AS passed, "
        "CAST(sum(weight) OVER (PARTITION BY id, run) AS BIGINT) AS open FROM open_days",
    )
    engine.keep(
        "split",
        f"SELECT number, {_STATE}, amount_minor FROM ("
        "SELECT split.*, moving.id AS moved FROM split LEFT JOIN moving "
        "ON moving.id = split.id AND moving.run = split.run) AS staying WHERE moved IS NULL "
        f"UNION ALL SELECT number, {_STATE}, amount_minor FROM frozen "
        f"UNION ALL SELECT number, {_STATE}, "
        f"{part(engine, 'rest', 'passed', '(passed - weight)', 'open')} AS amount_minor "
        "FROM shares WHERE weight > 0",
    )


def _refuse_backwards(engine: Engine) -> None:
    rows = engine.rows(
        "SELECT id, first_day, final_day FROM state WHERE final_day < first_day "
        "ORDER BY id, first_day LIMIT 3"
    )
    if rows:
        found = "; ".join(
            f"{row['id']} (starts on {row['first_day']}, would end on {row['final_day']})"
            for row in rows
        )
        raise MetricError(
            f"a change ends an award or its supplement before it starts: {found}",
            where="adjustments.new_ends_on",
            remedy="correct the new end; an award that never ran is one that was not awarded",
        )


def _refuse_overdrawn(engine: Engine, *, retrospective: bool) -> None:
    """Refuse a change that leaves less than what closed periods hold, or no day for the rest.

    Where these are restated it only has to be a number that can be worked with.
    """
    below = "(kept > 0 AND amount < kept) OR (kept < 0 AND amount > kept)"
    fault = f"abs(CAST(amount AS DECIMAL(38, 0)) - kept) > {_MOST}"
    rows = engine.rows(
        f"SELECT id, currency, amount, kept, {below} AS below FROM (SELECT id, run, currency, "
        "max(amount) AS amount, max(kept) AS kept, max(weight) AS widest FROM open_days "
        "GROUP BY id, run, currency) AS spread_ WHERE "
        f"{fault if retrospective else f'amount <> kept AND (widest = 0 OR {below})'} "
        "ORDER BY id, run LIMIT 1"
    )
    for row in rows:
        if retrospective:
            raise too_large()
        held = Money(row["kept"], row["currency"])
        rest = Money(row["amount"] - row["kept"], row["currency"])
        raise MetricError(
            f"a closed period of award {row['id']} would go below what was reported: closed "
            f"periods hold {held}, which leaves {rest}"
            if row["below"]
            else f"award {row['id']} has no open day left for {rest}: its periods are closed",
            where="adjustments.delta_minor",
            remedy="leave a period open, or adjust retrospectively and restate it",
        )


def _keep_at_award(engine: Engine, periods: Periods, *, retrospective: bool) -> None:
    """Place changes of the amount when they take effect, or when the award was won."""
    columns = "id, line_of, basis, currency"
    for name, day in (("when_changed", "effective_on"), ("when_won", "first_day")):
        engine.define(
            f"{name}_spans",
            f"SELECT {columns}, first_day, final_day, amount FROM state UNION ALL "
            f"SELECT {columns}, {day} AS first_day, {day} AS final_day, delta AS amount "
            "FROM state JOIN ordered ON award_id = id "
            "WHERE run = 0 AND NOT extra AND delta <> 0",
        )
        define_pieces(engine, name, f"{name}_spans", periods)
    engine.define("reported", f"SELECT {_PIECE} FROM when_changed")
    engine.keep(
        "adjusted_pieces",
        f"SELECT {_PIECE} FROM {'when_won' if retrospective else 'when_changed'}",
    )


def _define_supplements(engine: Engine, basis: str) -> None:
    """Keep ``supplements``: each is an award of its own from its effective day.

    One without an end of its own has that of its award: the one that holds when it takes effect or,
    where that is over by then, the next one.

    Raises:
        MetricError: when one has no last day, or one before it takes effect.
    """
    known = "coalesce(end_before, judged.known_end)"
    last = (
        f"coalesce(own_end, CASE WHEN {known} >= effective_on THEN {known} END, end_after, {known})"
    )
    engine.define(
        "supplement_ends",
        "SELECT added.award_id AS award_id, added.place AS run, "
        "added.effective_on AS effective_on, added.delta AS delta, added.new_end AS own_end, "
        "max_by(ended.new_end, CASE WHEN ended.place < added.place THEN ended.place END) "
        "AS end_before, "
        "min_by(ended.new_end, CASE WHEN ended.place > added.place THEN ended.place END) "
        "AS end_after FROM ordered AS added LEFT JOIN ordered AS ended "
        "ON ended.award_id = added.award_id AND NOT ended.extra AND ended.new_end IS NOT NULL "
        "WHERE added.extra "
        "GROUP BY added.award_id, added.place, added.effective_on, added.delta, added.new_end",
    )
    engine.keep(
        "supplements",
        f"SELECT id, run, id AS line_of, '{basis}' AS basis, currency, effective_on AS first_day, "
        f"{'effective_on' if basis == 'at_award' else last} AS final_day, "
        "supplement_ends.delta AS amount, own_end FROM supplement_ends "
        "JOIN judged ON id = award_id WHERE reason IS NULL OR reason <> 'not-awarded'",
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


def define_original_pieces(engine: Engine, periods: Periods) -> None:
    """Define the pieces of the original schedule of each award whose schedule was revised."""
    engine.define(
        "original_spans",
        "SELECT judged.id AS id, judged.id AS line_of, 'schedule' AS basis, "
        "period_start AS first_day, period_end AS final_day, amount_minor AS amount, "
        "schedule.currency AS currency FROM judged JOIN schedule ON award_id = judged.id "
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
        f"SELECT id, number, currency, {engine.total('amount_minor')} AS {{name}} FROM {{table}} "
        "WHERE basis = 'schedule' AND id IN (SELECT id FROM original_spans) "
        "AND number IN (SELECT number FROM closed) GROUP BY id, number, currency"
    )
    rows = engine.rows(
        "SELECT coalesce(o.id, n.id) AS id, coalesce(o.number, n.number) AS number, "
        "coalesce(o.currency, n.currency) AS currency, coalesce(was, 0) AS was, "
        "coalesce(becomes, 0) AS becomes FROM "
        f"({sums.format(name='was', table='original_pieces')}) AS o FULL JOIN "
        f"({sums.format(name='becomes', table='plain')}) AS n "
        "ON o.id = n.id AND o.number = n.number AND o.currency = n.currency "
        "WHERE coalesce(was, 0) <> coalesce(becomes, 0) ORDER BY 1, 2, 3 LIMIT 1"
    )
    for row in rows:
        was, becomes = (Money(row[name], row["currency"]) for name in ("was", "becomes"))
        raise MetricError(
            f"the revised schedule of award {row['id']} changes the closed "
            f"{periods.numbered(row['number']).label} from {was} to {becomes}",
            where="schedule.revision",
            remedy="correct its lines, or adjust retrospectively and restate the period",
        )
