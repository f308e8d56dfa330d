"""Organisations and the pseudonyms of people.

A person has no record of their own, only a key: no field of any record holds a name, an e-mail
address, a phone number or a postal address of a person.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

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

__all__ = ["Organisation", "person_key", "person_keys"]

_SHORTEST_KEY = 16
_LONGEST_KEY = hashlib.blake2b.MAX_KEY_SIZE
_DIGEST_BYTES = 16


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

    It is keyed BLAKE2b (RFC 7693) with a digest of 128 bits, over the normalised address in UTF-8
    under the workspace's secret key. Normalised means: Unicode NFKC, without spaces at the ends,
    case folded. Nothing else is folded: dots and ``+tags`` stay, because their meaning differs
    from one mail provider to the next.

    A pseudonym is still personal data for whoever holds the key.

    Args:
        address: an e-mail address or another text that identifies one person.
        key: the workspace's secret, 16 to 64 bytes.

    Returns:
        32 hexadecimal digits.

    Raises:
        ParameterError: when the key is too short or too long, or the address is empty.

    Examples:
        >>> secret = bytes(range(32))
        >>> person_key("Ada@Example.org ", secret) == person_key("ada@example.org", secret)
        True
    """
    return person_keys((address,), key)[0]


def person_keys(addresses: Iterable[str], key: bytes) -> list[str]:
    """Give the pseudonyms of many people, each as ``person_key`` gives it.

    Raises:
        ParameterError: when the key is too short or too long, or an address is empty.

    Examples:
        >>> secret = bytes(range(32))
        >>> person_keys(["ada@example.org"], secret) == [person_key("ada@example.org", secret)]
        True
    """
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise ParameterError(
            f"the key for people has {len(key)} bytes, not {_SHORTEST_KEY} to {_LONGEST_KEY}"
        )
    keyed = hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES)
    keys = []
    for address in addresses:
        # Normalising takes long, and leaves ASCII as it is.
        text = address if address.isascii() else unicodedata.normalize("NFKC", address)
        normal = text.strip().casefold()
        if not normal:
            raise ParameterError("the text that identifies a person is empty")
        digest = keyed.copy()
        digest.update(normal.encode("utf-8", "surrogatepass"))
        keys.append(digest.hexdigest())
    return keys
