"""A funnel of four steps within thirty days, from one Parquet file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import chdb
import duckdb
import polars as pl
from benchmarks.metrics.measure import compare

from coprometrics import funnel

STEPS = ("registered", "joined", "applied", "funded")
WINDOW = dt.timedelta(days=30)
MICROSECONDS = WINDOW // dt.timedelta(microseconds=1)
ENTITIES = 5
"""How many events an entity has on average."""


def make(path: Path, events: int) -> None:
    """Write events at different instants, so that no rule for ties decides anything."""
    duckdb.execute("SELECT setseed(0.5)")
    words = ", ".join(f"'{step}'" for step in (*STEPS, "registered", "called"))
    gap = 366 * 86_400_000_000 // events
    duckdb.execute(
        f"COPY (SELECT 'p:' || (hash(i) % {events // ENTITIES})::VARCHAR AS entity_key, "
        f"[{words}][1 + (hash(i * 7 + 1) % 6)::INT] AS stage, "
        f"make_timestamptz(1672531200000000 + ((hash(i * 13 + 5) % {gap}) + i * {gap})::BIGINT) "
        "AS occurred_at "
        f"FROM range({events}) t(i) ORDER BY hash(i * 3)) TO '{path}' (FORMAT parquet)"
    )


def ours(path: Path) -> list[Any]:
    """Through the library, with conversions, times and all that it tells besides."""
    result = funnel(duckdb.read_parquet(str(path)), STEPS, window=WINDOW)
    return [figure.number for figure in result.figures if figure.value == "reached"]


def clickhouse(path: Path) -> list[Any]:
    """By ClickHouse's own function for this."""
    stages = ", ".join(f"stage = '{step}'" for step in STEPS)
    found = chdb.query(
        f"SELECT level, count() FROM (SELECT entity_key, windowFunnel({MICROSECONDS})("
        f"toUInt64(toUnixTimestamp64Micro(occurred_at)), {stages}) AS level "
        f"FROM file('{path}', Parquet) GROUP BY entity_key) GROUP BY level",
        "CSV",
    )
    levels = dict(map(int, line.split(",")) for line in str(found).split())
    return [sum(levels.get(deep, 0) for deep in range(k, 5)) for k in range(1, 5)]


def duckdb_sql(path: Path) -> list[Any]:
    """By hand: step by step, one running maximum for each, each step a table of its own."""
    own = duckdb.connect()
    events = f"(SELECT entity_key, epoch_us(occurred_at) AS ts, stage FROM '{path}')"
    own.execute(
        f"CREATE TEMP TABLE c AS SELECT entity_key, ts, ts AS start FROM {events} "
        f"WHERE stage = '{STEPS[0]}'"
    )
    counts = []
    for step in STEPS[1:]:
        counts.append(own.execute("SELECT count(DISTINCT entity_key) FROM c").fetchall()[0][0])
        own.execute(
            f"CREATE OR REPLACE TEMP TABLE c AS SELECT entity_key, ts, start FROM (SELECT *, "
            "max(begun) OVER (PARTITION BY entity_key ORDER BY ts, begun NULLS LAST "
            "ROWS UNBOUNDED PRECEDING) AS start FROM (SELECT entity_key, ts, start AS begun FROM c "
            f"UNION ALL SELECT entity_key, ts, NULL FROM {events} WHERE stage = '{step}' "
            "AND entity_key IN (SELECT entity_key FROM c))) "
            f"WHERE begun IS NULL AND ts - start <= {MICROSECONDS}"
        )
    counts.append(own.execute("SELECT count(DISTINCT entity_key) FROM c").fetchall()[0][0])
    return counts


def polars(path: Path) -> list[Any]:
    """By hand in Polars, the same steps."""
    events = pl.scan_parquet(path)
    here = (pl.col("stage") == STEPS[0],)
    chains = events.filter(*here).select("entity_key", "occurred_at", start="occurred_at").collect()
    counts = [chains["entity_key"].n_unique()]
    for step in STEPS[1:]:
        new = events.filter(pl.col("stage") == step).select(
            "entity_key", "occurred_at", start=pl.lit(None, dtype=chains.schema["start"]), new=True
        )
        chains = (
            pl.concat([chains.lazy().with_columns(new=pl.lit(False)), new])
            .sort("entity_key", "occurred_at", "new")
            .with_columns(start=pl.col("start").cum_max().forward_fill().over("entity_key"))
            .filter(pl.col("new") & (pl.col("occurred_at") - pl.col("start") <= WINDOW))
            .select("entity_key", "occurred_at", "start")
            .collect()
        )
        counts.append(chains["entity_key"].n_unique())
    return counts


def main(folder: Path, events: int) -> None:
    path = folder / f"events-{events}.parquet"
    make(path, events)
    runs = {
        "coprometrics": lambda: ours(path),
        "ClickHouse windowFunnel (chdb)": lambda: clickhouse(path),
        "DuckDB, SQL by hand": lambda: duckdb_sql(path),
        "Polars, by hand": lambda: polars(path),
    }
    compare(f"Funnel of 4 steps, {events:,} events", "coprometrics", runs)
