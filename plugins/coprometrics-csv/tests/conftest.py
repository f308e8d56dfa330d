"""What the tests of the importer share."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from coprometrics.documents import structure
from coprometrics.importers import Batch, Context, Notice, Problem, Refusal, Skipped, Source
from coprometrics.records import Record
from coprometrics.tables.arrow import from_table
from coprometrics.tables.validation import validate
from coprometrics_csv.importer import CsvImporter
from coprometrics_csv.mapping import Mapping


@define
class Read:
    """All that an import yielded."""

    batches: list[Batch] = field(factory=list)
    refusals: list[Refusal] = field(factory=list)
    skipped: dict[str, int] = field(factory=dict)
    notices: list[Notice] = field(factory=list)

    @property
    def records(self) -> list[Record]:
        """The records, which must all fit their type."""
        found: list[Record] = []
        for batch in self.batches:
            checked = validate(batch.rows, batch.record_type)
            assert checked.issues.to_pylist() == []
            assert len(checked.accepted) == len(_plain(batch.lines))
            found += from_table(checked.accepted, batch.record_type)
        return found

    @property
    def lines(self) -> list[int]:
        """The lines of the records."""
        return [line for batch in self.batches for line in _plain(batch.lines)]

    @property
    def record(self) -> Any:
        """The only record."""
        assert self.refusals == []
        (only,) = self.records
        return only

    @property
    def problem(self) -> Problem:
        """The only problem of the only refused row."""
        assert self.batches == []
        (refusal,) = self.refusals
        (problem,) = refusal.problems
        return problem


def _plain(lines: Any) -> list[int]:
    return [] if lines is None else lines.to_pylist()


def pseudonym(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:32]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Read CSV text by a mapping."""

    def run(text: str | bytes, mapping: dict[str, Any], name: str = "t.csv") -> Read:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        context = Context(person_key=pseudonym, now=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
        result = Read()
        config = structure(mapping, Mapping, "mapping.yaml")
        for item in CsvImporter().read(Source.at(path), config, context):
            if isinstance(item, Batch):
                result.batches.append(item)
            elif isinstance(item, Refusal):
                result.refusals.append(item)
            elif isinstance(item, Skipped):
                result.skipped[item.reason] = result.skipped.get(item.reason, 0) + item.count
            else:
                result.notices.append(item)
        return result

    return run


@pytest.fixture
def income() -> Callable[..., dict[str, Any]]:
    """Make a mapping of a small ledger (No, Date, Amount, Stream), with changes."""

    def make(**changes: Any) -> dict[str, Any]:
        columns: dict[str, dict[str, Any]] = {
            "received_on": {"from": ["Date"], "type": "date"},
            "amount_minor": {"from": ["Amount"], "type": "money", "currency": "GBP"},
            "stream": {"from": ["Stream"]},
        }
        for target, change in changes.pop("columns", {}).items():
            if change is None:
                del columns[target]
            else:
                columns[target] = {**columns.get(target, {}), **change}
        return {
            "schema": "csv-mapping-v1",
            "record": "Income",
            "source": "finance",
            "id": {"from": ["No"]},
            "columns": [{"target": target, **rest} for target, rest in columns.items()],
            "constants": {"kind": "fee"},
            **changes,
        }

    return make


@pytest.fixture
def awards() -> Callable[..., dict[str, Any]]:
    """Make a mapping of one column ``value`` beside an id, for any record type."""

    def make(record: str, **column: Any) -> dict[str, Any]:
        return {
            "record": record,
            "source": "list",
            "id": {"from": ["id"]},
            "columns": [{"from": ["value"], **column}],
        }

    return make
