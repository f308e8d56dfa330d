"""Names brought to one form, by rules that are data."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Final

from attrs import frozen

__all__ = [
    "RULES",
    "Name",
    "Rule",
    "difference",
    "numbers_in",
    "read_name",
    "register_code",
]


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
_SMALL: Final = frozenset({"and", "&", "for", "in", "of", "the"})
_LEAST_ABBREVIATION: Final = 2


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _no_accents(text: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def _parted(text: str) -> tuple[str, str] | None:
    """Part a name from its abbreviation, where one of them is in brackets after the other."""
    found = _BRACKETS.match(text)
    if found is None:
        return None
    outside, inside = f"{found[1]} {found[3]}".strip(), found[2].strip()
    for name, short in ((outside, inside), (inside, outside)):
        letters = re.sub(r"[\W_]", "", short).casefold()
        if len(letters) >= _LEAST_ABBREVIATION and letters in _initials(name):
            return name, short
    return None


def _initials(name: str) -> set[str]:
    words = re.findall(r"[^\W_]+", name.casefold())
    large = [word for word in words if word not in _SMALL]
    return {"".join(word[0] for word in some) for some in (words, large) if len(some) > 1}


def _without_abbreviation(text: str) -> str:
    parted = _parted(text)
    return parted[0] if parted else text


def _no_punctuation(text: str) -> str:
    text = _DOTTED.sub("", _APOSTROPHES.sub("", text))
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    return " ".join("".join(kept).split())


def _no_the(text: str) -> str:
    words = text.split()
    return " ".join([word for word in words if word.casefold() != "the"] or words)


def _in_order(text: str) -> str:
    return " ".join(sorted(text.split()))


RULES: Final = (
    Rule("the same characters in another form", _plain),
    Rule("small letters for capitals", str.casefold),
    Rule("an abbreviation in brackets", _without_abbreviation),
    Rule("letters without their accents", _no_accents),
    Rule("'and' for '&'", lambda text: re.sub(r"[&+]", " and ", text)),
    Rule("other punctuation or spaces", _no_punctuation),
    Rule("one without 'the'", _no_the),
    Rule("the same words in another order", _in_order),
)
"""What is set aside before names are compared, in this order. A comma that puts the larger body
last ("Institute of Education, UCL") is the order of words."""

_LEGAL_FORMS: Final = {
    "limited": "limited",
    "ltd": "limited",
    "public limited company": "plc",
    "plc": "plc",
    "limited liability partnership": "llp",
    "llp": "llp",
    "community interest company": "cic",
    "cic": "cic",
    "charitable incorporated organisation": "cio",
    "cio": "cio",
    "incorporated": "inc",
    "inc": "inc",
    "llc": "llc",
    "gmbh": "gmbh",
}
_LEGAL_FORM: Final = re.compile(
    rf"(?<=.) ({'|'.join(sorted(_LEGAL_FORMS, key=lambda form: (-len(form), form)))})$",
    re.IGNORECASE,
)


@frozen
class Name:
    """A name in the form in which names are compared.

    Two are equal as normalised names where their key and their legal forms are.

    Attributes:
        text: as it was written.
        key: its words without their legal form, sorted.
        forms: the legal forms at its end, each in its shortest form.
        numbers: the words with digits, sorted; they tell branches and groups apart.
        abbreviation: the key of the abbreviation that stands in it; empty where there is none.
    """

    text: str
    key: str
    forms: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    abbreviation: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the key."""
        return tuple(self.key.split())


@cache
def read_name(text: str) -> Name:
    """Bring a name to the form in which names are compared.

    Examples:
        >>> read_name("The Institute of Education, U.C.L.").key
        'education institute of ucl'
        >>> read_name("Ada & Sons Ltd.").key, read_name("Ada & Sons Ltd.").forms
        ('ada and sons', ('limited',))
        >>> read_name("University College London (UCL)").abbreviation
        'ucl'
        >>> read_name("Age UK (Camden)").key
        'age camden uk'
    """
    words, forms = _parts(text)
    parted = _parted(_plain(text))
    return Name(
        text=text,
        key=_in_order(words),
        forms=tuple(sorted({_LEGAL_FORMS[form] for form in forms})),
        numbers=numbers_in(words),
        abbreviation=_parts(parted[1])[0] if parted else "",
    )


def numbers_in(words: str) -> tuple[str, ...]:
    """Give the words with digits in them, sorted.

    Examples:
        >>> numbers_in("scouts 3rd camden 12")
        ('12', '3rd')
    """
    return tuple(sorted(w for w in words.split() if any(c.isdigit() for c in w)))


def _parts(text: str, *, without: int | None = None) -> tuple[str, list[str]]:
    """Apply the rules but one, and take the legal forms off the end.

    They are at the end while the words stand as they were written.
    """
    last = len(RULES) - 1
    for index, rule in enumerate(RULES[:last]):
        if index != without:
            text = rule.change(text)
    forms = []
    while found := _LEGAL_FORM.search(text):
        text = text[: found.start()]
        forms.append(found[1].casefold())
    if last != without:
        text = RULES[last].change(text)
    return text, forms


def difference(one: Name, other: Name) -> list[str]:
    """Say in words what is set aside when two names are compared, and how they still differ.

    Examples:
        >>> difference(read_name("Arts and Crafts, UCL"), read_name("UCL Arts & Crafts"))
        ["'and' for '&'", 'other punctuation or spaces', 'the same words in another order']
        >>> difference(read_name("Age Concern Ltd"), read_name("Age Concernn"))
        ["'concern' for 'concernn'", "only one is 'limited'"]
    """
    reasons = [
        rule.reason
        for index, rule in enumerate(RULES)
        if one.key == other.key
        and _parts(one.text, without=index)[0] != _parts(other.text, without=index)[0]
    ]
    first, second = Counter(one.words), Counter(other.words)
    mine, theirs = (sorted((a - b).elements()) for a, b in ((first, second), (second, first)))
    if mine and theirs:
        reasons.append(f"'{' '.join(mine)}' for '{' '.join(theirs)}'")
    elif mine or theirs:
        reasons.append(f"only one has '{' '.join(mine or theirs)}'")
    if one.forms != other.forms:
        forms = sorted(" ".join(name.forms) for name in (one, other))
        reasons.append(
            f"one is '{forms[0]}', the other '{forms[1]}'"
            if all(forms)
            else f"only one is '{forms[1]}'"
        )
    else:
        forms = sorted({" ".join(_parts(name.text)[1]) for name in (one, other)})
        if len(forms) > 1:
            reasons.append(f"'{forms[0]}' for '{forms[1]}'")
    return reasons


_CODE: Final = re.compile(r"([A-Z]{2}-[A-Z0-9]+)-([^ ].*)")
_HYPHENS: Final = re.compile("[\u2010-\u2015\u2212]")
_COMPANY_DIGITS: Final = 8


def register_code(text: str) -> tuple[str, str] | None:
    """Read an identifier of a public register (org-id.guide): the register, and the number in it.

    Returns:
        The two in capitals, without spaces; the number of a company in eight digits, as the
        register has it. None where the text is no such identifier.

    Examples:
        >>> register_code("gb-chc-1159982"), register_code("GB-COH-123")
        (('GB-CHC', '1159982'), ('GB-COH', '00000123'))
        >>> register_code("Age Concern")
    """
    found = _CODE.fullmatch(_HYPHENS.sub("-", _plain(text)).upper().strip())
    if found is None:
        return None
    number = "".join(found[2].split())
    if found[1] == "GB-COH" and number.isdigit():
        number = number.zfill(_COMPANY_DIGITS)
    return found[1], number
