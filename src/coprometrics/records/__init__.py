"""What is counted: one attrs class for each type of record.

``people`` has organisations and the pseudonyms of people, ``activities`` what was held and who
came, ``programmes`` the stages of funding calls, ``finance`` income, awards and payments,
``audiences`` posts and followers.
"""

from __future__ import annotations

from coprometrics.errors import ParameterError
from coprometrics.records._definition import FieldSpec, Record, field_specs, pinned_specs
from coprometrics.records.activities import Activity, Attendance
from coprometrics.records.audiences import AudienceSnapshot, Post
from coprometrics.records.finance import AwardAdjustment, GrantAward, Income, Payment, ScheduleLine
from coprometrics.records.people import Organisation, person_key
from coprometrics.records.programmes import StageCount, StageEvent

__all__ = [
    "RECORD_TYPES",
    "Activity",
    "Attendance",
    "AudienceSnapshot",
    "AwardAdjustment",
    "FieldSpec",
    "GrantAward",
    "Income",
    "Organisation",
    "Payment",
    "Post",
    "Record",
    "ScheduleLine",
    "StageCount",
    "StageEvent",
    "field_specs",
    "person_key",
    "pinned_specs",
    "record_type",
]

RECORD_TYPES: tuple[type[Record], ...] = (
    Organisation,
    Activity,
    Attendance,
    Income,
    GrantAward,
    ScheduleLine,
    AwardAdjustment,
    StageEvent,
    StageCount,
    Post,
    AudienceSnapshot,
    Payment,
)
"""Every record type, in the order in which they are documented."""


def record_type(name: str) -> type[Record]:
    """Find a record type by its class name or its name in tables.

    Raises:
        ParameterError: when there is none; names those that exist.

    Examples:
        >>> record_type("GrantAward") is record_type("grant_award")
        True
    """
    for candidate in RECORD_TYPES:
        if name in (candidate.__name__, candidate.record_name):
            return candidate
    known = ", ".join(sorted(candidate.__name__ for candidate in RECORD_TYPES))
    raise ParameterError(f"there is no record type {name!r}", remedy=f"use one of {known}")
