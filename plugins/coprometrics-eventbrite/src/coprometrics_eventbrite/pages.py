"""Pages of the service in files: telling them, reading them, and making records of them.

A folder of pages is read as a whole, because an order needs its tickets and an event all of its
own. What is held meanwhile has nothing personal in it, and takes about two thousand bytes an item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coprometrics.errors import SourceError
from coprometrics.importers import Context, Item, Match, Notice, Source
from coprometrics_eventbrite.cleaning import Person, people
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.gathering import Gathered
from coprometrics_eventbrite.page import KINDS, PROBE, Page, decode_page
from coprometrics_eventbrite.records_of_pages import records

__all__ = ["LARGEST_PAGE", "identify_pages", "read_pages"]

LARGEST_PAGE = 100_000_000
"""The most bytes of a page."""

_MOST_ITEMS = 1_000_000
_PAGES_LOOKED_AT = 100
_SUFFIX = ".json"
_LIST = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(KINDS).encode())
_OWN_WORDS = (b'"pagination"', b"eventbriteapi.com", b'"coprometrics"')


def identify_pages(source: Source) -> Match | None:
    """Take a file with a page of the service, and a folder with one; reading names what is none."""
    if not source.path.is_dir():
        files = [source]
    else:
        names = [name for name in source.files() if name.lower().endswith(_SUFFIX)]
        files = [Source(source.path / name, name) for name in names[:_PAGES_LOOKED_AT]]
    for file in files:
        if kind := _kind_of_page(file):
            return Match("pages", f"it holds a page of the service with {kind}")
    return None


def _kind_of_page(file: Source) -> str | None:
    """Say what a page of the service lists, by its first bytes; None for other files."""
    head = file.head().removeprefix(b"\xef\xbb\xbf").lstrip()
    found = _LIST.search(head)
    if not head.startswith(b"{") or not found or not any(word in head for word in _OWN_WORDS):
        return None
    return found[1].decode()


def read_pages(source: Source, config: Eventbrite, context: Context) -> Iterator[Item]:
    """Read one page or a folder of them; every item becomes records, a refusal, or is counted.

    Raises:
        SourceError: when a page cannot be read, is too large, or hides other people's keys.
    """
    gathered = Gathered()
    files = _files(source)
    person = people(context.person_key, config.nobody)
    done = 0
    for number, file in enumerate(files, start=1):
        body = _body(file)
        page = _page(body, file, person, context)
        done += len(body)
        context.progress(done)
        if len(gathered) + len(page.items) > _MOST_ITEMS:
            raise SourceError(
                f"there are more than {_MOST_ITEMS:,} items in these pages",
                where=source.name,
                remedy="import the pages of some events at a time",
            )
        yield from gathered.add(page, number)
    yield from _loose_ends(source, files, gathered)
    yield from records(gathered, config, gathered.fetched or context.now)


def _files(source: Source) -> list[Source]:
    """List the files with pages, in the order of their names."""
    if not source.path.is_dir():
        return [source]
    names = [name for name in source.files() if name.lower().endswith(_SUFFIX)]
    if not names:
        raise SourceError(
            f"there is no page (a file *{_SUFFIX}) in it",
            where=source.name,
            remedy="give the folder into which the pages were saved",
        )
    return [Source(source.path / name, f"{source.name}/{name}") for name in names]


def _body(file: Source) -> bytes:
    with file.open() as opened:
        body = opened.read(LARGEST_PAGE + 1)
    if len(body) > LARGEST_PAGE:
        raise SourceError(
            f"the page is larger than {LARGEST_PAGE:,} bytes",
            where=file.name,
            remedy="save pages as the service sends them, fifty items each",
        )
    return body


def _page(body: bytes, file: Source, person: Person, context: Context) -> Page:
    try:
        page = decode_page(body, person)
    except (ValueError, RecursionError):
        page = None
    if page is None:
        raise SourceError(
            "this cannot be read as a page of the service: it is cut off, or no JSON in UTF-8, or "
            "has no list of events, orders or the like",
            where=file.name,
            remedy="save the page again, or take the file out of the folder",
        )
    if page.people is not None and page.people != context.person_key(PROBE):
        raise SourceError(
            "the people in this page have their pseudonyms under another key",
            where=file.name,
            remedy="use the key file with which it was fetched, or fetch it again",
        )
    return page


def _loose_ends(source: Source, files: list[Source], gathered: Gathered) -> Iterator[Item]:
    """Tell of files that are no pages, and of pages that must be missing."""
    if source.path.is_dir() and (others := len(source.files()) - len(files)):
        yield Notice("other-files", f"{others:,} files that are no pages were left out")
    if unended := sorted(gathered.unended):
        yield Notice(
            "pages-missing",
            f"of the pages with {', '.join(unended)} none is the last one, so some are missing",
        )
