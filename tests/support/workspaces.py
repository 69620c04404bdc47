"""Made-up photos, faces and vectors to put into a real workspace."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from db.connection import open_workspace
from db.ids import face_id
from db.records import (
    Dated,
    Decision,
    EmbedderRow,
    Face,
    Photo,
    PhotoPath,
    PhotoResult,
    Rejection,
)

DETECTOR = "made-up-detector"
EMBEDDER = EmbedderRow("made-up", 16, "box", "none", "drawn from a seed")
OTHER = EmbedderRow("other/made-up@1234abcd", 8, "eyes", "none", "drawn from a seed")


def new_workspace(home: Path) -> duckdb.DuckDBPyConnection:
    """A new workspace, open; made once and copied: that takes a quarter of the time."""
    shutil.copytree(Path(_kept().name) / "workspace", home, dirs_exist_ok=True)
    return open_workspace(home)


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    kept = tempfile.TemporaryDirectory(prefix="tracker-tests-")
    open_workspace(Path(kept.name) / "workspace", create=True).close()
    return kept


def sha_of(name: str) -> str:
    """The content hash of the made-up photo `name`."""
    return hashlib.sha256(name.encode()).hexdigest()


def vector_of(face: int, dim: int = EMBEDDER.dim) -> npt.NDArray[np.float32]:
    """A face's vector: float32 `(dim,)`, unit length, the same each time."""
    drawn = np.random.default_rng([face, dim]).standard_normal(dim)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def dated(earliest: date | None, latest: date | None = None) -> Dated:
    """A date known to the day, or to a span, or not at all."""
    if earliest is None:
        return Dated(None, None, "none", 0.0)
    return Dated(earliest, latest or earliest, "exif", 1.0)


def face_of(sha256: str, index: int) -> Face:
    """A face with numbers that float32 holds exactly."""
    return Face(
        face_id(sha256, DETECTOR, index),
        sha256,
        DETECTOR,
        index,
        (1.5 + index, 2.0, 101.5, 122.0),
        ((30.0, 40.0), (70.0, 40.5), (50.0, 60.0), (35.0, 80.0), (65.0, 80.25)),
        0.5,
        120.0,
        250.0,
        -0.25,
    )


def photo_of(
    name: str,
    faces: int = 1,
    when: date | Dated | None = None,
    *,
    path: bytes | None = None,
    embedder: EmbedderRow = EMBEDDER,
) -> PhotoResult:
    """What ingesting a made-up photo would give."""
    sha256 = sha_of(name)
    found = tuple(face_of(sha256, index) for index in range(faces))
    vectors = [vector_of(face.face_id, embedder.dim) for face in found]
    return PhotoResult(
        Photo(sha256, 1000, 640, 480, "JPEG", when if isinstance(when, Dated) else dated(when)),
        place_of(name, sha256, path=path),
        found,
        np.array(vectors, np.float32).reshape(faces, embedder.dim),
    )


def place_of(
    name: str, sha256: str | None = None, *, path: bytes | None = None, mtime_ns: int = 7
) -> PhotoPath:
    """Where a made-up photo lies."""
    where = path if path is not None else f"/photos/{name}.jpg".encode()
    return PhotoPath(where, sha256 or sha_of(name), 1000, mtime_ns, 11)


def rejected(path: bytes, code: str = "truncated", *, mtime_ns: int = 7) -> Rejection:
    """A file that cannot be used."""
    return Rejection(path, code, f"The file is {code}.", 1000, mtime_ns, 11)


def says(face: int, person: int | None, state: str = "confirmed", source: str = "user") -> Decision:
    """What somebody says about a face."""
    return Decision(face, person, state, source)
