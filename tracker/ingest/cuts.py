"""From a decoded photo to its faces' crops, each cut at the finest scale that the face needs.

A face that is too small for the embedder in the image that was searched is cut from a finer
decoding of the photo; the others are cut from the image at hand. Which of the two depends on the
photo and the embedder alone, never on what else is being ingested.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.ingest.bounds import SCALES
from tracker.ingest.decode import Patch, Region
from tracker.vision import align, quality
from tracker.vision.records import Detection, Pixels
from tracker.vision.thumbnail import thumbnail

MARGIN = 0.75
"""Of the box's longer side, on every side of it: what alignment and thumbnail reach for."""

ENOUGH = 0.7
"""The share of an embedder's own resolution from which a finer decoding hardly moves a vector: with
80 of 112 pixels the cosine to the finest crop is .990 in the middle and .96 in the worst hundredth
(mobilefacenet on real faces)."""


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """A photo's faces as the embedder is given them, aligned with its detections.

    `crops`: uint8 `(n, h, w, 3)` of the embedder's input size. `landmarks`: float32 `(n, 5, 2)`
    in crop pixels. `sharpness`: float64 `(n,)`, see `quality`. `thumbnails`: JPEG files' bytes.
    """

    crops: Pixels
    landmarks: npt.NDArray[np.float32]
    sharpness: npt.NDArray[np.float64]
    thumbnails: tuple[bytes, ...]


def regions_for(
    faces: Sequence[Detection], scale: int, alignment: str, input_size: tuple[int, int]
) -> list[Region]:
    """For each face, which is in photo pixels, the region to cut and the scale to cut it at.

    That is `scale`, the decoded image's own, where it serves. However little an embedder wants, a
    face's sharpness is measured at one size, so that it does not depend on which embedder came
    first.
    """
    needed = max(align.needed_pixels(alignment, input_size) * ENOUGH, quality.SHARPNESS_SIDE)
    return [_region(face, scale, needed) for face in faces]


def cut(
    faces: Sequence[Detection],
    patches: Sequence[Patch],
    alignment: str,
    input_size: tuple[int, int],
) -> Cuts:
    """Crops, landmarks in them, sharpness and thumbnails of the faces, each from its patch."""
    width, height = input_size
    crops = np.empty((len(faces), height, width, 3), np.uint8)
    landmarks = np.empty((len(faces), 5, 2), np.float32)
    sharpness = np.empty(len(faces))
    small = []
    for position, (face, patch) in enumerate(zip(faces, patches, strict=True)):
        there = _within(face, patch)
        asked = (patch.image, there, alignment, input_size)
        crops[position] = align.crop(*asked)
        landmarks[position] = align.crop_landmarks(*asked)
        sharpness[position] = quality.sharpness(patch.image, there)
        small.append(thumbnail(patch.image, there))
    return Cuts(crops, landmarks, sharpness, tuple(small))


def _region(face: Detection, scale: int, needed: float) -> Region:
    serving = (s for s in SCALES if s <= scale and face.size / s >= needed)
    reach = MARGIN * face.size
    x0, y0, x1, y1 = (float(v) for v in face.box)
    return Region(
        math.floor(x0 - reach),
        math.floor(y0 - reach),
        math.ceil(x1 + reach),
        math.ceil(y1 + reach),
        next(serving, 1),
    )


def _within(face: Detection, patch: Patch) -> Detection:
    """The face in the patch's pixels."""
    box = face.box.astype(np.float64) / patch.scale - [patch.x, patch.y, patch.x, patch.y]
    landmarks = face.landmarks.astype(np.float64) / patch.scale - [patch.x, patch.y]
    return Detection(box.astype(np.float32), landmarks.astype(np.float32), face.confidence)
