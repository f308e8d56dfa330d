"""What funnels share: their programme, and the figures of a step."""

from __future__ import annotations

from collections.abc import Mapping, Set

from coprometrics.errors import MetricError
from coprometrics.metrics.base import Figure, count, ratio

__all__ = ["refuse_other_programmes", "step_figures"]


def refuse_other_programmes(source: str, names: Set[str], programme: str | None) -> None:
    """See to it that a funnel is about one programme.

    Args:
        source: what the data are called.
        names: the programmes in them.
        programme: the one asked for.

    Raises:
        MetricError: when it is not there, or there are several and none is asked for.
    """
    if programme is None and len(names) > 1:
        raise MetricError(
            "the data hold several programmes",
            where=f"{source}.programme",
            remedy=f"name one of {', '.join(sorted(names))}",
        )
    if programme is not None and programme not in names:
        raise MetricError(
            f"there is no programme {programme!r}",
            where=f"{source}.programme",
            remedy=f"the programmes are {', '.join(sorted(names)) or 'none: there are no rows'}",
        )


def step_figures(
    metric: str,
    where: Mapping[str, str],
    reached: int | None,
    first: int | None,
    before: int | None,
    *,
    starts: bool,
) -> list[Figure]:
    """Make the figures of one step.

    Args:
        metric: the metric's id.
        where: the step, and what else it is about.
        reached: how many reached it.
        first: how many reached the first step.
        before: how many reached the step before.
        starts: whether there is no step before.
    """
    figures = [
        count(metric, "reached", where, reached),
        ratio(metric, "conversion", where, reached, first),
    ]
    if not starts:
        figures.append(ratio(metric, "step_conversion", where, reached, before))
    return figures
