"""The findings of the question whether all the printed figures can be true at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from coprometrics.documents import Place
from coprometrics.report.consistency import BUDGET, Change, Correction, Group, examine, in_words
from coprometrics.report.findings import Finding
from coprometrics.report.interval import Interval
from coprometrics.report.relations import Known, Link

__all__ = ["consistency_findings"]


def consistency_findings(
    figures: Mapping[str, Known],
    links: Sequence[Link],
    *,
    places: Mapping[str, Place] | None = None,
    budget: float = BUDGET,
) -> Iterator[Finding]:
    """Say which printed figures cannot all be true, and what would mend it.

    Args:
        figures: the figures by their ids.
        links: what must hold between them.
        places: where figures are printed, for those that no link has.
        budget: the seconds that one group of figures may take.
    """
    for group in examine(figures, links, budget=budget):
        if group.verdict == "inconsistent":
            yield _inconsistent(group, figures, places or {})
        elif group.verdict == "rounding":
            named = [name for name in group.figures if figures[name].printed is not None]
            yield Finding(
                "consistent-by-rounding",
                f"the printed numbers of {', '.join(named)} do not fit each other as they stand; "
                "they do because each is rounded",
                figures=tuple(named),
                place=_place(group, {}),
            )
        elif group.verdict == "undecided":
            yield Finding(
                "undecided",
                f"whether {', '.join(group.figures)} can all be true was not decided "
                f"in {budget:g} s",
                figures=tuple(name for name in group.figures if not figures[name].stands_in),
                place=_place(group, {}),
                remedy="split the relation",
            )


def _inconsistent(
    group: Group, figures: Mapping[str, Known], places: Mapping[str, Place]
) -> Finding:
    # Without any link, it is a count below zero that cannot be.
    arithmetic = "; ".join(
        [_said(link, figures) for link in group.broken]
        or [
            f"{_text(figures[name])} of {name}, for a count is not below zero"
            for name in group.conflict
        ]
    )
    fixes = [_fix(correction, figures) for correction in group.corrections]
    about = {name for link in group.broken for name in link.figures} or {*group.conflict}
    remedy = f"correct {', or '.join(fixes)}" if fixes else "look at the figures and the relations"
    if not group.broken:
        remedy = f"say unit: quantity of what can be below zero, or {remedy}"
    return Finding(
        "inconsistent",
        f"these cannot all be true: {arithmetic}",
        figures=tuple(sorted(name for name in about if not figures[name].stands_in)),
        place=_place(group, places),
        remedy=remedy,
        suspects=tuple(
            tuple(change.figure for change in correction.changes)
            for correction in group.corrections
        ),
    )


def _text(known: Known) -> str:
    return known.id if known.printed is None else known.printed.text


def _said(link: Link, figures: Mapping[str, Known]) -> str:
    """Write the arithmetic of a link, and who says that it must hold."""
    words = in_words(link, figures)
    return words if link.source is None else f"{words} (as {link.source} counts)"


def _place(group: Group, places: Mapping[str, Place]) -> Place | None:
    """Give the place of what says so: of a link, or, where none does, of the first print."""
    if group.conflict and not group.broken and group.conflict[0] in places:
        return places[group.conflict[0]]
    links = group.broken or group.links
    asked = [link for link in links if link.source is None] or links
    return next((link.place for link in asked if link.place), None)


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
