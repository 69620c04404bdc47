"""Which of several faces is the person who is known to be in the photo. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

NEAREST = 3
"""How many of somebody's faces a nearness averages: one would trust a single odd photo, all of
them would ask a child to look like every age at once."""


def pick_one(chances: npt.NDArray[np.floating[Any]], *, sure: float = 0.9) -> int | None:
    """Which of a photo's faces is the person known to be in it; None when it cannot be told.

    `chances` `(faces,)` are those of being that person. Exactly one face is, so the odds compete;
    the winner must have `sure` of them and be more likely the person than not.
    """
    if len(chances) == 0 or not np.isfinite(chances).all():
        return None
    odds = chances / np.maximum(1 - chances, 1e-9)
    best = int(np.argmax(odds))
    if chances[best] < 0.5 or odds[best] < sure * odds.sum():
        return None
    return best
