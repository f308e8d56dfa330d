"""What a person may say about exports of X that the exports do not say themselves."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import ClassVar, Literal

import attrs

from coprometrics.documents import setting
from coprometrics.errors import ConfigError, ParameterError, shown
from coprometrics.timezones import timezone

__all__ = ["Twitter", "account_name"]

_NAME = re.compile(r"@?([A-Za-z0-9_]{1,20})")
_WHERE = "twitter configuration"


@attrs.frozen
class Twitter:
    """How exports of X (Twitter) are read. Every setting may be left out.

    Examples:
        >>> Twitter(account="@OurCharity").account
        'OurCharity'
    """

    document_name: ClassVar[str] = "twitter"
    document_version: ClassVar[int] = 1

    schema: Literal["twitter-v1"] = setting(
        "The version of this document's schema.", default="twitter-v1"
    )
    account: str | None = setting(
        "The name of the account, with or without @. Needed where the export does not say it. "
        "Posts of other accounts are left out.",
        default=None,
        examples=("OurCharity",),
    )
    timezone: str | None = setting(
        "The IANA time zone that decides the day of a post. Exports that give a day and no time "
        "have the start of that day in this zone. UTC by default.",
        default=None,
        examples=("Europe/London",),
    )
    with_text: bool = setting(
        "Whether the texts of posts are kept. Redistributing other people's posts is against the "
        "terms of the platform.",
        default=False,
    )
    exported_on: dt.date | None = setting(
        "The day of the export, for counts of followers, where the export does not say it.",
        default=None,
        examples=("2024-01-31",),
    )

    def __attrs_post_init__(self) -> None:
        if self.account is not None:
            name = account_name(self.account)
            if name is None:
                raise ConfigError(
                    f"account is {shown(self.account)}",
                    where=_WHERE,
                    remedy="give the name after the @: up to 20 letters, digits and underscores",
                )
            object.__setattr__(self, "account", name)
        self.zone()

    @property
    def zone_name(self) -> str:
        """The name of the time zone that decides the day."""
        return self.timezone or "UTC"

    def zone(self) -> zoneinfo.ZoneInfo:
        """Give the time zone that decides the day.

        Raises:
            ConfigError: when there is none of that name.
        """
        try:
            return timezone(self.zone_name)
        except ParameterError as error:
            raise ConfigError(
                f"timezone: {error.what}", where=_WHERE, remedy=error.remedy
            ) from None


def account_name(text: str | None) -> str | None:
    """Give the name of an account without the @, or None when it is no name.

    Examples:
        >>> account_name("@OurCharity"), account_name("our charity")
        ('OurCharity', None)
    """
    found = _NAME.fullmatch(text or "")
    return found[1] if found else None
