"""What a case gives, as lines of JSON in a stable order: written once, compared ever after.

For each source there is a line that says as which variant it is recognised, then a line for each
record (by type and id), refused row, reason for leaving rows out, and notice; and one with the
error, where the source is refused as a whole. Fields that are null are left out, and people are
numbered.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from coprometrics.documents.loading import read_text
from coprometrics.errors import ImporterError, ParameterError, shown
from coprometrics.importers import Importer, Refusal, Source
from coprometrics.records import Record, field_specs
from coprometrics.tables.arrow import from_table
from coprometrics.tables.validation import validate
from coprometrics.testing.cases import Case
from coprometrics.testing.personal import looks_personal
from coprometrics.testing.reading import Reading
from coprometrics.testing.subject import Subject, configured

__all__ = ["compare", "difference", "generate", "lines_of", "told"]

_LONGEST_DIFFERENCE = 40

Entry = dict[str, Any]
"""One line, as it is before it is written."""


@frozen
class _People:
    """Numbers people in the order in which they are met."""

    numbers: dict[str, str]

    def number(self, key: str) -> str:
        return self.numbers.setdefault(key, f"person {len(self.numbers) + 1}")


def generate(case: Case, make: Callable[[], Importer]) -> bool:
    """Write what a case gives into its folder.

    Args:
        case: the case.
        make: gives the importer.

    Returns:
        Whether the file was changed.

    Raises:
        ParameterError: when what would be written may tell who somebody is.
    """
    entries = _entries_of_case(case, make)
    for number, entry in enumerate(entries, start=1):
        for place, text in _texts(entry):
            if found := looks_personal(text, case.personal):
                raise ParameterError(
                    f"line {number} would hold {found}, in {place}; nothing is written",
                    where=str(case.expected),
                    remedy="let the importer leave it out: no record or message may hold it",
                )
    text = _written(entries)
    if case.expected.exists() and read_text(case.expected) == text:
        return False
    case.expected.write_text(text, encoding="utf-8", newline="\n")
    return True


def compare(case: Case, make: Callable[[], Importer]) -> str | None:
    """Compare what a case gives with what its folder says.

    Returns:
        The difference, for people; None where there is none.

    Raises:
        ParameterError: when the folder does not say what is expected.
    """
    if not case.expected.exists():
        raise ParameterError(
            "this case does not say what is expected",
            where=str(case.expected),
            remedy="write it with: coprometrics plugin golden generate, and read it",
        )
    expected = read_text(case.expected).splitlines()
    found = _written(_entries_of_case(case, make)).splitlines()
    return difference(expected, found, ("expected", "found"))


def lines_of(case: Case, make: Callable[[], Importer]) -> str:
    """Give what a case gives, as the file has it."""
    return _written(_entries_of_case(case, make))


def told(reading: Reading, error: ImporterError | None = None, *, places: bool = True) -> list[str]:
    """Give all that reading a source told, as lines in a stable order.

    Args:
        reading: what was yielded.
        error: the error that ended it, where one did.
        places: whether places are told, and messages, which may name them.
    """
    return [_line(entry) for entry in _entries(reading, error, _People({}), places=places)]


def difference(first: list[str], second: list[str], names: tuple[str, str]) -> str | None:
    """Show in what two lists of lines differ; None where they do not."""
    if first == second:
        return None
    lines = list(difflib.unified_diff(first, second, *names, lineterm="", n=1))
    if len(lines) > _LONGEST_DIFFERENCE:
        more = len(lines) - _LONGEST_DIFFERENCE
        lines = [*lines[:_LONGEST_DIFFERENCE], f"… and {more:,} lines more"]
    return "\n".join(lines)


def _entries_of_case(case: Case, make: Callable[[], Importer]) -> list[Entry]:
    people = _People({})
    entries: list[Entry] = []
    with TemporaryDirectory() as folder:
        subject = Subject(make, case, configured(make, case), Path(folder))
        for source in subject.sources():
            entries += _about(source, make())
            reading, error = subject.read(source)
            entries += _entries(reading, error, people)
    return entries


def _about(source: Source, importer: Importer) -> Iterator[Entry]:
    match = importer.identify(source)
    generic = {"generic": True} if match and match.generic else {}
    yield {"source": source.name, "variant": match and match.variant, **generic}


def _entries(
    reading: Reading, error: ImporterError | None, people: _People, *, places: bool = True
) -> Iterator[Entry]:
    rows: list[tuple[Entry, set[str]]] = []
    for batch in reading.batches:
        checked = validate(batch.rows, batch.record_type)
        specs = field_specs(batch.record_type)
        personal = {name for name, spec in specs.items() if spec.personal}
        records = from_table(checked.accepted, batch.record_type)
        rows += [(_record(record), personal) for record in records]
        issues = checked.issues.drop_columns("row").to_pylist()
        rows += [({"unfit": batch.record_type.__name__, **issue}, set()) for issue in issues]
    for row, personal in sorted(rows, key=lambda row: _order(_without(*row))):
        # Who holds the key of tests could trace pseudonyms back.
        there = personal & row.keys()
        yield row | {name: people.number(row[name]) for name in sorted(there)}
    yield from sorted((_refusal(refusal, places) for refusal in reading.refusals), key=_order)
    for reason, count in sorted(reading.skipped.items()):
        yield {"skipped": count, "reason": reason}
    for notice in sorted(reading.notices, key=lambda notice: (notice.code, notice.message)):
        yield {"notice": notice.code} | ({"message": notice.message} if places else {})
    if error is not None:
        yield {"error": type(error).__name__, "what": error.what, "remedy": error.remedy}


def _record(record: Record) -> Entry:
    fields = {name: getattr(record, name) for name in field_specs(type(record))}
    present = {name: value for name, value in fields.items() if value not in (None, ())}
    return {"record": type(record).__name__, **present}


def _without(row: Entry, names: set[str]) -> Entry:
    return {name: value for name, value in row.items() if name not in names}


def _refusal(refusal: Refusal, places: bool) -> Entry:
    if not places:
        return {"refused": sorted(problem.code for problem in refusal.problems)}
    problems = [f"{problem} [{problem.code}]" for problem in refusal.problems]
    return {"refused": sorted(problems), "at": str(refusal.at)}


def _order(entry: Entry) -> tuple[str, ...]:
    return (
        "record" if "record" in entry else "unfit" if "unfit" in entry else "refused",
        entry.get("record", ""),
        str(entry.get("id", "")),
        _line(entry),
    )


def _written(entries: Iterable[Entry]) -> str:
    return "".join(f"{_line(entry)}\n" for entry in entries)


def _line(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else shown(value)


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Give the texts of a line, with the field that each is in."""
    for name, value in entry.items():
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str):
                yield name, text
