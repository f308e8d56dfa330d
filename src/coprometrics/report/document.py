"""Reading a report's document: Markdown, HTML or plain text in UTF-8, or a Word or PDF file."""

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
_EXTRAS: Final = {".docx": "docx", ".pdf": "pdf"}
"""The extra of the distribution that reads each of the other endings."""

_LARGEST: Final = 128 << 20
_BOM: Final = b"\xef\xbb\xbf"


def read_document(path: Path, *, file: str | None = None) -> Document:
    """Read the document in a file; the ending of its name says what it is.

    Args:
        path: the file.
        file: the name to show in messages; the path by default.

    Raises:
        ReportError: when the file cannot be opened, its ending is not known, it is not UTF-8 (the
            message gives the byte), or, for a Word or PDF file, it is damaged, locked, too large
            or without text, or its extra is not installed.
    """
    name = file or str(path)
    ending = path.suffix.lower()
    kind = _KINDS.get(ending)
    if kind is None and ending not in _EXTRAS:
        raise ReportError(
            f"a document cannot be read by the name ending {shown(path.suffix)}",
            where=name,
            remedy=f"use one of {', '.join((*_KINDS, *_EXTRAS))}",
        )
    try:
        with path.open("rb") as opened:
            content = opened.read() if kind else opened.read(_LARGEST + 1)
    except (OSError, ValueError) as problem:
        # A name with a zero byte, or with half of a character, is no name to any system.
        reason = getattr(problem, "strerror", None) or "no file can have this name"
        raise ReportError(
            f"the document cannot be opened: {reason}",
            where=name,
            remedy="check the name and the folder",
        ) from problem
    if kind is None:
        return _read_parts(path, content, ending, name)
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


def _read_parts(path: Path, content: bytes, ending: str, file: str) -> Document:
    """Read a file that has no lines, by a library that is there with its extra alone."""
    if len(content) > _LARGEST:
        raise ReportError(
            f"the document is larger than {_LARGEST:,} bytes",
            where=file,
            remedy="save it with smaller pictures",
        )
    try:
        if ending == ".docx":
            from coprometrics.report._docx import read_docx

            return read_docx(path, content, file=file)
        from coprometrics.report._pdf import read_pdf

        return read_pdf(content, file=file)
    except ImportError as error:
        raise ReportError(
            f"what reads {ending} files is not installed ({error})",
            where=file,
            remedy=f'run pip install "coprometrics[{_EXTRAS[ending]}]"',
        ) from None


def parse_document(source: str, kind: Kind, *, file: str = "document") -> Document:
    r"""Read the text of a document.

    Args:
        source: the content of the file.
        kind: ``markdown``, ``html`` or ``text``.
        file: the name to show in messages.

    Raises:
        ReportError: when the kind is not known.

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
        scan_html(source, builder)
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
