"""The account archive: a zip file or a folder, in every way that its files were ever named.

Of ``account.js``, which holds an e-mail address and a telephone number, the name and the number of
the account are read and nothing else. Of ``follower.js`` only the length is known in the end.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Iterator
from typing import BinaryIO, TypeVar, cast

from attrs import define, evolve, field

from coprometrics.errors import ConfigError
from coprometrics.importers import Batch, Context, Item, Locator, Notice, Problem, Refusal, Source
from coprometrics.importers.archive import Archive, open_archive
from coprometrics_twitter.archive_files import Files, Missing, generated_at, read_manifest, whose
from coprometrics_twitter.archive_items import FOLLOWERS, TWEETS, Tweet, WrappedTweet
from coprometrics_twitter.config import Twitter
from coprometrics_twitter.instants import Instants
from coprometrics_twitter.items import Items, Window
from coprometrics_twitter.posts import (
    SURE_TO_FIT,
    BadValueError,
    PostRows,
    digits,
    fitting_text,
    is_repost,
    no_account,
    post_batch,
    post_number,
    post_numbers,
    snapshot_batch,
    whole_number,
)

__all__ = ["read_archive", "read_file"]

_OF_FOLLOWERS = re.compile(rb"(\xef\xbb\xbf)?\s*window\.YTD\.follower\.")
_LONGEST_PREFIX = 256

T = TypeVar("T")


def read_archive(source: Source, config: Twitter, context: Context) -> Iterator[Item]:
    """Read an account archive.

    Raises:
        SourceError: when it is damaged, not safe, or no account archive.
        ConfigError: when it does not say whose it is, or is not that of the account given.
    """
    with open_archive(source) as archive:
        files = Files.among(archive.names(), source.name)
        manifest = read_manifest(archive, files.manifest)
        account = whose(archive, files.account, manifest, config)
        missing = Missing.of(manifest, files)
        if missing.parts:
            yield Notice(
                "partial-archive",
                "parts of the archive are missing, and with them posts or followers: import the "
                "other parts too; where you have none, ask X for the archive again",
            )
        reading = _Reading(config, context, account, _total(archive, files, source))
        reading.unsure = missing.followers
        for path in files.posts:
            with archive.open(path) as stream:
                yield from reading.posts(stream, f"{source.name}: {path}", _name(path))
        for path in files.followers:
            with archive.open(path) as stream:
                yield from reading.followers(stream, f"{source.name}: {path}", _name(path))
        yield from reading.end(generated_at(manifest, source.name))


def read_file(source: Source, config: Twitter, context: Context) -> Iterator[Item]:
    """Read one file of an archive, on its own.

    Raises:
        SourceError: when it is damaged.
        ConfigError: when it holds posts and the configuration does not say whose they are.
    """
    size = source.path.stat().st_size
    reading = _Reading(config, context, config.account, (size, size))
    with source.open() as stream:
        if _OF_FOLLOWERS.match(source.head(_LONGEST_PREFIX)):
            yield from reading.followers(stream, source.name)
        else:
            yield from reading.posts(stream, source.name)
    yield from reading.end(None)


@define
class _Reading:
    """The reading of one archive.

    Attributes:
        config: what a person said about it.
        context: the progress callback.
        account: whose it is, where that is known.
        size: how many bytes of it there are, as it is packed and unpacked.
        unsure: whether some of the followers are not known.
    """

    config: Twitter
    context: Context
    account: str | None
    size: tuple[int, int]
    _done: int = field(default=0, init=False)
    _instants: Instants = field(factory=Instants, init=False)
    _followers: int | None = field(default=None, init=False)
    unsure: bool = field(default=False, init=False)
    _had_posts: bool = field(default=False, init=False)

    def posts(self, stream: BinaryIO, where: str, name: str = "") -> Iterator[Item]:
        """Read a file of posts, which messages name where there are several."""
        items = Items(stream, where, TWEETS, names=("tweet", "tweets"))
        for window in self._windows(items):
            self._had_posts = True
            if self.account is None:
                raise ConfigError(
                    "it does not say whose posts these are",
                    where=where,
                    remedy="set account in the configuration of the importer",
                )
            batch = self._quick(window, self.account, items.part)
            if batch is None:
                batch = yield from self._careful(window, self.account, items.part, name)
            if batch is not None:
                yield batch

    def _quick(self, window: Window[Tweet | WrappedTweet], account: str, part: int) -> Batch | None:
        """Make posts where all are as they should be; None where one of them needs a look."""
        if window.bad or not window.items or self.config.with_text:
            return None
        tweets = [
            item.tweet if type(item) is WrappedTweet else cast("Tweet", item)
            for item in window.items
        ]
        numbers = post_numbers([tweet.id_str or tweet.id for tweet in tweets])
        likes = digits([tweet.favorite_count for tweet in tweets], SURE_TO_FIT)
        reposts = digits([tweet.retweet_count for tweet in tweets], SURE_TO_FIT)
        if numbers is None or likes is None or reposts is None:
            return None
        read = self._instants.seconds
        try:
            seconds = [read(tweet.created_at) for tweet in tweets]
        except BadValueError:
            return None
        return post_batch(
            places=range(window.first, window.first + len(tweets)),
            page=part,
            numbers=numbers,
            account=account,
            seconds=seconds,
            kinds=[_kind(tweet, tweet.full_text or tweet.text) for tweet in tweets],
            texts=None,
            counts={"likes": list(map(int, likes)), "reposts": list(map(int, reposts))},
            zone=self.config.zone_name,
        )

    def _careful(
        self, window: Window[Tweet | WrappedTweet], account: str, part: int, name: str
    ) -> Generator[Refusal, None, Batch | None]:
        """Make posts one by one, and refuse those that cannot be one."""
        with_text, seconds = self.config.with_text, self._instants.seconds
        rows = PostRows(("likes", "reposts"), self.config.zone_name, with_text, part)
        for place, item in enumerate(window.items, window.first):
            if item is None:
                yield rows.refusal(place, _within(name, window.bad[place - window.first]))
                continue
            tweet = item.tweet if type(item) is WrappedTweet else cast("Tweet", item)
            text = tweet.full_text or tweet.text
            try:
                row = (
                    place,
                    post_number(tweet.id_str or tweet.id),
                    account,
                    seconds(tweet.created_at),
                    _kind(tweet, text),
                    fitting_text(text) if with_text else None,
                    whole_number(tweet.favorite_count, "favorite_count"),
                    whole_number(tweet.retweet_count, "retweet_count"),
                )
            except BadValueError as error:
                yield rows.refusal(place, _within(name, error.problem))
            else:
                rows.rows.append(row)
        return rows.batch()

    def followers(self, stream: BinaryIO, where: str, name: str = "") -> Iterator[Item]:
        """Count a file of followers, which messages name where there are several."""
        items = Items(stream, where, FOLLOWERS, names=("follower",))
        count = 0
        for window in self._windows(items):
            count += len(window.items)
            for number, problem in window.bad.items():
                self.unsure = True
                place = Locator(page=items.part, index=window.first + number)
                yield Refusal(place, (_within(name, problem),))
        self._followers = (self._followers or 0) + count

    def _windows(self, items: Items[T]) -> Iterator[Window[T]]:
        packed, unpacked = self.size
        before = self._done
        for window in items.windows():
            yield window
            self._done = before + items.done
            self.context.progress(packed * min(self._done, unpacked) // max(unpacked, 1))

    def end(self, generated: dt.datetime | None) -> Iterator[Item]:
        """Give what is known when all files are read."""
        if self._had_posts:
            yield Notice(
                "import-order",
                "archives know no impressions: import the analytics exports of the same time "
                "after them, because of two imports of one post the later counts",
            )
        if self._followers is None:
            return
        if self.unsure:
            yield Notice(
                "followers-not-sure",
                "followers are not counted: some are missing or cannot be read; import the whole "
                "archive, unpacked into one folder, or ask X for it again",
            )
            return
        day = self.config.exported_on
        if generated is not None:
            day = generated.astimezone(self.config.zone()).date()
        if day is None:
            yield Notice(
                "followers-not-dated",
                f"there are {self._followers:,} followers, but not on which day: set exported_on",
            )
        elif batch := snapshot_batch([("followers", day, self._followers)], self.account):
            if self.account is None:
                yield no_account()
            yield batch


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _within(name: str, problem: Problem) -> Problem:
    """Name the file of a bad item: one of posts and one of followers have the same places."""
    return evolve(problem, message=f"{problem.message} (in {name})") if name else problem


def _kind(tweet: Tweet, text: str | None) -> str:
    if is_repost(text):
        return "repost"
    if (
        tweet.in_reply_to_status_id
        or tweet.in_reply_to_user_id
        or tweet.in_reply_to_status_id_str
        or tweet.in_reply_to_user_id_str
    ):
        return "reply"
    if tweet.is_quote_status or tweet.quoted_status_id or tweet.quoted_status_id_str:
        return "quote"
    return "original"


def _total(archive: Archive, files: Files, source: Source) -> tuple[int, int]:
    source_size = source.path.stat().st_size
    unpacked = sum(archive.size(path) for path in files.posts + files.followers)
    return source_size, unpacked
