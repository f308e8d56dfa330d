"""Importing again, in any order and any number of times, never makes more of what is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import define, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics.importers import Batch, Context, Item, Match, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import import_source
from coprometrics.plugins import Plugin
from coprometrics.records import Income, Record
from coprometrics.store import Provenance, Store
from coprometrics.tables.arrow import to_table

NOW = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
STAMP = Provenance("test", "1.0", "income.csv", "ab" * 32, NOW)
LATER = evolve(STAMP, imported_at=NOW + dt.timedelta(days=30))

incomes = st.builds(
    Income,
    id=st.integers(1, 8).map(lambda number: f"f:{number}"),
    stream=st.sampled_from(["talks", "training"]),
    amount_minor=st.integers(-2, 2),
    currency=st.just("GBP"),
    kind=st.just("fee"),
    project_id=st.sampled_from([None, "p:1"]),
)
"""Few ids and values, so that repeats, changes and conflicts are met often."""
lists = st.lists(incomes, max_size=10)


@define
class Fake:
    """An importer that yields given records, each with its line."""

    records: list[Income]
    name: str = "fake"
    hook_api: int = 1
    record_types: tuple[type[Record], ...] = (Income,)
    config: type[Any] | None = None

    def identify(self, source: Source) -> Match | None:
        return None

    def read(self, source: Source, config: Any, context: Context) -> Iterator[Item]:
        for line, record in enumerate(self.records, start=2):
            rows = to_table([record], Income)
            yield Batch(Income, rows, lines=pa.array([line], pa.int64()))


def write(store: Store, records: list[Income], stamp: Provenance = STAMP) -> Any:
    with store.transaction(stamp) as transaction:
        for line, record in enumerate(records, start=2):
            rows = to_table([record], Income)
            transaction.append(Income, rows, lines=pa.array([line], pa.int64()))
        return transaction.finish()


def bring_in(store: Store, records: list[Income]) -> Any:
    found = Found(Fake(records), Plugin("fake", "coprometrics-fake", "1.2"))
    source = Source(Path(__file__), "income.csv")
    context = Context(person_key=PeopleKey().pseudonym, now=NOW)
    return import_source(source, found, store, context=context)


def kept(store: Store) -> list[Income]:
    return list(store.records(Income))


def origins(store: Store) -> list[dict[str, Any]]:
    """Give where each record comes from, but not when it came."""
    rows = store.provenance(Income).order("id").to_arrow_table().to_pylist()
    return [{name: row[name] for name in row if name != "imported_at"} for row in rows]


def settled(records: list[Income]) -> dict[str, Income]:
    """Say in plain Python what of one source is kept: nothing of an id with different records."""
    by_id: dict[str, list[Income]] = {}
    for record in records:
        by_id.setdefault(record.id, []).append(record)
    return {name: same[0] for name, same in by_id.items() if all(r == same[0] for r in same)}


few = settings(max_examples=min(20, settings.default.max_examples))
"""Each example writes a store or two."""


@few
@given(lists)
def test_importing_again_equals_importing_once(records: list[Income]) -> None:
    with Store.open() as once, Store.open() as twice:
        write(once, records)
        write(twice, records)
        written = write(twice, records, LATER)
        assert kept(twice) == kept(once)
        assert origins(twice) == origins(once)
        assert (written.added, written.replaced) == (0, 0)
        assert written.unchanged == len(settled(records))


@few
@given(lists, lists)
def test_the_second_source_wins_for_the_ids_that_both_have(
    first: list[Income], second: list[Income]
) -> None:
    with Store.open() as store:
        write(store, first)
        written = write(store, second, LATER)
        before, after = settled(first), settled(second)
        both = {**before, **after}
        assert kept(store) == [both[name] for name in sorted(both)]
        changed = [name for name in after if name in before and after[name] != before[name]]
        same = [name for name in after if after[name] == before.get(name)]
        assert (written.replaced, written.unchanged) == (len(changed), len(same))
        assert written.added == len(after) - len(changed) - len(same)


@few
@given(lists, st.randoms(use_true_random=False))
def test_the_order_of_rows_in_a_source_does_not_matter(records: list[Income], random: Any) -> None:
    mixed = list(records)
    random.shuffle(mixed)
    with Store.open() as straight, Store.open() as shuffled:
        one, other = write(straight, records), write(shuffled, mixed)
        assert kept(shuffled) == kept(straight)
        assert (one.added, one.repeated) == (other.added, other.repeated)
        rivals = [[(c.id, len(c.places)) for c in each.conflicts] for each in (one, other)]
        assert rivals[0] == rivals[1]


@few
@given(st.lists(lists, max_size=4))
def test_the_state_is_what_the_last_word_on_each_id_says(sources: list[list[Income]]) -> None:
    with Store.open() as store:
        said: dict[str, Income] = {}
        for records in sources:
            write(store, records)
            said |= settled(records)
        assert kept(store) == [said[name] for name in sorted(said)]
        assert len(store.sources()) == len(sources)


@few
@given(lists, lists)
def test_the_runner_keeps_the_same_promises(first: list[Income], second: list[Income]) -> None:
    with Store.open() as store:
        for records in (first, first, second, second):
            result = bring_in(store, records)
            assert result.rows == len(records)
            assert result.accepted.total() + result.refused == len(records)
        both = {**settled(first), **settled(second)}
        assert kept(store) == [both[name] for name in sorted(both)]
        assert result.written is not None
        assert (result.written.added, result.written.replaced) == (0, 0)
