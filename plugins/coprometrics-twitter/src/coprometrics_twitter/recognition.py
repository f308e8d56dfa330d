"""Which export of X a source is, by names and first bytes alone."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Callable

from coprometrics.errors import CoprometricsError
from coprometrics.importers import Source
from coprometrics.importers.archive import open_archive
from coprometrics_twitter.archive_files import archive_files, is_archive
from coprometrics_twitter.damage import in_utf16

__all__ = ["Variant", "analytics_header", "recognise"]

_ZIP = b"PK\x03\x04"
_ARCHIVE_MEMBERS = re.compile(rb"data/(tweets?|account|follower|manifest)(-part[0-9]+)?\.js")
_SCRIPT = re.compile(rb"(\xef\xbb\xbf)?\s*window\.YTD\.(tweets?|follower)\.part[0-9]+\s*=")
_OWN = re.compile(rb"(\xef\xbb\xbf)?\s*window\.(YTD\.|__THAR_CONFIG)")
_RESPONSE = re.compile(
    rb'"(public_metrics|edit_history_(tweet|post)_ids|newest_id|__twarc|followers_count)"'
    rb'|"meta"\s*:\s*\{[^{}]*"result_count"'
    rb"|api\.(twitter|x)\.com/2/problems"
)
_FAILURE = (
    re.compile(rb'"title"\s*:\s*"'),
    re.compile(rb'"status"\s*:\s*[45][0-9]{2}\b'),
    re.compile(rb'"type"\s*:\s*"about:blank"'),
)
"""What the service says instead of an answer, also where it asks to wait."""
_HEADERS = (
    (frozenset({"tweet id", "tweet permalink"}), "the header of a post activity export"),
    (frozenset({"post id", "impressions"}), "the header of a content export"),
    (frozenset({"date", "new follows", "impressions"}), "the header of an account overview"),
)
_VIDEO = "video overview"
_LINES_LOOKED_AT = 5
_PREFIX = 256
_LONGEST_LINE = 8 << 10
_PAGES_LOOKED_AT = 100


class Variant(enum.Enum):
    """The kinds of export that are read."""

    ARCHIVE = "archive"
    ARCHIVE_FILE = "archive-file"
    ANALYTICS = "analytics"
    RESPONSES = "responses"


def recognise(source: Source) -> tuple[Variant, str] | None:
    """Say which export a source is, and how that is known; None when it is none.

    Raises:
        SourceError: when the source cannot be opened at all.
    """
    if source.path.is_dir():
        return _folder(source)
    head = source.head()
    if head.startswith(_ZIP):
        return _zip(source, head)
    if _SCRIPT.match(head):
        return Variant.ARCHIVE_FILE, "it begins as the files of an account archive do"
    if source.name.lower().endswith(".json") and _is_response(head):
        return Variant.RESPONSES, "it has the fields of a response of the API, version 2"
    if header := analytics_header(head):
        return Variant.ANALYTICS, f"it has {header}"
    return None


def analytics_header(head: bytes) -> str | None:
    """Say which analytics export begins so, whatever stands between the labels.

    Examples:
        >>> analytics_header(b'"Tweet id","Tweet permalink","Tweet text"')
        'the header of a post activity export'
    """
    # What was saved in UTF-16 is known as well, so that reading it can say what is wrong.
    head = head[:_LONGEST_LINE].replace(b"\0", b"") if in_utf16(head) else head[:_LONGEST_LINE]
    text = head.decode("utf-8", "ignore").lower().replace("\ufeff", "")
    for number, line in enumerate(text.splitlines()[:_LINES_LOOKED_AT]):
        if number == 0 and line.strip('" ').startswith(_VIDEO):
            return "the first line of a video overview"
        labels = {" ".join(label.split()) for label in re.split(r'[",;\t|]+', line)}
        for wanted, name in _HEADERS:
            if wanted <= labels:
                return name
    return None


def _is_response(head: bytes) -> bool:
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    return _RESPONSE.search(head) is not None or all(part.search(head) for part in _FAILURE)


def _zip(source: Source, head: bytes) -> tuple[Variant, str] | None:
    try:
        with open_archive(source) as archive:
            known = _is_archive(archive.names(), lambda name: archive.open(name).read(_PREFIX))
    except CoprometricsError:
        # An archive that is damaged has its first names in plain sight; reading it says the rest.
        known = _ARCHIVE_MEMBERS.search(head) is not None
    return (Variant.ARCHIVE, "it holds the files of an account archive") if known else None


def _is_archive(names: list[str], head: Callable[[str], bytes]) -> bool:
    """Say whether files are those of an archive: by their names, and by how one of them begins."""
    own = archive_files(names)
    return is_archive(own) and any(_OWN.match(head(name)) for name in own)


def _folder(source: Source) -> tuple[Variant, str] | None:
    """Look at the names in a folder, and at those in the folders directly within."""
    names = _names(source)
    if _is_archive(names, lambda name: _head(source, name)):
        return Variant.ARCHIVE, "it holds the files of an account archive"
    pages = [name for name in names if "/" not in name and name.lower().endswith(".json")]
    # One is enough: reading names those that are none.
    if any(_is_response(_head(source, name)) for name in pages[:_PAGES_LOOKED_AT]):
        return Variant.RESPONSES, "it holds responses of the API, version 2"
    return None


def _names(source: Source) -> list[str]:
    names: list[str] = []
    waiting = [("", 0)]
    while waiting:
        prefix, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(source.path / prefix), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and depth < 2:
                waiting.append((f"{prefix}{entry.name}/", depth + 1))
            elif entry.is_file(follow_symlinks=False):
                names.append(prefix + entry.name)
    return sorted(names)


def _head(source: Source, name: str) -> bytes:
    try:
        return Source(source.path / name, name).head()
    except CoprometricsError:
        return b""
