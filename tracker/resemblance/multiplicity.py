"""Many methods, many months: what stands out of pure noise.

Eight methods over 24 months of noise show some |z| above 1.96 nearly always, and whoever picks
the favourable method has looked at all of them. Two corrections for the whole grid:

- `benjamini_yekutieli`: the share of false ones among what is called real stays below the level
  whatever the methods have in common (Benjamini and Yekutieli 2001; scipy's implementation);
- `max_t`: no false one at all in 95 % of grids, by giving the days random signs, the same for all
  methods (Westfall and Young 1993). It knows how much the methods have in common, so it finds
  more when they agree.
"""

from __future__ import annotations

import numpy as np

from tracker.resemblance.evidence import Codes
from tracker.resemblance.intervals import Array, Days, spread_within
from tracker.resemblance.serial import STRONGEST, about_drift, inflation, lag_one

LEAST_DAYS = 3


def benjamini_yekutieli(p_values: Array) -> Array:
    """Adjusted p-values of the same shape; NaN (not tested) stays NaN and does not count."""
    from scipy.stats import false_discovery_control

    p_values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p_values.shape, np.nan)
    tested = np.isfinite(p_values)
    if tested.any():
        adjusted[tested] = false_discovery_control(p_values[tested], method="by")
    return adjusted


def max_t(
    values: Array,
    months: Codes,
    *,
    chance: Array | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> Array:
    """Family-wise adjusted p-values `(methods, months)` of day differences `(methods, days)`.

    `months` int `(days,)`, days in order of time; columns are the distinct months in order. Each
    cell's mean is set against the method's spread of days within months, allowing for the
    likeness of successive days; the null gives whole days random signs. `chance` `(methods,)` is
    how much unrelated children differ for good (see `serial`): it is drawn for each method apart,
    the least favourable case for the largest of them. Cells of fewer than three days are NaN.
    """
    values = np.asarray(values, dtype=np.float64)
    found, month_of = np.unique(months, return_inverse=True)
    counts = np.bincount(month_of, minlength=len(found))
    tested = counts >= LEAST_DAYS
    adjusted = np.full((len(values), len(found)), np.nan)
    spread = spread_within(values, months)
    usable = np.isfinite(spread)
    if not usable.any() or not tested.any():
        return adjusted
    values, spread = values[usable], spread[usable]
    lasting = np.zeros(len(values)) if chance is None else np.asarray(chance)[usable]
    memory = _memory(values, month_of)
    times = np.stack([inflation(memory, int(n)) for n in counts], axis=1)
    hidden = np.maximum(1 - (times - 1) / np.maximum(counts - 1, 1), 0.2)
    typical = (hidden * (counts - 1)).sum(axis=1) / max(int((counts - 1).sum()), 1)
    spread = spread / np.sqrt(typical)
    of_days = spread[:, None] ** 2 / counts * times
    error = np.sqrt(of_days + lasting[:, None] ** 2)
    averages = Days(month_of, np.arange(len(found)))
    observed = np.abs(averages.means(values) / error)[:, tested]
    rng = np.random.default_rng(seed)
    # A null day keeps its distance from its month, so that a true difference is no part of it.
    about = values - averages.means(values)[:, month_of]
    about *= (spread / np.maximum(about.std(axis=1), 1e-300))[:, None]
    days = values.shape[1]
    uncertain = memory[0] + rng.standard_normal(draws) * np.sqrt((1 - memory[0] ** 2) / days)
    uncertain = np.clip(uncertain, 0.0, STRONGEST)
    largest = np.empty(draws)
    for start in range(0, draws, 250):
        block = slice(start, min(start + 250, draws))
        size = block.stop - start
        signs = rng.choice(np.array([-1.0, 1.0]), size=(size, 1, values.shape[1]))
        drawn = averages.means(about * signs) * np.sqrt(_times(uncertain[block], counts))
        drawn = drawn + rng.standard_normal((size, len(values), 1)) * lasting[:, None]
        largest[block] = np.abs(drawn / error)[:, :, tested].max(axis=(1, 2))
    exceed = len(largest) - np.searchsorted(np.sort(largest), observed, side="left")
    rows = np.full((len(values), len(found)), np.nan)
    rows[:, tested] = (1 + exceed) / (1 + draws)
    adjusted[usable] = rows
    return adjusted


def _times(memory: Array, counts: Codes) -> Array:
    """Inflation of the variance of each month's mean: `(draws, 1, months)`."""
    return np.stack([inflation(memory, int(n)) for n in counts], axis=1)[:, None, :]


def _memory(values: Array, time: Codes) -> Array:
    about, fitted = about_drift(time.astype(np.float64), values)
    # Methods see the same days: their mean is steadier than what each tells of itself.
    return np.full(len(values), lag_one(about, fitted).mean())
