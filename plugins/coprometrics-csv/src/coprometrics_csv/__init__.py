"""Imports any CSV file into coprometrics through a declared mapping.

``dialect`` and ``mapping`` are what people write. ``table`` turns bytes into blocks of cells, by
way of ``encoding``, ``feed``, ``records`` (the careful way) and ``fastway``. ``plan`` binds a
mapping to the columns of one file, and ``rows`` makes records of blocks: ``rules``, ``convert`` and
its ``readers``, ``identity``. ``directives`` and ``dates`` know how dates are written, ``people``
what tells who somebody is. ``importer`` is the walk through all of them.

Importers of other plugins may build on ``table.open_table`` and its ``blocks.Block``, on
``columns.Header`` and ``columns.fold``, on ``numerals.Numerals``, ``dates`` and ``readers``, and on
``faults.CellError``; the rest may change at any time.
"""

from __future__ import annotations

from coprometrics_csv.dialect import Dialect
from coprometrics_csv.importer import CsvImporter
from coprometrics_csv.mapping import (
    Column,
    Condition,
    CurrencyColumn,
    Identity,
    Mapping,
    Rule,
)

__all__ = [
    "Column",
    "Condition",
    "CsvImporter",
    "CurrencyColumn",
    "Dialect",
    "Identity",
    "Mapping",
    "Rule",
]
