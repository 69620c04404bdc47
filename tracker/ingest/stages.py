"""The stages of an ingest: generators over photos, in the order of the walk.

Each takes the stage before it. What needs nothing further, a rejected file or a content that
is known, passes through in its place. Workers decode ahead of the search by a few photos, a
thread searches ahead of the embedder, and the embedder takes its crops in batches over photos.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from db import photos
from db.records import Face, Rejection, Vector
from tracker.errors import EmbedderError, EmbedderMismatch, PhotoRejected
from tracker.ingest.decode import Answer, Decoded, Job, Patch, ReadJob, Region, RegionsJob
from tracker.ingest.faces import Cuts, cut, finer_regions, found_faces
from tracker.ingest.known import Memory, Task
from tracker.ingest.scan import Found
from tracker.ingest.workers import Workers
from tracker.vision.detector import DETECTOR_ID, search_size

if TYPE_CHECKING:
    import duckdb

    from tracker.vision.detector import Detector
    from tracker.vision.embedders.contract import Embedder, EmbedderInfo

READ_AHEAD = 6
"""Photos decoded before they are searched, 2 to 6 MB each."""

SEARCH_AHEAD = 3
"""Photos searched for faces before they are cut and embedded."""

FINER_AHEAD = 3
"""Photos whose small faces are being decoded again while the next ones are searched."""

BATCH_FACES = 16
BATCH_PHOTOS = 32
"""Embedding waits for this many faces, but keeps no more than this many photos waiting."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be used, and why."""

    found: Found
    problem: PhotoRejected
    sha256: str | None = None

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
class Read:
    """A decoded photo."""

    found: Found
    decoded: Decoded


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A photo and its faces; `afresh` unless they were known already."""

    found: Found
    decoded: Decoded
    faces: list[Face]
    afresh: bool


@dataclass(frozen=True, slots=True, eq=False)
class Cropped:
    """A photo with its faces cut out; the pixels are gone."""

    searched: Searched
    cuts: Cuts


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A photo with everything that is to be stored. `vectors`: float32 `(faces, dim)`."""

    searched: Searched
    cuts: Cuts
    vectors: Vector


Passed = Refused | Repeated


def search_side(width: int, height: int) -> int:
    """How long the searched image's longer side must be at the least, in pixels."""
    return search_size(width, height)[0]


def smallest_face(decoded: Decoded) -> float:
    """The smallest face to search for, in the pixels of the decoded image.

    Photos are decoded at whole divisors, so the image may be larger than the search asked for.
    """
    long_side, min_face = search_size(decoded.width, decoded.height)
    actual = max(decoded.width, decoded.height) / decoded.scale
    return min_face * actual / long_side


def read_ahead(
    workers: Workers[Job, Answer], tasks: Iterable[Task]
) -> Iterator[Read | Refused | Repeated]:
    """Decode in the workers, READ_AHEAD photos ahead of who asks."""
    ahead: deque[tuple[Task, Future[Answer]]] = deque()
    for task in tasks:
        job = ReadJob(task.found.path, search_side, task.known)
        ahead.append((task, workers.submit(job)))
        if len(ahead) > READ_AHEAD:
            yield _read(*ahead.popleft())
    while ahead:
        yield _read(*ahead.popleft())


def _read(task: Task, answer: Future[Answer]) -> Read | Refused | Repeated:
    try:
        decoded = answer.result()
    except PhotoRejected as problem:
        return Refused(task.found, problem)
    assert isinstance(decoded, Decoded)  # noqa: S101  a ReadJob is answered so
    if decoded.pixels is None:
        return Repeated(task.found, decoded.sha256)
    return Read(task.found, decoded)


@contextmanager
def one_thread() -> Iterator[Executor]:
    """A thread for the search; what waits for it is dropped at the end."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="search")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def search(
    stream: Iterable[Read | Passed],
    con: duckdb.DuckDBPyConnection,
    memory: Memory,
    detector: Callable[[], Detector],
    thread: Executor,
) -> Iterator[Searched | Passed]:
    """Find the faces of photos that were never searched; take the others' from the workspace.

    `thread` searches SEARCH_AHEAD photos ahead of who asks. One is enough: what follows, cutting,
    embedding and storing, takes less, and both together keep two cores busy.
    """
    ahead: deque[Passed | tuple[Read, Future[list[Face]] | None]] = deque()
    seen = set(memory.embedded)
    for item in stream:
        ahead.append(_searching(item, memory, seen, detector, thread))
        if len(ahead) > SEARCH_AHEAD:
            yield _searched(ahead.popleft(), con)
    while ahead:
        yield _searched(ahead.popleft(), con)


def _searching(
    item: Read | Passed,
    memory: Memory,
    seen: set[str],
    detector: Callable[[], Detector],
    thread: Executor,
) -> Passed | tuple[Read, Future[list[Face]] | None]:
    """The photo with its search under way, or with None if it was searched before."""
    if isinstance(item, Refused | Repeated):
        return item
    sha256 = item.decoded.sha256
    if sha256 in seen:
        return Repeated(item.found, sha256)
    seen.add(sha256)
    afresh = sha256 not in memory.searched
    return item, thread.submit(_detect, item.decoded, detector) if afresh else None


def _detect(decoded: Decoded, detector: Callable[[], Detector]) -> list[Face]:
    assert decoded.pixels is not None  # noqa: S101  see _read
    detections = detector().detect(decoded.pixels, smallest_face(decoded))
    return found_faces(detections, decoded, DETECTOR_ID)


def _searched(
    item: Passed | tuple[Read, Future[list[Face]] | None], con: duckdb.DuckDBPyConnection
) -> Searched | Passed:
    if isinstance(item, Refused | Repeated):
        return item
    read, answer = item
    if answer is None:
        faces = photos.photo_faces(con, read.decoded.sha256, DETECTOR_ID)
        return Searched(read.found, read.decoded, faces, afresh=False)
    return Searched(read.found, read.decoded, answer.result(), afresh=True)


def cut_faces(
    stream: Iterable[Searched | Passed], workers: Workers[Job, Answer], embedder: EmbedderInfo
) -> Iterator[Cropped | Passed]:
    """Cut every face; the workers decode small ones again, finer, FINER_AHEAD photos ahead."""
    ahead: deque[tuple[Searched | Passed, list[Region | None], Future[Answer] | None]] = deque()
    for item in stream:
        regions: list[Region | None] = []
        answer = None
        if isinstance(item, Searched):
            regions = finer_regions(item.faces, item.decoded, embedder)
            if wanted := tuple(region for region in regions if region is not None):
                job = RegionsJob(item.found.path, item.decoded.sha256, wanted)
                answer = workers.submit(job)
        ahead.append((item, regions, answer))
        if len(ahead) > FINER_AHEAD:
            yield _cut(*ahead.popleft(), embedder)
    while ahead:
        yield _cut(*ahead.popleft(), embedder)


def _cut(
    item: Searched | Passed,
    regions: list[Region | None],
    answer: Future[Answer] | None,
    embedder: EmbedderInfo,
) -> Cropped | Passed:
    if not isinstance(item, Searched):
        return item
    finer: Iterator[Patch] = iter(())
    if answer is not None:
        try:
            patches = answer.result()
        except PhotoRejected as problem:
            return Refused(item.found, problem, item.decoded.sha256)
        assert isinstance(patches, tuple)  # noqa: S101  a RegionsJob is answered so
        finer = iter(patches)
    aligned = [None if region is None else next(finer) for region in regions]
    cuts = cut(item.faces, item.decoded, aligned, embedder)
    return Cropped(replace(item, decoded=replace(item.decoded, pixels=None)), cuts)


def embed(
    stream: Iterable[Cropped | Passed], embedder: Callable[[], Embedder], info: EmbedderInfo
) -> Iterator[Embedded | Passed]:
    """Embed in batches over photos. Raises EmbedderError when the embedder is not as promised."""
    waiting: list[Cropped | Passed] = []
    for item in stream:
        waiting.append(item)
        faces = sum(len(i.cuts.faces) for i in waiting if isinstance(i, Cropped))
        if faces >= BATCH_FACES or len(waiting) >= BATCH_PHOTOS:
            yield from _embedded(waiting, embedder, info)
            waiting = []
    yield from _embedded(waiting, embedder, info)


def _embedded(
    waiting: list[Cropped | Passed], embedder: Callable[[], Embedder], info: EmbedderInfo
) -> Iterator[Embedded | Passed]:
    cropped = [item for item in waiting if isinstance(item, Cropped)]
    vectors = _vectors([item.cuts for item in cropped], embedder, info)
    at = 0
    for item in waiting:
        if isinstance(item, Cropped):
            faces = len(item.cuts.faces)
            yield Embedded(item.searched, item.cuts, vectors[at : at + faces])
            at += faces
        else:
            yield item


def _vectors(cuts: list[Cuts], embedder: Callable[[], Embedder], info: EmbedderInfo) -> Vector:
    """float32 `(all faces, dim)`, in pieces of BATCH_FACES: a crowd needs no more memory."""
    crops = [crop for one in cuts for crop in one.crops]
    if not crops:
        return np.empty((0, info.dim), dtype=np.float32)
    landmarks = np.concatenate([one.landmarks for one in cuts])
    network = embedder()
    pieces = [
        network.embed(crops[i : i + BATCH_FACES], landmarks[i : i + BATCH_FACES])
        for i in range(0, len(crops), BATCH_FACES)
    ]
    vectors: Vector = np.concatenate(pieces).astype(np.float32, copy=False)
    if network.id != info.id:
        raise EmbedderError(
            f"The embedder {info.id} turned out to be {network.id} when it was loaded.",
            hint="Its weights were changed a moment ago; run the same command again.",
        )
    if vectors.shape != (len(crops), info.dim):
        raise EmbedderMismatch(
            f"The embedder {info.id} gave {vectors.shape[-1]} numbers a face, not {info.dim}.",
            hint="Correct `dim` in its model.toml, or use the model file it was written for.",
        )
    return vectors
