"""The finest levels of a search, looked at only where the next coarser one has a hint of a face.

The two finest levels have three quarters of all pixels, and in most of them there is nothing. A
face that only they can show well is seen by the next coarser level too, if not in its right size.
So what P-Net says there tells where to look. These places are laid beside each other in one
picture, the sheet, and P-Net says of each exactly what it would say of it in the whole level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from tracker.vision.halvings import Halvings
from tracker.vision.records import Pixels

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]

CELL = 12
"""P-Net looks at cells of 12 x 12 pixels, in steps of STRIDE."""

STRIDE = 2

HINTS = (0.2, 0.05)
"""Probabilities of a face from which the finest level, and the next, are looked at around there.
All of 170 drawn and real faces of 60 to 110 pixels show in the second finest level by .64 or more;
.2 keeps a neighbour's say in where a face is. In the third, .1 loses three of 323 faces of 60 to
100 pixels, .05 none."""

TOUCHING = np.ones((3, 3), bool)
"""Hints are reached out for by a cell each way, and are one where they touch then."""

SHEET_WIDTH, SHEET_STEP = 256, 64
"""Of the sheet. Its height is a multiple of SHEET_STEP: an engine makes itself ready for every
size that it meets."""

WORTHWHILE = 0.8
"""Where the sheet would have more than this share of the level, the whole level is looked at."""


def levels(
    image: Halvings,
    proposal: Callable[[Pixels], Floats],
    sizes: Sequence[tuple[int, int]],
    ratio: float,
) -> list[Floats]:
    """What P-Net, as `proposal`, says of the levels of `sizes` (width, height), the finest first:
    of each float32 `(5, rows, columns)`, with log-odds of -inf where it was not looked at.

    Each level is `ratio` times larger than the next.
    """
    said: list[Floats] = []
    for number, size in reversed(list(enumerate(sizes))):
        if said and number < len(HINTS):
            hints = said[-1][0] >= math.log(HINTS[number] / (1 - HINTS[number]))
            said.append(level(image, proposal, size, hints, ratio))
        else:
            said.append(proposal(image.whole(*size)))
    return said[::-1]


def level(
    image: Halvings,
    proposal: Callable[[Pixels], Floats],
    size: tuple[int, int],
    hints: npt.NDArray[np.bool_],
    ratio: float,
) -> Floats:
    """What P-Net says of the level of `size` around the `hints`, which are cells of the next."""
    width, height = size
    places = _places(hints, ratio, size)
    sides = STRIDE * (places[:, 2:] - places[:, :2] - 1) + CELL
    if sides[:, 0].max(initial=0) > SHEET_WIDTH:
        return proposal(image.whole(width, height))
    corners, rows = _laid(sides)
    if rows * SHEET_WIDTH > WORTHWHILE * width * height:
        return proposal(image.whole(width, height))
    found = np.full((5, _cells(height), _cells(width)), -np.inf, np.float32)
    if not len(places):
        return found
    sheet = Image.new("RGB", (SHEET_WIDTH, rows))
    boxes = np.concatenate([STRIDE * places[:, :2], STRIDE * places[:, :2] + sides], axis=1)
    for piece, corner in zip(image.pieces(size, boxes), corners.tolist(), strict=True):
        sheet.paste(piece, (corner[0], corner[1]))
    seen = proposal(np.asarray(sheet))
    for (x0, y0, x1, y1), (x, y) in zip(places.tolist(), (corners // STRIDE).tolist(), strict=True):
        found[:, y0:y1, x0:x1] = seen[:, y : y + y1 - y0, x : x + x1 - x0]
    return found


def _cells(side: int) -> int:
    """How many cells P-Net sees along a side; the last may reach beyond it by a pixel."""
    return (side - 1) // STRIDE - 4


def _places(hints: npt.NDArray[np.bool_], ratio: float, size: tuple[int, int]) -> Whole:
    """Rectangles around the hints, x0, y0, x1, y1 in cells of the finer level, `(n, 4)`."""
    if not hints.any():
        return np.empty((0, 4), np.int64)
    spots, _ = ndimage.label(ndimage.binary_dilation(hints, TOUCHING), TOUCHING)
    ends = [(x.start, y.start, x.stop - 1, y.stop - 1) for y, x in ndimage.find_objects(spots)]
    # The middle of cell number i is pixel 2 i + 6.
    finer = np.array(ends) * ratio + (ratio - 1) * CELL / 2 / STRIDE
    most = (np.array(size) - CELL) // STRIDE + 1  # those that lie in the level as a whole
    first = np.clip(np.floor(finer[:, :2]) - 1, 0, most - 1)
    last = np.clip(np.ceil(finer[:, 2:]) + 2, first + 1, most)
    return np.concatenate([first, last], axis=1).astype(np.int64)


def _laid(sides: Whole) -> tuple[Whole, int]:
    """Where rectangles of these widths and heights, `(n, 2)`, go in the sheet, and its height.

    They lie side by side in rows, the highest in the first.
    """
    corners = np.zeros_like(sides)
    x = y = bottom = 0
    for number in np.argsort(-sides[:, 1], kind="stable"):
        width, height = sides[number]
        if x + width > SHEET_WIDTH:
            x, y = 0, bottom
        corners[number] = x, y
        x, bottom = x + width, max(bottom, y + height)
    return corners, -(-int(bottom) // SHEET_STEP) * SHEET_STEP
