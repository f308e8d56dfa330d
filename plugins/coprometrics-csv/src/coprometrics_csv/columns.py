"""Which column of the file is meant by a label."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cached_property

from attrs import frozen

from coprometrics.errors import WITHHELD, SourceError, shown
from coprometrics_csv.people import has_contact, is_contact

__all__ = ["Header", "fold"]

_MOST_NAMED = 20


def fold(label: str) -> str:
    r"""Take from a label what does not matter: capitals, extra spaces, a byte order mark.

    Examples:
        >>> fold("\ufeff Invoice   No ")
        'invoice no'
    """
    return " ".join(label.replace("\ufeff", "").split()).casefold()


@frozen
class Header:
    """The labels of a file's columns.

    Attributes:
        labels: one for each column, from the left; empty where the file has none.
        line: the physical line on which the header begins.
        name: what the file is called in messages.
    """

    labels: tuple[str, ...]
    line: int
    name: str

    @property
    def place(self) -> str:
        """The file and the line of the header."""
        return f"{self.name}:{self.line}"

    def positions(self, labels: Iterable[str]) -> tuple[int, ...]:
        """Give the columns that have one of the labels."""
        wanted = {fold(label) for label in labels}
        return tuple(n for n, label in enumerate(self.labels) if label and fold(label) in wanted)

    def position(self, labels: tuple[str, ...], occurrence: int | None = None) -> int | None:
        """Give the one column that has one of the labels, or None when there is none.

        Raises:
            SourceError: when several have, and no occurrence picks one; or when there are fewer.
        """
        found = self.positions(labels)
        if not found:
            return None
        if occurrence is None and len(found) > 1:
            places = ", ".join(f"{shown(self.labels[n])} (column {n + 1})" for n in found)
            raise SourceError(
                f"{len(found)} columns may be meant by {_listed(labels)}: {places}",
                where=self.place,
                remedy="pick one with occurrence: 1 for the first, or give other labels in from",
            )
        if occurrence is not None and occurrence > len(found):
            raise SourceError(
                f"there is no occurrence {occurrence} of {_listed(labels)}, only {len(found)}",
                where=self.place,
                remedy="lower occurrence in the mapping",
            )
        return found[(occurrence or 1) - 1]

    def needed(self, labels: tuple[str, ...], occurrence: int | None = None) -> int:
        """Give the one column that has one of the labels.

        Raises:
            SourceError: as for ``position``, and when there is none; names those that exist.
        """
        position = self.position(labels, occurrence)
        if position is None:
            raise SourceError(
                f"there is no column {_listed(labels)}",
                where=self.place,
                remedy=self._suggestion(labels),
            )
        return position

    def _suggestion(self, labels: tuple[str, ...]) -> str:
        if self._is_data:
            return (
                "its first row has somebody's address or number, and seems to be data: give the "
                "file with its header, or set header: 0 in the dialect of a mapping"
            )
        folded = {fold(label): n for n, label in enumerate(self.labels) if label}
        for label in labels:
            if near := difflib.get_close_matches(fold(label), folded, 1):
                return f"did you mean {self.shown(folded[near[0]])}? The file has {self.named()}"
        return f"the file has {self.named()}"

    @cached_property
    def _is_data(self) -> bool:
        """Whether the first row seems to be data of people, and no header."""
        return any(map(is_contact, self.labels))

    def shown(self, position: int) -> str:
        """Write the label of a column; what may be about somebody is withheld.

        Examples:
            >>> Header(("Fee", "Ask ada@example.org"), 1, "income.csv").named()
            "'Fee', column 2 (withheld)"
        """
        label = self.labels[position]
        somebody = self._is_data or has_contact(label)
        return f"column {position + 1} {WITHHELD}" if somebody else shown(label)

    def named(self, positions: Iterable[int] | None = None) -> str:
        """Name columns that have labels, the first of them where there are many.

        Args:
            positions: which; all by default.
        """
        chosen = range(len(self.labels)) if positions is None else positions
        labels = [self.shown(n) for n in chosen if self.labels[n]]
        more = len(labels) - _MOST_NAMED
        return ", ".join(labels[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _listed(labels: tuple[str, ...]) -> str:
    return " or ".join(repr(label) for label in labels)
