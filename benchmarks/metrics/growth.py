"""How time and memory grow with the rows, and whether a small memory is enough."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.metrics import funnel

SIZES = (1_000_000, 5_000_000, 20_000_000)
LIMIT = "200MB"

ALONE = """
import json, re, sys, time
from pathlib import Path
import duckdb
from coprometrics import funnel
from benchmarks.metrics.funnel import STEPS, WINDOW

path, limit, spill = sys.argv[1:]
connection = duckdb.connect(config={"temp_directory": spill})
if limit:
    connection.execute(f"SET memory_limit = '{limit}'")
begin = time.perf_counter()
result = funnel(connection.read_parquet(path), STEPS, window=WINDOW)
seconds = time.perf_counter() - begin
reached = [figure.number for figure in result.figures if figure.value == "reached"]
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) // 1024
print(json.dumps([seconds, peak, reached]))
"""


def alone(path: Path, limit: str = "") -> tuple[float, int, list[int]]:
    """Run the funnel in a process of its own; give its seconds, its peak in MB, and the answer."""
    told = subprocess.run(
        [sys.executable, "-c", ALONE, str(path), limit, str(path.parent / "spill")],
        capture_output=True,
        text=True,
        check=True,
    )
    # DuckDB may show how far it is on a line before.
    seconds, peak, reached = json.loads(told.stdout.splitlines()[-1])
    return seconds, peak, reached


def main(folder: Path) -> None:
    print("\nThe funnel of 4 steps from Parquet, each in a process of its own\n")
    print("| events | file | seconds | per million | peak memory |\n|---|---|---|---|---|")
    for events in SIZES:
        path = folder / f"events-{events}.parquet"
        if not path.exists():
            funnel.make(path, events)
        seconds, peak, reached = alone(path)
        size = path.stat().st_size // 2**20
        rate = seconds / events * 1_000_000
        print(f"| {events:,} | {size} MB | {seconds:.2f} | {rate:.3f} | {peak:,} MB |", flush=True)
    seconds, peak, again = alone(path, LIMIT)
    if again != reached:
        raise SystemExit(f"with {LIMIT} the answer is {again}, without {reached}")
    print(
        f"| {events:,}, DuckDB limited to {LIMIT} | {size} MB | {seconds:.2f} | "
        f"{seconds / events * 1_000_000:.3f} | {peak:,} MB |"
    )
