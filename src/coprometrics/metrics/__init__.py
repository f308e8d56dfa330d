"""What is calculated: one family of metrics a module.

``revenue`` says where money comes from, ``grants`` in which year the money of awards falls
(``comparison``: whether two years may be compared),
``funnel`` how many go on from step to step, ``participation`` what was held and who came,
``audiences`` how an audience grew. Each is a plain function that takes records or frames of any
kind, through the one door in ``frames``, and gives a `MetricResult`. ``registry`` knows all of them
by name.
"""

from __future__ import annotations

from coprometrics.metrics.audiences import audience_growth, top_posts
from coprometrics.metrics.base import Excluded, Figure, MetricResult
from coprometrics.metrics.comparison import compare
from coprometrics.metrics.funnel import Funnel, funnel
from coprometrics.metrics.funnel_from_counts import funnel_from_counts
from coprometrics.metrics.grants import GrantIncome, grant_income
from coprometrics.metrics.hookspecs import hookimpl
from coprometrics.metrics.participation import participation
from coprometrics.metrics.payments import payments
from coprometrics.metrics.registry import (
    METRICS,
    Input,
    Metric,
    MetricRegistry,
    Parameter,
    metric,
)
from coprometrics.metrics.revenue import Percentages, RevenueShare, revenue_share

__all__ = [
    "METRICS",
    "Excluded",
    "Figure",
    "Funnel",
    "GrantIncome",
    "Input",
    "Metric",
    "MetricRegistry",
    "MetricResult",
    "Parameter",
    "Percentages",
    "RevenueShare",
    "audience_growth",
    "compare",
    "funnel",
    "funnel_from_counts",
    "grant_income",
    "hookimpl",
    "metric",
    "participation",
    "payments",
    "revenue_share",
    "top_posts",
]
