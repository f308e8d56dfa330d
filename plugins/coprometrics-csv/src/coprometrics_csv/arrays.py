"""Small helpers over Arrow arrays."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

__all__ = ["numbers", "repeated"]


def numbers(first: int, count: int) -> Any:
    """Give an array of whole numbers that follow each other.

    Examples:
        >>> numbers(5, 3).to_pylist()
        [5, 6, 7]
    """
    return pa.arange(first, first + count)  # type: ignore[attr-defined]  # newer than the stubs


def repeated(value: Any, count: int) -> Any:
    """Give an array that holds one value again and again."""
    return pa.repeat(value, count)
