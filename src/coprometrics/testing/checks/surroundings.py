"""Does the importer leave the world alone, and does the world leave the importer alone?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from coprometrics.importers import Source
from coprometrics.records import field_specs
from coprometrics.tables.arrow import from_table
from coprometrics.tables.validation import validate
from coprometrics.testing.failure import CheckError
from coprometrics.testing.golden import difference, told
from coprometrics.testing.reading import Reading
from coprometrics.testing.subject import Subject
from coprometrics.testing.watching import (
    clock_calls,
    log_messages,
    network_calls,
    other_locales,
    other_time_zone,
    printed,
    text_without_encoding,
)

__all__ = [
    "clock_is_that_of_the_context",
    "input_is_not_changed",
    "locale_does_not_matter",
    "network_is_left_alone",
    "nothing_is_printed",
    "nothing_warns",
    "time_zone_does_not_matter",
    "values_are_not_logged",
]

_ZONES = ("Pacific/Kiritimati", "America/Los_Angeles")
_SHORTEST = 4


def input_is_not_changed(subject: Subject) -> None:
    """The sources, and the folder that they are in, stay as they are."""
    sources = subject.sources()
    folder = sources[0].path.parent
    before = _contents(folder)
    for source in sources:
        subject.make().identify(source)
        subject.read(source)
    after = _contents(folder)
    changed = sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))
    if changed:
        raise CheckError(
            f"identify or read wrote to {', '.join(changed)}",
            "only read; keep what must be kept for a while in memory, or in a temporary file",
        )


def nothing_is_printed(subject: Subject) -> None:
    """Nothing is printed: what people should know is a notice."""
    with printed() as out:
        _read_all(subject)
    if out.getvalue():
        raise CheckError(
            f"something is printed, beginning with {out.getvalue()[:60]!r}",
            "yield a Notice, or leave it out",
        )


def nothing_warns(subject: Subject) -> None:
    """No warning of Python is given."""
    _read_all(subject)  # what is imported on the first use may warn
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        _read_all(subject)
    if found:
        raise CheckError(
            f"{found[0].category.__name__}: {found[0].message} ({found[0].filename}, line "
            f"{found[0].lineno})",
            "yield a Notice where a person should know it, and use what is not deprecated",
        )


def values_are_not_logged(subject: Subject) -> None:
    """No value of a record, and nothing personal, is in what is logged."""
    with log_messages() as messages:
        readings = _read_all(subject)
    values = {text for reading in readings for text in _values(reading)}
    values |= {text.casefold() for text in subject.case.personal}
    values -= {name.casefold() for name in subject.case.sources}
    for message in messages:
        if any(value in message.casefold() for value in values):
            raise CheckError(
                "a value of the source is logged, in the message that begins with "
                f"{message[:30]!r}",
                "log places and counts, never what stands there",
            )


def network_is_left_alone(subject: Subject) -> None:
    """A source that is a file is read without the network."""
    with network_calls() as found:
        _read_all(subject)
    if found:
        raise CheckError(
            f"read reaches for the network ({found[0]})",
            "read the source alone; what has to be fetched is fetched by a command, into a file",
        )


def clock_is_that_of_the_context(subject: Subject) -> None:
    """The time of day is that of ``context.now``, so that a test and an import can set it."""
    _read_all(subject)  # what is imported on the first use may look at the clock
    with clock_calls() as found:
        _read_all(subject)
    if found:
        raise CheckError(
            f"the clock is read by {found[0]}",
            "use context.now; give a default date to parsers that fill in today's",
        )


def time_zone_does_not_matter(subject: Subject) -> None:
    """The time zone of the machine changes nothing."""
    for name in _ZONES:
        _same_in(subject, other_time_zone(name), f"the machine's time zone is {name}")


def locale_does_not_matter(subject: Subject) -> None:
    """The language and country of the machine change nothing, nor does its default encoding."""
    for setting in other_locales():
        _same_in(subject, setting, "the machine has another locale")
    with text_without_encoding(subject.folder) as found:
        _read_all(subject)
    if found:
        raise CheckError(
            f"{found[0]} is opened as text in the machine's default encoding",
            "read bytes with source.open(), and decode them by an encoding that you name",
        )


def _same_in(subject: Subject, setting: AbstractContextManager[None], where: str) -> None:
    for source in subject.sources():
        before = told(*subject.read(source))
        with setting:
            after = told(*subject.read(source))
        if differs := difference(before, after, ("here", "there")):
            raise CheckError(
                f"{source.name} gives something else where {where}:\n{differs}",
                "name the time zone, the decimal mark and the words of months in the "
                "configuration, or take them from the source",
            )


def _read_all(subject: Subject) -> list[Reading]:
    readings = []
    for source in subject.sources():
        subject.make().identify(source)
        readings.append(subject.read(source)[0])
    return readings


def _contents(folder: Path) -> dict[str, str]:
    """Give what is in a folder: each file by its name, with its digest."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {p.relative_to(folder).as_posix(): Source.at(p).sha256() for p in files}


def _values(reading: Reading) -> Iterator[str]:
    """Give the values of records that can be told apart in a text, in small letters."""
    for batch in reading.batches:
        specs = field_specs(batch.record_type)
        accepted = validate(batch.rows, batch.record_type).accepted
        for record in from_table(accepted, batch.record_type):
            for name, spec in specs.items():
                free = spec.kind in ("string", "integer") and not (spec.options or spec.examples)
                value = getattr(record, name)
                if free and value is not None and len(str(value)) >= _SHORTEST:
                    yield str(value).casefold()
