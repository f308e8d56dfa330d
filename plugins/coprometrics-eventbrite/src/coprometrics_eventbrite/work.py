"""A block of a report on its way from cells to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from coprometrics.importers import Problem, Refusal
from coprometrics_csv.convert import Values
from coprometrics_csv.people import word_shown
from coprometrics_eventbrite.happenings import SeenEvent
from coprometrics_eventbrite.presets import Meaning, Preset
from coprometrics_eventbrite.times import Moments

__all__ = ["Made", "Report", "Work"]

_EACH_ITS_OWN: tuple[Meaning, ...] = ("order", "attendee", "barcode", "ordered", "email")
"""Columns in which many rows have a text of their own."""


@frozen
class Report:
    """A report that has been recognised.

    Attributes:
        preset: which one it is.
        name: what the file is called in messages.
        labels: the labels of its columns.
        positions: where the columns are.
    """

    preset: Preset
    name: str
    labels: tuple[str, ...]
    positions: dict[Meaning, int]

    @property
    def wanted(self) -> tuple[int, ...]:
        """The positions of the columns that are looked at."""
        return tuple(sorted(set(self.positions.values())))

    @property
    def shared(self) -> frozenset[int]:
        """The positions of the columns in which few texts are different."""
        each_its_own = {self.positions.get(meaning) for meaning in _EACH_ITS_OWN}
        return frozenset(self.wanted).difference(each_its_own)

    @property
    def money(self) -> Meaning | None:
        """Which column says what was paid; None where none does."""
        columns: tuple[Meaning, ...] = ("paid", "price", "net")
        return next((name for name in columns if name in self.positions), None)

    def label(self, meaning: Meaning) -> str:
        """Give the label of a column."""
        return self.labels[self.positions[meaning]]


@frozen
class Made:
    """What became of a block.

    Attributes:
        rows: its sound rows.
        refusals: those refused.
        events: the events that it names.
        uncollected: how many rows showed an amount that nobody was charged.
        partly_refunded: how many rows are of orders of which a part was given back.
        left_out: how many records are no rows of the report, by reason.
    """

    rows: pa.Table
    refusals: list[Refusal]
    events: set[SeenEvent]
    uncollected: int
    partly_refunded: int
    left_out: Mapping[str, int]


@define
class Work:
    """The rows of one block on their way.

    Attributes:
        lines: the line of each.
        cells: by meaning, the cells of the columns.
        labels: gives the label of a column.
        refusals: what was refused already.
        left_out: how many records are no rows of the report, by reason.
        problems: by row, what is wrong with it.
        before_people: by row, how many of these come before one with its person.
        rows: what was read so far.
        uncollected: how many rows show an amount that nobody was charged.
        partly_refunded: how many rows are of orders of which a part was given back.
    """

    lines: Any
    cells: dict[Meaning, Any]
    labels: Callable[[Meaning], str]
    refusals: list[Refusal]
    left_out: Mapping[str, int]
    problems: dict[int, list[Problem]] = field(factory=dict)
    before_people: dict[int, int] = field(factory=dict)
    rows: Any = None
    uncollected: int = 0
    partly_refunded: int = 0

    @property
    def count(self) -> int:
        """How many rows they are."""
        return len(self.lines)

    def get(self, meaning: Meaning) -> Any:
        """Give the cells of a column; nulls where there is none."""
        found = self.cells.get(meaning)
        return pa.nulls(self.count, pa.string()) if found is None else found

    def refuse(self, hit: Any, meaning: Meaning, code: str, message: str) -> None:
        """Note one problem of many rows, without their values."""
        label = self.labels(meaning) if meaning in self.cells else meaning
        for row in pc.indices_nonzero(hit).to_pylist():
            self.problems.setdefault(row, []).append(Problem(code, message, label))

    def note(self, meaning: Meaning, read: Values | Moments) -> None:
        """Note what is wrong with the cells of a column."""
        for row, fault in read.faults.items():
            value = word_shown(self.cells[meaning][row].as_py())
            problem = Problem(fault.code, fault.message, self.labels(meaning), value)
            self.problems.setdefault(row, []).append(problem)
