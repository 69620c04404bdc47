"""The files beside photos, as they were when they were read."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from .arrow import fetch, staged
from .connection import transaction, translated


def known(con: duckdb.DuckDBPyConnection) -> dict[bytes, tuple[int, int]]:
    """Path -> size in bytes and mtime in ns."""
    with translated():
        table = fetch(con, "SELECT path, byte_size, mtime_ns FROM sidecars")
    paths, sizes, times = (column.to_pylist() for column in table.columns)
    return dict(zip(paths, zip(sizes, times, strict=True), strict=True))


def note(con: duckdb.DuckDBPyConnection, sidecars: Mapping[bytes, tuple[int, int]]) -> None:
    """Remember that these were read as they are now: path -> size in bytes and mtime in ns."""
    if not sidecars:
        return
    table = pa.table(
        {
            "path": pa.array(list(sidecars), pa.binary()),
            "byte_size": pa.array([size for size, _ in sidecars.values()], pa.int64()),
            "mtime_ns": pa.array([mtime for _, mtime in sidecars.values()], pa.int64()),
        }
    )
    with transaction(con), staged(con, "read_sidecars", table):
        con.execute("DELETE FROM sidecars WHERE path IN (SELECT path FROM read_sidecars)")
        con.execute("INSERT INTO sidecars BY NAME SELECT * FROM read_sidecars")
