"""The rules by which names are brought to one form, and parted from their legal forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from attrs import frozen

from coprometrics.organisations.codes import CHARITY_NUMBER
from coprometrics.organisations.words import COUNCILS, LEGAL_FORMS, SHORTER, SMALL

__all__ = ["RULES", "Rule", "in_order", "initials", "no_accents", "parted", "parts_of", "plain"]


@frozen
class Rule:
    """One way in which people write one name differently.

    Attributes:
        reason: how a person would say that two names differ by it alone.
        change: brings a text to the form that all have in common.
    """

    reason: str
    change: Callable[[str], str]


_BRACKETS: Final = re.compile(r"^(.*)[(\[]([^()\[\]]+)[)\]](.*)$", re.DOTALL)
_DOTTED: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_APOSTROPHES: Final = re.compile("['\u2019\u02bc`\u2018]")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_LEAST_ABBREVIATION: Final = 2
_SHORTER: Final = {text: one for one, others in SHORTER.items() for text in (one, *others)}
_LONGER: Final = re.compile(
    rf"\b(?:{'|'.join(sorted(_SHORTER, key=lambda text: (-len(text), text)))})\b", re.IGNORECASE
)


def plain(text: str) -> str:
    """Give a text in Unicode's compatible form."""
    return unicodedata.normalize("NFKC", text)


def no_accents(text: str) -> str:
    """Give a text without the accents of Latin, Greek and Cyrillic letters."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def parted(text: str) -> tuple[str, str] | None:
    """Part a name from its abbreviation, where one of them is in brackets after the other."""
    found = _BRACKETS.match(text)
    if found is None:
        return None
    outside, inside = f"{found[1]} {found[3]}".strip(), found[2].strip()
    for name, short in ((outside, inside), (inside, outside)):
        letters = re.sub(r"[\W_]", "", short).casefold()
        if len(letters) >= _LEAST_ABBREVIATION and letters in initials(name):
            return name, short
    return None


def initials(name: str) -> set[str]:
    """Give what the first letters of a name may be: of all words, and of the large ones."""
    words = re.findall(r"[^\W_]+", _APOSTROPHES.sub("", name).casefold())
    large = [word for word in words if word not in SMALL]
    return {"".join(word[0] for word in some) for some in (words, large) if len(some) > 1}


def _without_abbreviation(text: str) -> str:
    both = parted(text)
    return both[0] if both else text


def _no_punctuation(text: str) -> str:
    text = _DOTTED.sub("", _APOSTROPHES.sub("", text))
    # What only shapes or directs the letters, as a soft hyphen does, stands between no words.
    seen = (c for c in text if unicodedata.category(c) != "Cf")
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in seen)
    return " ".join("".join(kept).split())


def _no_charity_number(text: str) -> str:
    return CHARITY_NUMBER.sub(" ", text).strip() or text


def _one_way(text: str) -> str:
    return _LONGER.sub(lambda found: _SHORTER.get(found[0].casefold(), found[0]), text)


def _no_the(text: str) -> str:
    words = text.split()
    return " ".join([word for word in words if word.casefold() != "the"] or words)


def in_order(text: str) -> str:
    """Give the words of a text, sorted."""
    return " ".join(sorted(text.split()))


RULES: Final = (
    Rule("the same characters in another form", plain),
    Rule("small letters for capitals", str.casefold),
    Rule("the number of a charity", _no_charity_number),
    Rule("an abbreviation in brackets", _without_abbreviation),
    Rule("letters without their accents", no_accents),
    Rule("'and' for '&'", lambda text: re.sub(r"[&+]", " and ", text)),
    Rule("other punctuation or spaces", _no_punctuation),
    Rule("other words for the same", _one_way),
    Rule("one without 'the'", _no_the),
    Rule("the same words in another order", in_order),
)
"""What is set aside before names are compared, in this order. A comma that puts the larger body
last ("Institute of Education, UCL") is the order of words."""

_LONGEST_FORM: Final = max(len(form.split()) for form in LEGAL_FORMS)
_COUNCIL: Final = re.compile(
    r"(?<=.) ((?:city and|metropolitan|county)? ?(?:borough|district|city|county)) council$",
    re.IGNORECASE,
)


def parts_of(text: str, *, without: int | None = None) -> tuple[str, list[str]]:
    """Apply the rules but one, and take the legal forms off the end.

    They are at the end while the words stand as they were written.
    """
    last = len(RULES) - 1
    for index, rule in enumerate(RULES[:last]):
        if index != without:
            text = rule.change(text)
    text, forms = _without_forms(text)
    text, kinds = _without_kind(text)
    forms += kinds
    if last != without:
        text = RULES[last].change(text)
    return text, forms


def _without_forms(text: str) -> tuple[str, list[str]]:
    words, forms = text.split(), []
    while found := next((form for form in _ends(words) if form in LEGAL_FORMS), None):
        del words[-len(found.split()) :]
        forms.append(found)
    return " ".join(words), forms


def _ends(words: list[str]) -> Iterator[str]:
    """Give the last words of a name, the most first; one word at least is left before them."""
    for number in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        yield " ".join(words[-number:]).casefold()


def _without_kind(text: str) -> tuple[str, list[str]]:
    """Part the name of a council from its kind: "Ayton Borough Council" is "Ayton Council"."""
    kinds = []
    if found := _COUNCIL.search(text):
        text = f"{text[: found.start()]} council"
        kinds.append(f"{found[1].casefold()} council")
    for pattern in COUNCILS:
        if found := pattern.search(text):
            text = f"{found[2]} council"
            kinds.append(f"{found[1].casefold()} council")
    return text, kinds
