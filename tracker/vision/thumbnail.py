"""A small picture of a face, for people to look at."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tracker.vision.records import Detection, Pixels, as_image

SIDE = 128
MARGIN = 0.3
"""Of the box's longer side: hair and chin belong to a face one wants to recognise."""

QUALITY = 85


def thumbnail(image: Image.Image | Pixels, detection: Detection) -> bytes:
    """A JPEG file of the face of `detection`, which is in `image`'s pixels.

    A square with a margin, at most SIDE pixels wide, never enlarged. Where the photo ends its
    edge is repeated.
    """
    side = max(2, round(detection.size * (1 + 2 * MARGIN)))
    x0, y0, x1, y1 = (float(v) for v in detection.box)
    left, top = round((x0 + x1 - side) / 2), round((y0 + y1 - side) / 2)
    square = _square(as_image(image), left, top, side)
    if side > SIDE:
        square = square.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    file = io.BytesIO()
    square.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _square(image: Image.Image, left: int, top: int, side: int) -> Image.Image:
    width, height = image.size
    x0, y0 = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    x1, y1 = max(min(left + side, width), x0 + 1), max(min(top + side, height), y0 + 1)
    inner = image.crop((x0, y0, x1, y1))
    if inner.size == (side, side):
        return inner
    rows = np.clip(np.arange(top, top + side), y0, y1 - 1) - y0
    columns = np.clip(np.arange(left, left + side), x0, x1 - 1) - x0
    return Image.fromarray(np.asarray(inner)[rows][:, columns])
