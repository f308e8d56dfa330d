"""Where records rest: a DuckDB database, in a file or in memory.

Each record type has a table with the type's columns, and beside them where each record comes
from: the source (one row of ``coprometrics_sources`` for each import) and the place in it. All
that one import writes lands in one transaction, or none of it. ``database`` opens and reads,
``writing`` writes one source.
"""

from __future__ import annotations

from coprometrics.store._layout import FORMAT
from coprometrics.store.database import Store
from coprometrics.store.writing import Conflict, Provenance, Transaction, Written

__all__ = ["FORMAT", "Conflict", "Provenance", "Store", "Transaction", "Written"]
