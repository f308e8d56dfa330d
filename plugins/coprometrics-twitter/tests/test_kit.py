"""The importer keeps what every importer promises."""

from __future__ import annotations

from pathlib import Path

from coprometrics.testing import importer_suite
from coprometrics_twitter import TwitterImporter

TestTwitterImporter = importer_suite(TwitterImporter, cases=Path(__file__).parent / "cases")
