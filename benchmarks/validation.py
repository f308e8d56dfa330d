"""How fast many rows are checked: by column, by jsonschema, by jsonschema-rs; one run.

Run with ``uv run python benchmarks/validation.py [ROWS]``. The two validators check plain
Python rows, made beforehand; jsonschema checks a sample, since the whole would take minutes.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import jsonschema_rs
import pyarrow as pa

from coprometrics.records import Income
from coprometrics.tables.arrow import arrow_schema
from coprometrics.tables.json_schema import (
    is_date,
    is_instant,
    is_timezone,
    json_row,
    json_validator,
    record_schema,
)
from coprometrics.tables.validation import validate

SAMPLE = 5_000
REPEATS = 3
T = TypeVar("T")


def income(rows: int) -> pa.Table:
    """Make rows of income of which one in a thousand is wrong."""
    chance = random.Random(20231231)
    start = dt.date(2020, 1, 1)
    streams = ("consultancy", "training", "talks", "research")
    made = {
        "id": [f"finance:INV-{n:07d}" for n in range(rows)],
        "stream": [chance.choice(streams) for _ in range(rows)],
        "amount_minor": [chance.randrange(1, 5_000_000) for _ in range(rows)],
        "currency": ["GBP" if chance.random() > 0.001 else "gbp" for _ in range(rows)],
        "received_on": [start + dt.timedelta(chance.randrange(1500)) for _ in range(rows)],
        "received_on_precision": ["day"] * rows,
        "organisation_id": [f"list:org-{chance.randrange(500)}" for _ in range(rows)],
        "project_id": [None] * rows,
        "activity_id": [None] * rows,
        "kind": ["fee"] * rows,
        "restricted": [chance.random() < 0.5 for _ in range(rows)],
    }
    fields = [pa.field(column.name, column.type) for column in arrow_schema(Income)]
    return pa.table(made, schema=pa.schema(fields))


def fastest(run: Callable[[], T]) -> tuple[float, T]:
    """Give the shortest time of a few runs, in seconds, and what the last one found."""
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        found = run()
        times.append(time.perf_counter() - begin)
    return min(times), found


def main(rows: int) -> None:
    """Print rows a second and ratios."""
    table = income(rows)
    plain = [json_row(row, Income) for row in table.to_pylist()]
    rates = {}

    slow = json_validator(Income)
    formats = {"date": is_date, "date-time": is_instant, "iana-timezone": is_timezone}
    fast = jsonschema_rs.Draft202012Validator(
        record_schema(Income), validate_formats=True, formats=formats
    )
    native = jsonschema_rs.Draft202012Validator(record_schema(Income), validate_formats=True)
    some = plain[:SAMPLE]

    seconds, refused = fastest(lambda: len(validate(table, Income).refused))
    rates["by column"] = rows / seconds
    seconds, wrong = fastest(lambda: [n for n, row in enumerate(some) if not slow.is_valid(row)])
    rates["jsonschema"] = len(some) / seconds
    seconds, wrong_rs = fastest(lambda: sum(not native.is_valid(row) for row in plain))
    rates["jsonschema-rs"] = rows / seconds

    expected = validate(table.slice(0, SAMPLE), Income).refused.to_pylist()
    agree = expected == wrong and refused == wrong_rs
    agree &= wrong == [n for n, row in enumerate(some) if not fast.is_valid(row)]
    print(f"{rows:,} rows of income, {refused:,} of them wrong; verdicts agree: {agree}")
    for name, rate in rates.items():
        print(f"{name:>14}: {rate:>12,.0f} rows/s   by column is {rates['by column'] / rate:.1f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
