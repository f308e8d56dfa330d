"""Does reading again, in another order, under another name or side by side give the same?"""

from __future__ import annotations

import datetime as dt
import itertools
import json

from coprometrics.importers import Context
from coprometrics.testing.failure import CheckError
from coprometrics.testing.golden import difference, told
from coprometrics.testing.reading import NOW, Reading, pseudonym
from coprometrics.testing.subject import Subject

__all__ = [
    "copies_change_nothing",
    "order_does_not_matter",
    "reading_again_changes_nothing",
    "readings_do_not_mix",
]

_ORDERS = 3
_MUCH_LATER = dt.timedelta(days=3 * 366 + 45, hours=7, minutes=31)


def order_does_not_matter(subject: Subject) -> None:
    """The rows of the sources in another order give the same records."""
    expected = [told(*subject.read(source), places=False) for source in subject.sources()]
    for seed in range(_ORDERS):
        for before, source in zip(expected, subject.shuffled(seed), strict=True):
            found = told(*subject.read(source), places=False)
            if differs := difference(before, found, ("as it is", "in another order")):
                raise CheckError(
                    f"{source.name} gives something else when its rows come in another order:\n"
                    f"{differs}",
                    "let nothing follow from the row before or from the number of a line; where a "
                    "file is more than a header and rows, give importer_suite its own shuffle",
                )


def reading_again_changes_nothing(subject: Subject) -> None:
    """The same source gives the same records years later, so that importing again adds nothing."""
    later = Context(pseudonym, NOW + _MUCH_LATER)
    for source in subject.sources():
        first = _records(subject.read(source)[0])
        again = _records(subject.read(source, context=later)[0])
        if differs := difference(first, again, ("first", "years later")):
            raise CheckError(
                f"{source.name} gives other records when it is imported again later:\n{differs}",
                "use context.now for notices at most: no id and no field may follow from it",
            )


def copies_change_nothing(subject: Subject) -> None:
    """A copy of the source under another name gives the same records, so that none counts twice."""
    for source in subject.sources():
        first = _records(subject.read(source)[0])
        path = source.path
        copy = path.rename(path.with_name(f"{path.stem} (1){path.suffix}"))
        again = _records(subject.read(type(source).at(copy))[0])
        if differs := difference(first, again, (path.name, copy.name)):
            raise CheckError(
                f"a copy of {path.name} gives other records than itself:\n{differs}",
                "make ids from what is in the rows, not from the name of the file",
            )


def readings_do_not_mix(subject: Subject) -> None:
    """One importer reads several sources, in turns and one after the other, as if each were alone.

    A reading that is given up on the way leaves nothing behind either.
    """
    sources = [*subject.sources(), *subject.sources()]
    alone = [told(*subject.read(source)) for source in sources]
    if any(error for _, error in map(subject.read, sources)):
        return
    importer = subject.make()
    context = Context(pseudonym, NOW)
    begun = importer.read(sources[0], subject.config, context)
    next(begun, None)
    del begun
    readings = [Reading() for _ in sources]
    streams = [importer.read(source, subject.config, context) for source in sources]
    for items in itertools.zip_longest(*streams):
        for reading, item in zip(readings, items, strict=True):
            if item is not None:
                reading.take(item)
    for source, before, reading in zip(sources, alone, readings, strict=True):
        if differs := difference(before, told(reading), ("alone", "among others")):
            raise CheckError(
                f"{source.name} gives something else while the same importer reads others:\n"
                f"{differs}",
                "keep what belongs to a reading in variables of read, not on the importer",
            )


def _records(reading: Reading) -> list[str]:
    return [line for line in told(reading) if "record" in json.loads(line)]
