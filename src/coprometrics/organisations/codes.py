"""Numbers in public registers, however people write them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["CHARITY_NUMBER", "charity_code", "register_code"]

CHARITY_NUMBER: Final = re.compile(
    r"[(\[]?\b(?:registered )?charity (?:no|num|number)\b\.?[\s:]*"
    r"((?:SC|NIC)?\d{5,7})\b[)\]]?",
    re.IGNORECASE,
)
"""The number of a charity in its name."""

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
    found = _CODE.fullmatch(_HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).upper().strip())
    if found is None:
        return None
    number = "".join(found[2].split())
    if found[1] == "GB-COH" and number.isdigit():
        number = number.zfill(_COMPANY_DIGITS)
    return found[1], number


def charity_code(text: str) -> tuple[str, str] | None:
    """Read the number of a charity that a name gives: the register, and the number in it.

    Examples:
        >>> charity_code("Arts for All (charity no. 1234567)")
        ('GB-CHC', '1234567')
        >>> charity_code("Arts for All (registered charity number SC012345)")
        ('GB-SC', 'SC012345')
    """
    found = CHARITY_NUMBER.search(text)
    if found is None:
        return None
    number = found[1].upper()
    if number.startswith("NIC"):
        return "GB-NIC", number.removeprefix("NIC")
    return ("GB-SC" if number.startswith("SC") else "GB-CHC"), number
