"""Made-up children whose truth is known: does the comparison claim what it may, and no more?

A replicate is one child: standardised similarities of its photo-days to two relatives, seen by
several methods. What is known about real albums sets the sizes: about four days a month and five
photos a day, photos of a day correlated by .3 to .6, a kin signal of 1.0 to 1.4 standard
deviations against strangers, and *children who differ by chance by one standard deviation*, on
all of their days. Successive days may remember each other.

"Picked" measures are about somebody who looks at all methods and shows the one that suits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tracker.resemblance.evidence import Codes
from tracker.resemblance.intervals import LEAST_DAYS, Array
from tracker.resemblance.multiplicity import benjamini_yekutieli, max_t
from tracker.resemblance.serial import about_drift, lag_one, mean_of_days, prudent
from tracker.resemblance.slope import fit_slope
from tracker.resemblance.trend import Trend, fit_trend
from tracker.resemblance.verdict import CHANCE_TWO, compared, resembled, verdict

METHODS = 8
LEVEL = 0.05
NOISE = 0.65
"""Spread of one photo's standardised similarity about its child's, in stranger deviations: a face
network finds .6 cosine between two photos of a person, so .4 of a photo's variance is noise."""

SHARED = 0.7
"""How much methods on the same embeddings have in common, of chance and of noise."""

Share = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`share` gives the first relative's share by age in months, None for a stranger's child.

    `memory` is the lag-one correlation of successive days' effects, `days` the mean number of
    photo-days a month, `missing` the months without photos, `lasting` the spread by which
    children differ for good. `null` scenarios have no winner and no drift.
    """

    name: str
    share: Share | None
    null: bool
    memory: float = 0.0
    months: int = 24
    days: float = 4.0
    missing: tuple[int, ...] = ()
    lasting: float = 1.0


def half(age: Array) -> Array:
    """Both relatives alike at any age."""
    return np.full_like(age, 0.5)


def steady(age: Array) -> Array:
    """From the first to the second at a steady pace, half at 11 months."""
    return np.clip(0.5 - 0.04 * (age - 11.0), 0.0, 1.0)


def turning(age: Array) -> Array:
    """From the first to the second in about half a year around 11 months."""
    return np.asarray(0.05 + 0.9 / (1 + np.exp((age - 11.0) / 2.0)))


GAPS = (4, 5, 6, 13, 18, 19)

SCENARIOS = (
    Scenario("strangers", None, null=True),
    Scenario("flat, half and half", half, null=True),
    Scenario("flat, nobody ahead", half, null=True, lasting=0.0),
    Scenario("flat, months missing", half, null=True, missing=GAPS),
    Scenario("flat, days remember .3", half, null=True, memory=0.3),
    Scenario("flat, days remember .5", half, null=True, memory=0.5),
    Scenario("linear crossing", steady, null=False),
    Scenario("sigmoid crossing", turning, null=False),
    Scenario("sigmoid, months missing", turning, null=False, missing=GAPS),
    Scenario("sigmoid, days remember .5", turning, null=False, memory=0.5),
)


@dataclass(frozen=True, slots=True, eq=False)
class Replicate:
    """One made-up child: `age` `(days,)` months with fractions, in order; `z` `(methods, 2, days)`
    day means of standardised similarity; `lasting` `(methods, 2)` what chance gave it; `gap` the
    kin signal at one half."""

    scenario: Scenario
    age: Array
    z: Array
    lasting: Array
    gap: float

    @property
    def difference(self) -> Array:
        """First minus second: `(methods, days)`."""
        return np.asarray(self.z[:, 0] - self.z[:, 1])

    def truth(self, age: Array, method: int = 0) -> Array:
        """The difference without the noise of days and photos, at `age`."""
        lasting = float(self.lasting[method, 0] - self.lasting[method, 1])
        first, second = _signal(self.scenario, age, self.gap).T
        return np.asarray(first - second + lasting)


def simulate(scenario: Scenario, seed: Sequence[int]) -> Replicate:
    """Make up one child; the same seed gives the same one."""
    rng = np.random.default_rng(list(seed))
    counts = rng.poisson(scenario.days, scenario.months)
    counts[list(scenario.missing)] = 0
    age = np.repeat(np.arange(scenario.months), counts) + rng.random(int(counts.sum()))
    age.sort()
    days = len(age)
    photos = 1 + rng.poisson(4.0, days)
    alike = rng.uniform(0.3, 0.6)
    gap = float(rng.uniform(1.0, 1.4))
    effect = remembering(_common(rng, (METHODS, 2, days)), scenario.memory)
    of_photos = _common(rng, (METHODS, 2, days)) / np.sqrt(photos)
    noise = NOISE * (math.sqrt(alike) * effect + math.sqrt(1 - alike) * of_photos)
    lasting = scenario.lasting * _common(rng, (METHODS, 2))
    z = _signal(scenario, age, gap).T[None] + lasting[..., None] + noise
    return Replicate(scenario, age, z, lasting, gap)


def _signal(scenario: Scenario, age: Array, gap: float) -> Array:
    """Expected similarity to each relative, `(len(age), 2)`: the gap at a share of one half."""
    if scenario.share is None:
        return np.zeros((len(age), 2))
    share = scenario.share(age)
    return 2 * gap * np.stack([share, 1 - share], axis=1)


def _common(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Standard normal, correlated by SHARED over the first axis (the methods)."""
    common = rng.standard_normal(shape[1:])
    return math.sqrt(SHARED) * common + math.sqrt(1 - SHARED) * rng.standard_normal(shape)


def remembering(innovations: Array, memory: float) -> Array:
    """First-order autoregression of unit variance over the last axis."""
    if memory == 0 or innovations.shape[-1] == 0:
        return innovations
    from scipy.signal import lfilter

    scaled = innovations * math.sqrt(1 - memory**2)
    scaled[..., 0] = innovations[..., 0]
    return np.asarray(lfilter([1.0], [1.0, -memory], scaled, axis=-1))


Measures = dict[str, float]


def measure(scenario: Scenario, seed: Sequence[int], *, draws: int = 400) -> Measures:
    """What is claimed about one made-up child, each against its truth; NaN where not asked."""
    child = simulate(scenario, seed)
    difference = child.difference
    trend = fit_trend(child.age, difference[0], seed=seed[-1], draws=draws)
    found: Measures = {}
    if trend.withheld:
        return found
    found |= _covered(child, trend)
    if scenario.null:
        found |= _false_claims(child, trend, seed=seed[-1], draws=draws)
    else:
        found |= _crossing(child, trend)
    return found


def _covered(child: Replicate, trend: Trend) -> Measures:
    age, value = child.age, child.difference[0]
    truth = child.truth(age)
    ages = trend.curve["age_months"].to_numpy()
    there = child.truth(ages)
    within = (trend.curve["low"].to_numpy() <= there) & (trend.curve["high"].to_numpy() >= there)
    # In a gap the band widens by what a curve may do, and a straight truth is held all the time.
    seen = np.isin(np.floor(ages), np.floor(age))
    overall = mean_of_days(value, age)
    found = {
        "coverage: band": float(within[seen].mean()),
        "coverage: mean of all days": float(overall.low <= truth.mean() <= overall.high),
        "coverage: month": _months_covered(age, value, truth),
    }
    if child.scenario.share is not turning:
        per_month = float((child.truth(np.array([11.5])) - child.truth(np.array([10.5])))[0])
        found["coverage: slope"] = float(trend.slope.low <= per_month <= trend.slope.high)
    return found


def _months_covered(age: Array, value: Array, truth: Array) -> float:
    """Share of months whose interval holds the truth; memory is that of the whole series."""
    memory = prudent(float(lag_one(*about_drift(age, value))), len(age))
    month = np.floor(age)
    covered = []
    for number in np.unique(month):
        mine = month == number
        if int(mine.sum()) >= LEAST_DAYS:
            found = mean_of_days(value[mine], memory=memory)
            covered.append(found.low <= truth[mine].mean() <= found.high)
    return float(np.mean(covered)) if covered else float("nan")


def _false_claims(child: Replicate, trend: Trend, *, seed: int, draws: int) -> Measures:
    age, difference = child.age, child.difference
    judged = verdict(
        ("first", "second"),
        (resembled(child.z[0, 0], age), resembled(child.z[0, 1], age)),
        compared(difference[0], age),
    )
    months: Codes = np.floor(age).astype(np.int64)
    chance = np.full(METHODS, CHANCE_TWO)
    grid = max_t(difference, months, chance=chance, draws=draws, seed=seed)
    overall = np.array([compared(row, age).p_value for row in difference])
    slopes = np.array([fit_slope(age, row).p_value for row in difference])
    found = {
        "false: winner": float(judged.winner != ""),
        "false: trend": float(trend.p_value < LEVEL),
        "false: crossing": float(trend.crossover.certain),
        "false: winner, method picked": _any(benjamini_yekutieli(overall)),
        "false: trend, method picked": _any(benjamini_yekutieli(slopes)),
        "false: month, method and month picked": _any(grid),
        "plain: winner, days alone": float(mean_of_days(difference[0], age).p_value < LEVEL),
        "plain: trend, method picked": _any(slopes),
    }
    if child.scenario.share is None:
        found["percentile: all days"] = resembled(child.z[0, 0], age).value
    return found


def _any(p_values: Array) -> float:
    return float(np.nanmin(p_values, initial=1.0) < LEVEL)


def _crossing(child: Replicate, trend: Trend) -> Measures:
    grid = np.linspace(child.age[0], child.age[-1], 2001)
    return on_crossing(grid, child.truth(grid), trend)


def on_crossing(grid: Array, truth: Array, trend: Trend) -> Measures:
    """Is the crossing found that a child's own `truth` makes over `grid`, from above to below?

    One outside of the ages seen must stay possible.
    """
    low, high = trend.crossover.low, trend.crossover.high
    below = np.flatnonzero(truth <= 0)
    root = math.nan
    if truth[0] <= 0:
        covered = low is None
    elif not len(below):
        covered = high is None
    else:
        root = _root(grid, truth, int(below[0]))
        covered = (low is None or low <= root) and (high is None or root <= high)
    found = {"coverage: crossing": float(covered)}
    if not math.isnan(root):
        month = trend.crossover.month
        found["months off: crossing"] = math.inf if month is None else abs(month - root)
        found["power: crossing certain"] = float(trend.crossover.certain)
    found["power: trend"] = float(trend.p_value < LEVEL)
    return found


def _root(grid: Array, truth: Array, below: int) -> float:
    """Where the line between two neighbours of `grid` meets zero."""
    above = below - 1
    part = truth[above] / (truth[above] - truth[below])
    return float(grid[above] + part * (grid[below] - grid[above]))
