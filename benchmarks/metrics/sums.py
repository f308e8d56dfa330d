"""Shares of income, and who came to what, over many rows held in memory as Arrow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from benchmarks.metrics.measure import compare

from coprometrics import Period, participation, revenue_share

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
STREAMS = np.array(["consultancy", "training", "talks", "research", "grants", "donations"])
ACTIVITIES = 20_000


def income(rows: int) -> pa.Table:
    chance = np.random.default_rng(1)
    days = (np.datetime64("2020-01-01") + chance.integers(0, 1461, rows)).astype("datetime64[D]")
    return pa.table(
        {
            "stream": pa.array(STREAMS[chance.integers(0, 6, rows)]),
            "amount_minor": chance.integers(-1000, 100_000, rows),
            "currency": pa.array(np.array(["GBP", "EUR"])[chance.integers(0, 2, rows)]),
            "received_on": pa.array(days, mask=chance.random(rows) < 0.01),
        }
    )


def ours_shares(table: pa.Table) -> list[Any]:
    result = revenue_share(table, period=YEAR)
    left = [(one.count, sorted(one.amount_minor.items())) for one in result.excluded]
    rows = [tuple(row.values())[:3] for row in result.rows.to_pylist()]
    return [sorted((part, currency, amount) for part, amount, currency in rows), left]


def duckdb_shares(table: pa.Table) -> list[Any]:
    own = duckdb.connect()
    own.register("income", table)
    return _sorted_shares(
        own.execute(
            "SELECT stream, currency, CASE WHEN received_on BETWEEN DATE '2023-01-01' AND "
            "DATE '2023-12-31' THEN 'in' WHEN received_on IS NULL THEN 'left' ELSE 'out' END AS "
            "place, count(*), sum(amount_minor) FROM income GROUP BY ALL"
        ).fetchall()
    )


def polars_shares(frame: pl.DataFrame) -> list[Any]:
    day = pl.col("received_on")
    place = (
        pl.when(day.is_between(YEAR.start, YEAR.end))
        .then(pl.lit("in"))
        .when(day.is_null())
        .then(pl.lit("left"))
        .otherwise(pl.lit("out"))
    )
    grouped = frame.lazy().group_by("stream", "currency", place.alias("place"))
    return _sorted_shares(grouped.agg(pl.len(), pl.col("amount_minor").sum()).collect().rows())


def _sorted_shares(rows: Any) -> list[Any]:
    left: dict[str, int] = {}
    count = 0
    for _stream, currency, place, number, amount in rows:
        if place == "left":
            left[currency] = left.get(currency, 0) + amount
            count += number
    inside = sorted((row[0], row[1], row[4]) for row in rows if row[2] == "in")
    return [inside, [(count, sorted(left.items()))]]


def activities() -> pa.Table:
    chance = np.random.default_rng(2)
    start = np.datetime64("2021-01-01T12:00:00") + chance.permutation(ACTIVITIES) * np.timedelta64(
        30, "m"
    )
    return pa.table(
        {
            "id": [f"t:{n}" for n in range(ACTIVITIES)],
            "kind": pa.array(
                np.array(["talk", "training", "cuppa"])[chance.integers(0, 3, ACTIVITIES)]
            ),
            "timezone": ["Europe/London"] * ACTIVITIES,
            "starts_at": pa.array(start.astype("datetime64[us]")).cast(
                pa.timestamp("us", tz="UTC")
            ),
        }
    )


def attendances(rows: int) -> pa.Table:
    chance = np.random.default_rng(3)
    people = np.array([f"{n:032x}" for n in range(rows // 20)])
    ids = np.array([f"t:{n}" for n in range(ACTIVITIES)])
    return pa.table(
        {
            "activity_id": pa.array(ids[chance.integers(0, ACTIVITIES, rows)]),
            "status": pa.array(
                np.array(["attended", "no_show"])[(chance.random(rows) < 0.2).astype(int)]
            ),
            "person_key": pa.array(
                people[chance.integers(0, len(people), rows)], mask=chance.random(rows) < 0.1
            ),
        }
    )


VALUES = (
    "activities",
    "attendances",
    "people_identified",
    "attendances_unidentified",
    "first_time",
)


def ours_participation(held: pa.Table, came: pa.Table) -> list[Any]:
    result = participation(held, came)
    rows = result.rows.to_pylist()
    return sorted((row["kind"] or "", *(row[name] for name in VALUES)) for row in rows)


def duckdb_participation(held: pa.Table, came: pa.Table) -> list[Any]:
    """By hand, without the notes on strays and repeated people that ours has."""
    own = duckdb.connect()
    own.register("activities", held)
    own.register("attendances", came)
    own.execute(
        "CREATE TEMP TABLE came AS SELECT kind, a.id, starts_at, person_key FROM attendances "
        "JOIN activities a ON a.id = activity_id WHERE status = 'attended'"
    )
    return sorted(
        (kind or "", *rest)
        for kind, *rest in own.execute(
            "WITH firsts AS (SELECT kind, person_key, min(starts_at) AS first FROM came "
            "WHERE person_key IS NOT NULL GROUP BY ALL), "
            "f AS (SELECT kind, count(*) AS n FROM came JOIN firsts USING (kind, person_key) "
            "WHERE starts_at = first GROUP BY GROUPING SETS ((kind), ())), "
            "p AS (SELECT kind, count(*) AS n, count(DISTINCT person_key) AS people, count(*) - "
            "count(person_key) AS guests FROM came GROUP BY GROUPING SETS ((kind), ())), "
            "a AS (SELECT kind, count(*) AS n FROM activities GROUP BY GROUPING SETS ((kind), ())) "
            "SELECT a.kind, a.n, p.n, people, guests, f.n FROM a "
            "JOIN p ON p.kind IS NOT DISTINCT FROM a.kind "
            "JOIN f ON f.kind IS NOT DISTINCT FROM a.kind"
        ).fetchall()
    )


def polars_participation(held: pl.DataFrame, came: pl.DataFrame) -> list[Any]:
    """By hand, likewise."""
    here = (
        came.lazy()
        .filter(pl.col("status") == "attended")
        .join(held.lazy(), left_on="activity_id", right_on="id")
        .select("kind", "starts_at", "person_key")
        .collect()
    )
    named = here.lazy().filter(pl.col("person_key").is_not_null())
    firsts = named.group_by("kind", "person_key").agg(
        first=(pl.col("starts_at") == pl.col("starts_at").min()).sum()
    )
    counts = firsts.group_by("kind").agg(pl.col("first").sum(), people=pl.len()).collect()
    sums = here.group_by("kind").agg(n=pl.len(), guests=pl.col("person_key").null_count())
    each = held.group_by("kind").len().join(sums, on="kind").join(counts, on="kind")
    rows = each.select("kind", "len", "n", "people", "guests", "first").rows()
    people = here["person_key"].drop_nulls().n_unique()
    whole = [sum(column) for column in list(zip(*rows, strict=True))[1:]]
    return sorted([("", whole[0], whole[1], people, whole[3], whole[4]), *rows])


def main(rows: int) -> None:
    _shares(rows)
    _participation(rows)


def _shares(rows: int) -> None:
    table = income(rows)
    frame = pl.from_arrow(table)
    runs = {
        "coprometrics": lambda: ours_shares(table),
        "coprometrics, given a Polars frame": lambda: ours_shares(frame),
        "DuckDB, SQL by hand": lambda: duckdb_shares(table),
        "Polars, by hand, in its own memory": lambda: polars_shares(frame),
        "Polars, by hand, from Arrow": lambda: polars_shares(pl.from_arrow(table)),
    }
    compare(f"Revenue shares of one year, {rows:,} rows", "coprometrics", runs)


def _participation(rows: int) -> None:
    held, came = activities(), attendances(rows)
    theirs = pl.from_arrow(held), pl.from_arrow(came)
    runs = {
        "coprometrics": lambda: ours_participation(held, came),
        "DuckDB, SQL by hand": lambda: duckdb_participation(held, came),
        "Polars, by hand, in its own memory": lambda: polars_participation(*theirs),
    }
    compare(f"Participation, {rows:,} attendances", "coprometrics", runs)
