"""Regular expressions that people write into files.

They are those of RE2, which looks at every letter once for all the ways in which a text may fit:
whatever the pattern and the text are, there is an end. Python's own can try endlessly many ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coprometrics.errors import CoprometricsError, shown

__all__ = ["check_pattern", "found_by"]

_REMEDY: Final = (
    "write it as RE2 has it: without looking ahead or behind (?= (?! (?<= (?<! and without "
    "repeating what a group found, which could take endless time"
)

# No character of any text: Unicode keeps them for marks such as these.
_BEGIN: Final = "\ufdd0"
_END: Final = "\ufdd1"
_FREE: Final = str.maketrans({_BEGIN: "\ufffd", _END: "\ufffd"})


def check_pattern(pattern: str, called: str, error: type[CoprometricsError], **at: str) -> None:
    """Make sure that a pattern can be used.

    Args:
        pattern: the regular expression.
        called: what the file calls it.
        error: the error to raise.
        at: where it stands, as the ``where`` of the error.

    Examples:
        >>> from coprometrics.errors import ReportError
        >>> check_pattern("Room [0-9]+", "pattern", ReportError)
        >>> check_pattern("Room (?=5)", "pattern", ReportError)
        Traceback (most recent call last):
        coprometrics.errors.ReportError: the pattern 'Room (?=5)' cannot be used (invalid perl \
operator: (?=); write it as RE2 has it: without looking ahead or behind (?= (?! (?<= (?<! and \
without repeating what a group found, which could take endless time
    """
    # Help and plain imports do without what is heavy.
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), pattern=pattern)
    except (pa.ArrowInvalid, UnicodeEncodeError) as problem:
        # Half of a surrogate pair is no character of a pattern.
        invalid = isinstance(problem, pa.ArrowInvalid)
        why = str(problem).partition(": ")[2] if invalid else "it is not valid Unicode"
        raise error(
            f"the {called} {shown(pattern)} cannot be used ({why})", remedy=_REMEDY, **at
        ) from None


def found_by(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Give where each passage that a checked pattern finds starts and ends, from left to right.

    Passages do not overlap, and none is empty.

    Examples:
        >>> list(found_by("[0-9]+", "Room 17 or 204"))
        [(5, 7), (11, 14)]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = text.encode("utf-8", "replace").decode().translate(_FREE)
    given = pa.array([plain], pa.large_string())
    marked = pc.replace_substring_regex(given, pattern=pattern, replacement=rf"{_BEGIN}\0{_END}")
    before, *found = marked[0].as_py().split(_BEGIN)
    at = len(before)
    for piece in found:
        inside, _, behind = piece.partition(_END)
        if inside:
            yield at, at + len(inside)
        at += len(inside) + len(behind)
