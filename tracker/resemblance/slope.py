"""Whether a difference drifts with age, and by how much a month.

The slope is Theil-Sen's and the test Mann-Kendall's, both on days after pre-whitening. Plain
Mann-Kendall takes days that are alike for a trend: with a lag-one correlation of .3 it cries
wolf in 12 % of flat series at a nominal 5 %, and some remedies do worse.

Pre-whitening takes the likeness out and, done to the ages as to the values, leaves a linear trend
with its own slope (the modification of Wang and Swail 2001, here for uneven days and for days
with photo noise of their own). The memory is read from what remains about the trend, so that a
true trend is not taken for memory. The first days, which lack days before them, are left out
when whitened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.intervals import CONFIDENCE, Array
from tracker.resemblance.serial import OF_PHOTOS, lag_one, prudent, whitened

MOST_ROUNDS = 5
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Slope:
    """`per_month` with its 95 % interval `low` to `high`, in the values' unit a month.

    `p_value`: two-sided, of no trend. `memory`: the lag-one correlation that was taken out.
    """

    per_month: float
    low: float
    high: float
    p_value: float
    memory: float


NO_SLOPE = Slope(*[float("nan")] * 5)


def fit_slope(age: Array, value: Array, *, shared: Array | None = None) -> Slope:
    """Theil-Sen slope and Mann-Kendall test of day means `(n,)` in order of `age` (months).

    `shared` `(n, k)` is what all days may have wrong in common: k independent errors of one
    standard deviation. Days cannot tell it, however many they are; its own slope makes the
    interval wider and the test more cautious. At least six days at two ages, all finite;
    `NO_SLOPE` otherwise.
    """
    from scipy.stats import kendalltau, theilslopes

    if len(age) < 6 or not (np.isfinite(age).all() and np.isfinite(value).all()):
        return NO_SLOPE
    if not (np.ptp(age) > 0 and np.ptp(value) > 0):
        return NO_SLOPE
    memory, ages, values = 0.0, age, value
    slope = float(theilslopes(value, age)[0])
    for _ in range(MOST_ROUNDS):
        about = value - slope * age
        found = prudent(float(lag_one(about - about.mean(), 2)), len(age))
        if abs(found - memory) < 0.01:
            break
        memory = found
        lasting = min(memory / (1 - OF_PHOTOS), 0.95)
        start = WARM_UP if memory > 0 else 0
        ages, values = whitened(age, lasting)[start:], whitened(value, lasting)[start:]
        slope = float(theilslopes(values, ages)[0])
    tau = kendalltau(ages, values)
    line = theilslopes(values, ages, alpha=CONFIDENCE)
    of_days = Slope(float(line[0]), float(line[2]), float(line[3]), float(tau.pvalue), memory)
    return of_days if shared is None else _cautious(of_days, age, shared)


def _cautious(found: Slope, age: Array, shared: Array) -> Slope:
    """The slope with an error of its own that no day tells: the slopes of `shared` errors."""
    from scipy.stats import norm

    off = age - age.mean()
    error = float(np.linalg.norm(off @ shared / (off @ off)))
    reach = float(norm.ppf((1 + CONFIDENCE) / 2))
    of_days = max((found.high - found.low) / (2 * reach), 1e-12)
    z = float(norm.isf(found.p_value / 2)) / float(np.hypot(1.0, error / of_days))
    return Slope(
        found.per_month,
        found.per_month - float(np.hypot(found.per_month - found.low, reach * error)),
        found.per_month + float(np.hypot(found.high - found.per_month, reach * error)),
        2 * float(norm.sf(z)),
        found.memory,
    )
