"""Everything that must hold between the figures of a report, and whoever says so.

Relations come from the report file, from the sums of its tables, and from the metrics themselves.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import define, field

from coprometrics import documents
from coprometrics.errors import ReportError
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.report.findings import Finding
from coprometrics.report.from_metrics import what_metrics_say
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.prints import FigurePrints
from coprometrics.report.recompute import Recomputation
from coprometrics.report.relations import Known, Link, alike, links_of
from coprometrics.report.report_file import Report
from coprometrics.report.tables import read_table

__all__ = ["Related", "relate"]


@define
class Related:
    """The figures of a report, and what must hold between them.

    Attributes:
        figures: each figure by its id, printed or not; also cells of tables, and what the links
            need besides.
        links: what must hold.
        findings: relations and tables that are wrong.
    """

    figures: dict[str, Known] = field(factory=dict)
    links: list[Link] = field(factory=list)
    findings: list[Finding] = field(factory=list)


def relate(
    report: documents.Document[Report],
    folder: Path,
    prints: Mapping[str, FigurePrints],
    computed: Mapping[str, Recomputation],
    metrics: MetricRegistry,
    number_format: NumberFormat,
) -> Related:
    """Gather what must hold between the figures of a report.

    Args:
        report: the report file.
        folder: where it lies.
        prints: its figures with their prints.
        computed: what the records give for them.
        metrics: the metrics that say so.
        number_format: how it writes numbers.

    Raises:
        ReportError: when a table cannot be read.
    """
    wanted = report.value
    related = Related(
        {
            name: _known(figure, computed.get(name), wanted.currency)
            for name, figure in prints.items()
        }
    )
    for name, entry in wanted.tables.items():
        place = report.place("tables", name, of_key=True)
        table = read_table(
            name, entry, folder, place, currency=wanted.currency, number_format=number_format
        )
        for cell in sorted(table.figures.keys() & related.figures.keys()):
            related.findings.append(
                Finding(
                    "relation-wrong",
                    f"{cell} is a figure and a cell of a table",
                    figures=(cell,),
                    place=prints[cell].declared if cell in prints else place,
                    remedy="call one of them otherwise; 'equal' says that they are the same",
                )
            )
        related.figures |= table.figures
        related.links += table.links
        related.findings += table.findings
    for number, relation in enumerate(wanted.relations):
        place = report.place("relations", number)
        try:
            related.links.append(
                links_of(relation, related.figures, place, number_format=number_format)
            )
        except ReportError as error:
            related.findings.append(
                Finding("relation-wrong", error.what, place=place, remedy=error.remedy)
            )
    related.findings += _without_effect(related)
    related.findings += _circles(related.links)
    places = {name: figure.declared for name, figure in prints.items()}
    said = what_metrics_say(computed, places, metrics)
    there = {_meaning(link) for link in related.links}
    related.figures |= said.unprinted
    related.links += [
        link
        for link in said.links
        if _meaning(link) not in there and _as_counted(link, related.figures)
    ]
    related.findings += said.findings
    return related


def _known(figure: FigurePrints, answer: Recomputation | None, currency: str) -> Known:
    printed = figure.together
    if printed is not None:
        return Known(figure.id, printed.unit, printed.currency, printed, figure.entry.audited)
    computed = answer.figure if answer else None
    unit = figure.entry.unit or (computed.unit if computed else "quantity")
    if computed is not None and computed.currency is not None:
        currency = computed.currency
    return Known(figure.id, unit, currency if unit == "money" else None)


def _as_counted(link: Link, figures: Mapping[str, Known]) -> bool:
    """Say whether what a metric relates is printed so; if not, that is a finding of its own."""
    try:
        alike(link.compared, figures)
    except ReportError:
        return False
    return not link.is_product or figures[link.figures[0]].unit == "ratio"


def _meaning(link: Link) -> object:
    """Say what a link says, whoever says it and in whatever order the parts are."""
    if link.kind == "sum":
        parts = link.figures if link.constant is not None else link.figures[:-1]
        return link.kind, frozenset(parts), link.figures[len(parts) :], link.constant
    return link.kind, link.figures


def _without_effect(related: Related) -> Iterator[Finding]:
    """Find products of two numbers of which neither is known."""
    for link in related.links:
        if link.is_product:
            factor, base = link.figures[0], link.figures[2]
            whole = related.figures[base].printed
            exact = whole is not None and whole.interval.is_exact
            if related.figures[factor].printed is None and not exact:
                yield Finding(
                    "relation-without-effect",
                    f"nothing follows from this {link.kind}, for neither {factor} nor {base} is "
                    "printed exactly",
                    figures=(factor, base),
                    place=link.place,
                    remedy=f"print {factor}, or leave the relation out",
                )


def _circles(links: Sequence[Link]) -> Iterator[Finding]:
    """Find sums that are parts of themselves by way of others."""
    sums = [link for link in links if link.kind == "sum" and link.constant is None]
    parts: dict[str, list[str]] = {}
    for link in sums:
        parts.setdefault(link.figures[-1], []).extend(link.figures[:-1])
    if _in_order(parts):
        return
    told: set[frozenset[str]] = set()
    for link in sums:
        path = _way_back(link.figures[-1], parts)
        if path and frozenset(path) not in told:
            told.add(frozenset(path))
            yield Finding(
                "relation-wrong",
                f"these sums go round in a circle: {' is a part of '.join([*path, path[0]])}",
                figures=tuple(sorted(path)),
                place=link.place,
                remedy="name the parts of each sum so that it is not among them",
            )


def _in_order(parts: Mapping[str, Iterable[str]]) -> bool:
    """Say whether each sum can stand behind all its parts, so that none is a part of itself."""
    try:
        graphlib.TopologicalSorter(parts).prepare()
    except graphlib.CycleError:
        return False
    return True


def _way_back(start: str, parts: Mapping[str, Iterable[str]]) -> list[str]:
    """Give the shortest way from a figure through sums back to itself; nothing if there is none."""
    came_from: dict[str, str] = {}
    here = [start]
    while here:
        then = []
        for whole in here:
            for part in parts.get(whole, ()):
                if part == start:
                    path = [whole]
                    while path[-1] != start:
                        path.append(came_from[path[-1]])
                    return [start, *path[:-1]]
                if part not in came_from:
                    came_from[part] = whole
                    then.append(part)
        here = then
    return []
