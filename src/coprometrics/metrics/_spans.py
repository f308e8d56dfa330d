"""Over which days the money of an award, or of a line of its schedule, is spread."""

from __future__ import annotations

from coprometrics.errors import MetricError
from coprometrics.metrics._dates import last_possible
from coprometrics.metrics.frames import Engine
from coprometrics.money import Money
from coprometrics.periods import Periods

__all__ = ["Left", "award_spans"]

_FEW = 3

Left = list[tuple[str, str, int, int | None]]
"""What is left out: reason, currency, how many, how much where that is known."""


def award_spans(
    engine: Engine, amount: str, basis: str, periods: Periods, scheduled: bool
) -> tuple[Left, list[str]]:
    """Make the table ``spans``: row_, id, basis, first_day, final_day, amount, currency.

    Returns:
        What was left out (reason, currency, how many, how much), and notes.

    Raises:
        MetricError: when an award ends before it starts, or its lines do not fit it.
    """
    notes: list[str] = []
    if scheduled:
        notes += _keep_lines(engine, amount)
        has_lines = "id IN (SELECT award_id FROM lines)"
    else:
        has_lines = "false"
    rest = {"auto": "days", "schedule": "none"}.get(basis, basis)
    engine.keep("judged", _judged(amount, rest, periods, has_lines))
    _refuse_backwards(engine)
    lines = (
        "UNION ALL SELECT judged.row_, id, 'schedule', period_start, period_end, "
        "lines.amount_minor, judged.currency "
        "FROM judged JOIN lines ON award_id = id WHERE judged.basis = 'schedule'"
    )
    engine.keep(
        "spans",
        f"""
        SELECT row_, id, basis, first_day, final_day, amount, currency FROM judged
        WHERE reason IS NULL AND basis <> 'schedule' {lines if scheduled else ""}
        """,  # noqa: S608
    )
    groups = engine.rows(
        "SELECT reason, currency, count(*) AS awards, sum(amount) AS amount "
        "FROM judged WHERE reason IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    left = [(row["reason"], row["currency"], row["awards"], row["amount"]) for row in groups]
    return left, notes


def _judged(amount: str, basis: str, periods: Periods, has_lines: str) -> str:
    """Write, for each award, its basis and span, or the reason why it has none."""
    number = "((year({0}) * 12 + month({0}) - {1}) // {2})"
    won = [number.format(day, periods.start_month, periods.months) for day in ("awarded_on", "won")]
    too_rough = {
        "days": "starts_on_precision <> 'day' OR ends_on_precision <> 'day'",
        # A month is exact enough here: all of it counts. Not so the month in which the day after
        # the last lies, which may be its first.
        "months": "starts_on_precision = 'year' OR ends_on_precision = 'year' "
        "OR (ends_on_precision = 'month' AND end_convention = 'exclusive')",
    }.get(basis, "false")
    reasons = {
        "at_award": f"WHEN awarded_on IS NULL THEN 'no-award-date' "
        f"WHEN {won[0]} <> {won[1]} THEN 'date-too-rough'",
        "none": "ELSE 'no-schedule'",
    }.get(
        basis,
        "WHEN starts_on IS NULL AND ends_on IS NULL THEN 'no-dates' "
        "WHEN starts_on IS NULL THEN 'no-start' "
        "WHEN ends_on IS NULL AND duration_months IS NULL THEN 'no-end' "
        f"WHEN {too_rough} THEN 'date-too-rough'",
    )
    return f"""
        WITH dated AS (
            SELECT *, {last_possible("awarded_on")} AS won,
                CASE WHEN ends_on IS NULL
                    THEN (starts_on + to_months(duration_months::INTEGER))::DATE - 1
                    WHEN ends_on_precision = 'month' THEN last_day(ends_on)
                    WHEN end_convention = 'exclusive' THEN ends_on - 1
                    ELSE ends_on END AS ends
            FROM awards)
        SELECT row_, id, currency, {amount} AS amount,
            CASE WHEN {has_lines} THEN 'schedule' ELSE '{basis}' END AS basis,
            {"awarded_on" if basis == "at_award" else "starts_on"} AS first_day,
            {"awarded_on" if basis == "at_award" else "ends"} AS final_day,
            CASE WHEN status <> 'awarded' THEN 'not-awarded'
                 WHEN {amount} IS NULL THEN 'no-amount'
                 WHEN {has_lines} THEN NULL
                 {reasons} END AS reason
        FROM dated
        """  # noqa: S608


def _refuse_backwards(engine: Engine) -> None:
    wrong = engine.rows(
        "SELECT coalesce(id, 'row ' || row_) AS name, first_day, final_day FROM judged "
        "WHERE reason IS NULL AND basis <> 'schedule' AND final_day < first_day "
        "ORDER BY name LIMIT 3"
    )
    if wrong:
        found = "; ".join(
            f"{row['name']} (starts on {row['first_day']}, its last day is {row['final_day']})"
            for row in wrong
        )
        raise MetricError(
            f"an award ends before it starts: {found}",
            where="awards.ends_on",
            remedy="correct its dates; an exclusive end is the day after the last",
        )


def _keep_lines(engine: Engine, amount: str) -> list[str]:
    """Keep the lines that hold: the revised ones of an award where it has any."""
    backwards = engine.rows(
        "SELECT DISTINCT award_id FROM schedule WHERE period_end < period_start "
        "ORDER BY award_id LIMIT 3"
    )
    if backwards:
        raise MetricError(
            f"a line ends before it starts, of award {_names(backwards)}", where="schedule"
        )
    engine.keep(
        "lines",
        "SELECT award_id, period_start, period_end, amount_minor, currency FROM schedule "
        "QUALIFY revision = 'revised' "
        "OR NOT bool_or(revision = 'revised') OVER (PARTITION BY award_id)",
    )
    twice = engine.rows(
        "SELECT id AS award_id FROM awards WHERE id IN (SELECT award_id FROM lines) "
        "GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 3"
    )
    if twice:
        raise MetricError(
            f"several awards with a schedule have the id {_names(twice)}",
            where="awards.id",
            remedy="give each award an id of its own",
        )
    sums = engine.rows(
        f"""
        SELECT id, awards.currency AS currency, {amount} AS amount, sum(amount_minor) AS lines,
            count(*) FILTER (lines.currency <> awards.currency) AS foreign_lines
        FROM awards JOIN lines ON award_id = id
        WHERE status = 'awarded' AND {amount} IS NOT NULL
        GROUP BY ALL HAVING lines <> amount OR foreign_lines > 0 ORDER BY id
        """  # noqa: S608
    )
    foreign = [row["id"] for row in sums if row["foreign_lines"]]
    if foreign:
        raise MetricError(
            f"lines are in another currency than their award: {', '.join(foreign[:_FEW])}",
            where="schedule.currency",
        )
    if sums:
        found = "; ".join(
            f"{row['id']} is {Money(row['amount'], row['currency'])}, "
            f"its lines are {Money(row['lines'], row['currency'])}"
            for row in sums[:_FEW]
        )
        more = f" and {len(sums) - _FEW} more" if len(sums) > _FEW else ""
        raise MetricError(
            f"a schedule does not add up to its award: {found}{more}",
            where="schedule.amount_minor",
            remedy="correct the lines, or ask for the amount that they split",
        )
    (unknown,) = engine.rows(
        "SELECT count(*) AS lines FROM lines WHERE award_id NOT IN (SELECT id FROM awards)"
    )
    if not unknown["lines"]:
        return []
    return [f"{unknown['lines']:,} schedule lines belong to no award in the data and do not count."]


def _names(rows: list[dict[str, str]]) -> str:
    return ", ".join(row["award_id"] for row in rows)
