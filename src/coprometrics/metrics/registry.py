"""Every metric by its id: what it needs, what can be set, and how to work it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import Final

from attrs import evolve

from coprometrics.errors import MetricError, PluginError, shown
from coprometrics.metrics import hookspecs
from coprometrics.metrics._metric import Input, Metric, fault_of_metric
from coprometrics.metrics._parameters import Parameter, check_text
from coprometrics.metrics.audiences import POST_COUNTS, audience_growth, top_posts
from coprometrics.metrics.funnel import ENTRIES, ORDERS, funnel
from coprometrics.metrics.funnel_from_counts import funnel_from_counts
from coprometrics.metrics.grants import ADJUST, AMOUNTS, BASES, grant_income
from coprometrics.metrics.laws import adds_up, at_most, falls, grows, shares
from coprometrics.metrics.participation import participation
from coprometrics.metrics.payments import payments
from coprometrics.metrics.revenue import revenue_share
from coprometrics.plugins import Plugin, Plugins, refuse
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

__all__ = ["METRICS", "Input", "Metric", "MetricRegistry", "Parameter", "metric"]


_BY: Final = "the column to tell apart by"
_RATES: Final = Parameter("rates", "exchange rates into one currency, such as to=GBP,EUR=0.8601")
_PROGRAMME: Final = Parameter("text", "which programme, where the data hold several")

_ALL: Final = (
    Metric(
        id="audience_growth",
        version=1,
        definition="How much an audience grew over a period, between its latest known counts.",
        function=audience_growth,
        inputs={"snapshots": Input(AudienceSnapshot)},
        parameters={
            "channel": Parameter("text", "one channel; all, each by itself, where none is given"),
            "measure": Parameter("text", "one measure; all, each by itself, where none is given"),
            "account": Parameter("text", "one account, where a channel has several"),
        },
        takes_period="required",
        laws=(grows("growth", later="end", earlier="start"),),
    ),
    Metric(
        id="funnel",
        version=2,
        definition="How many people or projects reached each step of a programme, in order.",
        function=funnel,
        inputs={"events": Input(StageEvent)},
        parameters={
            "steps": Parameter(
                "steps",
                "name the stages in order, such as registered,joined; stages that share a step are "
                "joined by |",
                required=True,
            ),
            "window": Parameter("duration", "how long after the first step, such as 30 days"),
            "entry": Parameter(
                "text", "which first-step events may start a chain", default="any", options=ENTRIES
            ),
            "order": Parameter(
                "text",
                "whether other events may lie between the steps (ordered), may not (strict), or "
                "the steps come in any order (unordered)",
                default="ordered",
                options=ORDERS,
            ),
            "by": Parameter("text", _BY),
            "programme": _PROGRAMME,
            "as_of": Parameter(
                "instant", "the instant up to which events count, such as 2023-12-31T23:59:59Z"
            ),
        },
        laws=(falls("reached", along="step"),),
    ),
    Metric(
        id="funnel_from_counts",
        version=1,
        definition="How many reached each stage of a programme of which only totals are known.",
        function=funnel_from_counts,
        inputs={"stage_counts": Input(StageCount)},
        parameters={
            "programme": _PROGRAMME,
            "optional": Parameter("words", "the stages that one may skip", default=()),
        },
        laws=(falls("reached", along="step", but="optional"),),
    ),
    Metric(
        id="grant_income",
        version=2,
        definition="The money of awards, placed in the years, quarters or months it is for.",
        function=grant_income,
        inputs={
            "awards": Input(GrantAward),
            "schedule": Input(ScheduleLine, optional=True),
            "adjustments": Input(AwardAdjustment, optional=True),
        },
        parameters={
            "periods": Parameter(
                "text",
                "the length of the periods",
                default="years",
                options=("years", "months", "quarters"),
            ),
            "start_month": Parameter("number", "the month in which a year starts", default=1),
            "basis": Parameter(
                "text", "how money is placed in time", default="auto", options=BASES
            ),
            "amount": Parameter(
                "text",
                "what the whole team won (total) or what came to us (ours)",
                default="total",
                options=AMOUNTS,
            ),
            "closed": Parameter(
                "words", "the periods that have been reported, such as 2021/22", default=()
            ),
            "adjust": Parameter(
                "text",
                "whether changes leave closed periods alone (prospective) or restate them",
                default="prospective",
                options=ADJUST,
            ),
            "rates": _RATES,
        },
        takes_period="optional",
        laws=tuple(adds_up("amount", over) for over in ("year", "quarter", "month")),
    ),
    Metric(
        id="participation",
        version=1,
        definition="What was held in a period, how many came, and from how many organisations.",
        function=participation,
        inputs={
            "activities": Input(Activity),
            "attendances": Input(Attendance, optional=True),
            "organisations": Input(Organisation, optional=True),
        },
        parameters={"by": Parameter("text", _BY, default="kind")},
        takes_period="optional",
        laws=(
            adds_up("activities", over="by"),
            adds_up("attendances", over="by"),
            adds_up("organisations", over="organisation_kind"),
            at_most("first_time", "attendances"),
            at_most("people_identified", "attendances"),
        ),
    ),
    Metric(
        id="payments",
        version=1,
        definition="What was paid to people for taking part, for how many hours, to how many.",
        function=payments,
        inputs={"payments": Input(Payment), "activities": Input(Activity, optional=True)},
        parameters={"rates": _RATES},
        takes_period="optional",
        laws=(at_most("people", "payments"), adds_up("payments", over="policy")),
    ),
    Metric(
        id="revenue_share",
        version=1,
        definition="Which part of the income of a period each stream brought in.",
        function=revenue_share,
        inputs={"income": Input(Income), "organisations": Input(Organisation, optional=True)},
        parameters={"by": Parameter("text", _BY, default="stream"), "rates": _RATES},
        takes_period="optional",
        laws=(shares("share", of="amount", over="by"), adds_up("amount", over="by")),
    ),
    Metric(
        id="top_posts",
        version=1,
        definition="Which posts of a period were seen, liked or shared most.",
        function=top_posts,
        inputs={"posts": Input(Post)},
        parameters={
            "by": Parameter("text", "which count", default="impressions", options=POST_COUNTS),
            "n": Parameter("number", "how many places", default=1),
        },
        takes_period="optional",
    ),
)

METRICS: Final[Mapping[str, Metric]] = {metric.id: metric for metric in _ALL}
"""Our own metrics, by id."""


class MetricRegistry:
    """The metrics of this environment: our own, and those of plugins.

    Args:
        points: the entry points to look at; those of the environment by default.
        blocked: names of plugins that are not imported.

    Examples:
        >>> registry = MetricRegistry([])
        >>> list(registry.metrics())[:3]
        ['audience_growth', 'funnel', 'funnel_from_counts']
        >>> registry.metric("payments").takes_period
        'optional'
    """

    def __init__(
        self, points: Iterable[EntryPoint] | None = None, *, blocked: Sequence[str] = ()
    ) -> None:
        self._plugins: Plugins[Metric] = Plugins(
            hookspecs.GROUP,
            hookspecs,
            check=_check,
            name=lambda metric: metric.id,
            points=points,
            blocked=blocked,
        )

    def plugins(self) -> list[Plugin[Metric]]:
        """List the plugins, each imported if it may be."""
        return self._plugins.all()

    def failures(self) -> tuple[PluginError, ...]:
        """Give why plugins cannot be used, each imported if it may be."""
        return self._plugins.failures()

    def check(self) -> None:
        """Refuse to go on where a plugin cannot be used.

        Raises:
            ExceptionGroup: of all `failures`, each a PluginError.
        """
        refuse(self.failures())

    def metrics(self) -> Mapping[str, Metric]:
        """Give every metric that can be used, by its id.

        Returns:
            Our own metrics and those of the plugins that are ready, in the order of their ids.
        """
        theirs = {
            metric.id: evolve(metric, plugin=plugin.name)
            for plugin in self.plugins()
            for metric in plugin.offers
        }
        return dict(sorted({**theirs, **METRICS}.items()))

    def metric(self, id: str) -> Metric:  # noqa: A002  (the word of the design)
        """Find a metric; plugins are only imported where it is not one of our own.

        Args:
            id: its name, such as ``funnel``.

        Returns:
            The metric: what data it takes, what can be set, and how to work it out.

        Raises:
            MetricError: when there is none of that id; names those that exist, and the plugins that
                cannot be used.
            ParameterError: when the id is no text.
        """
        check_text("id", id)
        if id in METRICS:
            return METRICS[id]
        found = self.metrics()
        if id in found:
            return found[id]
        unusable = [plugin for plugin in self.plugins() if plugin.state != "ready"]
        hint = "".join(f"; the plugin {p.name} is {p.state} ({p.reason})" for p in unusable)
        raise MetricError(
            f"there is no metric {shown(id)}", remedy=f"use one of {', '.join(found)}{hint}"
        )


def _check(metric: Metric) -> None:
    if fault := fault_of_metric(metric):
        raise PluginError(fault)
    if metric.id in METRICS:
        raise PluginError(f"the metric {metric.id!r} is one of coprometrics' own")


def metric(id: str) -> Metric:  # noqa: A002  (the word of the design)
    """Find a metric, one of our own or of a plugin in this environment.

    Args:
        id: its name, such as ``funnel``.

    Returns:
        The metric: what data it takes, what can be set, and how to work it out.

    Raises:
        MetricError: when there is none of that id; names those that exist, and the plugins that
            cannot be used.

    Examples:
        >>> metric("revenue_share").definition
        'Which part of the income of a period each stream brought in.'
    """
    return MetricRegistry().metric(id)
