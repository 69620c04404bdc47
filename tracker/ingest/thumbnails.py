"""Small pictures of faces for the report: a cache beside the database."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image

from db.translate import translated
from tracker.ingest.decode import Pixels
from tracker.vision.records import Detection

SIDE = 128
MARGIN = 0.3
"""Of the box's longer side: hair and chin belong to a face one wants to recognise."""

QUALITY = 85


def thumbnail_path(folder: Path, face_id: int) -> Path:
    """Where a face's thumbnail is: `folder/<2 hex>/<16 hex>.jpg`."""
    name = f"{face_id:016x}"
    return folder / name[-2:] / f"{name}.jpg"


def thumbnail(image: Pixels, detection: Detection) -> bytes:
    """A JPEG file of the face of `detection`, which is in `image`'s pixels.

    A square with a margin, at most SIDE pixels wide, never enlarged. Where the photo ends its
    edge is repeated.
    """
    side = max(2, round(detection.size * (1 + 2 * MARGIN)))
    x0, y0, x1, y1 = (float(v) for v in detection.box)
    left, top = round((x0 + x1 - side) / 2), round((y0 + y1 - side) / 2)
    rows = np.clip(np.arange(top, top + side), 0, image.shape[0] - 1)
    columns = np.clip(np.arange(left, left + side), 0, image.shape[1] - 1)
    square = Image.fromarray(image[rows[:, None], columns[None, :]])
    if side > SIDE:
        square = square.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    file = io.BytesIO()
    square.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def write_thumbnail(folder: Path, face_id: int, jpeg: bytes) -> None:
    """Put a thumbnail in its place, whole or not at all, readable by its owner only.

    One that is there already stays. Raises DiskFull or WorkspaceReadOnly.
    """
    path = thumbnail_path(folder, face_id)
    half = path.with_suffix(".part")
    with translated(f"the thumbnails in {folder}"):
        if path.exists():
            return
        for level in (folder, path.parent):
            level.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123
                file.write(jpeg)
            half.replace(path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
