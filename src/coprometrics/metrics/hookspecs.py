"""The hook that plugins with metrics implement.

A plugin is a distribution with an entry point in the group ``coprometrics.metrics`` that names a
module (or object) with a function marked by ``hookimpl``.
"""

from __future__ import annotations

from collections.abc import Sequence

from coprometrics.metrics._metric import Metric
from coprometrics.plugins import hookimpl, hookspec

__all__ = ["GROUP", "coprometrics_metrics", "hookimpl"]

GROUP = "coprometrics.metrics"
"""The name of the entry-point group."""


@hookspec
def coprometrics_metrics() -> Sequence[Metric]:  # type: ignore[empty-body]  # a specification
    """Give the metrics that this plugin has."""
