"""The hook through which coprometrics finds the importer."""

from __future__ import annotations

from collections.abc import Sequence

from coprometrics.importers import Importer, hookimpl
from coprometrics_twitter.importer import TwitterImporter

__all__ = ["coprometrics_importers"]

_: type[Importer] = TwitterImporter


@hookimpl
def coprometrics_importers() -> Sequence[Importer]:
    """Give the importers of this plugin."""
    return [TwitterImporter()]
