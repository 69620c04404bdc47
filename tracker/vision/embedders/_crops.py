"""The check that every embedder makes of what it is given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tracker.vision.records import Pixels


def stacked(crops: Sequence[Pixels], size: tuple[int, int]) -> Pixels:
    """The crops as one uint8 array `(n, height, width, 3)`; n = 0 is legal.

    A crop of another type or another size than (width, height) raises ValueError.
    """
    width, height = size
    wanted = (height, width, 3)
    for crop in crops:
        if crop.shape != wanted or crop.dtype != np.uint8:
            raise ValueError(f"a crop is {crop.dtype} {crop.shape}, it should be uint8 {wanted}")
    if not len(crops):
        return np.empty((0, *wanted), dtype=np.uint8)
    return np.stack(list(crops))
