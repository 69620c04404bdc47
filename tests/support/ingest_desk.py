"""A workspace in which photos are really ingested, and what that took."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from db import photos
from db.records import Face
from tests.support.drawn_photos import CountedEmbedder
from tracker.ingest import pipeline, stages
from tracker.ingest.summary import IngestSummary
from tracker.vision.detector import DETECTOR_ID

TODAY = date(2026, 1, 1)


@dataclass
class Desk:
    """A workspace with the real detector and the hand-made features, and a count of their work."""

    con: duckdb.DuckDBPyConnection
    home: Path
    embedder: CountedEmbedder = field(default_factory=CountedEmbedder)
    searched: int = 0

    def ingest(
        self, *paths: str | bytes | os.PathLike[str], workers: int = 1, **options: Any
    ) -> IngestSummary:
        embedder = options.pop("embedder", self.embedder)
        return pipeline.ingest(
            self.con,
            self.home,
            paths,
            embedder=embedder,
            today=TODAY,
            workers=workers,
            **options,
        )

    def faces(self, sha256: str) -> list[Face]:
        return photos.photo_faces(self.con, sha256, DETECTOR_ID)

    def face_at(self, path: Path) -> list[Face]:
        return photos.faces_of_paths(self.con, [os.fsencode(path)], DETECTOR_ID)


def counting(desk: Desk) -> Callable[..., Iterator[Any]]:
    """The pipeline's own look, counting the photos that were searched for faces."""

    def look_ahead(*arguments: Any, **options: Any) -> Iterator[Any]:
        for item in stages.look_ahead(*arguments, **options):
            desk.searched += isinstance(item, stages.Seen) and item.looked.afresh
            yield item

    return look_ahead
