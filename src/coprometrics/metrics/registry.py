"""Every metric by its id: what it needs, what can be set, and how to work it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from attrs import frozen

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics._parameters import Parameter
from coprometrics.metrics.audiences import POST_COUNTS, audience_growth, top_posts
from coprometrics.metrics.base import MetricResult
from coprometrics.metrics.funnel import ENTRIES, ORDERS, funnel
from coprometrics.metrics.funnel_from_counts import funnel_from_counts
from coprometrics.metrics.grants import ADJUST, AMOUNTS, BASES, grant_income
from coprometrics.metrics.participation import participation
from coprometrics.metrics.revenue import revenue_share
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Periods, Quarters
from coprometrics.records import (
    Activity,
    Attendance,
    AudienceSnapshot,
    AwardAdjustment,
    GrantAward,
    Income,
    Organisation,
    Post,
    Record,
    ScheduleLine,
    StageCount,
    StageEvent,
)

__all__ = ["METRICS", "Input", "Metric", "Parameter", "metric"]


@frozen
class Input:
    """One kind of data that a metric takes.

    Attributes:
        record_type: the type of record.
        optional: whether there is an answer without it.
    """

    record_type: type[Record]
    optional: bool = False


@frozen
class Metric:
    """A calculation over records, with a name and a version.

    Attributes:
        id: its name.
        version: the version of its definition; another one may give another answer.
        definition: what it says, in one sentence.
        function: the function that works it out.
        inputs: its data, by the name of the argument.
        parameters: what can be set, by name.
        takes_period: whether it is about a period: ``no``, ``optional`` or ``required``. A metric
            that is not takes its time from its parameters or its data.
    """

    id: str
    version: int
    definition: str
    function: Callable[..., MetricResult]
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    takes_period: Literal["no", "optional", "required"] = "no"

    def compute(
        self,
        frames: Mapping[type[Record], object],
        *,
        period: Period | None = None,
        params: Mapping[str, object] | None = None,
    ) -> MetricResult:
        """Work the metric out.

        Args:
            frames: the data by type of record, as records or frames; others are ignored.
            period: the days it is about, where it takes a period.
            params: its parameters, typed or as text.

        Raises:
            MetricError: when data are missing or wrong, or a period is needed and none is given.
            ParameterError: when a parameter does not exist or cannot be read.

        Examples:
            >>> posts = []
            >>> metric("top_posts").compute({Post: posts}, params={"n": "3"}).figures
            ()
        """
        given = params or {}
        if unknown := [name for name in given if name not in self.parameters]:
            raise ParameterError(
                f"there is no parameter {', '.join(map(repr, unknown))}",
                where=self.id,
                remedy=f"it takes {', '.join(self.parameters) or 'none'}",
            )
        arguments: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            value = given.get(name)
            if value is None and parameter.required:
                raise ParameterError(f"{name} is missing", where=self.id, remedy=parameter.doc)
            arguments[name] = parameter.read(name, value)
        if "start_month" in arguments:
            start_month = arguments.pop("start_month")
            arguments["periods"] = _tiling(arguments["periods"], start_month)
        for argument, wanted in self.inputs.items():
            data = frames.get(wanted.record_type)
            if data is None and not wanted.optional:
                raise MetricError(
                    f"there is no data of type {wanted.record_type.__name__}",
                    where=self.id,
                    remedy="import some, or leave the figure out",
                )
            arguments[argument] = data
        if self.takes_period == "required" and period is None:
            raise MetricError("it needs a period", where=self.id, remedy="give one, such as 2023")
        if self.takes_period != "no":
            arguments["period"] = period
        return self.function(**arguments)


def _tiling(length: str, start_month: int) -> Periods:
    if length == "months":
        return CalendarMonths()
    return Quarters(start_month) if length == "quarters" else OperationalYears(start_month)


_BY: Final = "the column to tell apart by"
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
        },
        takes_period="required",
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
        },
        takes_period="optional",
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
    ),
    Metric(
        id="revenue_share",
        version=1,
        definition="Which part of the income of a period each stream brought in.",
        function=revenue_share,
        inputs={"income": Input(Income), "organisations": Input(Organisation, optional=True)},
        parameters={"by": Parameter("text", _BY, default="stream")},
        takes_period="optional",
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
"""Every metric, by its id."""


def metric(id: str) -> Metric:  # noqa: A002  (the word of the design)
    """Find a metric.

    Raises:
        MetricError: when there is none of that id; names those that exist.

    Examples:
        >>> metric("revenue_share").definition
        'Which part of the income of a period each stream brought in.'
    """
    try:
        return METRICS[id]
    except KeyError:
        raise MetricError(
            f"there is no metric {id!r}", remedy=f"use one of {', '.join(METRICS)}"
        ) from None
