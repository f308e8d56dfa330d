"""A store keeps what it was given once, with where it came from."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics import revenue_share
from coprometrics.errors import StoreError, StoreVersionError
from coprometrics.records import RECORD_TYPES, Activity, Income, Organisation, Payment, Record
from coprometrics.store import FORMAT, Provenance, Store, _layout, writing
from coprometrics.tables.arrow import to_table
from coprometrics.testing.strategies import records

NOW = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
STAMP = Provenance("test", "1.0", "income.csv", "ab" * 32, NOW)


def income(number: int, amount: int = 100) -> Income:
    return Income(
        id=f"finance:{number}", stream="talks", amount_minor=amount, currency="GBP", kind="fee"
    )


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


def test_a_file_keeps_its_records(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    with Store.open(path) as store:
        store.write([income(1)])
    with Store.open(path) as store:
        assert list(store.records(Income)) == [income(1)]


def test_a_store_of_a_newer_release_is_refused(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "UPDATE coprometrics_store SET setting = ? WHERE name = 'format'", [str(FORMAT + 1)]
        )
    with pytest.raises(StoreVersionError, match="upgrade coprometrics"):
        Store.open(path)


def test_a_column_that_this_release_does_not_know_is_refused(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE income ADD COLUMN colour VARCHAR")
    with pytest.raises(StoreVersionError, match="income has colour"):
        Store.open(path)


def test_a_store_of_an_older_release_is_brought_up_to_date(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    talk = Activity(id="a:1", kind="talk", starts_at=NOW, timezone="Europe/London")
    with Store.open(path) as store:
        store.write([talk])
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE activity DROP COLUMN co_delivered")
        connection.execute("ALTER TABLE activity DROP COLUMN ambitions")
        connection.execute("ALTER TABLE activity DROP COLUMN status")
        connection.execute("DROP TABLE payment")
    with pytest.raises(StoreError, match="open it once for writing"):
        Store.open(path, read_only=True)
    with Store.open(path) as store:
        assert list(store.records(Activity)) == [talk]
        assert store.count(Payment) == 0


@pytest.mark.parametrize("missing", [False, True])
def test_a_store_of_an_older_format_has_the_present_one_once_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
):
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    if missing:
        with duckdb.connect(str(path)) as connection:
            connection.execute("DROP TABLE payment")
    monkeypatch.setattr(_layout, "FORMAT", FORMAT + 1)
    with pytest.raises(StoreError, match="open it once for writing"):
        Store.open(path, read_only=True)
    Store.open(path).close()
    assert _format(path) == str(FORMAT + 1)
    Store.open(path, read_only=True).close()


def test_a_store_that_cannot_be_brought_up_to_date_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE activity DROP COLUMN status")
        connection.execute("DROP TABLE payment")
    monkeypatch.setattr(_layout, "FORMAT", FORMAT + 1)

    def fail(_connection: duckdb.DuckDBPyConnection, _type: type[Record]) -> None:
        raise duckdb.IOException("the disk is full")

    with monkeypatch.context() as patched, pytest.raises(StoreError, match="the disk is full"):
        patched.setattr(_layout, "_create_table", fail)
        Store.open(path)
    assert _format(path) == str(FORMAT)
    with duckdb.connect(str(path)) as connection:
        columns = {row[0] for row in connection.execute("DESCRIBE activity").fetchall()}
    assert "status" not in columns
    Store.open(path).close()
    assert _format(path) == str(FORMAT + 1)


def _format(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        ((found,),) = connection.execute(
            "SELECT setting FROM coprometrics_store WHERE name = 'format'"
        ).fetchall()
    return str(found)


_AS_A_VIEW = "CREATE TABLE held AS FROM {0}; DROP TABLE {0}; CREATE VIEW {0} AS FROM held"
_NULLABLE = "ALTER TABLE coprometrics_store ALTER setting DROP NOT NULL"


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("DELETE FROM coprometrics_store", "which format"),
        ("UPDATE coprometrics_store SET setting = 'nonsense'", "which format"),
        ("UPDATE coprometrics_store SET setting = '-3'", "which format"),
        ("UPDATE coprometrics_store SET setting = repeat('9', 5000)", "which format"),
        ("INSERT INTO coprometrics_store VALUES ('format', '7')", "which format"),
        ("CREATE OR REPLACE TABLE coprometrics_store (name TEXT, setting TEXT)", "which format"),
        (f"{_NULLABLE}; UPDATE coprometrics_store SET setting = NULL", "which format"),
        ("CREATE OR REPLACE TABLE coprometrics_store (number BIGINT)", "is missing"),
        ("DROP TABLE coprometrics_sources", "is missing"),
        ("ALTER TABLE coprometrics_sources DROP COLUMN source_name", "is missing"),
        (_AS_A_VIEW.format("coprometrics_sources"), "coprometrics_sources is a view, and no table"),
        (_AS_A_VIEW.format("income"), "income is a view, and no table"),
        (
            "ALTER TABLE coprometrics_sources ALTER imported_at TYPE VARCHAR",
            "coprometrics_sources.imported_at is VARCHAR, and should be TIMESTAMP WITH TIME ZONE",
        ),
        (
            "ALTER TABLE income ALTER amount_minor TYPE VARCHAR",
            "income.amount_minor is VARCHAR, and should be BIGINT",
        ),
        (
            "ALTER TABLE income ALTER source_number TYPE DOUBLE",
            "income.source_number is DOUBLE, and should be BIGINT",
        ),
    ],
)
def test_a_store_whose_notes_on_itself_are_damaged_is_refused_and_left_as_it_is(
    tmp_path: Path, damage: str, message: str, read_only: bool
):
    path = tmp_path / "store.duckdb"
    Store.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute(damage)
    with pytest.raises(StoreError, match=f"damaged: .*{message}.*; put a copy of it back") as told:
        Store.open(path, read_only=read_only)
    assert told.value.where == str(path)
    assert not isinstance(told.value, StoreVersionError)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_text("this is no database, only text " * 500), "not a DuckDB"),
        (lambda path: path.mkdir(), "it is a folder"),
        (lambda path: duckdb.connect(str(path)).execute("CREATE TABLE t (a INT)"), "not a store"),
    ],
)
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, make, message):
    path = tmp_path / "store.duckdb"
    make(path)
    with pytest.raises(StoreError, match=message):
        Store.open(path)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_small_text_file_is_no_store(tmp_path: Path, read_only: bool):
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    with pytest.raises(StoreError, match="not a DuckDB file"):
        Store.open(tmp_path / "b.csv", read_only=read_only)


def test_a_name_is_always_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Store.open(":memory:").close()
    assert (tmp_path / ":memory:").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is Unicode")
@pytest.mark.parametrize("name", [b"caf\xe9.duckdb", b"caf\xe9/store.duckdb"])
def test_a_path_that_is_not_utf_8_is_refused(tmp_path: Path, name: bytes):
    path = tmp_path / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    with pytest.raises(StoreError, match=r"not UTF-8; rename the file or its folder"):
        Store.open(path)
    assert not path.exists()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path):
    with pytest.raises(StoreError, match="folder does not exist"):
        Store.open(tmp_path / "nowhere" / "store.duckdb")


def test_reading_a_store_that_is_not_there_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(StoreError, match="coprometrics import"):
        Store.open(tmp_path / "store.duckdb", read_only=True)


def test_a_store_in_use_by_another_process_is_said_to_be(tmp_path: Path):
    path = tmp_path / "store.duckdb"
    hold = (
        "import sys\nfrom coprometrics.store import Store\n"
        "with Store.open(sys.argv[1]): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match="another process has it open"):
            Store.open(path)
        process.communicate("")
    Store.open(path).close()


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


def test_a_damaged_block_is_not_taken_for_another_process(tmp_path: Path):
    path = tmp_path / "s.duckdb"
    with Store.open(path) as store:
        store.write([income(n) for n in range(50)])
    size = path.stat().st_size
    with path.open("r+b") as file:
        for at in range(4096, size, 4096):
            file.seek(at + 100)
            file.write(b"\x5a" * 900)
    with pytest.raises(StoreError) as told:
        Store.open(path)
    assert "another process" not in str(told.value)
