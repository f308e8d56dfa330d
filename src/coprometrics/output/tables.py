"""The rows of a metric as a table for people, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coprometrics.metrics import MetricResult

__all__ = ["escape_formula", "figures_as_csv", "figures_as_json", "figures_as_text"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """Make a text harmless to spreadsheets, which run what starts like a formula.

    A quote is put before ``= + - @``, a tab or a carriage return, as OWASP advises.

    Examples:
        >>> escape_formula("=1+1")
        "'=1+1"
        >>> escape_formula("A council")
        'A council'
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _rows(result: MetricResult) -> list[dict[str, Any]]:
    """Give one row for each figure; an amount or count as text, so that it stays exact."""
    names = list(dict.fromkeys(name for f in result.figures for name in f.dimensions))
    rows = []
    for figure in result.figures:
        row: dict[str, Any] = {name: figure.dimensions.get(name) for name in names}
        row |= {
            "value": figure.value,
            "number": None if figure.number is None else str(figure.number),
            "unit": figure.unit,
            "currency": figure.currency,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "basis": figure.basis,
        }
        rows.append(row)
    return rows


def figures_as_text(result: MetricResult) -> str:
    """Write a result for people: its figures, what was left out, and what to know."""
    return str(result)


def figures_as_csv(result: MetricResult) -> str:
    """Write a result as CSV with a header; money in minor units, a ratio as a fraction."""
    rows = _rows(result)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow(
            "" if value is None else escape_formula(value) if name not in _NUMBERS else value
            for name, value in row.items()
        )
    return out.getvalue()


_NUMBERS = frozenset({"number", "numerator", "denominator"})


def figures_as_json(result: MetricResult) -> str:
    """Write a result as JSON; money in minor units, a ratio as a fraction in text."""
    data = {
        "metric": result.metric,
        "version": result.version,
        "fingerprint": result.fingerprint,
        "period": str(result.period) if result.period else None,
        "figures": _rows(result),
        "excluded": [
            {"reason": e.reason, "count": e.count, "message": e.message} for e in result.excluded
        ],
        "notes": list(result.notes),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
