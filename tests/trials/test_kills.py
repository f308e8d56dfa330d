"""An import that is ended at any moment leaves the store as it was, or with whole files."""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROWS = 8_000
"""Rows in each of three files; an import of them takes about a second."""

pytestmark = [
    pytest.mark.trials,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials fork"),
]

Moment = dict[str, Any]


class Harness:
    """The program that runs trials, and what an import that is left alone gives."""

    def __init__(self, folder: Path, faults: Path | None) -> None:
        loaded = {"LD_PRELOAD": str(faults)} if faults else {}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "harness.py"), str(folder), str(ROWS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **loaded},
        )
        assert self._process.stdout is not None
        self.whole = json.loads(self._process.stdout.readline())

    def run(self, moments: list[Moment]) -> Iterator[dict[str, Any]]:
        """Give what came of each trial."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(moments) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            yield json.loads(line)

    def close(self) -> None:
        """End the program."""
        self._process.communicate()

    def steps(self, moment: Moment) -> list[dict[str, Any]]:
        """Give what the store may hold: as before, and after each file."""
        nothing = {"records": None, "people": None, "sources": 0}
        start = nothing if moment["first"] else self.whole["before"]
        return [start, *self.whole["steps"][str(moment["first"])]]


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Build the library that counts the changes of files; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return None
    library = tmp_path_factory.mktemp("faults") / "faults.so"
    source = str(HERE / "faults.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", source, "-o", library, "-ldl"], check=True)
    return library


@pytest.fixture
def harness(tmp_path: Path, faults: Path | None) -> Iterator[Harness]:
    made = Harness(tmp_path / "yard", faults)
    yield made
    made.close()


def check(harness: Harness, found: dict[str, Any]) -> int:
    """Check what a trial left; give how many files had been imported."""
    moment = found["moment"]
    assert "error" not in found, found
    steps, store = harness.steps(moment), found["store"]
    empty = store["sources"] == 0
    at = 0 if empty else [step["records"] for step in steps].index(store["records"])
    # What was said to be imported is there.
    assert at >= found["said"].count(" accepted, "), found
    if not moment["first"]:
        assert store["people"] == steps[at]["people"], found
    # The key is whole and its owner's alone; the store's people are under no other.
    assert found["key"] is None or (found["key_length"], found["key_mode"]) == (65, 0o600), found
    assert store["key_id"] in (None, found["key"]), found
    assert at == 0 or store["key_id"] is not None, found
    # The next import ends what this one began, and no passing file is left on what it uses.
    assert found["again"]["code"] == 0, found
    assert found["after"]["records"] == steps[-1]["records"], found
    assert found["after"]["key_id"] is not None, found
    assert moment["first"] or found["after"]["people"] == steps[-1]["people"], found
    assert set(found["links"].values()) == {1}, found
    return at


def spread(length: float, many: int) -> list[float]:
    return [(number + 0.5) * length / many for number in range(many)]


def test_an_import_killed_at_any_moment_is_whole_or_was_never_there(harness: Harness) -> None:
    again, first = harness.whole["lengthFalse"], harness.whole["lengthTrue"]
    moments: list[Moment] = []
    moments += [{"first": False, "seconds": s} for s in spread(1.1 * again["seconds"], 80)]
    moments += [{"first": True, "seconds": s} for s in spread(1.1 * first["seconds"], 25)]
    # The commits: as the log of the store comes to be and grows, and shortly after.
    log, file = "store.duckdb.wal", "store.duckdb"
    moments += [
        {"first": False, "file": log, "bytes": 1, "then": wait} for wait in spread(0.02, 10)
    ]
    moments += [{"first": False, "file": log, "bytes": 2**n} for n in range(5, 23)]
    moments += [
        {"first": False, "file": file, "bytes": again["size"] + (n << 14)} for n in range(-10, 8)
    ]
    moments += [{"first": False, "seconds": s, "whole program": True} for s in spread(2.5, 10)]
    # Before each change of a file, and in the middle of each writing.
    for first_time, whole in ((False, again), (True, first)):
        moments += [
            {"first": first_time, "call": ("kill", "torn")[at % 2], "at": at}
            for at in range(1, whole["calls"] + 1)
        ]
    states: collections.Counter[tuple[bool, int]] = collections.Counter()
    killed = 0
    for found in harness.run(moments):
        states[found["moment"]["first"], check(harness, found)] += 1
        killed += found["killed"]
    kept = sorted(states.items())
    sys.stdout.write(f"{killed} of {len(moments)} imports killed; by files kept: {kept}\n")
    assert states.total() == len(moments)
    assert killed >= 200 or not again["calls"]
    assert states[False, 0] > 20
    assert len([state for state in states if not state[0]]) >= 3


def test_a_full_disk_is_told_and_keeps_what_was_there(harness: Harness) -> None:
    if not harness.whole["lengthTrue"]["calls"]:
        pytest.skip("needs a C compiler on Linux")
    moments = [
        {"first": first, "call": kind, "at": at}
        for first in (False, True)
        for kind, begin in (("full", 1), ("full once", 2))
        for at in range(begin, harness.whole[f"length{first}"]["calls"], 3)
    ]
    told = 0
    for found in harness.run(moments):
        at = check(harness, found)
        done = found["done"]
        # A call that only tidies up may fail and harm nothing.
        assert done["code"] == 2 or (done["code"] == 0 and at == 3), found
        if done["code"]:
            told += 1
            assert "No space left on device" in done["said"], found
            assert "see whether the disk is full" in done["said"] or "opened" in done["said"], found
    sys.stdout.write(f"{len(moments)} imports met a full disk; {told} gave up and said why\n")
    assert told > len(moments) // 2
