"""Saved responses of the API, version 2, as they are written, in the old words and the new."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec
from attrs import frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Source
from coprometrics.importers.archive import open_archive
from coprometrics_twitter.ahead import read_bytes
from coprometrics_twitter.spans import Spans

__all__ = ["AGAIN", "Page", "Post", "User", "pages"]

_LARGEST = 64 << 20
_MOST_ITEMS = 100_000
_EACH_ALONE = "save each page in a file of its own"
AGAIN = "save the response again, as the API gave it"
_OUT = ", or take the file out of the folder"


class PublicMetrics(msgspec.Struct, gc=False):
    """The counts of a post or of an account."""

    retweet_count: int | None = None
    repost_count: int | None = None
    reply_count: int | None = None
    like_count: int | None = None
    quote_count: int | None = None
    bookmark_count: int | None = None
    impression_count: int | None = None
    followers_count: int | None = None
    following_count: int | None = None
    tweet_count: int | None = None
    post_count: int | None = None
    listed_count: int | None = None


class PrivateMetrics(msgspec.Struct, gc=False):
    """The counts that only the account itself gets, for thirty days."""

    impression_count: int | None = None
    engagements: int | None = None
    url_link_clicks: int | None = None


class Reference(msgspec.Struct, gc=False):
    """Another post that a post refers to."""

    type: str
    id: str


class Note(msgspec.Struct, gc=False):
    """The whole text of a long post."""

    text: str | None = None


class Post(msgspec.Struct, gc=False):
    """A post."""

    id: str
    text: str | None = None
    created_at: str | None = None
    author_id: str | None = None
    in_reply_to_user_id: str | None = None
    referenced_tweets: list[Reference] | None = None
    referenced_posts: list[Reference] | None = None
    public_metrics: PublicMetrics | None = None
    non_public_metrics: PrivateMetrics | None = None
    organic_metrics: PrivateMetrics | None = None
    note_tweet: Note | None = None

    @property
    def references(self) -> dict[str, str]:
        """The posts that it refers to, by how."""
        return {r.type: r.id for r in self.referenced_tweets or self.referenced_posts or ()}


class User(msgspec.Struct, gc=False):
    """An account. Its display name is not read."""

    id: str
    username: str
    public_metrics: PublicMetrics | None = None


class _Fault(msgspec.Struct, gc=False):
    title: str | None = None


class _Meta(msgspec.Struct, gc=False):
    result_count: int | None = None
    next_token: str | None = None


class _Includes(msgspec.Struct, gc=False):
    users: list[User] = msgspec.field(default_factory=list)
    tweets: msgspec.Raw = msgspec.Raw()
    posts: msgspec.Raw = msgspec.Raw()


class _Saved(msgspec.Struct, gc=False):
    retrieved_at: str | None = None


class _Response(msgspec.Struct, gc=False):
    data: msgspec.Raw = msgspec.Raw()
    includes: _Includes | None = None
    errors: list[_Fault] = msgspec.field(default_factory=list)
    meta: _Meta | None = None
    title: str | None = None
    status: int | None = None
    retrieved_at: str | None = None
    saved: _Saved | None = msgspec.field(default=None, name="__twarc")


@frozen
class Page:
    """One response.

    Attributes:
        where: what it is called in messages.
        number: which of several it is, from 1.
        items: its posts or accounts, not yet decoded.
        users: the accounts that it includes.
        included: the posts that it includes, not yet decoded.
        errors: the titles of errors that came with it.
        result_count: how many items it says it has.
        has_more: whether it says that there is another page.
        retrieved_at: when it was saved, where the file says so.
    """

    where: str
    number: int
    items: list[bytes]
    users: list[User]
    included: list[bytes]
    errors: list[str]
    result_count: int | None
    has_more: bool
    retrieved_at: str | None


_RESPONSE = msgspec.json.Decoder(_Response)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def pages(source: Source) -> Iterator[Page]:
    """Give the responses in a file, or those in the files of a folder, in the order of their names.

    Raises:
        SourceError: when one of them is none.
    """
    if not source.path.is_dir():
        with source.open() as stream:
            yield _page(read_bytes(stream, _LARGEST + 1, source.name), source.name, 1, "")
        return
    with open_archive(source) as archive:
        names = [name for name in archive.names() if name.lower().endswith(".json")]
        for number, name in enumerate(sorted(names, key=_natural), 1):
            with archive.open(name) as stream:
                yield _page(stream.read(_LARGEST + 1), f"{source.name}: {name}", number, _OUT)


def _natural(name: str) -> tuple[int, str]:
    """Put page10 after page9."""
    return len(name), name


def _page(data: bytes, where: str, number: int, otherwise: str) -> Page:
    if len(data) > _LARGEST:
        raise SourceError(
            f"it has more than {_LARGEST:,} bytes, which no response has",
            where=where,
            remedy=_EACH_ALONE,
        )
    try:
        response = _RESPONSE.decode(data.removeprefix(b"\xef\xbb\xbf"))
        includes = response.includes or _Includes()
        items = _items(response.data, where)
        included = _items(includes.tweets, where) + _items(includes.posts, where)
    except RecursionError:
        raise SourceError(
            "it is nested too deeply", where=where, remedy=AGAIN + otherwise
        ) from None
    except msgspec.ValidationError as error:
        raise SourceError(
            f"it is no response: {error}", where=where, remedy=AGAIN + otherwise
        ) from None
    except ValueError:
        raise SourceError(
            "it is no whole JSON document", where=where, remedy=AGAIN + otherwise
        ) from None
    empty = response.meta is None and response.includes is None
    if not items and (response.errors or (empty and not bytes(response.data))):
        said = _words(response.title or next((e.title for e in response.errors if e.title), None))
        raise SourceError(
            f"it is an answer of the service without data ({said})",
            where=where,
            remedy="ask for it again" + otherwise,
        )
    saved = response.saved.retrieved_at if response.saved else None
    return Page(
        where=where,
        number=number,
        items=items,
        users=includes.users,
        included=included,
        errors=[_words(error.title) for error in response.errors],
        result_count=response.meta.result_count if response.meta else None,
        has_more=bool(response.meta and response.meta.next_token),
        retrieved_at=response.retrieved_at or saved,
    )


def _items(data: msgspec.Raw, where: str) -> list[bytes]:
    text = bytes(data).strip()
    if text in (b"", b"null"):
        return []
    if text.startswith(b"["):
        # There is one comma at least between two items, and most responses have few.
        if text.count(b",") >= _MOST_ITEMS:
            items = Spans(text[1:], where, 1, AGAIN).followed()
            if sum(1 for _ in islice(items, _MOST_ITEMS)) == _MOST_ITEMS:
                raise SourceError(
                    f"it has more than {_MOST_ITEMS:,} items, which no response has",
                    where=where,
                    remedy=_EACH_ALONE,
                )
        return [bytes(raw) for raw in _LIST.decode(text)]
    if text.startswith(b"{"):
        return [text]
    raise ValueError


def _words(title: str | None) -> str:
    """Show the title of an error, which is one of a few; anything else is not shown."""
    plain = title or ""
    fits = len(plain) <= 60 and plain.replace(" ", "").replace("-", "").isalpha()
    return plain if fits and plain.isascii() else "no title"
