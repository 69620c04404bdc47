"""The smooth of a difference over age, its band, its slope, and where it crosses zero.

The smooth is a penalised cubic spline: second differences of neighbouring coefficients are
normal, a straight line is free (Eilers and Marx 1996; as a mixed model, Currie and Durban 2002),
and successive days remember each other (first-order autoregression). How wiggly the curve is and
how much days remember are not picked but averaged over, by their marginal likelihood on a grid.

Why a spline and not a Gaussian process: at equal coverage it costs days x coefficients instead
of days cubed, its straight line is free (a flat process pulls a steady drift toward zero), and
days and penalty share one small eigenproblem per grid value, so a fit takes some milliseconds.
Why averaged: the best single smoothness is too smooth as often as not, and the band then misses
the curve where it bends.

Draws are conditioned day-bootstraps (Matheron's rule; Wilson et al. 2020): a curve from the prior
plus whole days' residuals, drawn with replacement and scaled by the uncertainty of their size
(studentised), is put through the smoother, and what it missed is added to the fit. Plain
resampling of days would leave out the smoother's own bias.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tracker.resemblance.intervals import Array
from tracker.resemblance.serial import OF_PHOTOS, log_volume, whitened
from tracker.resemblance.slope import NO_SLOPE, Slope, fit_slope

LEAST_DAYS = 12
LEAST_MONTHS = 3
CURVE = ("age_months", "value", "low", "high")

STEP = 0.25
MOST_POINTS = 241
SPAN = 2.0
"""Months between knots; at most 24 pieces and at least 4."""

MEMORIES = np.linspace(0.0, 0.9, 10)
"""Correlation of successive days in what lasts; a share of each day, `OF_PHOTOS`, does not."""

ODDS = np.r_[0.7, np.full(9, 0.3 / 9)][:, None]
"""Before the data: rather likely that days do not remember each other at all."""

WIGGLES = np.logspace(-1.5, 0.75, 4)
"""Prior variance of the second differences' coefficients, over the variance of a day. None
smaller: a curve that is allowed to be all but straight misses a gentle bend for sure."""

SURE = 0.05


@dataclass(frozen=True, slots=True)
class Crossover:
    """Where the difference crosses zero, months of age.

    `month` is None where the smooth has no root; `low` and `high` bound it with 95 %, None where
    unbounded: the crossing may lie outside of the ages seen. `rising` tells the direction.
    `p_none` is the share of draws that do not cross for good: whose means before and after
    `month` are not on opposite sides of zero in that direction. (Any root at all is no evidence:
    a flat curve at zero wiggles through it all the time.)
    """

    month: float | None = None
    low: float | None = None
    high: float | None = None
    p_none: float = float("nan")
    rising: bool | None = None

    @property
    def certain(self) -> bool:
        """Whether one may say that there is a crossing: fewer than 5 % of the draws do not."""
        return self.month is not None and self.p_none < SURE


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """A smooth of day means over age.

    `curve` has columns `CURVE`, every quarter of a month (coarser over many years), and no rows
    where `withheld` gives the reason. `days` and `months` are what it was fitted on; `memory` is
    the mean lag-one correlation of days about the smooth.
    """

    curve: pd.DataFrame
    slope: Slope
    crossover: Crossover
    days: int
    months: int
    memory: float = float("nan")
    withheld: str = field(default="")

    @property
    def p_value(self) -> float:
        """Of no trend: two-sided, Mann-Kendall after pre-whitening."""
        return self.slope.p_value


def fit_trend(
    age: Array,
    value: Array,
    *,
    shared: Array | None = None,
    seed: int = 0,
    draws: int = 1000,
) -> Trend:
    """Smooth day means `value` `(n,)` over `age` `(n,)` in months, one entry per photo-day.

    `shared` `(n, k)` is what all days may have wrong in common (see `fit_slope`): the measured
    lean of the embedder, the relatives' few photos. More days do not average it out, so it is
    drawn anew with each curve.

    Days whose value or age is not finite are left out. Below 12 days or 3 months of age, or where
    nothing varies, everything is withheld and `Trend.withheld` says why.
    """
    age, value = np.asarray(age, dtype=np.float64), np.asarray(value, dtype=np.float64)
    kept = np.isfinite(age) & np.isfinite(value)
    if shared is not None:
        kept &= np.isfinite(shared).all(axis=1)
    order = np.flatnonzero(kept)[np.argsort(age[kept], kind="stable")]
    age, value = age[order], value[order]
    shared = None if shared is None else np.asarray(shared, dtype=np.float64)[order]
    months = len(np.unique(np.floor(age)))
    reason = _too_little(age, value, months)
    if reason:
        empty = pd.DataFrame(columns=list(CURVE), dtype=np.float64)
        return Trend(empty, NO_SLOPE, Crossover(), len(age), months, withheld=reason)
    scale = float(value.std())
    model = _Model.of(age, value / scale)
    grid = _grid(age)
    rng = np.random.default_rng(seed)
    curves = model.draw(grid, draws, rng) * scale
    if shared is not None:
        curves += _drawn(shared, age, grid, draws, rng)
    low, high = np.quantile(curves, (0.025, 0.975), axis=0)
    middle = curves.mean(axis=0)
    curve = pd.DataFrame(dict(zip(CURVE, (grid, middle, low, high), strict=True)))
    return Trend(
        curve, fit_slope(age, value, shared=shared), crossover(grid, middle, curves),
        len(age), months,
        memory=model.memory,
    )  # fmt: skip


def _drawn(shared: Array, age: Array, grid: Array, draws: int, rng: np.random.Generator) -> Array:
    """What all days may have wrong in common at the ages of `grid`: `(draws, g)`, mean zero."""
    at = np.stack([np.interp(grid, age, column) for column in shared.T], axis=1)
    errors = rng.standard_normal((draws, shared.shape[1]))
    return np.asarray((errors - errors.mean(axis=0)) @ at.T)


def crossover(grid: Array, middle: Array, curves: Array) -> Crossover:
    """Root of the smooth `middle` `(g,)` and of each draw `(draws, g)` over `grid` months.

    Where a curve has several roots, the one that best parts what lies above from what lies below
    zero is meant. A draw without a root in the smooth's direction has crossed before the first
    age seen or will after the last, whichever its sign says.
    """
    risen = _directed(grid, middle[None])
    falling, rising = float(risen[0][0]), float(risen[1][0])
    if np.isnan(falling) and np.isnan(rising):
        roots = _directed(grid, curves)
        return Crossover(p_none=float((np.isnan(roots[0]) & np.isnan(roots[1])).mean()))
    up = bool(middle[-1] > middle[0]) if np.isfinite(falling + rising) else np.isnan(falling)
    month = rising if up else falling
    roots_up = _directed(grid, curves)[int(up)]
    none = np.isnan(roots_up)
    above = curves.mean(axis=1) > 0
    outside = np.where(above == up, -np.inf, np.inf)
    low, high = np.quantile(np.where(none, outside, roots_up), (0.025, 0.975), method="nearest")
    return Crossover(
        month=month,
        low=float(low) if np.isfinite(low) else None,
        high=float(high) if np.isfinite(high) else None,
        p_none=1 - float(_parted(grid, curves, month, up).mean()),
        rising=bool(up),
    )


def _parted(grid: Array, curves: Array, month: float, up: bool) -> Array:
    """Which curves `(m, g)` lie on one side on average before `month`, and on the other after."""
    step = np.gradient(grid)
    before, after = grid <= month, grid >= month
    sign = 1.0 if up else -1.0
    first = curves[:, before] @ step[before]
    second = curves[:, after] @ step[after]
    return np.asarray((sign * first < 0) & (sign * second > 0))


def _directed(grid: Array, curves: Array) -> tuple[Array, Array]:
    """Best falling and best rising root of each curve `(m, g)`: two `(m,)`, NaN where none."""
    left, right = curves[:, :-1], curves[:, 1:]
    step = np.diff(grid)
    part = np.divide(left, left - right, out=np.zeros_like(left), where=left != right)
    area = np.cumsum(np.c_[np.zeros(len(curves)), (left + right) / 2 * step], axis=1)
    parted = 2 * area[:, :-1] + part * left * step - area[:, -1:]
    found = []
    for falls, sign in (((left > 0) & (right <= 0), 1.0), ((left < 0) & (right >= 0), -1.0)):
        best = np.where(falls, sign * parted, -np.inf).argmax(axis=1)
        rows = np.arange(len(curves))
        root = grid[best] + part[rows, best] * step[best]
        found.append(np.where(falls[rows, best], root, np.nan))
    return found[0], found[1]


def _too_little(age: Array, value: Array, months: int) -> str:
    if len(age) < LEAST_DAYS:
        return f"a trend needs photos of at least {LEAST_DAYS} days; there are {len(age)}"
    if months < LEAST_MONTHS:
        return f"a trend needs photos of at least {LEAST_MONTHS} months of age; there are {months}"
    if not float(np.ptp(value)) > 1e-12 * max(float(np.abs(value).max()), 1e-300):
        return "every day gives the same value, which real photos do not"
    return ""


def _grid(age: Array) -> Array:
    points = int(np.clip(np.ceil((age[-1] - age[0]) / STEP) + 1, 2, MOST_POINTS))
    return np.linspace(age[0], age[-1], points)


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """`line` `(n, 2)` and `bends` `(n, q)` whose coefficients are independent with one variance."""

    first: float
    last: float

    def at(self, age: Array) -> tuple[Array, Array]:
        from scipy.interpolate import BSpline

        pieces = int(np.clip(np.ceil((self.last - self.first) / SPAN), 4, 24))
        step = (self.last - self.first) / pieces
        knots = self.first + step * np.arange(-3, pieces + 4)
        knots[3], knots[-4] = self.first, self.last
        spline = BSpline.design_matrix(np.clip(age, self.first, self.last), knots, 3).toarray()
        bend = np.diff(np.eye(spline.shape[1]), n=2, axis=0)
        bends = spline @ bend.T @ np.linalg.inv(bend @ bend.T)
        middle = (self.first + self.last) / 2
        line = np.stack([np.ones_like(age), (age - middle) / (self.last - self.first)], axis=1)
        return line, np.asarray(bends)


@dataclass(frozen=True, slots=True, eq=False)
class _Whitened:
    """The problem for one memory: rows are innovations of unit variance.

    `bends` has the line projected out and is turned so that its columns are orthogonal, with
    squared lengths `size`; `turn` undoes that.
    """

    line: Array
    raw_bends: Array
    bends: Array
    turn: Array
    size: Array
    value: Array
    log_scale: float

    @classmethod
    def of(cls, memory: float, line: Array, bends: Array, value: Array) -> _Whitened:
        line, raw, value = (whitened(a, memory) for a in (line, bends, value))
        q, r = np.linalg.qr(line)
        projected = raw - q @ (q.T @ raw)
        size, turn = np.linalg.eigh(projected.T @ projected)
        log_scale = -log_volume(memory, len(value)) - float(np.log(np.abs(np.diag(r))).sum())
        return cls(line, raw, projected @ turn, turn, np.maximum(size, 0.0), value, log_scale)

    def likelihood(self, wiggles: Array) -> tuple[Array, Array]:
        """Log restricted likelihood and generalised sum of squares for each wiggle."""
        q, _ = np.linalg.qr(self.line)
        left = self.value - q @ (q.T @ self.value)
        along = self.bends.T @ left
        grown = 1 + np.outer(wiggles, self.size)
        squares = float(left @ left) - (wiggles[:, None] * along**2 / grown).sum(axis=1)
        squares = np.maximum(squares, 1e-12)
        freedom = len(self.value) - 2
        log = self.log_scale - 0.5 * np.log(grown).sum(axis=1) - 0.5 * freedom * np.log(squares)
        return log, squares

    def solve(self, targets: Array, wiggles: Array) -> tuple[Array, Array]:
        """Coefficients of line `(2, m)` and bends `(q, m)` for targets `(n, m)`, wiggles `(m,)`."""
        along = self.bends.T @ targets
        bends = self.turn @ (wiggles * along / (1 + wiggles * self.size[:, None]))
        line = np.linalg.lstsq(self.line, targets - self.raw_bends @ bends, rcond=None)[0]
        return np.asarray(line), np.asarray(bends)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    basis: _Basis
    whitened: tuple[_Whitened, ...]
    weights: Array
    squares: Array

    @classmethod
    def of(cls, age: Array, value: Array) -> _Model:
        basis = _Basis(float(age[0]), float(age[-1]))
        line, bends = basis.at(age)
        whitened = tuple(_Whitened.of(float(m), line, bends, value) for m in MEMORIES)
        logs, squares = zip(*(w.likelihood(WIGGLES) for w in whitened), strict=True)
        log = np.array(logs) + np.log(ODDS)
        weights = np.exp(log - log.max())
        return cls(basis, whitened, weights / weights.sum(), np.array(squares))

    @property
    def memory(self) -> float:
        return float(self.weights.sum(axis=1) @ MEMORIES) * (1 - OF_PHOTOS)

    def draw(self, ages: Array, draws: int, rng: np.random.Generator) -> Array:
        """Curves `(draws, len(ages))`."""
        cell = rng.choice(self.weights.size, size=draws, p=self.weights.reshape(-1))
        memory, wiggle = np.unravel_index(cell, self.weights.shape)
        line_at, bends_at = self.basis.at(ages)
        curves = np.empty((draws, len(ages)))
        for number in np.unique(memory):
            mine = np.flatnonzero(memory == number)
            line, bends = self._conditioned(int(number), wiggle[mine], rng)
            curves[mine] = (line_at @ line + bends_at @ bends).T
        return curves

    def _conditioned(
        self, memory: int, wiggle: np.ndarray, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        problem = self.whitened[memory]
        days, size = len(problem.value), len(wiggle)
        wiggles = WIGGLES[wiggle]
        freedom = days - 2
        variance = self.squares[memory, wiggle] / rng.chisquare(freedom, size)
        line, bends = problem.solve(problem.value[:, None], wiggles[:1])
        left = problem.value - problem.line @ line[:, 0] - problem.raw_bends @ bends[:, 0]
        left = left - left.mean()
        left = left / max(float(left.std()), 1e-12)
        noise = left[rng.integers(days, size=(days, size))] * np.sqrt(variance)
        prior = rng.standard_normal((problem.turn.shape[0], size)) * np.sqrt(variance * wiggles)
        targets = problem.value[:, None] - problem.raw_bends @ prior - noise
        line, missed = problem.solve(targets, wiggles)
        return line, missed + prior
