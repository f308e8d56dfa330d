"""One grant as it was read, from either form, and what is wrong with its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from attrs import define, field

from coprometrics.importers import Locator, Problem, Refusal
from coprometrics_360giving.fields import Path
from coprometrics_360giving.values import Misplaced, fit
from coprometrics_csv.faults import CellError

__all__ = ["Entry", "Part"]

T = TypeVar("T")


@define
class Entry:
    """A grant.

    Attributes:
        at: its line, or its number among the items, from 1.
        fields: its values, by field. A list of parts has each with its index; ``None`` and texts
            of spaces are missing.
        name_of: writes the place of a field as the source knows it.
        place: the place of the grant, for counts of findings.
        problems: what is wrong with it.
        oddities: the codes of what a person should look at.
    """

    at: Locator
    fields: Mapping[str, Any]
    name_of: Callable[[Path], str]
    place: str
    problems: list[Problem] = field(factory=list)
    oddities: set[str] = field(factory=set)

    def read(self, reader: Callable[[Any], T | None], *path: str) -> T | None:
        """Read a field; note what is wrong with it."""
        return self.value(reader, path, self.fields.get(path[0]))

    def needed(self, reader: Callable[[Any], T | None], *path: str) -> T | None:
        """Read a field that must be there; note what is wrong with it, or that it is missing."""
        before = len(self.problems)
        value = self.read(reader, *path)
        if value is None and len(self.problems) == before:
            self.refuse("missing-value", "must not be missing", path)
        return value

    def value(self, reader: Callable[[Any], T | None], path: Path, value: Any) -> T | None:
        """Read a value; note what is wrong with it."""
        try:
            return reader(value)
        except CellError as error:
            self.refuse(error.code, error.message, path, fit(value))
            return None

    def refuse(self, code: str, message: str, path: Path, value: str | None = None) -> None:
        """Note a problem of a field."""
        self.problems.append(Problem(code, message, self.name_of(path), value))

    def parts(self, name: str) -> Iterator[Part]:
        """Give the parts of a field that is a list."""
        found = self.fields.get(name)
        if found is None:
            return
        if not isinstance(found, list):
            self.refuse("wrong-type", "must be a list", (name,), fit(found))
            return
        for index, values in found:
            if isinstance(values, Mapping):
                yield Part(self, (name, index), values)
            elif values is not None:
                self.refuse("wrong-type", "must be an object", (name, index), fit(values))

    def note(self, code: str) -> None:
        """Note something that a person should look at."""
        self.oddities.add(code)

    @property
    def to_individual(self) -> bool:
        """Whether a person received it."""
        return bool(
            self.fields.get("recipientIndividual") or self.fields.get("toIndividualsDetails")
        )

    def refusal(self) -> Refusal:
        """Refuse it, for its problems."""
        return Refusal(self.at, tuple(self.problems))


@define
class Part:
    """One of several dates or organisations of a grant."""

    entry: Entry
    path: Path
    values: Mapping[str, Any | Misplaced]

    def read(self, reader: Callable[[Any], T | None], name: str) -> T | None:
        """Read a field; note what is wrong with it."""
        return self.entry.value(reader, (*self.path, name), self.values.get(name))
