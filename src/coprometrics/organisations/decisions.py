"""What a person decided about organisations: a document, and what follows from it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import ClassVar, Final, Literal

from attrs import frozen

from coprometrics.documents import Document, setting
from coprometrics.documents.loading import load_document
from coprometrics.errors import ConfigError, shown
from coprometrics.metrics.base import UNKNOWN
from coprometrics.records import Organisation, field_specs

__all__ = [
    "Decision",
    "Decisions",
    "Different",
    "Group",
    "OrganisationDecisions",
    "Same",
    "read_decisions",
]

_Ties = defaultdict[str, list[tuple[str, int | None]]]
"""For each identifier those that it is the same as, and the line that says so."""

_EITHER: Final = {
    "type": "object",
    "properties": {"decided": {"enum": ["same", "different"]}},
    "required": ["decided"],
    "allOf": [
        {
            "if": {"properties": {"decided": {"const": word}}, "required": ["decided"]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for word, name in (("same", "Same"), ("different", "Different"))
    ],
}
"""An entry by its first word, so that what is missing in it can be named."""

_FEWEST: Final = 2


def _check_ids(ids: Sequence[str]) -> None:
    if len(ids) < _FEWEST:
        raise ConfigError("an identifier alone says nothing", remedy="name two or more")
    spec = field_specs(Organisation)["id"]
    for identifier in ids:
        if problem := spec.problem(identifier):
            raise ConfigError(f"an identifier {problem}, not {shown(identifier)}")
    if len({*ids}) < len(ids):
        raise ConfigError("an identifier is there twice", remedy="leave one of them out")


@frozen
class Same:
    """That several identifiers mean one organisation."""

    decided: Literal["same"] = setting("That they are the same.")
    ids: tuple[str, ...] = setting(
        "The identifiers: of organisations, or those by which records name one.",
        examples=(("list:17", "bookings:Institute of Education, UCL"),),
    )
    preferred: str = setting("The one of them that gives the name.", examples=("list:17",))
    name: str = setting("The name as it should appear in a report.")
    kind: str = setting("What sort of organisation it is.", examples=("charity", "university"))

    def __attrs_post_init__(self) -> None:
        _check_ids(self.ids)
        if self.preferred not in self.ids:
            raise ConfigError(
                f"the preferred identifier {shown(self.preferred)} is none of the ids",
                remedy="name one of them",
            )
        for name in ("name", "kind"):
            if problem := field_specs(Organisation)[name].problem(getattr(self, name)):
                raise ConfigError(f"the {name} {problem}, not {shown(getattr(self, name))}")


@frozen
class Different:
    """That several identifiers mean as many organisations, however alike their names are."""

    decided: Literal["different"] = setting("That they are different.")
    ids: tuple[str, ...] = setting("The identifiers.")

    def __attrs_post_init__(self) -> None:
        _check_ids(self.ids)


Decision = Same | Different


@frozen
class OrganisationDecisions:
    """Which organisations are the same and which are not, as a person decided."""

    document_name: ClassVar[str] = "organisations"
    document_version: ClassVar[int] = 1

    schema: Literal["organisations-v1"] = setting("The schema of this file.")
    decisions: tuple[Different | Same, ...] = setting(
        "What was decided, one entry for each answer.", default=(), schema={"items": _EITHER}
    )


@frozen
class Group:
    """Identifiers that mean one organisation, after all decisions.

    Attributes:
        preferred: the one that gives the name.
        name: the name.
        kind: what sort of organisation it is.
        ids: all of them, sorted.
        line: the line of the first entry about it.
    """

    preferred: str
    name: str
    kind: str
    ids: tuple[str, ...]
    line: int


class Decisions:
    """All decisions of a file, and what follows from them.

    Where several entries tie one group together, the first of them gives its preferred identifier
    and its name.

    Args:
        document: the file.
        together: identifiers that are the same by other knowledge, such as that of a store.

    Raises:
        ConfigError: when decisions contradict each other, or that knowledge; names the lines.
    """

    def __init__(
        self, document: Document[OrganisationDecisions], together: Iterable[Sequence[str]] = ()
    ) -> None:
        self.document = document
        self._ties: _Ties = defaultdict(list)
        for line, entry in self.entries():
            if isinstance(entry, Same):
                self._tie(entry.ids, line)
        for ids in together:
            self._tie(ids, None)
        self._roots = _roots(self._ties)
        self._apart = frozenset(self._kept_apart())
        self._check_kinds()

    def relation(self, one: str, other: str) -> Literal["same", "different"] | None:
        """Say what follows from the decisions about two identifiers; None where nothing does."""
        roots = frozenset(self._roots.get(name, name) for name in (one, other))
        if len(roots) == 1:
            return "same"
        return "different" if roots in self._apart else None

    def group_of(self, identifier: str) -> Group | None:
        """Give the group that an identifier was decided to belong to."""
        root = self._roots.get(identifier)
        return next((g for g in self.groups() if self._roots[g.preferred] == root), None)

    def groups(self) -> list[Group]:
        """Give each group of identifiers that were decided to be the same, in the file's order."""
        first: dict[str, tuple[int, Same]] = {}
        members: defaultdict[str, set[str]] = defaultdict(set)
        kinds: dict[str, str] = {}
        for line, entry in self.entries():
            if isinstance(entry, Same):
                root = self._roots[entry.preferred]
                first.setdefault(root, (line, entry))
                members[root].update(entry.ids)
                if entry.kind != UNKNOWN:
                    kinds[root] = entry.kind
        return [
            Group(
                entry.preferred,
                entry.name,
                kinds.get(root, UNKNOWN),
                tuple(sorted(members[root])),
                line,
            )
            for root, (line, entry) in first.items()
        ]

    def entries(self) -> Iterator[tuple[int, Decision]]:
        """Give each entry of the file with its line."""
        for index, entry in enumerate(self.document.value.decisions):
            yield self.document.place("decisions", index).line, entry

    def refusal(self, line: int, what: str, remedy: str) -> ConfigError:
        """Make the error of an entry."""
        return ConfigError(what, where=f"{self.document.file}:{line}", remedy=remedy)

    def _tie(self, ids: Sequence[str], line: int | None) -> None:
        for one, other in pairwise(ids):
            self._ties[one].append((other, line))
            self._ties[other].append((one, line))

    def _kept_apart(self) -> Iterator[frozenset[str]]:
        for line, entry in self.entries():
            if isinstance(entry, Same):
                continue
            for one, other in combinations(entry.ids, 2):
                roots = frozenset(self._roots.get(name, name) for name in (one, other))
                if len(roots) == 1:
                    why = _because(_way(self._ties, one, other))
                    raise self.refusal(
                        line,
                        f"{shown(one)} and {shown(other)} are decided to be different, but they "
                        f"are the same by {why}",
                        "correct one of the decisions",
                    )
                yield roots

    def _check_kinds(self) -> None:
        first: dict[str, tuple[int, str]] = {}
        for line, entry in self.entries():
            if isinstance(entry, Same) and entry.kind != UNKNOWN:
                before, kind = first.setdefault(self._roots[entry.preferred], (line, entry.kind))
                if kind != entry.kind:
                    raise self.refusal(
                        line,
                        f"{shown(entry.preferred)} is a {entry.kind} here, and a {kind} in line "
                        f"{before}, which is about the same organisation",
                        "give one organisation one kind",
                    )


def _roots(ties: _Ties) -> dict[str, str]:
    """Give for each identifier the least of those that it is tied to."""
    roots: dict[str, str] = {}
    for start in sorted(ties):
        waiting = [] if start in roots else [start]
        while waiting:
            one = waiting.pop()
            if roots.setdefault(one, start) == start:
                waiting += [other for other, _line in ties[one] if other not in roots]
    return roots


def _way(ties: _Ties, one: str, other: str) -> list[int | None]:
    """Give the lines that tie one identifier to another, by the fewest steps."""
    ways: dict[str, list[int | None]] = {one: []}
    waiting = deque([one])
    while waiting and other not in ways:
        here = waiting.popleft()
        for there, line in ties[here]:
            if there not in ways:
                ways[there] = [*ways[here], line]
                waiting.append(there)
    return ways[other]


def _because(lines: Iterable[int | None]) -> str:
    steps = {*lines}
    written = sorted(line for line in steps if line is not None)
    parts = [f"line{'s' if len(written) > 1 else ''} {' and '.join(map(str, written))}"]
    if None in steps:
        parts = [*(parts if written else []), "the records of the store"]
    return " and ".join(parts)


def read_decisions(
    file: Path, *, name: str | None = None, together: Iterable[Sequence[str]] = ()
) -> Decisions:
    """Read the decisions of a file.

    Args:
        file: the file.
        name: what to call it in messages.
        together: identifiers that are the same by other knowledge.

    Raises:
        SchemaError: when it cannot be read or does not fit its schema; names every place.
        ConfigError: when decisions contradict each other, or the other knowledge.
    """
    document = load_document(file, OrganisationDecisions, name=name)
    return Decisions(document, together)
