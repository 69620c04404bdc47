"""Faces kept: those the original finds at full size, looked for among those of an ingest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.original import boxes_at_full_size
from bench.photos import twelve_megapixels, workspace
from bench.processes import tracker
from db.connection import open_workspace
from db.photos import faces_of_paths
from tracker.vision.detector import DETECTOR_ID

LEAST_PIXELS = 80
OVERLAP = 0.5


def measure(folder: Path, count: int) -> list[Figure]:
    """Recall on drawn photos, and on real ones where TRACKER_SAMPLES names some."""
    sets = {"drawn 12-megapixel photos": twelve_megapixels(folder / "twelve", count)}
    samples = Path(os.environ.get("TRACKER_SAMPLES", "")) / "photos" / "scenes"
    if samples.is_dir():
        sets["real photos"] = sorted(samples.glob("*.jpg"))
    return [_recall(folder, what, photos) for what, photos in sets.items()]


def _recall(folder: Path, what: str, photos: Sequence[Path]) -> Figure:
    home = workspace(folder, f"recall {what}")
    tracker(home, "ingest", *photos, "--embedder", "handcrafted")
    with open_workspace(home) as connection:
        found = [faces_of_paths(connection, [os.fsencode(path)], DETECTOR_ID) for path in photos]
    wanted = kept = 0
    for faces, boxes in zip(found, boxes_at_full_size(photos), strict=True):
        ours = np.array([face.box for face in faces]).reshape(-1, 4)
        for box in boxes:
            if max(box[2] - box[0], box[3] - box[1]) <= LEAST_PIXELS:
                continue
            wanted += 1
            kept += bool(len(ours)) and bool((overlaps(ours, box) >= OVERLAP).any())
    return Figure(
        f"faces above {LEAST_PIXELS} pixels kept, {what}",
        f"{kept} of {wanted}",
        "all",
        f"{len(photos)} photos; those MTCNN finds at full size, overlap of {OVERLAP} or more",
    )


def overlaps(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Intersection over union of `(n, 4)` boxes with one: `(n,)`."""
    width = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    height = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    inside = np.maximum(width, 0) * np.maximum(height, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(inside / (areas + (box[2] - box[0]) * (box[3] - box[1]) - inside))
