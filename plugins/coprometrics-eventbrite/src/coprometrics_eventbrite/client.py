"""Asking the service: one call at a time, with patience for what passes and an end to it.

The secret token is in the header of a call and nowhere else. No error, no log record and no page
that is kept holds it: of what the service answers when something is wrong, only its code is used.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

import stamina
import urllib3
from attrs import define, field, frozen

from coprometrics.errors import ImporterError, ParameterError, SourceError
from coprometrics_eventbrite.secret import Token
from coprometrics_eventbrite.trouble import (
    EXPANSION_FAILED,
    PassingError,
    Trouble,
    code_of,
    explained,
)

__all__ = ["BASE_URL", "Client", "Limits"]

BASE_URL: Final = "https://www.eventbriteapi.com/v3"
"""Where the service is."""

_T = TypeVar("_T")

_CHUNK = 1 << 16
_HOSTS_OF_TESTS = ("127.0.0.1", "localhost", "::1")
_RESET = re.compile(r"\breset=(\d{1,9})s\b")
_SECONDS = re.compile(r"\d{1,9}")
_FIRST_ERROR = 300
_TOO_MANY = 429
_PASSING = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524})


@frozen
class Limits:
    """How far patience goes.

    Attributes:
        calls: the most calls of one run, with all repeats.
        attempts: how often one question is asked before it is given up.
        longest_wait: the longest time to wait for the service to allow calls again, in seconds.
        connect_timeout: how long a connection may take to come about, in seconds.
        read_timeout: how long the service may stay silent, in seconds.
        answer_bytes: the largest answer.
    """

    calls: int = 10_000
    attempts: int = 6
    longest_wait: float = 3_900
    connect_timeout: float = 10
    read_timeout: float = 60
    answer_bytes: int = 100_000_000


@define(repr=False)
class Client:
    """Asks the service, and nobody else.

    Args:
        token: the secret that allows it.
        base: where the service is; only tests have another, on the loopback address.
        limits: how far patience goes.

    Attributes:
        calls: how many calls were made.
        date: the time of the service, when it first answered.

    Examples:
        >>> client = Client(Token("THISISNOTAREALTOKEN1"))
        >>> client.calls
        0
        >>> Client(Token("THISISNOTAREALTOKEN1"), base="https://example.org")
        Traceback (most recent call last):
        coprometrics.errors.ParameterError: base: the service is not there; leave it out
    """

    token: Token
    base: str = BASE_URL
    limits: Limits = field(factory=Limits)
    calls: int = field(default=0, init=False)
    date: dt.datetime | None = field(default=None, init=False)
    _pool: urllib3.PoolManager = field(init=False)

    def __attrs_post_init__(self) -> None:
        place = urlsplit(self.base)
        if self.base != BASE_URL and place.hostname not in _HOSTS_OF_TESTS:
            raise ParameterError("the service is not there", where="base", remedy="leave it out")
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(
                connect=self.limits.connect_timeout, read=self.limits.read_timeout
            ),
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def get(self, path: str, query: Mapping[str, str], decode: Callable[[bytes], _T]) -> _T:
        """Ask one question until it is answered.

        What passes is asked again after a while: too many calls, faults of the service, lost
        connections, answers that are cut off or are not what was asked for.

        Args:
            path: the path, with a slash at both ends.
            query: the parameters.
            decode: makes sense of the answer; raises ``ValueError`` when it is none.

        Raises:
            ExpansionError: when the service cannot expand what was asked for.
            ContinuationError: when the service no longer knows where a listing was to go on.
            SourceError: when the service refuses, or keeps failing.
            ImporterError: when the cap on calls is reached.
        """
        caller = stamina.RetryingCaller(
            attempts=self.limits.attempts, timeout=None, wait_initial=1, wait_max=30
        )
        fault: PassingError | None = None
        try:
            return caller(self._pause, self._once, path, query, decode)
        except PassingError as last:
            fault = last
        # Raised here, so that it does not drag along what was going on below.
        raise SourceError(
            f"{fault.what}, {self.limits.attempts} times in a row",
            where=f"Eventbrite {path}",
            remedy="nothing was kept; try again later",
        )

    def _pause(self, error: Exception) -> bool | float:
        """Say whether to ask again, and after which time where the service said it."""
        if not isinstance(error, PassingError):
            return False
        return True if error.wait is None else float(error.wait)

    def _once(self, path: str, query: Mapping[str, str], decode: Callable[[bytes], _T]) -> _T:
        if self.calls >= self.limits.calls:
            raise ImporterError(
                f"the cap of {self.limits.calls:,} calls is reached",
                where=f"Eventbrite {path}",
                remedy="nothing was kept; allow more with --max-calls",
            )
        self.calls += 1
        answer = self._ask(path, query, decode)
        if isinstance(answer, Trouble):
            raise self._error(answer, path)
        return answer

    def _ask(
        self, path: str, query: Mapping[str, str], decode: Callable[[bytes], _T]
    ) -> _T | Trouble:
        """Make one call; gives what a good answer says, or what the trouble is.

        What the service sent stays in here, so that no error can show it.
        """
        url = f"{self.base}{quote(path)}"
        response: urllib3.BaseHTTPResponse | None = None
        try:
            response = self._pool.request(
                "GET",
                url,
                fields=dict(query) or None,
                headers=self.token.headers(),
                redirect=False,
                preload_content=False,
            )
            if self.date is None:
                self.date = _date(response.headers)
            body = self._body(response)
            status = response.status
            kind = response.headers.get("Content-Type", "")
            reset = _seconds_to_wait(response.headers)
        except urllib3.exceptions.HTTPError as error:
            unsafe = isinstance(error, urllib3.exceptions.SSLError)
            return Trouble(what=_unreachable(error), final=unsafe)
        finally:
            if response is not None:
                response.close()
        if body is None:
            most = self.limits.answer_bytes
            return Trouble(what=f"the service sent more than {most:,} bytes", final=True)
        if status >= _FIRST_ERROR:
            code = code_of(body)
            hidden = code is None or self.token.is_in(code)
            return Trouble(status=status, code=None if hidden else code, reset=reset)
        if "json" not in kind.lower():
            return Trouble(what="the service sent something else than JSON")
        try:
            return decode(body)
        except (ValueError, RecursionError):
            return Trouble(what="the service sent an answer that cannot be read")

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes | None:
        """Read a body, no further than its largest size; None beyond it."""
        parts: list[bytes] = []
        size = 0
        for part in response.stream(_CHUNK, decode_content=True):
            size += len(part)
            if size > self.limits.answer_bytes:
                return None
            parts.append(part)
        return b"".join(parts)

    def _error(self, trouble: Trouble, path: str) -> Exception:
        """Give the error that a trouble is, as one that passes where it may."""
        code = trouble.code
        if trouble.status == _TOO_MANY:
            wait = trouble.reset
            if wait is not None and wait > self.limits.longest_wait:
                return SourceError(
                    f"the service allows no more calls for {wait:,} seconds",
                    where=f"Eventbrite {path}",
                    remedy="nothing was kept; try again after that time",
                )
            return PassingError("the service allows no more calls", wait=wait)
        if trouble.final or trouble.status not in {*_PASSING, None} or code == EXPANSION_FAILED:
            return explained(trouble, path)
        return PassingError(trouble.what or f"the service failed ({trouble.status})")


def _seconds_to_wait(headers: Mapping[str, str]) -> int | None:
    """Read when calls are allowed again; the header is used for nothing else.

    Examples:
        >>> _seconds_to_wait({"x-rate-limit": "token:HIDDEN 2000/2000 reset=3594s"})
        3594
        >>> _seconds_to_wait({"Retry-After": "7"})
        7
        >>> _seconds_to_wait({}) is None
        True
    """
    after = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(after):
        return int(after)
    resets = [int(found) for found in _RESET.findall(headers.get("x-rate-limit", ""))]
    return max(resets, default=None)


def _date(headers: Mapping[str, str]) -> dt.datetime | None:
    """Read the time of the service; None where it does not tell.

    Examples:
        >>> _date({"Date": "Sun, 06 Nov 1994 08:49:37 GMT"})
        datetime.datetime(1994, 11, 6, 8, 49, 37, tzinfo=datetime.timezone.utc)
        >>> _date({"Date": "today"}) is None
        True
    """
    try:
        return parsedate_to_datetime(headers.get("Date", "")).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _unreachable(error: urllib3.exceptions.HTTPError) -> str:
    if isinstance(error, urllib3.exceptions.SSLError):
        return "the connection to the service is not secure"
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return "the service did not answer in time"
    return "the connection to the service was lost or could not be made"
