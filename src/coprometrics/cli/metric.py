"""``coprometrics metric`` and ``coprometrics metrics``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from coprometrics.cli.options import start_month_option, strict_option, tell_failures

__all__ = ["metric", "metrics"]


def _parameters(given: tuple[str, ...]) -> dict[str, str]:
    from coprometrics.errors import ParameterError

    parameters: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise ParameterError(f"--param {text!r} is not of the form NAME=VALUE")
        if name in parameters:
            raise ParameterError(f"the parameter {name!r} is given twice")
        parameters[name] = value
    return parameters


@click.command("metric")
@click.argument("name")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="STORE",
    help="The store with the records.",
)
@click.option(
    "--period",
    "period_text",
    metavar="PERIOD",
    help="2023, 2023/24, 2023-05 or 2023-01-01..2023-12-31.",
)
@start_month_option
@click.option(
    "--param",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the metric; see 'coprometrics metrics'.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to print the figures.",
)
@strict_option
def metric(
    name: str,
    data: Path,
    period_text: str | None,
    start_month: int,
    given: tuple[str, ...],
    form: str,
    strict: bool,
) -> int:
    """Calculate the metric NAME from a store."""
    from coprometrics.configuration import find_configuration
    from coprometrics.errors import ParameterError
    from coprometrics.metrics.registry import MetricRegistry
    from coprometrics.output.tables import figures_as_csv, figures_as_json, figures_as_text
    from coprometrics.periods import parse_period
    from coprometrics.store import Store

    registry = MetricRegistry(blocked=find_configuration(data.absolute().parent).block)
    found = registry.metric(name)
    if found.plugin is not None and tell_failures(registry.failures(), strict=strict):
        return 2
    parameters: dict[str, Any] = dict(_parameters(given))
    if period_text and found.takes_period == "no":
        raise ParameterError(
            f"{name} takes no period", where="--period", remedy="leave --period out"
        )
    period = parse_period(period_text, start_month=start_month) if period_text else None
    if start_month != 1 and "start_month" in found.parameters:
        parameters.setdefault("start_month", str(start_month))
    with Store.open(data, read_only=True) as store:
        result = found.compute(store.frames(), period=period, params=parameters)
        write = {"table": figures_as_text, "json": figures_as_json, "csv": figures_as_csv}[form]
        text = write(result)
    click.echo(text, nl=not text.endswith("\n"))
    return 0


@click.command("metrics")
@strict_option
def metrics(strict: bool) -> int:
    """List the metrics: version, what each answers, its input and parameters."""
    from coprometrics.configuration import find_configuration
    from coprometrics.metrics.registry import MetricRegistry

    registry = MetricRegistry(blocked=find_configuration(Path.cwd()).block)
    for found in registry.metrics().values():
        origin = f", from the plugin {found.plugin}" if found.plugin else ""
        click.echo(f"{found.id} (version {found.version}{origin}): {found.definition}")
        inputs = ", ".join(
            f"{wanted.record_type.__name__}{' (optional)' if wanted.optional else ''}"
            for wanted in found.inputs.values()
        )
        click.echo(f"    from {inputs}")
        for name, parameter in found.parameters.items():
            default = f", by default {parameter.default}" if parameter.default else ""
            options = f": {', '.join(parameter.options)}" if parameter.options else ""
            click.echo(f"    --param {name}=…  {parameter.doc}{options}{default}")
    for plugin in registry.plugins():
        if plugin.state == "blocked":
            click.echo(f"the {plugin} is blocked {plugin.reason}", err=True)
    return 2 if tell_failures(registry.failures(), strict=strict) else 0
