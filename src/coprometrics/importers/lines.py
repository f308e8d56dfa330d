"""The lines of a text file, and JSON Lines, read without trust and with bounded memory.

A file comes from outside: its encoding may be another, a line may never end, an object may hold a
key twice. What is wrong with one line is a refusal of that line, and the others are read. No
message shows anything of what a line holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from coprometrics.errors import SourceError, is_unicode
from coprometrics.importers.contract import Locator, Problem, Refusal, Source

__all__ = ["LONGEST_LINE", "read_json_lines", "read_lines"]

LONGEST_LINE = 1 << 20
"""How many bytes a line may have, where nothing else is said."""

_DEEPEST = 64
_MOST_DIGITS = 1_000
_DIGITS = f"must hold no number of more than {_MOST_DIGITS:,} digits"
_HEAD = 4_096
_CHUNK = 1 << 16
_MARK = b"\xef\xbb\xbf"
_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = re.compile(r"[^][{}]+")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def read_lines(
    source: Source,
    *,
    longest: int = LONGEST_LINE,
    progress: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, str] | Refusal]:
    r"""Read a text file in UTF-8 line by line.

    Args:
        source: the file; a byte order mark at its begin is passed over.
        longest: how many bytes a line may have, with its end. Of a longer one no more is held.
        progress: called with the number of bytes read so far, such as ``context.progress``.

    Returns:
        For each line its number, from 1, and its text without the line end (``\n`` or
        ``\r\n``); lines of spaces are passed over, but counted. A line that is too long or is not
        UTF-8 is a refusal.

    Raises:
        SourceError: when the file cannot be opened, or is no text in UTF-8 at all.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "days.txt")
        ...     _ = path.write_bytes(b"May\r\n\nJune \xff\nJuly")
        ...     for found in read_lines(Source.at(path)):
        ...         print(found if isinstance(found, tuple) else found.problems[0])
        (1, 'May')
        must be text in UTF-8
        (4, 'July')
    """
    _refuse_no_text(source)
    done = 0
    with source.open() as file:
        for number, (line, size) in enumerate(_bounded(file, longest), start=1):
            done += size
            if progress is not None:
                progress(done)
            if line is None:
                yield _refusal(number, "line-too-long", f"must have at most {longest:,} bytes")
                continue
            if number == 1:
                line = line.removeprefix(_MARK)
            if not line.strip():
                continue
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                yield _refusal(number, "not-utf-8", "must be text in UTF-8")
                continue
            yield number, text.removesuffix("\n").removesuffix("\r")


def read_json_lines(
    source: Source,
    *,
    longest: int = LONGEST_LINE,
    progress: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, dict[str, Any]] | Refusal]:
    r"""Read a file with an object in JSON on each line.

    Lines are those of ``read_lines``. Each must be an object as I-JSON (RFC 7493) has it: no key
    twice, no half of a surrogate pair, no NaN and no infinity. It may be 64 lists and objects deep,
    and its numbers may have 1,000 digits. A fraction is a ``Decimal``, never a float; a whole
    number an ``int``, which may be too large for a record.

    Args:
        source: the file.
        longest: how many bytes a line may have, with its end.
        progress: called with the number of bytes read so far.

    Returns:
        For each line its number, from 1, and its object, or a refusal.

    Raises:
        SourceError: when the file cannot be opened, or is no text in UTF-8 at all.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "bookings.jsonl")
        ...     _ = path.write_text('{"no": 1, "fee": 7.50}\n{"no": 2, "no": 3}\n{"no": 4,')
        ...     for found in read_json_lines(Source.at(path)):
        ...         print(found if isinstance(found, tuple) else f"{found.at}: {found.problems[0]}")
        (1, {'no': 1, 'fee': Decimal('7.50')})
        line 2: must not hold a key twice
        line 3: must be an object in JSON
    """
    for found in read_lines(source, longest=longest, progress=progress):
        if isinstance(found, Refusal):
            yield found
            continue
        number, text = found
        try:
            yield number, _object(text)
        except _FaultError as fault:
            yield _refusal(number, fault.code, fault.message)


class _FaultError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def _refusal(line: int, code: str, message: str) -> Refusal:
    return Refusal(Locator(line=line), (Problem(code, message),))


def _refuse_no_text(source: Source) -> None:
    """Refuse a file most of whose first bytes could not be those of text in UTF-8.

    Raises:
        SourceError: always then.
    """
    head = source.head(_HEAD).decode("utf-8", "replace")
    unfit = head.count("\ufffd") + head.count("\0")
    if unfit * 8 > len(head):
        raise SourceError(
            "it is no text in UTF-8", where=source.name, remedy="save it as plain text in UTF-8"
        )


def _bounded(file: BinaryIO, longest: int) -> Iterator[tuple[bytes | None, int]]:
    """Give each line with its size; None for one that is too long, which is not held."""
    while line := file.readline(longest + 1):
        size = len(line)
        if size <= longest:
            yield line, size
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_CHUNK)
            size += len(line)
        yield None, size


def _object(text: str) -> dict[str, Any]:
    """Read one object in JSON.

    Raises:
        _FaultError: when it is none that is safe to use.
    """
    if text.count("[") + text.count("{") > _DEEPEST and _depth(text) > _DEEPEST:
        raise _FaultError("too-deep", f"must be at most {_DEEPEST} lists and objects deep")
    try:
        value = json.loads(
            text, object_pairs_hook=_members, parse_float=_fraction, parse_int=_whole,
            parse_constant=_no_number,
        )  # fmt: skip
    except (ValueError, RecursionError):
        raise _FaultError("not-json", "must be an object in JSON") from None
    if not isinstance(value, dict):
        raise _FaultError("not-an-object", "must be an object in JSON")
    if _HALF.search(text) and not _is_unicode(value):
        raise _FaultError("not-unicode", "must not hold half of a surrogate pair")
    return value


def _depth(text: str) -> int:
    """Say how deep lists and objects lie in one another; brackets within texts are none."""
    depth = deepest = 0
    for bracket in _BRACKETS.sub("", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _FaultError("repeated-key", "must not hold a key twice")
    return members


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise _FaultError("number-too-long", _DIGITS)
    return int(text)


def _fraction(text: str) -> Decimal:
    """Read a fraction; an exponent may stand for digits that nobody wrote."""
    try:
        value = Decimal(text) if len(text) <= _MOST_DIGITS else None
    except ArithmeticError:
        value = None
    if value is None or abs(value.adjusted()) > _MOST_DIGITS:
        raise _FaultError("number-too-long", _DIGITS)
    return value


def _no_number(_text: str) -> Any:
    raise _FaultError("not-a-number", "must hold numbers of JSON alone, not NaN or Infinity")


def _is_unicode(value: Any) -> bool:
    if isinstance(value, str):
        return is_unicode(value)
    if isinstance(value, dict):
        return all(is_unicode(key) and _is_unicode(one) for key, one in value.items())
    return not isinstance(value, list) or all(map(_is_unicode, value))
