"""What is wrong with a cell."""

from __future__ import annotations

__all__ = ["CellError"]


class CellError(ValueError):
    """A cell that cannot be read as its column says.

    Attributes:
        code: a stable kebab-case word.
        message: what is wrong and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
