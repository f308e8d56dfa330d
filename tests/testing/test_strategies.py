"""There is a strategy for every type of record, and it goes through all that a field may hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from coprometrics.records import RECORD_TYPES, Record, field_specs
from coprometrics.testing.strategies import rows


@pytest.mark.parametrize("kind", RECORD_TYPES, ids=lambda t: t.__name__)
def test_every_field_has_several_values_and_null_where_it_may(kind: type[Record]) -> None:
    seen: dict[str, set[Any]] = {name: set() for name in field_specs(kind)}

    @settings(max_examples=60, derandomize=True, database=None)
    @given(rows(kind))
    def look(row: dict[str, Any]) -> None:
        kind(**row)
        for name, value in row.items():
            seen[name].add(value)

    look()
    for name, spec in field_specs(kind).items():
        assert len(seen[name] - {None}) > 1, name
        assert (None in seen[name]) == spec.nullable, name
