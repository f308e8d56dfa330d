"""What the tests of the importer share. All posts and people in them are invented."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from coprometrics.importers import Context, Source
from coprometrics.records import Post
from coprometrics.testing import Reading, pseudonym
from coprometrics_twitter import Twitter, TwitterImporter

CREATED = "Wed Oct 10 20:19:24 +0000 2018"


class Read(Reading):
    """All that an import yielded."""

    @property
    def posts(self) -> list[Any]:
        """The posts."""
        return [record for record in self.records if isinstance(record, Post)]

    @property
    def post(self) -> Any:
        """The only post."""
        assert self.refusals == []
        (only,) = self.posts
        return only

    @property
    def counts(self) -> dict[str, tuple[dt.date, int]]:
        """The counts, by measure; each measure must be there once."""
        found: dict[str, tuple[dt.date, int]] = {}
        for record in self.records:
            if not isinstance(record, Post):
                snapshot: Any = record
                assert snapshot.measure not in found
                found[snapshot.measure] = (snapshot.as_of, snapshot.value)
        return found

    @property
    def codes(self) -> set[str]:
        """The codes of the notices."""
        return {notice.code for notice in self.notices}

    @property
    def said(self) -> str:
        """All that people would see but the records."""
        return repr((self.refusals, self.skipped, self.notices))


def run(path: Path, **settings: Any) -> Read:
    context = Context(pseudonym, dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    return Read.gather(TwitterImporter().read(Source.at(path), Twitter(**settings), context))


def tweet(number: int | str = 1, **changes: Any) -> dict[str, Any]:
    """Make a post as archives have it."""
    return {
        "id_str": str(number),
        "id": str(number),
        "created_at": CREATED,
        "full_text": "We opened a new garden.",
        "favorite_count": "3",
        "retweet_count": "1",
        "entities": {"urls": [{"url": "https://t.co/a"}, {"url": "https://t.co/b"}]},
        **changes,
    }


def script(name: str, items: Iterable[Any], part: int = 0, **how: Any) -> bytes:
    """Write a file of an archive."""
    how = {"indent": 2, **how}
    return f"window.YTD.{name}.part{part} = {json.dumps(list(items), **how)}".encode()


ACCOUNT = script(
    "account",
    [{"account": {"email": "ada.byron@example.org", "phoneNumber": "+44 20 7946 0999",
                  "username": "OurCharity", "accountId": "42",
                  "createdAt": "2009-05-01T10:00:00.000Z"}}],
)  # fmt: skip


def manifest(date: str = "2024-01-31T23:30:00.000Z", **info: Any) -> bytes:
    body = {
        "userInfo": {"accountId": "42", "userName": "OurCharity", "displayName": "Our Charity"},
        "archiveInfo": {"sizeBytes": "1", "generationDate": date, **info},
    }
    return b"window.__THAR_CONFIG = " + json.dumps(body, indent=2).encode()


def followers(number: int) -> bytes:
    return script("follower", [{"follower": {"accountId": str(n)}} for n in range(number)])


def files(*tweets: Any, **more: bytes) -> dict[str, bytes]:
    """Give the files of an archive with some posts."""
    wrapped = [{"tweet": one} for one in tweets]
    return {
        "data/account.js": ACCOUNT,
        "data/manifest.js": manifest(),
        "data/tweets.js": script("tweets", wrapped),
        **{f"data/{name}.js": data for name, data in more.items()},
    }


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            # Of a fixed date, so that they are the same bytes whenever they are made.
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Read]:
    """Read an archive of some files."""

    def read(members: Mapping[str, bytes], **settings: Any) -> Read:
        path = tmp_path / "archive.zip"
        path.write_bytes(zip_bytes(members))
        return run(path, **settings)

    return read


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Read]:
    """Read a file with some text."""

    def read(text: str | bytes, name: str = "export.csv", **settings: Any) -> Read:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return run(path, **settings)

    return read


@pytest.fixture
def responses(tmp_path: Path) -> Callable[..., Read]:
    """Read saved responses; several are the files of a folder."""

    def read(*pages: Any, **settings: Any) -> Read:
        if len(pages) == 1:
            path = tmp_path / "response.json"
            path.write_text(json.dumps(pages[0]))
            return run(path, **settings)
        folder = tmp_path / "pages"
        folder.mkdir()
        for number, page in enumerate(pages, 1):
            (folder / f"page{number}.json").write_text(json.dumps(page))
        return run(folder, **settings)

    return read
