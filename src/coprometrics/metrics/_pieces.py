"""How a span of days is cut at the ends of periods, and its amount shared out to the penny.

With A the amount without its sign, T the weight of the whole span and C the weight up to a day, H
is A * C / T rounded half up; a period's part is H up to its end less H up to its start. Periods end
where months end, so weights are whole numbers: days, or, where each month counts alike, the days of
the first and the last month made comparable by their product.
"""

from __future__ import annotations

from coprometrics.metrics._engine import Engine
from coprometrics.periods import Periods

__all__ = ["define_pieces", "define_weights", "part"]


def define_weights(engine: Engine, name: str, spans: str, periods: Periods) -> None:
    """Define a table with a row for each span and each period that it has days in.

    Args:
        engine: where the table of spans is.
        name: what the new table is called: the columns of the spans, ``number`` (of the period),
            ``whole``, ``before`` and ``upto`` (the weight of all, up to its start and to its end).
        spans: the table of spans, with basis, first_day and final_day.
        periods: the periods.
    """
    length, shift = periods.months, periods.start_month - 1
    month = "year({0}) * 12 + month({0}) - 1"

    def number(of_month: str) -> str:
        return engine.quotient(f"{of_month} - {shift}", str(length))

    engine.define(
        f"{name}_months",
        f"SELECT *, {month.format('first_day')} AS first_month, "
        f"{month.format('final_day')} AS last_month, "
        "day(last_day(first_day)) AS first_of, day(last_day(final_day)) AS last_of, "
        "day(last_day(first_day)) - day(first_day) + 1 AS first_days, "
        "day(final_day) AS last_days, "
        f"{engine.day_number('first_day')} - 1 AS eve FROM {spans}",
    )
    by_months = "basis = 'months' AND first_month < last_month"
    engine.define(
        f"{name}_whole",
        f"SELECT *, CAST(CASE WHEN {by_months} THEN first_days * last_of + last_days * first_of "
        "+ (last_month - first_month - 1) * first_of * last_of "
        f"ELSE {engine.day_number('final_day')} - eve END AS BIGINT) AS whole, "
        f"{engine.numbers(number('first_month'), number('last_month'))} AS number "
        f"FROM {name}_months",
    )
    engine.define(
        f"{name}_ended",
        f"SELECT *, (number + 1) * {length} + {shift} - 1 AS end_month FROM {name}_whole",
    )

    def weight(of_month: str) -> str:
        year = engine.quotient(of_month, "12")
        first = f"make_date(CAST({year} AS INT), CAST({of_month} % 12 + 1 AS INT), 1)"
        return (
            f"CASE WHEN {of_month} < first_month THEN 0 WHEN {of_month} >= last_month THEN whole "
            "WHEN basis = 'months' "
            f"THEN first_days * last_of + ({of_month} - first_month) * first_of * last_of "
            f"ELSE {engine.day_number(f'last_day({first})')} - eve END"
        )

    engine.define(
        name,
        f"SELECT *, CAST({weight('end_month')} AS BIGINT) AS upto, "
        f"CAST({weight(f'(end_month - {length})')} AS BIGINT) AS before FROM {name}_ended",
    )


def define_pieces(engine: Engine, name: str, spans: str, periods: Periods) -> None:
    """Define a table with the part of each span's amount in each period.

    Args:
        engine: where the table of spans is.
        name: what the new table is called: number, id, line_of, basis, currency, amount_minor.
        spans: the table of spans, with those columns and amount, first_day and final_day.
        periods: the periods.
    """
    define_weights(engine, f"{name}_weights", spans, periods)
    engine.define(
        name,
        "SELECT number, id, line_of, basis, currency, "
        f"{part(engine, 'amount', 'upto', 'before', 'whole')} AS amount_minor "
        f"FROM {name}_weights",
    )


def part(engine: Engine, amount: str, upto: str, before: str, whole: str) -> str:
    """Write a period's part of an amount, from the weights up to its end and its start.

    A * C is too large for 64 bits; with A = Q * T + R it is Q * C and R * C / T, which are not.
    """
    return f"({_placed(engine, amount, upto, whole)}) - ({_placed(engine, amount, before, whole)})"


def _placed(engine: Engine, amount: str, weight: str, whole: str) -> str:
    half = f"CASE WHEN {amount} < 0 THEN -{whole} ELSE {whole} END"
    rest = engine.quotient(f"2 * ({amount} % {whole}) * {weight} + {half}", f"2 * {whole}")
    return (
        f"CASE WHEN {weight} = 0 THEN 0 WHEN {weight} = {whole} THEN {amount} "
        f"ELSE ({engine.quotient(amount, whole)}) * {weight} + {rest} END"
    )
