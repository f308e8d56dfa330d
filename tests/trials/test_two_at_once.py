"""Two that use one store, or make one key, at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coprometrics.errors import StoreError
from coprometrics.records import Attendance
from coprometrics.store import Store

from .workspace import Workspace

MANY = """
import os, sys, time
from pathlib import Path
from coprometrics.importers.keys import PeopleKey
folder = Path(sys.argv[1])
for number in range(40):
    path = folder / f"{number}.key"
    start = time.monotonic() + 0.02
    children = []
    for child in range(6):
        pid = os.fork()
        if not pid:
            while time.monotonic() < start:
                pass
            answer = PeopleKey(path).pseudonym("ada@example.org")
            (folder / f"{number}.{child}.txt").write_text(answer)
            os._exit(0)
        children.append(pid)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
"""


def started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("first", [True, False])
def test_of_two_imports_into_one_store_one_is_told_or_waits(workspace: Workspace, first: bool):
    rows = 20_000
    one, other = workspace.bookings("one.csv", rows), workspace.bookings("two.csv", rows // 2)
    if not first:
        assert workspace.run(one).returncode == 0
    processes = [started(workspace.command(file)) for file in (one, other)]
    ends = [(process.communicate(timeout=120), process.returncode) for process in processes]
    assert 0 in [code for _, code in ends]
    for (_said, error), code in ends:
        assert code in (0, 2)
        assert code == 0 or "another process has it open; wait for it to end" in error
    with Store.open(workspace.store, read_only=True) as store:
        # The rows of the second file are the first of the other.
        whole = [rows] if not first or ends[0][1] == 0 else [rows // 2]
        assert store.count(Attendance) in whole
        assert store.person_key_id() is not None
    assert workspace.run(one, other).returncode == 0
    with Store.open(workspace.store, read_only=True) as store:
        assert store.count(Attendance) == rows


def test_two_stores_in_one_folder_share_the_key_that_one_of_them_made(workspace: Workspace):
    file = workspace.bookings("one.csv", 2_000)
    stores = [workspace.folder / f"{name}.duckdb" for name in ("a", "b")]
    processes = [started(workspace.command(file, into=path)) for path in stores]
    for process in processes:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
    people = []
    for path in stores:
        with Store.open(path, read_only=True) as store:
            people.append((store.person_key_id(), store.table(Attendance)))
    assert people[0][0] == people[1][0] is not None
    assert people[0][1].equals(people[1][1])


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_of_many_processes_that_want_a_key_all_have_the_same(tmp_path: Path):
    subprocess.run([sys.executable, "-c", MANY, str(tmp_path)], check=True, timeout=120)
    for number in range(40):
        answers = {path.read_text() for path in tmp_path.glob(f"{number}.?.txt")}
        assert len(answers) == 1
        key = tmp_path / f"{number}.key"
        assert (key.stat().st_size, key.stat().st_mode & 0o777) == (65, 0o600)
    assert list(tmp_path.glob(".*")) == []


def test_an_import_beside_a_reader_is_told_to_wait(workspace: Workspace):
    file = workspace.bookings("one.csv", 100)
    assert workspace.run(file).returncode == 0
    file.write_text(file.read_text().replace(",s1,", ",s2,"))
    with Store.open(workspace.store, read_only=True) as store:
        done = workspace.run_apart(file)
        assert (done.returncode, done.stdout) == (2, "")
        assert "another process has it open; wait for it to end, then try again" in done.stderr
        assert {record.activity_id for record in store.records(Attendance)} == {"sessions:s1"}
    assert workspace.run(file).returncode == 0
    with Store.open(workspace.store, read_only=True) as store:
        assert {record.activity_id for record in store.records(Attendance)} == {"sessions:s2"}


def test_a_reader_beside_an_import_is_told_to_wait(workspace: Workspace):
    with Store.open(workspace.store):
        read = (
            "import sys; from coprometrics.store import Store\n"
            "Store.open(sys.argv[1], read_only=True)"
        )
        done = subprocess.run(
            [sys.executable, "-c", read, str(workspace.store)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert "another process has it open" in done.stderr


def test_one_process_is_told_that_it_has_the_store_open_itself(workspace: Workspace):
    with Store.open(workspace.store):
        with pytest.raises(StoreError, match="it is open already, in another way; close it first"):
            Store.open(workspace.store, read_only=True)
