"""A workspace in which photos are really ingested, and what that took."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from db import photos
from db.records import Face
from tests.support.drawn_photos import CountedEmbedder
from tracker.ingest import pipeline
from tracker.ingest.summary import IngestSummary
from tracker.vision.detector import DETECTOR_ID, Detector
from tracker.vision.records import Detection, Pixels

TODAY = date(2026, 1, 1)


@cache
def real_detector() -> Detector:
    """Loaded once for all tests: it keeps nothing of the photos it saw."""
    return Detector()


@dataclass
class Desk:
    """A workspace with the real detector and the hand-made features, and a count of their work."""

    con: duckdb.DuckDBPyConnection
    home: Path
    embedder: CountedEmbedder = field(default_factory=CountedEmbedder)
    searched: int = 0

    def ingest(
        self, *paths: str | bytes | os.PathLike[str], processes: int = 1, **options: Any
    ) -> IngestSummary:
        embedder = options.pop("embedder", self.embedder)
        return pipeline.ingest(
            self.con,
            self.home,
            paths,
            embedder=embedder,
            today=TODAY,
            processes=processes,
            **options,
        )

    def faces(self, sha256: str) -> list[Face]:
        return photos.photo_faces(self.con, sha256, DETECTOR_ID)

    def face_at(self, path: Path) -> list[Face]:
        return photos.faces_of_paths(self.con, [os.fsencode(path)], DETECTOR_ID)


def counting(desk: Desk) -> Callable[[], Any]:
    """What builds a detector that counts the photos it searches."""

    class Counting:
        id = DETECTOR_ID

        def detect(self, image: Pixels, min_face: float = 20.0) -> list[Detection]:
            desk.searched += 1
            return real_detector().detect(image, min_face)

    return Counting
