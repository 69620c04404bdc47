"""What was said of a child's photo-days, kept month by month of age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from .arrow import frame, staged
from .connection import transaction, translated, utc_now

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("age_months", "day", "faces", "draws", "method", "relative", "value")

_TYPES: dict[str, pa.DataType] = {
    "age_months": pa.int32(),
    "day": pa.int64(),
    "faces": pa.int32(),
    "draws": pa.int32(),
    "method": pa.string(),
    "relative": pa.string(),
    "value": pa.float64(),
}


@dataclass(frozen=True, slots=True)
class View:
    """Whose months they are: of which child, read by which embedder, compared how."""

    child_id: int
    embedder_id: str
    name: str


def fingerprints(con: duckdb.DuckDBPyConnection, view: View) -> dict[int, str]:
    """Month of age to the fingerprint under which it is kept."""
    with translated():
        rows = con.execute(
            """
            SELECT age_months, fingerprint FROM kept_months
            WHERE child_id = ? AND embedder_id = ? AND view = ?
            """,
            [view.child_id, view.embedder_id, view.name],
        ).fetchall()
    return {int(age): str(mark) for age, mark in rows}


def load(con: duckdb.DuckDBPyConnection, view: View) -> pd.DataFrame:
    """Every day that is kept: columns `COLUMNS`, in order of age, day, method and relative as
    stored."""
    with translated():
        return frame(
            con,
            """
            SELECT age_months, day, faces, draws, method, relative, value
            FROM kept_days JOIN kept_months USING (month_id)
            WHERE child_id = ? AND embedder_id = ? AND view = ?
            ORDER BY age_months, day
            """,
            [view.child_id, view.embedder_id, view.name],
        )


def store(
    con: duckdb.DuckDBPyConnection,
    view: View,
    marks: Mapping[int, str],
    days: pd.DataFrame,
    *,
    gone: tuple[int, ...] = (),
) -> None:
    """Keep the months of `marks` (age to fingerprint) with their `days`, all or nothing.

    `days` has columns `COLUMNS`. What was kept of these months, and of those `gone`, is replaced.
    """
    months = pa.table(
        {
            "age_months": pa.array([*marks, *gone], pa.int32()),
            "fingerprint": pa.array([*marks.values(), *(None for _ in gone)], pa.string()),
        }
    )
    rows = pa.table(
        {name: pa.array(days[name], kind, from_pandas=True) for name, kind in _TYPES.items()}
    )
    where = [view.child_id, view.embedder_id, view.name]
    with transaction(con), staged(con, "new_months", months), staged(con, "new_days", rows):
        con.execute(
            """
            DELETE FROM kept_days WHERE month_id IN (
                SELECT month_id FROM kept_months SEMI JOIN new_months USING (age_months)
                WHERE child_id = ? AND embedder_id = ? AND view = ?)
            """,
            where,
        )
        con.execute(
            """
            DELETE FROM kept_months
            WHERE child_id = ? AND embedder_id = ? AND view = ?
              AND age_months IN (SELECT age_months FROM new_months)
            """,
            where,
        )
        con.execute(
            """
            INSERT INTO kept_months
            SELECT nextval('month_ids'), ?, ?, ?, age_months, fingerprint, ?
            FROM new_months WHERE fingerprint IS NOT NULL
            """,
            [*where, utc_now()],
        )
        con.execute(
            """
            INSERT INTO kept_days
            SELECT month_id, day, faces, draws, method, relative, value
            FROM new_days JOIN kept_months USING (age_months)
            WHERE child_id = ? AND embedder_id = ? AND view = ?
            """,
            where,
        )
