"""What every importer promises, by the kit of coprometrics.

Its growth is left out here: ``test_package`` measures the memory.
"""

from __future__ import annotations

from pathlib import Path

from coprometrics.testing import importer_suite
from coprometrics_360giving import GivingImporter

TestGivingImporter = importer_suite(
    GivingImporter, cases=Path(__file__).parent / "cases", grow=None
)
