"""What a reader sees of a PDF file, page by page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from array import array
from itertools import accumulate
from typing import Any, Final

from coprometrics.errors import ReportError
from coprometrics.report._pdf_pages import MOST_CHARACTERS, MOST_PAGES, MOST_SECONDS
from coprometrics.report.numerals import NUMBER_WORDS
from coprometrics.report.text import Builder, Document

__all__ = ["document_of_pages", "read_pdf"]

_HEAD: Final = 1024
"""So many bytes may stand before the mark that begins a PDF file."""

_AGAIN: Final = "export it again as PDF from the program that it was written in"
_NO_TEXT: Final = (
    "give the report as it was before it was printed or scanned, or recognise its text first"
)

# At the end of a line PDFium writes U+FFFE (or U+0002) for a hyphen and the line break, if letters
# stand on both sides of it. Elsewhere both are left. A word is looked at from its start only.
_BROKEN: Final = re.compile(
    r"(?P<left>(?<![^\W\d_])[^\W\d_]*[^\W_])"
    r"(?P<sign>(?:[-\u2010\u00ad] ?\r?\n|[\ufffe\x02](?:\r?\n)?))"
    r"(?P<right>[^\W_][^\W\d_]*)"
    r"|(?<=[0-9])(?P<range>[\u2011-\u2013]\r?\n)(?=[0-9])"
)
_HYPHENED: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]++-[^\W\d_]+")
_LIGATURES: Final = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"
}  # fmt: skip


def read_pdf(content: bytes, *, file: str) -> Document:
    """Read a PDF file.

    Args:
        content: its bytes.
        file: the name to show in messages.

    Raises:
        ReportError: when it is none, is damaged, locked or too large, or has no text.
    """
    if b"%PDF-" not in content[:_HEAD]:
        raise ReportError("it is no PDF file", where=file, remedy=_AGAIN)
    pages = _pages(content, file)
    if not any(page.strip() for page in pages):
        raise ReportError(
            "there is no text in the PDF file, only pictures of it", where=file, remedy=_NO_TEXT
        )
    return document_of_pages(pages, file=file)


def _pages(content: bytes, file: str) -> list[str]:
    """Have the pages read by a process of its own."""
    code = "from coprometrics.report._pdf_pages import main; main()"
    # The other process must find the same modules, wherever this one has them from.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    answer: dict[str, Any] = {"wrong": "died"}
    try:
        done = subprocess.run(  # noqa: S603  (the command is a constant)
            [sys.executable, "-P", "-c", code],
            input=content,
            capture_output=True,
            env=environment,
            timeout=MOST_SECONDS,
        )
        if done.returncode == 0:
            answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        pass
    except OSError as error:
        raise ReportError(f"the PDF file cannot be read: {error.strerror}", where=file) from None
    if "wrong" in answer:
        raise _refusal(answer["wrong"], answer.get("page"), file)
    return list(answer["pages"])


def _refusal(wrong: str, page: int | None, file: str) -> ReportError:
    where = file if page is None else f"{file}: page {page}"
    if wrong == "locked":
        return ReportError(
            "the PDF file is locked with a password", where=where, remedy="save it without one"
        )
    if wrong == "long":
        return ReportError(
            f"the PDF file has more than {MOST_PAGES:,} pages or {MOST_CHARACTERS:,} characters",
            where=where,
            remedy="give the report alone",
        )
    what = "is damaged" if wrong == "damaged" else "takes too much memory or time to read"
    return ReportError(f"the PDF file {what}", where=where, remedy=_AGAIN)


def document_of_pages(pages: list[str], *, file: str) -> Document:
    r"""Put the text of pages together, so that sentences run on from line to line.

    A word that is parted at the end of a line is made whole. Its hyphen stays where it stands
    between digits or before a capital, where it is part of a number word, and where the same word
    has it within a line too.

    Args:
        pages: the text of each page.
        file: the name to show in messages.

    Examples:
        >>> document = document_of_pages(["We trained organi-\r\nsa\ufffetions", "6-\n9 times"],
        ...                              file="report.pdf")
        >>> document.text
        'We trained organisations\n6-9 times'
        >>> print(document.place(document.text.index("6")))
        report.pdf: page 2
    """
    text = "\n".join(pages)
    starts = array("L", [0, *accumulate(len(page) + 1 for page in pages[:-1])])
    builder = Builder()
    hyphened = {word.lower() for word in _HYPHENED.findall(text)}
    at = 0
    while (broken := _BROKEN.search(text, at)) is not None:
        kind = "range" if broken["range"] else "sign"
        start, end = broken.span(kind)
        _add(builder, text, at, start)
        hyphen = broken[kind][0] if kind == "range" else _hyphen(broken, hyphened)
        builder.add(hyphen, start, end)
        at = end
    _add(builder, text, at, len(text))
    return builder.document(file, starts, tuple(f"page {n}" for n in range(1, len(pages) + 1)))


def _hyphen(broken: re.Match[str], hyphened: set[str]) -> str:
    left, sign, right = broken["left"].lower(), broken["sign"], broken["right"]
    if sign[0] == "\u00ad":
        return ""
    kept = (
        left[-1].isdigit()
        or not right[0].islower()
        or f"{left} {right}".lower() in NUMBER_WORDS
        or f"{left}-{right}".lower() in hyphened
    )
    return "-" if kept else ""


def _add(builder: Builder, text: str, start: int, end: int) -> None:
    at = start
    for ligature in re.finditer("[\ufb00-\ufb04]", text[start:end]):
        place = start + ligature.start()
        builder.add(text[at:place], at, place)
        builder.add(_LIGATURES[ligature[0]], place, place + 1)
        at = place + 1
    builder.add(text[at:end], at, end)
