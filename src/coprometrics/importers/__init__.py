"""How records come in: the contract of importers, their discovery, and the run."""

from __future__ import annotations

from coprometrics.importers.contract import (
    HOOK_API,
    Batch,
    Complete,
    Context,
    Importer,
    Item,
    Locator,
    Match,
    Notice,
    Problem,
    Refusal,
    Skipped,
    Source,
)
from coprometrics.importers.hookspecs import hookimpl

__all__ = [
    "HOOK_API",
    "Batch",
    "Complete",
    "Context",
    "Importer",
    "Item",
    "Locator",
    "Match",
    "Notice",
    "Problem",
    "Refusal",
    "Skipped",
    "Source",
    "hookimpl",
]
