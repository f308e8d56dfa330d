"""The sources of a report, imported into a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from coprometrics import documents
from coprometrics.configuration import Configuration
from coprometrics.documents import Place
from coprometrics.importers.contract import Context, Source
from coprometrics.importers.keys import PeopleKey, key_file_of
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import ImportResult, import_source, load_config
from coprometrics.report.findings import Finding
from coprometrics.report.reading import naming
from coprometrics.report.report_file import Report
from coprometrics.store import Store

__all__ = ["Imported", "import_sources"]

_MOST_REFUSALS = 20


@frozen
class Imported:
    """What came of one source.

    Attributes:
        result: how many records there are, and what was refused.
        findings: the rows that were refused, the first of them one by one.
    """

    result: ImportResult
    findings: tuple[Finding, ...]


def import_sources(
    report: documents.Document[Report],
    folder: Path,
    store: Store,
    registry: Registry,
    settings: Configuration,
    progress: Callable[[str], None],
) -> Iterator[Imported]:
    """Import the sources of a report, one after the other.

    Args:
        report: the report file.
        folder: where it lies.
        store: where the records go.
        registry: the importers.
        settings: those of the workspace.
        progress: called with each step in words.

    Raises:
        CoprometricsError: when a source or its configuration cannot be read; names the line of the
            report file.
    """
    # Pages that were kept hold pseudonyms of the workspace's key; where it is not, any will do.
    people = PeopleKey(key_file_of(folder / "report.yaml", settings.key_file), keeps=False)
    for index, entry in enumerate(report.value.sources):
        progress(f"importing {entry.path}")
        with naming(report, "sources", index):
            found = registry.importer(entry.importer)
            named = entry.mapping or entry.config
            config = None if named is None else folder / named
            result = import_source(
                Source.at(folder / entry.path),
                found,
                store,
                config=load_config(found, config),
                context=Context(person_key=people.pseudonym, person_keys=people.pseudonyms),
                settings=settings,
            )
        yield Imported(result, tuple(_refused(result, str(folder / entry.path))))


def _refused(result: ImportResult, file: str) -> Iterator[Finding]:
    for refusal in result.refusals[:_MOST_REFUSALS]:
        at = f"{refusal.at}: " if str(refusal.at) else ""
        for problem in refusal.problems:
            yield Finding(
                "record-refused",
                f"{at}{problem}",
                place=Place(file, refusal.at.line or 1, 1),
                remedy="correct the row, or leave it out by the configuration of the importer",
            )
    more = result.refused - _MOST_REFUSALS
    if more > 0:
        yield Finding(
            "record-refused",
            f"{more:,} more rows of {result.source_name} were refused",
            place=Place(file, 1, 1),
        )
