"""The time zones that there are: the same on every machine."""

from __future__ import annotations

import zoneinfo
from functools import cache
from importlib.resources import files

from coprometrics.errors import ParameterError, shown

__all__ = ["timezone", "timezones"]


@cache
def timezones() -> frozenset[str]:
    """Give the names of the IANA time zones.

    A machine may know others, such as ``localtime``, which mean something else on the next one.

    Examples:
        >>> "Europe/London" in timezones(), "localtime" in timezones()
        (True, False)
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())


def timezone(name: object) -> zoneinfo.ZoneInfo:
    """Give the IANA time zone of a name.

    Raises:
        ParameterError: when there is none.

    Examples:
        >>> timezone("Europe/London")
        zoneinfo.ZoneInfo(key='Europe/London')
    """
    if isinstance(name, str) and name in timezones():
        return zoneinfo.ZoneInfo(name)
    raise ParameterError(
        f"{shown(name)} is not a time zone", remedy="use an IANA time zone such as Europe/London"
    )
