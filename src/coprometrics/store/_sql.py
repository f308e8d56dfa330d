"""Small help with SQL."""

from __future__ import annotations

import duckdb

__all__ = ["number", "quoted"]


def quoted(name: str) -> str:
    """Give a name of a table or column as SQL."""
    return f'"{name}"'


def number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Run a query for one number; what gives none, or null, is 0.

    Every row is fetched: a result that is left half read keeps the connection busy.
    """
    rows = connection.execute(query).fetchall()
    return int(rows[0][0] or 0) if rows else 0
