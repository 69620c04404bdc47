"""Storing what an ingest found: each batch whole or not at all, and twice is as good as once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa

from . import embedders
from .arrow import fixed_lists, one, staged
from .connection import transaction
from .errors import Conflict
from .records import Dated, EmbedderRow, Photo, PhotoPath, PhotoResult, Rejection
from .succession import succeed
from .text import plain, shown

_INODES = (1 << 64) - 1  # some file systems give wider ones to Python; the low bits tell them apart


def add_paths(con: duckdb.DuckDBPyConnection, paths: Sequence[PhotoPath]) -> None:
    """Note where known content was seen: a copy, a move or a rename. Nothing is embedded.

    A path that held another content before holds this one now, and what was once rejected
    there is forgotten. Raises Conflict where the content is not known.
    """
    if not paths:
        return
    with transaction(con):
        _store_paths(con, paths)


def store_batch(
    con: duckdb.DuckDBPyConnection,
    results: Sequence[PhotoResult],
    rejections: Sequence[Rejection],
    *,
    detector: str,
    embedder: EmbedderRow,
) -> None:
    """Store a batch of photos, faces, vectors and rejections, all or nothing.

    The same rows again change nothing, but a photo that had no date takes one that is known
    now. A path is either a photo's or rejected, whichever was said last. What was said of faces
    that another detector found in these photos goes over to those found now: see `succession`.

    Raises Conflict where the embedder's id is known with another dimension, or the vectors do
    not fit the faces; DiskFull, WorkspaceReadOnly, WorkspaceDamaged.
    """
    for result in results:
        _check_vectors(result, embedder)
    with transaction(con):
        key = embedders.register(con, embedder)
        if results:
            _store_photos(con, [result.photo for result in results])
            _store_paths(con, [result.path for result in results])
            _store_faces(con, results, detector)
            _store_vectors(con, results, embedders.table_of(key), embedder.dim)
            succeed(con, [result.photo.sha256 for result in results], detector)
        if rejections:
            _store_rejections(con, rejections)


def redate(con: duckdb.DuckDBPyConnection, dates: Mapping[str, Dated]) -> None:
    """Give stored photos (by sha256) another date, whatever they had."""
    if not dates:
        return
    table = pa.table(
        {"sha256": pa.array(list(dates), pa.string()), **_dated_columns(dates.values())}
    )
    with transaction(con), staged(con, "new_dates", table):
        con.execute(
            """
            UPDATE photos SET earliest = n.earliest, latest = n.latest, taken_at = n.taken_at,
                date_source = n.date_source, date_confidence = n.date_confidence,
                date_raw = n.date_raw, date_conflicts = n.date_conflicts,
                date_zone = n.date_zone
            FROM new_dates n WHERE photos.sha256 = n.sha256
            """
        )


def _check_vectors(result: PhotoResult, embedder: EmbedderRow) -> None:
    got, wanted = result.vectors.shape, (len(result.faces), embedder.dim)
    if got != wanted:
        raise Conflict(
            f"The embedder {embedder.embedder_id} gave vectors of shape {got} where {wanted} "
            "(faces, dimensions) is expected.",
            hint="the model's description and its file do not belong together.",
        )
    if not np.isfinite(result.vectors).all():
        raise Conflict(
            f"The embedder {embedder.embedder_id} gave a vector that holds no numbers.",
            hint="its weights are damaged: fetch them again.",
        )


def _store_photos(con: duckdb.DuckDBPyConnection, photos: Sequence[Photo]) -> None:
    photos = list({photo.sha256: photo for photo in photos}.values())
    table = pa.table(
        {
            "sha256": pa.array([p.sha256 for p in photos], pa.string()),
            "byte_size": pa.array([p.byte_size for p in photos], pa.int64()),
            "width": pa.array([p.width for p in photos], pa.int32()),
            "height": pa.array([p.height for p in photos], pa.int32()),
            "format": pa.array([p.format for p in photos], pa.string()),
            "orientation": pa.array([p.orientation for p in photos], pa.int16()),
            "camera": pa.array([plain(p.camera) for p in photos], pa.string()),
            "looks": pa.array([p.looks or None for p in photos], pa.binary()),
            **_dated_columns([p.dated for p in photos]),
        }
    )
    with staged(con, "new_photos", table):
        con.execute(
            """
            UPDATE photos SET earliest = n.earliest, latest = n.latest, taken_at = n.taken_at,
                date_source = n.date_source, date_confidence = n.date_confidence,
                date_raw = n.date_raw, date_conflicts = n.date_conflicts,
                date_zone = n.date_zone
            FROM new_photos n
            WHERE photos.sha256 = n.sha256 AND photos.earliest IS NULL AND n.earliest IS NOT NULL
            """
        )
        con.execute(
            """
            INSERT INTO photos BY NAME
            SELECT nextval('photo_ids') AS photo_id, *
            FROM new_photos WHERE sha256 NOT IN (SELECT sha256 FROM photos)
            """
        )


def _store_paths(con: duckdb.DuckDBPyConnection, paths: Sequence[PhotoPath]) -> None:
    paths = list({place.path: place for place in paths}.values())
    table = pa.table(
        {
            "path": pa.array([p.path for p in paths], pa.binary()),
            "shown": pa.array([shown(p.path) for p in paths], pa.string()),
            "sha256": pa.array([p.sha256 for p in paths], pa.string()),
            "byte_size": pa.array([p.byte_size for p in paths], pa.int64()),
            "mtime_ns": pa.array([p.mtime_ns for p in paths], pa.int64()),
            "inode": pa.array([p.inode & _INODES for p in paths], pa.uint64()),
        }
    )
    with staged(con, "new_paths", table):
        unknown = one(
            con,
            "SELECT shown FROM new_paths WHERE sha256 NOT IN (SELECT sha256 FROM photos) LIMIT 1",
        )
        if unknown is not None:
            raise Conflict(f"The content of {unknown[0]} is not known here yet.")
        con.execute("DELETE FROM rejections WHERE path IN (SELECT path FROM new_paths)")
        con.execute(
            """
            DELETE FROM photo_paths old USING new_paths n, photos p
            WHERE old.path = n.path AND p.sha256 = n.sha256
              AND (old.photo_id, old.byte_size, old.mtime_ns, old.inode)
                  <> (p.photo_id, n.byte_size, n.mtime_ns, n.inode)
            """
        )
        con.execute(
            """
            INSERT INTO photo_paths BY NAME
            SELECT n.path, n.shown, p.photo_id, n.byte_size, n.mtime_ns, n.inode
            FROM new_paths n JOIN photos p USING (sha256)
            WHERE n.path NOT IN (SELECT path FROM photo_paths)
            """
        )


def _store_faces(
    con: duckdb.DuckDBPyConnection, results: Sequence[PhotoResult], detector: str
) -> None:
    hashes = pa.table(
        {
            "sha256": pa.array([r.photo.sha256 for r in results], pa.string()),
            "faces": pa.array([len(r.faces) for r in results], pa.int16()),
        }
    )
    with staged(con, "new_searches", hashes):
        con.execute(
            """
            INSERT INTO detections
            SELECT DISTINCT p.photo_id, ?, n.faces
            FROM new_searches n JOIN photos p USING (sha256)
            WHERE p.photo_id NOT IN (SELECT photo_id FROM detections WHERE detector = ?)
            """,
            [detector, detector],
        )
    faces = list({face.face_id: face for result in results for face in result.faces}.values())
    if not faces:
        return
    table = pa.table(
        {
            "face_id": pa.array([f.face_id for f in faces], pa.int64()),
            "sha256": pa.array([f.sha256 for f in faces], pa.string()),
            "detector": pa.array([f.detector for f in faces], pa.string()),
            "face_index": pa.array([f.index for f in faces], pa.int16()),
            "box": fixed_lists(np.array([f.box for f in faces], np.float32)),
            "landmarks": fixed_lists(
                np.array([f.landmarks for f in faces], np.float32).reshape(len(faces), 10)
            ),
            "confidence": pa.array([f.confidence for f in faces], pa.float32()),
            "size_px": pa.array([f.size_px for f in faces], pa.float32()),
            "sharpness": pa.array([f.sharpness for f in faces], pa.float32()),
            "yaw": pa.array([f.yaw for f in faces], pa.float32()),
        }
    )
    with staged(con, "new_faces", table):
        con.execute(
            """
            INSERT INTO faces
            SELECT n.face_id, p.photo_id, n.detector, n.face_index, n.box, n.landmarks,
                n.confidence, n.size_px, n.sharpness, n.yaw
            FROM new_faces n JOIN photos p USING (sha256)
            WHERE n.face_id NOT IN (SELECT face_id FROM faces)
            """
        )


def _store_vectors(
    con: duckdb.DuckDBPyConnection, results: Sequence[PhotoResult], table_name: str, dim: int
) -> None:
    rows = {
        face.face_id: vector
        for result in results
        for face, vector in zip(result.faces, result.vectors, strict=True)
    }
    if not rows:
        return
    table = pa.table(
        {
            "face_id": pa.array(list(rows), pa.int64()),
            "vector": fixed_lists(np.stack(list(rows.values())).reshape(len(rows), dim)),
        }
    )
    with staged(con, "new_vectors", table):
        con.execute(
            f"""
            INSERT INTO {table_name} SELECT face_id, vector FROM new_vectors
            WHERE face_id NOT IN (SELECT face_id FROM {table_name})
            """  # noqa: S608
        )


def _store_rejections(con: duckdb.DuckDBPyConnection, rejections: Sequence[Rejection]) -> None:
    rejections = list({refused.path: refused for refused in rejections}.values())
    table = pa.table(
        {
            "path": pa.array([r.path for r in rejections], pa.binary()),
            "shown": pa.array([shown(r.path) for r in rejections], pa.string()),
            "code": pa.array([plain(r.code) for r in rejections], pa.string()),
            "reason": pa.array([plain(r.reason) for r in rejections], pa.string()),
            "byte_size": pa.array([r.byte_size for r in rejections], pa.int64()),
            "mtime_ns": pa.array([r.mtime_ns for r in rejections], pa.int64()),
            "inode": pa.array([r.inode & _INODES for r in rejections], pa.uint64()),
        }
    )
    with staged(con, "new_rejections", table):
        con.execute("DELETE FROM rejections WHERE path IN (SELECT path FROM new_rejections)")
        # A file that changed is no longer the photo it was; one that only cannot be read just
        # now (same size, time and inode) still is.
        con.execute(
            """
            DELETE FROM photo_paths old USING new_rejections n
            WHERE old.path = n.path
              AND (old.byte_size, old.mtime_ns, old.inode) <> (n.byte_size, n.mtime_ns, n.inode)
            """
        )
        con.execute("INSERT INTO rejections SELECT * FROM new_rejections")


def _dated_columns(dates: Iterable[Dated]) -> dict[str, pa.Array]:
    dates = [replace(d, raw=plain(d.raw)) for d in dates]
    return {
        "earliest": pa.array([d.earliest for d in dates], pa.date32()),
        "latest": pa.array([d.latest for d in dates], pa.date32()),
        "taken_at": pa.array([d.taken_at for d in dates], pa.timestamp("us")),
        "date_source": pa.array([d.source for d in dates], pa.string()),
        "date_confidence": pa.array([d.confidence for d in dates], pa.float32()),
        "date_raw": pa.array([d.raw for d in dates], pa.string()),
        "date_zone": pa.array([d.zone for d in dates], pa.string()),
        "date_conflicts": pa.array(
            [[plain(c) for c in d.conflicts] for d in dates], pa.list_(pa.string())
        ),
    }
