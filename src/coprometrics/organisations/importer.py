"""The importer of decisions: each group of identifiers becomes one more Organisation record.

The record lists the identifiers in ``same_as``, so that counts take them for one. The records that
other sources gave stay as they are: importing these again takes no decision back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from coprometrics.errors import SchemaError, SourceError
from coprometrics.importers.contract import (
    HOOK_API,
    Batch,
    Context,
    Importer,
    Item,
    Match,
    Skipped,
    Source,
)
from coprometrics.importers.hookspecs import hookimpl
from coprometrics.organisations.decisions import Different, Group, read_decisions
from coprometrics.organisations.parties import DECIDED
from coprometrics.records import Organisation, Record
from coprometrics.tables.arrow import to_table

__all__ = ["DecisionsImporter", "coprometrics_importers", "record_of"]

_SCHEMA = re.compile(rb"^schema: *[\"']?organisations-v1\b", re.MULTILINE)


def record_of(group: Group) -> Organisation:
    """Make the record that says which identifiers mean one organisation."""
    return Organisation(
        id=f"{DECIDED}:{group.preferred}",
        name=group.name,
        kind=group.kind,
        org_id=None,
        parent_id=None,
        same_as=group.ids,
    )


class DecisionsImporter:
    """Reads ``organisations.yaml``, as ``coprometrics organisations review`` writes it."""

    name: str = "organisations"
    hook_api: int = HOOK_API
    record_types: tuple[type[Record], ...] = (Organisation,)
    config: type[Any] | None = None

    def identify(self, source: Source) -> Match | None:
        """Say whether the source is a document of decisions, by the schema that it names."""
        if _SCHEMA.search(source.head()):
            return Match("decisions", "it names the schema organisations-v1")
        return None

    def read(self, source: Source, config: Any, context: Context) -> Iterator[Item]:  # noqa: ARG002  (the contract gives them)
        """Give a record for each group; what is different needs none.

        Raises:
            SourceError: when the document cannot be read or does not fit its schema.
            ConfigError: when decisions contradict each other.
        """
        try:
            decisions = read_decisions(source.path, name=source.name)
        except SchemaError as error:
            raise SourceError(error.what, where=error.where, remedy=error.remedy) from None
        groups = decisions.groups()
        if groups:
            rows = to_table([record_of(group) for group in groups], Organisation)
            yield Batch(Organisation, rows, lines=pa.array([g.line for g in groups], pa.int64()))
        entries = decisions.document.value.decisions
        if apart := sum(isinstance(entry, Different) for entry in entries):
            yield Skipped(apart, "decided to be different, which nothing need be written for")


@hookimpl
def coprometrics_importers() -> Sequence[Importer]:
    """Give the importer."""
    return [DecisionsImporter()]
