"""What a reader sees of an HTML document, with the offset of each piece."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Final

from coprometrics.errors import ReportError
from coprometrics.report.text import Builder

__all__ = ["REFERENCE", "UNSEEN_ELEMENTS", "scan_html"]

UNSEEN_ELEMENTS: Final = frozenset({"script", "style", "template", "title"})
"""The elements whose content is no part of the page's text."""

REFERENCE: Final = re.compile(
    r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};?)"
)
"""A character reference, such as ``&amp;``."""


def scan_html(source: str, builder: Builder, *, file: str) -> None:
    """Add the text of an HTML document to a builder.

    Raises:
        ReportError: when a declaration in it cannot be read.
    """
    scanner = _Scanner(source, builder)
    try:
        scanner.feed(source)
        scanner.close()
    except AssertionError as problem:
        line, column = scanner.getpos()
        raise ReportError(
            f"the HTML cannot be read: {problem}",
            where=f"{file}:{line}:{column + 1}",
            remedy="correct the declaration there",
        ) from None


class _Scanner(HTMLParser):
    def __init__(self, source: str, builder: Builder) -> None:
        # References stay as they are written, for their length is needed to keep the offset.
        super().__init__(convert_charrefs=False)
        self._source = source
        self._builder = builder
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._unseen: str | None = None

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if self._unseen is None and tag in UNSEEN_ELEMENTS:
            self._unseen = tag
        self._builder.tag(tag, self._offset(), opens=True)

    def handle_startendtag(self, tag: str, _attrs: object) -> None:
        self._builder.tag(tag, self._offset(), opens=False)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = None
        self._builder.tag(tag, self._offset(), opens=False)

    def handle_data(self, data: str) -> None:
        if self._unseen is None:
            offset = self._offset()
            self._builder.add(data, offset, offset + len(data))

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, written: str) -> None:
        if self._unseen is not None:
            return
        offset = self._offset()
        if self._source.startswith(";", offset + len(written)):
            written += ";"
        self._builder.add(html.unescape(written), offset, offset + len(written))
