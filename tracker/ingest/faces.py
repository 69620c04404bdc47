"""From a decoded photo to its faces' crops, each cut at the finest scale that the face needs.

The search runs on a small image. A face that is too small there for the embedder is cut from a
finer decoding of its surroundings; a large one is cut from the image at hand. Which of the two
depends on the photo and the embedder alone, never on what else is being ingested.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from db.photos import face_id
from db.records import Face
from tracker.ingest.decode import SCALES, Decoded, Patch, Pixels, Region
from tracker.ingest.thumbnails import thumbnail
from tracker.vision import align, quality
from tracker.vision.embedders.contract import EmbedderInfo
from tracker.vision.records import Detection

MARGIN = 0.75
"""Of the box's longer side, on every side of it: what alignment and thumbnail reach for."""

SHARPNESS_PIXELS = 160.0
"""A face is cut at least this large where the photo allows, whatever the embedder wants, so
that a face's sharpness does not depend on which embedder came first."""


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """A photo's faces, with what the embedder is given: aligned with one another.

    `crops`: uint8 `(h, w, 3)` of the embedder's input size. `landmarks`: float32 `(n, 5, 2)`
    in crop pixels. `thumbnails`: JPEG files' bytes.
    """

    faces: tuple[Face, ...]
    crops: tuple[Pixels, ...]
    landmarks: npt.NDArray[np.float32]
    thumbnails: tuple[bytes, ...]


def found_faces(detections: Sequence[Detection], decoded: Decoded, detector: str) -> list[Face]:
    """The detections, which are in the decoded image's pixels, as faces of the full photo.

    Their `sharpness` is NaN until they are cut.
    """
    faces = []
    for index, detection in enumerate(detections):
        full = detection.scaled(decoded.scale)
        x0, y0, x1, y1 = (float(v) for v in full.box)
        faces.append(
            Face(
                face_id=face_id(decoded.sha256, detector, index),
                sha256=decoded.sha256,
                detector=detector,
                index=index,
                box=(x0, y0, x1, y1),
                landmarks=tuple((float(x), float(y)) for x, y in full.landmarks),
                confidence=full.confidence,
                size_px=full.size,
                sharpness=math.nan,
                yaw=quality.yaw(full.landmarks),
            )
        )
    return faces


def finer_regions(
    faces: Sequence[Face], decoded: Decoded, embedder: EmbedderInfo
) -> list[Region | None]:
    """For each face the region to decode again, or None where the image at hand serves."""
    needed = max(align.needed_pixels(embedder.alignment, embedder.input_size), SHARPNESS_PIXELS)
    return [_finer(face, decoded.scale, needed) for face in faces]


def cut(
    faces: Sequence[Face],
    decoded: Decoded,
    patches: Sequence[Patch | None],
    embedder: EmbedderInfo,
) -> Cuts:
    """Crops, landmarks in them, sharpness and thumbnails of the faces.

    `patches` holds the finer pixels of each face, or None where there are none.
    """
    cut_faces, crops, landmarks, small = [], [], [], []
    for face, patch in zip(faces, patches, strict=True):
        pixels, detection = _where(face, decoded, patch)
        asked = (pixels, detection, embedder.alignment, embedder.input_size)
        crops.append(align.crop(*asked))
        landmarks.append(align.crop_landmarks(*asked))
        small.append(thumbnail(pixels, detection))
        cut_faces.append(_with_sharpness(face, quality.sharpness(pixels, detection)))
    points = np.array(landmarks, dtype=np.float32).reshape(len(faces), 5, 2)
    return Cuts(tuple(cut_faces), tuple(crops), points, tuple(small))


def _finer(face: Face, scale: int, needed: float) -> Region | None:
    if scale == 1 or face.size_px / scale >= needed:
        return None
    finer = next((s for s in SCALES if s < scale and face.size_px / s >= needed), 1)
    reach = MARGIN * face.size_px
    x0, y0, x1, y1 = face.box
    return Region(
        math.floor(x0 - reach),
        math.floor(y0 - reach),
        math.ceil(x1 + reach),
        math.ceil(y1 + reach),
        finer,
    )


def _where(face: Face, decoded: Decoded, patch: Patch | None) -> tuple[Pixels, Detection]:
    """The pixels to cut the face from, and where in them it is."""
    if patch is None:
        assert decoded.pixels is not None  # noqa: S101  only a known photo comes without
        pixels, scale, x, y = decoded.pixels, decoded.scale, 0, 0
    else:
        pixels, scale, x, y = patch.pixels, patch.scale, patch.x, patch.y
    box = np.array(face.box, dtype=np.float64) / scale - [x, y, x, y]
    landmarks = np.array(face.landmarks, dtype=np.float64) / scale - [x, y]
    return pixels, Detection(box.astype(np.float32), landmarks.astype(np.float32), face.confidence)


def _with_sharpness(face: Face, sharpness: float) -> Face:
    """Faces that were stored keep the value they were stored with."""
    return replace(face, sharpness=sharpness) if math.isnan(face.sharpness) else face
