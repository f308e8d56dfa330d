"""What is within bytes that Arrow holds, and looks through without keeping others waiting."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["begins_with", "count", "has", "is_ascii", "is_utf8", "last_end_of_line"]

_BYTES = pa.large_binary()
_TAIL = 1 << 12


def has(data: pa.Buffer, pattern: str) -> bool:
    """Say whether a pattern of RE2 is found.

    Examples:
        >>> has(pa.py_buffer(b"one, two"), ", *t")
        True
    """
    return bool(pc.match_substring_regex(_whole(data), pattern)[0].as_py())


def count(data: pa.Buffer, text: bytes) -> int:
    """Count how often a text is there.

    Examples:
        >>> count(pa.py_buffer(b"one, two"), b"o")
        2
    """
    found = pc.count_substring_regex(_whole(data), re.escape(text.decode()))
    return int(found[0].as_py())


def begins_with(data: pa.Buffer, text: bytes) -> bool:
    """Say whether a text is at the beginning."""
    return data.slice(0, min(len(text), data.size)).to_pybytes() == text


def is_ascii(data: pa.Buffer) -> bool:
    r"""Say whether they are all ASCII.

    Examples:
        >>> is_ascii(pa.py_buffer(b"ne")), is_ascii(pa.py_buffer(b"n\xe9"))
        (True, False)
    """
    # As numbers with a sign, all other bytes are below 0.
    least = pc.min(pa.Array.from_buffers(pa.int8(), data.size, [None, data])).as_py()
    return least is None or least >= 0


def is_utf8(data: pa.Buffer) -> bool:
    r"""Say whether they are UTF-8, from the first to the last.

    Examples:
        >>> is_utf8(pa.py_buffer("né".encode())), is_utf8(pa.py_buffer(b"n\xe9"))
        (True, False)
    """
    try:
        _whole(data, pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def last_end_of_line(data: pa.Buffer) -> int:
    r"""Say where the last newline ends; 0 where there is none.

    Examples:
        >>> last_end_of_line(pa.py_buffer(b"one\ntwo\nthr"))
        8
    """
    size = _TAIL
    while True:
        start = max(data.size - size, 0)
        found = data.slice(start).to_pybytes().rfind(b"\n") + 1
        if found or not start:
            return start + found if found else 0
        size *= 16


def _whole(data: pa.Buffer, type_: pa.DataType = _BYTES) -> Any:
    """Give them as the one value of an array, without a copy."""
    offsets = pa.array([0, data.size], pa.int64()).buffers()[1]
    return pa.Array.from_buffers(type_, 1, [None, offsets, data])
