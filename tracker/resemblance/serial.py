"""Means of photo-days that remember each other, and of children who differ by chance.

Two things that a plain t interval over days does not know:

- *Successive days are alike* (a haircut, a cold, a season). With a lag-one correlation of .5 the
  variance of a mean of many days is three times what independent days would give.
- *Children differ by chance.* A stranger's child is nearer to one of two adults than to the
  other, on all of its days: more days do not make this go away. So whoever asks "is this more
  than chance?" adds the spread between unrelated children, `chance`, to the spread of days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tracker.resemblance.intervals import CONFIDENCE, LEAST_DAYS, Array

STRONGEST = 0.8
"""Lag-one correlation beyond which days are not told apart from a trend."""

OF_PHOTOS = 0.2
"""Share of a day mean's variance that its photos make: five of a day, correlated by .45."""

DEGREES = ((12, 1), (36, 3), (72, 5))
"""From how many days on a drift is a polynomial of which degree; a mean below."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval; bounds NaN where there is none.

    `days` are the photo-days behind it, `p_value` the two-sided probability of a mean so far
    from zero where the truth is zero (NaN where there is no interval).
    """

    value: float
    low: float
    high: float
    days: int
    p_value: float = float("nan")

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return bool(np.isfinite([self.value, self.low, self.high]).all())

    def holds(self, value: float) -> bool:
        """Whether the interval holds `value`; a missing interval holds everything."""
        return not self.known or self.low <= value <= self.high


def lag_one(residuals: Array, fitted: int = 1) -> Array:
    """Lag-one correlation over the last axis, of series in order of time, within [0, .8].

    `residuals` `(..., n)` about a fit with `fitted` coefficients (1 a mean, 2 a line). The
    estimate from a short series is too low: by (1 + 3r) / n about a mean and (2 + 4r) / n about
    a line (Kendall 1954, Marriott and Pope 1954), one more for every further coefficient; that is
    put back. A negative one counts as zero: days that shun each other are not a thing, and would
    make intervals shorter.
    """
    n = residuals.shape[-1]
    if n < fitted + 4:
        return np.zeros(residuals.shape[:-1])
    square = (residuals**2).sum(axis=-1)
    product = (residuals[..., 1:] * residuals[..., :-1]).sum(axis=-1)
    raw = np.divide(product, square, out=np.zeros_like(square), where=square > 0)
    corrected = (raw + fitted / n) / (1 - (fitted + 2) / n)
    return np.asarray(np.clip(corrected, 0.0, STRONGEST))


def prudent(memory: float, days: int) -> float:
    """The lag-one correlation to reckon with, where `memory` was estimated from `days`.

    What is below one standard error (Bartlett's 1 / sqrt(n)) counts as none; what is above gets
    half of its standard error on top, as too little of it does more harm than too much.
    """
    error = 1 / math.sqrt(days)
    if memory < error:
        return 0.0
    return min(memory + 0.5 * error * (1 - memory**2), STRONGEST)


def inflation(memory: Array, days: int) -> Array:
    """How many times the variance of a mean of `days` exceeds that of independent days.

    1 + 2 sum_k (1 - k/n) r_k, where r_1 is `memory` and later lags fall off more slowly than its
    powers: what a day's photos add by themselves (`OF_PHOTOS`) has no memory, so that what does
    remember, remembers longer than the first lag says.
    """
    memory = np.asarray(memory, dtype=np.float64)
    lasting = np.minimum(memory / (1 - OF_PHOTOS), 0.95)
    lags = np.arange(1, max(days, 1))
    correlation = memory[..., None] * lasting[..., None] ** (lags - 1)
    return np.asarray(1 + 2 * (correlation * (1 - lags / days)).sum(axis=-1))


def whitened(rows: Array, lasting: float) -> Array:
    """`rows` `(n, ...)` in order of time, without the likeness of successive days.

    Each day is taken to be a first-order autoregression of correlation `lasting` plus the noise
    of its own photos (`OF_PHOTOS` of the variance). What is independent of variance one comes
    out as such; a linear relation between two series holds between their whitened selves.
    """
    from scipy.linalg import solve_banded

    if lasting == 0 or len(rows) < 2:
        return rows
    new = np.concatenate([rows[:1], rows[1:] - lasting * rows[:-1]])
    return np.asarray(solve_banded((1, 0), _factor(lasting, len(rows)), new))


def log_volume(lasting: float, days: int) -> float:
    """Half the logarithm of the determinant of the days' correlation matrix."""
    return float(np.log(_factor(lasting, days)[0]).sum()) if lasting > 0 else 0.0


def _factor(lasting: float, days: int) -> Array:
    """Banded Cholesky factor, `(2, days)`, of the covariance of x(t) - lasting x(t-1).

    Such differences are correlated with their neighbours only.
    """
    from scipy.linalg import cholesky_banded

    band = np.empty((2, days))
    band[0] = (1 - OF_PHOTOS) * (1 - lasting**2) + OF_PHOTOS * (1 + lasting**2)
    band[0, 0] = 1.0
    band[1] = -lasting * OF_PHOTOS
    return np.asarray(cholesky_banded(band, lower=True))


def mean_of_days(
    values: Array, ages: Array | None = None, *, memory: float | None = None, chance: float = 0.0
) -> Estimate:
    """Mean of day means `(n,)`, in order of time, with a 95 % interval that knows `memory`.

    Days spread about their drift over `ages` (their order, if not given): see `about_drift`;
    the drift itself is no error of the mean. `memory` is the lag-one correlation of
    successive days, estimated about that drift if None. `chance` is the standard deviation, in
    the values' unit, by which unrelated children differ for good; degrees of freedom after
    Satterthwaite 1946. Below three days there is no interval. Values that are not finite are
    left out.
    """
    from scipy.stats import t

    values = np.asarray(values, dtype=np.float64)
    time = np.arange(len(values), dtype=np.float64) if ages is None else np.asarray(ages)
    kept = np.isfinite(values) & np.isfinite(time)
    values, time = values[kept], time[kept]
    days = len(values)
    mean = float(values.mean()) if days else float("nan")
    if days < LEAST_DAYS or not float(np.ptp(values)) > 0:
        return Estimate(mean, float("nan"), float("nan"), days)
    about, fitted = about_drift(time, values)
    told = memory
    if memory is None:
        memory = prudent(float(lag_one(about, fitted)), days)
    times = float(inflation(np.array(memory), days))
    # Days that are alike also hide some of their own spread from the sample's variance.
    hidden = max(1 - fitted * (times - 1) / (days - fitted), 0.1)
    of_days = float((about**2).sum()) / (days - fitted) / hidden * times / days
    freedom = max((days - fitted) / times, 1.0) if told is None else _freedom(told, days)
    total = of_days + chance**2
    if total <= 0:
        return Estimate(mean, float("nan"), float("nan"), days)
    if of_days > 0:
        freedom = min(freedom * (total / of_days) ** 2, 1e6)
    reach = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * total**0.5
    p_value = 2 * float(t.sf(abs(mean) / total**0.5, freedom))
    return Estimate(mean, mean - reach, mean + reach, days, p_value)


def _freedom(memory: float, days: int) -> float:
    """Degrees of freedom of the variance of days whose memory is told (Satterthwaite 1946).

    (trace S)^2 / trace S^2 of the covariance S of the days about their mean; of at most 60 days,
    beyond which it no longer matters.
    """
    days = min(days, 60)
    gaps = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    lasting = min(memory / (1 - OF_PHOTOS), 0.95)
    covariance = np.where(gaps == 0, 1.0, (1 - OF_PHOTOS) * lasting**gaps)
    centred = covariance - covariance.mean(axis=0)
    centred = centred - centred.mean(axis=1, keepdims=True)
    return float(np.trace(centred) ** 2 / (centred**2).sum())


def about_drift(time: Array, values: Array) -> tuple[Array, int]:
    """Residuals of `values` `(..., n)` about a polynomial in `time` `(n,)`, and its coefficients.

    Its degree grows with the number of values: `DEGREES`.
    """
    n = values.shape[-1]
    degree = max((d for least, d in DEGREES if n >= least), default=0)
    reach = float(np.ptp(time))
    if reach <= 0:
        degree = 0
    scaled = (time - time.mean()) / (reach or 1.0)
    q, _ = np.linalg.qr(np.vander(scaled, degree + 1))
    return np.asarray(values - (values @ q) @ q.T), degree + 1
