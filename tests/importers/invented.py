"""An importer that yields what a test tells it to, and batches for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
from attrs import define

from coprometrics.importers import Batch, Context, Item, Match, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import import_source
from coprometrics.plugins import Plugin
from coprometrics.records import Income, Record
from coprometrics.store import Store

NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@define
class Fake:
    """An importer that yields what a test tells it to."""

    script: Callable[[], Iterator[Any]]
    name: str = "fake"
    hook_api: int = 1
    record_types: tuple[type[Record], ...] = (Income,)
    config: type[Any] | None = None

    def identify(self, source: Source) -> Match | None:
        return None

    def read(self, source: Source, config: Any, context: Context) -> Iterator[Item]:
        yield from self.script()


def found(*items: Any) -> Found:
    return Found(Fake(lambda: iter(items)), Plugin("fake", "coprometrics-fake", "1.2"))


def batch(*rows: tuple[str, int], start: int = 2, **extra: Any) -> Batch:
    ids, amounts = zip(*rows, strict=True)
    n = len(rows)
    table = {
        "id": ids, "stream": ["talks"] * n, "amount_minor": amounts, "currency": ["GBP"] * n,
        "kind": ["fee"] * n, **extra,
    }  # fmt: skip
    return Batch(Income, pa.table(table), lines=pa.array(range(start, start + n), pa.int64()))


def run(source: Source, importer: Found, store: Store, **options: Any):
    context = Context(person_key=PeopleKey().pseudonym, now=NOW)
    return import_source(source, importer, store, context=context, **options)
