"""A family's whole library, made up: many small files, and a workspace that knows them all."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import psutil
from PIL import Image

from db import people, photos
from db.ids import face_id
from db.records import (
    Dated,
    Decision,
    EmbedderRow,
    Face,
    Photo,
    PhotoPath,
    PhotoResult,
)
from tracker.vision.detector import DETECTOR_ID

File = tuple[bytes, os.stat_result, str]
"""Path, status and sha256."""

PER_FOLDER = 200
FIRST_DAY = date(2010, 1, 1)
DAYS = 5000
EMBEDDER = EmbedderRow("made-up", 512, "facenet-box", "none", "drawn from a seed")
FAMILY = (("Mia", "child"), ("Anna", "mother"), ("Ben", "father"), ("Rosa", "grandmother"))
CONFIRMED = 2000
"""Faces that somebody named, whatever the size of the library: people tire."""


def tree(folder: Path, count: int) -> list[File]:
    """Write `count` tiny JPEG files into folders of 200: (path, status, sha256) of each."""
    held = io.BytesIO()
    Image.new("RGB", (16, 12), (120, 90, 70)).save(held, "JPEG")
    found = []
    for number in range(count):
        inside = os.fsencode(folder / f"{number // PER_FOLDER:04}")
        if number % PER_FOLDER == 0:
            os.makedirs(inside, exist_ok=True)  # noqa: PTH103  (paths are bytes here)
        path = os.path.join(inside, b"IMG_%06d.jpg" % number)  # noqa: PTH118
        content = held.getvalue() + number.to_bytes(4, "little")  # the end makes it another photo
        with open(path, "wb") as out:  # noqa: PTH123
            out.write(content)
            status = os.stat(out.fileno())  # noqa: PTH116
        found.append((path, status, hashlib.sha256(content).hexdigest()))
    return found


def fill(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[File],
    embedder: EmbedderRow,
    *,
    batch: int = 4000,
) -> list[int]:
    """Store the files as photos with a face each, as an ingest would: the ids of the faces."""
    rng = np.random.default_rng(len(files))
    centres = np.random.default_rng(0).standard_normal((40, embedder.dim), np.float32)
    ids: list[int] = []
    for start in range(0, len(files), batch):
        results = list(_results(files[start : start + batch], start, rng, centres))
        photos.store_batch(con, results, [], detector=DETECTOR_ID, embedder=embedder)
        ids += [face.face_id for result in results for face in result.faces]
    return ids


def name_faces(con: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> None:
    """A family of four, and these faces are theirs in turn: the user says so."""
    family = [
        people.add(con, name, relation, born_earliest=FIRST_DAY, born_latest=FIRST_DAY)
        for name, relation in FAMILY
    ]
    for start in range(0, len(ids), 50_000):
        people.decide(
            con,
            [
                Decision(face, family[place % len(family)].person_id, "confirmed", "user")
                for place, face in enumerate(ids[start : start + 50_000])
            ],
        )


def some(ids: Sequence[int]) -> Sequence[int]:
    """CONFIRMED of them, spread evenly."""
    return ids[:: max(1, len(ids) // CONFIRMED)][:CONFIRMED]


def own_peak() -> int:
    """The most bytes that this process has held; what it holds now where the system keeps no
    count. (`getrusage` counts those of the process that started it as well.)"""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return psutil.Process().memory_info().rss


def _results(
    files: Sequence[File],
    start: int,
    rng: np.random.Generator,
    centres: np.ndarray,
) -> Iterator[PhotoResult]:
    who = np.arange(start, start + len(files)) % len(centres)
    noise = rng.standard_normal((len(who), centres.shape[1]), np.float32)
    vectors = centres[who] + 0.7 * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = rng.uniform(0, 4000, (len(who), 18)).astype(np.float32).astype(float)
    for place, (path, status, sha256) in enumerate(files):
        day = FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))
        yield PhotoResult(
            Photo(sha256, status.st_size, 4000, 3000, "JPEG", Dated(day, day, "exif", 0.9)),
            PhotoPath(path, sha256, status.st_size, status.st_mtime_ns, status.st_ino),
            (_face(face_id(sha256, DETECTOR_ID, 0), sha256, 0, numbers[place]),),
            vectors[place : place + 1],
        )


def _face(number: int, sha256: str, index: int, values: np.ndarray) -> Face:
    marks = tuple((float(x), float(y)) for x, y in values[4:14].reshape(5, 2))
    box = (float(values[0]), float(values[1]), float(values[2]), float(values[3]))
    confidence, size, sharpness, yaw = (float(v) for v in values[14:])
    return Face(
        number,
        sha256,
        DETECTOR_ID,
        index,
        box,
        marks,
        confidence / 4000,
        size,
        sharpness,
        yaw / 4000,
    )
