"""A dozen records through each metric, beside the least that a query costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
from benchmarks.metrics.measure import fastest

from coprometrics import (
    Activity,
    Attendance,
    AudienceSnapshot,
    GrantAward,
    Income,
    OperationalYears,
    Payment,
    Period,
    Post,
    StageCount,
    StageEvent,
    audience_growth,
    funnel,
    funnel_from_counts,
    grant_income,
    participation,
    payments,
    revenue_share,
    top_posts,
)
from coprometrics.tables.arrow import to_table

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
NOON = dt.datetime(2023, 5, 4, 12, tzinfo=dt.UTC)
DAY = NOON.date()
A_DOZEN = range(12)


def runs() -> dict[str, Callable[[], Any]]:
    """Make a dozen records of each kind, and what to ask of them."""
    income = [
        Income(id=f"t:{n}", stream="ab"[n % 2], amount_minor=n, currency="GBP", received_on=DAY,
               kind="fee") for n in A_DOZEN
    ]  # fmt: skip
    events = [
        StageEvent(id=f"t:{n}", programme="p", entity_key=f"p:{n // 2}", stage="xy"[n % 2],
                   occurred_at=NOON + n * dt.timedelta(hours=1)) for n in A_DOZEN
    ]  # fmt: skip
    counts = [
        StageCount(id=f"t:{n}", programme="p", stage=f"s{n}", position=n + 1, count=12 - n)
        for n in A_DOZEN
    ]
    awards = [
        GrantAward(id=f"t:{n}", amount_total_minor=1000 * n, currency="GBP", starts_on=DAY,
                   ends_on=DAY + n * dt.timedelta(days=90)) for n in A_DOZEN
    ]  # fmt: skip
    held = [
        Activity(id=f"t:{n}", kind="talk", timezone="Europe/London", starts_at=NOON)
        for n in A_DOZEN
    ]
    came = [
        Attendance(id=f"t:{n}", activity_id=f"t:{n}", status="attended", person_key=f"{n % 5:032x}")
        for n in A_DOZEN
    ]
    snapshots = [
        AudienceSnapshot(id=f"t:{n}", channel="x", measure="followers", value=n,
                         as_of=dt.date(2022, 12, 31) + n * dt.timedelta(days=30)) for n in A_DOZEN
    ]  # fmt: skip
    posts = [
        Post(id=f"t:{n}", platform="x", account="us", created_at=NOON, impressions=n)
        for n in A_DOZEN
    ]
    paid = [Payment(id=f"t:{n}", amount_minor=n, currency="GBP", minutes=30) for n in A_DOZEN]
    years = OperationalYears(start_month=8)
    return {
        "revenue_share": lambda: revenue_share(income, period=YEAR),
        "funnel": lambda: funnel(events, ["x", "y"]),
        "funnel_from_counts": lambda: funnel_from_counts(counts),
        "grant_income": lambda: grant_income(awards, periods=years),
        "participation": lambda: participation(held, came, period=YEAR),
        "audience_growth": lambda: audience_growth(snapshots, period=YEAR),
        "top_posts": lambda: top_posts(posts, period=YEAR),
        "payments": lambda: payments(paid),
    }


def main() -> None:
    table = to_table(
        [StageCount(id=f"t:{n}", programme="p", stage="s", position=1, count=n) for n in A_DOZEN],
        StageCount,
    )

    def trivial() -> Any:
        given = table  # noqa: F841  (the query finds it by its name)
        return duckdb.sql("SELECT stage, sum(position) FROM given GROUP BY stage").fetchall()

    least, _answer = fastest(trivial, 100)
    print("\nA dozen records, as records, once everything is imported\n")
    print("| what | milliseconds | times a trivial query |\n|---|---|---|")
    print(f"| a trivial DuckDB query over an Arrow table | {1000 * least:.2f} | |")
    for name, run in runs().items():
        seconds, _answer = fastest(run, 50)
        print(f"| {name} | {1000 * seconds:.2f} | {seconds / least:.1f} |", flush=True)
