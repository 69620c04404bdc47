"""What was decided for this workspace once: a word and its value."""

from __future__ import annotations

import duckdb

from .arrow import one
from .connection import transaction, translated


def get(con: duckdb.DuckDBPyConnection, key: str, default: str | None = None) -> str | None:
    """The value kept under `key`, or `default`."""
    with translated():
        row = one(con, "SELECT value FROM settings WHERE key = ?", [key])
    return default if row is None else str(row[0])


def set_(con: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Keep `value` under `key` in the place of what was there; the same again is not written."""
    if get(con, key) == value:
        return
    with transaction(con):
        con.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [key, value])


def all_settings(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every setting, in order of the keys."""
    with translated():
        return dict(con.execute("SELECT key, value FROM settings ORDER BY key").fetchall())
