"""What a report printed and wrote, kept for as long as nothing changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb

from .arrow import one
from .connection import transaction, translated, utc_now


def load(
    con: duckdb.DuckDBPyConnection, folder: bytes, fingerprint: str
) -> tuple[dict[str, Any], dict[str, int]] | None:
    """What was printed, and the files with their sizes in bytes; None under another fingerprint."""
    with translated():
        row = one(
            con,
            "SELECT printed, files FROM kept_reports WHERE folder = ? AND fingerprint = ?",
            [folder, fingerprint],
        )
    return None if row is None else (json.loads(row[0]), json.loads(row[1]))


def store(
    con: duckdb.DuckDBPyConnection,
    folder: bytes,
    fingerprint: str,
    *,
    printed: Mapping[str, object],
    files: Mapping[str, int],
) -> None:
    """Keep what a report in `folder` printed (fit for JSON) and wrote, in place of the last."""
    with transaction(con):
        con.execute("DELETE FROM kept_reports WHERE folder = ?", [folder])
        con.execute(
            "INSERT INTO kept_reports VALUES (?, ?, ?, ?, ?)",
            [folder, fingerprint, json.dumps(printed), json.dumps(files), utc_now()],
        )
