"""What may tell who somebody is: how such texts are found, and replaced by others of their form."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
import string
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable

__all__ = ["canary", "edited", "labelled", "looks_personal", "traces"]

_KINDS = {
    "an e-mail address": re.compile(r"[^\s@<>,;:'\"()]+(@|%40)[\w-]+(\.[\w-]+)+"),
    "a telephone number": re.compile(
        r"(?<![\w.])(\+|\(?0)(?=([ ()./-]*[0-9]){9,14}(?![\w]))[1-9][0-9 ()./-]*[0-9](?!\w)"
    ),
    "a name with a title": re.compile(r"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Dame|Rev)\.? [A-Z]\w"),
}
_LABEL = re.compile(
    r"\b(first|last|full|given|family|maiden) ?names?\b|\b(sur|fore)names?\b|\be-?mails?\b|"
    r"\b((tele|cell|mobile) ?)?phone\b|\bmobile\b"
)
_JSON = re.compile(r'"([\w -]+)"\s*:\s*"([^"\\]+)"')
_TELLING = re.compile(r"([^\W\d_].*){3}|([0-9].*){9}")
_SHORTEST = 4
_MANY_DIGITS = 8
_LETTERS = "ghjklmnpqrtvwxz"
_ZIP = b"PK\x03\x04"


def looks_personal(text: str, known: Iterable[str] = ()) -> str | None:
    """Say what in a text may tell who somebody is, without repeating it; None for nothing.

    Args:
        text: what would be seen.
        known: texts that are known to tell it.

    Examples:
        >>> looks_personal("write to ada@example.org")
        'an e-mail address'
        >>> looks_personal("call 020 7946 0999"), looks_personal("thank Dr Byron")
        ('a telephone number', 'a name with a title')
        >>> looks_personal("Tea in Hackney with Ada", known=["Ada"])
        'the text 1 of personal.yaml'
        >>> looks_personal("order 120000000001 of 2023-12-31, by @OurCharity") is None
        True
    """
    folded = text.casefold()
    for number, one in enumerate(known, start=1):
        if one.casefold() in folded:
            return f"the text {number} of personal.yaml"
    return next((kind for kind, form in _KINDS.items() if form.search(text)), None)


def labelled(data: bytes) -> dict[str, str]:
    r"""Find texts in a file whose column or key says that they are of people.

    Texts that stand elsewhere in the file too are left out, because they may be something else.

    Returns:
        The label of each text.

    Examples:
        >>> labelled(b"No,First name,Month\n1,Zephyrine,May\n2,May,June\n")
        {'Zephyrine': 'First name'}
        >>> labelled(b'{"id": "1", "email": "ada@example.org"}')
        {'ada@example.org': 'email'}
    """
    text = data.decode("utf-8", "replace")
    pairs = _JSON.findall(text) or _cells(text)
    found = [(label, value) for label, value in pairs if _of_people(label, value)]
    times = Counter(value for _label, value in found)
    return {value: label for label, value in found if text.count(value) == times[value]}


def _of_people(label: str, value: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", label).lower()
    return bool(_LABEL.search(words) and _TELLING.search(value))


def _cells(text: str) -> list[tuple[str, str]]:
    """Give the cells of a table with one header, each with its label."""
    header = text.partition("\n")[0]
    delimiter = max(",;\t|", key=header.count)
    try:
        labels, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (csv.Error, ValueError):
        return []
    return [
        (label.strip(), cell.strip())
        for row in rows
        for label, cell in zip(labels, row, strict=False)
    ]


def canary(text: str) -> str:
    """Make up another text of the same form: letters for letters, digits for digits.

    The part of an address after the @, and the first two digits of a number, stay.

    Examples:
        >>> canary("ada@example.org").partition("@")[2]
        'example.org'
        >>> [word.istitle() for word in canary("Ada Byron").split()]
        [True, True]
    """
    # The same text always gives the same one, so that a person stays one person.
    chance = random.Random(f"canary {text}")  # noqa: S311  (nothing secret hangs on it)
    name, sign, domain = text.partition("@")
    made, digits = "", 0
    for letter in name:
        digits += letter.isdigit()
        if letter.isdigit() and digits > 2:
            made += chance.choice(string.digits)
        elif letter.isalpha():
            other = chance.choice(_LETTERS)
            made += other.upper() if letter.isupper() else other
        else:
            made += letter
    return made + sign + domain


def traces(text: str) -> dict[str, str]:
    """Give the forms in which a personal text may get out, folded, with what each is.

    Examples:
        >>> [form for form, how in traces("Ada Byron <ada@example.org>").items() if "@" in form]
        ['ada byron <ada@example.org>']
        >>> traces("ada.byron@example.org")["byron"]
        'a part of it'
    """
    folded = text.casefold()
    found = {folded: "as it is"}
    words = re.split(r"[\W_]+", folded.partition("@")[0])
    found |= {word: "a part of it" for word in words if _tells(word)}
    if "@" in folded:
        found |= {folded.partition("@")[0]: "a part of it"}
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, folded.encode(), usedforsecurity=False).hexdigest()
        # A hash that needs no key is undone by whoever can guess the address.
        found[digest[:32]] = f"hashed without a key ({name})"
    return found


def _tells(word: str) -> bool:
    """Say whether a part of a text can be told apart; a few digits may stand in any hash."""
    return len(word) >= (_MANY_DIGITS if word.isdigit() else _SHORTEST)


def edited(data: bytes, edit: Callable[[bytes], bytes]) -> bytes:
    """Change the bytes of a file, or of each file within a zip archive that is whole."""
    if not data.startswith(_ZIP):
        return edit(data)
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
            for info in old.infolist():
                new.writestr(info, edit(old.read(info)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return edit(data)
    return made.getvalue()
