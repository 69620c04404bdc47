"""What was computed before: results under a fingerprint of everything that went in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from .arrow import frame, one, staged
from .connection import transaction, translated, utc_now
from .errors import Conflict
from .records import RunRow

if TYPE_CHECKING:
    import pandas as pd

_TYPES: dict[str, pa.DataType] = {
    "frame": pa.string(),
    "comparison": pa.string(),
    "method": pa.string(),
    "age_months": pa.int32(),
    "age_label": pa.string(),
    "relative": pa.string(),
    "first": pa.string(),
    "second": pa.string(),
    "value": pa.float64(),
    "difference": pa.float64(),
    "low": pa.float64(),
    "high": pa.float64(),
    "lead": pa.float64(),
    "leader": pa.string(),
    "faces": pa.int32(),
    "photo_days": pa.int32(),
    "draws": pa.int32(),
    "note": pa.string(),
}

COLUMNS = tuple(_TYPES)
"""The columns that results may have. `frame` tells several frames in one table apart; `note`
takes what is no number. A number that is not there is NaN."""


def store(
    con: duckdb.DuckDBPyConnection,
    *,
    fingerprint: str,
    child_id: int,
    embedder_id: str,
    settings: Mapping[str, object],
    results: pd.DataFrame,
) -> int:
    """Keep a run's results (columns among `COLUMNS`, in any order) in place of older ones under
    the same fingerprint; returns the run's id. `settings` must be fit for JSON.

    Raises Conflict for a column that is not known.
    """
    columns = [str(name) for name in results.columns]
    strange = [name for name in columns if name not in _TYPES]
    if strange:
        raise Conflict(f"Results cannot be kept in columns called {', '.join(strange)}.")
    rows: dict[str, pa.Array] = {"position": pa.array(range(len(results)), pa.int32())}
    for name, kind in _TYPES.items():
        if name in columns:
            rows[name] = pa.array(results[name], kind, from_pandas=True)
        else:
            rows[name] = pa.nulls(len(results), kind)
    with transaction(con), staged(con, "new_values", pa.table(rows)):
        con.execute(
            """
            DELETE FROM run_values WHERE run_id IN (SELECT run_id FROM runs WHERE fingerprint = ?)
            """,
            [fingerprint],
        )
        row = one(
            con,
            """
            INSERT INTO runs VALUES (nextval('run_ids'), ?, ?, ?, ?, ?, ?)
            ON CONFLICT (fingerprint) DO UPDATE SET child_id = excluded.child_id,
                embedder_id = excluded.embedder_id, settings = excluded.settings,
                columns = excluded.columns, made_at = excluded.made_at
            RETURNING run_id
            """,
            [
                fingerprint,
                child_id,
                embedder_id,
                json.dumps(dict(settings), ensure_ascii=False),
                json.dumps(columns),
                utc_now(),
            ],
        )
        assert row is not None  # noqa: S101  RETURNING always answers
        con.execute("INSERT INTO run_values SELECT ?, * FROM new_values", [row[0]])
    return int(row[0])


def load(con: duckdb.DuckDBPyConnection, fingerprint: str) -> pd.DataFrame | None:
    """The results under that fingerprint, row for row as they were stored, or None."""
    with translated():
        row = one(con, "SELECT run_id, columns FROM runs WHERE fingerprint = ?", [fingerprint])
        if row is None:
            return None
        columns = json.loads(row[1])
        found = frame(con, "SELECT * FROM run_values WHERE run_id = ? ORDER BY position", [row[0]])
    picked: pd.DataFrame = found[columns]
    return picked


def all_runs(con: duckdb.DuckDBPyConnection) -> list[RunRow]:
    """Every run that is kept, the newest last."""
    with translated():
        rows = con.execute(
            "SELECT run_id, fingerprint, child_id, embedder_id, settings FROM runs ORDER BY run_id"
        ).fetchall()
    return [
        RunRow(run_id, mark, child, embedder, json.loads(settings))
        for run_id, mark, child, embedder, settings in rows
    ]
