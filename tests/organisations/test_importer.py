"""The importer of decisions keeps what every importer promises."""

from __future__ import annotations

from pathlib import Path

from coprometrics.organisations.importer import DecisionsImporter
from coprometrics.testing import importer_suite

TestDecisionsImporter = importer_suite(
    DecisionsImporter, cases=Path(__file__).parent / "cases", grow=None
)
