"""Which fields of a grant are read, and by which names tables know them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coprometrics_csv.columns import fold

__all__ = ["INDIVIDUALS", "PARTS", "PLAIN", "READ", "Path", "path_of", "pointer"]

Path = tuple[str | int, ...]
"""A place in a grant: ``("amountAwarded",)``, or ``("plannedDates", 0, "startDate")``."""

PLAIN: Mapping[str, str] = {
    "id": "Identifier",
    "title": "Title",
    "description": "Description",
    "currency": "Currency",
    "amountAppliedFor": "Amount Applied For",
    "amountAwarded": "Amount Awarded",
    "amountDisbursed": "Amount Disbursed",
    "awardDate": "Award Date",
}
"""Fields with one value, and their titles."""

_DATES = {"startDate": "Start Date", "endDate": "End Date", "duration": "Duration (months)"}
_ORGANISATION = {
    "id": "Identifier",
    "name": "Name",
    "charityNumber": "Charity Number",
    "companyNumber": "Company Number",
}

PARTS: Mapping[str, Mapping[str, str]] = {
    "plannedDates": _DATES,
    "actualDates": _DATES,
    "recipientOrganization": _ORGANISATION,
    "fundingOrganization": _ORGANISATION,
}
"""Fields with a list of parts, and what is read of each part."""

INDIVIDUALS = ("recipientIndividual", "toIndividualsDetails")
"""Fields that say that a person received the grant. Nothing that is in them is kept."""

READ = frozenset((*PLAIN, *PARTS, *INDIVIDUALS))
"""All fields of a grant that are read."""

_TITLES = {
    "plannedDates": "Planned Dates",
    "actualDates": "Actual Dates",
    "recipientOrganization": "Recipient Org",
    "fundingOrganization": "Funding Org",
    "recipientIndividual": "Recipient Ind",
    "toIndividualsDetails": "To Individuals Details",
}


def _names(fields: Mapping[str, str]) -> dict[str, str]:
    """Know fields by their names and by their titles."""
    return {fold(name): field for field, title in fields.items() for name in (field, title)}


_PLAIN_NAMES = _names(PLAIN)
_PART_NAMES = _names(_TITLES)
_NAMES_WITHIN = {field: _names(within) for field, within in PARTS.items()}
_SEPARATOR = re.compile(r"\s*[:/]\s*")
_INDEX = re.compile(r"[0-9]{1,3}")


def path_of(label: str) -> Path | None:
    """Say which field of a grant a column holds; None when it is none that is read.

    Labels are titles or paths of fields, with the number of the part or, for the first, without.

    Examples:
        >>> path_of("Amount Awarded"), path_of("recipientOrganization/1/id")
        (('amountAwarded',), ('recipientOrganization', 1, 'id'))
        >>> path_of("Planned Dates:Start Date"), path_of("Grant Programme:Title")
        (('plannedDates', 0, 'startDate'), None)
    """
    first, *rest = _SEPARATOR.split(fold(label))
    if not rest:
        field = _PLAIN_NAMES.get(first)
        return (field,) if field else None
    part = _PART_NAMES.get(first)
    if part is None:
        return None
    if part in INDIVIDUALS:
        return (part,)
    index = int(rest.pop(0)) if _INDEX.fullmatch(rest[0]) else 0
    within = _NAMES_WITHIN[part].get(rest[0]) if len(rest) == 1 else None
    return (part, index, within) if within else None


def pointer(*path: str | int) -> str:
    """Write a place as a JSON pointer (RFC 6901).

    Examples:
        >>> pointer("grants", 3, "awardDate")
        '/grants/3/awardDate'
    """
    return "".join(f"/{part}" for part in path)
