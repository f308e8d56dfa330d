"""Imports where the disk is full, may not be written, or goes away."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coprometrics.errors import StoreError
from coprometrics.records import Attendance, Income
from coprometrics.store import Provenance, Store
from coprometrics.tables.arrow import to_table

from .workspace import Workspace

STAMP = Provenance("test", "1.0", "income.csv", "ab" * 32, dt.datetime(2024, 1, 2, tzinfo=dt.UTC))
ROWS = 30_000
WHY = "see whether the disk is full or the folder read-only"


def mounted(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script among mounts of its own, which end with it; skip where that is not allowed."""
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare")
    allowed = ["unshare", "--mount", "true"]
    if subprocess.run(allowed, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount, which root has")
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", *arguments],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def content(path: Path) -> tuple[int, int, str]:
    """Give what a store holds, in short."""
    with Store.open(path) as store:
        digest = hashlib.sha256()
        for batch in store.table(Attendance).to_batches():
            # Not its bytes: what lies beneath a null may be anything.
            digest.update(str(batch.to_pylist()).encode())
        return store.count(Attendance), len(store.sources()), digest.hexdigest()


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Give a workspace with a store of old bookings, and new ones that replace them."""
    old = workspace.bookings("old.csv", ROWS, session="s1")
    assert workspace.run(old).returncode == 0
    workspace.bookings("new.csv", 2 * ROWS, session="s2")
    return workspace


@pytest.mark.trials
def test_a_small_disk_that_fills_up_is_told_and_keeps_the_store(filled: Workspace):
    before = content(filled.store)
    size = filled.store.stat().st_size
    results = filled.folder / "results"
    command = filled.command(filled.folder / "new.csv", into=filled.folder / "disk/store.duckdb")
    (filled.folder / "disk").mkdir()
    ends = []
    for number, room in enumerate((64, 256, 512, 1024, 16384)):
        kept = results / str(number)
        kept.mkdir(parents=True)
        done = mounted(
            'mount -t tmpfs -o size="$1" tmpfs "$2/disk" || exit 99\n'
            'cp "$2/store.duckdb" "$2/coprometrics.key" "$2/disk" || exit 98\n'
            'kept="$3"; where="$2/disk"; shift 3\n'
            '"$@"; code=$?\n'
            'cp "$where"/* "$kept" || exit 97\nexit $code',
            str(size + 4096 + 1024 * room), str(filled.folder), str(kept), *command,
        )  # fmt: skip
        if done.returncode == 99:
            pytest.skip("needs the right to mount a file system in memory")
        ends.append(done.returncode)
        if done.returncode:
            assert done.returncode == 2, done.stderr
            assert "cannot be written" in done.stderr
            assert WHY in done.stderr
            assert content(kept / "store.duckdb") == before
        else:
            assert content(kept / "store.duckdb")[:2] == (2 * ROWS, 2)
    assert ends[0] == 2
    assert ends[-1] == 0


@pytest.mark.parametrize("room", [0, 100_000, 400_000])
def test_a_limit_on_the_size_of_files_is_told_and_keeps_the_store(filled: Workspace, room: int):
    before = content(filled.store)
    limit = filled.store.stat().st_size + room if room else 4096

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        filled.command(filled.folder / "new.csv"), capture_output=True, text=True,
        preexec_fn=limited, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        assert done.returncode == 2, done.stderr
        assert WHY in done.stderr
        assert content(filled.store) == before
    assert done.returncode == 2 or room == 400_000
    assert filled.run(filled.folder / "new.csv").returncode == 0
    assert content(filled.store)[:2] == (2 * ROWS, 2)


@contextlib.contextmanager
def locked(path: Path, mode: int):
    usual = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(usual)


def run_read_only(
    workspace: Workspace, what: Path, command: list[str]
) -> subprocess.CompletedProcess[str]:
    """Run a command where a folder or file may not be written, not even by root."""
    if os.geteuid():
        with locked(what, 0o500 if what.is_dir() else 0o400):
            return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    done = mounted(
        'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99; shift; exec "$@"',
        str(what), *command,
    )  # fmt: skip
    if done.returncode == 99:
        pytest.skip("root may write anything, and mounts are not allowed here")
    return done


@pytest.mark.parametrize("what", ["folder", "store"])
def test_what_may_not_be_written_is_told_and_stays(filled: Workspace, what: str):
    before = content(filled.store)
    place = filled.folder if what == "folder" else filled.store
    done = run_read_only(filled, place, filled.command(filled.folder / "new.csv"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "store.duckdb: the store cannot be opened" in done.stderr
    assert "see that the file can be read and written" in done.stderr
    assert content(filled.store) == before


def test_in_a_folder_that_may_not_be_written_no_store_is_made(workspace: Workspace):
    file = workspace.bookings("one.csv", 10)
    done = run_read_only(workspace, workspace.folder, workspace.command(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "store.duckdb: the store cannot be opened" in done.stderr
    assert {path.name for path in workspace.folder.iterdir()} == {"map.yaml", "one.csv"}


def test_a_key_that_cannot_be_made_is_told_and_nothing_is_kept(workspace: Workspace):
    file = workspace.bookings("one.csv", 10)
    done = workspace.run(file, options=("--key-file", str(workspace.folder / "none" / "k")))
    assert done.returncode == 2
    assert "the key for people cannot be made (No such file or directory)" in done.stderr
    assert content(workspace.store)[0] == 0


def remove(path: Path) -> None:
    shutil.rmtree(path.parent)


def replace(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.write_bytes(b"something else")


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
@pytest.mark.parametrize("take_away", [remove, Path.unlink, replace])
@pytest.mark.parametrize("many", [10, 200_000])
def test_a_store_that_goes_away_while_it_is_written_is_told(
    tmp_path: Path, take_away: Callable[[Path], None], many: int
):
    path = tmp_path / "deep" / "store.duckdb"
    path.parent.mkdir()
    one = Income(id="f:1", stream="talks", amount_minor=1, currency="GBP", kind="fee")
    rows = to_table([one], Income).take([0] * many)
    ids = rows.column("id").combine_chunks().__class__.from_pandas([f"f:{n}" for n in range(many)])
    rows = rows.set_column(rows.column_names.index("id"), "id", ids)
    with contextlib.suppress(StoreError), Store.open(path) as store:
        store.write([one])
        with pytest.raises(StoreError, match=r"moved or removed|cannot be written"):
            with store.transaction(STAMP) as transaction:
                transaction.append(Income, rows)
                take_away(path)


def test_a_log_without_its_store_is_not_taken_for_a_new_one(workspace: Workspace):
    file = workspace.bookings("one.csv", 10)
    log = workspace.folder / "store.duckdb.wal"
    log.write_bytes(b"the last changes")
    done = workspace.run(file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "store.duckdb.wal, with its last changes, is" in done.stderr
    assert log.read_bytes() == b"the last changes"
    assert not workspace.store.exists()


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "x" * 245])
def test_a_name_that_cannot_be_is_told(tmp_path: Path, name: str):
    with pytest.raises(StoreError, match="the store cannot be opened"):
        Store.open(tmp_path / name)


def test_an_empty_file_is_said_to_be_empty(workspace: Workspace):
    workspace.store.touch()
    done = workspace.run(workspace.bookings("one.csv", 10))
    assert "the file is empty; delete it, or name another file" in done.stderr


@pytest.mark.parametrize("damage", ["cut", "zeros", "head"])
def test_a_damaged_store_is_told(filled: Workspace, damage: str):
    data = bytearray(filled.store.read_bytes())
    if damage == "cut":
        del data[len(data) // 2 :]
    else:
        data[4096 if damage == "head" else 12288 :] = bytes(len(data) - 12288)
    filled.store.write_bytes(data)
    done = filled.run(filled.folder / "new.csv")
    assert done.returncode == 2, done.stderr
    assert "store.duckdb: " in done.stderr
    assert "Traceback" not in done.stderr
