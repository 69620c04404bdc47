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
    """A JPEG file of the face of `detection`, which is in `image`'s pixels: `framed`, at most SIDE
    pixels wide."""
    x0, y0, x1, y1 = (float(v) for v in detection.box)
    file = io.BytesIO()
    framed(as_image(image), (x0, y0, x1, y1), SIDE).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def framed(image: Image.Image, box: tuple[float, float, float, float], most: int) -> Image.Image:
    """The face in `box` (x0, y0, x1, y1 in the image's pixels) in a square with a margin.

    At most `most` pixels wide, never enlarged. Where the photo ends its edge is repeated.
    """
    x0, y0, x1, y1 = box
    side = max(2, round(framed_side(box)))
    left, top = round((x0 + x1 - side) / 2), round((y0 + y1 - side) / 2)
    square = _square(image, left, top, side)
    if side > most:
        square = square.resize((most, most), Image.Resampling.BOX, reducing_gap=2.0)
    return square


def framed_side(box: tuple[float, float, float, float]) -> float:
    """The side of that square."""
    x0, y0, x1, y1 = box
    return max(x1 - x0, y1 - y0) * (1 + 2 * MARGIN)


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
