"""Whatever a file holds: no row is lost, and nothing but the errors of importers comes out."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coprometrics.documents import load_document
from coprometrics.errors import ImporterError
from coprometrics.importers import Batch, Context, Importer, Match, Refusal, Skipped, Source
from coprometrics.importers.registry import Registry
from coprometrics.records import Payment
from coprometrics.tables.validation import validate
from coprometrics_csv.importer import CsvImporter
from coprometrics_csv.mapping import Mapping

CONFIG = Path(__file__).parent / "cases" / "payments" / "config.yaml"
MAPPING = load_document(CONFIG, Mapping).value
HEAD = "No,Date,Amount,Currency,Email,Minutes\n"
SECRET = "ada.byron"

column = {
    "No": st.sampled_from(["1", "2", "void", "", "#3", "TOTAL", '"4"', "\x1f", "a@b"]),
    "Date": st.sampled_from(["14/12/2023", "March 2023", "", "31/02/2023", "2023-12-14"]),
    "Amount": st.sampled_from(["1.00", "(2.00)", "", "free", "1.005", "£3", '"1,000.00"', "-"]),
    "Currency": st.sampled_from(["GBP", "JPY", "", "pounds", "KWD"]),
    "Email": st.sampled_from([f"{SECRET}@example.org", SECRET, ""]),
    "Minutes": st.sampled_from(["60", "60.0", "-", "", "1,000", "ten", '"1,000"', "-5"]),
}
good_row = st.tuples(*column.values()).map(",".join)
any_row = good_row | st.sampled_from(["", "   ", "# note", "x,y", ",,,,,", '"a"b,,,,,', "\0,,,,,"])
tables = st.lists(any_row, max_size=12)


def run(path: Path) -> tuple[list[Any], int]:
    """Import a file; give what was yielded and how many records, refusals and skips it is."""
    items = list(CsvImporter().read(Source.at(path), MAPPING, Context(lambda _: "0" * 32)))
    counts = [
        item.rows.num_rows if isinstance(item, Batch) else getattr(item, "count", 1)
        for item in items
        if isinstance(item, Batch | Refusal | Skipped)
    ]
    return items, sum(counts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.csv"


anything = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)


@anything
@given(tables)
def test_every_row_is_accounted_for(path: Path, rows: list[str]) -> None:
    path.write_text(HEAD + "".join(row + "\n" for row in rows), newline="")
    items, count = run(path)
    assert count == sum(1 for row in rows if row)
    for item in items:
        if isinstance(item, Batch):
            assert item.record_type is Payment
            codes = validate(item.rows, Payment).issues.column("code").unique().to_pylist()
            # What only the record type knows is left to the core.
            assert set(codes) <= {"below-minimum", "wrong-form", "forbidden-character"}


@anything
@given(tables)
def test_people_are_never_shown(path: Path, rows: list[str]) -> None:
    path.write_text(HEAD + "".join(row + "\n" for row in rows), newline="")
    items, _ = run(path)
    shown = repr([item for item in items if not isinstance(item, Batch)])
    assert SECRET not in shown
    assert all(
        SECRET not in repr(item.rows.to_pylist()) for item in items if isinstance(item, Batch)
    )


@anything
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@example(b"\xff\xfe")
@example(b"\xff\xfe\x00\x00")
@example(b'"')
@example(b"\r")
def test_other_bytes_give_errors_of_importers_alone(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with contextlib.suppress(ImporterError):
        run(path)
    path.write_bytes(HEAD.encode() + data)
    with contextlib.suppress(ImporterError):
        run(path)


def test_importing_twice_gives_the_same(path: Path) -> None:
    path.write_text(HEAD + "1,14/12/2023,1.00,GBP,x@y.z,60\n2,,free,JPY,,-\n")
    first, second = (run(path)[0] for _ in range(2))
    assert [item.rows for item in first] == [item.rows for item in second]


def test_giving_up_leaves_no_thread_and_no_open_file(path: Path) -> None:
    path.write_text(HEAD + "1,14/12/2023,1.00,GBP,x@y.z,60\n" * 300_000)
    threads = threading.active_count()
    items = CsvImporter().read(Source.at(path), MAPPING, Context(lambda _: "0" * 32))
    assert isinstance(next(items), Batch)
    items.close()  # type: ignore[attr-defined]  # it is a generator
    assert threading.active_count() == threads


def test_the_importer_is_found_and_fits_the_contract() -> None:
    found = Registry().importer("csv")
    assert isinstance(found.importer, Importer)
    assert found.plugin.distribution == "coprometrics-csv"
    assert found.importer.hook_api == 1


@pytest.mark.parametrize(
    ("name", "data", "taken"),
    [
        ("a.csv", b"a,b\n", True),
        ("a.TSV", b"a\tb\n", True),
        ("a.csv", "a,b\n".encode("utf-16"), True),
        ("a.csv", b"", False),
        ("a.csv", b"PK\x03\x04\x00", False),
        ("a.csv", b"No,Stream\n\x001,talks\n", True),
        ("a.tab", b"No\tStream\n1\x00\ttalks\n", True),
        ("a.csv", b"\x00\x00\x00", False),
        ("a.csv", b"\x00\x01\x02,\x00", False),
        ("a.txt", b"No,Stream\n\x001,talks\n", False),
        ("a.json", b"{}", False),
    ],
)
def test_files_are_known_by_name_and_first_bytes(
    tmp_path: Path, name: str, data: bytes, taken: bool
) -> None:
    (tmp_path / name).write_bytes(data)
    match = CsvImporter().identify(Source.at(tmp_path / name))
    assert isinstance(match, Match) == taken


def test_a_folder_is_no_csv_file(tmp_path: Path) -> None:
    folder = tmp_path / "f.csv"
    folder.mkdir()
    assert CsvImporter().identify(Source.at(folder)) is None
    with pytest.raises(ImporterError, match="this is a folder"):
        run(folder)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    import pyarrow as pa

    peaks = []
    for rows in (1_000_000, 3_000_000):
        path = tmp_path / f"{rows}.csv"
        path.write_text(HEAD + "1,14/12/2023,1.00,GBP,x@y.z,60\n" * rows)
        peak = 0
        for _ in CsvImporter().read(Source.at(path), MAPPING, Context(lambda _: "0" * 32)):
            peak = max(peak, pa.total_allocated_bytes())
        peaks.append(peak)
    assert peaks[1] < 1.5 * peaks[0]
