"""The files of an account archive: which they are, and when and for whom they were made."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import closing

import msgspec
from attrs import frozen

from coprometrics.errors import ConfigError, SourceError
from coprometrics.importers.archive import Archive
from coprometrics_twitter.archive_items import ACCOUNTS, Listed, Manifest
from coprometrics_twitter.config import Twitter, account_name
from coprometrics_twitter.instants import iso_instant
from coprometrics_twitter.items import Items
from coprometrics_twitter.posts import BadValueError
from coprometrics_twitter.spans import AGAIN

__all__ = [
    "Files",
    "Missing",
    "archive_files",
    "generated_at",
    "is_archive",
    "read_manifest",
    "whose",
]

_FILE = re.compile(
    r"(?P<folder>(?:.*/)?)(?P<name>tweets?|follower|account|manifest)(?:-part(?P<part>[0-9]+))?\.js"
)
_LARGEST_MANIFEST = 16 << 20
_CONFIG = re.compile(rb"\s*window\.__THAR_CONFIG\s*=\s*")


@frozen
class Files:
    """The files of an archive that are read, in the order of their parts."""

    posts: list[str]
    followers: list[str]
    account: str | None
    manifest: str | None

    @classmethod
    def among(cls, names: list[str], where: str) -> Files:
        """Find them by their names.

        Raises:
            SourceError: when there is none, or they are those of several archives.
        """
        found: dict[str, list[tuple[int, str]]] = {}
        folders = set()
        for path in names:
            if match := _FILE.fullmatch(path):
                key = (
                    match["name"].removesuffix("s") if match["name"] == "tweets" else match["name"]
                )
                found.setdefault(key, []).append((int(match["part"] or 0), path))
                if key in ("tweet", "account"):
                    folders.add(match["folder"])
        if len(folders) > 1:
            raise SourceError(
                f"there are {len(folders)} account archives in it",
                where=where,
                remedy="import them one by one",
            )
        posts = [path for _, path in sorted(found.get("tweet", []))]
        followers = [path for _, path in sorted(found.get("follower", []))]
        if not posts and not followers:
            raise SourceError(
                "there is no tweets.js and no follower.js in it",
                where=where,
                remedy="give the archive as it was downloaded, or the folder it unpacks to",
            )
        account, manifest = (found.get(name, [(0, None)])[0][1] for name in ("account", "manifest"))
        return cls(posts, followers, account, manifest)


def is_archive(names: list[str]) -> bool:
    """Say whether files with these names may be those of an account archive.

    Examples:
        >>> is_archive(["data/account.js", "data/tweets-part1.js"])
        True
        >>> is_archive(["data/orders.js"])
        False
    """
    found = {match["name"] for path in names if (match := _FILE.fullmatch(path))}
    return bool(found & {"tweet", "tweets", "follower"})


def archive_files(names: list[str]) -> list[str]:
    """Give those of some names that files of an account archive have.

    Examples:
        >>> archive_files(["data/account.js", "data/like.js", "tweet.js"])
        ['data/account.js', 'tweet.js']
    """
    return [name for name in names if _FILE.fullmatch(name)]


def read_manifest(archive: Archive, path: str | None) -> Manifest:
    """Read the manifest; an empty one where there is none.

    Raises:
        SourceError: when it cannot be read.
    """
    if path is None:
        return Manifest()
    with archive.open(path) as stream:
        data = stream.read(_LARGEST_MANIFEST)
    found = _CONFIG.match(data)
    try:
        text = data[found.end() :].rstrip().removesuffix(b";") if found else b"{}"
        return msgspec.json.decode(text, type=Manifest)
    except (ValueError, RecursionError):
        raise SourceError(
            "it cannot be read",
            where=f"{archive.name}: {path}",
            remedy=AGAIN,
        ) from None


@frozen
class Missing:
    """What is not in an archive, of all that there is of the account.

    Attributes:
        parts: whether there are posts or followers elsewhere.
        followers: whether some of the followers may be elsewhere.
    """

    parts: bool
    followers: bool

    @classmethod
    def of(cls, manifest: Manifest, files: Files) -> Missing:
        """Compare the files with those that the manifest lists."""
        is_partial = bool(manifest.archive_info and manifest.archive_info.is_partial_archive)
        types = manifest.data_types
        if types is None:
            return cls(is_partial, is_partial)
        posts = _elsewhere([types.tweets, types.tweet], files.posts)
        followers = _elsewhere([types.follower], files.followers)
        unlisted = types.follower is None
        return cls(is_partial or posts or followers, followers or (is_partial and unlisted))


def _elsewhere(listed: list[Listed | None], here: list[str]) -> bool:
    names = {path.rpartition("/")[2] for path in here}
    wanted = [file.file_name for one in listed if one for file in one.files]
    return any(path.rpartition("/")[2] not in names for path in wanted)


def generated_at(manifest: Manifest, where: str) -> dt.datetime | None:
    """Say when the archive was made, where its manifest does.

    Raises:
        SourceError: when the manifest has no time there.
    """
    text = manifest.archive_info and manifest.archive_info.generation_date
    if not text:
        return None
    try:
        return iso_instant(text)
    except BadValueError:
        raise SourceError(
            "its manifest has a date that is none",
            where=where,
            remedy=AGAIN,
        ) from None


def whose(archive: Archive, path: str | None, manifest: Manifest, config: Twitter) -> str | None:
    """Give the name of the account, as the archive or else the configuration says.

    Raises:
        ConfigError: when the two say different names.
    """
    name = manifest.user_info.user_name if manifest.user_info else None
    if path is not None:
        where = f"{archive.name}: {path}"
        with (
            archive.open(path) as stream,
            closing(Items(stream, where, ACCOUNTS).windows()) as windows,
        ):
            accounts = (item for window in windows for item in window.items if item is not None)
            first = next(accounts, None)
        name = first.account.username if first else name
    own = account_name(name)
    if own and config.account and own.casefold() != config.account.casefold():
        raise ConfigError(
            f"this is the archive of {own}, and the configuration says {config.account}",
            where=archive.name,
            remedy="correct account, or leave it out",
        )
    return own or config.account
