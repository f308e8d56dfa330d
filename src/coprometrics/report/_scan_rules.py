"""What in a text is a number but no figure of a report, as patterns with their names."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DATED", "RULES", "YEAR"]

YEAR: Final = "a year"
"""The reason to ignore a year."""


def _in_capitals_too(words: str) -> str:
    return rf"(?:{words}|{words.upper()})\b\.?"


_MONTH: Final = _in_capitals_too(
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_WEEKDAY: Final = _in_capitals_too(
    r"(?:Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:r(?:s(?:day)?)?)?|Fri(?:day)?"
    r"|Sat(?:urday)?|Sun(?:day)?)"
)
_TH: Final = r"(?:st|nd|rd|th|ST|ND|RD|TH)"
_NUMBERED: Final = "Session|Section|Chapter|Figure|Table|Note|Appendix|Part|Step|Volume|Issue"
_DAY: Final = rf"[0-3]?[0-9]{_TH}?"
_YEAR: Final = r"(?:19|20)[0-9]{2}"
_DASH: Final = r"[-\u2010-\u2015]"
_TO_YEAR: Final = rf"\s?{_DASH}\s?(?:{_YEAR}|[0-9]{{2}})|/[0-9]{{2}}(?:[0-9]{{2}})?"
_END: Final = r"(?![0-9]|[.,][0-9])"

_PATTERNS: Final = (
    (
        "a web or mail address",
        # An address starts at the first letter, so that a long word is looked at once only.
        r"\bhttps?://\S+|\bwww\.\S+|(?<!\S)\S[^\s@]*@\S[^\s.]*\.\S+|\bdoi:\S+|\b10\.\d{4,}/\S+",
    ),
    (
        "a phone number",
        r"(?<![\w.,£$€])(?:\+\d[\d ()-]{7,}\d|\(?0\d{2,4}\)?[ -]?\d{3,4}[ -]?\d{3,4})(?!\w)",
    ),
    ("a date", rf"\b{_DAY}(?: of)?\s{_MONTH}(?:,?\s{_YEAR})?{_END}"),
    ("a date", rf"\b{_MONTH}\s{_DAY}(?:,?\s{_YEAR})?{_END}(?!\s?%)"),
    ("a date", rf"\b{_YEAR}-[01][0-9]-[0-3][0-9]\b"),
    ("a date", rf"\b[0-3]?[0-9]/[01]?[0-9]/(?:{_YEAR}|[0-9]{{2}})\b"),
    ("a time of day", r"\b[0-2]?[0-9]:[0-5][0-9]\b(?![.,]?[0-9%])(?:\s?[ap]\.?m\b\.?)?"),
    ("a time of day", r"\b[01]?[0-9](?:\.[0-5][0-9])?\s?[ap]\.?m\b\.?"),
    (YEAR, rf"(?<![\w.,£$€/]){_YEAR}(?:{_TO_YEAR})?(?![\w%]|[.,][0-9]|\s?%)"),
    ("a page", rf"\b(?:[Pp]ages|[Pp]p\.)\s?\d+(?:(?:{_DASH}|\sand\s|,\s)\d+)*"),
    ("a page", rf"\b(?:[Pp]age|[Pp]\.)\s?\d+(?:{_DASH}\d+)*"),
    ("a number of a list or a part", rf"\b(?:{_NUMBERED}) \d+(?:\.\d+)*\b"),
    ("an ordinal", rf"\b\d+{_TH}\b"),
    ("a section number", r"(?<![\w.])\d+\.\d+\.\d+(?:\.\d+)*\b"),
)
RULES: Final = tuple((reason, re.compile(pattern)) for reason, pattern in _PATTERNS)
"""Each reason to ignore a number, and what it looks like. What they find may overlap."""

_SAID_YEAR: Final = (
    rf",?\s(?:(?P<year>{_YEAR})|\((?P<in_brackets>{_YEAR})\)|['\u2019](?P<short>[0-9]{{2}})\b"
    # "On Friday 14 December 1800 people came" has no year.
    r"|(?P<old>1[6-8][0-9]{2})\b(?!\s[a-z]))"
)
DATED: Final = re.compile(
    rf"(?:\b(?P<before>{_WEEKDAY})(?:[,:]?(?:\sthe)?\s|\s\())?"
    rf"(?<![\w.,])(?:(?:(?P<day>[0-3]?[0-9]){_TH}?(?:\sof)?\s(?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\s(?P<day2>[0-3]?[0-9]){_TH}?)"
    # A number of four digits may be the year, and may be none.
    rf"(?:{_SAID_YEAR}|(?!,?\s\(?[0-9]{{4}}\b)){_END}"
    rf"|(?P<year3>{_YEAR})-(?P<month3>[01][0-9])-(?P<day3>[0-3][0-9])\b)"
    rf"\)?(?:\s\((?P<behind>{_WEEKDAY})\))?"
)
"""A date in English or in digits, maybe with its weekday before or behind it."""
