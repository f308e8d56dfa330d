"""What a metric is to those who do not call its function: its inputs, parameters and definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from attrs import frozen

from coprometrics.errors import CoprometricsError, MetricError, ParameterError
from coprometrics.metrics._parameters import Parameter
from coprometrics.metrics.base import MetricResult
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Periods, Quarters
from coprometrics.records import Record

__all__ = ["Input", "Metric"]


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
        plugin: the plugin that it comes from; None where it is our own.
    """

    id: str
    version: int
    definition: str
    function: Callable[..., MetricResult]
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Parameter]
    takes_period: Literal["no", "optional", "required"] = "no"
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
                the function of a plugin fails or gives the result of another metric.
            ParameterError: when a parameter does not exist or cannot be read.

        Examples:
            >>> from coprometrics.metrics.registry import metric
            >>> from coprometrics.records import Post
            >>> metric("top_posts").compute({Post: []}, params={"n": "3"}).figures
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
        return self.function(**arguments) if self.plugin is None else self._guarded(arguments)

    def _guarded(self, arguments: Mapping[str, Any]) -> MetricResult:
        """Call a plugin's function; whatever it does wrong is an error that names the plugin."""
        where = f"plugin {self.plugin}"
        try:
            result: object = self.function(**arguments)
        except CoprometricsError:
            raise
        except Exception as error:
            raise MetricError(
                f"the metric {self.id} failed with {type(error).__name__}",
                where=where,
                remedy="tell the plugin's developers",
            ) from error
        said = (getattr(result, "metric", None), getattr(result, "version", None))
        if not isinstance(result, MetricResult) or said != (self.id, self.version):
            raise MetricError(
                f"the metric {self.id} (version {self.version}) gave something else",
                where=where,
                remedy="tell the plugin's developers",
            )
        return result


def _tiling(length: str, start_month: int) -> Periods:
    if length == "months":
        return CalendarMonths()
    return Quarters(start_month) if length == "quarters" else OperationalYears(start_month)
