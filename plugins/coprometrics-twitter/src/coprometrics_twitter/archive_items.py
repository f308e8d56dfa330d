"""What is read of the items in an account archive; all else in them is passed over."""

from __future__ import annotations

import msgspec

from coprometrics_twitter.items import Decoders

__all__ = [
    "ACCOUNTS",
    "FOLLOWERS",
    "TWEETS",
    "Account",
    "Follower",
    "Listed",
    "Manifest",
    "Tweet",
    "WrappedTweet",
]

Scalar = str | int | None
"""What a number may be written as."""


class Tweet(msgspec.Struct, gc=False):
    """What is read of a post."""

    created_at: str
    id_str: Scalar = None
    id: Scalar = None
    full_text: str | None = None
    text: str | None = None
    favorite_count: Scalar = None
    retweet_count: Scalar = None
    in_reply_to_status_id_str: Scalar = None
    in_reply_to_status_id: Scalar = None
    in_reply_to_user_id_str: Scalar = None
    in_reply_to_user_id: Scalar = None
    quoted_status_id_str: Scalar = None
    quoted_status_id: Scalar = None
    is_quote_status: bool | None = None


class WrappedTweet(msgspec.Struct, gc=False):
    """A post as it is written since January 2020."""

    tweet: Tweet


class _FollowerId(msgspec.Struct, gc=False, rename="camel"):
    account_id: Scalar


class Follower(msgspec.Struct, gc=False):
    """A follower; who it is, is not kept."""

    follower: _FollowerId


class _AccountBody(msgspec.Struct, gc=False, rename="camel"):
    username: str
    account_id: Scalar = None


class Account(msgspec.Struct, gc=False):
    """The account, without the address and the telephone number of its owner."""

    account: _AccountBody


class _Info(msgspec.Struct, rename="camel"):
    generation_date: str | None = None
    is_partial_archive: bool | None = None


class _User(msgspec.Struct, rename="camel"):
    user_name: str | None = None


class _File(msgspec.Struct, rename="camel"):
    file_name: str


class Listed(msgspec.Struct):
    """The files of one kind, in all parts of an archive."""

    files: list[_File] = msgspec.field(default_factory=list)


class _DataTypes(msgspec.Struct):
    tweets: Listed | None = None
    tweet: Listed | None = None
    follower: Listed | None = None


class Manifest(msgspec.Struct, rename="camel"):
    """When the archive was made, for whom, and which files it has in all its parts."""

    archive_info: _Info | None = None
    data_types: _DataTypes | None = None
    user_info: _User | None = None


TWEETS: Decoders[Tweet | WrappedTweet] = Decoders.of(WrappedTweet, Tweet)
FOLLOWERS = Decoders.of(Follower)
ACCOUNTS = Decoders.of(Account)
