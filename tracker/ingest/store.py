"""The one writer: collects what is complete and stores it batch by batch.

A batch is one transaction. Its thumbnails are written first: a crash between the two leaves
pictures that nobody asks for, never a face without its picture.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from db import photos, sidecars, tags
from db.connection import transaction
from db.errors import DiskFull, StoreError
from db.records import EmbedderRow, PhotoPath, PhotoResult, Rejection
from tracker.ingest.redating import refresh
from tracker.ingest.thumbnails import write_thumbnail
from tracker.metadata.records import Metadata
from tracker.metadata.sidecars.records import Sidecar

if TYPE_CHECKING:
    import duckdb

BATCH_PHOTOS = 256
"""A batch looks through the names of all photos that are stored: in a large library a small one
costs as much as a large one."""

BATCH_SECONDS = 5.0
"""What a crash can cost at most; an interrupt costs nothing."""


NOTHING = Metadata()


@dataclass(frozen=True, slots=True, eq=False)
class ReadPhoto:
    """A photo with all that was found in it, and said of it in the photo and around it.

    `thumbnails` are aligned with its faces.
    """

    result: PhotoResult
    thumbnails: tuple[bytes, ...]
    said: Metadata = NOTHING
    sidecars: tuple[Sidecar, ...] = ()

    @property
    def sha256(self) -> str:
        """Its content."""
        return self.result.photo.sha256


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """Content that needed no look. `place` is to be noted unless it is noted already, and so is
    what is said around it."""

    sha256: str
    place: PhotoPath | None
    said: Metadata = NOTHING
    sidecars: tuple[Sidecar, ...] = ()


Outcome = ReadPhoto | KnownPhoto | Rejection


@dataclass(slots=True)
class Writer:
    """Stores outcomes in batches of BATCH_PHOTOS photos or BATCH_SECONDS, whichever is first.

    `today` is what no photo is newer than. `no_thumbnails` is why thumbnails could not be written,
    or "". `stored` are the photos (sha256s) that something was stored of.
    """

    con: duckdb.DuckDBPyConnection
    thumbnails: Path
    detector: str
    embedder: EmbedderRow
    today: date
    no_thumbnails: str = ""
    stored: set[str] = field(default_factory=set)
    _waiting: list[Outcome] = field(default_factory=list)
    _last: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Take an outcome; stores the batch when it is due. Raises errors of `db.errors`."""
        self._waiting.append(outcome)
        if len(self._waiting) >= BATCH_PHOTOS or time.monotonic() - self._last >= BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store what is waiting. An interrupted or failed flush can be tried again whole."""
        self._last = time.monotonic()
        if not self._waiting:
            return
        finished = [o for o in self._waiting if isinstance(o, ReadPhoto)]
        for photo in finished:
            self._write_thumbnails(photo)
        with transaction(self.con):
            self._store(finished)
        self.stored.update(o.sha256 for o in self._waiting if not isinstance(o, Rejection))
        self._waiting.clear()
        self._last = time.monotonic()

    def _store(self, finished: Sequence[ReadPhoto]) -> None:
        known = [o for o in self._waiting if isinstance(o, KnownPhoto)]
        told: list[ReadPhoto | KnownPhoto] = [*finished, *known]
        refused = [o for o in self._waiting if isinstance(o, Rejection)]
        if finished or refused:
            photos.store_batch(
                self.con,
                [photo.result for photo in finished],
                refused,
                detector=self.detector,
                embedder=self.embedder,
            )
        # After the batch: a copy may lie beside a photo that is new itself.
        photos.add_paths(self.con, [again.place for again in known if again.place])
        said: dict[str, Metadata] = {}
        for photo in told:
            said[photo.sha256] = said.get(photo.sha256, NOTHING) + photo.said
        refresh(self.con, {sha256: m.clues for sha256, m in said.items()}, self.today)
        tags.add(self.con, {sha256: m.tags for sha256, m in said.items() if m.tags})
        read = (sidecar for photo in told for sidecar in photo.sidecars)
        sidecars.note(self.con, {s.path: (s.byte_size, s.mtime_ns) for s in read})

    def _write_thumbnails(self, photo: ReadPhoto) -> None:
        """They are a cache: where they cannot be written the report has no pictures, that is all.

        `no_thumbnails` then says why. A full disk is raised: the database has no room either.
        """
        if self.no_thumbnails:
            return
        try:
            for face, jpeg in zip(photo.result.faces, photo.thumbnails, strict=True):
                write_thumbnail(self.thumbnails, face.face_id, jpeg)
        except DiskFull:
            raise
        except StoreError as error:
            self.no_thumbnails = str(error)
