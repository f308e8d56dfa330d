"""What the tests of the importer share. All grants and organisations in them are invented."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from coprometrics.importers import Batch, Context, Item, Notice, Problem, Refusal, Skipped, Source
from coprometrics.records import GrantAward, Organisation, Record
from coprometrics.tables.arrow import from_table
from coprometrics.tables.validation import validate
from coprometrics_360giving import Giving, GivingImporter

TODAY = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)


@define
class Read:
    """All that an import yielded."""

    batches: list[Batch] = field(factory=list)
    refusals: list[Refusal] = field(factory=list)
    skipped: dict[str, int] = field(factory=dict)
    notices: list[Notice] = field(factory=list)

    def _of(self, kind: type[Record]) -> list[Any]:
        found: list[Any] = []
        for batch in self.batches:
            if batch.record_type is kind:
                checked = validate(batch.rows, kind)
                assert checked.issues.to_pylist() == []
                found += from_table(checked.accepted, kind)
        return found

    @property
    def grants(self) -> list[Any]:
        """The grants, which must all fit their type."""
        return self._of(GrantAward)

    @property
    def grant(self) -> Any:
        """The only grant."""
        assert self.refusals == []
        (only,) = self.grants
        return only

    @property
    def organisations(self) -> dict[str, Any]:
        """The organisations by what follows the colon of their identifiers."""
        return {one.id.partition(":")[2]: one for one in self._of(Organisation)}

    @property
    def problem(self) -> Problem:
        """The only problem of the only refused grant."""
        (refusal,) = self.refusals
        (problem,) = refusal.problems
        return problem

    @property
    def said(self) -> dict[str, str]:
        """The notices, by code; each code once."""
        found = {notice.code: notice.message for notice in self.notices}
        assert len(found) == len(self.notices)
        return found

    @property
    def findings(self) -> set[str]:
        """The codes of the notices, but those on what was not read."""
        return set(self.said) - {"unmapped-fields", "unmapped-columns"}


def gathered(items: Any) -> Read:
    result = Read()
    item: Item
    for item in items:
        if isinstance(item, Batch):
            result.batches.append(item)
        elif isinstance(item, Refusal):
            result.refusals.append(item)
        elif isinstance(item, Skipped):
            result.skipped[item.reason] = result.skipped.get(item.reason, 0) + item.count
        else:
            result.notices.append(item)
    return result


def run(path: Path, **settings: Any) -> Read:
    context = Context(person_key=lambda _: "0" * 32, now=TODAY)
    return gathered(GivingImporter().read(Source.at(path), Giving(**settings), context))


def grant(**changes: Any) -> dict[str, Any]:
    """Make a grant as packages have it; a change to None leaves the field out."""
    whole = {
        "id": "360G-example-1",
        "title": "A garden for everyone",
        "description": "Raised beds, and people to tend them.",
        "currency": "GBP",
        "amountAwarded": 1000,
        "awardDate": "2023-03-01",
        "plannedDates": [{"startDate": "2023-04-01", "endDate": "2024-03-31"}],
        "recipientOrganization": [{"id": "GB-CHC-1999999", "name": "Garden Friends"}],
        "fundingOrganization": [{"id": "GB-COH-99999999", "name": "Example Trust"}],
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def package(*grants: Any, **more: Any) -> str:
    return json.dumps({"version": "1.4", "grants": list(grants), **more})


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    """Write rows as a table, with all their columns."""
    labels = list(dict.fromkeys(label for row in rows for label in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, labels, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Read grants, or the text of a package."""

    def read_(*grants: Any, **settings: Any) -> Read:
        path = tmp_path / "grants.json"
        raw = grants[0] if isinstance(grants[0], str | bytes) else package(*grants)
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return run(path, **settings)

    return read_


@pytest.fixture
def read_table(tmp_path: Path) -> Callable[..., Read]:
    """Read rows, or the text of a table."""

    def read_(*rows: Any, **settings: Any) -> Read:
        path = tmp_path / "grants.csv"
        raw = rows[0] if isinstance(rows[0], str | bytes) else table(*rows)
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return run(path, **settings)

    return read_
