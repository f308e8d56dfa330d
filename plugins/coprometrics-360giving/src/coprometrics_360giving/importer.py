"""The importer of 360Giving data: which form a source has, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coprometrics.errors import SourceError
from coprometrics.importers import Context, Item, Match, Source
from coprometrics.records import GrantAward, Organisation, Record
from coprometrics_360giving.config import Giving
from coprometrics_360giving.recognition import is_table, recognise

__all__ = ["GivingImporter"]


class GivingImporter:
    """Imports grants, and the organisations that gave and received them."""

    name = "360giving"
    hook_api = 1
    record_types: tuple[type[Record], ...] = (GrantAward, Organisation)
    config: type[Any] | None = Giving

    def identify(self, source: Source) -> Match | None:
        """Take packages of grants in JSON, and tables with the columns of the standard."""
        return recognise(source)

    def read(self, source: Source, config: Giving, context: Context) -> Iterator[Item]:
        """Read grants; every one becomes a record or a refusal.

        Raises:
            SourceError: when the source as a whole cannot be read.
        """
        from coprometrics_360giving.grants import read_grants

        if source.path.is_dir():
            raise SourceError(
                "this is a folder", where=source.name, remedy="give one file of grants, JSON or CSV"
            )
        yield from read_grants(source, config, context, table=is_table(source))
