"""How long the check of a report takes, beside others that answer a part of it.

Run with ``python -m benchmarks.report_check``. The example is checked with all four questions, in a
fresh process and in one that has imported everything. Beside it stand ``check-jsonschema`` on the
same report file, which answers the first question alone, and a plain script that reads the same
sources, adds the same numbers up, and looks for them in the text. Then a made report of 2,000
figures and 500 relations is checked, half of them in one web.
"""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "impact-report-2023"
DAY = "2024-06-01"
REPEATS = 3


def fastest(command: list[str]) -> float:
    """Run a command some times; give the seconds of the fastest."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def warm(folder: Path) -> float:
    """Check a report in this process; give the seconds of the fastest time but the first."""
    from coprometrics.report.check import check_report

    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        found = check_report(folder, today=dt.date.fromisoformat(DAY))
        times.append(time.perf_counter() - start)
    assert not found.failing(), found.failing()
    return min(times[1:])


def make_report(folder: Path, figures: int, relations: int) -> None:
    """Write a report that is right; in its first half each total is a part of the next one."""
    pick = random.Random(20231214)
    parts = figures // relations - 1
    lines = [
        "schema: report-v1",
        "title: A large report",
        "period: {start: 2023-01-01, end: 2023-12-31}",
        "figures:",
    ]
    sums = []
    before = 0
    for number in range(relations):
        values = {f"g{number}.p{part}": pick.randrange(1, 5000) for part in range(parts)}
        lines += [f'  {name}: {{manual: us, printed: "{n:,}"}}' for name, n in values.items()]
        names, total = list(values), sum(values.values())
        if 0 < number < relations // 2:
            names, total = [*names, f"g{number - 1}.all"], total + before
        before = total
        lines.append(f'  g{number}.all: {{manual: us, printed: "{rounded(total, number)}"}}')
        sums.append(f"  - {{sum: [{', '.join(names)}], equals: g{number}.all}}")
    (folder / "report.yaml").write_text("\n".join([*lines, "relations:", *sums]) + "\n", "utf-8")


def rounded(total: int, number: int) -> str:
    """Print every third total in thousands, so that there is something to solve."""
    return f"{total / 1000:.1f}K" if number % 3 == 0 else f"{total:,}"


def main() -> None:
    """Measure all and print it."""
    run = [sys.executable, "-m"]
    schema = ROOT / "schemas" / "report-v1.json"
    report = EXAMPLE / "report.yaml"
    check = [*run, "coprometrics", "check", str(EXAMPLE), "--today", DAY]
    shape = [*run, "check_jsonschema", "--schemafile", str(schema), str(report)]
    script = [sys.executable, str(Path(__file__).with_name("report_by_hand.py")), str(EXAMPLE)]
    print(f"example, all four questions, a new process   {fastest(check):6.2f} s")
    print(f"example, all four questions, imports warm    {warm(EXAMPLE):6.2f} s")
    print(f"check-jsonschema, the report file's shape    {fastest(shape):6.2f} s")
    print(f"a plain script, recomputing without checks   {fastest(script):6.2f} s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_report(folder, 2000, 500)
        print(f"2,000 figures and 500 relations              {warm(folder):6.2f} s")


if __name__ == "__main__":
    main()
