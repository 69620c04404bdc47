"""Means of photo-days and how far they can be trusted.

The unit is the photo-day, never the photo: photos of one day share light, clothes and mood, and
intervals over photos that claim 95 % then cover far less. Below three days there is no interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.resemblance.evidence import Codes

Array = npt.NDArray[np.float64]

LEAST_DAYS = 3
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Which face belongs to which photo-day: `day_of` int `(faces,)`; `ages` int `(days,)`."""

    day_of: Codes
    ages: Codes

    @classmethod
    def of(cls, days: Codes, ages: Codes) -> Days:
        """Number the days (a pair of day and age in months), in order of age, then of day."""
        pairs = np.stack([ages, days], axis=1).astype(np.int64)
        found, day_of = np.unique(pairs, axis=0, return_inverse=True)
        return cls(day_of.reshape(-1), found[:, 0])

    def means(self, values: Array) -> Array:
        """Mean over each day's faces: `(..., faces)` to `(..., days)`."""
        from scipy.sparse import csr_array

        faces, days = len(self.day_of), len(self.ages)
        weights = 1 / np.bincount(self.day_of, minlength=days)[self.day_of]
        member = csr_array((weights, (np.arange(faces), self.day_of)), shape=(faces, days))
        # Sparse: of 20,000 faces and 1,800 days a full matrix takes 300 MB, a second, and spreads
        # one face's NaN over all days.
        flat = np.asarray(values, dtype=np.float64).reshape(math.prod(values.shape[:-1]), faces)
        means: Array = np.asarray(flat @ member)
        return means.reshape(*values.shape[:-1], days)


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Mean and t interval over days, arrays of one shape; the bounds NaN below three days."""

    mean: Array
    low: Array
    high: Array


def over_days(values: Array) -> Interval:
    """Mean over the last axis, one entry a day, with its 95 % t interval (Student 1908).

    Days are taken as independent. The interval says how far the days at hand pin down the mean;
    it does not know how well the relatives' photos stand for the relatives.
    """
    from scipy.stats import t

    days = values.shape[-1]
    mean = values.mean(axis=-1) if days else np.full(values.shape[:-1], np.nan)
    if days < LEAST_DAYS:
        unknown = np.full_like(mean, np.nan)
        return Interval(mean, unknown, unknown)
    reach = t.ppf((1 + CONFIDENCE) / 2, days - 1) * values.std(axis=-1, ddof=1) / np.sqrt(days)
    return Interval(mean, mean - reach, mean + reach)


def spread_within(values: Array, groups: Codes) -> Array:
    """Standard deviation of days about the mean of their group (month), pooled over groups.

    `values` `(..., days)`, `groups` `(days,)`. Where no group has two days, the deviation about
    the overall mean; NaN for a single day or where nothing varies.
    """
    found, group_of = np.unique(groups, return_inverse=True)
    freedom = len(group_of) - len(found)
    if freedom < 1:
        group_of, freedom = np.zeros_like(group_of), len(group_of) - 1
    if freedom < 1:
        return np.full(values.shape[:-1], np.nan)
    about = Days(group_of, np.arange(int(group_of.max()) + 1)).means(values)[..., group_of]
    spread = np.sqrt(((values - about) ** 2).sum(axis=-1) / freedom)
    return np.asarray(np.where(spread > 1e-12, spread, np.nan))
