"""What may be said: the verdict on the pair, how it moved, and which methods stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from reports.model import Drift, Judgement, Range
from tracker.ages import age_label
from tracker.resemblance.bias import LEAST_STRANGERS
from tracker.resemblance.day_means import DayMeans
from tracker.resemblance.evidence import Codes
from tracker.resemblance.gate import Check
from tracker.resemblance.intervals import LEAST_DAYS, Array
from tracker.resemblance.multiplicity import benjamini_yekutieli, max_t
from tracker.resemblance.serial import Estimate
from tracker.resemblance.trend import Trend, fit_trend
from tracker.resemblance.verdict import compared, resembled, verdict
from tracker.study.scored import Scored

LEVEL = 0.05
MONTH = 365.2425 / 12
LAST_DAY = date.max.toordinal()
NOWHERE = Range(math.nan, math.nan, math.nan)


def ages_at(days: Codes, ages: Codes, born: date) -> Array:
    """Ages in months with their fraction, float64 `(days,)`.

    A day known to a span only stands in the middle of its month. No age leaves its complete
    month: calendar months differ in length.
    """
    exact = (days - born.toordinal()) / MONTH
    exact = np.where((days > 0) & (days <= LAST_DAY), exact, ages + 0.5)
    return np.asarray(np.clip(exact, ages, ages + 0.999))


def judge(
    scored: Scored,
    ages: Array,
    *,
    child: str,
    photo_days: Mapping[str, int],
    strangers: int,
    stopped: Iterable[str],
) -> Judgement:
    """The verdict on the first two relatives; `photo_days` are those of each, `ages` `(days,)` in
    months. Where a leak has `stopped` it, or there are too few strangers to know what chance
    gives, the numbers stay and nothing is said."""
    first, second = scored.days.relatives[:2]
    bias, error = scored.over_faces("bias"), scored.over_faces("bias_error")
    spread = scored.over_faces("bias_spread")
    known = strangers >= LEAST_STRANGERS and math.isfinite(spread)
    chance = math.hypot(spread, error) if known else 0.0
    difference = compared(scored.differences, ages, chance=chance)
    percentiles: list[Estimate | None] = [None, None]
    if known:
        percentiles = [
            resembled(scored.row("z", r), ages, chance=scored.over_faces("chance", r))
            for r in (0, 1)
        ]
    found = verdict((first, second), (percentiles[0], percentiles[1]), difference, child=child)
    made = Judgement(
        first=first,
        second=second,
        answer=found.answer,
        winner=found.winner,
        text=found.text,
        sentence=found.sentence,
        percentiles=(as_range(found.percentiles[0]), as_range(found.percentiles[1])),
        difference=as_range(difference),
        p_value=difference.p_value,
        lean=bias if known else math.nan,
        lean_error=error if known else math.nan,
        photo_days=found.photo_days,
    )
    few = [name for name in (first, second) if photo_days[name] < LEAST_DAYS]
    stopped = tuple(stopped)
    if stopped:
        return silenced(made, "", "", stopped)
    if few and found.photo_days >= LEAST_DAYS:
        return silenced(made, "not enough days", too_few(few, photo_days), ())
    if found.answer == "not enough days":
        return silenced(made, found.answer, found.sentence, ())
    if not known:
        return replace(
            silenced(made, "", "", (NO_COHORT.format(child=child),)), difference=made.difference
        )
    return made


NO_COHORT = (
    "Whether {child} looks like either by more than chance cannot be said yet: that takes "
    f"{LEAST_STRANGERS} or more unrelated people to compare with"
)


def silenced(made: Judgement, answer: str, sentence: str, stopped: tuple[str, ...]) -> Judgement:
    """The judgement without a claim, and without ranges that would look like one."""
    return replace(
        made,
        answer=answer,
        winner="",
        text=answer,
        sentence=sentence,
        percentiles=(without_range(made.percentiles[0]), without_range(made.percentiles[1])),
        difference=without_range(made.difference),
        p_value=math.nan,
        stopped=stopped,
    )


def too_few(names: list[str], photo_days: Mapping[str, int]) -> str:
    """Which relatives have photos of too few days, in words."""
    seen = " and ".join(
        f"{name} on {photo_days[name]} {'day' if photo_days[name] == 1 else 'days'}"
        for name in names
    )
    return (
        f"There are photos of {seen} only; it takes at least {LEAST_DAYS} days of each before "
        "anybody should say."
    )


def as_range(found: Estimate) -> Range:
    """A mean with its interval."""
    return Range(found.value, found.low, found.high)


def without_range(found: Range) -> Range:
    """The value alone."""
    return Range(found.value, math.nan, math.nan)


LEAST_FOR_CROSSING = 10
"""Unrelated people below whom a baby's face cannot be told from a likeness that changes: then no
crossing is named."""


def drift(
    scored: Scored,
    ages: Array,
    judgement: Judgement,
    *,
    child: str,
    strangers: int,
    silent: bool,
    seed: int,
) -> tuple[Drift, pd.DataFrame]:
    """How the difference moved, and its smooth: age_months, value, low, high.

    `silent` where nothing may be claimed. Where the sides change is not said either without
    unrelated people: a baby's round face may lean to one of the two until it is outgrown.
    """
    trend = fit_trend(ages, scored.differences, shared=scored.shared, seed=seed)
    silent = silent or judgement.answer == "not enough days"
    withheld = trend.withheld
    if not withheld and silent:
        withheld = "nothing may be said of these photos yet"
    crossing = trend.crossover
    certain = crossing.certain and not silent and strangers >= LEAST_FOR_CROSSING
    slope = trend.slope
    found = Drift(
        slope=NOWHERE if withheld else Range(slope.per_month, slope.low, slope.high),
        p_value=math.nan if withheld else trend.p_value,
        crossing=crossing.month if certain else None,
        crossing_low=crossing.low if certain else None,
        crossing_high=crossing.high if certain else None,
        p_none=math.nan if withheld else crossing.p_none,
        certain=certain,
        sentence="" if withheld else moved(trend, judgement, child, certain),
        days=trend.days,
        months=trend.months,
        withheld=withheld,
        rising=crossing.rising if certain else None,
    )
    curve = trend.curve
    if silent and len(curve):
        curve = curve.assign(low=np.nan, high=np.nan)
    return found, curve


def moved(trend: Trend, judgement: Judgement, child: str, certain: bool) -> str:
    """The trend in one sentence; a crossing only where it is `certain`."""
    first, second = judgement.first, judgement.second
    crossing = trend.crossover
    if certain and crossing.month is not None:
        before, after = (second, first) if crossing.rising else (first, second)
        low = "the first photos" if crossing.low is None else age_label(int(crossing.low))
        high = (
            "after the last ones" if crossing.high is None else age_label(math.ceil(crossing.high))
        )
        return (
            f"At first {child} looked more like {before}; since about "
            f"{age_label(round(crossing.month))} more like {after} "
            f"(the days allow from {low} to {high})."
        )
    if math.isfinite(trend.p_value) and trend.p_value < LEVEL:
        toward = first if trend.slope.per_month > 0 else second
        return (
            f"With the months {child} moves toward {toward}, but the photos do not show that the "
            "sides were changed."
        )
    return f"Whom {child} takes after has not changed in a way that these photos would show."


def tested(
    days: DayMeans,
    ages: Array,
    pair: tuple[str, str],
    checks: Mapping[str, Check],
    *,
    seed: int,
    silent: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`leads` and `overall` of a view with `p_value` and `stands`.

    A method's difference is tested against what its day-to-day spread and chance between
    unrelated children give: the months by max-T over all methods and months, the whole by
    Benjamini and Yekutieli over the methods. NaN where chance is not known. Where nothing may be
    claimed (`silent`), and for a method that works for a wrong reason, there are no ranges.
    """
    leads, overall = days.leads(*pair), days.overall(*pair)
    chances = np.array([_chance(checks.get(name)) for name in days.methods])
    differences = days.differences(*pair)
    grid = np.full((len(days.methods), len(np.unique(days.ages))), np.nan)
    whole = np.full(len(days.methods), np.nan)
    known = np.isfinite(chances)
    if known.any() and not silent:
        leans = np.array([_lean(checks.get(name)) for name in days.methods])
        centred = differences - leans[:, None]
        grid[known] = max_t(centred[known], days.ages, chance=chances[known], seed=seed)
        for m in np.flatnonzero(known):
            whole[m] = compared(centred[m], ages, chance=float(chances[m])).p_value
        whole = benjamini_yekutieli(whole)
    found = {
        (name, int(age)): grid[m, n]
        for m, name in enumerate(days.methods)
        for n, age in enumerate(np.unique(days.ages))
    }
    pairs = zip(leads["method"], leads["age_months"], strict=True)
    leads["p_value"] = np.array([found[m, int(a)] for m, a in pairs], dtype=np.float64)
    overall["p_value"] = whole[: len(overall)] if len(overall) else np.empty(0)
    wrong = {name for name, check in checks.items() if check.leak}
    for frame in (leads, overall):
        frame["stands"] = np.asarray(frame["p_value"] < LEVEL)
        mute = np.full(len(frame), silent) | frame["method"].isin(wrong).to_numpy()
        frame.loc[mute, ["low", "high"]] = np.nan
        frame.loc[mute, "leader"] = ""
        frame.loc[mute, "stands"] = False
    return leads, overall


def _chance(check: Check | None) -> float:
    return check.chance if check is not None and check.chance is not None else math.nan


def _lean(check: Check | None) -> float:
    return check.lean if check is not None and check.lean is not None else 0.0
