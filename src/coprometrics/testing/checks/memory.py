"""Does a large source stay outside of the memory?"""

from __future__ import annotations

import contextlib

from coprometrics.errors import ImporterError
from coprometrics.importers import Batch, Context, Source
from coprometrics.testing.failure import CheckError
from coprometrics.testing.reading import NOW, pseudonym
from coprometrics.testing.subject import Subject
from coprometrics.testing.watching import metered_memory

__all__ = ["batches_are_bounded", "memory_is_bounded"]

_PARTS = 3


def batches_are_bounded(subject: Subject) -> None:
    """However long the source is, no batch has more rows than 65,536."""
    for number, plain in enumerate(subject.sources()):
        rows = sum(batch.rows.num_rows for batch in subject.read(plain)[0].batches)
        if not rows:
            continue
        source = subject.grown_by(subject.most_rows // rows + 2)[number]
        most = _largest_batch(subject, source)
        if most > subject.most_rows:
            raise CheckError(
                f"a batch of {source.name} has {most:,} rows; {subject.most_rows:,} are allowed",
                "yield a batch every few thousand rows",
            )


def memory_is_bounded(subject: Subject) -> None:
    """A byte more of the source takes at most a byte more of memory.

    So the file is not held as text, nor as rows of Python's objects. Columns in Arrow may be held,
    where the rows have to be looked at together.
    """
    small = subject.grown_to(subject.grown // _PARTS)
    large = subject.grown_to(subject.grown)
    for less, more in zip(small, large, strict=True):
        _largest_batch(subject, less)  # what is only loaded once is no matter
        longer = _size(more) - _size(less)
        taken = _peak(subject, more) - _peak(subject, less)
        if taken > longer:
            raise CheckError(
                f"{longer:,} bytes more of {less.name} take {taken:,} bytes more of memory",
                "read it piece by piece, and yield a batch every few thousand rows; hold what must "
                "be held as Arrow columns",
            )


def _peak(subject: Subject, source: Source) -> int:
    with metered_memory() as meter:
        _largest_batch(subject, source)
    return meter.bytes


def _largest_batch(subject: Subject, source: Source) -> int:
    """Give the number of rows of the largest batch; none of them is held."""
    most = 0
    with contextlib.suppress(ImporterError):
        for item in subject.make().read(source, subject.config, Context(pseudonym, NOW)):
            if isinstance(item, Batch):
                most = max(most, item.rows.num_rows)
    return most


def _size(source: Source) -> int:
    return sum(size for _name, size, _time in source.stamp())
