"""Over which days the money of an award, or of a line of its schedule, is spread."""

from __future__ import annotations

from typing import Final

from coprometrics.errors import MetricError
from coprometrics.metrics._dates import first_of_month, last_possible, month_number, period_number
from coprometrics.metrics._engine import Engine
from coprometrics.metrics.base import several
from coprometrics.money import Money
from coprometrics.periods import Periods

__all__ = ["define_judged", "define_spans", "keep_lines", "refuse_backwards"]

_ENDLESS: Final = 999_999
_FEW: Final = 3
_SPAN: Final = "id, line_of, basis, first_day, final_day, amount, currency"
_ROUGH_START: Final = {
    "days": "starts_on_precision <> 'day'",
    "months": "starts_on_precision = 'year'",
}
# A month is exact enough by months: all of it counts. Not so the month in which the day after the
# last lies, which may be its first.
_ROUGH_END: Final = {
    "days": "ends_on_precision <> 'day'",
    "months": "ends_on_precision = 'year' "
    "OR (ends_on_precision = 'month' AND end_convention = 'exclusive')",
}


def define_judged(
    engine: Engine, amount: str, basis: str, periods: Periods, *, scheduled: bool, adjusted: bool
) -> None:
    """Define ``judged``: each award with its basis and span, or the reason why it has none.

    Where awards are adjusted, the table ``changes`` must be there: award_id, delta (of the amount),
    supplements (their sum) and ends (the first new last day). Where they have schedules, ``lines``.
    """
    by_lines = "lines_of IS NOT NULL" if scheduled else "false"
    rest = {"auto": "days", "schedule": "none"}.get(basis, basis)
    join = "LEFT JOIN changes ON changes.award_id = awards.id" if adjusted else ""
    # What was not awarded has no supplements that could have a place of their own.
    supplements = "coalesce(supplements, 0)"
    columns = (
        "coalesce(delta, 0) + "
        f"CASE WHEN status = 'awarded' THEN 0 ELSE {supplements} END AS delta, "
        f"status = 'awarded' AND {supplements} > 0 AS supplemented, changes.award_id IS NOT NULL"
        if adjusted
        else "0 AS delta, false AS supplemented, false"
    )
    if scheduled:
        join += (
            " LEFT JOIN (SELECT DISTINCT award_id AS lines_of FROM lines) AS having_lines "
            "ON lines_of = awards.id"
        )
        columns = f"lines_of, {columns}"
    own_last = _last_day(engine)
    last = f"coalesce({own_last}, changes.ends)" if adjusted else own_last
    won = "awarded_on"
    if rest == "at_award" and not engine.silent("awards", "awarded_on_precision"):
        won = last_possible("awarded_on")
    words = [f"{day}_precision" for day in ("awarded_on", "starts_on", "ends_on")]
    fits = engine.fitting("awards", "status", "end_convention", *words)
    engine.define(
        "dated",
        f"SELECT awards.*, {columns} AS adjusted, {last} AS last, {won} AS won, {fits} AS fits "
        f"FROM awards {join}",
    )
    day = "awarded_on" if rest == "at_award" else "starts_on"
    rough_end = _ROUGH_END["months" if rest == "months" else "days"]
    engine.define(
        "judged",
        f"SELECT id, CASE WHEN adjusted OR {by_lines} THEN id END AS line_of, currency, "
        f"{amount} AS amount, delta, supplemented, adjusted, fits, "
        f"CASE WHEN {rough_end} THEN NULL ELSE last END AS known_end, "
        f"CASE WHEN {by_lines} THEN 'schedule' ELSE '{rest}' END AS basis, {day} AS first_day, "
        f"{'awarded_on' if rest == 'at_award' else 'last'} AS final_day, "
        f"CASE WHEN status <> 'awarded' THEN 'not-awarded' WHEN {amount} IS NULL THEN 'no-amount' "
        f"WHEN {by_lines} THEN NULL {_reasons(engine, rest, periods)} END AS reason FROM dated",
    )


def _last_day(engine: Engine) -> str:
    """Write the last day of an award, from its end or its duration."""
    ends = "ends_on"
    if not engine.silent("awards", "end_convention"):
        ends = (
            "CASE WHEN ends_on_precision <> 'month' AND end_convention = 'exclusive' "
            f"THEN {engine.plus_days('ends_on', '-1')} ELSE {ends} END"
        )
    if not engine.silent("awards", "ends_on_precision"):
        ends = f"CASE WHEN ends_on_precision = 'month' THEN last_day(ends_on) ELSE {ends} END"
    if engine.silent("awards", "duration_months"):
        return ends
    # So many are beyond all years already, and still a number that every engine counts with.
    too_many = f"duration_months > {_ENDLESS}"
    months = f"CASE WHEN {too_many} THEN {_ENDLESS} ELSE duration_months END"
    first = first_of_month(engine, f"({month_number('starts_on')} + {months})")
    # The day before the same day so many months later; before the last one of a shorter month.
    after = f"least(day(starts_on), day(last_day({first})))"
    return (
        f"CASE WHEN ends_on IS NULL THEN {engine.plus_days(first, f'{after} - 2')} ELSE {ends} END"
    )


def _reasons(engine: Engine, basis: str, periods: Periods) -> str:
    """Write why an award has no place in time, on a basis that is not the schedule."""
    if basis == "none":
        return "ELSE 'no-schedule'"
    if basis == "at_award":
        won, latest = (period_number(engine, day, periods) for day in ("awarded_on", "won"))
        return (
            "WHEN awarded_on IS NULL THEN 'no-award-date' "
            f"WHEN {won} <> {latest} THEN 'date-too-rough'"
        )
    return (
        "WHEN starts_on IS NULL AND last IS NULL THEN 'no-dates' "
        "WHEN starts_on IS NULL THEN 'no-start' WHEN last IS NULL THEN 'no-end' "
        f"WHEN {_ROUGH_START[basis]} OR {_ROUGH_END[basis]} THEN 'date-too-rough'"
    )


def define_spans(engine: Engine, *, scheduled: bool) -> None:
    """Define ``spans``: the days and the amount of each award, or of each of its lines.

    Awards that were adjusted and have no schedule are not among them.
    """
    lines = (
        "UNION ALL SELECT id, line_of, basis, period_start, period_end, amount_minor, "
        "judged.currency FROM judged JOIN lines ON award_id = id "
        "WHERE basis = 'schedule' AND reason IS NULL"
    )
    engine.define(
        "spans",
        f"SELECT {_SPAN} FROM judged "
        "WHERE reason IS NULL AND basis <> 'schedule' AND NOT adjusted "
        f"{lines if scheduled else ''}",
    )


def refuse_backwards(engine: Engine) -> None:
    """Refuse awards that end before they start.

    Raises:
        MetricError: naming the first few.
    """
    rows = engine.rows(
        "SELECT coalesce(id, 'an award without an id') AS name, first_day, final_day FROM judged "
        "WHERE reason IS NULL AND basis <> 'schedule' AND final_day < first_day "
        "ORDER BY name, first_day, final_day LIMIT 3"
    )
    if not rows:
        return
    found = "; ".join(
        f"{row['name']} (starts on {row['first_day']}, its last day is {row['final_day']})"
        for row in rows
    )
    raise MetricError(
        f"an award ends before it starts: {found}",
        where="awards.ends_on",
        remedy="correct its dates; an exclusive end is the day after the last",
    )


def keep_lines(engine: Engine, amount: str, *, adjusted: bool) -> list[str]:
    """Keep ``lines``, those that hold: the revised ones of an award where it has any.

    Returns:
        Notes.

    Raises:
        MetricError: when a line ends before it starts, or the lines do not fit their award.
    """
    backwards = engine.rows(
        "SELECT DISTINCT award_id FROM schedule WHERE period_end < period_start "
        "ORDER BY award_id LIMIT 3"
    )
    if backwards:
        raise MetricError(
            f"a line ends before it starts, of award {_names(backwards)}", where="schedule"
        )
    engine.define(
        "revised", "SELECT DISTINCT award_id AS revised_id FROM schedule WHERE revision = 'revised'"
    )
    engine.keep(
        "lines",
        "SELECT award_id, period_start, period_end, amount_minor, currency FROM schedule "
        "LEFT JOIN revised ON revised_id = award_id "
        "WHERE revision = 'revised' OR revised_id IS NULL",
    )
    refuse_shared_ids(engine, "lines", "schedule")
    engine.define(
        "summed",
        f"SELECT award_id, {engine.total('amount_minor')} AS amount_lines, "
        "min(currency) AS least, max(currency) AS most FROM lines GROUP BY award_id",
    )
    delta = "coalesce(delta, 0)" if adjusted else "0"
    join = "LEFT JOIN changes ON changes.award_id = awards.id" if adjusted else ""
    rows = engine.rows(
        f"SELECT id, awards.currency AS currency, {amount} AS amount, {delta} AS delta, "
        "amount_lines, least <> awards.currency OR most <> awards.currency AS elsewhere "
        f"FROM awards JOIN summed ON summed.award_id = awards.id {join} "
        f"WHERE status = 'awarded' AND {amount} IS NOT NULL "
        f"AND (amount_lines <> {amount} + {delta} OR least <> awards.currency "
        f"OR most <> awards.currency) ORDER BY id LIMIT {_FEW}"
    )
    if foreign := [row["id"] for row in rows if row["elsewhere"]]:
        raise MetricError(
            f"lines are in another currency than their award: {', '.join(foreign)}",
            where="schedule.currency",
        )
    if rows:
        found = "; ".join(
            f"{row['id']} is {Money(row['amount'] + row['delta'], row['currency'])}, "
            f"its lines are {Money(row['amount_lines'], row['currency'])}"
            for row in rows
        )
        raise MetricError(
            f"a schedule does not add up to its award: {found}",
            where="schedule.amount_minor",
            remedy="correct the lines, or ask for the amount that they split",
        )
    (unknown,) = engine.rows(
        "SELECT count(*) AS strays FROM lines LEFT JOIN awards ON id = award_id WHERE id IS NULL"
    )
    if not unknown["strays"]:
        return []
    return [f"Not counted, for want of their award: {several(unknown['strays'], 'schedule line')}."]


def refuse_shared_ids(engine: Engine, table: str, what: str) -> None:
    """Refuse awards with one id, where something else names the award by it.

    Args:
        engine: where the awards are.
        table: the table that names them, by award_id.
        what: what it holds.

    Raises:
        MetricError: naming the first few.
    """
    twice = engine.rows(
        f"SELECT id AS award_id FROM awards WHERE id IN (SELECT award_id FROM {table}) "
        "GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 3"
    )
    if twice:
        raise MetricError(
            f"several awards with a {what} have the id {_names(twice)}",
            where="awards.id",
            remedy="give each award an id of its own",
        )


def _names(rows: list[dict[str, str]]) -> str:
    return ", ".join(row["award_id"] for row in rows)
