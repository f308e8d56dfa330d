"""How fast a million rows of CSV become records, beside ``pyarrow.csv.read_csv``.

Run with ``python benchmarks/csv_import.py [ROWS]``. It prints, for a made-up file of income, the
rate of Arrow's own reader (which neither checks nor keeps anything), of the importer alone, of the
importer with checks and provenance but no store, and of the whole import into a store file. Beside
each stands how much the memory grew, and how much it does for four times the rows; each is
measured in processes of its own, in turn with the others.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pcsv
from measuring import Step, measured, wanted

from coprometrics.documents import structure
from coprometrics.importers import Batch, Context, Source
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import import_source
from coprometrics.records import Income
from coprometrics.store import Store
from coprometrics.tables.validation import validate
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


def read_with_arrow(path: Path) -> int:
    """Read the file with Arrow, which guesses types and checks nothing."""
    return pcsv.read_csv(path).num_rows


def batches(path: Path) -> Iterator[Batch]:
    """Read the file into records."""
    mapping = structure(MAPPING, Mapping, "benchmark")
    context = Context(person_key=lambda _address: "0" * 32)
    for item in CsvImporter().read(Source.at(path), mapping, context):
        if isinstance(item, Batch):
            yield item


def read_alone(path: Path) -> int:
    """Read the file and throw the records away."""
    return sum(batch.rows.num_rows for batch in batches(path))


def read_and_check(path: Path) -> int:
    """Read the file, check the records and say where each is from, but keep none."""
    rows = 0
    Source.at(path).sha256()
    for batch in batches(path):
        accepted = validate(batch.rows, batch.record_type, dictionaries=True).accepted
        stamped = accepted.append_column("source_line", batch.lines)
        number = pa.repeat(pa.scalar(1, pa.int64()), len(stamped))
        rows += len(stamped.append_column("source_number", number))
    return rows


def import_whole(path: Path) -> int:
    """Import the file into a new store."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.duckdb") as store:
        result = import_source(
            Source.at(path),
            Registry().importer("csv"),
            store,
            config=structure(MAPPING, Mapping, "benchmark"),
            context=Context(person_key=lambda _address: "0" * 32),
        )
        assert result.clean
        return store.count(Income)


STEPS: dict[str, Step] = {
    "pyarrow.csv.read_csv": read_with_arrow,
    "importer alone": read_alone,
    "with checks, provenance": read_and_check,
    "whole import, stored": import_whole,
}


def main(rows: int) -> None:
    """Measure all steps and print them."""
    with tempfile.TemporaryDirectory() as name:
        path, larger = Path(name) / "income.csv", Path(name) / "larger.csv"
        make(path, rows)
        make(larger, 4 * rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB; {4 * rows:,} rows in brackets")
        found, of_larger = (measured(__file__, STEPS, file) for file in (path, larger))
        arrow = next(iter(found.values()))[0]
        for step, (seconds, memory) in found.items():
            slower, more = of_larger[step]
            print(
                f"{step:24} {seconds:6.3f} s ({slower:6.3f})  "
                f"{rows / seconds / 1e6:5.2f} million rows/s  {arrow / seconds:.2f} of read_csv  "
                f"memory +{memory:.0f} MB (+{more:.0f})"
            )


if __name__ == "__main__" and not wanted(STEPS):
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
