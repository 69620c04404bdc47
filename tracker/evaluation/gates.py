"""The gate table: every promise, what made-up children and families give, and what it has to be.

Each scenario is run again and again, and every promise becomes a row with its Monte Carlo error.
A gate is missed only where that error does not explain it: the limits are those of the method
(coverage from .93 to .97, false claims of at most .05, a lean of .50 +- .03), and a value may be
two Monte Carlo errors beyond. At 1,000 replicates that is .014 for a false claim.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd

from tracker.evaluation import synthetic, through_score
from tracker.evaluation.made_up import World
from tracker.evaluation.synthetic import LEVEL, Measures, Scenario
from tracker.resemblance.intervals import Array

GATES = ("scenario", "measure", "value", "error", "replicates", "low", "high", "passed")

SCENARIOS: tuple[Scenario | World, ...] = (*synthetic.SCENARIOS, *through_score.WORLDS)

COVERAGE = (0.93, 0.97)
LEAN = (0.47, 0.53)
MONTHS_OFF = 1.5
LEAST_P = 0.01
"""Kolmogorov's and Smirnov's p-value below which percentiles are not called uniform."""

ERRORS = 2.0
"""Monte Carlo standard errors by which a value may exceed its limits."""

TREND_DRAWS = 400
"""Curves drawn for one trend; a report draws 1,000."""

LEAST_REPLICATES = 1000
"""From how many replicates on the table is a proof; with fewer it is a glance."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value has to lie within, before the Monte Carlo error; None where no promise is."""

    low: float
    high: float


def limits_of(measure: str) -> Limits | None:
    """The method's limits for a row of the table."""
    kind, _, what = measure.partition(": ")
    if kind == "coverage":
        # A crossing outside of the ages seen is covered for certain: more than .97 is no fault.
        return Limits(COVERAGE[0], 1.0 if what == "crossing" else COVERAGE[1])
    if kind == "false":
        return Limits(0.0, LEVEL)
    if kind == "lean":
        return Limits(*LEAN)
    if kind == "months off":
        return Limits(0.0, MONTHS_OFF)
    if kind == "percentile":
        return Limits(LEAST_P, 1.0)
    return None


def named(names: Sequence[str]) -> tuple[Scenario | World, ...]:
    """The scenarios of these names, in the table's order; KeyError(name) where there is none."""
    for name in names:
        if name not in {scenario.name for scenario in SCENARIOS}:
            raise KeyError(name)
    return tuple(scenario for scenario in SCENARIOS if scenario.name in names)


def evaluate_synthetic(
    replicates: int = LEAST_REPLICATES,
    *,
    scenarios: Iterable[Scenario | World] = SCENARIOS,
    seed: int = 0,
    draws: int = TREND_DRAWS,
    jobs: int = 1,
    on_replicates: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """The gate table, columns `GATES`, one row per scenario and measure.

    `value` is a share over replicates ("months off" a median, "percentile" the p-value of
    uniformity by Kolmogorov and Smirnov), `error` its Monte Carlo standard error, `low` and
    `high` what it has to lie within, the allowance for that error included (NaN where nothing is
    promised) and `passed` whether it does (None where nothing is promised). `jobs` processes
    share the replicates; the numbers do not depend on it, nor on which other scenarios are run.
    `on_replicates(scenario, done, replicates)` is told how far it is.
    """
    rows: list[tuple[object, ...]] = []
    pool = _pool(jobs) if jobs > 1 else None
    try:
        for scenario in scenarios:
            number = [one.name for one in SCENARIOS].index(scenario.name)
            task = partial(_measure, scenario, draws=draws)
            seeds = [(seed, number, r) for r in range(replicates)]
            chunk = max(min(replicates // (4 * jobs), 25), 1)
            found = []
            for one in map(task, seeds) if pool is None else pool.map(task, seeds, chunksize=chunk):
                found.append(one)
                if on_replicates is not None:
                    on_replicates(scenario.name, len(found), replicates)
            rows += [(scenario.name, *row) for row in summarise(found)]
    except BaseException:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        raise
    if pool is not None:
        pool.shutdown()
    table = pd.DataFrame(rows, columns=list(GATES))
    return table.assign(passed=pd.Series([row[-1] for row in rows], dtype=object))


def _measure(scenario: Scenario | World, seed: Sequence[int], *, draws: int) -> Measures:
    if isinstance(scenario, Scenario):
        return synthetic.measure(scenario, seed, draws=draws)
    return through_score.measure(scenario, seed, draws=draws)


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Processes of one thread each: several threads on matrices this small only get in the way."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_one_thread)


def _one_thread() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError:  # it comes with scikit-learn
        return
    threadpool_limits(1)


def summarise(found: Sequence[Measures]) -> list[tuple[object, ...]]:
    """Rows of the gate table without the scenario: what many replicates give together."""
    rows: list[tuple[object, ...]] = []
    for name in dict.fromkeys(name for one in found for name in one):
        values = np.array([one[name] for one in found if name in one])
        values = values[~np.isnan(values)]
        value, error = _together(name, values)
        limits = limits_of(name)
        if limits is None:
            rows.append((name, value, error, len(values), math.nan, math.nan, None))
            continue
        low, high = _allowing(name, limits, values, error)
        passed = bool(low <= value <= high)
        rows.append((name, value, error, len(values), low, high, passed))
    return rows


def _together(name: str, values: Array) -> tuple[float, float]:
    """The value of a row and its Monte Carlo standard error, NaN where there is none."""
    kind = name.partition(":")[0]
    if not len(values):
        return math.nan, math.nan
    if kind == "months off":
        return _median(values)
    if kind == "percentile":
        from scipy.stats import kstest

        return float(kstest(values / 100, "uniform").pvalue), math.nan
    return float(values.mean()), float(values.std() / math.sqrt(len(values)))


def _allowing(name: str, limits: Limits, values: Array, error: float) -> tuple[float, float]:
    """The limits, `ERRORS` Monte Carlo errors wider.

    The error at a limit is that of a share which truly is there (so that twenty of twenty is no
    proof of too much coverage); where every replicate gives a share of its own, as over the
    months of a child, it is the measured one, which is smaller. Medians and p-values get none:
    the one lies far from its limit, and the other has the allowance in it.
    """
    if name.startswith(("months off", "percentile")) or not len(values):
        return limits.low, limits.high
    whole = bool(np.isin(values, (0.0, 1.0)).all())

    def at(limit: float) -> float:
        return math.sqrt(limit * (1 - limit) / len(values)) if whole else error

    low = max(limits.low - ERRORS * at(limits.low), 0.0)
    return low, min(limits.high + ERRORS * at(limits.high), 1.0)


def _median(values: Array) -> tuple[float, float]:
    """Median and its standard error, from the order statistics one deviation to either side."""
    ordered = np.sort(values)
    reach = math.sqrt(len(ordered)) / 2
    middle = (len(ordered) - 1) / 2
    low = ordered[max(math.floor(middle - reach), 0)]
    high = ordered[min(math.ceil(middle + reach), len(ordered) - 1)]
    return float(np.median(ordered)), float(high - low) / 2
