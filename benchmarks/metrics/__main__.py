"""Run with ``uv run --group benchmarks python -m benchmarks.metrics [PART …]``.

The parts are funnel, grants, sums, growth and small; all of them without one. Everything together
takes about ten minutes and 20 GB of memory at most.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.metrics import funnel, grants, growth, small, sums


def main(parts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if "small" in parts:
            small.main()
        if "funnel" in parts:
            funnel.main(Path(folder), 5_000_000)
            funnel.main(Path(folder), 20_000_000)
        if "grants" in parts:
            grants.main(1_000_000)
        if "sums" in parts:
            sums.main(20_000_000)
        if "growth" in parts:
            growth.main(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:] or ["small", "funnel", "grants", "sums", "growth"])
