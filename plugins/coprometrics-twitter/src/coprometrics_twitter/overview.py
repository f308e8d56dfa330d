"""The daily overview of an account: what happened on each day.

New follows are a flow, and not how many follow. Each measure ends in ``_per_day``, so that nobody
takes one for a total such as ``followers``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from coprometrics.importers import Context, Item, Locator, Notice, Problem, Refusal, Skipped, Source
from coprometrics_csv import Dialect
from coprometrics_csv.columns import Header
from coprometrics_twitter.cells import counts, days, read_cells
from coprometrics_twitter.config import Twitter
from coprometrics_twitter.damage import damaged, opened
from coprometrics_twitter.posts import no_account, snapshot_batch

__all__ = ["MEASURES", "read_overview"]

MEASURES: dict[str, tuple[str, ...]] = {
    "impressions_per_day": ("impressions",),
    "engagements_per_day": ("engagements",),
    "likes_per_day": ("likes",),
    "bookmarks_per_day": ("bookmarks",),
    "shares_per_day": ("shares", "share"),
    "new_follows_per_day": ("new follows",),
    "unfollows_per_day": ("unfollows",),
    "replies_per_day": ("replies",),
    "reposts_per_day": ("reposts",),
    "profile_visits_per_day": ("profile visits",),
    "posts_per_day": ("create post",),
    "video_views_per_day": ("video views", "views"),
    "media_views_per_day": ("media views",),
}
"""What is counted, and the label of its column."""

_DATE = ("date",)


def read_overview(source: Source, config: Twitter, context: Context) -> Iterator[Item]:
    """Read a daily overview.

    Raises:
        SourceError: when it is damaged, with the cause.
    """
    with opened(source, Dialect(anchor=_DATE)) as table:
        day_at = table.header.needed(_DATE)
        measures = _measures(table.header)
        yield from _remarks(table.header, measures, day_at, table.preamble)
        if measures and config.account is None:
            yield no_account()
        of_days, integers = days(), counts()
        seen: set[dt.date] = set()
        wanted = tuple(sorted({day_at, *measures.values()}))
        for block in table.blocks(wanted, context.progress):
            lines: Any = block.lines.to_pylist()
            for row, problem in block.problems.items():
                raise damaged(problem.message.partition(";")[0], f"{source.name}:{lines[row]}")
            faults: dict[int, list[Problem]] = {}
            label = table.header.labels[day_at]
            of_rows = read_cells(block.cells[day_at], of_days, label, faults)
            columns = {
                name: read_cells(block.cells[at], integers, table.header.labels[at], faults)
                for name, at in measures.items()
            }
            found: list[tuple[str, dt.date, int]] = []
            empty = 0
            places: list[int] = []
            for n, day in enumerate(of_rows):
                if n not in faults and day is None:
                    faults[n] = [Problem("missing-value", "must not be missing", label)]
                if n in faults:
                    yield Refusal(Locator(line=lines[n]), tuple(faults[n]))
                    continue
                if day in seen:
                    raise damaged(f"{day} is in it twice", f"{source.name}:{lines[n]}")
                seen.add(day)
                known = [(m, day, c[n]) for m, c in columns.items() if c[n] is not None]
                empty += not known
                found += known
                places += [lines[n]] * len(known)
            if batch := snapshot_batch(found, config.account, places):
                yield batch
            if empty:
                yield Skipped(empty, "days without any count")


def _measures(header: Header) -> dict[str, int]:
    found = {name: header.position(labels) for name, labels in MEASURES.items()}
    return {name: position for name, position in found.items() if position is not None}


def _remarks(
    header: Header, measures: dict[str, int], day_at: int, preamble: int
) -> Iterator[Item]:
    if preamble:
        yield Skipped(preamble, "the preamble")
    used = {day_at, *measures.values()}
    if unknown := header.named(n for n in range(len(header.labels)) if n not in used):
        yield Notice("unmapped-columns", f"not read: {unknown}")
    if measures:
        yield Notice(
            "daily-flows",
            "these are counts of single days (measures that end in _per_day), not totals: how "
            "many follow the account is in its archive",
        )
