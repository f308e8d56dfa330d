"""Data as a caller gave them: which columns count, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
from attrs import frozen

from coprometrics.metrics._columns import Reading
from coprometrics.records import FieldSpec

__all__ = ["Given"]

_UNLIKELY: Final = frozenset({"whole-decimal", "whole-float", "midnight"})


@frozen(eq=False)
class Given:
    """Data of one kind, as the caller gave them, with the columns that count.

    Attributes:
        name: what they are called, in queries and in messages.
        native: an Arrow table, a DuckDB relation or a Spark DataFrame.
        specs: what each column should hold, also of those that are not there.
        readings: how each column that is there is read.
        empty: the columns that are known to have no value at all.
        checked: whether their values are checked before anything is worked out. Where not, the
            metric sees a wrong value in its own result, and asks for the check then; it also sees
            to empty texts, which count as missing.
    """

    name: str
    native: Any
    specs: Mapping[str, FieldSpec]
    readings: Mapping[str, Reading]
    empty: frozenset[str]
    checked: bool

    @property
    def is_empty(self) -> bool:
        """Whether it is known to have no rows."""
        return isinstance(self.native, pa.Table) and not self.native.num_rows

    @property
    def is_unlikely(self) -> bool:
        """Whether a column has an unlikely type, which is always looked at before it is read."""
        return not _UNLIKELY.isdisjoint(self.readings.values())

    def __contains__(self, column: str) -> bool:
        return column in self.readings
