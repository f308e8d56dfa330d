"""Money of several currencies brought into one, where the caller gives rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from coprometrics.errors import MetricError, MoneyError
from coprometrics.money import Rates
from coprometrics.rounding import decimal_text, round_half_up

__all__ = ["converted", "rates_note", "rates_parameter"]


def converted(
    rows: Sequence[Mapping[str, Any]],
    rates: Rates | None,
    amount: str = "amount_minor",
    counts: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Bring sums into one currency: exact until each sum of all currencies is rounded half up.

    Args:
        rows: the sums, each with its ``currency``; those alike but for it become one.
        rates: the rates; None leaves each currency by itself.
        amount: the column with the money, in minor units.
        counts: columns to add up.

    Raises:
        MetricError: when there is no rate for a currency.
    """
    if rates is None:
        return [dict(row) for row in rows]
    exact: dict[tuple[Any, ...], Fraction] = {}
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        try:
            value = rates.convert(row[amount], row["currency"])
        except MoneyError as error:
            raise MetricError(error.what, where=error.where, remedy=error.remedy) from error
        key = tuple(row[name] for name in row if name not in ("currency", amount, *counts))
        exact[key] = exact.get(key, Fraction(0)) + value
        before = merged.get(key, dict.fromkeys(counts, 0))
        more = {name: before[name] + row[name] for name in counts}
        merged[key] = {**row, "currency": rates.to, **more}
    return [{**row, amount: round_half_up(exact[key])} for key, row in merged.items()]


def rates_note(rates: Rates | None, currencies: Iterable[str]) -> list[str]:
    """Say which rates were used."""
    if rates is None:
        return []
    used = sorted({*currencies} & {*rates.rates} - {rates.to})
    said = ", ".join(f"{name} at {_shown(rates.rates[name])}" for name in used)
    return [f"Converted into {rates.to}: {said}. Each sum is rounded once."] if used else []


def rates_parameter(rates: Rates | None) -> dict[str, Any]:
    """Give the rates as a result records them; nothing where there are none."""
    if rates is None:
        return {}
    return {"rates": {"to": rates.to, **{name: str(rate) for name, rate in rates.rates.items()}}}


def _shown(rate: Fraction) -> str:
    text = decimal_text(rate, 12).rstrip("0").rstrip(".")
    return text if Fraction(text.replace(",", "")) == rate else str(rate)
