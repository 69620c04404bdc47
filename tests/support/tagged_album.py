"""A workspace with photos of 1000 by 800 pixels whose faces stand in a row, to be tagged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np

from db import decisions, people, photos, tags
from db.ids import face_id
from db.records import (
    Dated,
    Decision,
    EmbedderRow,
    Face,
    Person,
    Photo,
    PhotoPath,
    PhotoResult,
)
from tests.support.workspaces import new_workspace
from tracker.identity.tags import TagsSettled, settle_tags
from tracker.metadata.records import Box, Tag
from tracker.vision.detector import DETECTOR_ID

EMBEDDER = EmbedderRow("made-up", 4, "box", "none", "drawn from a seed")
SIZE = (1000, 800)
LEFT, MIDDLE, RIGHT = 0, 1, 2


def face_box(place: int) -> tuple[float, float, float, float]:
    """The place-th face's box, in pixels."""
    return (100.0 + 300 * place, 200.0, 200.0 + 300 * place, 330.0)


def box_of(place: int, wider: float = 0.0) -> Box:
    """The box another program draws around the place-th face, as shares, `wider` on each side."""
    x0, y0, x1, y1 = face_box(place)
    more = wider * (x1 - x0)
    return (x0 - more) / 1000, (y0 - more) / 800, (x1 + more) / 1000, (y1 + more) / 800


def tag(
    name: str, place: int | None = None, *, by: str = "digiKam-8.1", standard: str = "mwg"
) -> Tag:
    """A tag on the place-th face, or on the whole photo."""
    return Tag(name, standard, by, () if place is None else (box_of(place, 0.1),))


class TaggedAlbum:
    """A family of four and photos of faces without names."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.con: duckdb.DuckDBPyConnection = new_workspace(home)
        self.mia = people.add(self.con, "Mia", "child")
        self.rosa = people.add(self.con, "Oma Rosa", "grandmother")
        self.karl = people.add(self.con, "Karl", "grandfather")
        self.taken = 0

    def photo(self, faces: int, *tagged: Tag) -> str:
        """Store a photo with so many faces, and what is said of it; gives its sha256."""
        self.taken += 1
        sha256 = hashlib.sha256(f"tagged {self.taken}".encode()).hexdigest()
        found = [
            Face(
                face_id(sha256, DETECTOR_ID, place),
                sha256,
                DETECTOR_ID,
                place,
                face_box(place),
                ((1.0, 1.0),) * 5,
                1.0,
                130.0,
                100.0,
                0.0,
            )
            for place in range(faces)
        ]
        vectors = np.tile(np.array([1, 0, 0, 0], np.float32), (faces, 1))
        result = PhotoResult(
            Photo(sha256, 1000, *SIZE, "JPEG", Dated(None, None, "none", 0.0)),
            PhotoPath(f"/photos/{self.taken}.jpg".encode(), sha256, 1000, 7, self.taken),
            tuple(found),
            vectors,
        )
        photos.store_batch(self.con, [result], [], detector=DETECTOR_ID, embedder=EMBEDDER)
        tags.add(self.con, {sha256: tagged})
        return sha256

    def says(
        self,
        photo: str,
        place: int,
        person: Person | None,
        state: str = "confirmed",
        source: str = "user",
        reason: str = "",
    ) -> None:
        """Let the user or the tracker say something of the place-th face."""
        who = None if person is None else person.person_id
        face = face_id(photo, DETECTOR_ID, place)
        decisions.decide(self.con, [Decision(face, who, state, source, reason)])

    def settle(self, *which: str) -> TagsSettled:
        return settle_tags(self.con, which)

    def names(self, photo: str) -> list[tuple[str, str, str]]:
        """(name, state, source) of each face; three times "" where nothing stands."""
        ids = [f.face_id for f in photos.photo_faces(self.con, photo, DETECTOR_ID)]
        stands = decisions.labels(self.con, ids)
        called = {c.person.person_id: c.person.name for c in people.all_people(self.con)}
        return [
            (called[stands[i].person_id or 0], stands[i].state, stands[i].source)
            if i in stands
            else ("", "", "")
            for i in ids
        ]

    def outcomes(self, photo: str) -> list[str]:
        """What came of each of the photo's tags, in their order."""
        return [row.outcome for row in tags.tags_of(self.con, [photo]).get(photo, [])]


def journal(con: duckdb.DuckDBPyConnection) -> Sequence[tuple[object, ...]]:
    """Everything that was ever said, in its order."""
    return con.execute("SELECT * FROM decisions ORDER BY decision_id").fetchall()
