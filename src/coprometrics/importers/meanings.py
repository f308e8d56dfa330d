"""What the codes of values that do not fit a record type mean, for people."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["MEANINGS"]

MEANINGS: Mapping[str, str] = {
    "missing": "must not be missing",
    "unknown-field": "is not a field of this record type",
    "wrong-type": "has a value of the wrong type",
    "not-a-date": "must be a date such as 2023-12-31",
    "not-an-instant": "must be a date and time with its offset from UTC",
    "not-an-option": "has a value that is not on its list",
    "too-short": "must not be empty",
    "too-long": "is too long",
    "wrong-form": "does not have the form that it must have",
    "forbidden-character": "holds a character that it must not hold",
    "not-unicode": "holds half of a surrogate pair, which is no character",
    "below-minimum": "is below the least value allowed",
    "above-maximum": "is above the greatest value allowed",
    "unknown-timezone": "must be an IANA time zone such as Europe/London",
    "repeated": "holds the same value twice",
    "ends-before-start": "comes before the start",
    "date-precision": "must be the first day of the month or year to which it is known",
    "above-limit": "must not be positive for this kind",
}
"""The message of each code that a check against a record type may give."""
