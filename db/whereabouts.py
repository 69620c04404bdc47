"""Where a photo's file was seen."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from .connection import translated


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A photo's content, and the paths it was seen at: those first that were there at last."""

    sha256: str
    paths: tuple[bytes, ...]


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
