"""How a span of days is cut at the ends of periods, and its amount shared out to the penny.

With A the amount without its sign, T the weight of the whole span and C the weight up to a day, H
is A * C / T rounded half up; a period's part is H up to its end less H up to its start. Periods end
where months end, so weights are whole numbers: days, or, where each month counts alike, the days of
the first and the last month made comparable by their product.
"""

from __future__ import annotations

from coprometrics.metrics._dates import first_of_month, month_number, period_number
from coprometrics.metrics._engine import Engine
from coprometrics.periods import Periods

__all__ = ["define_pieces", "define_weights", "part"]


def define_weights(
    engine: Engine, name: str, spans: str, periods: Periods, *, by_months: bool
) -> None:
    """Define a table with a row for each span and each period that it has days in.

    Args:
        engine: where the table of spans is.
        name: what the new table is called: the columns of the spans, ``number`` (of the period),
            ``whole``, ``before`` and ``upto`` (the weight of all, up to its start and to its end).
        spans: the table of spans, with basis, first_day and final_day.
        periods: the periods.
        by_months: whether some of them count each month alike.
    """
    length, shift = periods.months, periods.start_month - 1
    first, last = (period_number(engine, day, periods) for day in ("first_day", "final_day"))
    engine.define(
        f"{name}_numbers",
        f"SELECT *, {engine.day_number('first_day')} - 1 AS eve, "
        f"{engine.day_number('final_day')} AS last_number, {engine.numbers(first, last)} AS number "
        f"FROM {spans}",
    )
    # The month after the period, and the first of its own.
    engine.define(
        f"{name}_months",
        f"SELECT *, (number + 1) * {length} + {shift} AS end_month, "
        f"number * {length} + {shift} AS start_month FROM {name}_numbers",
    )

    def eve_of(of_month: str) -> str:
        return f"{engine.day_number(first_of_month(engine, of_month))} - 1"

    days = "day_" if by_months else ""
    engine.define(
        f"{name}_days" if by_months else name,
        f"SELECT *, CAST(last_number - eve AS BIGINT) AS {days}whole, "
        f"CAST(greatest(0, {eve_of('start_month')} - eve) AS BIGINT) AS {days}before, "
        f"CAST(least(last_number, {eve_of('end_month')}) - eve AS BIGINT) AS {days}upto "
        f"FROM {name}_months",
    )
    if by_months:
        _define_month_weights(engine, name)


def _define_month_weights(engine: Engine, name: str) -> None:
    """Weigh each month alike, where that is the basis and there is more than one."""
    first, last = month_number("first_day"), month_number("final_day")
    first_of, last_of = "day(last_day(first_day))", "day(last_day(final_day))"
    first_part = f"(({first_of} - day(first_day) + 1) * {last_of})"
    whole = (
        f"({first_part} + day(final_day) * {first_of} "
        f"+ ({last} - {first} - 1) * {first_of} * {last_of})"
    )

    def passed(end: str) -> str:
        """Weigh what lies before a month; all, or nothing, beyond the ends of the span."""
        some = f"{first_part} + ({end} - {first} - 1) * {first_of} * {last_of}"
        return f"CASE WHEN {end} <= {first} THEN 0 WHEN {end} > {last} THEN {whole} ELSE {some} END"

    weights = {"whole": whole, "before": passed("start_month"), "upto": passed("end_month")}
    alike = f"basis = 'months' AND {first} < {last}"
    columns = ", ".join(
        f"CAST(CASE WHEN {alike} THEN {weight} ELSE day_{weighed} END AS BIGINT) AS {weighed}"
        for weighed, weight in weights.items()
    )
    engine.define(name, f"SELECT *, {columns} FROM {name}_days")


def define_pieces(
    engine: Engine, name: str, spans: str, periods: Periods, *, by_months: bool = False
) -> None:
    """Define a table with the part of each span's amount in each period.

    Args:
        engine: where the table of spans is.
        name: what the new table is called: number, id, line_of, basis, currency, amount_minor.
        spans: the table of spans, with those columns and amount, first_day and final_day.
        periods: the periods.
        by_months: whether some of them count each month alike.
    """
    define_weights(engine, f"{name}_weights", spans, periods, by_months=by_months)
    engine.define(
        name,
        "SELECT number, id, line_of, basis, currency, "
        f"{part(engine, 'amount', 'upto', 'before', 'whole')} AS amount_minor "
        f"FROM {name}_weights",
    )


def part(engine: Engine, amount: str, upto: str, before: str, whole: str) -> str:
    """Write a period's part of an amount, from the weights up to its end and its start.

    A * C is too large for 64 bits; with A = Q * T + R it is Q * C and R * C / T, which are not.
    Rounded half up without the sign, and cut off towards zero, both come to the same.
    """
    rest = f"2 * ({amount} % {whole})"
    half = f"CASE WHEN {amount} < 0 THEN -{whole} ELSE {whole} END"
    placed = (engine.quotient(f"{rest} * {at} + {half}", f"2 * {whole}") for at in (upto, before))
    quotient = engine.quotient(amount, whole)
    return f"({quotient}) * ({upto} - {before}) + ({') - ('.join(placed)})"
