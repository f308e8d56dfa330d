"""Reading a report's document: Markdown, HTML or plain text, in UTF-8."""

from __future__ import annotations

import re
from array import array
from pathlib import Path
from typing import Final, Literal, get_args

from coprometrics.errors import ReportError, shown
from coprometrics.report._html import scan_html
from coprometrics.report._markdown import scan_markdown
from coprometrics.report.text import Builder, Document

__all__ = ["Kind", "parse_document", "read_document"]

Kind = Literal["markdown", "html", "text"]

_KINDS: Final[dict[str, Kind]] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
}
_BOM: Final = b"\xef\xbb\xbf"


def read_document(path: Path, *, file: str | None = None) -> Document:
    """Read the document in a file; the ending of its name says what it is.

    Args:
        path: the file.
        file: the name to show in messages; the path by default.

    Raises:
        ReportError: when the file cannot be opened, its ending is not known, or it is not UTF-8
            (the message gives the byte).
    """
    name = file or str(path)
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise ReportError(
            f"a document cannot be read by the name ending {shown(path.suffix)}",
            where=name,
            remedy=f"use one of {', '.join(_KINDS)}",
        )
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ReportError(
            f"the document cannot be opened: {problem.strerror}", where=name
        ) from problem
    skipped = len(_BOM) if content.startswith(_BOM) else 0
    try:
        source = content[skipped:].decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ReportError(
            f"byte {problem.start + skipped} is not UTF-8",
            where=name,
            remedy="save the document as UTF-8",
        ) from None
    return parse_document(source, kind, file=name)


def parse_document(source: str, kind: Kind, *, file: str = "document") -> Document:
    r"""Read the text of a document.

    Args:
        source: the content of the file.
        kind: ``markdown``, ``html`` or ``text``.
        file: the name to show in messages.

    Raises:
        ReportError: when the kind is not known, or the HTML is beyond reading.

    Examples:
        >>> document = parse_document("We trained **502**\npeople &amp; more", "markdown")
        >>> document.text
        'We trained 502\npeople & more'
        >>> print(document.place(document.text.index("502")))
        document:1:14
    """
    builder = Builder()
    if kind == "markdown":
        scan_markdown(source, builder)
    elif kind == "html":
        scan_html(source, builder, file=file)
    elif kind == "text":
        _scan_text(source, builder)
    else:
        raise ReportError(
            f"{shown(kind)} is not a kind of document",
            remedy=f"use one of {', '.join(get_args(Kind))}",
        )
    starts = (match.end() for match in re.finditer(r"\r\n?|\n", source))
    return builder.document(file, array("L", [0, *starts]))


def _scan_text(source: str, builder: Builder) -> None:
    for line in re.finditer(r"[^\r\n]*(?:\r\n?|\n|\Z)", source):
        if line[0].strip():
            builder.add(line[0], *line.span())
        else:
            builder.paragraph(line.start())
