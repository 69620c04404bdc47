"""The faces that tags may be about, what was said of them, and the files they are in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb
import pyarrow as pa

from .arrow import staged
from .connection import translated

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the upright photo."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the journal about a face. `person_id` is whom it counts for now, None nobody."""

    face_id: int
    person_id: int | None
    state: str
    source: str
    reason: str
    similarity: float | None
    embedder_id: str | None


@dataclass(frozen=True, slots=True)
class PhotoFaces:
    """The faces of a photo of `width` and `height`, in pixels of it upright: ids and boxes."""

    width: int
    height: int
    face_ids: tuple[int, ...]
    boxes: tuple[Box, ...]


def faces_of(con: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> dict[str, PhotoFaces]:
    """The faces of these photos (sha256s), those without any too."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            """
            SELECT sha256, width, height, face_id, box
            FROM photos SEMI JOIN asked_photos USING (sha256) LEFT JOIN faces USING (photo_id)
            ORDER BY photo_id, face_id
            """
        ).fetchall()
    found = {}
    for (sha256, width, height), here in groupby(rows, key=lambda row: row[:3]):
        faces = [(face, tuple(box)) for *_, face, box in here if face is not None]
        found[sha256] = PhotoFaces(
            width, height, tuple(face for face, _ in faces), tuple(box for _, box in faces)
        )
    return found


def said_of(con: duckdb.DuckDBPyConnection, face_ids: Iterable[int]) -> dict[int, list[Said]]:
    """All that was said of these faces and not taken back, but of people who were removed.

    In its order, the user's answers about the very faces last: nothing outranks them.
    """
    asked = pa.table({"face_id": pa.array(sorted(set(face_ids)), pa.int64())})
    with translated(), staged(con, "asked_faces", asked):
        rows = con.execute(
            """
            SELECT face_id, kept.person_id, state, d.source, reason, similarity, embedder_id
            FROM spoken d SEMI JOIN asked_faces USING (face_id)
            LEFT JOIN people p ON p.person_id = d.person_id
            LEFT JOIN people kept ON kept.person_id = coalesce(p.merged_into, p.person_id)
            LEFT JOIN embedders USING (embedder_key)
            WHERE d.person_id IS NULL OR NOT kept.removed
            ORDER BY batch_id IS NOT NULL, decision_id
            """
        ).fetchall()
    said: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        said[row[0]].append(Said(*row))
    return dict(said)


@dataclass(frozen=True, slots=True)
class NamedFaces:
    """A photo's faces that are known to be somebody: `named` are (name, box in pixels upright).

    `orientation` is EXIF's, of how the photo lies in its file; 0 where that was not noted.
    """

    width: int
    height: int
    orientation: int
    named: tuple[tuple[str, Box], ...]


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file in which a photo was seen; `width` and `height` are those of the upright photo."""

    path: bytes
    byte_size: int
    sha256: str
    width: int
    height: int


def named_faces(con: duckdb.DuckDBPyConnection) -> dict[str, NamedFaces]:
    """The photos, by sha256, in which a face is confirmed to be somebody's."""
    with translated():
        rows = con.execute(
            """
            SELECT sha256, width, height, coalesce(orientation, 0), name, box
            FROM labels JOIN people USING (person_id)
            JOIN faces USING (face_id) JOIN photos USING (photo_id)
            WHERE state = 'confirmed' ORDER BY photo_id, face_id
            """
        ).fetchall()
    return {
        sha256: NamedFaces(
            width, height, orientation, tuple((name, tuple(box)) for *_, name, box in here)
        )
        for (sha256, width, height, orientation), here in groupby(rows, key=lambda row: row[:4])
    }


def places(con: duckdb.DuckDBPyConnection) -> list[SeenFile]:
    """Every file in which a photo was seen, by its path."""
    with translated():
        rows = con.execute(
            """
            SELECT path, f.byte_size, sha256, width, height
            FROM photo_paths f JOIN photos USING (photo_id) ORDER BY path
            """
        ).fetchall()
    return [SeenFile(*row) for row in rows]
