"""Times, and tables of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

REPEATS = 3


def fastest(run: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """Give the shortest time of a few runs, in seconds, and what the last one found."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        found = run()
        times.append(time.perf_counter() - begin)
    return min(times), found


def compare(title: str, ours: str, runs: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Run several ways to one answer, see that it is one, and print a table of their times."""
    times: dict[str, float] = {}
    answers: dict[str, Any] = {}
    for name, run in runs.items():
        times[name], answers[name] = fastest(run)
    for name, answer in answers.items():
        if answer != answers[ours]:
            raise SystemExit(f"{title}: {name} gives {answer!r}, {ours} {answers[ours]!r}")
    print(f"\n{title}\n\n| way | seconds | ours takes |\n|---|---|---|")
    for name, seconds in times.items():
        ratio = "" if name == ours else f"{times[ours] / seconds:.2f} of it"
        print(f"| {name} | {seconds:.3f} | {ratio} |", flush=True)
    return times
