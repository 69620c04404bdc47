"""Does the embedder lean? The same comparison, made with stranger children.

A network may put any girl nearer to any woman than to any man (60-64 % of the time for VGG-Face,
50 % for MobileFaceNet). So children of the cohort, of the child's sex and age, are put to the
very templates that the child is put to; how they differ between two relatives on average is taken
off the child's difference, and how much they differ among themselves says what chance does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tracker.resemblance.evidence import Codes
from tracker.resemblance.intervals import Array
from tracker.resemblance.strangers import Matched

LEAST_STRANGERS = 30
"""Stranger children below which a bias is not told from chance, and nothing is taken off."""


class Bias(NamedTuple):
    """How much nearer stranger children are to the first relative than to the second, in z.

    `error` is the standard error of `value`, `spread` the standard deviation of one stranger
    child's difference (mean over that child's faces). NaN where there are too few strangers;
    `value` is 0 then.
    """

    value: float
    error: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Lean:
    """What stranger children of each age band get, for faces of several bands.

    `of_band` maps a band to float64 `(m, R)`, the z of m stranger children; `bands` int
    `(faces,)` the child's faces.
    """

    of_band: dict[int, Array]
    bands: Codes

    def of(self, first: int, second: int) -> Bias:
        """The bias over the child's faces; errors of bands are not independent, so averaged."""
        parts = []
        for band, count in zip(*np.unique(self.bands, return_counts=True), strict=True):
            parts.append((count, *_bias(self.of_band[int(band)], first, second)))
        if not parts:
            return Bias(0.0, np.nan, np.nan)
        table = np.array(parts, dtype=np.float64)
        value, error, spread = np.average(table[:, 1:], axis=0, weights=table[:, 0])
        return Bias(float(value), float(error), float(spread))

    def spread(self, relative: int) -> float:
        """Standard deviation over stranger children of their z with one relative."""
        bands, counts = np.unique(self.bands, return_counts=True)
        values = [self.of_band[int(band)][:, relative] for band in bands]
        if not values or min(map(len, values)) < LEAST_STRANGERS:
            return float("nan")
        return float(np.average([v.std(ddof=1) for v in values], weights=counts))

    def by_face(self, first: int, second: int) -> Array:
        """The bias of each face's band, `(faces,)`."""
        known = {band: _bias(values, first, second).value for band, values in self.of_band.items()}
        return np.array([known[int(band)] for band in self.bands], dtype=np.float64)


def by_stranger(values: Array, matched: Matched) -> Array:
    """Mean over each stranger's faces: `(f, R)` to `(m, R)`."""
    means = np.zeros((len(matched.people), values.shape[1]))
    np.add.at(means, matched.owner, values / matched.photos[matched.owner][:, None])
    return means


def _bias(values: Array, first: int, second: int) -> Bias:
    difference = values[:, first] - values[:, second]
    if len(difference) < LEAST_STRANGERS:
        return Bias(0.0, np.nan, np.nan)
    spread = float(difference.std(ddof=1))
    return Bias(float(difference.mean()), spread / float(np.sqrt(len(difference))), spread)
