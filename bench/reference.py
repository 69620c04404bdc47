"""What facenet-pytorch finds in a photo at full size, and what an ingest of the program stored."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.photos import (
    PhotoSet,
    drawn,
    drawn_small,
    real,
    real_small,
    workspace,
)
from bench.processes import answered, tracker
from db import faces as stored_faces
from db.connection import open_workspace
from db.photos import faces_of_paths
from db.records import Face
from db.succession import overlaps
from tracker.vision.detector import DETECTOR_ID
from tracker.vision.torchvision_shim import facenet_pytorch

SURE = 0.9
"""Below this confidence lie the edges of jackets."""

UNSURE = 0.6
LEAST, LARGE = 60.0, 100.0
"""Longer sides of boxes, in full-size pixels, that divide small faces from large ones."""

SAME = 0.5
"""Intersection over union from which two boxes are the same face's."""

CROP = 160
MOSAICS, CROWDS, MANY_ROWS = 3, 2, 3
"""Photos of each kind at the most: MTCNN takes seconds for one at full size."""


@dataclass(frozen=True, slots=True)
class FullSize:
    """Faces at full size from UNSURE on: boxes float `(n, 4)`, confidences `(n,)`, landmarks
    `(n, 5, 2)`; `crops`: uint8 `(n, 160, 160, 3)` by facenet-pytorch's own `extract_face`."""

    boxes: np.ndarray
    confidences: np.ndarray
    landmarks: np.ndarray
    crops: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """The boxes' longer sides `(n,)`."""
        return longer_sides(self.boxes)


@dataclass(frozen=True, slots=True)
class Stored:
    """The faces of one photo as the workspace has them, and their vectors `(n, dim)`."""

    faces: tuple[Face, ...]
    boxes: np.ndarray
    vectors: np.ndarray


def photo_sets(folder: Path, count: int) -> list[PhotoSet]:
    """All kinds of photos, fewer of the costly ones."""
    kinds = [
        drawn(folder, count),
        real(folder, min(count, MOSAICS)),
        drawn_small(folder, min(count, CROWDS)),
        real_small(folder, min(count, MANY_ROWS)),
    ]
    return [kind for kind in kinds if kind is not None]


@cache
def full_size(path: Path, without: tuple[int, int] = (0, 0)) -> FullSize:
    """What `MTCNN.detect` finds in the whole photo; only the last threshold is lower than its own,
    so that a face it is less sure of is not taken for none.

    `without` so many columns and rows at the left and the top; places are those of the whole.
    """
    with Image.open(path) as file:
        image = file.convert("RGB")
    image = image.crop((*without, *image.size))
    boxes, confidences, landmarks = _mtcnn().detect(image, landmarks=True)
    if boxes is None:
        return FullSize(*(np.empty(shape) for shape in ((0, 4), (0,), (0, 5, 2), (0, 0, 0, 3))))
    cut = _extract_face()
    crops = [cut(image, box, CROP, 0).numpy().transpose(1, 2, 0).astype(np.uint8) for box in boxes]
    return FullSize(
        np.asarray(boxes, dtype=float) + np.tile(without, 2),
        np.asarray(confidences, dtype=float),
        np.asarray(landmarks, dtype=float) + without,
        np.stack(crops),
    )


def ingested(folder: Path, photos: PhotoSet, *embedder: str | Path) -> list[Stored]:
    """Photo by photo, after `tracker ingest` with the options of an `embedder`.

    Every embedder goes over the same workspace: the faces are found once.
    """
    return _ingested(folder, photos.name, photos.paths, embedder)


@cache
def _ingested(
    folder: Path, name: str, paths: tuple[Path, ...], embedder: tuple[str | Path, ...]
) -> list[Stored]:
    home = folder / f"taken {name}"
    if not home.exists():
        workspace(folder, home.name)
    told = answered(tracker(home, "ingest", *paths, *embedder, "--json"))
    with open_workspace(home) as connection:
        return [_stored(connection, path, told["embedder"]) for path in paths]


def _stored(connection: Any, path: Path, embedder_id: str) -> Stored:  # noqa: ANN401
    faces = faces_of_paths(connection, [os.fsencode(path)], DETECTOR_ID)
    table = stored_faces.by_ids(connection, embedder_id, [face.face_id for face in faces])
    vectors = dict(zip(table.face_ids.tolist(), table.vectors, strict=True))
    return Stored(
        tuple(faces),
        np.array([face.box for face in faces], dtype=float).reshape(-1, 4),
        np.array([vectors[face.face_id] for face in faces]),
    )


def longer_sides(boxes: np.ndarray) -> np.ndarray:
    """`(n, 4)` boxes to `(n,)` pixels."""
    return np.asarray(np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]))


def counterparts(wanted: np.ndarray, found: np.ndarray, least: float = SAME) -> np.ndarray:
    """For each of `wanted` `(n, 4)` the position in `found` of its best overlap, or -1: `(n,)`."""
    if not len(found) or not len(wanted):
        return np.full(len(wanted), -1)
    shares = overlaps(wanted, found)
    best = shares.argmax(axis=1)
    return np.where(shares[np.arange(len(wanted)), best] >= least, best, -1)


def model_folders(root: Path | None) -> Sequence[Path]:
    """The real models among the samples."""
    return [] if root is None else sorted(p.parent for p in root.glob("models/*/model.toml"))


@cache
def _mtcnn() -> Any:  # noqa: ANN401
    return facenet_pytorch().MTCNN(keep_all=True, thresholds=[0.6, 0.7, UNSURE])


def _extract_face() -> Any:  # noqa: ANN401
    return facenet_pytorch().extract_face
