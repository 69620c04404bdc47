"""Where a photo's file was seen, and where in it a face is."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from .arrow import one
from .connection import translated


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A photo's content, and the paths it was seen at: those first that were there at last."""

    sha256: str
    paths: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FaceIn:
    """A face's photo, and its `box` there: x0, y0, x1, y1 in pixels of the upright photo, whose
    longer side has `longer` of them."""

    photo: Whereabouts
    box: tuple[float, float, float, float]
    longer: int


def of_photo(con: duckdb.DuckDBPyConnection, photo: int | str) -> Whereabouts | None:
    """Where a photo is, by its number or the sha256 of its content; None where it is not known."""
    column = "sha256" if isinstance(photo, str) else "photo_id"
    with translated():
        rows = con.execute(
            f"""
            SELECT sha256, path FROM photos LEFT JOIN photo_paths USING (photo_id)
            WHERE {column} = ? ORDER BY missing_since NULLS FIRST, path
            """,  # noqa: S608  one of two words
            [photo],
        ).fetchall()
    if not rows:
        return None
    return Whereabouts(rows[0][0], tuple(path for _, path in rows if path is not None))


def of_face(con: duckdb.DuckDBPyConnection, face_id: int) -> FaceIn | None:
    """Where a face is; None where it is not known."""
    with translated():
        row = one(
            con,
            """
            SELECT photo_id, box, greatest(width, height) FROM faces JOIN photos USING (photo_id)
            WHERE face_id = ?
            """,
            [face_id],
        )
    photo = None if row is None else of_photo(con, row[0])
    return None if row is None or photo is None else FaceIn(photo, tuple(row[1]), row[2])
