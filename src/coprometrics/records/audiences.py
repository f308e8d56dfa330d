"""What was published, and how many follow."""

from __future__ import annotations

import datetime as dt

from coprometrics.records._definition import (
    Record,
    choice,
    count,
    day,
    identifier,
    instant,
    record,
    text,
    timezone,
    word,
)

__all__ = ["AudienceSnapshot", "Post"]


@record()
class Post(Record):
    """One post on a social platform; a count that the platform did not give is null."""

    id: str = identifier("Identifies the post.")
    platform: str = word("The platform.", "x", "linkedin", "instagram", "facebook", "youtube")
    account: str = text("The account of the organisation that posted, never of a private person.")
    created_at: dt.datetime = instant("When it was posted.")
    timezone: str | None = timezone("The time zone that decides its day.", nullable=True)
    kind: str = choice(
        "What sort of post it is.", "original", "reply", "repost", "quote", default="original"
    )
    impressions: int | None = count("How often it was shown.")
    engagements: int | None = count("How often somebody did something with it.")
    likes: int | None = count("How often it was liked.")
    reposts: int | None = count("How often it was shared as it is.")
    replies: int | None = count("How many replies it had.")
    quotes: int | None = count("How often it was shared with a comment.")
    bookmarks: int | None = count("How often it was saved.")
    url_clicks: int | None = count("How often a link in it was followed.")
    permalink: str | None = text("Where it can be read.", nullable=True)
    text: str | None = text(
        "What it says; left out unless asked for.", nullable=True, max_length=25_000
    )


@record()
class AudienceSnapshot(Record):
    """How large an audience was on one day."""

    id: str = identifier("Identifies the snapshot.")
    channel: str = word("The channel.", "x", "linkedin", "newsletter", "website")
    measure: str = word("What was counted.", "followers", "subscribers", "users", "views")
    as_of: dt.date = day("The day of the count.")
    value: int | None = count("The count; null when it is not known.")
    account: str | None = text(
        "The account of the organisation whose audience it is, where the channel has accounts.",
        nullable=True,
    )
