"""Boxes of a photo as it is stored, and of the same photo turned upright.

An orientation is EXIF's: 1 to 8, where 6 means that the stored picture is turned clockwise by a
quarter to stand upright; 0 is one that nobody noted. Anything else is read as 1. All numbers are
shares of width and height.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from tracker.metadata.records import Box

UNKNOWN = 0
AS_STORED = 1

SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations that swap width and height."""

_BACK = {6: 8, 8: 6}

LEAST_SIDE = 1e-5
"""Of a box, as a share: less is a point or a slip, not a face."""


def turned(box: Box, orientation: int) -> Box:
    """A box of the stored photo, as a box of the upright one."""
    (x0, y0), (x1, y1) = (_point(*corner, orientation) for corner in (box[:2], box[2:]))
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def turned_back(box: Box, orientation: int) -> Box:
    """A box of the upright photo, as a box of the stored one."""
    return turned(box, _BACK.get(orientation, orientation))


def _point(x: float, y: float, orientation: int) -> tuple[float, float]:
    if orientation in SIDEWAYS:
        x, y = y, x
    return (
        1 - x if orientation in {2, 3, 6, 7} else x,
        1 - y if orientation in {3, 4, 7, 8} else y,
    )


def sides(size: tuple[float, float], orientation: int) -> tuple[float, float]:
    """Width and height of the photo before it is turned, of that after, or the other way round."""
    width, height = max(size[0], 1), max(size[1], 1)
    return (height, width) if orientation in SIDEWAYS else (width, height)


def usable(box: Iterable[float]) -> Box | None:
    """The part of a box that is inside the photo; None where that is no face.

    A box around the whole picture says no more than none: some phones write it for every photo.
    """
    given = tuple(box)
    if not all(map(math.isfinite, given)):
        return None
    x0, y0, x1, y1 = (min(max(value, 0.0), 1.0) for value in given)
    if x1 - x0 < LEAST_SIDE or y1 - y0 < LEAST_SIDE or (x0, y0, x1, y1) == (0.0, 0.0, 1.0, 1.0):
        return None
    return x0, y0, x1, y1


def readings(
    box: Iterable[float],
    size: tuple[int, int],
    orientation: int,
    applied_to: tuple[float, float] | None = None,
) -> tuple[Box, ...]:
    """Where in the upright photo a box may be meant, the likeliest first; () where it is none.

    `size` is the upright photo's, `applied_to` the width and height the box was drawn on, where
    that is written. The standard says that boxes are of the stored photo, and most programs hold
    to it; some write them of the upright one. Width and height tell the two apart where the photo
    is stored lying down. A photo that was turned and stored anew may have kept its old boxes: then
    they stand across a photo that needs no turning.
    """
    good = usable(box)
    if good is None:
        return ()
    ways: tuple[int, ...] = (orientation, AS_STORED)
    if orientation in SIDEWAYS:
        if applied_to is not None and _across(applied_to, (size[1], size[0])):
            ways = (AS_STORED, orientation)
    elif applied_to is not None and _across(applied_to, size):
        ways = (6, 8, orientation)
    elif orientation == UNKNOWN:
        ways = (AS_STORED, 6, 8, 3)
    return tuple(dict.fromkeys(turned(good, way) for way in ways))


def _across(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether one lies where the other stands; squares do neither."""
    return (one[0] - one[1]) * (other[0] - other[1]) < 0
