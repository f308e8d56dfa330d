"""The words that mean something in the names of organisations: data, without the rules for them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["COUNCILS", "LEGAL_FORMS", "MARKS", "OTHER_NAMES", "SHORTER", "SMALL"]

SMALL: Final = frozenset({"and", "&", "for", "in", "of", "on", "the", "to"})
"""What initials are mostly made without."""

LEGAL_FORMS: Final = {
    "limited": "limited",
    "ltd": "limited",
    "cyfyngedig": "limited",
    "cyf": "limited",
    "public limited company": "plc",
    "plc": "plc",
    "limited liability partnership": "llp",
    "llp": "llp",
    "community interest company": "cic",
    "cic": "cic",
    "charitable incorporated organisation": "cio",
    "cio": "cio",
    "scottish charitable incorporated organisation": "scio",
    "scio": "scio",
    "unincorporated": "unincorporated",
    "incorporated": "inc",
    "inc": "inc",
    "llc": "llc",
    "gmbh": "gmbh",
    "charity": "charity",
    "charitable trust": "charity",
}
"""What stands at the end of a name and says what its bearer is in law: as written, and shortest."""

COUNCILS: Final = (
    re.compile(r"^(london borough|royal borough) of (.+?)(?: council)?$", re.IGNORECASE),
    re.compile(r"^(city) of (.+) council$", re.IGNORECASE),
)
"""How a council can be named with its kind before its place."""

SHORTER: Final = {
    "association": ("assoc", "assn"),
    "cab": ("citizens advice bureau",),
    "centre": ("center",),
    "college": ("coleg",),
    "council": ("cyngor",),
    "department": ("dept",),
    "foundation": ("fdn",),
    "international": ("intl",),
    "ni": ("northern ireland",),
    "organisation": ("organization",),
    "pta": ("parent teacher association", "parents and teachers association"),
    "rufc": ("rugby union football club",),
    "society": ("soc",),
    "st": ("saint",),
    "uk": ("united kingdom",),
    "university": ("univ", "prifysgol"),
    "wales": ("cymru",),
    "wi": ("womens institute",),
    "1st": ("first",),
    "2nd": ("second",),
    "3rd": ("third",),
}
"""Words, and how else people write them: shorter, otherwise spelt, or in Welsh."""

MARKS: Final = frozenset(
    {
        *("north", "south", "east", "west", "northern", "southern", "eastern", "western"),
        *("upper", "lower", "inner", "outer", "infant", "infants", "junior", "juniors", "senior"),
        *("boys", "girls", "men", "mens", "women", "womens", "ladies"),
        *("friends", "pta", "ptfa", "branch", "alumni", "students"),
    }
)
"""Words that tell one body from another as numbers do: "Friends of" a museum are not the museum."""

OTHER_NAMES: Final = re.compile(
    r"\b(?:t/a|trading as|a\.?k\.?a\.?|(?:also|formerly|previously|commonly|otherwise)"
    r"(?: known as)?|known as)\s+|/",
    re.IGNORECASE,
)
"""What stands between two names of one organisation."""
