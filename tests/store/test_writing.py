"""A store keeps what it was given once, with where it came from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics import revenue_share
from coprometrics.errors import StoreError
from coprometrics.records import RECORD_TYPES, Income, Organisation, Record
from coprometrics.store import Store, writing
from coprometrics.tables.arrow import to_table
from coprometrics.testing.strategies import records

from .invented import NOW, STAMP, income


@pytest.mark.parametrize("record_type", RECORD_TYPES, ids=lambda t: t.__name__)
@settings(max_examples=10)
@given(data=st.data())
def test_what_goes_in_comes_out(record_type: type[Record], data: st.DataObject):
    made = data.draw(st.lists(records(record_type), max_size=5, unique_by=lambda r: r.id))
    with Store.open() as store:
        store.write(made)
        assert list(store.records(record_type)) == sorted(made, key=lambda r: r.id)


def test_writing_twice_changes_nothing():
    with Store.open() as store:
        store.write([income(1), income(2)])
        before = store.table(Income)
        written = store.write([income(2), income(1)])
        assert (written.added, written.replaced, written.unchanged) == (0, 0, 2)
        assert store.table(Income).equals(before)


def test_a_changed_record_replaces_its_old_self():
    with Store.open() as store:
        store.write([income(1), income(2)])
        written = store.write([income(1, 999), income(3)])
        assert (written.added, written.replaced, written.unchanged) == (1, 1, 0)
        assert [r.amount_minor for r in store.records(Income)] == [999, 100, 100]


def test_the_same_record_twice_in_one_source_counts_once():
    with Store.open() as store:
        written = store.write([income(1), income(1), income(2)])
        assert (written.added, written.unchanged, written.repeated) == (2, 0, 1)
        assert written.conflicts == ()


def test_of_repeated_rows_the_first_is_the_one_that_is_kept():
    with Store.open() as store:
        with store.transaction(STAMP) as transaction:
            for line in (3, 4):
                transaction.append(Income, to_table([income(1)], Income), lines=_lines(line))
        (row,) = store.provenance(Income).to_arrow_table().to_pylist()
        assert row["source_line"] == 3


def test_batches_of_any_make_and_type_are_gathered_in_their_order(monkeypatch):
    monkeypatch.setattr(writing, "_ENOUGH_ROWS", 5)
    with Store.open() as store:
        with store.transaction(STAMP) as transaction:
            for number in range(7):
                rows = to_table([income(2 * number), income(2 * number + 1)], Income)
                if number in (2, 3, 6):
                    rows = rows.set_column(1, "stream", rows.column("stream").dictionary_encode())
                transaction.append(Income, rows, lines=_lines(number, number + 100))
                made = to_table(
                    [Organisation(id=f"o:{number}", name="A", kind="charity")], Organisation
                )
                transaction.append(Organisation, made)
            assert transaction.finish().added == 21
        rows = store.provenance(Income).to_arrow_table().to_pylist()
        lines = {row["id"]: row["source_line"] for row in rows}
        assert lines == {f"finance:{n}": n // 2 + n % 2 * 100 for n in range(14)}
        assert {record.stream for record in store.records(Income)} == {"talks"}
        assert store.count(Organisation) == 7


def test_nulls_in_dictionaries_are_nulls_in_the_store():
    words = pa.dictionary(pa.int32(), pa.string())
    projects = (["p:1", None, "p:2"], [None, None, None], [None, "p:3", "p:1"])
    with Store.open() as store:
        with store.transaction(STAMP) as transaction:
            for start, texts in zip((0, 3, 6), projects, strict=True):
                rows = to_table([income(start + n) for n in range(3)], Income)
                place = rows.column_names.index("project_id")
                transaction.append(
                    Income, rows.set_column(place, "project_id", pa.array(texts, words))
                )
        found = [record.project_id for record in store.records(Income)]
    assert found == [text for texts in projects for text in texts]


def test_rows_are_not_looked_for_in_the_frames_of_python():
    with Store.open() as store:
        store._connection.execute("SET python_enable_replacements = false")
        store.write([income(1), income(2)])
        with store.transaction(STAMP) as transaction:
            transaction.append(Income, to_table([income(3)], Income), lines=_lines(17))
            transaction.complete(Income, "id", pa.array(["finance:2"]))
            assert transaction.finish().removed == 1
        assert list(store.records(Income)) == [income(1), income(3)]


def test_rows_that_are_inserted_are_let_go_of_before_the_transaction_ends(monkeypatch):
    monkeypatch.setattr(writing, "_ENOUGH_ROWS", 1)
    with Store.open() as store, store.transaction(STAMP) as transaction:
        before = pa.total_allocated_bytes()
        for start in range(0, 15_000, 5_000):
            rows = to_table([income(start + n) for n in range(5_000)], Income)
            size = rows.nbytes
            transaction.append(Income, rows)
            del rows
            assert pa.total_allocated_bytes() - before < size / 2


def test_a_finished_transaction_takes_no_more_rows():
    with Store.open() as store:
        with pytest.raises(StoreError, match="is finished"):
            with store.transaction(STAMP) as transaction:
                transaction.finish()
                transaction.append(Income, to_table([income(1)], Income))
        assert store.sources() == []


def test_of_different_records_with_one_id_none_is_kept():
    with Store.open() as store:
        with store.transaction(STAMP) as transaction:
            rows = to_table([income(1), income(1, 5), income(2)], Income)
            transaction.append(Income, rows, lines=_lines(2, 3, 4))
            (conflict,) = transaction.finish().conflicts
        assert conflict.id == "finance:1"
        assert conflict.places == ((2, None, None), (3, None, None))
        assert [r.id for r in store.records(Income)] == ["finance:2"]


def test_a_conflict_leaves_the_older_record_as_it_was():
    with Store.open() as store:
        store.write([income(1, 7)])
        with store.transaction(STAMP) as transaction:
            transaction.append(Income, to_table([income(1), income(1, 5)], Income))
        assert [r.amount_minor for r in store.records(Income)] == [7]


def test_each_record_knows_its_source_and_line():
    with Store.open() as store:
        with store.transaction(STAMP) as transaction:
            transaction.append(Income, to_table([income(1)], Income), lines=_lines(17))
        (row,) = store.provenance(Income).to_arrow_table().to_pylist()
        assert row["source_line"] == 17
        assert (row["importer"], row["source_name"]) == ("test", "income.csv")
        assert row["imported_at"] == NOW
        assert store.sources() == [STAMP]


def test_a_failure_leaves_nothing_behind():
    with Store.open() as store:
        with pytest.raises(RuntimeError, match="half way"), store.transaction(STAMP) as transaction:
            transaction.append(Income, to_table([income(1)], Income))
            raise RuntimeError("half way")
        assert store.count(Income) == 0
        assert store.sources() == []


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    with Store.open(path) as store:
        with pytest.raises(KeyboardInterrupt), store.transaction(STAMP) as transaction:
            transaction.append(Income, to_table([income(1)], Income))
            raise KeyboardInterrupt
    with Store.open(path, read_only=True) as store:
        assert store.count(Income) == 0


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Query interrupted"),
        duckdb.InterruptException("Interrupted!"),
        duckdb.InvalidInputException("reading the schema failed: KeyboardInterrupt: "),
    ],
    ids=lambda error: type(error).__name__,
)
def test_ctrl_c_is_known_in_every_way_that_duckdb_tells_of_it(error: Exception):
    with Store.open() as store:
        with pytest.raises(KeyboardInterrupt), store.transaction(STAMP):
            raise error
        assert store.sources() == []


def test_different_records_with_one_id_are_an_error_in_a_program():
    with Store.open() as store:
        with pytest.raises(StoreError, match="finance:1"):
            store.write([income(1), income(1, 2)])
        assert store.count(Income) == 0


def test_a_store_for_reading_cannot_be_written(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    with Store.open(path, read_only=True) as store, pytest.raises(StoreError, match="reading only"):
        store.write([Organisation(id="o:1", name="A", kind="charity")])


def _lines(*numbers: int):
    return pa.array(numbers, pa.int64())


def test_a_frame_can_be_used_after_a_count():
    with Store.open() as store:
        store.write([income(1)])
        frame = store.frame(Income)
        assert store.count(Income) == 1
        assert store.person_key_id() is None
        assert len(frame.fetchall()) == 1


def test_metrics_are_given_few_records_as_arrow_and_many_where_they_lie(monkeypatch):
    income = [
        Income(id=f"t:{n}", stream="talks", amount_minor=100, currency="GBP", kind="fee",
               received_on=dt.date(2023, 1, 1))
        for n in range(3)
    ]  # fmt: skip
    with Store.open() as store:
        store.write(income)
        few = store.frames()[Income]
        monkeypatch.setattr("coprometrics.store.database._FEW", 2)
        many = store.frames()[Income]
        assert (type(few), type(many)) == (pa.Table, duckdb.DuckDBPyRelation)
        assert revenue_share(few).figures == revenue_share(many).figures


def test_of_two_writers_in_one_process_one_is_told(tmp_path: Path):
    path = tmp_path / "s.duckdb"
    with Store.open(path) as one, Store.open(path) as other:
        with one.transaction(STAMP) as transaction:
            transaction.append(Income, to_table([income(1)], Income))
            with pytest.raises(StoreError, match="something else in this process is writing to it"):
                other.write([income(1)])
        assert other.write([income(1), income(2)]).unchanged == 1
        assert [len(list(store.records(Income))) for store in (one, other)] == [2, 2]


def test_one_writer_after_another_is_not_kept_out(tmp_path: Path):
    with Store.open(tmp_path / "s.duckdb") as store:
        with pytest.raises(ValueError, match="given up"), store.transaction(STAMP):
            raise ValueError("given up")
        assert store.write([income(1)]).added == 1
