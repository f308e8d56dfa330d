"""Analytics exports that a spreadsheet has opened and saved again, found before a row is read.

Such a file still looks like an export. Its numbers of posts have lost their last digits, so that
many posts share one, and its columns may be shifted. Nothing in it can be relied on, and it is
refused as a whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import ConfigError, SourceError
from coprometrics.importers import Source
from coprometrics_csv import Dialect
from coprometrics_csv.blocks import Block
from coprometrics_csv.columns import Header
from coprometrics_csv.convert import trim
from coprometrics_csv.table import Table, open_table
from coprometrics_twitter.config import Twitter

__all__ = ["DOWNLOADED", "Columns", "account_of", "damaged", "in_utf16", "opened"]

_IDS = ("tweet id", "post id")
_LINKS = ("tweet permalink", "post link", "link")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+", re.ASCII)
_LINK = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?P<name>\w{1,20})(?:/web)?/status(?:es)?/"
    r"(?P<number>[0-9]{1,20})\S*",
    re.ASCII | re.IGNORECASE,
)
_DIGITS_KEPT = 15
_OF_A_MAPPING = re.compile("dialect|mapping|encodings")
_MOST_NAMES = 20
DOWNLOADED = "export it again, and import the file as it was downloaded, without opening it before"
"""What to do about a file that is not as it was exported."""


def damaged(what: str, where: str) -> SourceError:
    """Make the error for a file that a spreadsheet has damaged."""
    return SourceError(
        f"this file is not as it was exported, as after being saved by a spreadsheet: {what}",
        where=where,
        remedy=DOWNLOADED,
    )


def in_utf16(head: bytes) -> bool:
    r"""Say whether a file begins as one in UTF-16 does, in which programs save it as Unicode text.

    Examples:
        >>> in_utf16("Date".encode("utf-16")), in_utf16("Date".encode("utf-16-be"))
        (True, True)
        >>> in_utf16(b"Date"), in_utf16("Café".encode())
        (False, False)
    """
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return marked or (len(head) > 1 and (head[0] == 0) != (head[1] == 0))


@contextmanager
def opened(source: Source, dialect: Dialect) -> Iterator[Table]:
    """Open an export; what cannot be decoded or told into rows is damage."""
    if in_utf16(source.head(4)):
        raise damaged("it is written in UTF-16, and not in UTF-8", source.name)
    try:
        with open_table(source, dialect) as table:
            yield table
    except SourceError as error:
        if error.what.startswith("this is not utf-8"):
            raise damaged("it holds bytes that are not UTF-8", error.where or source.name) from None
        if error.what.startswith("no header with"):
            raise damaged("its columns are not separated by commas", source.name) from None
        if " columns may be meant by " in error.what:
            raise damaged("two columns have one label", error.where or source.name) from None
        if error.remedy and _OF_A_MAPPING.search(error.remedy):
            raise SourceError(error.what, where=error.where, remedy=DOWNLOADED) from None
        raise


@frozen
class Columns:
    """The columns that say which post a row is about.

    Attributes:
        number: the column of its number on the platform.
        link: the column of its address, or None.
    """

    number: int
    link: int | None

    @classmethod
    def among(cls, header: Header) -> bool:
        """Say whether a header is that of an export of posts."""
        return bool(header.positions(_IDS))

    @classmethod
    def of(cls, header: Header) -> Columns:
        """Find them.

        Raises:
            SourceError: when there is none, or several may be meant.
        """
        return cls(header.needed(_IDS), header.position(_LINKS))

    @property
    def wanted(self) -> tuple[int, ...]:
        """Their positions."""
        return (self.number,) if self.link is None else tuple(sorted({self.number, self.link}))

    @staticmethod
    def names(links: Any) -> list[str | None]:
        """Give the account in each of some addresses; None where it says none."""
        found = (_LINK.fullmatch(text) for text in trim(links).to_pylist())
        return [match["name"] if match and match["name"] != "i" else None for match in found]


def account_of(source: Source, config: Twitter) -> str | None:
    """Look at the numbers and addresses of all posts; give whose they are, where that is said.

    Raises:
        SourceError: when the file is damaged.
        ConfigError: when the posts are those of several accounts and nobody says which.
    """
    with opened(source, Dialect()) as table:
        columns = Columns.of(table.header)
        look = _Look(columns, source.name)
        for block in table.blocks(columns.wanted):
            look.at(block)
    look.end()
    if config.account is not None:
        return config.account
    if len(look.names) > 1:
        raise ConfigError(
            "there are posts of several accounts in it",
            where=source.name,
            remedy="set account in the configuration of the importer",
        )
    return next(iter(look.names.values()), None)


class _Look:
    """Looks at one block after the other."""

    def __init__(self, columns: Columns, where: str) -> None:
        self._columns = columns
        self._where = where
        self._numbers: list[Any] = []
        self._long = 0
        self._cut = 0
        self.names: dict[str, str] = {}

    def at(self, block: Block) -> None:
        lines: Any = block.lines.to_pylist()
        for row, problem in block.problems.items():
            raise damaged(problem.message.partition(";")[0], f"{self._where}:{lines[row]}")
        numbers = trim(block.cells[self._columns.number]).to_pylist()
        for number, line in zip(numbers, lines, strict=True):
            if not _NUMBER.fullmatch(number):
                raise damaged(_why_no_number(number), f"{self._where}:{line}")
        self._check_links(block, numbers, lines)
        self._long += sum(len(number) > _DIGITS_KEPT + 1 for number in numbers)
        self._cut += sum(
            len(number) > _DIGITS_KEPT + 1 and not number[_DIGITS_KEPT:].strip("0")
            for number in numbers
        )
        self._numbers.append(pa.array(numbers, pa.string()))

    def _check_links(self, block: Block, numbers: list[str], lines: list[int]) -> None:
        if self._columns.link is None:
            return
        links = trim(block.cells[self._columns.link]).to_pylist()
        for number, link, line in zip(numbers, links, lines, strict=True):
            if not link:
                continue
            found = _LINK.fullmatch(link)
            if found is None:
                raise damaged("the columns are shifted: no link where one should be",
                              f"{self._where}:{line}")  # fmt: skip
            if found["number"] != number:
                raise damaged("the number of a post is not the one in its link",
                              f"{self._where}:{line}")  # fmt: skip
            if found["name"] != "i" and len(self.names) < _MOST_NAMES:
                self.names.setdefault(found["name"].casefold(), found["name"])

    def end(self) -> None:
        """Look at all numbers together.

        Raises:
            SourceError: when they are damaged.
        """
        if self._long > 1 and self._cut == self._long:
            raise damaged(
                f"the numbers of posts have only {_DIGITS_KEPT} digits, the rest are zeros",
                self._where,
            )
        numbers = pa.chunked_array(self._numbers, pa.string())
        repeated = len(numbers) - len(numbers.unique())
        if repeated:
            rows = "1 row has" if repeated == 1 else f"{repeated:,} rows have"
            raise damaged(f"{rows} the number of another post", self._where)


def _why_no_number(text: str) -> str:
    if re.fullmatch("0[0-9]{0,19}", text):
        return "the number of a post begins with 0, which none does"
    if _ROUNDED.fullmatch(text) and len(text) <= 24:
        return f"the number of a post is {text}, and its last digits are lost"
    return "the columns are shifted: no number of a post where one should be"
