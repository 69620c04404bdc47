"""Which of somebody's own photos a photo is compared with: those of about the same age. Pure.

A face changes fast at first and slowly later, so the window grows with the age: three months to
either side for a baby, half a year at two, four and a half years at eighteen. One rule serves
everybody whose birth is known: a child, its brothers and sisters, and a mother's own baby pictures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]

NARROWEST = 92.0
"""Days to either side for a newborn."""

SHARE = 0.25
"""Of the age: how far the window reaches to either side from the first birthday on."""

FEWEST = 5
"""With fewer photos than this in the window, so many of the nearest in time are taken."""

FAR = 2.0
"""Widths of the window from which the nearest photo is too far off in age to be sure by."""


def half_width(age: Floats) -> Floats:
    """Days to either side at an age in days."""
    return np.asarray(np.maximum(NARROWEST, SHARE * age))


def comparable(days: Floats, own_days: Floats, born: float, there: Mask) -> tuple[Mask, Mask]:
    """(who is compared with what `(m, n)`, whose nearest photo is too far off in age `(m,)`).

    `days` `(m,)` and `own_days` `(n,)` are days since 1970, NaN where unknown; `born` likewise.
    `there` `(m, n)` leaves out pairs that are not to be compared for other reasons. Without a
    birth, and for a photo of unknown day, everything that is there is compared.
    """
    if np.isnan(born) or not there.size:
        return there, np.zeros(len(days), dtype=bool)
    gaps = np.abs(days[:, None] - own_days[None, :])
    gaps = np.where(there, np.where(np.isnan(gaps), np.inf, gaps), np.nan)
    ranked = np.sort(gaps, axis=1)  # NaN comes last
    # Half the window of the younger of the two ages would be stricter; a person is asked instead.
    width = half_width(np.maximum(days - born, 0.0))
    fewest = ranked[:, min(FEWEST, ranked.shape[1]) - 1]
    reach = np.fmax(width, np.where(np.isnan(fewest), np.inf, fewest))
    undated = np.isnan(days)
    far = ~undated & np.isfinite(ranked[:, 0]) & (ranked[:, 0] > FAR * width)
    far |= ~undated & np.isposinf(ranked[:, 0])
    reach[undated] = np.inf
    return there & (gaps <= reach[:, None]), far
