"""Imports exports of X (Twitter) into coprometrics.

``recognition`` tells which export a source is, and ``importer`` hands it to its reader:

- ``account_archive`` (``archive_files``, ``archive_items``), by way of ``items``, ``spans`` and
  ``ahead``, which read a long list in little memory;
- ``analytics`` and ``overview``, after ``damage`` has looked for what spreadsheets do;
- ``responses``, by way of ``pages``.

``posts`` and ``instants`` make the rows.
"""

from __future__ import annotations

from coprometrics_twitter.config import Twitter
from coprometrics_twitter.importer import TwitterImporter

__all__ = ["Twitter", "TwitterImporter"]
