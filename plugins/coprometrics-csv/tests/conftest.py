"""What the tests of the importer share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coprometrics.documents import structure
from coprometrics.importers import Context, Problem, Source
from coprometrics.testing import NOW, Reading, pseudonym
from coprometrics_csv.importer import CsvImporter
from coprometrics_csv.mapping import Mapping


class Read(Reading):
    """All that an import yielded."""

    @property
    def problem(self) -> Problem:
        """The only problem of the only refused row, where there is no other row."""
        assert self.batches == []
        return super().problem


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Read CSV text by a mapping."""

    def run(text: str | bytes, mapping: dict[str, Any], name: str = "t.csv") -> Read:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        config = structure(mapping, Mapping, "mapping.yaml")
        return Read.gather(CsvImporter().read(Source.at(path), config, Context(pseudonym, NOW)))

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
