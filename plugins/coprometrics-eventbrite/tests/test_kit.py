"""The importer keeps what every importer promises."""

from __future__ import annotations

from pathlib import Path

from coprometrics.testing import importer_suite
from coprometrics_eventbrite import EventbriteImporter

TestEventbriteImporter = importer_suite(EventbriteImporter, cases=Path(__file__).parent / "cases")
