"""Ends imports at chosen moments, and says what is left of the store.

Run as a program of its own: it has all modules loaded, so that each trial is a fork which begins
to import at once. It never opens a store itself; what it asks of one is asked in a fork as well.
Prints one JSON object for each trial.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
from attrs import define

import coprometrics.importers.keys as keys
import coprometrics.importers.registry
import coprometrics.importers.runner
import coprometrics.store
import coprometrics_csv.importer
import coprometrics_csv.mapping
from coprometrics import cli
from coprometrics.records import RECORD_TYPES

LOADED = (coprometrics_csv, pyarrow, coprometrics.importers.runner)

KINDS = {"kill": 1, "torn": 2, "full": 3, "full once": 4}
MAPPING = """\
schema: csv-mapping-v1
record: Attendance
source: bookings
timezone: Europe/London
id: {from: [No]}
columns:
  - {target: activity_id, from: [Session], type: id, source: sessions}
  - {target: person_key, from: [Email], type: person}
  - target: status
    from: [Status]
    type: enum
    values: {yes: attended, no: no_show}
  - {target: ticket_kind, from: [Ticket]}
"""
FILES = 3


@define
class Yard:
    """The files that all trials share.

    Attributes:
        folder: where they are.
        rows: how many rows a file has.
    """

    folder: Path
    rows: int

    @property
    def before(self) -> Path:
        """The workspace before the import that is ended."""
        return self.folder / "before"

    @property
    def empty(self) -> Path:
        """A workspace in which nothing was ever imported."""
        return self.folder / "empty"

    def make(self) -> None:
        """Write the sources, and the store that they are imported into."""
        self.before.mkdir(parents=True)
        self.empty.mkdir()
        (self.folder / "map.yaml").write_text(MAPPING)
        for number in range(FILES):
            for version in ("old", "new"):
                self._write(number, version)
        done = in_fork(lambda: run_import(self, self.before, "old"))
        assert done["code"] == 0, done
        (self.before / "said.txt").unlink()

    def sources(self, version: str) -> list[str]:
        return [str(self.folder / f"{version}{number}.csv") for number in range(FILES)]

    def _write(self, number: int, version: str) -> None:
        # Of the new rows a third is as before, a third has changed and a third is new.
        first = self.rows * number + (self.rows // 3 if version == "new" else 0)
        with (self.folder / f"{version}{number}.csv").open("w") as file:
            file.write("No,Session,Email,Status,Ticket\n")
            for row in range(first, first + self.rows):
                ticket = f"{version} ticket {row % 7}" if row % 2 else "ticket"
                status = "yes" if row % 5 else "no"
                file.write(f"{row},{row % 40},p{row % 5000}@example.org,{status},{ticket}\n")


def command(yard: Yard, version: str) -> list[str]:
    """Give the command line of an import."""
    mapping = str(yard.folder / "map.yaml")
    return [
        "coprometrics", "import", *yard.sources(version), "--importer", "csv",
        "--mapping", mapping, "--into", "store.duckdb",
    ]  # fmt: skip


def run_import(yard: Yard, place: Path, version: str) -> dict[str, Any]:
    """Import in this process, as the command line does; give the exit code and what was said."""
    said = place / "said.txt"
    errors = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(errors, 2)
    os.dup2(errors, 1)
    os.close(errors)
    os.chdir(place)
    sys.argv = command(yard, version)
    code: Any = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code
    return {"code": code, "said": said.read_text("utf-8", "replace")}


def digests(place: Path) -> dict[str, Any]:
    """Give the digest of all records of a store, with where each comes from, and of its key."""
    path = place / "store.duckdb"
    if not path.exists():
        return {"records": None, "people": None, "sources": 0, "key_id": None}
    with coprometrics.store.Store.open(path) as store:
        digest = hashlib.sha256()
        people = hashlib.sha256()
        for record_type in RECORD_TYPES:
            table = store.table(record_type).combine_chunks()
            if "person_key" in table.column_names:
                place_of = table.column_names.index("person_key")
                keys = table.column(place_of)
                people.update(str(keys.to_pylist()).encode())
                # Which rows are of one person, whatever the key that they are hashed under.
                who = keys.combine_chunks().dictionary_encode().indices
                table = table.set_column(place_of, "person_key", who)
            digest.update(_values(table))
        places = "id, source_line, source_name, source_sha256, importer"
        origin = store.provenance(coprometrics.records.Attendance)
        digest.update(_values(origin.project(places).order("id").to_arrow_table()))
        return {
            "records": digest.hexdigest(),
            "people": people.hexdigest(),
            "sources": len(store.sources()),
            "key_id": store.person_key_id(),
        }


def _values(table: pyarrow.Table) -> bytes:
    """Give the values of a table; its bytes may differ beneath nulls."""
    return repr(table.to_pydict()).encode()


def in_fork(work: Callable[[], Any], *, limit: float = 120.0) -> Any:
    """Do something in a process of its own; give what it gives."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            answer = work()
        except BaseException as error:  # noqa: BLE001  (it is what the trial tells)
            answer = {"error": f"{type(error).__name__}: {error}"}
        with os.fdopen(writing, "w") as file:
            json.dump(answer, file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"error": "it ended without a word"}


def faults() -> Any:
    """Give the library of faults, where it was loaded before all others."""
    library = ctypes.CDLL(None)
    with contextlib.suppress(AttributeError):
        library.fault_calls.restype = ctypes.c_long
        library.fault_arm.argtypes = (ctypes.c_int, ctypes.c_long)
        return library
    return None


def armed_import(yard: Yard, place: Path, kind: str, at: int) -> dict[str, Any]:
    library = faults()
    if kind:
        library.fault_arm(KINDS[kind], at)
    elif library is not None:
        library.fault_arm(0, 0)
    done = run_import(yard, place, "new")
    if library is not None:
        done["calls"] = library.fault_calls()
        library.fault_arm(0, 0)
    return done


def ended(yard: Yard, place: Path, moment: dict[str, Any]) -> bool:
    """Begin an import and kill it at a moment; say whether it was still at work."""
    child = os.fork()
    if not child:
        code = 1
        if moment.get("whole program"):
            os.chdir(place)
            os.dup2(os.open("said.txt", os.O_WRONLY | os.O_CREAT, 0o600), 1)
            os.dup2(1, 2)
            os.execv(sys.executable, [sys.executable, "-m", *command(yard, "new")])
        try:
            code = armed_import(yard, place, moment.get("call", ""), moment.get("at", 0))["code"]
        finally:
            os._exit(code if isinstance(code, int) else 1)
    if "seconds" in moment:
        time.sleep(moment["seconds"])
        os.kill(child, signal.SIGKILL)
    elif "bytes" in moment:
        until = time.monotonic() + 60
        path = place / moment["file"]
        while time.monotonic() < until:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_size >= moment["bytes"]:
                    break
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
        time.sleep(moment.get("then", 0))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def looked_at(yard: Yard, place: Path, *, then: str) -> dict[str, Any]:
    """Say what is in a workspace, import again, and say what is in it then."""
    found: dict[str, Any] = {"left": sorted(p.name for p in place.iterdir()), "key": None}
    said, key = place / "said.txt", place / "coprometrics.key"
    found["said"] = said.read_text() if said.exists() else ""
    try:
        if key.exists():
            found["key_length"] = len(key.read_text())
            found["key_mode"] = key.stat().st_mode & 0o777
            found["key"] = keys._key_id(bytes.fromhex(key.read_text()))
        found["store"] = digests(place)
        found["again"] = run_import(yard, place, then)
        found["after"] = digests(place)
        found["links"] = {p.name: p.stat().st_nlink for p in (key, place / "store.duckdb")}
    except Exception as error:  # noqa: BLE001  (it is what the trial tells)
        found["error"] = f"{type(error).__name__}: {error}"
    return found


def trial(yard: Yard, number: int, moment: dict[str, Any]) -> dict[str, Any]:
    place = yard.folder / f"trial{number}"
    shutil.copytree(yard.empty if moment["first"] else yard.before, place)
    if moment.get("call", "").startswith("full"):
        done = in_fork(lambda: armed_import(yard, place, moment["call"], moment["at"]))
        killed = None
    else:
        done, killed = {}, ended(yard, place, moment)
    found = in_fork(lambda: looked_at(yard, place, then="new"))
    shutil.rmtree(place)
    return {"moment": moment, "killed": killed, "done": done, **found}


def length(yard: Yard, *, first: bool) -> dict[str, Any]:
    """Measure an import that is left alone: seconds, changes of files, digests on the way."""
    place = yard.folder / f"whole{first}"
    shutil.copytree(yard.empty if first else yard.before, place)
    began = time.monotonic()
    done = in_fork(lambda: armed_import(yard, place, "", 0))
    seconds = time.monotonic() - began
    assert done["code"] == 0, done
    after = in_fork(lambda: digests(place))
    size = (yard.before / "store.duckdb").stat().st_size
    return {"seconds": seconds, "calls": done.get("calls", 0), "size": size, **after}


def warm_up(yard: Yard) -> None:
    """Load what an import loads, and start no thread: forks have none of them."""
    found = coprometrics.importers.registry.Registry().importer("csv")
    coprometrics.importers.runner.load_config(found, yard.folder / "map.yaml")


def main(folder: str, rows: str) -> None:
    """Make the yard, measure it, and run the trials that are asked for on standard input."""
    yard = Yard(Path(folder), int(rows))
    yard.make()
    warm_up(yard)
    allowed = {"before": in_fork(lambda: digests(yard.before)), "steps": {}}
    for first in (False, True):
        steps = []
        place = yard.folder / f"steps{first}"
        shutil.copytree(yard.empty if first else yard.before, place)
        for upto in range(1, FILES + 1):
            part = Part(yard.folder, yard.rows, upto)
            done = in_fork(lambda part=part, place=place: run_import(part, place, "new"))
            assert done["code"] == 0, done
            steps.append(in_fork(lambda place=place: digests(place)))
        allowed["steps"][str(first)] = steps
        allowed[f"length{first}"] = length(yard, first=first)
    sys.stdout.write(json.dumps(allowed) + "\n")
    sys.stdout.flush()
    moments = json.loads(sys.stdin.readline())
    workers = []
    for share in range(os.cpu_count() or 1):
        worker = os.fork()
        if not worker:
            for number in range(share, len(moments), os.cpu_count() or 1):
                answer = json.dumps(trial(yard, number, moments[number])) + "\n"
                os.write(1, answer.encode())
            os._exit(0)
        workers.append(worker)
    for worker in workers:
        os.waitpid(worker, 0)


class Part(Yard):
    """The first files of a yard alone."""

    def __init__(self, folder: Path, rows: int, upto: int) -> None:
        super().__init__(folder, rows)
        self.upto = upto

    def sources(self, version: str) -> list[str]:
        return super().sources(version)[: self.upto]


if __name__ == "__main__":
    main(*sys.argv[1:])
