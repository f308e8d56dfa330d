"""How fast a million rows of CSV become records, beside ``pyarrow.csv.read_csv``.

Run with ``python benchmarks/csv_import.py [ROWS]``. It prints, for one made-up file of income:
the rate of Arrow's own reader (which neither checks nor keeps anything), of the importer alone,
and of the whole import with checks, provenance and the store; and how much the memory grew.
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv as pcsv

from coprometrics.documents import structure
from coprometrics.importers import Batch, Context, Source
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import import_source
from coprometrics.store import Store
from coprometrics_csv.importer import CsvImporter
from coprometrics_csv.mapping import Mapping

STREAMS = {
    "Consulting": "consultancy",
    "Training": "training",
    "Talks": "talks",
    "Research": "research",
    "Grants": "grants",
}
MAPPING = {
    "schema": "csv-mapping-v1",
    "record": "Income",
    "source": "finance",
    "id": {"from": ["Invoice no"]},
    "columns": [
        {"target": "received_on", "from": ["Date"], "type": "date", "formats": ["%d/%m/%Y"]},
        {"target": "amount_minor", "from": ["Amount (GBP)"], "type": "money", "currency": "header"},
        {"target": "stream", "from": ["Category"], "type": "enum", "values": STREAMS},
        {"target": "activity_id", "from": ["Session"], "type": "id", "source": "sessions"},
        {"target": "organisation_id", "from": ["Customer"], "type": "id"},
    ],
    "constants": {"kind": "fee"},
    "ignore": ["Notes"],
}
REPEATS = 3


def make(path: Path, rows: int) -> None:
    """Write a ledger as an accounts package would export it."""
    pick = random.Random(20231214)
    first = dt.date(2018, 8, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Invoice no,Date,Amount (GBP),Category,Session,Customer,Notes\r\n")
        for number in range(rows):
            day = first + dt.timedelta(days=pick.randrange(2_000))
            file.write(
                f"INV-{number:07d},{day:%d/%m/%Y},{pick.randrange(1_000, 500_000) / 100:.2f},"
                f"{pick.choice(list(STREAMS))},S{pick.randrange(5_000):05d},"
                f"C{pick.randrange(900):04d},paid by transfer {number % 1_000}\r\n"
            )


def fastest(run: Callable[[], None]) -> float:
    """Give the shortest of a few runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def context() -> Context:
    """Give a context without people."""
    return Context(person_key=lambda _address: "0" * 32)


def read_with_arrow(path: Path, rows: int) -> None:
    """Read the file with Arrow, which guesses types and checks nothing."""
    assert pcsv.read_csv(path).num_rows == rows


def read_alone(source: Source, mapping: Mapping, rows: int) -> None:
    """Read the file and throw the records away."""
    items = CsvImporter().read(source, mapping, context())
    assert sum(item.rows.num_rows for item in items if isinstance(item, Batch)) == rows


def import_whole(source: Source, mapping: Mapping, rows: int, folder: Path) -> None:
    """Import the file into a new store."""
    place = Path(tempfile.mkdtemp(dir=folder)) / "store.duckdb"
    with Store.open(place) as store:
        found = Registry().importer("csv")
        result = import_source(source, found, store, config=mapping, context=context())
    assert result.clean
    assert result.accepted.total() == rows


def peak() -> float:
    """Give the most memory used so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(rows: int) -> None:
    """Measure and print."""
    mapping = structure(MAPPING, Mapping, "benchmark")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "income.csv"
        make(path, rows)
        source = Source.at(path)
        size = path.stat().st_size / 1e6
        start = peak()
        print(f"{rows:,} rows, {size:.0f} MB")
        alone = fastest(lambda: read_alone(source, mapping, rows))
        grown = peak() - start
        whole = fastest(lambda: import_whole(source, mapping, rows, folder))
        grown_whole = peak() - start
        arrow = fastest(lambda: read_with_arrow(path, rows))
    for label, seconds, memory in (
        ("pyarrow.csv.read_csv", arrow, None),
        ("importer alone", alone, grown),
        ("whole import", whole, grown_whole),
    ):
        kept = "" if memory is None else f", memory +{memory:.0f} MB"
        rate = f"{rows / seconds / 1e6:.2f} million rows/s"
        print(f"{label:22} {seconds:6.3f} s  {rate}  {arrow / seconds:.2f} of read_csv{kept}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
