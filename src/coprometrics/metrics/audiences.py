"""How an audience grew, and what it saw most."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any, Final

import pyarrow as pa

from coprometrics.errors import MetricError
from coprometrics.metrics._parameters import (
    check_count,
    check_option,
    check_period,
    check_text,
    period_parameter,
)
from coprometrics.metrics.base import (
    Excluded,
    Figure,
    MetricResult,
    count,
    ratio,
    several,
    table,
)
from coprometrics.metrics.frames import Engine, engine_over, given
from coprometrics.periods import Period
from coprometrics.records import AudienceSnapshot, Post

__all__ = ["POST_COUNTS", "audience_growth", "top_posts"]

GROWTH: Final = "audience_growth"
TOP: Final = "top_posts"
POST_COUNTS: Final = (
    "impressions",
    "engagements",
    "likes",
    "reposts",
    "replies",
    "quotes",
    "bookmarks",
    "url_clicks",
)


def audience_growth(
    snapshots: object,
    channel: str | None = None,
    measure: str | None = None,
    *,
    period: Period,
    account: str | None = None,
) -> MetricResult:
    """Say how much an audience, such as the followers of a channel, grew over a period.

    The count at each end of the period is the latest one of that day or before it. Where both are
    the same count, nothing is known of the growth. Nothing is estimated between counts. Only
    standing totals grow: daily new follows or monthly views are flows, and must not be given here.

    Args:
        snapshots: `AudienceSnapshot` records or a frame with ``channel``, ``measure``, ``as_of``
            (the day of the count) and ``value`` (a whole number; missing where it is not known).
            ``account`` (whose audience it is) counts where it is there.
        channel: one channel, such as ``linkedin``; None takes all, each by itself.
        measure: one measure, such as ``followers``; None takes all, each by itself.
        period: the days over which it grew.
        account: one account, regardless of capitals; None where the snapshots of a channel and
            measure are of one account alone. Those of no named account belong to it.

    Returns:
        For each channel and measure: ``end`` and ``start`` (counts) and ``growth`` (ratio: end less
        start, over start). The notes say how old a count was. Without two counts there is no
        growth, and nor is there from a start of zero: both have no number. Snapshots after the
        period do not count; those without a value are left out and listed (``no-value``).

        ``rows`` has a line for each channel and measure: ``channel`` and ``measure`` (text),
        ``start_as_of`` and ``end_as_of`` (the days of the two counts), ``start`` and ``end`` (whole
        numbers; the start and its day are null where there is no count so early).

    Raises:
        MetricError: when there is no snapshot of the channel, measure or account, none up to the
            end of the period has a value, they are of several accounts, two of one day differ, or a
            column is missing or of the wrong type.
        ParameterError: when a parameter cannot be used.

    Examples:
        >>> counts = [(dt.date(2022, 12, 31), 5250), (dt.date(2023, 12, 28), 6138)]
        >>> snapshots = [
        ...     AudienceSnapshot(
        ...         id=f"t:{day}", channel="x", measure="followers", as_of=day, value=n)
        ...     for day, n in counts
        ... ]
        >>> year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
        >>> growth = audience_growth(snapshots, "x", "followers", period=year)
        >>> print(growth.figure("growth", channel="x", measure="followers").text)
        16.91%
        >>> growth.notes
        ('x followers: the count at the end is of 2023-12-28, 3 days before 2023-12-31.',)
    """
    for name, word in (("channel", channel), ("measure", measure), ("account", account)):
        if word is not None:
            check_text(name, word)
    check_period(period, required=True)
    source = given(
        snapshots,
        "snapshots",
        AudienceSnapshot,
        need=("channel", "measure", "as_of", "value"),
        may=("account",),
    )
    with engine_over(source) as engine:
        tests = [f"as_of <= {engine.value(period.end)}"]
        for column, wanted in (("channel", channel), ("measure", measure)):
            if wanted is not None:
                _refuse_unknown(engine, column, wanted)
                tests.append(f"{column} = {engine.value(wanted)}")
        if account is not None:
            tests.append(f"account IN ({engine.listed(_written_as(engine, account))})")
        engine.define("chosen", f"SELECT * FROM snapshots WHERE {' AND '.join(tests)}")
        _refuse_several_accounts(engine)
        _refuse_contradictions(engine)
        start = f"CASE WHEN as_of <= {engine.value(period.start)} THEN as_of END"
        rows = engine.rows(
            "SELECT channel, measure, max(as_of) AS end_day, "
            f"max_by(value, as_of) AS end_value, max({start}) AS start_day, "
            f"max_by(value, {start}) AS start_value FROM chosen WHERE value IS NOT NULL "
            "GROUP BY channel, measure ORDER BY channel, measure"
        )
        (unknown,) = engine.rows("SELECT count(*) AS rows_ FROM chosen WHERE value IS NULL")
        if not rows:
            raise MetricError(
                f"there is no count of {channel or 'any channel'} {measure or ''}".rstrip()
                + f" up to {period.end}",
                where="snapshots.value",
            )
    figures: list[Figure] = []
    notes: list[str] = []
    for row in rows:
        about = {"channel": row["channel"], "measure": row["measure"]}
        start, end = row["start_value"], row["end_value"]
        figures.append(count(GROWTH, "end", about, end))
        figures.append(count(GROWTH, "start", about, start))
        grown = None if row["start_day"] in (None, row["end_day"]) else end - start
        figures.append(ratio(GROWTH, "growth", about, grown, start))
        notes += _staleness(row, period)
    columns: dict[str, pa.DataType] = {
        "channel": pa.string(),
        "measure": pa.string(),
        "start_as_of": pa.date32(),
        "start": pa.int64(),
        "end_as_of": pa.date32(),
        "end": pa.int64(),
    }
    keys = ("channel", "measure", "start_day", "start_value", "end_day", "end_value")
    left = Excluded("no-value", unknown["rows_"], "the count is not known")
    return MetricResult(
        metric=GROWTH,
        version=1,
        parameters={
            "channel": channel,
            "measure": measure,
            "period": period_parameter(period),
            **({} if account is None else {"account": account.casefold()}),
        },
        period=period,
        rows=table(columns, [[row[key] for key in keys] for row in rows]),
        figures=tuple(figures),
        excluded=(left,) if left.count else (),
        notes=tuple(notes),
    )


def _refuse_unknown(engine: Engine, column: str, wanted: str) -> None:
    words = _words(engine, column)
    if wanted not in words:
        raise _unknown(column, wanted, words)


def _written_as(engine: Engine, account: str) -> list[str]:
    """Name the accounts that differ from one in capital letters only."""
    words = _words(engine, "account")
    found = [word for word in words if word.casefold() == account.casefold()]
    if not found:
        raise _unknown("account", account, words)
    return found


def _words(engine: Engine, column: str) -> list[str]:
    rows = engine.rows(f"SELECT DISTINCT {column} AS word FROM snapshots")
    return sorted(row["word"] for row in rows if row["word"] is not None)


def _unknown(column: str, wanted: str, words: list[str]) -> MetricError:
    return MetricError(
        f"there is no {column} {wanted!r}",
        where=f"snapshots.{column}",
        remedy=f"there is {', '.join(words) or 'none: there are no snapshots'}",
    )


def _refuse_several_accounts(engine: Engine) -> None:
    found = engine.rows(
        "SELECT channel, measure, account FROM chosen WHERE account IS NOT NULL "
        "GROUP BY channel, measure, account ORDER BY channel, measure, account"
    )
    for name, rows in groupby(found, key=lambda row: f"{row['channel']} {row['measure']}"):
        accounts = sorted({row["account"].casefold() for row in rows})
        if len(accounts) > 1:
            raise MetricError(
                f"{name} are those of several accounts: {', '.join(accounts)}",
                where="snapshots.account",
                remedy="name one of them with account",
            )


def _refuse_contradictions(engine: Engine) -> None:
    found = engine.rows(
        "SELECT channel, measure, as_of, min(value) AS least, max(value) AS most FROM chosen "
        "GROUP BY channel, measure, as_of HAVING min(value) <> max(value) "
        "ORDER BY channel, measure, as_of LIMIT 1"
    )
    for row in found:
        raise MetricError(
            f"{row['channel']} {row['measure']} of {row['as_of']} is both {row['least']:,} "
            f"and {row['most']:,}",
            where="snapshots.value",
            remedy="keep one count for each day",
        )


def _staleness(row: dict[str, Any], period: Period) -> list[str]:
    name = f"{row['channel']} {row['measure']}"
    notes = []
    if row["start_day"] is None:
        notes.append(f"{name}: there is no count up to {period.start}, so its growth is unknown.")
    elif row["start_day"] == row["end_day"]:
        notes.append(f"{name}: there is no count after {row['start_day']}; its growth is unknown.")
    elif period.start > dt.date.min:
        # The last day before the period is as good a start as its first day.
        notes += _age(name, "start", row["start_day"], period.start - dt.timedelta(days=1))
    return notes + _age(name, "end", row["end_day"], period.end)


def _age(name: str, which: str, day: dt.date, ideal: dt.date) -> list[str]:
    age = (ideal - day).days
    if age <= 0:
        return []
    return [f"{name}: the count at the {which} is of {day}, {several(age, 'day')} before {ideal}."]


def top_posts(
    posts: object, by: str = "impressions", n: int = 1, period: Period | None = None
) -> MetricResult:
    """Say which posts of a period were seen, liked or shared most.

    Reposts carry the counts of the original, which somebody else may have written, so they do not
    count. A post belongs to the day it has in its own time zone, or in UTC where it names none.
    Places are given as in sport, by standard competition ranking (1, 2, 2, 4; the ``RANK`` of SQL):
    posts with the same count share a place, and the places they take up are left free.

    Args:
        posts: `Post` records or a frame with ``created_at`` and the column ``by`` (a whole number;
            missing where it is not known). Used where they are there: ``id``, ``timezone``,
            ``kind`` and ``permalink``.
        by: which count: impressions, engagements, likes, reposts, replies, quotes, bookmarks or
            url_clicks.
        n: how many places; posts that share one are all shown.
        period: the days they were posted on; None takes all.

    Returns:
        For each place (``rank``) up to ``n``: the count, called as ``by`` is. Reposts (``repost``)
        and posts whose count is not known (``no-value``) are left out and listed.

        ``rows`` has a line for every post on those places: ``rank``, ``id`` and ``permalink``
        (text; the last two null where the data do not have them) and the count (a whole number).

    Raises:
        MetricError: when a column is missing or of the wrong type.
        ParameterError: when ``by`` is no count of a post, ``n`` is less than 1, or the period is
            none.

    Examples:
        >>> posts = [
        ...     Post(id=f"x:{n}", platform="x", account="us", impressions=seen,
        ...          created_at=dt.datetime(2023, 6, n, tzinfo=dt.UTC))
        ...     for n, seen in enumerate([900, 17000, 120], start=1)
        ... ]
        >>> print(top_posts(posts).figure("impressions", rank="1"))
        top_posts impressions (rank 1): 17,000
        >>> posts.append(Post(id="x:4", platform="x", account="us", impressions=17000,
        ...                   created_at=dt.datetime(2023, 6, 4, tzinfo=dt.UTC)))
        >>> top_posts(posts, n=3).rows.select(["rank", "id"]).to_pylist()
        [{'rank': '1', 'id': 'x:2'}, {'rank': '1', 'id': 'x:4'}, {'rank': '3', 'id': 'x:1'}]
    """
    check_option("by", by, POST_COUNTS)
    check_count("n", n)
    check_period(period)
    source = given(
        posts,
        "posts",
        Post,
        need=("created_at", by),
        may=("id", "timezone", "kind", "permalink"),
    )
    with engine_over(source) as engine:
        number, join = engine.quoted(by), ""
        if period is not None:
            join = (
                f"JOIN {engine.zoned('posts', period)} ON zone = coalesce(timezone, 'UTC') "
                "AND created_at >= since AND created_at < until"
            )
        engine.define("inside", f"SELECT posts.* FROM posts {join}")
        rows = engine.rows(
            "SELECT * FROM ("
            f"SELECT rank() OVER (ORDER BY {number} DESC) AS place, id, permalink, "
            f"{number} AS number, created_at FROM inside "
            f"WHERE kind <> 'repost' AND {number} IS NOT NULL"
            f") AS ranked WHERE place <= {n} ORDER BY place, id NULLS LAST, "
            "created_at, permalink NULLS LAST"
        )
        (left,) = engine.rows(
            "SELECT count(CASE WHEN kind = 'repost' THEN 1 END) AS reposts, "
            f"count(CASE WHEN kind <> 'repost' AND {number} IS NULL THEN 1 END) AS silent "
            "FROM inside"
        )
    numbers = {str(row["place"]): row["number"] for row in rows}
    columns: dict[str, pa.DataType] = {
        "rank": pa.string(),
        "id": pa.string(),
        "permalink": pa.string(),
        by: pa.int64(),
    }
    excluded = [
        Excluded("repost", left["reposts"], "it is a repost, which carries the original's counts"),
        Excluded("no-value", left["silent"], f"its {by} are not known"),
    ]
    return MetricResult(
        metric=TOP,
        version=1,
        parameters={"by": by, "n": n, "period": period_parameter(period)},
        period=period,
        rows=table(
            columns,
            [(str(row["place"]), row["id"], row["permalink"], row["number"]) for row in rows],
        ),
        figures=tuple(count(TOP, by, {"rank": rank}, number) for rank, number in numbers.items()),
        excluded=tuple(found for found in excluded if found.count),
    )
