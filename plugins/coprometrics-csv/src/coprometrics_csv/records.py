"""The records of a CSV file, one by one: the careful way, which every other way agrees with.

The grammar is that of the ``csv`` module of the standard library, in its strict form.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Problem
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.feed import Feed, Lines

__all__ = ["Row", "RowReader"]

_BYTES_PER_CHARACTER = 4
_LINE_END = re.compile(r"\r\n|\r|\n")


@frozen
class Row:
    """One record of the file.

    Attributes:
        line: the physical line on which it begins.
        cells: its cells; none when it could not be parsed.
        comment: whether it is a comment.
        problem: why it could not be parsed.
        end: how many bytes of the feed had been taken after it.
    """

    line: int
    cells: list[str]
    comment: bool = False
    problem: Problem | None = None
    end: int = field(default=0, eq=False)


class RowReader:
    """Reads records from a feed with the ``csv`` module.

    Args:
        feed: the bytes, from the beginning of a record.
        dialect: how they are written.
        line: the number of the physical line that comes next.
        name: what the file is called in messages.
    """

    def __init__(self, feed: Feed, dialect: Dialect, line: int, name: str) -> None:
        self.line = line
        self._dialect = dialect
        self._name = name
        self._source = Lines(feed, dialect.record_limit * _BYTES_PER_CHARACTER)
        self._raw: list[str] = []
        self._length = 0
        self._ended = False
        self._options = _csv_options(dialect)
        if dialect.record_limit > csv.field_size_limit():
            csv.field_size_limit(dialect.record_limit)
        self._reader = csv.reader(self._lines(), strict=True, **self._options)

    def __iter__(self) -> Iterator[Row]:
        """Give the records one by one; blank lines are none.

        Raises:
            SourceError: at a quote that is never closed, and at a record beyond the limit.
        """
        while (row := self._next()) is not None:
            if row.cells or row.problem:
                yield row

    def close(self) -> None:
        """Give back to the feed what was not taken."""
        self._source.close()

    def _next(self) -> Row | None:
        self._raw.clear()
        self._length = 0
        line = self.line
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            if self._ended:
                raise self._unclosed(line) from None
            return Row(line, [], problem=_unparsed(error), end=self._source.taken)
        comment = bool(self._dialect.comment) and self._raw[0].startswith(self._dialect.comment)
        if any("\0" in text for text in self._raw):
            return Row(line, [], problem=_NUL, end=self._source.taken)
        return Row(line, cells, comment, end=self._source.taken)

    def _lines(self) -> Iterator[str]:
        while data := self._source.next():
            text = data.decode("utf-8", "replace")
            self._raw.append(text)
            self._length += len(text)
            if self._length > self._dialect.record_limit:
                raise self._too_long()
            self.line += 1
            yield text
        self._ended = True

    def _too_long(self) -> SourceError:
        first = self.line - len(self._raw) + 1
        limit = f"{self._dialect.record_limit:,} characters"
        if len(self._raw) > 1:
            return SourceError(
                f"a quoted cell opens here and is not closed within {limit}",
                where=f"{self._name}:{self._opening(first)}",
                remedy="close the quote, or set record_limit in the dialect",
            )
        return SourceError(
            f"the line has more than {limit}",
            where=f"{self._name}:{first}",
            remedy="check that this is a CSV file, or set record_limit in the dialect",
        )

    def _unclosed(self, first: int) -> SourceError:
        return SourceError(
            "a quoted cell opens here and the file ends within it",
            where=f"{self._name}:{self._opening(first)}",
            remedy="the file is cut short, or a quote is missing: export it again",
        )

    def _opening(self, first: int) -> int:
        """Give the line where the open cell begins: everything after it is the cell's text."""
        try:
            cells = next(csv.reader(self._raw, strict=False, **self._options))
        except csv.Error:
            return first
        inside = cells[-1] if cells else ""
        return first + _line_ends("".join(self._raw)) - _line_ends(inside)


def _line_ends(text: str) -> int:
    return sum(1 for _ in _LINE_END.finditer(text))


_NUL = Problem(
    code="nul-character",
    message="the row has a NUL character; export the file again, as text",
)


def _unparsed(error: csv.Error) -> Problem:
    return Problem(
        code="not-csv",
        message=f"the row cannot be told into cells ({error}); "
        "mend its quotes, or declare quote and escape in the dialect",
    )


def _csv_options(dialect: Dialect) -> dict[str, Any]:
    return {
        "delimiter": dialect.delimiter,
        "quotechar": dialect.quote or None,
        "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        "doublequote": dialect.doubled_quotes,
        "escapechar": dialect.escape or None,
        "skipinitialspace": dialect.skip_initial_space,
    }
