"""The findings of the question whether all the printed figures can be true at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from coprometrics.documents import Place
from coprometrics.errors import ReportError
from coprometrics.report.consistency import BUDGET, Change, Correction, Group, examine, in_words
from coprometrics.report.findings import Finding
from coprometrics.report.interval import Interval
from coprometrics.report.relations import Known, Link, links_of
from coprometrics.report.report_file import Relation

__all__ = ["consistency_findings", "read_relations"]


def read_relations(
    relations: Sequence[Relation],
    figures: Mapping[str, Known],
    place: Callable[[int], Place | None],
) -> tuple[list[Link], list[Finding]]:
    """Make links of the relations of a report file; one that is wrong is a finding.

    Args:
        relations: as the file has them.
        figures: the figures that there are.
        place: gives the place of a relation by its number.
    """
    links: list[Link] = []
    findings: list[Finding] = []
    for number, relation in enumerate(relations):
        try:
            links.append(links_of(relation, figures, place(number)))
        except ReportError as error:
            findings.append(
                Finding("relation-wrong", error.what, place=place(number), remedy=error.remedy)
            )
    return links, findings


def consistency_findings(
    figures: Mapping[str, Known],
    links: Sequence[Link],
    place: Callable[[str], Place | None],
    *,
    budget: float = BUDGET,
) -> Iterator[Finding]:
    """Say which printed figures cannot all be true, and what would mend it.

    Args:
        figures: the figures by their ids.
        links: what must hold between them.
        place: gives the place where a figure is printed.
        budget: the seconds that one group of figures may take.
    """
    for group in examine(figures, links, budget=budget):
        if group.verdict == "inconsistent":
            yield _inconsistent(group, figures, place)
        elif group.verdict == "rounding":
            named = [name for name in group.figures if figures[name].printed is not None]
            yield Finding(
                "consistent-by-rounding",
                f"the printed numbers of {', '.join(named)} do not fit each other as they stand; "
                "they do because each is rounded",
                figures=tuple(named),
                place=_place(group),
            )
        elif group.verdict == "undecided":
            yield Finding(
                "undecided",
                f"whether {', '.join(group.figures)} can all be true was not decided "
                f"in {budget:g} s",
                figures=group.figures,
                place=_place(group),
                remedy="split the relation",
            )


def _inconsistent(
    group: Group, figures: Mapping[str, Known], place: Callable[[str], Place | None]
) -> Finding:
    arithmetic = "; ".join(in_words(link, figures) for link in group.broken)
    fixes = [_fix(correction, figures) for correction in group.corrections]
    remedy = f"correct {', or '.join(fixes)}" if fixes else "look at the figures and the relations"
    places = [found for name in group.conflict if (found := place(name)) is not None]
    return Finding(
        "inconsistent",
        f"these cannot all be true: {arithmetic}",
        figures=tuple(sorted({name for link in group.broken for name in link.figures})),
        place=_place(group) or min(places, key=str, default=None),
        remedy=remedy,
        suspects=tuple(
            tuple(change.figure for change in correction.changes)
            for correction in group.corrections
        ),
    )


def _place(group: Group) -> Place | None:
    return next((link.place for link in group.broken or group.links if link.place), None)


def _fix(correction: Correction, figures: Mapping[str, Known]) -> str:
    return " and ".join(_change(change, figures[change.figure]) for change in correction.changes)


def _change(change: Change, known: Known) -> str:
    printed = known.printed
    if printed is None:
        return change.figure
    return f"{change.figure} from {printed.text} to {_values(change.possible, printed.show)}"


def _values(possible: Interval, show: Callable[[Fraction], str]) -> str:
    if possible.is_exact and possible.low is not None:
        return show(possible.low)
    return possible.in_words(show)
