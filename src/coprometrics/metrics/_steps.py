"""What funnels share: how their steps are given, their programme, and the figures of a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from coprometrics.errors import MetricError, ParameterError, shown
from coprometrics.metrics._chains import Step
from coprometrics.metrics.base import Figure, count, ratio

__all__ = ["read_steps", "refuse_other_programmes", "step_figures"]


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


def read_steps(steps: object) -> list[Step]:
    """Read the steps of a funnel: stages, groups of stages that share a step, or named groups.

    Raises:
        ParameterError: when they are none of these, or two have one name.
    """
    named: Iterable[tuple[object, object]]
    if isinstance(steps, Mapping):
        named = steps.items()
    else:
        named = [(None, group) for group in _in_order(steps)]
    found: list[Step] = []
    for name, group in named:
        stages = [group] if isinstance(group, str) else _in_order(group)
        texts = tuple(stage for stage in stages if isinstance(stage, str) and stage)
        if not texts or len(texts) < len(stages):
            raise ParameterError(f"{shown(group)} is not a stage or a group of them", where="steps")
        called = "/".join(texts) if name is None else name
        if not isinstance(called, str) or not called:
            raise ParameterError(f"{shown(name)} is not the name of a step", where="steps")
        found.append(Step(called, texts))
    if not found:
        raise ParameterError("there are no steps", where="steps", remedy="give two or more stages")
    # A stage may be passed twice; its second step needs a name of its own to be told apart.
    seen: dict[str, int] = {}
    for i, step in enumerate(found):
        seen[step.name] = seen.get(step.name, 0) + 1
        if seen[step.name] > 1:
            found[i] = Step(f"{step.name} ({seen[step.name]})", step.stages)
    if len({step.name for step in found}) < len(found):
        raise ParameterError(
            "two steps have the same name", where="steps", remedy="name them in a mapping"
        )
    return found


def _in_order(items: object) -> list[object]:
    """Take in a list; a text is none, and a set has no order."""
    if isinstance(items, Iterable) and not isinstance(items, str | Set):
        return list(items)
    raise ParameterError(
        f"{shown(items)} is not a list of stages", where="steps", remedy="give a list of stages"
    )
