"""Records to write, and where they are said to come from."""

from __future__ import annotations

import datetime as dt

from coprometrics.records import Income
from coprometrics.store import Provenance

NOW = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
STAMP = Provenance("test", "1.0", "income.csv", "ab" * 32, NOW)


def income(number: int, amount: int = 100) -> Income:
    return Income(
        id=f"finance:{number}", stream="talks", amount_minor=amount, currency="GBP", kind="fee"
    )
