"""Photos, the places they were seen at and their faces: what is known. Storing is in `storing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from . import embedders
from .arrow import fetch, one, staged
from .connection import translated
from .ids import face_id
from .overview import Counts, counts, left_out, undated
from .records import Dated, Face, Photo
from .storing import add_paths, redate, store_batch
from .text import shown

__all__ = [
    "Counts",
    "add_paths",
    "counts",
    "dates",
    "embedded",
    "face_id",
    "faces_of_paths",
    "faces_of_photos",
    "known_paths",
    "known_rejections",
    "left_out",
    "photo",
    "photo_faces",
    "redate",
    "searched",
    "shown",
    "store_batch",
    "undated",
    "unread",
    "without_date",
]


def known_paths(con: duckdb.DuckDBPyConnection) -> dict[bytes, tuple[int, int, int, str]]:
    """Every path of a stored photo -> (size in bytes, mtime in ns, inode, sha256)."""
    with translated():
        table = fetch(
            con,
            """
            SELECT path, f.byte_size, mtime_ns, inode, sha256
            FROM photo_paths f JOIN photos USING (photo_id)
            """,
        )
    path, *rest = (column.to_pylist() for column in table.columns)
    return dict(zip(path, zip(*rest, strict=True), strict=True))


def known_rejections(
    con: duckdb.DuckDBPyConnection,
) -> dict[bytes, tuple[int, int, int, str, str]]:
    """Every rejected path -> (size in bytes, mtime in ns, inode, code, reason)."""
    with translated():
        table = fetch(con, "SELECT path, byte_size, mtime_ns, inode, code, reason FROM rejections")
    path, *rest = (column.to_pylist() for column in table.columns)
    return dict(zip(path, zip(*rest, strict=True), strict=True))


def searched(con: duckdb.DuckDBPyConnection, detector: str | None) -> set[str]:
    """The sha256 of every photo that `detector` (None: any) has searched for faces."""
    if detector is None:
        return _hashes(con, "SELECT sha256 FROM photos SEMI JOIN detections USING (photo_id)", [])
    return _hashes(
        con,
        "SELECT sha256 FROM detections JOIN photos USING (photo_id) WHERE detector = ?",
        [detector],
    )


def embedded(con: duckdb.DuckDBPyConnection, detector: str, embedder_id: str) -> set[str]:
    """The sha256 of every searched photo whose every face has a vector of `embedder_id`.

    A photo without faces needs none, so it is among them.
    """
    found = embedders.key_of(con, embedder_id)
    if found is None:
        return _hashes(
            con,
            """
            SELECT sha256 FROM detections JOIN photos USING (photo_id)
            WHERE detector = ? AND faces = 0
            """,
            [detector],
        )
    return _hashes(
        con,
        f"""
        SELECT sha256 FROM detections d JOIN photos USING (photo_id)
        WHERE detector = ? AND photo_id NOT IN (
            SELECT photo_id FROM faces
            WHERE detector = ?
              AND face_id NOT IN (SELECT face_id FROM {embedders.table_of(found[0])})
        )
        """,  # noqa: S608  the table's name is made of an integer
        [detector, detector],
    )


def unread(con: duckdb.DuckDBPyConnection, detector: str, embedder_id: str) -> set[str]:
    """The sha256 of every photo that is not among the `embedded`: usually of few or none."""
    found = embedders.key_of(con, embedder_id)
    if found is None:
        lacking = "SELECT photo_id FROM detections WHERE detector = ? AND faces > 0"
    else:
        lacking = f"""
            SELECT photo_id FROM faces
            WHERE detector = ?
              AND face_id NOT IN (SELECT face_id FROM {embedders.table_of(found[0])})
            """  # noqa: S608  the table's name is made of an integer
    return _hashes(
        con,
        f"""
        SELECT sha256 FROM photos
        WHERE photo_id NOT IN (SELECT photo_id FROM detections WHERE detector = ?)
            OR photo_id IN ({lacking})
        """,  # noqa: S608
        [detector, detector],
    )


def photo(con: duckdb.DuckDBPyConnection, sha256: str) -> Photo | None:
    """One photo by its content, or None."""
    with translated():
        row = one(
            con,
            f"""
            SELECT sha256, byte_size, width, height, format, orientation, coalesce(camera, ''),
                coalesce(looks, ''::BLOB), {_DATED_COLUMNS}
            FROM photos WHERE sha256 = ?
            """,  # noqa: S608
            [sha256],
        )
    if row is None:
        return None
    content, size, width, height, kind, orientation, camera, looks, *when = row
    return Photo(content, size, width, height, kind, _dated(when), orientation, camera, looks)


def dates(con: duckdb.DuckDBPyConnection) -> dict[str, Dated]:
    """The date of every stored photo, by sha256, in one query."""
    with translated():
        rows = con.execute(f"SELECT sha256, {_DATED_COLUMNS} FROM photos").fetchall()  # noqa: S608
    return {sha256: _dated(when) for sha256, *when in rows}


def without_date(con: duckdb.DuckDBPyConnection, hashes: Sequence[str]) -> dict[str, bytes]:
    """Those of these photos (sha256s) that have no date to go by -> one of their paths."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(hashes)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            """
            SELECT sha256, min(path) FROM photos SEMI JOIN asked_photos USING (sha256)
            JOIN photo_paths USING (photo_id)
            WHERE earliest IS NULL GROUP BY sha256 ORDER BY sha256
            """
        ).fetchall()
    return dict(rows)


def photo_faces(con: duckdb.DuckDBPyConnection, sha256: str, detector: str) -> list[Face]:
    """The faces that `detector` found in one photo, in its order."""
    with translated():
        rows = con.execute(
            f"""
            SELECT {_FACE_COLUMNS} FROM faces f JOIN photos USING (photo_id)
            WHERE sha256 = ? AND detector = ? ORDER BY face_index
            """,  # noqa: S608
            [sha256, detector],
        ).fetchall()
    return [_face(row) for row in rows]


def faces_of_paths(
    con: duckdb.DuckDBPyConnection, paths: Sequence[bytes], detector: str
) -> list[Face]:
    """The faces that `detector` found in the photos at `paths`, photo by photo in their order.

    Two paths of the same content give its faces once; a path that is not known gives none.
    """
    order = pa.table(
        {
            "path": pa.array(list(paths), pa.binary()),
            "place": pa.array(range(len(paths)), pa.int64()),
        }
    )
    with translated(), staged(con, "asked_paths", order):
        rows = con.execute(
            f"""
            SELECT {_FACE_COLUMNS}
            FROM faces f JOIN photos USING (photo_id) JOIN (
                SELECT photo_id, min(place) AS place
                FROM asked_paths JOIN photo_paths USING (path) GROUP BY photo_id
            ) asked USING (photo_id)
            WHERE detector = ? ORDER BY place, face_index
            """,  # noqa: S608
            [detector],
        ).fetchall()
    return [_face(row) for row in rows]


def faces_of_photos(
    con: duckdb.DuckDBPyConnection, hashes: Sequence[str], detector: str
) -> dict[str, list[Face]]:
    """The faces that `detector` found in each of these photos; a photo without any has []."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(hashes)), pa.string())})
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            f"""
            SELECT {_FACE_COLUMNS} FROM faces f JOIN photos USING (photo_id)
            JOIN asked_photos USING (sha256)
            WHERE detector = ? ORDER BY sha256, face_index
            """,  # noqa: S608
            [detector],
        ).fetchall()
    found: dict[str, list[Face]] = {sha256: [] for sha256 in hashes}
    for row in rows:
        face = _face(row)
        found[face.sha256].append(face)
    return found


_DATED_COLUMNS = """earliest, latest, date_source, date_confidence, taken_at, date_raw,
                date_conflicts, date_zone"""


def _dated(row: Sequence[Any]) -> Dated:
    earliest, latest, source, confidence, taken_at, raw, conflicts, zone = row
    return Dated(earliest, latest, source, confidence, taken_at, raw, tuple(conflicts), zone)


_FACE_COLUMNS = """face_id, sha256, detector, face_index, box, landmarks, confidence, size_px,
                sharpness, yaw"""


def _face(row: tuple[Any, ...]) -> Face:
    face, sha256, detector, index, box, marks, confidence, size_px, sharpness, yaw = row
    pairs = tuple((marks[i], marks[i + 1]) for i in range(0, 10, 2))
    return Face(
        face, sha256, detector, index, tuple(box), pairs, confidence, size_px, sharpness, yaw
    )


def _hashes(con: duckdb.DuckDBPyConnection, sql: str, params: Sequence[Any]) -> set[str]:
    with translated():
        return set(fetch(con, sql, params).column(0).to_pylist())
