"""Every number in a document: bound by a statement, ignored by a rule, or vouched for by nobody.

Rules ignore what is no figure of the report: years, dates, times, page numbers, the numbers of
lists, ordinals, phone numbers, web and mail addresses, and letters with digits such as Q1. A number
with a currency sign, marks that group its digits, a scale or a unit of measure is a figure all the
same: £5tn, 50kg. The report file can add patterns of its own, each with its reason.
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
from coprometrics.report._scan_rules import RULES, YEAR
from coprometrics.report._wording import SCALE_LETTERS
from coprometrics.report.numerals import NUMBER_WORDS, PARTS
from coprometrics.report.text import PARAGRAPH, Document

__all__ = ["Kind", "Numeral", "Pattern", "Scan", "scan"]

Kind = Literal["bound", "ignored", "unvouched"]
"""What is to be said of a number."""

_HYPHENS: Final = "\u2010\u2011-"
_JOINED: Final = rf"[ {_HYPHENS}]"
_WORDS: Final = tuple(
    word.replace(" ", _JOINED) for word in NUMBER_WORDS if word not in ("zero", "one")
)
_ONE_PART: Final = "|".join(PARTS)
_FRACTION: Final = (
    rf"(?:{'|'.join(NUMBER_WORDS)}){_JOINED}(?:{'|'.join(f'{part}s' for part in PARTS)})"
    # "A third session" counts no part of anything.
    rf"|(?:an?|one){_JOINED}(?:{_ONE_PART})(?=\sof\b)"
    r"|(?:half )?a dozen|dozens|(?<!first )(?<!second )(?<!other )half"
)
_VULGAR: Final = "\u00bc-\u00be\u2150-\u215e"
_NUMERAL: Final = re.compile(
    r"(?:[£$€]|\b[A-Z]{3} )?[\u2212-]?"
    rf"(?:\d+(?:[.,\u00a0\u202f\u2009']\d+)*(?: ?[{_VULGAR}])?|[{_VULGAR}])"
    r"(?: ?(?:%|(?i:per ?cent)\b)| (?i:thousand|million|billion)\b"
    rf"|(?i:{SCALE_LETTERS})\b)?"
    rf"|\b(?i:{_FRACTION}|{'|'.join(_WORDS)})\b"
)
_UNIT: Final = "kg|g|t|km|cm|mm|ml|l|ha|kWh|MWh|GWh|h|hrs?|mins?"
_MEASURED: Final = re.compile(rf"\d+(?:(?i:{SCALE_LETTERS})|{_UNIT})")
_FIGURE: Final = re.compile(r"[£$€]$|\d[.,']$")
"""What stands before the last digits of a number, whatever letters follow them."""

_ITEM: Final = re.compile(
    rf"(?:^|(?<=[{PARAGRAPH}\n]))(?P<number>\d{{1,3}})(?P<mark>[.)]?)\s"
    rf"(?=[A-Z'\u2018\u201c\"(])[^{PARAGRAPH}\n]*[{PARAGRAPH}\n]?"
)
_CONTENTS: Final = re.compile(
    rf"(?:^|(?<=[{PARAGRAPH}\n]))(?:table of )?contents:?[{PARAGRAPH}\n]", re.IGNORECASE
)
_COUNTED: Final = re.compile(r"\s(?:people|children|women|men|([a-z]{3,}s))\b")
_DATED: Final = re.compile(
    r"\b(?:in|since|by|during|until|from|before|after|early|late|spring|summer|autumn|winter|year"
    r"|January|February|March|April|May|June|July|August|September|October|November|December)\s$",
    re.IGNORECASE,
)
"""What stands before a year, and not before a number of people or things."""

_NO_NOUNS: Final = frozenset(
    ("across", "always", "does", "has", "perhaps", "thanks", "this", "towards", "was")
)


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
    years: range | None = None,
) -> Scan:
    """Look at every number of a document.

    Args:
        document: the document.
        bound: the spans of its text that statements fit.
        ignore: what the report file ignores besides.
        years: the years that the report is about: "2023 talks" are those of such a year, where
            "2050 pupils" are counted.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> text = parse_document("In 2023 we held 21 sessions (see page 4).", "text")
        >>> [(numeral.text, numeral.kind, numeral.reason) for numeral in scan(text).numerals]
        [('2023', 'ignored', 'a year'), ('21', 'unvouched', None), ('4', 'ignored', 'a page')]
    """
    bound_at = {at for low, high in bound for at in range(low, high)}
    reasons = _reasons(document.text, ignore, years or range(0))
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


def _reasons(text: str, patterns: Sequence[Pattern], years: range) -> dict[int, tuple[int, str]]:
    """Give the first rule that ignores each character, by its number and its reason."""
    reasons: dict[int, tuple[int, str]] = {}
    for number, (low, high, why) in enumerate(_ignored(text, patterns, years)):
        for at in range(low, high):
            reasons.setdefault(at, (number, why))
    return reasons


def _ignored(
    text: str, patterns: Sequence[Pattern], years: range
) -> Iterator[tuple[int, int, str]]:
    lines = text.replace(PARAGRAPH, "\n")
    for pattern in patterns:
        for start, end in found_by(pattern.pattern, lines):
            yield start, end, pattern.reason
    for reason, rule in RULES:
        for match in rule.finditer(text):
            if reason != YEAR or not _counts(match, years):
                yield *match.span(), reason
    for match in re.finditer(r"[^\W_]+", text):
        if _in_word(match[0]) and not _is_figure(text, match):
            yield *match.span(), "part of a word"
    yield from _items(text)


def _counts(match: re.Match[str], years: range) -> bool:
    """Say whether what looks like a year is the number of what follows it."""
    noun = _COUNTED.match(match.string, match.end())
    if noun is None or noun[1] in _NO_NOUNS or not match[0].isdecimal():
        return False
    before = match.string[max(0, match.start() - 12) : match.start()]
    return int(match[0]) not in years and _DATED.search(before) is None


def _in_word(word: str) -> bool:
    return any(
        (one.isdecimal() and other.isalpha()) or (one.isalpha() and other.isdecimal())
        for one, other in pairwise(word)
    )


def _is_figure(text: str, match: re.Match[str]) -> bool:
    """Say whether letters and digits side by side are a number with what belongs to it."""
    if _MEASURED.fullmatch(match[0]):
        return True
    before = text[max(0, match.start() - 2) : match.start()]
    return match[0][0].isdecimal() and _FIGURE.search(before) is not None


def _items(text: str) -> Iterator[tuple[int, int, str]]:
    """Find the numbers of lists and of tables of contents: paragraphs that begin in order.

    Large numbers beside what they count stand in lines of their own too, and may happen to rise.
    So numbers without a mark must count from one, or follow the word "Contents".
    """
    items = [(match, int(match["number"])) for match in _ITEM.finditer(text)]
    found = {
        position
        for (one, low), (other, high) in pairwise(items)
        if one["mark"] and other["mark"] and low < high
        for position in (one.span("number"), other.span("number"))
    }
    # Where the next page of a table of contents may stand, and the least number it can have.
    contents = {match.end(): 0 for match in _CONTENTS.finditer(text)}
    counted: list[tuple[int, int]] = []
    for item, number in items:
        span = item.span("number")
        if contents.get(item.start(), number + 1) <= number:
            contents[item.end()] = number
            found.add(span)
        if number == 1 or number != len(counted) + 1:
            counted = []
        if number == len(counted) + 1:
            counted.append(span)
            found.update(counted[-2:] if number > 1 else ())
    for start, end in sorted(found):
        yield start, end, "a number of a list or a part"
