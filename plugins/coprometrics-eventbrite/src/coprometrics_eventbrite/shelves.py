"""Rows put aside until all are there, so that those with one key can be looked at together.

A few are held in memory. Of many, the most lie on disk, in files without a name: nobody else can
open them, and they are gone with the process, however it ends.
"""

from __future__ import annotations

import contextlib
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import ImporterError
from coprometrics_csv.arrays import plain_columns

__all__ = ["MOST_HELD", "Shelves"]

MOST_HELD = 1 << 18
"""How many rows are held in memory, of a kB or less each; a longer one counts as several."""

_BITS = 5
_DEEPEST = 5
"""After so many times the hash of a key is used up."""


class Shelves:
    """Rows in any order, which come back with those of one key together.

    Beyond ``most`` rows they are sorted onto shelves by a hash of their key. A shelf with more is
    sorted again when its turn comes, so that no more than that is ever held, unless so many rows
    have one key.

    Args:
        key: the column of the key, texts without nulls.
        schema: the columns.
        most: how many rows may be held in memory; see ``MOST_HELD``.

    Examples:
        >>> schema = pa.schema([pa.field("order", pa.string()), pa.field("row", pa.int64())])
        >>> with Shelves("order", schema, most=3) as shelves:
        ...     for row, order in enumerate("abcab"):
        ...         shelves.add(pa.table({"order": [order], "row": [row]}, schema=schema))
        ...     sorted(part["row"].to_pylist() for part in shelves.parts())
        [[0, 3], [1, 4], [2]]
    """

    def __init__(self, key: str, schema: pa.Schema, *, most: int, level: int = 0) -> None:
        self._key = key
        self._schema = schema
        self._most = most
        self._level = level
        self._held: list[pa.Table] = []
        self._weight = 0
        self._shelves: dict[int, _Shelf] = {}

    def __enter__(self) -> Shelves:
        """Give itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Throw all rows away."""
        self._held.clear()
        for shelf in self._shelves.values():
            shelf.close()

    def add(self, rows: pa.Table) -> None:
        """Put rows aside.

        Raises:
            ImporterError: when the disk does not take them.
        """
        self._held.append(rows)
        self._weight += _weight(rows)
        if self._weight > self._most:
            waiting = pa.concat_tables(self._held)
            self._held.clear()
            self._sort(waiting)

    @property
    def on_disk(self) -> bool:
        """Whether there are more rows than are held in memory."""
        return bool(self._shelves)

    def parts(self) -> Iterator[pa.Table]:
        """Give all rows, part by part: those of one key in one, in the order in which they came.

        Raises:
            ImporterError: when the disk does not give them back.
        """
        if not self._shelves:
            # In one piece from here on, so that the next time there is nothing to put together.
            whole = pa.concat_tables([self._schema.empty_table(), *self._held]).combine_chunks()
            self._held = [whole]
            yield whole
            return
        for _number, shelf in sorted(self._shelves.items()):
            if shelf.weight <= self._most or self._level == _DEEPEST:
                yield pa.concat_tables(shelf.tables()).combine_chunks().cast(self._schema)
                continue
            with Shelves(self._key, self._schema, most=self._most, level=self._level + 1) as finer:
                for table in shelf.tables():
                    finer.add(table.cast(self._schema))
                yield from finer.parts()

    def _sort(self, rows: pa.Table) -> None:
        numbers = self._numbers(rows)
        order = pc.sort_indices(numbers)
        rows = plain_columns(rows.take(order))
        at = 0
        counts = numbers.take(order).value_counts()
        for number, count in zip(*(counts.field(n).to_pylist() for n in (0, 1)), strict=True):
            if number not in self._shelves:
                self._shelves[number] = _Shelf(self._schema)
            self._shelves[number].put(rows.slice(at, count))
            at += count

    def _numbers(self, rows: pa.Table) -> Any:
        """Say for each row on which shelf it belongs."""
        coded = rows[self._key].combine_chunks().dictionary_encode()
        shift, mask = _BITS * self._level, (1 << _BITS) - 1
        keys: list[Any] = coded.dictionary.to_pylist()
        hashes = [zlib.crc32(key.encode()) for key in keys]
        of_keys = pa.array([(number >> shift) & mask for number in hashes], pa.int8())
        return of_keys.take(coded.indices)


class _Shelf:
    """Rows on disk."""

    def __init__(self, schema: pa.Schema) -> None:
        self.weight = 0
        with _on_disk():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  (close does it)
            written = plain_columns(schema.empty_table()).schema
            self._writer = pa.ipc.new_stream(self._file, written)

    def put(self, rows: pa.Table) -> None:
        with _on_disk():
            self._writer.write_table(rows)
        self.weight += _weight(rows)

    def tables(self) -> Iterator[pa.Table]:
        with _on_disk():
            self._writer.close()
            self._file.seek(0)
            reader = pa.ipc.open_stream(self._file)
        while True:
            with _on_disk():
                batch = next(reader, None)
            if batch is None:
                return
            yield pa.Table.from_batches([batch])

    def close(self) -> None:
        # What a full disk did not take is not wanted any more.
        with contextlib.suppress(OSError):
            self._file.close()


def _weight(rows: pa.Table) -> int:
    """Count rows, a long one as several, also where its texts are shared and may be written out."""
    longest = 0
    for column in rows.columns:
        for chunk in column.chunks:
            if isinstance(chunk, pa.DictionaryArray):
                longest += pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0
    return max(len(rows), (rows.nbytes + len(rows) * longest) >> 10)


@contextlib.contextmanager
def _on_disk() -> Iterator[None]:
    """Say what the disk does not do."""
    try:
        yield
    except OSError as error:
        raise ImporterError(
            f"the rows of a large report cannot be put aside ({error.strerror or error})",
            where=tempfile.tempdir,
            remedy="free some space there, or name another folder in the variable TMPDIR",
        ) from None
