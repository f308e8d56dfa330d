"""What a check raises."""

from __future__ import annotations

__all__ = ["CheckError"]


class CheckError(AssertionError):
    """A promise that an importer breaks.

    Args:
        what: what is wrong, and where.
        remedy: what the author of the importer can do.

    Examples:
        >>> print(CheckError("two records have the id 'a:1'", "make ids from order numbers"))
        two records have the id 'a:1'
        What to do: make ids from order numbers.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\nWhat to do: {self.remedy}."
