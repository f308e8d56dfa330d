"""What tells who somebody is: addresses, names, and the labels of columns that hold them."""

from __future__ import annotations

import re
import unicodedata
import urllib.parse

from coprometrics.errors import WITHHELD, number_shown, shown

__all__ = [
    "AT_SIGN",
    "PLAIN_ADDRESS",
    "address_of",
    "has_contact",
    "is_contact",
    "label_of_people",
    "like_full_name",
    "like_person",
    "word_shown",
]

AT_SIGN = "[@\ufe6b\uff20]"
"""A pattern of the sign in every address; Unicode has it in three widths."""

PLAIN_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
"""A pattern of addresses that ``address_of`` gives back as they are."""

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_IN_BRACKETS = re.compile(r"<([^<>]*)>$")
_SCHEME = "mailto:"
_LABELS = re.compile(
    r"\b(names?|e-?mails?|mail|phone|tel|telephone|mobile|address(es)?|surname|forename|first|last|"
    r"contacts?|home|postcode|post code|zip|birth|dob|twitter|handle|user(name)?|person|people|"
    r"dietary|access needs|gender|ethnicity)\b"
)
_ROLES = re.compile(
    r"\b(participant|attendee|member|delegate|guest|learner|student|trainee|volunteer|donor|"
    r"speaker|trainer|facilitator|tutor|host|patient|carer|applicant|booker|staff|who)(?P<many>s)?\b"
)
_ABOUT_NO_ONE = re.compile(r"\b(status|state|type|kind|category|count|total|fee|price)\b")
_TITLE = re.compile(r"(mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|rev)\b\.? ", re.IGNORECASE)
_PARTICLES = {"al", "bin", "bint", "da", "de", "del", "den", "der", "di", "dos", "ibn", "la", "le"}
_PARTICLES |= {"van", "von", "y"}
_MOST_NAMES = 4
_SHORTEST_TELEPHONE = 7
_DATED = re.compile(
    r"\b(?:[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2,4}|(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}){0,2})\b"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}\b")
_STREET = re.compile(
    r"\b[0-9]+[a-z]?,? \w.* (street|st|road|rd|avenue|ave|lane|close|drive|way|court|gardens|"
    r"place|terrace|square|crescent|grove|hill)\b",
    re.IGNORECASE,
)


def address_of(text: str) -> str | None:
    """Give the one e-mail address that a text is, without what stands around it; None for none.

    Examples:
        >>> address_of("Ada <ada@example.org>")
        'ada@example.org'
        >>> address_of("mailto:ada@example.org?subject=Hello")
        'ada@example.org'
        >>> address_of("n/a") is None
        True
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _IN_BRACKETS.search(plain):
        plain = found[1].strip()
    if plain.lower().startswith(_SCHEME):
        plain = urllib.parse.unquote(plain[len(_SCHEME) :].partition("?")[0]).strip()
    return plain if _ADDRESS.fullmatch(plain) else None


def is_contact(text: str) -> bool:
    """Say whether a text is an e-mail address or a telephone number, and nothing else.

    Examples:
        >>> is_contact("ada@example.org"), is_contact("020 7946 0958"), is_contact("01/05/2023")
        (True, True, False)
    """
    digits_alone = re.fullmatch("[0-9 ()./+-]+", text) is not None
    return address_of(text) is not None or (digits_alone and number_shown(text) == WITHHELD)


def has_contact(text: str) -> bool:
    """Say whether an e-mail address or a telephone number may be in a text.

    Examples:
        >>> has_contact("Questions? Call 020 7946 0958"), has_contact("Paid in 2023-24")
        (True, False)
    """
    if number_shown(text) != WITHHELD:
        return False
    many_digits = sum(map(str.isdecimal, _DATED.sub("", text))) >= _SHORTEST_TELEPHONE
    return many_digits or re.search(AT_SIGN, text) is not None


def label_of_people(label: str, *, numbers: bool) -> bool:
    """Say whether a label is that of a column about people.

    Args:
        label: the label.
        numbers: whether the cells are numbers: then Participants is how many there were.

    Examples:
        >>> label_of_people("Attendee", numbers=False)
        True
        >>> label_of_people("Attendee status", numbers=False)
        False
    """
    plain = label.casefold()
    if _LABELS.search(plain):
        return True
    role = _ROLES.search(plain)
    if role is None or _ABOUT_NO_ONE.search(plain):
        return False
    return not (numbers and role["many"])


def like_full_name(text: str) -> bool:
    """Say whether a text may be the full name of a person; Room Hire may be one too.

    Examples:
        >>> like_full_name("Ada Byron"), like_full_name("van der Berg, Ada")
        (True, True)
        >>> like_full_name("Consulting"), like_full_name("Grants and awards")
        (False, False)
    """
    words = [word for word in text.replace(",", " ").split() if word not in _PARTICLES]
    return 1 < len(words) <= _MOST_NAMES and all(
        word[0].isupper() and re.sub("[-.'\u2019]", "", word).isalpha() for word in words
    )


def like_person(text: str) -> bool:
    """Say whether a text can hardly be anything but a person, or where somebody lives.

    Examples:
        >>> like_person("Dr A. Byron"), like_person("1 High Street"), like_person("N1 2AB")
        (True, True, True)
    """
    return bool(_TITLE.match(text) or _POSTCODE.search(text) or _STREET.search(text))


def word_shown(text: str) -> str:
    """Write a text that should be a number or one of some words; withhold what may be a person.

    It may be one, where a row is out of step with its header.

    Examples:
        >>> word_shown("soon"), word_shown("31/13/2023")
        ("'soon'", "'31/13/2023'")
        >>> word_shown("Ada Byron"), word_shown("call 020 7946 0958")
        ('(withheld)', '(withheld)')
    """
    number = number_shown(text)
    if number != WITHHELD:
        return number
    many_digits = sum(map(str.isdecimal, text)) >= _SHORTEST_TELEPHONE
    somebody = many_digits or like_full_name(text) or like_person(text)
    return WITHHELD if somebody else shown(text)
