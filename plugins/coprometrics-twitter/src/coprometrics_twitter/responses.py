"""Posts and counts of followers out of saved responses of the API, version 2."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import msgspec
from attrs import define, field

from coprometrics.errors import ConfigError
from coprometrics.importers import (
    Context,
    Item,
    Locator,
    Notice,
    Problem,
    Refusal,
    Skipped,
    Source,
)
from coprometrics_twitter.config import Twitter, account_name
from coprometrics_twitter.instants import iso_instant
from coprometrics_twitter.items import Decoders, check_bad
from coprometrics_twitter.pages import AGAIN, Page, Post, PublicMetrics, User, pages
from coprometrics_twitter.posts import (
    BadValueError,
    PostRows,
    fitting_text,
    is_repost,
    post_number,
    snapshot_batch,
    whole_number,
)

__all__ = ["read_responses"]

_COUNTS = (
    "impressions", "engagements", "likes", "reposts", "replies", "quotes", "bookmarks",
    "url_clicks",
)  # fmt: skip
_KINDS = {"retweeted": "repost", "reposted": "repost", "replied_to": "reply", "quoted": "quote"}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CUT = "\u2026"
_POST = Decoders.of(Post)
_USER = Decoders.of(User)
_USER_MARK = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_responses(source: Source, config: Twitter, context: Context) -> Iterator[Item]:
    """Read a saved response, or a folder of them.

    Raises:
        SourceError: when one of them is no response.
        ConfigError: when they do not say whose posts they are.
    """
    reading = _Reading(config, source.name)
    for page in pages(source):
        reading.learn(page)
    reading.decide()
    for page in pages(source):
        yield from reading.read(page)
    yield from reading.end()
    context.progress(source.path.stat().st_size)


@define
class _Reading:
    """The reading of one source, which is looked at twice: first for the accounts in it."""

    config: Twitter
    where: str
    _names: dict[str, str] = field(factory=dict, init=False)
    _authors: Counter[str | None] = field(factory=Counter, init=False)
    _users: set[str] = field(factory=set, init=False)
    _own_id: str | None = field(default=None, init=False)
    _account: str | None = field(default=None, init=False)
    _errors: Counter[str] = field(factory=Counter, init=False)
    _others: int = field(default=0, init=False)
    _undated: int = field(default=0, init=False)
    _followed: int = field(default=0, init=False)
    _ends: int = field(default=0, init=False)
    _unknown: Counter[str] = field(factory=Counter, init=False)

    def learn(self, page: Page) -> None:
        """Note which accounts there are on a page.

        Raises:
            SourceError: when most of its items are bad.
        """
        bad = good = 0
        for user in page.users:
            self._names[user.id] = user.username
        for item in page.items:
            found = _USER.one(item) if _is_user(item) else _POST.one(item)
            if isinstance(found, Problem):
                bad += 1
                check_bad(bad, good, page.where, AGAIN)
                continue
            good += 1
            if isinstance(found, User):
                self._names[found.id] = found.username
                self._users.add(found.id)
            else:
                self._authors[found.author_id] += 1

    def decide(self) -> None:
        """Find out whose posts these are.

        Raises:
            ConfigError: when that is not said.
        """
        wanted = self.config.account
        authors = {author for author in self._authors if author is not None}
        if wanted is not None:
            ids = [i for i, name in self._names.items() if name.casefold() == wanted.casefold()]
            self._account, self._own_id = wanted, ids[0] if ids else None
            unnamed = authors - self._names.keys()
            if self._own_id is None and len(unnamed) > 1:
                raise self._undecided("do not say which of their posts are those of the account")
            return
        candidates = authors or self._users or set(self._names)
        if len(candidates) == 1:
            (self._own_id,) = candidates
            self._account = account_name(self._names.get(self._own_id))
        elif len(candidates) > 1:
            raise self._undecided("have posts or counts of several accounts")
        if self._account is None and self._authors:
            raise self._undecided("do not say whose posts these are")

    def _undecided(self, what: str) -> ConfigError:
        return ConfigError(
            f"the responses {what}",
            where=self.where,
            remedy="set account in the configuration of the importer, and ask with "
            "expansions=author_id",
        )

    def read(self, page: Page) -> Iterator[Item]:
        """Give the posts and the counts of a page."""
        self._errors.update(page.errors)
        if not any(map(_is_user, page.items)):
            self._followed += page.has_more
            self._ends += not page.has_more
        rows = PostRows(_COUNTS, self.config.zone_name, self.config.with_text, page.number)
        texts = _texts(page) if self.config.with_text else {}
        if page.result_count not in (None, len(page.items)):
            yield Notice(
                "result-count",
                f"page {page.number} says it has {page.result_count:,} items, and has "
                f"{len(page.items):,}",
            )
        for place, item in enumerate(page.items, 1):
            try:
                if _is_user(item):
                    yield from self._user(item, page)
                else:
                    self._post(item, place, rows, texts)
            except BadValueError as error:
                yield Refusal(Locator(page=page.number, index=place), (error.problem,))
        if batch := rows.batch():
            yield batch

    def _post(self, item: bytes, place: int, rows: PostRows, texts: dict[str, str]) -> None:
        post = _POST.one(item)
        if isinstance(post, Problem):
            raise BadValueError(post)
        if not self._is_own(post.author_id):
            self._others += 1
            return
        if post.created_at is None:
            raise BadValueError(
                Problem("missing-value", "ask for tweet.fields=created_at", "created_at")
            )
        counts = _counts(post)
        text = _whole_text(post, texts) if self.config.with_text else None
        seconds = int((iso_instant(post.created_at) - _EPOCH).total_seconds())
        rows.rows.append(
            (place, post_number(post.id), self._account, seconds, _kind(post),
             fitting_text(text), *counts)
        )  # fmt: skip
        self._unknown.update(
            name for name, count in zip(_COUNTS, counts, strict=True) if count is None
        )

    def _is_own(self, author: str | None) -> bool:
        if author is None:
            return True
        # An author with a name is known to be another one where no name is that of the account.
        return author == self._own_id if self._own_id else author not in self._names

    def _user(self, item: bytes, page: Page) -> Iterator[Item]:
        user = _USER.one(item)
        if isinstance(user, Problem):
            raise BadValueError(user)
        account = account_name(user.username)
        if account is None or user.id != self._own_id:
            self._others += 1
            return
        day = self._day(page)
        if day is None:
            self._undated += 1
            return
        counts = _totals(user.public_metrics)
        if batch := snapshot_batch([(name, day, n) for name, n in counts.items()], account):
            yield batch

    def _day(self, page: Page) -> dt.date | None:
        if page.retrieved_at is None:
            return self.config.exported_on
        return iso_instant(page.retrieved_at, "retrieved_at").astimezone(self.config.zone()).date()

    def end(self) -> Iterator[Item]:
        """Say what else a person should know."""
        for title, count in self._errors.items():
            times = "" if count == 1 else f", {count:,} times"
            yield Notice("service-error", f"the service reported an error: {title}{times}")
        if self._others:
            yield Skipped(self._others, "posts and counts of other accounts")
        if self._undated:
            yield Notice(
                "followers-not-dated",
                "there are counts of followers, but not on which day: set exported_on",
            )
            yield Skipped(self._undated, "accounts without the day of their counts")
        # Where several lists are in one folder, one page that ends a list may be the end of each.
        if self._followed and not self._ends:
            yield Notice(
                "more-pages", "each page of posts says that another one follows: ask for it too"
            )
        if self._unknown:
            yield self._lost()

    def _lost(self) -> Notice:
        """Say which counts are not known here."""
        unknown = ((name, self._unknown[name]) for name in _COUNTS)
        named = ", ".join(
            f"{name} of 1 post" if count == 1 else f"{name} of {count:,} posts"
            for name, count in unknown
            if count
        )
        return Notice(
            "import-order",
            "of two imports of one post the later counts, and these responses do not have the "
            f"{named}: these become unknown where the store has them from an analytics export or "
            "elsewhere; where you need them, import that export after these responses",
        )


def _is_user(item: bytes) -> bool:
    try:
        return "username" in _USER_MARK.decode(item)
    except (ValueError, RecursionError):
        return False


def _kind(post: Post) -> str:
    if is_repost(post.text):
        return "repost"
    kinds = {_KINDS.get(how) for how in post.references}
    for kind in ("repost", "reply", "quote"):
        if kind in kinds:
            return kind
    return "reply" if post.in_reply_to_user_id else "original"


def _counts(post: Post) -> tuple[int | None, ...]:
    public = post.public_metrics or PublicMetrics()
    private = post.non_public_metrics or post.organic_metrics
    reposts = public.retweet_count if public.repost_count is None else public.repost_count
    shown = public.impression_count
    if shown is None and post.non_public_metrics is not None:
        shown = post.non_public_metrics.impression_count
    found = (
        shown,
        private.engagements if private else None,
        public.like_count,
        reposts,
        public.reply_count,
        public.quote_count,
        public.bookmark_count,
        private.url_link_clicks if private else None,
    )
    return tuple(whole_number(n, name) for n, name in zip(found, _COUNTS, strict=True))


def _totals(metrics: PublicMetrics | None) -> dict[str, int]:
    """Give the standing totals of an account that are known."""
    if metrics is None:
        return {}
    posts = metrics.tweet_count if metrics.post_count is None else metrics.post_count
    found = {
        "followers": metrics.followers_count,
        "following": metrics.following_count,
        "posts": posts,
        "listed": metrics.listed_count,
    }
    checked = {name: whole_number(value, name) for name, value in found.items()}
    return {name: value for name, value in checked.items() if value is not None}


def _texts(page: Page) -> dict[str, str]:
    """Give the texts of the posts on a page and of those that it includes."""
    found: dict[str, str] = {}
    for item in (*page.included, *page.items):
        post = _POST.one(item)
        if isinstance(post, Post) and (text := _own_text(post)):
            found[post.id] = text
    return found


def _own_text(post: Post) -> str | None:
    whole = post.note_tweet.text if post.note_tweet else None
    return whole or post.text


def _whole_text(post: Post, texts: dict[str, str]) -> str | None:
    """Give the text of a post; that of a repost, where it is cut, out of the post it repeats."""
    text = _own_text(post)
    if text is None or not text.endswith(_CUT):
        return text
    repeated = next((i for how, i in post.references.items() if _KINDS.get(how) == "repost"), None)
    whole = texts.get(repeated or "")
    if whole is None:
        return text
    name, colon, _ = text.partition(": ")
    return f"{name}: {whole}" if colon and is_repost(name) else whole
