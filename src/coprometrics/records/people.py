"""Organisations and the pseudonyms of people.

A person has no record of their own, only a key: no field of any record holds a name, an e-mail
address, a phone number or a postal address of a person.
"""

from __future__ import annotations

import unicodedata

from coprometrics.errors import ParameterError
from coprometrics.records._definition import (
    Record,
    identifier,
    organisation_code,
    record,
    text,
    texts,
    word,
)

__all__ = ["Organisation", "cmac", "key_of_people", "normal_address", "person_key"]

_KEY_BYTES = 32


@record()
class Organisation(Record):
    """A body that takes part, pays or funds: a charity, a university department, a council."""

    id: str = identifier("Identifies the organisation.")
    name: str = text("The name as it should appear in a report.")
    kind: str = word(
        "What sort of organisation it is; each has one kind.",
        "ucl_department",
        "charity",
        "not_for_profit",
        "network",
        "university",
        "council",
        "research_funder",
        "public_body",
        "company",
    )
    org_id: str | None = organisation_code("Its identifier in a public register (org-id.guide).")
    parent_id: str | None = identifier("The organisation it is part of.", nullable=True)
    same_as: tuple[str, ...] = texts("Other names and identifiers it is known by.")


def person_key(address: str, key: bytes) -> str:
    """Give the pseudonym of a person: the same address and key always give the same one.

    It is AES-CMAC (NIST SP 800-38B, with a key of 256 bits) over the normalised address in UTF-8,
    under the workspace's secret key. Normalised means: Unicode NFKC, without spaces at the ends,
    case folded. Nothing else is folded: dots and ``+tags`` stay, because their meaning differs
    from one mail provider to the next.

    A pseudonym is still personal data for whoever holds the key.

    Args:
        address: an e-mail address or another text that identifies one person.
        key: the workspace's secret, 32 bytes.

    Returns:
        32 hexadecimal digits.

    Raises:
        ParameterError: when the key has another length, or the address is empty.

    Examples:
        >>> secret = bytes(range(32))
        >>> person_key("Ada@Example.org ", secret) == person_key("ada@example.org", secret)
        True
    """
    key = key_of_people(key)
    normal = normal_address(address)
    if not normal:
        raise ParameterError("the text that identifies a person is empty")
    return cmac(normal.encode("utf-8", "surrogatepass"), key).hex()


def key_of_people(key: bytes) -> bytes:
    """Give a key back, if it can be the secret of a workspace.

    Raises:
        ParameterError: when it has another length.
    """
    if len(key) != _KEY_BYTES:
        raise ParameterError(f"the key for people has {len(key)} bytes, not {_KEY_BYTES}")
    return key


def normal_address(address: str) -> str:
    """Bring an address to the form in which it is hashed; empty where nothing is left.

    Examples:
        >>> normal_address(" \uff21da@Example.ORG")
        'ada@example.org'
    """
    # Normalising takes long, and leaves ASCII as it is.
    text = address if address.isascii() else unicodedata.normalize("NFKC", address)
    return text.strip().casefold()


def cmac(message: bytes, key: bytes) -> bytes:
    """Give the AES-CMAC of a message, 16 bytes."""
    # Whoever hashes nobody need not wait for it to load.
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC

    code = CMAC(AES(key))
    code.update(message)
    return code.finalize()
