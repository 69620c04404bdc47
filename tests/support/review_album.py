"""A made-up family album to review: who is on which photo is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from db import arrow, decisions, people, photos
from db.ids import face_id
from db.records import Dated, Decision, Face, Photo, PhotoPath, PhotoResult
from tests.support.workspaces import EMBEDDER, sha_of
from tracker.vision.detector import DETECTOR_ID

BORN = date(2024, 1, 10)
NOISE = 0.25
"""How far a face is from its person's point, whose length is 1."""


@dataclass(slots=True)
class Album:
    """A workspace being filled. `people` are ids by name; `faces` ids by (photo, index)."""

    con: Any
    people: dict[str, int] = field(default_factory=dict)
    faces: dict[tuple[str, int], int] = field(default_factory=dict)
    _looks: dict[str, np.ndarray] = field(default_factory=dict)
    _rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))

    def add(self, name: str, relation: str, born: date | None = None) -> int:
        """Add somebody to the family."""
        self.people[name] = people.add(self.con, name, relation, born_earliest=born).person_id
        return self.people[name]

    def photo(
        self, name: str, who: Sequence[str], day: date | None, *, until: date | None = None
    ) -> list[int]:
        """Store a photo of these people (names of the family's or of anybody's), left to right."""
        sha256 = sha_of(name)
        faces = tuple(
            Face(
                face_id(sha256, DETECTOR_ID, place),
                sha256,
                DETECTOR_ID,
                place,
                (100.0 * place, 40.0, 100.0 * place + 80, 140.0),
                ((0.0, 0.0),) * 5,
                0.99,
                100.0 + place,
                300.0,
                0.0,
            )
            for place in range(len(who))
        )
        vectors = np.array([self._seen(one) for one in who], np.float32)
        dated = Dated(None, None, "none", 0.0)
        if day is not None:
            dated = Dated(day, until or day, "exif", 1.0)
        result = PhotoResult(
            Photo(sha256, 1000, 640, 480, "JPEG", dated),
            PhotoPath(f"/photos/{name}.jpg".encode(), sha256, 1000, 7, 11),
            faces,
            vectors.reshape(len(who), EMBEDDER.dim),
        )
        photos.store_batch(self.con, [result], [], detector=DETECTOR_ID, embedder=EMBEDDER)
        ids = [face.face_id for face in faces]
        self.faces |= {(name, place): face for place, face in enumerate(ids)}
        return ids

    def say(self, face: int, who: str | None, state: str = "confirmed", by: str = "match") -> None:
        """Something an ingest said of a face. A proposal is given a chance of 0.97."""
        reason = "chance 0.970" if state == "proposed" else "said by an ingest"
        person = None if who is None else self.people[who]
        decisions.decide(self.con, [Decision(face, person, state, by, reason)])

    def moment(self, *names: str) -> None:
        """These photos are of one moment."""
        rows = pa.table({"sha256": [sha_of(name) for name in names]})
        with arrow.staged(self.con, "of_moment", rows):
            self.con.execute(
                "INSERT INTO moments SELECT photo_id, (SELECT min(photo_id) FROM photos "
                "SEMI JOIN of_moment USING (sha256)) + 1000, 'burst' "
                "FROM photos SEMI JOIN of_moment USING (sha256)"
            )

    def _seen(self, who: str) -> np.ndarray:
        if who not in self._looks:
            drawn = self._rng.standard_normal(EMBEDDER.dim)
            self._looks[who] = drawn / np.linalg.norm(drawn)
        seen = self._looks[who] + NOISE / 4 * self._rng.standard_normal(EMBEDDER.dim)
        return np.asarray(seen / np.linalg.norm(seen))


def family(con: duckdb.DuckDBPyConnection) -> Album:
    """Mia with her parents: six days of her first month, one of her fourth, Anna and Ben often."""
    album = Album(con)
    album.add("Mia", "child", BORN)
    album.add("Anna", "mother", date(1990, 1, 1))
    album.add("Ben", "father", date(1989, 1, 1))
    for day in range(6):
        (face,) = album.photo(f"mia-0-{day}", ["Mia"], date(2024, 1, 12 + day))
        album.say(face, "Mia", by="user")
    (face,) = album.photo("mia-3", ["Mia"], date(2024, 4, 12))
    album.say(face, "Mia", by="user")
    for name in ("Anna", "Ben"):
        for day in range(6):
            (face,) = album.photo(f"{name}-{day}", [name], date(2024, 2, 12 + day))
            album.say(face, name, by="user")
    return album
