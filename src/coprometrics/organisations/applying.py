"""Writing decisions into a store: checked against its records, then imported as any source."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from coprometrics.configuration import Configuration
from coprometrics.errors import shown
from coprometrics.importers.contract import Context, Importer, Source
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import ImportResult, import_source
from coprometrics.metrics.base import UNKNOWN
from coprometrics.organisations.decisions import Decisions, read_decisions
from coprometrics.organisations.importer import DecisionsImporter, record_of
from coprometrics.organisations.parties import DECIDED, identifiers_in, known_in, parties
from coprometrics.plugins import Plugin
from coprometrics.records import Organisation
from coprometrics.store import Store

__all__ = ["apply_decisions", "decisions_for", "unknown_in"]


def decisions_for(store: Store, file: Path) -> Decisions:
    """Read decisions beside what a store knows already.

    Raises:
        SchemaError: when the file cannot be read or does not fit its schema.
        ConfigError: when decisions contradict each other, or the records of the store.
        MetricError: when one organisation of the store has two kinds.
    """
    return read_decisions(file, together=[party.ids for party in parties(store)])


def apply_decisions(
    store: Store, file: Path, settings: Configuration | None = None
) -> ImportResult:
    """Write the decisions of a file into a store: all of them or none.

    Applied twice they change nothing. What counts take for one organisation afterwards must have
    one kind, and no name may belong to two.

    Args:
        store: the store.
        file: the decisions.
        settings: the workspace's settings, for its pinned kinds of organisations.

    Returns:
        What came of it. Where a kind is none of the pinned ones, ``stopped`` says so and nothing
        is written.

    Raises:
        SchemaError: when the file cannot be read or does not fit its schema.
        ConfigError: when decisions contradict each other or the records of the store, or when an
            earlier decision that the store holds is no longer in the file.
        MetricError: when one organisation of the store has two kinds.
        StoreError: when the store cannot be written.
    """
    source = Source.at(file)
    _refuse_withdrawn(store, read_decisions(file), source.name)
    _check_fit(store, decisions_for(store, file))
    importer: Importer = DecisionsImporter()
    plugin = Plugin(
        importer.name, "coprometrics", version("coprometrics"), "ready", "", (importer,)
    )
    return import_source(
        source,
        Found(importer, plugin),
        store,
        context=Context(person_key=lambda _address: ""),
        policy="strict",
        settings=settings,
    )


def unknown_in(store: Store, file: Path) -> list[tuple[int, str]]:
    """Give the identifiers of a file that nothing in a store goes by, each with its line.

    They may be misspelt, or gone since, or belong to what is yet to be imported.
    """
    known = identifiers_in(store)
    return [
        (line, identifier)
        for line, entry in read_decisions(file).entries()
        for identifier in entry.ids
        if identifier not in known
    ]


def _check_fit(store: Store, decisions: Decisions) -> None:
    """See that each organisation would have one kind, and each name one organisation."""
    groups = decisions.groups()
    mine = {record.id: record for record in map(record_of, groups)}
    others = [record for record in store.records(Organisation) if record.id not in mine]
    kinds = {record.id: record.kind for record in others}
    for group in groups:
        for identifier in group.ids:
            kind = kinds.get(identifier, UNKNOWN)
            if UNKNOWN not in (kind, group.kind) and kind != group.kind:
                raise decisions.refusal(
                    group.line,
                    f"{shown(identifier)} is a {kind} in the store, but would be the same as a "
                    f"{group.kind}",
                    "give one organisation one kind, in the file that it comes from",
                )
    claims = known_in([*others, *mine.values()]).claims
    for group in groups:
        for identifier in group.ids:
            if identifier in claims:
                raise decisions.refusal(
                    group.line,
                    f"{shown(identifier)} would belong to {' and to '.join(claims[identifier])}",
                    "decide whether these are the same too",
                )


def _refuse_withdrawn(store: Store, decisions: Decisions, source_name: str) -> None:
    """Refuse to leave in the store what this file once decided, and does no longer."""
    held = store.provenance(Organisation)
    rows = held.filter(f"importer = '{DecisionsImporter.name}'").project("id, source_name")
    earlier = {identifier for identifier, name in rows.fetchall() if name == source_name}
    for record in store.records(Organisation):
        if record.id not in earlier or not record.id.startswith(f"{DECIDED}:"):
            continue
        first, *others = record.same_as
        if any(decisions.relation(first, other) != "same" for other in others):
            raise decisions.refusal(
                1,
                f"the store still takes {' and '.join(map(shown, record.same_as))} for one, "
                "which is decided here no longer",
                "import the sources and these decisions into a new store",
            )
