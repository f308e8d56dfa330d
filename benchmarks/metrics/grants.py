"""The money of awards in the operational years it is for, to the penny."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from benchmarks.metrics.measure import compare

from coprometrics import OperationalYears, grant_income

FIRST, LAST = 2015, 2024


def make(awards: int) -> pa.Table:
    """Make awards of up to ten years each, between August 2015 and July 2025."""
    chance = np.random.default_rng(20231231)
    whole = (np.datetime64("2025-07-31") - np.datetime64("2015-08-01")).astype(int)
    start = chance.integers(0, whole - 1, awards)
    length = (chance.random(awards) * (whole - start)).astype(int)
    origin = np.datetime64("2015-08-01")
    return pa.table(
        {
            "id": pa.array([f"list:{n}" for n in range(awards)]),
            "amount_total_minor": chance.integers(-(10**6), 10**9, awards),
            "currency": pa.array(np.array(["GBP", "EUR"])[chance.integers(0, 2, awards)]),
            "starts_on": (origin + start).astype("datetime64[D]"),
            "ends_on": (origin + start + length).astype("datetime64[D]"),
        }
    )


def ours(table: pa.Table) -> list[Any]:
    result = grant_income(table, periods=OperationalYears(start_month=8), basis="days")
    return sorted(
        (int(row["year"][:4]), row["currency"], row["amount_minor"])
        for row in result.rows.to_pylist()
    )


def duckdb_sql(table: pa.Table) -> list[Any]:
    """By hand: each award beside its years, and one exact fraction for each end of a year."""
    own = duckdb.connect()
    own.register("awards", table)
    placed = (
        "((2 * abs(amount_total_minor::HUGEINT) * greatest(0, least(whole, {} - starts_on)) "
        "+ whole) // (2 * whole))"
    )
    return sorted(
        own.execute(
            "WITH spans AS (SELECT *, ends_on - starts_on + 1 AS whole, unnest(range("
            "year(starts_on) - (month(starts_on) < 8)::INT, "
            "year(ends_on) - (month(ends_on) < 8)::INT + 1)) AS y FROM awards) "
            "SELECT y, currency, (sum(sign(amount_total_minor) * "
            f"({placed.format('make_date(y + 1, 8, 1)')} - {placed.format('make_date(y, 8, 1)')})))"
            "::BIGINT FROM spans GROUP BY y, currency"
        ).fetchall()
    )


def by_pandas(table: pa.Table) -> list[Any]:
    """By hand in pandas: each award beside each year that it touches."""
    awards = table.to_pandas()
    starts, ends = pd.to_datetime(awards["starts_on"]), pd.to_datetime(awards["ends_on"])
    awards["whole"] = (ends - starts).dt.days + 1
    first = starts.dt.year - (starts.dt.month < 8)
    last = ends.dt.year - (ends.dt.month < 8)
    awards["starts"] = starts
    awards["y"] = [range(a, b + 1) for a, b in zip(first, last, strict=True)]
    each = awards.explode("y")
    years = each["y"].astype(int)
    size = each["amount_total_minor"].abs()

    def placed(year: Any) -> Any:
        day = pd.to_datetime(pd.DataFrame({"year": year, "month": 8, "day": 1}))
        weight = (day - each["starts"]).dt.days.clip(0, each["whole"])
        quotient, rest = size // each["whole"], size % each["whole"]
        half = (2 * rest * weight + each["whole"]) // (2 * each["whole"])
        return quotient * weight + half

    each["part"] = (placed(years + 1) - placed(years)) * np.sign(each["amount_total_minor"])
    sums = each.groupby([years.rename("year"), "currency"])["part"].sum()
    return sorted((int(y), currency, int(amount)) for (y, currency), amount in sums.items())


def main(awards: int) -> None:
    table = make(awards)
    runs = {
        "coprometrics": lambda: ours(table),
        "DuckDB, SQL by hand": lambda: duckdb_sql(table),
        "pandas, by hand": lambda: by_pandas(table),
    }
    compare(f"Grant income by days, {awards:,} awards over ten years", "coprometrics", runs)
