"""A workspace into which photos of people are put by name, without a pixel."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from db import decisions, people, photos
from db.ids import face_id
from db.records import Dated, EmbedderRow, Face, Person, Photo, PhotoPath, PhotoResult
from tests.support.workspaces import new_workspace
from tracker.identity.settle import settle
from tracker.identity.settled import Settled
from tracker.vision.detector import DETECTOR_ID

EMBEDDER = EmbedderRow("made-up", 32, "box", "none", "drawn from a seed")
BORN = date(2024, 1, 30)
RNG = np.random.default_rng(11)
LOOKS = {name: RNG.standard_normal(EMBEDDER.dim) for name in ("Mia", "Anna", "Ben", "Zoe")}


class Album:
    """A workspace into which photos of people are put by name."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.con: duckdb.DuckDBPyConnection = new_workspace(home)
        self.rng = np.random.default_rng(3)
        self.taken = 0
        self.mia = people.add(self.con, "Mia", "child", born_earliest=BORN)
        self.anna = people.add(self.con, "Anna", "mother", born_earliest=date(1990, 1, 1))

    def photo(self, *who: str, day: date | tuple[date, date] | None = None) -> str:
        """Store a photo of these people, taken on a day or within two; gives its sha256."""
        self.taken += 1
        sha256 = hashlib.sha256(str(self.taken).encode()).hexdigest()
        found, vectors = [], []
        for index, name in enumerate(who):
            landmarks = ((30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0))
            found.append(
                Face(
                    face_id(sha256, DETECTOR_ID, index),
                    sha256,
                    DETECTOR_ID,
                    index,
                    (0.0, 0.0, 100.0, 100.0),
                    landmarks,
                    1.0,
                    100.0,
                    100.0,
                    0.0,
                )
            )
            vector = LOOKS[name] + 0.5 * self.rng.standard_normal(EMBEDDER.dim)
            vectors.append(vector / np.linalg.norm(vector))
        first, last = day if isinstance(day, tuple) else (day, day)
        dated = Dated(first, last, "exif" if day else "none", 1.0)
        result = PhotoResult(
            Photo(sha256, 1000, 640, 480, "JPEG", dated),
            PhotoPath(f"/{self.taken}.jpg".encode(), sha256, 1000, 7, self.taken),
            tuple(found),
            np.array(vectors, np.float32).reshape(len(who), EMBEDDER.dim),
        )
        photos.store_batch(self.con, [result], [], detector=DETECTOR_ID, embedder=EMBEDDER)
        return sha256

    def enrol(self, person: Person, count: int = 8, start: date = BORN) -> None:
        """Photos of someone alone, on so many days."""
        taken = [self.photo(person.name, day=start + timedelta(days=i)) for i in range(count)]
        self.settle(taken, person)

    def settle(self, taken: list[str], person: Person | None = None) -> Settled:
        return settle(self.con, self.home, taken, person, EMBEDDER.embedder_id)

    def names(self, sha256: str) -> list[tuple[int, str]]:
        """(person, state) of each face of the photo; (0, "") where nothing stands."""
        ids = [f.face_id for f in photos.photo_faces(self.con, sha256, DETECTOR_ID)]
        stands = decisions.labels(self.con, ids)
        return [
            (stands[i].person_id or 0, stands[i].state) if i in stands else (0, "") for i in ids
        ]
