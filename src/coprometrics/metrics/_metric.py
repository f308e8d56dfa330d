"""What a metric is to those who do not call its function: its inputs, parameters and definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from attrs import frozen

from coprometrics.errors import CoprometricsError, MetricError, ParameterError, shown
from coprometrics.metrics._contract import fault_of_result, is_text
from coprometrics.metrics._parameters import Kind, Parameter, check_kind, check_period
from coprometrics.metrics.base import MetricResult
from coprometrics.metrics.laws import Law, Rule, laws_of
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Periods, Quarters
from coprometrics.plugins import printing_aside
from coprometrics.records import Record

__all__ = ["Input", "Metric", "fault_of_metric"]

TakesPeriod = Literal["no", "optional", "required"]


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
        laws: what must hold between the figures of any answer; see `coprometrics.metrics.laws`.
        plugin: the plugin that it comes from; None where it is our own.
    """

    id: str
    version: int
    definition: str
    function: Callable[..., MetricResult]
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    takes_period: TakesPeriod = "no"
    laws: tuple[Rule, ...] = ()
    plugin: str | None = None

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
            params: its parameters, typed or as text; those left out have their defaults.

        Returns:
            What the function of the metric gives: its figures, with numerators and denominators,
            its rows, and what was left out.

        Raises:
            MetricError: when data are missing or wrong, a period is needed and none is given, or
                the function of a plugin fails or does not give a result as it should be.
            ParameterError: when a parameter does not exist or cannot be read.

        Examples:
            >>> from coprometrics.metrics.registry import metric
            >>> from coprometrics.records import Post
            >>> metric("top_posts").compute({Post: []}, params={"n": "3"}).figures
            ()
        """
        given = {} if params is None else params
        check_kind("params", given, Mapping, "a mapping", "give the parameters by their names")
        check_kind("frames", frames, Mapping, "a mapping", "give the data by their type of record")
        check_period(period)
        if unknown := [name for name in given if name not in self.parameters]:
            raise ParameterError(
                f"there is no parameter {', '.join(map(shown, unknown))}",
                where=self.id,
                remedy=f"it takes {', '.join(self.parameters) or 'none'}",
            )
        arguments: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            value = given.get(name)
            if value is None and parameter.required:
                raise ParameterError(f"{name} is missing", where=self.id, remedy=parameter.doc)
            arguments[name] = parameter.read(name, value)
        if {"start_month", "periods"} <= arguments.keys():
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
        return self.function(**arguments) if self.plugin is None else self._guarded(arguments)

    def _guarded(self, arguments: Mapping[str, Any]) -> MetricResult:
        """Call a plugin's function; whatever it does wrong is an error that names the plugin."""
        where = f"plugin {self.plugin}"
        try:
            with printing_aside():
                result = self.function(**arguments)
        except (CoprometricsError, KeyboardInterrupt):
            raise
        except BaseException as error:
            # A plugin may raise anything, even SystemExit.
            raise MetricError(
                f"the metric {self.id} failed with {type(error).__name__}",
                where=where,
                remedy="tell the plugin's developers",
            ) from error
        if fault := fault_of_result(result, self.id, self.version):
            raise MetricError(
                f"the metric {self.id} (version {self.version}) gave something else: {fault}",
                where=where,
                remedy="tell the plugin's developers",
            )
        return result

    def laws_of(self, result: MetricResult) -> tuple[Law, ...]:
        """Give what must hold between the figures of an answer.

        Args:
            result: an answer of this metric.

        Raises:
            MetricError: when a rule of a plugin fails, or says something that the answer itself
                breaks.

        Examples:
            >>> from coprometrics import AudienceSnapshot, Period
            >>> from coprometrics.metrics.registry import metric
            >>> import datetime as dt
            >>> growth = metric("audience_growth")
            >>> counts = [AudienceSnapshot(id=f"t:{day}", channel="x", measure="followers",
            ...                            as_of=dt.date(2023, 1, day), value=100 * day)
            ...           for day in (1, 3)]
            >>> result = growth.compute({AudienceSnapshot: counts},
            ...                         period=Period(dt.date(2023, 1, 2), dt.date(2023, 1, 5)))
            >>> [(law.kind, *(one.text for one in law.figures)) for law in growth.laws_of(result)]
            [('growth', '200.00%', '300', '100')]
        """
        try:
            with printing_aside():
                found = tuple(laws_of(self.laws, result))
            broken = next((law for law in found if not law.holds), None)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) or self.plugin is None:
                raise
            raise MetricError(
                f"the laws of the metric {self.id} failed with {type(error).__name__}",
                where=f"plugin {self.plugin}",
                remedy="tell the plugin's developers",
            ) from error
        if broken is not None:
            raise MetricError(
                f"the metric {self.id} breaks its own law: {broken}",
                where=None if self.plugin is None else f"plugin {self.plugin}",
                remedy="tell its developers",
            )
        return found


def fault_of_metric(metric: object) -> str | None:
    """Say what is wrong with the description of a metric; None where nothing is.

    Examples:
        >>> fault_of_metric(print)
        'a builtin_function_or_method is not a Metric'
    """
    if not isinstance(metric, Metric):
        return f"a {type(metric).__name__} is not a Metric"
    if not is_text(metric.id):
        return f"the id {shown(metric.id)} of a metric is no text"
    wrong = _wrong_part(metric)
    return wrong and f"of the metric {metric.id!r}, the {wrong}"


def _wrong_part(metric: Any) -> str | None:
    if type(metric.version) is not int or metric.version < 1:
        return f"version is {shown(metric.version)}, not a whole number from 1 on"
    if not is_text(metric.definition):
        return "definition is no text"
    if not callable(metric.function):
        return "function cannot be called"
    if metric.takes_period not in get_args(TakesPeriod):
        return f"word on whether it takes a period is {shown(metric.takes_period)}"
    for name, given, kind in (
        ("inputs", metric.inputs, Input),
        ("parameters", metric.parameters, Parameter),
    ):
        if not isinstance(given, Mapping) or not all(
            is_text(key) and isinstance(one, kind) for key, one in given.items()
        ):
            return f"{name} are no mapping of {kind.__name__} by name"
    if not isinstance(metric.laws, tuple) or not all(map(callable, metric.laws)):
        return "laws are no tuple of rules"
    for name, wanted in metric.inputs.items():
        if not isinstance(wanted.record_type, type) or not issubclass(wanted.record_type, Record):
            return f"input {name} is of no type of record"
    for name, parameter in metric.parameters.items():
        options = parameter.options
        if parameter.kind not in get_args(Kind):
            return f"parameter {name} is of the kind {shown(parameter.kind)}"
        if not is_text(parameter.doc):
            return f"parameter {name} has no doc"
        if not isinstance(options, tuple) or not all(is_text(option) for option in options):
            return f"parameter {name} has options that are no tuple of texts"
    return None


def _tiling(length: str, start_month: int) -> Periods:
    if length == "months":
        return CalendarMonths()
    return Quarters(start_month) if length == "quarters" else OperationalYears(start_month)
