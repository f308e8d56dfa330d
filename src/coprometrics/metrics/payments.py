"""What was paid to people for taking part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

import pyarrow as pa

from coprometrics.metrics._dates import placed, undated
from coprometrics.metrics._parameters import check_period, check_rates, period_parameter
from coprometrics.metrics._rates import converted, rates_note, rates_parameter
from coprometrics.metrics.base import (
    UNKNOWN,
    Figure,
    MetricResult,
    count,
    money,
    quantity,
    several,
    table,
)
from coprometrics.metrics.frames import Engine, engine_over, given
from coprometrics.money import Rates
from coprometrics.periods import Period
from coprometrics.records import Activity, Payment

__all__ = ["payments"]

METRIC: Final = "payments"

_Group = tuple[str | None, str | None]


def payments(
    payments: object,
    activities: object | None = None,
    period: Period | None = None,
    rates: Rates | None = None,
) -> MetricResult:
    """Say how much was paid to people for taking part, for how many hours, and to how many.

    No rate is built in: amounts and hours are what the records say, each by itself.

    Args:
        payments: `Payment` records or a frame with ``amount_minor`` (minor units, such as pence;
            what was paid back is negative), ``currency`` and, where there is a period, ``paid_on``.
            Used where they are there: ``person_key``, ``activity_id``, ``minutes`` (whole ones),
            ``policy`` and ``paid_on_precision``. A missing amount or currency is an error.
        activities: `Activity` records or a frame with ``id`` and ``kind``, to tell apart what the
            payments were for. None tells nothing apart by kind.
        period: the days they were paid on; None takes all.
        rates: exchange rates, to bring all money into one currency; None leaves each currency by
            itself. Each sum is converted exactly and rounded half up once.

    Returns:
        For the total, for each ``policy`` and, where activities are given, for each ``kind`` of
        them: ``amount`` (money, for each currency), ``hours`` (quantity: the minutes over 60),
        ``people`` (different ones) and ``payments`` (how many). The policy is ``unknown`` where a
        payment names none; the kind is ``unknown`` where a payment names no activity, or one that
        is not among those given. Payments without minutes or a person add none, and are counted in
        a note; where none has minutes, the hours are not known, and where none names a person, the
        people are not.

        With a period, payments without a day, or whose day is known too roughly, are left out and
        listed with their money. Without one nothing is left out.

        ``rows`` has a line for each group and currency: ``kind`` and ``policy`` (text; null for
        what the line does not tell apart, both null for the total), ``currency``, ``amount_minor``
        (minor units), and ``minutes``, ``people`` and ``payments`` (whole numbers; minutes and
        people are null where not known). The last three are of the group in all currencies, and
        stand in each of its lines.

    Raises:
        MetricError: when an activity is there twice, or a column is missing or of the wrong type.
        ParameterError: when a parameter cannot be used.

    Examples:
        >>> paid = [
        ...     Payment(id=f"t:{n}", amount_minor=amount, currency="GBP", minutes=90,
        ...             policy="2023-v1", person_key=f"{n:032x}")
        ...     for n, amount in enumerate([3750, 3750, 5000])
        ... ]
        >>> result = payments(paid)
        >>> print(result.figure("amount"))
        payments amount: GBP 125.00
        >>> result.figure("hours", policy="2023-v1").text
        '4.50'
        >>> print(payments(paid, activities=[]).figure("amount", kind="unknown"))
        payments amount (kind unknown): GBP 125.00
    """
    check_period(period)
    check_rates(rates)
    dated = () if period is None else ("paid_on",)
    source = given(
        payments,
        "payments",
        Payment,
        need=("amount_minor", "currency", *dated),
        may=(
            *("person_key", "activity_id", "minutes", "policy"),
            *(f"{name}_precision" for name in dated),
        ),
    )
    kinds = given(
        [] if activities is None else activities, "activities", Activity, need=("id", "kind")
    )
    with engine_over(source, kinds) as engine:
        place = placed(engine, "paid_on", period, rough="paid_on_precision" in source)
        _define_parts(engine, place, known=activities is not None)
        sums = engine.rows(
            "SELECT place, kind, policy, currency, count(*) AS rows_, "
            f"{engine.total('amount_minor')} AS amount_minor FROM parts "
            "GROUP BY place, kind, policy, currency"
        )
        by_kind = "kind, " if activities is not None else ""
        groups = engine.rows(
            f"SELECT {by_kind}policy, count(*) AS payments, count(DISTINCT person_key) AS people, "
            f"count(person_key) AS named, count(minutes) AS timed, {engine.total('minutes')} "
            "AS minutes FROM parts WHERE place = 'in' "
            f"GROUP BY GROUPING SETS ({'(kind), ' if by_kind else ''}(policy), ())"
        )
    inside = [row for row in sums if row["place"] == "in"]
    amounts = _amounts(inside, rates)
    found = {(row.get("kind"), row["policy"]): row for row in groups if row["payments"]}
    figures: list[Figure] = []
    lines: list[tuple[object, ...]] = []
    for group in sorted(found, key=_last_the_whole):
        row, kind, policy = found[group], *group
        about = {
            name: word for name, word in (("kind", kind), ("policy", policy)) if word is not None
        }
        hours = Fraction(row["minutes"], 60) if row["timed"] else None
        mine = sorted(amounts[group].items())
        figures += [money(METRIC, "amount", about, amount, currency) for currency, amount in mine]
        figures.append(quantity(METRIC, "hours", about, hours))
        people = row["people"] if row["named"] else None
        figures.append(count(METRIC, "people", about, people))
        figures.append(count(METRIC, "payments", about, row["payments"]))
        for currency, amount in mine:
            minutes = row["minutes"] if row["timed"] else None
            lines.append((kind, policy, currency, amount, minutes, people, row["payments"]))
    columns: dict[str, pa.DataType] = {
        "kind": pa.string(),
        "policy": pa.string(),
        "currency": pa.string(),
        "amount_minor": pa.int64(),
        "minutes": pa.int64(),
        "people": pa.int64(),
        "payments": pa.int64(),
    }
    return MetricResult(
        metric=METRIC,
        version=1,
        parameters={"period": period_parameter(period), **rates_parameter(rates)},
        period=period,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=undated(sums, "the payment"),
        notes=(
            *rates_note(rates, {row["currency"] for row in inside}),
            *_notes(found.get((None, None))),
        ),
    )


def _define_parts(engine: Engine, place: str, *, known: bool) -> None:
    """Define ``parts``: each payment with its kind of activity, its policy and its place."""
    if known:
        engine.refuse_repeated("activities", "id")
    kind = f"coalesce(activities.kind, '{UNKNOWN}')" if known else "CAST(NULL AS STRING)"
    join = "LEFT JOIN activities ON activities.id = activity_id" if known else ""
    engine.define(
        "parts",
        f"SELECT {kind} AS kind, coalesce(policy, '{UNKNOWN}') AS policy, currency, amount_minor, "
        f"person_key, minutes, {place} AS place FROM payments {join}",
    )


def _amounts(
    rows: Iterable[Mapping[str, Any]], rates: Rates | None
) -> dict[_Group, dict[str, int]]:
    """Add up the money of each kind, each policy and the whole, by currency."""
    sums: dict[tuple[_Group, str], int] = {}
    for row in rows:
        for group in {(row["kind"], None), (None, row["policy"]), (None, None)}:
            key = (group, row["currency"])
            sums[key] = sums.get(key, 0) + row["amount_minor"]
    lines = [
        {"group": group, "currency": currency, "amount_minor": amount}
        for (group, currency), amount in sums.items()
    ]
    amounts: dict[_Group, dict[str, int]] = {}
    for line in converted(lines, rates):
        amounts.setdefault(line["group"], {})[line["currency"]] = line["amount_minor"]
    return amounts


def _last_the_whole(group: _Group) -> tuple[bool, bool, str, str]:
    kind, policy = group
    return (kind is None, policy is None, kind or "", policy or "")


def _notes(whole: Mapping[str, Any] | None) -> list[str]:
    if whole is None:
        return []
    notes = []
    nameless, timeless = whole["payments"] - whole["named"], whole["payments"] - whole["timed"]
    if nameless:
        notes.append(f"Of {several(nameless, 'payment')} it is not known who was paid.")
    if timeless and whole["timed"]:
        notes.append(f"Of {several(timeless, 'payment')} it is not known for how long.")
    return notes
