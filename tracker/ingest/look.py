"""Everything of one photo but the embedding: hash, decode, search, cut.

Runs in worker processes (see `workers`), one photo a job, so the pixels of a photo never travel:
what comes back are its faces, cut the way the embedder wants them. What comes back depends on the
photo, the detector and the embedder alone, never on what else is being ingested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.ingest import decode
from tracker.ingest.cuts import Cuts, cut, regions_for
from tracker.ingest.fingerprint import looks
from tracker.ingest.window import Window
from tracker.metadata.records import Metadata
from tracker.vision.detector import Detector, smallest_face
from tracker.vision.engines.contract import Runtime
from tracker.vision.records import Detection

LEAST_SIDE = 1500
"""Photos are decoded with a longer side of at least this many pixels: of 12 megapixels half. Most
faces can be cut from that, and it costs hardly more than the quarter that the search needs."""

SEARCH_SHARE = 0.2
"""And at least this share of the photo's own: what the finest level of the search needs."""


@dataclass(frozen=True, slots=True)
class LookJob:
    """A file to look at, and what is known already.

    `known`: hashes of finished photos; should the content be one of them, that is all. `searched`:
    the faces of photos whose faces are known, by hash: they are cut, not searched for again.
    `alignment` and `input_size` (width, height) are the embedder's. `window`: which dates are
    wanted, None for all.
    """

    path: bytes
    alignment: str
    input_size: tuple[int, int]
    known: frozenset[str] = frozenset()
    searched: Mapping[str, tuple[Detection, ...]] = field(default_factory=dict)
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The file's content was among the job's `known`."""

    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A photo and its faces.

    `width`, `height`: of the upright photo, `orientation` (EXIF, 1 to 8) how it lies in the file.
    `detections` are in its pixels, left to right, and `cuts` is aligned with them. `afresh` unless
    they were known already. `looks` is its perceptual hash, see `fingerprint`.
    """

    sha256: str
    byte_size: int
    format: str
    width: int
    height: int
    orientation: int
    metadata: Metadata
    looks: bytes
    detections: tuple[Detection, ...]
    cuts: Cuts
    afresh: bool


Answer = Looked | Finished


class Looker:
    """Looks at photos, with a detector of its own."""

    def __init__(self, runtime: Runtime) -> None:
        """Loads the detector for one thread: the processes side by side keep the cores busy."""
        self._detector = Detector(runtime, threads=1)

    def look(self, job: LookJob, *, alone: bool = True) -> Answer:
        """Raises PhotoRejected, and NeedsRoom when it should be decoded alone and is not.

        A photo outside the window is rejected as `window.OUTSIDE`, before it is searched.
        """
        content = decode.read(job.path)
        if content.sha256 in job.known:
            return Finished(content.sha256)
        decoded = decode.decode(content, least_side, alone=alone)
        if job.window is not None:
            job.window.must_hold(decoded.metadata.clues)
        detections = job.searched.get(content.sha256)
        afresh = detections is None
        if detections is None:
            size = (decoded.width, decoded.height)
            found = self._detector.detect(decoded.image, smallest_face(*size), size=size)
            detections = tuple(found)
        regions = regions_for(detections, decoded.scale, job.alignment, job.input_size)
        patches = decode.cut_regions(content, decoded, regions, alone=alone)
        return Looked(
            sha256=content.sha256,
            byte_size=len(content.data),
            format=decoded.format,
            width=decoded.width,
            height=decoded.height,
            orientation=decoded.orientation,
            metadata=decoded.metadata,
            looks=looks(decoded.image),
            detections=detections,
            cuts=cut(detections, patches, job.alignment, job.input_size),
            afresh=afresh,
        )


def least_side(width: int, height: int) -> int:
    """How long the decoded image's longer side must be at the least, in pixels."""
    return max(LEAST_SIDE, round(max(width, height) * SEARCH_SHARE))


_looker: Looker | None = None


def prepare(runtime: Runtime) -> None:
    """Make this process ready to work."""
    global _looker  # noqa: PLW0603  a process has one, made before its first job
    _looker = Looker(runtime)


def work(job: LookJob, alone: bool) -> Answer:
    """What a prepared worker process does with a job; see `Looker.look`."""
    assert _looker is not None  # noqa: S101  see prepare
    return _looker.look(job, alone=alone)
