"""What is said of the ids that the store settled: repeats, conflicts, and what overlaps."""

from __future__ import annotations

from collections.abc import Iterator

from coprometrics.errors import SourceError
from coprometrics.importers.contract import Locator, Notice, Problem, Refusal
from coprometrics.store import Conflict, Written

__all__ = ["notices_of", "refusals_of", "refuse_overlaps"]


def refuse_overlaps(written: Written, source_name: str) -> None:
    """Give up where attendances would be counted twice.

    Raises:
        SourceError: naming the other source.
    """
    for overlap in written.overlaps:
        orders = _counted(overlap.orders, "order is", "orders are")
        raise SourceError(
            f"{orders} in the store already, from {overlap.source_name}, with other ids of "
            f"their attendances (such as {overlap.example}); nothing was kept",
            where=source_name,
            remedy="import an event from one kind of export only, or use a new store",
        )


def refusals_of(conflict: Conflict) -> Iterator[Refusal]:
    """Refuse every row of an id that different records claim; each names the places of all."""
    places = [Locator(*place) for place in conflict.places]
    problem = Problem(
        code="conflicting-duplicate",
        field="id",
        message=f"different records have the id {conflict.id!r} ({_named(places)}); none is kept",
    )
    for place in places:
        yield Refusal(place, (problem,))


def _named(places: list[Locator]) -> str:
    lines = [place.line for place in places if place == Locator(line=place.line)]
    if len(lines) == len(places) and None not in lines:
        return f"lines {', '.join(map(str, lines))}"
    return "; ".join(filter(None, map(str, places))) or "rows"


def notices_of(written: Written) -> Iterator[Notice]:
    """Say what a person should know about what was written."""
    if written.repeated:
        yield Notice(
            "repeated-records",
            f"{_counted(written.repeated, 'row gives', 'rows give')} exactly the record of another "
            "row, which counts once; where they stand for different things, let the mapping tell "
            "their ids apart",
        )
    if written.removed:
        yield Notice(
            "removed-records",
            f"{_counted(written.removed, 'record', 'records')} of earlier sources removed, because "
            "this one tells all of what they belong to, and has them no more",
        )
    if written.set_back:
        yield Notice(
            "older-source-again",
            "the same source was imported before, and newer ones since: "
            f"{_counted(written.set_back, 'record is', 'records are')} as it has them again; "
            "import the newest source last",
        )


def _counted(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}"
