"""The importer of Eventbrite's reports and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coprometrics.importers import Context, Item, Match, Source
from coprometrics.records import Activity, Attendance, Income, Organisation, Record
from coprometrics_eventbrite.config import Eventbrite

__all__ = ["EventbriteImporter"]

_REPORTS = (".csv", ".tsv", ".tab", ".txt")


class EventbriteImporter:
    """Imports events, bookings and payments from Eventbrite's reports and pages."""

    name = "eventbrite"
    hook_api = 1
    record_types: tuple[type[Record], ...] = (Activity, Attendance, Income, Organisation)
    config: type[Any] | None = Eventbrite

    def identify(self, source: Source) -> Match | None:
        """Take a CSV file with the header of a report, and pages that the service gave."""
        if _may_be_report(source):
            from coprometrics_eventbrite.presets import identify_report

            return identify_report(source)
        from coprometrics_eventbrite.pages import identify_pages

        return identify_pages(source)

    def read(self, source: Source, config: Eventbrite, context: Context) -> Iterator[Item]:
        """Read a report or pages; every row becomes records, a refusal, or is counted.

        Raises:
            SourceError: when the source as a whole cannot be read.
            ConfigError: when a setting is needed that is not there.
        """
        if _may_be_report(source):
            from coprometrics_eventbrite.reports import read_report

            yield from read_report(source, config, context)
            return
        from coprometrics_eventbrite.pages import read_pages

        yield from read_pages(source, config, context)


def _may_be_report(source: Source) -> bool:
    return not source.path.is_dir() and source.name.lower().endswith(_REPORTS)
