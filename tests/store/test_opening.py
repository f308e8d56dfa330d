"""A store is opened, made or brought up to date, or refused with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from coprometrics.errors import StoreError, StoreVersionError
from coprometrics.records import Activity, Income, Payment, Record
from coprometrics.store import FORMAT, Store, _layout

from .invented import NOW, income


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
