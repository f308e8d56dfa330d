"""Steps measured in turn, each in a process of its own: how long, and how the memory grows.

A machine that others use as well is quicker at one moment than at the next. So the steps are taken
in turn, several times, and of each the median of the medians is what counts.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

__all__ = ["Step", "measured", "wanted"]

REPEATS = 3
WARM = 2.0
"""For so many seconds what is quick is repeated, so that the middle run is a warm one."""
ROUNDS = 5
Step = Callable[[Path], int]
"""Does something with a file, and gives how many rows it found."""


def peak() -> float:
    """Give the most memory used so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(step: Step, path: Path) -> None:
    """Print the seconds of the middle one of several runs, and by how many MB the memory grew."""
    before, times, found = peak(), [], set()
    while len(times) < REPEATS or sum(times) < WARM:
        start = time.perf_counter()
        found.add(step(path))
        times.append(time.perf_counter() - start)
    assert len(found) == 1
    assert min(found) > 0
    print(statistics.median(times), peak() - before)


def measured(script: str, steps: Iterable[str], path: Path) -> dict[str, tuple[float, float]]:
    """Measure steps of a script in turn, each in a process of its own: seconds, MB of memory."""
    names = list(steps)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for name in names * ROUNDS:
        command = [sys.executable, script, name, str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds, memory = map(float, done.stdout.split())
        found[name].append((seconds, memory))
    return {
        name: (statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs))
        for name, runs in found.items()
    }


def wanted(steps: Mapping[str, Step]) -> bool:
    """Do the one step that the command line names, as ``measured`` has it; False for none."""
    if len(sys.argv) != 3 or sys.argv[1] not in steps:
        return False
    measure(steps[sys.argv[1]], Path(sys.argv[2]))
    return True
