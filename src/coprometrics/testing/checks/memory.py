"""Does a large source stay outside of the memory?"""

from __future__ import annotations

import contextlib
from functools import partial

from coprometrics.errors import ImporterError
from coprometrics.importers import Batch, Context, Source
from coprometrics.testing.cases import JSON_LINES, files_of
from coprometrics.testing.checks.hostile import unexpected
from coprometrics.testing.failure import CheckError
from coprometrics.testing.reading import NOW, pseudonym
from coprometrics.testing.subject import Subject
from coprometrics.testing.tampering import has_lines
from coprometrics.testing.watching import metered_memory

__all__ = ["batches_are_bounded", "endless_lines_are_refused", "memory_is_bounded"]

_PARTS = 3
_MOST_GROWN = 32 << 20


def endless_lines_are_refused(subject: Subject) -> None:
    """A line that does not end is refused, and is not held in memory as a whole."""
    for number, plain in enumerate(subject.sources()):
        if not any(has_lines(path.name) for path in files_of(plain.path)):
            continue
        refused = len(subject.read(plain)[0].refusals)
        taken = []
        for size in (subject.endless, 2 * subject.endless):
            source = subject.sources(partial(_with_long_line, size=size))[number]
            try:
                with metered_memory() as meter:
                    reading, error = subject.read(source)
            except Exception as other:
                raise unexpected(f"{source.name} has a line without end", other) from other
            taken.append(meter.bytes)
            if error is None and len(reading.refusals) <= refused:
                raise CheckError(
                    f"a line of {size:,} bytes in {source.name} is not refused",
                    "yield a Refusal for it, with its line",
                )
        if taken[1] - taken[0] > subject.endless // 2:
            raise CheckError(
                f"{subject.endless:,} bytes more of a line in {plain.name} take "
                f"{taken[1] - taken[0]:,} bytes more of memory",
                "read lines with coprometrics.importers.lines, or with file.readline(most) and "
                "pass over the rest of a line that is longer",
            )


def _with_long_line(name: str, data: bytes, *, size: int) -> bytes | None:
    if not has_lines(name):
        return None
    begin = b'{"x": "' if name.lower().endswith(JSON_LINES) else b""
    return data.rstrip(b"\r\n") + b"\n" + begin + b"x" * size


def batches_are_bounded(subject: Subject) -> None:
    """However long the source is, no batch has more rows than 65,536."""
    for number, plain in enumerate(subject.sources()):
        rows = sum(batch.rows.num_rows for batch in subject.read(plain)[0].batches)
        if not rows:
            continue
        # A file with very long rows is not made longer than what a test has time for.
        affordable = max(1, _MOST_GROWN // max(1, _size(plain)))
        source = subject.grown_by(min(subject.most_rows // rows + 2, affordable))[number]
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
