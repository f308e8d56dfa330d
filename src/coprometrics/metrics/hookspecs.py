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
    """Give the metrics that this plugin has.

    Returns:
        Any number of metrics, none with an id of our own or of another plugin. The result of each
        one's function must carry its id and version.

    Examples:
        A module that a plugin's entry point can name:

        >>> from coprometrics.metrics import Input, MetricResult
        >>> from coprometrics.metrics.base import count, table
        >>> from coprometrics.metrics.frames import engine_over, given
        >>> from coprometrics.records import Activity
        >>> import pyarrow as pa
        >>> def held(activities):
        ...     with engine_over(given(activities, "activities", Activity, need=("id",))) as engine:
        ...         (row,) = engine.rows("SELECT count(*) AS held FROM activities")
        ...     return MetricResult(
        ...         metric="held", version=1, parameters={}, period=None,
        ...         rows=table({"held": pa.int64()}, [(row["held"],)]),
        ...         figures=(count("held", "held", {}, row["held"]),))
        >>> @hookimpl
        ... def coprometrics_metrics():
        ...     return [Metric(
        ...         id="held", version=1, definition="How many activities there are.",
        ...         function=held, inputs={"activities": Input(Activity)}, parameters={})]
        >>> (metric,) = coprometrics_metrics()
        >>> print(metric.compute({Activity: pa.table({"id": ["t:1", "t:2"]})}).figure("held"))
        held held: 2
    """
