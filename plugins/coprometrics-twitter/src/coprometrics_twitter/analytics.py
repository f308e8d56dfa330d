"""The analytics exports: posts with their counts, and what happened on each day."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from coprometrics.errors import ConfigError
from coprometrics.importers import Context, Item, Notice, Problem, Skipped, Source
from coprometrics_csv import Dialect
from coprometrics_csv.blocks import Block
from coprometrics_csv.columns import Header, fold
from coprometrics_csv.convert import Reader, trim
from coprometrics_twitter.cells import counts, days, moments, read_cells
from coprometrics_twitter.config import Twitter
from coprometrics_twitter.damage import Columns, account_of, opened
from coprometrics_twitter.instants import start_of_day
from coprometrics_twitter.overview import read_overview
from coprometrics_twitter.posts import BadValueError, PostRows, fitting_text, is_repost

__all__ = ["read_analytics"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TIME = ("time",)
_COUNTS: dict[str, tuple[str, ...]] = {
    "impressions": ("impressions",),
    "engagements": ("engagements",),
    "likes": ("likes", "favorites"),
    "reposts": ("reposts", "retweets"),
    "replies": ("replies",),
    "bookmarks": ("bookmarks",),
    "url_clicks": ("url clicks",),
}
_LEFT_OUT = (
    "engagement rate", "user profile clicks", "profile visits", "hashtag clicks", "detail expands",
    "permalink clicks", "app opens", "app installs", "app install attempts", "follows",
    "new follows", "email tweet", "dial phone", "media views", "media engagements", "share",
    "shares",
)  # fmt: skip
"""Columns that are known and have no field in a record."""


@frozen
class _Plan:
    """Where in an export the parts of a post are, and how they are read.

    Attributes:
        columns: the columns that say which post it is.
        text: the column of its text, or None.
        moment: the column of its day or time.
        label: the label of that column.
        reader: reads it.
        counts: the columns of its counts, by field, with their labels.
        whole_days: whether only the day is given.
        unknown: the names of columns that nobody knows.
    """

    columns: Columns
    text: int | None
    moment: int
    label: str
    reader: Reader
    counts: dict[str, tuple[int, str]]
    whole_days: bool
    unknown: str

    @classmethod
    def of(cls, header: Header) -> _Plan:
        """Find the columns of an export of posts."""
        columns = Columns.of(header)
        text = header.position(("tweet text", "post text"))
        time = header.position(_TIME)
        if time is not None:
            moment, reader = time, moments()
        else:
            moment, reader = header.needed(("date", *_TIME)), days()
        found = {}
        for name, labels in _COUNTS.items():
            position = header.position(labels)
            if position is not None:
                found[name] = (position, header.labels[position])
        used = {columns.number, columns.link, text, moment, *(at for at, _ in found.values())}
        unknown = header.named(
            n for n, label in enumerate(header.labels) if n not in used and not _known(label)
        )
        label = header.labels[moment]
        return cls(columns, text, moment, label, reader, found, time is None, unknown)

    @property
    def wanted(self) -> tuple[int, ...]:
        """The columns that are looked at."""
        more = {self.text, self.columns.link} - {None}
        positions = (at for at, _ in self.counts.values())
        return tuple(sorted({self.columns.number, self.moment, *positions, *more}))  # type: ignore[arg-type]  # None was taken out


def _known(label: str) -> bool:
    plain = fold(label)
    return plain in _LEFT_OUT or plain.startswith("promoted ")


def read_analytics(source: Source, config: Twitter, context: Context) -> Iterator[Item]:
    """Read an analytics export: of posts, or of the days of an account.

    The file is read twice: first it is made sure that no spreadsheet has damaged it.

    Raises:
        SourceError: when it is damaged, with the cause.
        ConfigError: when it does not say whose posts they are.
    """
    with opened(source, Dialect()) as table:
        is_of_posts = Columns.among(table.header)
    if not is_of_posts:
        yield from read_overview(source, config, context)
        return
    account = account_of(source, config)
    with opened(source, Dialect()) as table:
        plan = _Plan.of(table.header)
        yield from _remarks(plan, config, table.preamble)
        posts = _Posts(plan, config, account, source.name)
        for block in table.blocks(plan.wanted, context.progress):
            yield from posts.read(block)
        if posts.others:
            yield Skipped(posts.others, "posts of other accounts")


def _remarks(plan: _Plan, config: Twitter, preamble: int) -> Iterator[Item]:
    if preamble:
        yield Skipped(preamble, "the preamble")
    if plan.whole_days and config.timezone is None:
        yield Notice(
            "no-timezone",
            "the export gives days without a time zone; they are taken as days of UTC: set "
            "timezone if the account is elsewhere",
        )
    if plan.unknown:
        yield Notice("unmapped-columns", f"not read: {plan.unknown}")
    absent = [name for name in _COUNTS if name not in plan.counts]
    if absent:
        yield Notice("column-absent", f"not in this export, and so not known: {', '.join(absent)}")
    lost = ["quotes", *absent, *(["the time of day"] if plan.whole_days else [])]
    yield Notice(
        "import-order",
        f"of two imports of one post the later counts: {', '.join(lost)} become unknown where the "
        "store has the same posts from an archive or the API, and their kinds are told by their "
        "texts alone; where you need those, import API responses after this export",
    )


class _Posts:
    """Makes posts of the rows of an export."""

    def __init__(self, plan: _Plan, config: Twitter, account: str | None, where: str) -> None:
        self._plan = plan
        self._config = config
        self._account = account
        self._where = where
        self._zone = config.zone()
        self._integers = counts()
        self.others = 0

    def read(self, block: Block) -> Iterator[Item]:
        """Give the posts of a block, and the rows that cannot be one."""
        plan = self._plan
        rows = PostRows(tuple(plan.counts), self._config.zone_name, self._config.with_text)
        faults: dict[int, list[Problem]] = {}
        cells = block.cells
        when = read_cells(cells[plan.moment], plan.reader, plan.label, faults)
        columns = [
            read_cells(cells[at], self._integers, label, faults)
            for at, label in plan.counts.values()
        ]
        numbers = trim(cells[plan.columns.number]).to_pylist()
        texts = [None] * len(numbers) if plan.text is None else cells[plan.text].to_pylist()
        accounts = self._accounts(block, len(numbers))
        lines = block.lines.to_pylist()
        for n, (number, text, moment) in enumerate(zip(numbers, texts, when, strict=True)):
            line: Any = lines[n]
            account = accounts[n]
            if account is None:
                self.others += 1
                continue
            try:
                if n in faults:
                    yield rows.refusal(line, *faults[n])
                    continue
                seconds = _seconds(moment, self._zone, plan.label)
                kept = fitting_text((text or "").strip()) if self._config.with_text else None
            except BadValueError as error:
                yield rows.refusal(line, error.problem)
                continue
            known = (column[n] for column in columns)
            rows.rows.append((line, number, account, seconds, _kind(text), kept, *known))
        if batch := rows.batch():
            yield batch

    def _accounts(self, block: Block, rows: int) -> list[str | None]:
        """Give for each row who posted it, or None where that is another account."""
        link = self._plan.columns.link
        names = [None] * rows if link is None else self._plan.columns.names(block.cells[link])
        if self._account is None:
            raise ConfigError(
                "the export does not say whose posts these are",
                where=self._where,
                remedy="set account in the configuration of the importer",
            )
        own = self._account.casefold()
        return [self._account if (name or own).casefold() == own else None for name in names]


def _seconds(moment: Any, zone: zoneinfo.ZoneInfo, label: str) -> int:
    if moment is None:
        raise BadValueError(Problem("missing-value", "must not be missing", label))
    if not isinstance(moment, dt.datetime):
        try:
            moment = start_of_day(moment, zone)
        except OverflowError:
            raise BadValueError(Problem("no-such-date", "is out of range", label)) from None
    return int((moment - _EPOCH).total_seconds())


def _kind(text: str | None) -> str:
    """Tell the kind of a post from the beginning of its text, which is all an export has."""
    if is_repost(text):
        return "repost"
    return "reply" if text and text.lstrip().startswith("@") else "original"
