"""The family on a map, drawn once: t-SNE takes longer than all else in a small report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from db import runs
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.projection import PATH, POINTS, Projection, project
from tracker.study.kept import fingerprint

if TYPE_CHECKING:
    import duckdb

SEED = 0

KEPT = {
    "projection": "method",
    "dimensions": "draws",
    "x": "value",
    "y": "low",
    "z": "high",
    "who": "relative",
    "is_child": "photo_days",
    "age_months": "age_months",
    "face_id": "note",
}
"""The columns of a picture, and those of `db.runs` that hold them."""


def pictures_of(
    connection: duckdb.DuckDBPyConnection,
    relatives: Evidence,
    child: Evidence,
    *,
    child_id: int,
    embedder_id: str,
) -> Projection:
    """The pictures of exactly these faces, from before if there are."""
    mark = fingerprint(["pictures", embedder_id, SEED], [relatives, child])
    kept = runs.load(connection, mark)
    if kept is None:
        found = project(relatives, child, seed=SEED)
        parts = [("points", found.points), ("path", found.path)]
        runs.store(
            connection,
            fingerprint=mark,
            child_id=child_id,
            embedder_id=embedder_id,
            settings={"pictures": True, "seed": SEED},
            results=pd.concat([pack(frame, name) for name, frame in parts], ignore_index=True),
        )
        return found
    return Projection(unpack(kept, "points", POINTS), unpack(kept, "path", PATH))


def pack(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A picture's frame in columns that `db.runs` has."""
    made = frame.rename(columns=KEPT).assign(frame=name)
    made["age_months"] = made["age_months"].astype("Int32")
    made["draws"] = made["draws"].astype("Int32")
    if "note" in made:
        made["note"] = made["note"].astype(str)
        made["photo_days"] = made["photo_days"].astype("Int32")
    return made


def unpack(kept: pd.DataFrame, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """The frame that `pack` put away."""
    rows = kept[kept["frame"] == name].reset_index(drop=True)
    made = rows.rename(columns={held: column for column, held in KEPT.items()})[list(columns)]
    made["dimensions"] = made["dimensions"].astype("int64")
    if "face_id" in made:
        made["face_id"] = made["face_id"].astype("int64")
        made["is_child"] = made["is_child"].astype(bool)
        made["age_months"] = made["age_months"].astype("float64")
    else:
        made["age_months"] = made["age_months"].astype("int64")
    return made
