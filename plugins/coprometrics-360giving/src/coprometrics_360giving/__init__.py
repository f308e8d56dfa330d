"""Imports grants in the 360Giving Data Standard into coprometrics.

``recognition`` tells which form a source has, and ``importer`` hands it to its reader: ``package``
takes grants out of JSON in a stream, ``flattened`` out of CSV. Both give each grant as an ``Entry``
(``entries``), whose cells ``values`` reads. ``grants`` makes rows of them, with ``periods`` for
their dates and ``organisations`` for their funders and recipients; ``findings`` counts what a
person should look at.
"""

from __future__ import annotations

from coprometrics_360giving.config import Giving
from coprometrics_360giving.importer import GivingImporter

__all__ = ["Giving", "GivingImporter"]
