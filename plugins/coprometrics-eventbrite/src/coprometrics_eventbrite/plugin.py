"""The hook through which coprometrics finds the importer."""

from __future__ import annotations

from collections.abc import Sequence

from coprometrics.importers import Importer, hookimpl
from coprometrics_eventbrite.importer import EventbriteImporter

__all__ = ["coprometrics_importers"]

_: type[Importer] = EventbriteImporter


@hookimpl
def coprometrics_importers() -> Sequence[Importer]:
    """Give the importers of this plugin."""
    return [EventbriteImporter()]
