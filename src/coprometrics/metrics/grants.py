"""In which year, quarter or month the money of awards falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pyarrow as pa
from attrs import field, frozen

from coprometrics.errors import ParameterError
from coprometrics.metrics._dates import left_out
from coprometrics.metrics._spans import Left, award_spans
from coprometrics.metrics.base import Figure, MetricResult, count, money, table
from coprometrics.metrics.frames import Engine
from coprometrics.periods import OperationalYears, Period, Periods
from coprometrics.records import GrantAward, ScheduleLine

__all__ = ["AMOUNTS", "BASES", "GrantIncome", "grant_income"]

METRIC: Final = "grant_income"
BASES: Final = ("auto", "at_award", "schedule", "days", "months")
AMOUNTS: Final = ("total", "ours")


@frozen(kw_only=True, eq=False)
class GrantIncome(MetricResult):
    """The answer of `grant_income`.

    Attributes:
        pieces: works out `allocations` when they are asked for.
    """

    pieces: Callable[[], pa.Table] = field(repr=False)

    @property
    def allocations(self) -> pa.Table:
        """Each award's part in each period, to the penny, as an Arrow table.

        Columns: award_id, period, start, end, basis, amount_minor, currency.
        """
        return self.pieces()


def grant_income(
    awards: object,
    schedule: object | None = None,
    *,
    periods: Periods | None = None,
    basis: str = "auto",
    amount: str = "total",
    period: Period | None = None,
) -> GrantIncome:
    """Place the money of each award in the years, quarters or months that it is for.

    It is a basis for reporting, not the income that accounts recognise.

    An award without an end but with ``duration_months`` ends the day before the same day so many
    months later; where that month is too short, the day before its last day counts (a month from 31
    January ends on 27 February, as does one from 28 January). A part is rounded so that the parts
    of an award always add up to it, and months added up are the year: see
    `coprometrics.rounding.cumulative_split`.

    Args:
        awards: `GrantAward` records or a frame. Needed columns: ``currency``, the amount asked for
            (``amount_total_minor`` or ``amount_ours_minor``, in minor units) and the dates of the
            basis: ``awarded_on`` or ``starts_on``. Used where they are there: ``id``, ``ends_on``,
            ``duration_months``, ``end_convention``, ``status`` and the precision of the dates.
        schedule: `ScheduleLine` records or a frame with ``award_id``, ``period_start``,
            ``period_end``, ``amount_minor`` and ``currency``. Where an award has revised lines,
            they replace its original ones.
        periods: years, quarters or months; calendar years where none are given.
        basis: ``at_award`` places all of an award on the day it was won; ``schedule`` as its lines
            say; ``days`` evenly over its days, both ends counted; ``months`` evenly over its
            calendar months, a part of a month by that month's days; ``auto`` by the schedule where
            there is one and by days elsewhere.
        amount: ``total`` (what the whole team won) or ``ours`` (what came to us).
        period: gives only the periods that have days in it; the money of the others is listed as
            left out. None gives them all.

    Returns:
        For each period and currency: ``amount`` (money) and ``awards`` (how many have time in the
        period); the total likewise. The rows tell the bases apart. Left out and listed with their
        money: what was not awarded, what has no amount, and what cannot be placed because a date is
        missing or known too roughly.

    Raises:
        MetricError: when an award ends before it starts, its lines do not add up to it or are in
            another currency, or a column is missing or of the wrong type.
        ParameterError: when a parameter is not one of those that exist.

    Examples:
        >>> import datetime as dt
        >>> award = GrantAward(
        ...     id="list:1", amount_total_minor=36600, currency="GBP",
        ...     starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 12, 31),
        ... )
        >>> income = grant_income([award], periods=OperationalYears(start_month=8))
        >>> print(income.figure("amount", year="2023/24"))
        grant_income amount (year 2023/24): GBP 213.00
        >>> print(income.figure("amount", year="2024/25"))
        grant_income amount (year 2024/25): GBP 153.00
    """
    periods = periods if periods is not None else OperationalYears()
    _one_of("basis", basis, BASES)
    _one_of("amount", amount, AMOUNTS)
    if basis == "schedule" and schedule is None:
        raise ParameterError("the basis is schedule, but there is no schedule", where="basis")
    scheduled = schedule is not None and basis in ("auto", "schedule")
    engine = Engine()
    dates = ("awarded_on",) if basis == "at_award" else ("starts_on", "ends_on")
    placing = () if basis == "schedule" else dates[:1]
    engine.read(
        awards,
        "awards",
        GrantAward,
        need=(f"amount_{amount}_minor", "currency", *placing, *(("id",) if scheduled else ())),
        may=(
            *("id", "status", "duration_months", "end_convention", "awarded_on"),
            *("starts_on", "ends_on"),
            *(f"{date}_precision" for date in ("awarded_on", "starts_on", "ends_on")),
        ),
    )
    if scheduled:
        engine.read(
            schedule,
            "schedule",
            ScheduleLine,
            need=("award_id", "period_start", "period_end", "amount_minor", "currency"),
            may=("revision",),
        )
    excluded, notes = award_spans(engine, f"amount_{amount}_minor", basis, periods, scheduled)
    _pieces(engine, periods)
    if period is not None:
        excluded += _keep_only(engine, periods, period)
    sums = engine.rows(
        "SELECT number, basis, currency, sum(amount_minor) AS amount_minor, "
        "count(DISTINCT row_) AS awards FROM pieces GROUP BY ALL ORDER BY number, currency, basis"
    )
    counts = engine.rows(
        "SELECT number, currency, sum(amount_minor) AS amount_minor, "
        "count(DISTINCT row_) AS awards, count(DISTINCT basis) AS bases, min(basis) AS basis "
        "FROM pieces GROUP BY GROUPING SETS ((number, currency), (currency)) "
        "ORDER BY number NULLS LAST, currency"
    )
    labels = {row["number"]: periods.numbered(row["number"]) for row in sums}
    figures: list[Figure] = []
    for row in counts:
        number, currency = row["number"], row["currency"]
        about = {} if number is None else {periods.dimension: labels[number].label}
        used = row["basis"] if row["bases"] == 1 else basis
        figures.append(money(METRIC, "amount", about, row["amount_minor"], currency, used))
        figures.append(count(METRIC, "awards", about, row["awards"], currency))
    columns: dict[str, pa.DataType] = {
        periods.dimension: pa.string(),
        "start": pa.date32(),
        "end": pa.date32(),
        "basis": pa.string(),
        "amount_minor": pa.int64(),
        "currency": pa.string(),
        "awards": pa.int64(),
    }
    lines = [
        (
            *(labels[row["number"]].label, labels[row["number"]].start, labels[row["number"]].end),
            *(row["basis"], row["amount_minor"], row["currency"], row["awards"]),
        )
        for row in sums
    ]
    bounds = {
        "number": pa.array(labels, type=pa.int64()),
        "period": pa.array([period.label for period in labels.values()], type=pa.string()),
        "start": pa.array([period.start for period in labels.values()], type=pa.date32()),
        "end": pa.array([period.end for period in labels.values()], type=pa.date32()),
    }
    engine.put("bounds", pa.table(bounds))

    def pieces() -> pa.Table:
        return engine.table(
            'SELECT id AS award_id, period, "start", "end", basis, '
            "sum(amount_minor)::BIGINT AS amount_minor, currency "
            "FROM pieces JOIN bounds USING (number) "
            'GROUP BY row_, id, period, "start", "end", basis, currency '
            "ORDER BY id, start, row_"
        )

    return GrantIncome(
        metric=METRIC,
        version=1,
        parameters={
            "amount": amount,
            "basis": basis,
            "period": period and [str(period.start), str(period.end)],
            "periods": periods.dimension,
            "start_month": periods.start_month,
        },
        period=period,
        basis=basis,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=left_out(excluded, _REASONS),
        notes=tuple(notes),
        pieces=pieces,
    )


_REASONS: Final = {
    "not-awarded": "it was not awarded, or not yet",
    "no-amount": "the amount asked for is not known",
    "no-award-date": "the day it was won is not known",
    "no-dates": "it has neither a start nor an end",
    "no-start": "it has an end, but no start",
    "no-end": "it has neither an end nor a duration",
    "date-too-rough": "a date is known too roughly for this basis",
    "no-schedule": "it has no schedule",
    "other-period": "all or part of it belongs to other periods",
}


def _pieces(engine: Engine, periods: Periods) -> None:
    """Cut each span at the ends of periods, and share its amount out to the penny.

    With A the amount without its sign and T the weight of the whole span, H(C) is A * C / T rounded
    half up, in 128-bit whole numbers; a period's part is H up to its end less H up to its start.
    Periods end where months end, so both weights are whole numbers: days, or, where each month
    counts alike, the days of its first and last month made comparable by their product.
    """
    length, shift = periods.months, periods.start_month - 1
    engine.keep(
        "pieces",
        f"""
        WITH months AS (
            SELECT *, year(first_day) * 12 + month(first_day) - 1 AS first_month,
                year(final_day) * 12 + month(final_day) - 1 AS last_month,
                day(last_day(first_day)) AS first_of, day(last_day(final_day)) AS last_of,
                day(last_day(first_day)) - day(first_day) + 1 AS first_days,
                day(final_day) AS last_days
            FROM spans),
        weighed AS (
            SELECT *, CASE WHEN basis = 'months' AND first_month < last_month
                THEN first_days * last_of + last_days * first_of
                    + (last_month - first_month - 1) * first_of * last_of
                ELSE final_day - first_day + 1 END AS whole,
                unnest(range((first_month - {shift}) // {length},
                    (last_month - {shift}) // {length} + 1)) AS number
            FROM months),
        ended AS (SELECT *, (number + 1) * {length} + {shift} - 1 AS month FROM weighed)
        SELECT number, row_, id, basis, currency,
            (({_placed("month")} - {_placed(f"(month - {length})")}) * sign(amount))::BIGINT
                AS amount_minor
        FROM ended
        """,  # noqa: S608
    )


def _keep_only(engine: Engine, periods: Periods, period: Period) -> Left:
    """Keep the pieces whose period has days in a span; give the rest as left out."""
    first, last = periods.number(period.start), periods.number(period.end)
    inside = f"number BETWEEN {first} AND {last}"
    rest = engine.rows(
        "SELECT currency, count(DISTINCT row_) AS awards, sum(amount_minor) AS amount "  # noqa: S608
        f"FROM pieces WHERE NOT ({inside}) GROUP BY currency ORDER BY currency"
    )
    engine.keep("kept", f"SELECT * FROM pieces WHERE {inside}")  # noqa: S608
    engine.keep("pieces", "SELECT * FROM kept")
    return [("other-period", row["currency"], row["awards"], row["amount"]) for row in rest]


def _placed(month: str) -> str:
    """Write how much of a span's amount, without its sign, is placed by the end of a month."""
    weight = f"""
        CASE WHEN {month} < first_month THEN 0
             WHEN {month} >= last_month THEN whole
             WHEN basis = 'months'
                 THEN first_days * last_of + ({month} - first_month) * first_of * last_of
             ELSE last_day(make_date({month} // 12, {month} % 12 + 1, 1)) - first_day + 1 END"""
    return f"((2 * abs(amount::HUGEINT) * ({weight}) + whole) // (2 * whole))"


def _one_of(name: str, value: str, options: tuple[str, ...]) -> None:
    if value not in options:
        raise ParameterError(
            f"the {name} is {value!r}", where=name, remedy=f"use one of {', '.join(options)}"
        )
