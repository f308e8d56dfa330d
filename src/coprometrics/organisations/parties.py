"""The organisations of a store as counts take them: each with its names, identifiers and sources.

What a record gives and what activities, income and awards know by name alone stand side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from coprometrics.metrics._organisations import (
    Known,
    given_organisations,
    known_organisations,
)
from coprometrics.metrics.frames import engine_over
from coprometrics.organisations.codes import charity_code, register_code
from coprometrics.records import Activity, GrantAward, Income, Organisation, Record, field_specs
from coprometrics.store import Store

__all__ = ["DECIDED", "MENTIONS", "Party", "identifiers_in", "known_in", "parties"]

DECIDED: Final = "decided"
"""The source of the records that decisions make; see ``coprometrics.organisations.importer``."""

MENTIONS: Final[Mapping[type[Record], tuple[str, ...]]] = {
    Activity: ("organisation_ids",),
    Income: ("organisation_id",),
    GrantAward: ("funder_id", "recipient_id"),
}
"""The fields by which records name organisations."""


@frozen
class Party:
    """One organisation, as far as the store knows.

    Attributes:
        name: the name that is shown.
        kind: what sort of organisation it is; None where it is known by name alone.
        ids: its identifiers, those of records first; the first stands for it in decisions.
        names: all its names, the shown one first; none where there is only a number.
        codes: for each public register, its numbers there.
        parents: the identifiers of what it is part of.
        sources: the names of the sources that have it, sorted.
    """

    name: str
    kind: str | None
    ids: tuple[str, ...]
    names: tuple[str, ...]
    codes: Mapping[str, frozenset[str]]
    parents: frozenset[str]
    sources: tuple[str, ...]


def known_in(organisations: object) -> Known:
    """Say which names and identifiers stand for one organisation, as metrics take them.

    Raises:
        MetricError: when one organisation has two kinds.
    """
    with engine_over(given_organisations(organisations)) as engine:
        return known_organisations(engine)


def identifiers_in(store: Store) -> set[str]:
    """Give all by which an organisation is known in a store, but not what decisions alone name."""
    found = {*_mentions(store)}
    for record in store.records(Organisation):
        found.add(record.id)
        if not _is_decided(record.id):
            found.update(record.same_as)
    return found


def parties(store: Store) -> list[Party]:
    """Give the organisations of a store: those with a record, and those known by name alone.

    Left out are names that several organisations claim.

    Raises:
        MetricError: when one organisation has two kinds.
    """
    known = known_in(store.frame(Organisation))
    groups: defaultdict[str, list[Organisation]] = defaultdict(list)
    for record in store.records(Organisation):
        groups[known.main(record.id)].append(record)
    sources = _sources(store)
    found = [_of_records(records, known.kind(main), sources) for main, records in groups.items()]
    for mention, seen in _mentions(store).items():
        if mention not in known.mains and mention not in known.claims:
            found.append(_by_name(mention, seen))
    return sorted(found, key=lambda party: (party.name, party.ids))


def _of_records(records: list[Organisation], kind: str, sources: Mapping[str, str]) -> Party:
    # What was decided says which name is shown; for the rest, the first identifier does.
    records = sorted(records, key=lambda one: (not _is_decided(one.id), one.id))
    own = [record for record in records if not _is_decided(record.id)]
    ids = sorted(record.id for record in own)
    listed = sorted({other for record in records for other in record.same_as} - {*ids})
    names = dict.fromkeys(record.name for record in records)
    names |= dict.fromkeys(other for other in listed if not _is_identifier(other))
    seen = {sources[record.id] for record in own if record.id in sources}
    return Party(
        name=records[0].name,
        kind=kind,
        ids=(*ids, *(o for o in listed if _is_identifier(o) and not _is_decided(o))),
        names=tuple(names),
        codes=_codes([*ids, *names, *listed, *(one.org_id for one in own if one.org_id)]),
        parents=frozenset(record.parent_id for record in own if record.parent_id),
        sources=tuple(sorted(seen)),
    )


def _by_name(mention: str, seen: Iterable[str]) -> Party:
    """Take what stands after the source for its name, unless it is a number or a hash."""
    name = mention.partition(":")[2]
    is_name = any(letter.isalpha() for letter in name) and not name.startswith("sha256:")
    return Party(
        name=name,
        kind=None,
        ids=(mention,),
        names=(name,) if is_name else (),
        codes=_codes([mention]),
        parents=frozenset(),
        sources=tuple(sorted(seen)),
    )


def _is_identifier(text: str) -> bool:
    return field_specs(Organisation)["id"].problem(text) is None


def _is_decided(identifier: str) -> bool:
    return identifier.startswith(f"{DECIDED}:")


def _codes(texts: Iterable[str]) -> dict[str, frozenset[str]]:
    """Find the identifiers of registers, alone, after the source of an identifier or in a name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for text in texts:
        code = register_code(text) or register_code(text.partition(":")[2]) or charity_code(text)
        if code:
            found[code[0]].add(code[1])
    return {register: frozenset(numbers) for register, numbers in found.items()}


def _sources(store: Store) -> dict[str, str]:
    rows = store.provenance(Organisation).project("id, source_name").fetchall()
    return dict(rows)


def _mentions(store: Store) -> dict[str, set[str]]:
    """Give every identifier that records name an organisation by, with the sources of these."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record_type, fields in MENTIONS.items():
        if not store.count(record_type):
            continue
        frame = store.frame(record_type).set_alias("named")
        seen = store.provenance(record_type).project("id AS known_id, source_name").set_alias("s")
        joined = frame.join(seen, "named.id = s.known_id")
        for field in fields:
            each = f"unnest({field})" if field.endswith("s") else field
            for mention, source in joined.project(f"{each}, source_name").distinct().fetchall():
                if mention is not None:
                    found[mention].add(source)
    return found
