"""The importer of X (Twitter): which of its exports a source is, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coprometrics.errors import SourceError
from coprometrics.importers import Context, Item, Match, Source
from coprometrics.records import AudienceSnapshot, Post, Record
from coprometrics_twitter.account_archive import read_archive, read_file
from coprometrics_twitter.analytics import read_analytics
from coprometrics_twitter.config import Twitter
from coprometrics_twitter.recognition import Variant, recognise
from coprometrics_twitter.responses import read_responses

__all__ = ["TwitterImporter"]

_READERS = {
    Variant.ARCHIVE: read_archive,
    Variant.ARCHIVE_FILE: read_file,
    Variant.ANALYTICS: read_analytics,
    Variant.RESPONSES: read_responses,
}


class TwitterImporter:
    """Imports the posts of an account on X, and how many follow it."""

    name = "twitter"
    hook_api = 1
    record_types: tuple[type[Record], ...] = (Post, AudienceSnapshot)
    config: type[Any] | None = Twitter

    def identify(self, source: Source) -> Match | None:
        """Take account archives, analytics exports and saved responses, by names and headers."""
        found = recognise(source)
        return None if found is None else Match(found[0].value, found[1])

    def read(self, source: Source, config: Twitter, context: Context) -> Iterator[Item]:
        """Read an export of X; every item becomes a record, a refusal, or is counted as left out.

        Raises:
            SourceError: when the export as a whole cannot be read.
            ConfigError: when the configuration does not say what the export leaves open.
        """
        found = recognise(source)
        if found is None:
            raise SourceError(
                "this is no export of X that is known",
                where=source.name,
                remedy="give the account archive (zip or folder), an analytics CSV file, or saved "
                "responses of the API (JSON)",
            )
        yield from _READERS[found[0]](source, config, context)
