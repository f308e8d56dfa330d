"""Statements and figures proposed for the numbers that nobody vouches for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from coprometrics.errors import ReportError
from coprometrics.report._writing import quoted
from coprometrics.report.scan import Numeral, Scan
from coprometrics.report.statements import bind_statement
from coprometrics.report.text import PARAGRAPH, Document

__all__ = ["proposals"]

_END = re.compile(rf"[.!?](?=\s|$)|{PARAGRAPH}")
_WORD = re.compile(r"[a-z]{3,}")
_HEAD = """\
# Proposed for numbers that nobody vouches for. Every line is a guess: give each figure its own
# name, and say which metric gives it or who vouches for it, before you put it in the report file.
"""


def proposals(found: Scan, document: Document) -> str:
    """Write candidate statements and figures as YAML, each to be looked at by a person.

    A statement is the sentence around the number, or as much of it as stands in the document once.
    Numbers for which there is none are listed in a comment.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> from coprometrics.report.scan import scan
        >>> text = parse_document("We held 21 sessions for 502 people.", "text")
        >>> print("".join(proposals(scan(text), text).splitlines(keepends=True)[2:]), end="")
        statements:
          - "We held {proposed.held} sessions for {proposed.sessions_for} people."
        figures:
          proposed.held: {manual: "to be said"}
          proposed.sessions_for: {manual: "to be said"}
    """
    names: Counter[str] = Counter()
    # Sentences with the same words fit the same passages, whatever their figures are called.
    alone: dict[str, bool] = {}
    statements: list[str] = []
    figures: list[str] = []
    without: list[Numeral] = []
    for start, end, numerals in _sentences(found, document):
        named = [(numeral, _name(numeral, document, names)) for numeral in numerals]
        text = _template(document.text, start, end, named)
        words = _template(document.text, start, end, [(numeral, "x") for numeral in numerals])
        if words not in alone:
            alone[words] = _stands_alone(words, document)
        if not alone[words]:
            without += numerals
            continue
        statements.append(text)
        figures += [name for _numeral, name in named]
    lines = [_HEAD]
    if statements:
        lines.append("statements:\n")
        lines += [f"  - {quoted(text)}\n" for text in statements]
        lines.append("figures:\n")
        lines += [f'  {name}: {{manual: "to be said"}}\n' for name in figures]
    for numeral in without:
        lines.append(f"# no statement of its own: {numeral.text} at {numeral.place}\n")
    return "".join(lines)


def _stands_alone(statement: str, document: Document) -> bool:
    """Say whether a statement can be used and fits one passage."""
    try:
        return bind_statement(statement, document).finding is None
    except ReportError:
        return False


def _sentences(found: Scan, document: Document) -> Iterator[tuple[int, int, list[Numeral]]]:
    """Give the sentences with such numbers, where no statement has a part of them yet."""
    ends = [0, *(match.end() for match in _END.finditer(document.text)), len(document.text)]
    starts = [numeral.start for numeral in found.numerals]
    for start, end in pairwise(ends):
        here = found.numerals[bisect_left(starts, start) : bisect_left(starts, end)]
        open_ = [numeral for numeral in here if numeral.kind == "unvouched"]
        if not open_:
            continue
        bound = [numeral.start for numeral in here if numeral.kind == "bound"]
        if bound:
            # What is bound already must not be bound again: begin behind it.
            start = max(bound)
            open_ = [numeral for numeral in open_ if numeral.start > start]
            start = document.text.find(" ", start) + 1 or end
        if open_:
            yield start, end, open_


def _template(text: str, start: int, end: int, named: list[tuple[Numeral, str]]) -> str:
    parts: list[str] = []
    at = start
    for numeral, name in named:
        parts += [_escaped(text[at : numeral.start]), f"{{{name}}}"]
        at = numeral.start + len(numeral.text)
    parts.append(_escaped(text[at:end]))
    return " ".join("".join(parts).replace(PARAGRAPH, " ").split())


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _name(numeral: Numeral, document: Document, names: Counter[str]) -> str:
    """Name a figure after the words before it."""
    before = document.text[max(0, numeral.start - 40) : numeral.start].lower()
    words = _WORD.findall(before.rpartition(PARAGRAPH)[2])[-2:] or ["figure"]
    base = f"proposed.{'_'.join(words)}"
    names[base] += 1
    return base if names[base] == 1 else f"{base}_{names[base]}"
