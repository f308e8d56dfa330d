"""Rows of records from the items of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from coprometrics.errors import shown
from coprometrics.importers import Batch, Item, Problem
from coprometrics.records import Record
from coprometrics_eventbrite.cleaning import Event
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.gathering import Placed

__all__ = ["batches", "no_instant", "texts", "zone_of"]

_BATCH_ROWS = 50_000


def batches(kind: type[Record], rows: pa.Table, places: Sequence[Placed[Any]]) -> Iterator[Item]:
    """Give rows in batches of bounded size, each row with its place.

    Args:
        kind: the type of the rows.
        rows: the rows.
        places: for each row the item that it comes from.
    """
    for start in range(0, rows.num_rows, _BATCH_ROWS):
        part = places[start : start + _BATCH_ROWS]
        yield Batch(
            kind,
            rows.slice(start, _BATCH_ROWS),
            pages=pa.array([place.page for place in part], pa.int64()),
            indexes=pa.array([place.index for place in part], pa.int64()),
        )


def zone_of(event: Event | None, config: Eventbrite) -> str | None:
    """Give the time zone of an event, or the one of the settings where it has none."""
    return (event and event.start and event.start.timezone) or config.timezone


def no_instant(name: str, text: str | None) -> Problem:
    """Say that a field is no instant."""
    message = "must be an instant such as 2023-05-04T17:00:00Z"
    return Problem("not-an-instant", message, name, shown(text))


def texts(values: Iterable[str | None]) -> Any:
    """Make a column of texts."""
    return pa.array(list(values), pa.string())
