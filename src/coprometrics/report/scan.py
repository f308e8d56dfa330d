"""Every number in a document: bound by a statement, ignored by a rule, or vouched for by nobody.

Rules ignore what is no figure of the report: years, dates, times, page numbers, the numbers of
lists, ordinals, phone numbers, web and mail addresses, and letters with digits such as Q1. The
report file can add patterns of its own, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

from attrs import frozen

from coprometrics.documents import Place
from coprometrics.documents.patterns import found_by
from coprometrics.report._scan_rules import RULES
from coprometrics.report.numerals import NUMBER_WORDS
from coprometrics.report.text import PARAGRAPH, Document

__all__ = ["Kind", "Numeral", "Pattern", "Scan", "scan"]

Kind = Literal["bound", "ignored", "unvouched"]
"""What is to be said of a number."""

_HYPHENS: Final = "\u2010\u2011-"
_WORDS: Final = tuple(
    word.replace(" ", rf"[ {_HYPHENS}]") for word in NUMBER_WORDS if word not in ("zero", "one")
)
_NUMERAL: Final = re.compile(
    r"(?:[£$€]|\b[A-Z]{3} )?[\u2212-]?\d+(?:[.,\u00a0\u202f\u2009']\d+)*"
    r"(?: ?(?:%|(?i:per ?cent)\b)| (?i:thousand|million|billion)\b|(?i:k|m|bn)\b)?"
    rf"|\b(?i:{'|'.join(_WORDS)})\b"
)
_IN_WORD: Final = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
_ITEM: Final = re.compile(rf"(?:^|(?<=[{PARAGRAPH}\n]))(\d{{1,3}})[.)]?\s(?=[A-Z'\u2018\u201c\"(])")


@frozen
class Pattern:
    """What a report file ignores.

    Attributes:
        pattern: a regular expression of RE2; numbers within what it finds are ignored. The end of
            a paragraph is a line feed for it.
        reason: why.
    """

    pattern: str
    reason: str


@frozen
class Numeral:
    """A number in a document.

    Attributes:
        text: as it stands there.
        place: where it starts.
        start: where it starts in the document's text.
        kind: whether a statement binds it, a rule ignores it, or nobody vouches for it.
        reason: the rule; None where there is none.
        context: the words around it.
    """

    text: str
    place: Place
    start: int
    kind: Kind
    reason: str | None
    context: str


@frozen
class Scan:
    """The numbers of a document, in its order."""

    numerals: tuple[Numeral, ...]

    def count(self, kind: Kind) -> int:
        """Say how many are of a kind."""
        return sum(1 for numeral in self.numerals if numeral.kind == kind)

    @property
    def coverage(self) -> Fraction | None:
        """The share of the figures that statements bind; None where there is no figure."""
        bound = self.count("bound")
        figures = bound + self.count("unvouched")
        return Fraction(bound, figures) if figures else None


def scan(
    document: Document,
    bound: Iterable[tuple[int, int]] = (),
    ignore: Sequence[Pattern] = (),
) -> Scan:
    """Look at every number of a document.

    Args:
        document: the document.
        bound: the spans of its text that statements fit.
        ignore: what the report file ignores besides.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> text = parse_document("In 2023 we held 21 sessions (see page 4).", "text")
        >>> [(numeral.text, numeral.kind, numeral.reason) for numeral in scan(text).numerals]
        [('2023', 'ignored', 'a year'), ('21', 'unvouched', None), ('4', 'ignored', 'a page')]
    """
    bound_at = {at for low, high in bound for at in range(low, high)}
    reasons = _reasons(document.text, ignore)
    numerals = []
    for match in _NUMERAL.finditer(document.text):
        start, end = match.span()
        if match[0][0].isalpha() and _compound(document.text, match):
            continue
        told = [reasons[at] for at in range(start, end) if at in reasons]
        reason = min(told)[1] if told else None
        kind: Kind = "unvouched" if reason is None else "ignored"
        if not bound_at.isdisjoint(range(start, end)):
            kind, reason = "bound", None
        context = " ".join(document.text[max(0, start - 40) : end + 40].split())
        numerals.append(
            Numeral(match[0].strip(), document.place(start), start, kind, reason, context)
        )
    return Scan(tuple(numerals))


def _compound(text: str, match: re.Match[str]) -> bool:
    """Say whether a number word is part of another, such as six-month or twenty-first."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return any(beside and beside in _HYPHENS for beside in (before, after))


def _reasons(text: str, patterns: Sequence[Pattern]) -> dict[int, tuple[int, str]]:
    """Give the first rule that ignores each character, by its number and its reason."""
    reasons: dict[int, tuple[int, str]] = {}
    for number, (low, high, why) in enumerate(_ignored(text, patterns)):
        for at in range(low, high):
            reasons.setdefault(at, (number, why))
    return reasons


def _ignored(text: str, patterns: Sequence[Pattern]) -> Iterator[tuple[int, int, str]]:
    lines = text.replace(PARAGRAPH, "\n")
    for pattern in patterns:
        for start, end in found_by(pattern.pattern, lines):
            yield start, end, pattern.reason
    for reason, rule in RULES:
        for match in rule.finditer(text):
            yield *match.span(), reason
    for match in re.finditer(r"[^\W_]+", text):
        if _IN_WORD.search(match[0]) and not re.fullmatch(r"\d+(?:k|K|m|M|bn)", match[0]):
            yield *match.span(), "part of a word"
    yield from _items(text)


def _items(text: str) -> Iterator[tuple[int, int, str]]:
    """Find the numbers of lists and of tables of contents: paragraphs that begin in order."""
    items = [*_ITEM.finditer(text)]
    in_order = {
        position
        for one, other in pairwise(items)
        if int(one[1]) < int(other[1])
        for position in (one.span(1), other.span(1))
    }
    for start, end in sorted(in_order):
        yield start, end, "a number of a list or a part"
