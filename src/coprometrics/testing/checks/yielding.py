"""Does what the importer yields keep to its contract, and is it what the case expects?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from coprometrics.importers import Batch, Refusal
from coprometrics.tables.validation import validate
from coprometrics.testing.failure import CheckError
from coprometrics.testing.golden import compare
from coprometrics.testing.reading import Reading
from coprometrics.testing.subject import Subject

__all__ = [
    "case_gives_what_is_expected",
    "ids_are_unique",
    "items_fit_the_contract",
    "only_declared_types",
    "records_fit",
    "refuse_twins",
]

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_SHOWN = 5


def case_gives_what_is_expected(subject: Subject) -> None:
    """The case gives what its file ``expected.jsonl`` says, line for line."""
    found = compare(subject.case, subject.make)
    if found is not None:
        raise CheckError(
            f"the case gives something else than {subject.case.expected.name} says:\n{found}",
            "mend the importer; or, where the new lines are right, write them with: coprometrics "
            "plugin golden generate",
        )


def items_fit_the_contract(subject: Subject) -> None:
    """Batches are tables with a place for each row; codes are words; messages have one line."""
    for reading in _readings(subject):
        for batch in reading.batches:
            _check_batch(batch)
        for refusal in reading.refusals:
            _check_refusal(refusal)
        for notice in reading.notices:
            _check_words(notice.code, notice.message)
        for reason, count in reading.skipped.items():
            if count < 0 or not reason.strip():
                raise CheckError(
                    f"{count} rows are skipped for the reason {reason!r}",
                    "count the rows that are left out, and say why",
                )


def only_declared_types(subject: Subject) -> None:
    """Only types of ``record_types`` are yielded."""
    declared = set(subject.make().record_types)
    for reading in _readings(subject):
        for batch in reading.batches:
            if batch.record_type not in declared:
                raise CheckError(
                    f"read yields {batch.record_type.__name__}, which record_types does not list",
                    "list every type that read may yield",
                )


def records_fit(subject: Subject) -> None:
    """Every row fits its record type."""
    for reading in _readings(subject):
        for batch in reading.batches:
            issues = validate(batch.rows, batch.record_type).issues.to_pylist()
            if issues:
                said = "\n".join(_said(issue, batch) for issue in issues[:_MOST_SHOWN])
                raise CheckError(
                    f"{len(issues)} values do not fit {batch.record_type.__name__}:\n{said}",
                    "yield a Refusal with a code and a message for such a row, or mend the value",
                )


def ids_are_unique(subject: Subject) -> None:
    """No two records of a source have one id, unless rows of the source repeat each other.

    Equal records count once, so that they are fine where they stand for two rows that are equal.
    """
    for reading in _readings(subject):
        refuse_twins(reading)
        seen: dict[tuple[str, object], dict[str, Any]] = {}
        for name, row, _place in _rows(reading):
            first = seen.setdefault((name, row.get("id")), row)
            if first != row:
                differ = sorted(k for k in first.keys() | row.keys() if first.get(k) != row.get(k))
                raise CheckError(
                    f"two different records of {name} have the id {row.get('id')!r}; they differ "
                    f"in {', '.join(differ)}",
                    "make the id from what tells the rows apart; refuse rows that nothing does",
                )


def refuse_twins(reading: Reading) -> None:
    """Refuse records that are yielded twice for one place of the source.

    Raises:
        CheckError: naming the first of them.
    """
    seen: dict[tuple[str, object], set[object]] = {}
    for name, row, place in _rows(reading):
        places = seen.setdefault((name, row.get("id")), set())
        if place in places:
            raise CheckError(
                f"the record of {name} with the id {row.get('id')!r} is yielded twice",
                "yield each row of the source once, and give its place in lines, or in pages and "
                "indexes",
            )
        places.add(place)


def _readings(subject: Subject) -> Iterator[Reading]:
    for source in subject.sources():
        yield subject.read(source)[0]


def _rows(reading: Reading) -> Iterator[tuple[str, dict[str, Any], object]]:
    """Give each row with its type and its place; None where the batch does not say it."""
    for batch in reading.batches:
        given = (batch.lines, batch.pages, batch.indexes)
        places = [place.to_pylist() for place in given if place is not None]
        for number, row in enumerate(batch.rows.to_pylist()):
            place = tuple(column[number] for column in places) or None
            yield batch.record_type.__name__, row, place


def _check_batch(batch: Batch) -> None:
    rows: object = batch.rows
    if not isinstance(rows, pa.Table):
        raise CheckError(
            f"the rows of a batch are a {type(rows).__name__}", "give them as a pyarrow.Table"
        )
    places = {"lines": batch.lines, "pages": batch.pages, "indexes": batch.indexes}
    for name, place in places.items():
        if place is None:
            continue
        if len(place) != len(rows) or not pa.types.is_integer(place.type):
            raise CheckError(
                f"a batch of {len(rows)} rows has {len(place)} {name} of type {place.type}",
                "give one whole number for each row",
            )


def _check_refusal(refusal: Refusal) -> None:
    if not refusal.problems:
        raise CheckError(
            f"the row at {refusal.at} is refused for no problem", "say what is wrong with it"
        )
    for problem in refusal.problems:
        _check_words(problem.code, str(problem))


def _check_words(code: str, message: str) -> None:
    if not _CODE.fullmatch(code):
        raise CheckError(
            f"the code {code!r} is not of the form not-a-date",
            "use small letters and digits, with - between words, and never change it",
        )
    if not message.strip() or "\n" in message:
        raise CheckError(
            f"the message of {code!r} is not one line", "say what is wrong, and what to do, in one"
        )


def _said(issue: dict[str, Any], batch: Batch) -> str:
    row = issue["row"]
    at = str(batch.at(row))
    place = f", {at}" if at else ""
    value = "" if issue["value"] is None else f", got {issue['value']}"
    return f"  row {row}{place}: {issue['field']} is {issue['code']}{value}"
