"""All that an importer yields for one source, gathered for a test."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, Self, TypeVar

from attrs import define, field

from coprometrics.importers import (
    Batch,
    Complete,
    Context,
    Importer,
    Item,
    Notice,
    Problem,
    Refusal,
    Skipped,
    Source,
)
from coprometrics.records import Record, person_key
from coprometrics.tables.arrow import from_table
from coprometrics.tables.validation import validate
from coprometrics.testing.failure import CheckError

__all__ = ["NOW", "Reading", "pseudonym", "read_all"]

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""The time of every test, where no other is given."""

_KEY = bytes(range(32))
_R = TypeVar("_R", bound=Record)


def pseudonym(address: str) -> str:
    """Give the pseudonym of an address under the key of tests, which is no secret.

    Examples:
        >>> pseudonym("ada@example.org") == pseudonym(" ADA@example.org")
        True
    """
    return person_key(address, _KEY)


@define
class Reading:
    """All that an importer yielded.

    Attributes:
        batches: the rows, as they came.
        refusals: the rows that do not become records.
        skipped: how many rows were left out on purpose, by reason.
        notices: what else a person should know.
    """

    batches: list[Batch] = field(factory=list)
    refusals: list[Refusal] = field(factory=list)
    skipped: Counter[str] = field(factory=Counter)
    notices: list[Notice] = field(factory=list)
    complete: list[Complete] = field(factory=list)

    @classmethod
    def gather(cls, items: Iterable[Item]) -> Self:
        """Take all that an importer yields.

        Raises:
            CheckError: when something is not of the five kinds that there are.
        """
        reading = cls()
        for item in items:
            reading.take(item)
        return reading

    def take(self, item: Item) -> None:
        """Take one thing that an importer yielded.

        Raises:
            CheckError: when it is not of the five kinds that there are.
        """
        if isinstance(item, Batch):
            self.batches.append(item)
        elif isinstance(item, Refusal):
            self.refusals.append(item)
        elif isinstance(item, Skipped):
            self.skipped[item.reason] += item.count
        elif isinstance(item, Notice):
            self.notices.append(item)
        elif isinstance(item, Complete):
            self.complete.append(item)
        else:
            raise CheckError(
                f"the importer yielded a {type(item).__name__}",
                "yield Batch, Refusal, Skipped, Notice and Complete alone",
            )

    @property
    def records(self) -> list[Record]:
        """The records, in the order in which they came; every row must fit its type."""
        found: list[Record] = []
        for batch in self.batches:
            checked = validate(batch.rows, batch.record_type)
            if checked.issues.num_rows:
                raise CheckError(
                    f"rows do not fit {batch.record_type.__name__}: {checked.issues.to_pylist()}",
                    "refuse such rows, or yield what fits",
                )
            found += from_table(checked.accepted, batch.record_type)
        return found

    @property
    def record(self) -> Any:
        """The only record, where no row is refused."""
        found = self.records
        if len(found) != 1 or self.refusals:
            raise CheckError(
                f"there are {len(found)} records, and {len(self.refusals)} rows are refused",
                "see why it is not one record alone",
            )
        return found[0]

    @property
    def lines(self) -> list[int]:
        """The lines of the records, in the order in which they came."""
        places: list[Any] = [batch.lines for batch in self.batches if batch.lines is not None]
        return [line for lines in places for line in lines.to_pylist()]

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the refused rows, in their order."""
        return [problem for refusal in self.refusals for problem in refusal.problems]

    @property
    def problem(self) -> Problem:
        """The only problem of the only refused row."""
        if len(self.refusals) != 1 or len(self.problems) != 1:
            raise CheckError(
                f"{len(self.refusals)} rows are refused, for {len(self.problems)} problems",
                "see why it is not one row for one problem",
            )
        return self.problems[0]

    def of(self, record_type: type[_R]) -> list[_R]:
        """Give the records of one type, in the order of their ids."""
        found = [record for record in self.records if isinstance(record, record_type)]
        return sorted(found, key=lambda record: getattr(record, "id", ""))


def read_all(
    importer: Importer, source: Source, config: Any = None, context: Context | None = None
) -> Reading:
    """Read a whole source.

    Args:
        importer: the importer.
        source: what to read.
        config: the importer's configuration, an object of its class.
        context: what it may use of the world; by default pseudonyms under the key of tests, at a
            fixed time.

    Raises:
        ImporterError: when the importer cannot read it.

    Examples:
        >>> from coprometrics.importers import Skipped
        >>> class Nothing:
        ...     def read(self, source, config, context):
        ...         yield Skipped(2, "void")
        ...         yield Skipped(1, "void")
        >>> read_all(Nothing(), Source(path="", name="a.csv")).skipped
        Counter({'void': 3})
    """
    return Reading.gather(importer.read(source, config, context or Context(pseudonym, NOW)))
