"""The rows of the database, as frozen dataclasses.

Coordinates are pixels of the upright, full-size photo. Vectors are float32 of unit length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Clue:
    """One source's answer to when a photo was taken.

    `source` is one of `tracker.dating.clues.TRUST`, `label` names it to people ("EXIF
    DateTimeOriginal"), `raw` is the text as it stands there. `earliest` and `latest` are the days
    between which it was taken, both included: both None where the text names no day of the
    calendar, `earliest` alone None where only the end is known ("no later than"). `taken_at` is
    local time, `zone` its offset from UTC ("+02:00") where that is known.
    """

    source: str
    label: str
    raw: str
    earliest: date | None
    latest: date | None
    taken_at: datetime | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """When a photo was taken, as an interval of days; both ends None when unknown.

    `earliest` alone is None where only the end is known: such a photo is in no month of age.
    `taken_at` is the camera's local time where one is known, `zone` its offset from UTC ("+02:00").
    `source` is that of the `Clue` that decided, or "none". `confidence` is in [0, 1]. `raw` is the
    text it was read from; `conflicts` say what else was found and is not believed, or disagrees.
    """

    earliest: date | None
    latest: date | None
    source: str
    confidence: float
    taken_at: datetime | None = None
    raw: str = ""
    conflicts: tuple[str, ...] = ()
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoPath:
    """A place where a photo's file was seen. `path` is the absolute path's bytes."""

    path: bytes
    sha256: str
    byte_size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A file's content. `width` and `height` are those of the upright image.

    `orientation` is the EXIF number (1 to 8) of how it lies in the file. `camera` is its make and
    model, or "". `looks` is the perceptual hash of the picture, 32 bytes,
    or b"" where there is none: pictures that look alike differ in few bits.
    """

    sha256: str
    byte_size: int
    width: int
    height: int
    format: str
    dated: Dated
    orientation: int = 1
    camera: str = ""
    looks: bytes = b""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file that could not be used: a stable `code` and a `reason` in words."""

    path: bytes
    code: str
    reason: str
    byte_size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Face:
    """A stored detection: box (x0, y0, x1, y1), five landmarks, confidence and quality.

    `landmarks` are (x, y) of left eye, right eye, nose, left and right mouth corner, as seen in
    the picture. `size_px` is the box's longer side. `sharpness` is the variance of the
    Laplacian of the crop; `yaw` is in [-1, 1], 0 when the nose is midway between the eyes.
    """

    face_id: int
    sha256: str
    detector: str
    index: int
    box: tuple[float, float, float, float]
    landmarks: tuple[tuple[float, float], ...]
    confidence: float
    size_px: float
    sharpness: float
    yaw: float


@dataclass(frozen=True, slots=True)
class EmbedderRow:
    """An embedder that has vectors in this workspace. `embedder_id` carries everything that
    changes a vector: name, weights' hash where not the published one, preprocessing version."""

    embedder_id: str
    dim: int
    alignment: str
    licence: str
    source: str


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """All that ingesting one photo found; stored in one transaction with its batch.

    `vectors` are aligned with `faces`: float32 `(len(faces), dim)`, unit length.
    """

    photo: Photo
    path: PhotoPath
    faces: tuple[Face, ...]
    vectors: Vector


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a name. `born_earliest` and `born_latest` bound the birth date.

    `relation` is "child", "mother", "father", "grandmother", ... or "unrelated".
    `sex` is "f", "m" or None.
    """

    person_id: int
    name: str
    relation: str
    born_earliest: date | None = None
    born_latest: date | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose face this is, by whom. `state`: "confirmed", "proposed", "rejected", "waiting".

    "waiting" means: the user said NAME is in this photo, and which face it is cannot be told
    yet. `source` is "user" (said so with --as, one face), "match" (the tracker's proposal) or
    "rule". `similarity` is the cosine it rests on, where one was computed.
    """

    face_id: int
    person_id: int | None
    state: str
    source: str
    reason: str = ""
    similarity: float | None = None
    embedder_id: str | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One evaluated set of methods under a fingerprint of everything that went in."""

    run_id: int
    fingerprint: str
    child_id: int
    embedder_id: str
    settings: dict[str, object] = field(default_factory=dict)
