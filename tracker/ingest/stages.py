"""The stages of an ingest: generators over photos, in the order of the walk.

Each takes the stage before it. What needs nothing further, a rejected file or a content that
is known, passes through in its place. Workers look ahead by a few photos, and the embedder takes
the faces they cut in batches over photos.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import photos
from db.ids import face_id
from db.records import Face, Rejection, Vector
from tracker.errors import EmbedderError, EmbedderMismatch, PhotoRejected
from tracker.ingest.around import clues_around
from tracker.ingest.cuts import Cuts
from tracker.ingest.known import Memory, Task
from tracker.ingest.look import Answer, Finished, Looked, LookJob
from tracker.ingest.scan import Found
from tracker.ingest.window import Window
from tracker.ingest.workers import Workers
from tracker.vision import quality
from tracker.vision.detector import DETECTOR_ID
from tracker.vision.records import Detection, Pixels

if TYPE_CHECKING:
    import duckdb

    from tracker.vision.embedders.contract import Embedder, EmbedderInfo

AHEAD = 3
"""Photos that are looked at, or have been, before they are asked for: for each worker. Only their
faces are held, a tenth of a megabyte each."""

BATCH_FACES = 16
BATCH_PHOTOS = 64
"""Embedding waits for this many faces, but keeps no more than this many photos waiting."""

Marks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be used, and why."""

    found: Found
    problem: PhotoRejected

    def rejection(self) -> Rejection:
        """The row that the workspace keeps."""
        found = self.found
        return Rejection(
            found.path,
            self.problem.code,
            str(self.problem),
            found.byte_size,
            found.mtime_ns,
            found.inode,
        )


@dataclass(frozen=True, slots=True)
class Repeated:
    """A file whose content is finished, or comes earlier in this walk."""

    found: Found
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo that was looked at, and its faces as they are stored."""

    found: Found
    looked: Looked
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A photo with everything that is to be stored. `vectors`: float32 `(faces, dim)`."""

    seen: Seen
    vectors: Vector


Passed = Refused | Repeated


def look_ahead(
    workers: Workers[LookJob, Answer],
    tasks: Iterable[Task],
    con: duckdb.DuckDBPyConnection,
    memory: Memory,
    embedder: EmbedderInfo,
    *,
    window: Window | None = None,
) -> Iterator[Seen | Passed]:
    """Look in the workers, AHEAD photos for each of them ahead of who asks."""
    ahead: deque[tuple[Task, Future[Answer]]] = deque()
    stored = _Stored(con, memory)
    seen = set(memory.embedded)
    for task in tasks:
        job = LookJob(
            task.found.path,
            embedder.alignment,
            embedder.input_size,
            task.known,
            stored.of_size(task.found.byte_size),
            window and window.for_photo(clues_around(task.found)),
        )
        ahead.append((task, workers.submit(job)))
        if len(ahead) > AHEAD * workers.count:
            yield _seen(*ahead.popleft(), stored, seen)
    while ahead:
        yield _seen(*ahead.popleft(), stored, seen)


class _Stored:
    """The faces of photos that were searched before, but lack vectors of this embedder."""

    def __init__(self, con: duckdb.DuckDBPyConnection, memory: Memory) -> None:
        self._con = con
        self._faces: dict[str, tuple[Face, ...]] = {}
        self._hashes: dict[int, set[str]] = defaultdict(set)
        if unread := memory.searched - memory.embedded:
            for byte_size, _, _, sha256 in memory.paths.values():
                if sha256 in unread:
                    self._hashes[byte_size].add(sha256)

    def of_size(self, byte_size: int) -> dict[str, tuple[Detection, ...]]:
        """By hash, those of photos with that size in bytes."""
        found = {}
        for sha256 in self._hashes.get(byte_size, ()):
            faces = photos.photo_faces(self._con, sha256, DETECTOR_ID)
            self._faces[sha256] = tuple(faces)
            found[sha256] = tuple(_detection(face) for face in faces)
        return found

    def faces(self, looked: Looked) -> tuple[Face, ...]:
        """The rows of a photo's faces: new ones, or those that are stored, as they are."""
        if not looked.afresh:
            return self._faces.pop(looked.sha256)
        measured = zip(looked.detections, looked.cuts.sharpness, strict=True)
        return tuple(
            _face(looked.sha256, index, detection, float(sharpness))
            for index, (detection, sharpness) in enumerate(measured)
        )


def _detection(face: Face) -> Detection:
    return Detection(
        np.array(face.box, np.float32), np.array(face.landmarks, np.float32), face.confidence
    )


def _face(sha256: str, index: int, detection: Detection, sharpness: float) -> Face:
    x0, y0, x1, y1 = (float(v) for v in detection.box)
    return Face(
        face_id=face_id(sha256, DETECTOR_ID, index),
        sha256=sha256,
        detector=DETECTOR_ID,
        index=index,
        box=(x0, y0, x1, y1),
        landmarks=tuple((float(x), float(y)) for x, y in detection.landmarks),
        confidence=detection.confidence,
        size_px=detection.size,
        sharpness=sharpness,
        yaw=quality.yaw(detection.landmarks),
    )


def _seen(
    task: Task, answer: Future[Answer], stored: _Stored, seen: set[str]
) -> Seen | Refused | Repeated:
    try:
        looked = answer.result()
    except PhotoRejected as problem:
        return Refused(task.found, problem)
    if isinstance(looked, Finished) or looked.sha256 in seen:
        return Repeated(task.found, looked.sha256)
    seen.add(looked.sha256)
    return Seen(task.found, looked, stored.faces(looked))


def embed(
    stream: Iterable[Seen | Passed], embedder: Callable[[], Embedder], info: EmbedderInfo
) -> Iterator[Embedded | Passed]:
    """Embed in full batches over photos, each photo whole and in its place.

    Raises EmbedderError when the embedder is not as promised.
    """
    waiting: deque[Seen | Passed] = deque()
    faces = _Faces(embedder, info)
    for item in stream:
        waiting.append(item)
        if isinstance(item, Seen):
            faces.add(item.looked.cuts)
        faces.embed(all_of_them=len(waiting) >= BATCH_PHOTOS)
        yield from _finished(waiting, faces)
    faces.embed(all_of_them=True)
    yield from _finished(waiting, faces)


def _finished(waiting: deque[Seen | Passed], faces: _Faces) -> Iterator[Embedded | Passed]:
    """What has all its vectors, up to the first photo that has not."""
    while waiting:
        item = waiting[0]
        if isinstance(item, Seen):
            if len(item.faces) > faces.embedded:
                return
            yield Embedded(item, faces.take(len(item.faces)))
        else:
            yield item
        waiting.popleft()


class _Faces:
    """Faces that wait to be embedded, and vectors that wait to be taken, both in order."""

    def __init__(self, embedder: Callable[[], Embedder], info: EmbedderInfo) -> None:
        self._embedder = embedder
        self._info = info
        self._waiting: list[tuple[Pixels, Marks]] = []
        self._vectors = np.empty((0, info.dim), np.float32)

    @property
    def embedded(self) -> int:
        """How many vectors there are to take."""
        return len(self._vectors)

    def add(self, cuts: Cuts) -> None:
        """Let a photo's faces wait."""
        self._waiting.extend(zip(cuts.crops, cuts.landmarks, strict=True))

    def embed(self, *, all_of_them: bool) -> None:
        """Embed those that fill a batch, or all."""
        while len(self._waiting) >= (1 if all_of_them else BATCH_FACES):
            batch = self._waiting[:BATCH_FACES]
            del self._waiting[:BATCH_FACES]
            self._vectors = np.concatenate([self._vectors, self._embed(batch)])

    def take(self, count: int) -> Vector:
        """The first vectors: float32 `(count, dim)`."""
        taken, self._vectors = self._vectors[:count], self._vectors[count:]
        return taken

    def _embed(self, batch: list[tuple[Pixels, Marks]]) -> Vector:
        network, info = self._embedder(), self._info
        vectors = network.embed([crop for crop, _ in batch], np.stack([mark for _, mark in batch]))
        if network.id != info.id:
            raise EmbedderError(
                f"The embedder {info.id} turned out to be {network.id} when it was loaded.",
                hint="Its weights were changed a moment ago; run the same command again.",
            )
        if vectors.shape != (len(batch), info.dim):
            raise EmbedderMismatch(
                f"The embedder {info.id} gave {vectors.shape[-1]} numbers a face, not {info.dim}.",
                hint="Correct `dim` in its model.toml, or use the model file it was written for.",
            )
        return vectors.astype(np.float32, copy=False)
