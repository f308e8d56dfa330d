"""Whatever goes wrong on the way: the same records in the end, or a clear error and no change."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from pytest_httpserver import HTTPServer

from coprometrics.errors import ImporterError
from coprometrics.records import Record
from coprometrics.store import Store
from coprometrics_eventbrite import Eventbrite
from coprometrics_eventbrite.fetch import Fetcher
from coprometrics_eventbrite.run import Wanted, fetch_into

from .server import (
    HARMLESS,
    NOW,
    PASSING,
    Fault,
    Service,
    World,
    found,
    pseudonym,
    records_of,
    serve,
)  # fmt: skip

pytestmark = pytest.mark.slow

SCHEDULES = 320
BLOCK = 20


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Take the waits away, and leave the number of attempts."""
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


def schedule(seed: int) -> Iterator[Fault | None]:
    """Give faults at random, never as many in a row as there are attempts."""
    chance = random.Random(seed)
    rate = chance.choice((0.1, 0.3, 0.6, 0.8))
    row = 0
    while True:
        if chance.random() >= rate:
            row = 0
            yield None
        elif row < 4 and chance.random() < 0.75:
            row += 1
            yield chance.choice(PASSING)
        else:
            row = 0
            yield chance.choice(HARMLESS)


def fetched(httpserver: HTTPServer, folder: Path, faults: Iterator[Fault | None]) -> list[Record]:
    folder.mkdir()
    client = serve(httpserver, Service(World.small(), faults=faults))
    fetcher = Fetcher(client, pseudonym, Eventbrite(), NOW)
    fetcher.fetch(fetcher.organisation(None), folder, None)
    client.close()
    records, refused = records_of(folder)
    assert refused == []
    return records


@pytest.fixture(scope="module")
def expected(make_httpserver: HTTPServer, tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """What is fetched where nothing fails."""
    return fetched(make_httpserver, tmp_path_factory.mktemp("plain") / "pages", iter(()))


@pytest.mark.parametrize("block", range(SCHEDULES // BLOCK))
def test_faults_that_pass_change_nothing_in_the_end(
    block: int, expected: list[Record], httpserver: HTTPServer, tmp_path: Path
) -> None:
    assert Counter(one.record_name for one in expected) == {
        "activity": 4, "attendance": 6, "income": 5,
    }  # fmt: skip
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        assert fetched(httpserver, tmp_path / f"{seed}", schedule(seed)) == expected, seed


@pytest.mark.parametrize("fault", [*PASSING, *HARMLESS], ids=lambda fault: fault.__name__)
def test_one_fault_at_any_call_changes_nothing_in_the_end(
    fault: Fault, expected: list[Record], httpserver: HTTPServer, tmp_path: Path
) -> None:
    for call in range(18):
        faults = iter([*[None] * call, fault])
        assert fetched(httpserver, tmp_path / f"{call}", faults) == expected, call
        assert next(faults, "used") == "used"


def too_often(seed: int) -> Iterator[Fault | None]:
    """Give a fault at some call, and from there on nothing else."""
    chance = random.Random(seed)
    yield from [None] * chance.randrange(18)
    while True:
        yield chance.choice(PASSING)


@pytest.mark.parametrize("seed", range(40))
def test_faults_that_do_not_pass_end_in_an_error_and_leave_the_store_alone(
    seed: int, httpserver: HTTPServer, tmp_path: Path
) -> None:
    store = tmp_path / "store.duckdb"
    if seed % 2:
        Store.open(store).close()
    before = store.read_bytes() if store.exists() else None
    client = serve(httpserver, Service(World.small(), faults=too_often(seed)))
    with pytest.raises(ImporterError, match="6 times in a row; nothing was kept; try again later"):
        fetch_into(Wanted(store, keep=tmp_path / "kept"), client, found(), Eventbrite(), now=NOW)
    client.close()
    assert (store.read_bytes() if store.exists() else None) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"store.duckdb", "coprometrics.key"}
