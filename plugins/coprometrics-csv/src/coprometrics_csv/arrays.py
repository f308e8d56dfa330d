"""Small helpers over Arrow arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "SHARED",
    "again",
    "each_once",
    "in_one_piece",
    "marked",
    "numbers",
    "only",
    "plain",
    "plain_columns",
    "repeated",
    "shared",
]

SHARED = pa.dictionary(pa.int32(), pa.string())
"""The type of texts that came from ``shared``."""


def again(values: Any, places: Any) -> Any:
    """Give for each place the value there; texts as ``shared`` gives them."""
    return shared(values, places) if values.type == pa.string() else values.take(places)


def each_once(function: Callable[[Any], Any], values: Any) -> Any:
    """Give what a function makes of values; it sees each once, where they came from ``shared``.

    Examples:
        >>> words = shared(pa.array(["talks", "a walk"]), pa.array([1, 0, 1]))
        >>> each_once(pc.utf8_length, words).to_pylist()
        [6, 5, 6]
    """
    if isinstance(values, pa.DictionaryArray):
        return again(function(values.dictionary), values.indices)
    return function(values)


def in_one_piece(column: Any) -> Any:
    """Give a column as one array, without a copy where it is one already.

    Examples:
        >>> in_one_piece(pa.chunked_array([[1], [2]])).to_pylist()
        [1, 2]
    """
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def numbers(first: int, count: int) -> Any:
    """Give an array of whole numbers that follow each other.

    Examples:
        >>> numbers(5, 3).to_pylist()
        [5, 6, 7]
    """
    return pa.arange(first, first + count)  # type: ignore[attr-defined]  # newer than the stubs


def marked(rows: Any, count: int) -> Any:
    """Say for each of so many rows whether it is among some.

    Args:
        rows: the numbers of these, in any order.
        count: how many rows there are.

    Examples:
        >>> marked([2, 0], 4).to_pylist()
        [True, False, True, False]
    """
    places = (pa.array(rows, pa.int64()) if isinstance(rows, list) else rows).cast(pa.int64())
    return pc.is_in(numbers(0, count), value_set=places)


def only(rows: pa.Table, hit: Any) -> pa.Table:
    """Take some rows of a table; the table itself, where it is all of them.

    Examples:
        >>> only(pa.table({"row": [0, 1]}), pa.array([False, True]))["row"].to_pylist()
        [1]
    """
    return rows if pc.all(hit, min_count=0).as_py() else rows.filter(hit)


def repeated(value: Any, count: int) -> Any:
    """Give an array that holds one value again and again."""
    return pa.repeat(value, count)


def shared(values: Any, places: Any) -> Any:
    """Give for each place the value there, as an array that holds each of the values once.

    A place that is null, or holds null, gives null.

    Examples:
        >>> shared(pa.array(["talks", None]), pa.array([0, 1, 0, None])).to_pylist()
        ['talks', None, 'talks', None]
    """
    if values.null_count:
        there = values.is_valid()
        counted = pc.cumulative_sum(there.cast(pa.int32()))
        places = pc.if_else(there, pc.subtract(counted, 1), None).take(places)
        values = values.drop_null()
    return pa.DictionaryArray.from_arrays(places, values)


def plain(values: Any) -> Any:
    """Give an array that holds one value for each row, also where it came from ``shared``."""
    return values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values


def plain_columns(rows: pa.Table) -> pa.Table:
    """Give a table whose columns hold one value for each row, also where they are ``SHARED``."""
    fields = [
        field.with_type(pa.string()) if field.type == SHARED else field for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))
