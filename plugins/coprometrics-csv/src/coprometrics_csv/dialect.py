"""How a CSV file is written: its encoding, its punctuation and what surrounds its table."""

from __future__ import annotations

import codecs
from typing import ClassVar

import attrs

from coprometrics.documents import setting
from coprometrics.errors import ConfigError, shown

__all__ = ["Dialect"]

_WHERE = "csv dialect"


@attrs.frozen
class Dialect:
    """How a CSV file is written, as declared; nothing is guessed from the file.

    The file is first parsed into records of cells. The preamble, the header, comments and the
    footer are then told apart by looking at whole records, so that a quoted cell may hold
    newlines, a ``#`` or the word TOTAL.
    """

    document_name: ClassVar[str] = "csv-dialect"
    document_version: ClassVar[int] = 1

    encodings: tuple[str, ...] = setting(
        "The encodings to try, in order; the first that can read the whole file is used. A byte "
        "order mark in the file is believed before any of them.",
        default=("utf-8",),
        examples=(["utf-8", "cp1252"],),
        schema={"minItems": 1},
    )
    delimiter: str = setting(
        "The character between cells.", default=",", examples=(",", ";", "\t", "|")
    )
    quote: str = setting(
        "The character around cells that hold delimiters or newlines; empty for none.",
        default='"',
    )
    doubled_quotes: bool = setting(
        "Whether two quotes within a quoted cell stand for one.", default=True
    )
    escape: str = setting(
        "The character that takes the meaning from the next one; empty for none.",
        default="",
        examples=("\\",),
    )
    skip_initial_space: bool = setting(
        "Whether spaces after a delimiter are not part of the cell.", default=False
    )
    header: int = setting(
        "How many records make the header. The labels of several are joined with a space, where "
        "an empty label of an upper record repeats the one to its left. With 0 there is no "
        "header, and columns are called 1, 2, 3.",
        default=1,
        schema={"minimum": 0, "maximum": 10},
    )
    anchor: tuple[str, ...] = setting(
        "Labels that the header has. Records before the first one that has them all are the "
        "preamble, and are left out.",
        default=(),
        examples=(["Invoice no", "Amount"],),
    )
    footer: tuple[str, ...] = setting(
        "Texts that begin the footer: from the first record whose first cell that is not empty "
        "starts with one of them, everything is left out.",
        default=(),
        examples=(["Grand total", "Generated on"],),
    )
    comment: str = setting(
        "What a comment starts with. A record that starts with it, outside quotes, is left out.",
        default="",
        examples=("#",),
    )
    decimal: str = setting(
        "The character before the fraction of a number.", default=".", examples=(".", ",")
    )
    group: str = setting(
        "The character between groups of three digits; empty for none. A space stands for "
        "every kind of space.",
        default=",",
        examples=(",", ".", " ", "'"),
    )
    record_limit: int = setting(
        "The most characters that one record may have. It bounds the memory, and finds a quote "
        "that is never closed.",
        default=131_072,
        schema={"minimum": 1_000, "maximum": 16_777_216},
    )

    def __attrs_post_init__(self) -> None:
        for name in self.encodings:
            _check_encoding(name)
        if not self.encodings:
            raise ConfigError("encodings is empty", where=_WHERE, remedy="give at least utf-8")
        _check_character("delimiter", self.delimiter, may_be_empty=False)
        for setting_name in ("quote", "escape", "group"):
            _check_character(setting_name, getattr(self, setting_name), may_be_empty=True)
        _check_character("decimal", self.decimal, may_be_empty=False)
        roles = {"delimiter": self.delimiter, "quote": self.quote, "escape": self.escape}
        _check_distinct(roles)
        _check_distinct({"decimal": self.decimal, "group": self.group})
        if self.header == 0 and self.anchor:
            raise ConfigError(
                "anchor needs a header", where=_WHERE, remedy="set header to 1, or drop anchor"
            )


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError):
        raise ConfigError(
            f"{shown(name)} is not an encoding",
            where=_WHERE,
            remedy="use a name such as utf-8, cp1252 or utf-16",
        ) from None


def _check_character(name: str, text: str, *, may_be_empty: bool) -> None:
    if not text and may_be_empty:
        return
    if len(text) != 1 or text in "\r\n\0":
        raise ConfigError(
            f"{name} is {shown(text)}", where=_WHERE, remedy="it must be one character of a line"
        )


def _check_distinct(roles: dict[str, str]) -> None:
    seen: dict[str, str] = {}
    for name, character in roles.items():
        if character and character in seen:
            raise ConfigError(
                f"{name} and {seen[character]} are both {shown(character)}",
                where=_WHERE,
                remedy="give each its own character",
            )
        seen[character] = name
