"""Every number in an impact report, typed, recomputed and checked.

The package is a house with one way through it; each room imports only from those above it.

- ``errors``, ``money``, ``periods``, ``rounding``: small exact values.
- ``records``: what is counted.
- ``documents``: what people write, in YAML.
- ``plugins``: what other distributions bring.
- ``tables``: how records travel, and how many are checked at once.
- ``store``: where records rest.
- ``metrics``: what is calculated.
- ``importers``: how records come in.
- ``report``: what was printed, and whether it is so.
- ``output``, ``cli``: how it is shown and run.
- ``testing``: help for tests.

The names below are loaded when they are first used, so that importing the package is light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coprometrics.errors import CoprometricsError
    from coprometrics.metrics import (
        audience_growth,
        funnel,
        funnel_from_counts,
        grant_income,
        participation,
        payments,
        revenue_share,
        top_posts,
    )
    from coprometrics.money import Money, Rates
    from coprometrics.periods import CalendarMonths, OperationalYears, Period, Quarters
    from coprometrics.records import (
        Activity,
        Attendance,
        AudienceSnapshot,
        AwardAdjustment,
        GrantAward,
        Income,
        Organisation,
        Payment,
        Post,
        ScheduleLine,
        StageCount,
        StageEvent,
    )
    from coprometrics.report.check import check_report
    from coprometrics.store import Store
    from coprometrics.tables.validation import validate

__all__ = [
    "Activity",
    "Attendance",
    "AudienceSnapshot",
    "AwardAdjustment",
    "CalendarMonths",
    "CoprometricsError",
    "GrantAward",
    "Income",
    "Money",
    "OperationalYears",
    "Organisation",
    "Payment",
    "Period",
    "Post",
    "Quarters",
    "Rates",
    "ScheduleLine",
    "StageCount",
    "StageEvent",
    "Store",
    "audience_growth",
    "check_report",
    "funnel",
    "funnel_from_counts",
    "grant_income",
    "participation",
    "payments",
    "revenue_share",
    "top_posts",
    "validate",
]

_HOMES = {
    "coprometrics.errors": ("CoprometricsError",),
    "coprometrics.metrics": (
        "audience_growth",
        "funnel",
        "funnel_from_counts",
        "grant_income",
        "participation",
        "payments",
        "revenue_share",
        "top_posts",
    ),
    "coprometrics.money": ("Money", "Rates"),
    "coprometrics.periods": ("CalendarMonths", "OperationalYears", "Period", "Quarters"),
    "coprometrics.records": (
        "Activity",
        "Attendance",
        "AudienceSnapshot",
        "AwardAdjustment",
        "GrantAward",
        "Income",
        "Organisation",
        "Payment",
        "Post",
        "ScheduleLine",
        "StageCount",
        "StageEvent",
    ),
    "coprometrics.report.check": ("check_report",),
    "coprometrics.store": ("Store",),
    "coprometrics.tables.validation": ("validate",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
