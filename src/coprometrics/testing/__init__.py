"""The kit for people who write importers: checks of what every importer promises.

``importer_suite`` gives pytest tests from a folder of cases, ``read_all`` gathers all that an
importer yields, ``coprometrics.testing.strategies`` makes records of every type (with hypothesis),
and ``coprometrics.testing.golden`` writes and compares what cases give. Only the suite needs
pytest, and only the strategies need hypothesis.
"""

from __future__ import annotations

from coprometrics.testing.cases import (
    Case,
    repeat_lines,
    repeat_rows,
    shuffle_lines,
    shuffle_rows,
)
from coprometrics.testing.failure import CheckError
from coprometrics.testing.reading import NOW, Reading, pseudonym, read_all
from coprometrics.testing.suite import importer_suite

__all__ = [
    "NOW",
    "Case",
    "CheckError",
    "Reading",
    "importer_suite",
    "pseudonym",
    "read_all",
    "repeat_lines",
    "repeat_rows",
    "shuffle_lines",
    "shuffle_rows",
]
