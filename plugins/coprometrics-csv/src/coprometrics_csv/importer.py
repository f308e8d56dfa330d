"""The importer of CSV files: from bytes to batches, refusals and notices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from coprometrics.importers import Context, Item, Match, Skipped, Source
from coprometrics.records import RECORD_TYPES, Record
from coprometrics_csv.dayorder import DayOrder
from coprometrics_csv.identity import refuse_addresses
from coprometrics_csv.mapping import Mapping
from coprometrics_csv.plan import Plan, bind
from coprometrics_csv.rows import RowMaker
from coprometrics_csv.table import Table, open_table

__all__ = ["CsvImporter"]

_SUFFIXES = (".csv", ".tsv", ".tab")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x1f]")


class CsvImporter:
    """Imports records of any type from a CSV file, by a declared mapping."""

    name = "csv"
    hook_api = 1
    record_types: tuple[type[Record], ...] = RECORD_TYPES
    config: type[Any] | None = Mapping

    def identify(self, source: Source) -> Match | None:
        """Take files with a name of CSV that hold text; what their columns mean is declared."""
        if not source.name.lower().endswith(_SUFFIXES) or source.path.is_dir():
            return None
        if not _seems_text(source.head()):
            return None
        reason = "the name is that of a CSV file, and it holds text"
        return Match("mapped", reason, generic=True)

    def read(self, source: Source, config: Mapping, context: Context) -> Iterator[Item]:
        """Read a CSV file; every row becomes a record, a refusal, or is counted as left out.

        Raises:
            SourceError: when the file as a whole cannot be read as the mapping says.
            ConfigError: when the mapping does not fit its record type.
        """
        with open_table(source, config.dialect) as table:
            plan = bind(config, table.header, context)
            yield from _notices(table, plan)
            yield from _rows(table, plan, source, config, context)


def _seems_text(head: bytes) -> bool:
    """Say whether the beginning of a file is text, perhaps with a NUL that refuses its row."""
    if b"\0" not in head or head.startswith(_UTF16_MARKS):
        return bool(head)
    return bool(head.strip(b"\0")) and not _NO_TEXT.search(head)


def _notices(table: Table, plan: Plan) -> Iterator[Item]:
    yield from plan.notices
    if table.preamble:
        yield Skipped(table.preamble, "the preamble")


def _rows(
    table: Table, plan: Plan, source: Source, mapping: Mapping, context: Context
) -> Iterator[Item]:
    maker = RowMaker(plan, mapping)
    day_order = DayOrder(source, mapping)
    left_out: dict[str, int] = {}
    for block in table.blocks(plan.wanted, context.progress):
        made = maker.make(refuse_addresses(block, mapping, plan.identity))
        for reason, count in made.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + count
        day_order.check(made.slashed)
        yield from made.refusals
        if made.batch is not None:
            yield made.batch
    yield from table.about_encoding()
    yield from (Skipped(count, reason) for reason, count in left_out.items())
