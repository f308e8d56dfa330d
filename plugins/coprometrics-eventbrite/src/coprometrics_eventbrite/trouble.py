"""What may go wrong with a call, and what a person can do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from attrs import frozen

from coprometrics.errors import SourceError

__all__ = [
    "EXPANSION_FAILED",
    "ContinuationError",
    "ExpansionError",
    "NotFoundError",
    "PassingError",
    "Trouble",
    "code_of",
    "explained",
]

EXPANSION_FAILED: Final = "EXPANSION_FAILED"
_CONTINUATION = ("BAD_CONTINUATION_TOKEN", "BAD_PAGE")
_CODE = re.compile(r"[A-Z][A-Z_]{2,40}")
_NOT_FOUND = 404
_OLD_TOKEN = "make a new private token at Eventbrite, and see that it was copied whole"  # noqa: S105

_ADVICE: Mapping[int, tuple[str, str]] = {
    400: ("the service does not take the question", "see that the organisation's number is right"),
    401: ("the service does not take the token", _OLD_TOKEN),
    403: ("the token may not see this", "use a token of an owner or member of the organisation"),
    404: (
        "the service knows no such thing, or does not show it to this token",
        "see that the organisation's number is right; run it again after an event was deleted",
    ),
}


class PassingError(Exception):
    """A fault that may be gone in a while.

    Args:
        what: what happened.
        wait: the seconds after which the service said to come back.
    """

    def __init__(self, what: str, *, wait: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.wait = wait


class ExpansionError(SourceError):
    """The service failed to put one thing into another; it may give both apart."""


class ContinuationError(SourceError):
    """The service no longer knows where a listing was to go on."""


class NotFoundError(SourceError):
    """There is no such thing, or this token may not see it."""


@frozen
class Trouble:
    """An answer that is none, without anything in it that the service wrote but its code.

    Attributes:
        status: the HTTP status; None where no answer came.
        code: the service's word for the error.
        what: what happened, where no answer tells.
        reset: the seconds until calls are allowed again, where the service says it.
        final: whether asking again is of no use.
    """

    status: int | None = None
    code: str | None = None
    what: str = ""
    reset: int | None = None
    final: bool = False


class _Error(msgspec.Struct):
    error: str = ""


def code_of(body: bytes) -> str | None:
    """Read the service's word for an error; its description may repeat the token and is left.

    Examples:
        >>> code_of('{"status_code": 401, "error": "NO_AUTH", "error_description": "…"}'.encode())
        'NO_AUTH'
        >>> code_of(b"<html>") is None
        True
    """
    try:
        code = msgspec.json.decode(body, type=_Error).error
    except (ValueError, RecursionError):
        return None
    return code if _CODE.fullmatch(code) else None


def explained(trouble: Trouble, where: str) -> SourceError:
    """Give the error of a trouble that does not pass, with what to do about it."""
    if trouble.status is None:
        return SourceError(trouble.what, where=where, remedy="nothing was kept")
    code = f" ({trouble.status}, {trouble.code})" if trouble.code else f" ({trouble.status})"
    if trouble.code == EXPANSION_FAILED:
        return ExpansionError(f"the service could not expand its answer{code}", where=where)
    if trouble.code in _CONTINUATION:
        return ContinuationError(
            f"the service no longer knows where the listing was to go on{code}",
            where=where,
            remedy="nothing was kept; run it again",
        )
    if trouble.code == "INVALID_AUTH":
        what, remedy = _ADVICE[401]
        return SourceError(f"{what}{code}", where=where, remedy=remedy)
    if 300 <= trouble.status < 400:
        return SourceError(
            f"the service points to another address{code}, where the token must not go",
            where=where,
            remedy="nothing was kept; see whether a newer release of this plugin is out",
        )
    what, remedy = _ADVICE.get(trouble.status, ("the service refuses", "nothing was kept"))
    kind = NotFoundError if trouble.status == _NOT_FOUND else SourceError
    return kind(f"{what}{code}", where=where, remedy=remedy)
