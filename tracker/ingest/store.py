"""The one writer: collects what is complete and stores it batch by batch.

A batch is one transaction. Its thumbnails are written first: a crash between the two leaves
pictures that nobody asks for, never a face without its picture.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from db import photos
from db.errors import DiskFull, StoreError
from db.records import Dated, EmbedderRow, PhotoPath, PhotoResult, Rejection
from tracker.ingest.thumbnails import write_thumbnail

if TYPE_CHECKING:
    import duckdb

BATCH_PHOTOS = 256
"""A batch looks through the names of all photos that are stored: in a large library a small one
costs as much as a large one."""

BATCH_SECONDS = 5.0
"""What a crash can cost at most; an interrupt costs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A photo with all that was found in it. `thumbnails` are aligned with its faces."""

    result: PhotoResult
    thumbnails: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """Content that needed nothing. `place` is to be noted unless it is noted already."""

    sha256: str
    place: PhotoPath | None


Outcome = Finished | KnownPhoto | Rejection


@dataclass(slots=True)
class Writer:
    """Stores outcomes in batches of BATCH_PHOTOS photos or BATCH_SECONDS, whichever is first.

    `no_thumbnails` is why thumbnails could not be written, or "".
    """

    con: duckdb.DuckDBPyConnection
    thumbnails: Path
    detector: str
    embedder: EmbedderRow
    no_thumbnails: str = ""
    _waiting: list[Outcome] = field(default_factory=list)
    _dates: dict[str, Dated] = field(default_factory=dict)
    _last: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Take an outcome; stores the batch when it is due. Raises errors of `db.errors`."""
        self._waiting.append(outcome)
        if len(self._waiting) >= BATCH_PHOTOS or time.monotonic() - self._last >= BATCH_SECONDS:
            self.flush()

    def redate(self, sha256: str, dated: Dated) -> None:
        """Give a stored photo a date, with the next batch."""
        self._dates[sha256] = dated

    def flush(self) -> None:
        """Store what is waiting. An interrupted or failed flush can be tried again whole."""
        self._last = time.monotonic()
        if not self._waiting and not self._dates:
            return
        finished = [o for o in self._waiting if isinstance(o, Finished)]
        places = [o.place for o in self._waiting if isinstance(o, KnownPhoto) and o.place]
        refused = [o for o in self._waiting if isinstance(o, Rejection)]
        for photo in finished:
            self._write_thumbnails(photo)
        if finished or refused:
            photos.store_batch(
                self.con,
                [photo.result for photo in finished],
                refused,
                detector=self.detector,
                embedder=self.embedder,
            )
        if places:  # after the batch: a copy may lie beside a photo that is new itself
            photos.add_paths(self.con, places)
        if self._dates:
            photos.redate(self.con, self._dates)
        self._waiting.clear()
        self._dates.clear()
        self._last = time.monotonic()

    def _write_thumbnails(self, photo: Finished) -> None:
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
