"""In which year, quarter or month the money of awards falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
from attrs import field, frozen

from coprometrics.errors import ParameterError
from coprometrics.metrics._adjustments import closed_numbers
from coprometrics.metrics._dates import left_out
from coprometrics.metrics._later import Later
from coprometrics.metrics._parameters import (
    check_kind,
    check_option,
    check_period,
    check_rates,
    period_parameter,
)
from coprometrics.metrics._placement import (
    Placement,
    allocations,
    award_counts,
    left_without_place,
    outside,
)
from coprometrics.metrics._rates import converted, rates_note, rates_parameter
from coprometrics.metrics.base import Figure, MetricResult, count, money, table
from coprometrics.metrics.frames import engine_over, given
from coprometrics.money import Rates
from coprometrics.periods import OperationalYears, Period, Periods
from coprometrics.records import AwardAdjustment, GrantAward, ScheduleLine

__all__ = ["ADJUST", "AMOUNTS", "BASES", "GrantIncome", "grant_income"]

METRIC: Final = "grant_income"
BASES: Final = ("auto", "at_award", "schedule", "days", "months")
AMOUNTS: Final = ("total", "ours")
ADJUST: Final = ("prospective", "retrospective")


@frozen(kw_only=True, eq=False)
class GrantIncome(MetricResult):
    """The answer of `grant_income`.

    Attributes:
        pieces: works out `allocations` when they are asked for.
    """

    pieces: Later[pa.Table] = field(repr=False)

    @property
    def allocations(self) -> pa.Table:
        """Each award's part in each period, to the penny, as an Arrow table.

        Columns: award_id, period, start, end, basis, amount_minor, currency. The data are read
        again, so they must still be there and the same.
        """
        return self.pieces()


def grant_income(
    awards: object,
    schedule: object | None = None,
    adjustments: object | None = None,
    *,
    periods: Periods | None = None,
    basis: str = "auto",
    amount: str = "total",
    period: Period | None = None,
    closed: Sequence[str] = (),
    adjust: str = "prospective",
    rates: Rates | None = None,
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
        adjustments: `AwardAdjustment` records or a frame with ``award_id``, ``kind`` and
            ``effective_on``. Used where they are there: ``id``, ``delta_minor`` and
            ``new_ends_on``. A supplement is an award of its own from its effective day; a reduction
            or termination needs its ``delta_minor``; a termination without a new end ends the award
            on the day before.
        periods: years, quarters or months; calendar years where none are given.
        basis: ``at_award`` places all of an award on the day it was won; ``schedule`` as its lines
            say; ``days`` evenly over its days, both ends counted; ``months`` evenly over its
            calendar months, a part of a month by that month's days; ``auto`` by the schedule where
            there is one and by days elsewhere.
        amount: ``total`` (what the whole team won) or ``ours`` (what came to us).
        period: gives only the periods that have days in it; the money of the others is listed as
            left out. None gives them all.
        closed: the labels of periods that have been reported, such as ``2021/22``. What was known
            of an award when a period ended is what was reported of it.
        adjust: ``prospective`` keeps closed periods as they were reported and spreads the rest of a
            changed award over its other days; ``retrospective`` works out all periods anew and says
            which closed ones it restates. By ``at_award`` the first places a change of the amount
            on the day from which it holds, the second on the day the award was won. On the other
            bases they are the same where no period is closed.
        rates: exchange rates, to bring all money into one currency; None leaves each currency by
            itself. The sum of each period is converted exactly and rounded half up once, so that
            converted months may differ from their converted year by a penny or so. `allocations`
            and what is left out stay in their own currencies.

    Returns:
        For each period and currency: ``amount`` (money) and ``awards`` (how many have time in the
        period); the total likewise. The rows tell the bases apart. Left out and listed with their
        money: what was not awarded, what has no amount, and what cannot be placed because a date is
        missing or known too roughly.

    Raises:
        MetricError: when an award ends before it starts, its lines do not add up to it or are in
            another currency, a change does not say what its kind needs, or would take a closed
            period below what was reported, or a column is missing or of the wrong type.
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
    check_kind(
        "periods",
        periods,
        Periods,
        "years, quarters or months",
        "give OperationalYears(), Quarters() or CalendarMonths()",
    )
    check_option("basis", basis, BASES)
    check_option("amount", amount, AMOUNTS)
    check_option("adjust", adjust, ADJUST)
    check_period(period)
    check_rates(rates)
    if basis == "schedule" and schedule is None:
        raise ParameterError("the basis is schedule, but there is no schedule", where="basis")
    scheduled = schedule is not None and basis in ("auto", "schedule")
    adjusted = adjustments is not None
    column = f"amount_{amount}_minor"
    dates = ("awarded_on",) if basis == "at_award" else ("starts_on", "ends_on")
    placing = () if basis == "schedule" else dates[:1]
    inputs = [
        given(
            awards,
            "awards",
            GrantAward,
            need=(column, "currency", *placing, *(("id",) if scheduled or adjusted else ())),
            may=(
                *("id", "status", "duration_months", "end_convention", "awarded_on"),
                *("starts_on", "ends_on", "amount_total_minor", "amount_ours_minor"),
                *(f"{date}_precision" for date in ("awarded_on", "starts_on", "ends_on")),
            ),
            checked=False,
        )
    ]
    if scheduled:
        inputs.append(
            given(
                schedule,
                "schedule",
                ScheduleLine,
                need=("award_id", "period_start", "period_end", "amount_minor", "currency"),
                may=("revision",),
            )
        )
    if adjusted:
        inputs.append(
            given(
                adjustments,
                "adjustments",
                AwardAdjustment,
                need=("award_id", "kind", "effective_on"),
                may=("id", "delta_minor", "new_ends_on"),
            )
        )
    placement = Placement(
        inputs=tuple(inputs),
        periods=periods,
        basis=basis,
        column=column,
        closed=closed_numbers(periods, closed),
        retrospective=adjust == "retrospective",
    )
    bounds = None if period is None else (periods.number(period.start), periods.number(period.end))
    with engine_over(*inputs) as engine:
        notes = placement.define_pieces(engine)
        left, awarded = left_without_place(engine)
        shared = placement.shared(engine)
        sums = engine.rows(
            "SELECT number, basis, currency, count(*) - count(line_of) + count(DISTINCT line_of) "
            f"AS awards, {engine.total('amount_minor')} AS amount_minor "
            "FROM pieces GROUP BY number, basis, currency ORDER BY number, currency, basis"
        )
        reported = placement.reported(engine)
        if bounds is not None:
            awarded, elsewhere = award_counts(engine, periods, bounds)
            left += outside(sums, bounds, elsewhere)
    notes += rates_note(rates, awarded)
    if rates is not None:
        awarded = {rates.to: sum(awarded.values())} if awarded else {}
        shared = _together(shared, rates.to)
        reported = None if reported is None else converted(reported, rates)
    sums = converted(sums, rates, counts=("awards",))
    restated = _restated(sums, reported, placement.closed)
    sums = sorted(
        [*sums, *_emptied(sums, restated)],
        key=lambda row: (row["number"], row["currency"], row["basis"]),
    )
    if bounds is not None:
        sums = [row for row in sums if bounds[0] <= row["number"] <= bounds[1]]
    labels = {row["number"]: periods.numbered(row["number"]) for row in sums}
    figures = _figures(sums, restated, awarded, shared, labels, (periods.dimension, basis))
    notes += _restatements(figures)
    columns: dict[str, pa.DataType] = {
        periods.dimension: pa.string(),
        "start": pa.date32(),
        "end": pa.date32(),
        "basis": pa.string(),
        "amount_minor": pa.int64(),
        "currency": pa.string(),
        "awards": pa.int64(),
        "restates_minor": pa.int64(),
    }
    lines = [
        (
            *(labels[row["number"]].label, labels[row["number"]].start, labels[row["number"]].end),
            *(row["basis"], row["amount_minor"], row["currency"], row["awards"]),
            restated.get((row["number"], row["basis"], row["currency"])),
        )
        for row in sums
    ]
    return GrantIncome(
        metric=METRIC,
        version=2,
        parameters={
            "adjust": adjust,
            "amount": amount,
            "basis": basis,
            "closed": [periods.numbered(number).label for number in placement.closed],
            "period": period_parameter(period),
            "periods": periods.dimension,
            "start_month": periods.start_month,
            **rates_parameter(rates),
        },
        period=period,
        basis=basis,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=left_out(left, _REASONS),
        notes=tuple(notes),
        pieces=Later(lambda: allocations(placement, labels)),
    )


_Key = tuple[int, str, str]


def _together(counts: Mapping[tuple[int, str], int], currency: str) -> dict[tuple[int, str], int]:
    """Add up counts of each period over all currencies."""
    numbers = {number for number, _currency in counts}
    return {
        (number, currency): sum(count for (one, _), count in counts.items() if one == number)
        for number in numbers
    }


def _restated(
    sums: Sequence[Mapping[str, Any]],
    reported: Sequence[Mapping[str, Any]] | None,
    closed: Sequence[int],
) -> dict[_Key, int]:
    """Find the closed periods whose amount is another one than was reported."""
    if reported is None:
        return {}
    was, now = (
        {(row["number"], row["basis"], row["currency"]): row["amount_minor"] for row in rows}
        for rows in (reported, sums)
    )
    return {
        key: was.get(key, 0)
        for key in {**was, **now}
        if key[0] in closed and was.get(key, 0) != now.get(key, 0)
    }


def _emptied(
    sums: Sequence[Mapping[str, Any]], restated: Mapping[_Key, int]
) -> list[dict[str, Any]]:
    """Give a row to each closed period that has nothing left of what was reported of it."""
    there = {(row["number"], row["basis"], row["currency"]) for row in sums}
    return [
        {"number": key[0], "basis": key[1], "currency": key[2], "awards": 0, "amount_minor": 0}
        for key in restated
        if key not in there
    ]


def _figures(
    sums: Sequence[Mapping[str, Any]],
    restated: Mapping[_Key, int],
    awarded: Mapping[str, int],
    shared: Mapping[tuple[int, str], int],
    labels: Mapping[int, Period],
    names: tuple[str, str],
) -> list[Figure]:
    """Make the figures of each period and of the whole."""
    dimension, basis = names
    figures: list[Figure] = []
    groups: dict[tuple[int | None, str], list[Mapping[str, Any]]] = {}
    for row in sums:
        groups.setdefault((row["number"], row["currency"]), []).append(row)
    for currency in sorted({row["currency"] for row in sums}):
        groups[None, currency] = [row for row in sums if row["currency"] == currency]
    for (number, currency), rows in groups.items():
        about = {} if number is None else {dimension: labels[number].label}
        bases = {row["basis"] for row in rows}
        used = bases.pop() if len(bases) == 1 else basis
        whole = sum(row["amount_minor"] for row in rows)
        awards = (
            awarded.get(currency, 0)
            if number is None
            else sum(row["awards"] for row in rows) - shared.get((number, currency), 0)
        )
        figures.append(money(METRIC, "amount", about, whole, currency, used))
        figures.append(count(METRIC, "awards", about, awards, currency))
        if number is None:
            continue
        was = sum(
            restated.get((number, row["basis"], currency), row["amount_minor"]) for row in rows
        )
        if was != whole:
            figures.append(money(METRIC, "restates", about, was, currency, used))
    return figures


def _restatements(figures: Sequence[Figure]) -> list[str]:
    """Say which closed periods are restated."""
    notes = []
    for before in figures:
        if before.value == "restates":
            (now,) = (
                figure
                for figure in figures
                if figure.value == "amount"
                and (figure.dimensions, figure.currency) == (before.dimensions, before.currency)
            )
            (label,) = before.dimensions.values()
            notes.append(f"{label} restates {before.text} as {now.text}.")
    return notes


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
