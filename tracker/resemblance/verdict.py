"""Four answers, and no fifth: what may be said about two relatives.

The rule takes its threshold from a null, never from a guess:

1. fewer than three photo-days, or no interval: *not enough days*;
2. both percentiles' intervals hold 50: *looks like neither* (chance explains both);
3. the interval of the difference holds 0: *too close to call*;
4. otherwise *looks more like* the one whom the difference favours - provided that he or she is
   resembled more than a stranger is; where the difference only says that one is resembled less
   than strangers are, it is *looks like neither*.

The intervals have to know that children differ by chance. A stranger's child is nearer to one of
two adults on all of its days; an interval over days alone then calls nearly every stranger's
child. So `resembled` and `compared` widen theirs by the spread between unrelated children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tracker.resemblance.intervals import LEAST_DAYS, Array
from tracker.resemblance.serial import Estimate, mean_of_days

Answer = Literal["looks more like", "too close to call", "looks like neither", "not enough days"]

ANSWERS: tuple[Answer, ...] = (
    "looks more like", "too close to call", "looks like neither", "not enough days",
)  # fmt: skip

CHANCE_ONE = 1.0
"""Spread of a standardised similarity between unrelated children: one, by its own definition."""

CHANCE_TWO = 2**0.5
"""Spread of the difference of two such, where the cohort does not tell it: they are independent
for unrelated relatives."""

NULL = 50.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of `ANSWERS`, in `text` with the name, in `sentence` for everybody.

    `winner` is a name, or "" for the other three answers. `percentiles` (0..100, first and second
    relative) and `difference` are the numbers behind it, `photo_days` the evidence.
    """

    answer: Answer
    winner: str
    text: str
    sentence: str
    percentiles: tuple[Estimate, Estimate]
    difference: Estimate
    photo_days: int


def resembled(z: Array, age: Array | None = None, *, chance: float = CHANCE_ONE) -> Estimate:
    """Percentile of a relative from day means of standardised similarity `(n,)`.

    The percentile is that of the mean over days among unrelated children, whose own means spread
    by `chance`: 100 Phi(mean / chance). Its interval holds 50 if and only if the interval of the
    mean holds zero. NaN without days.
    """
    from scipy.stats import norm

    found = mean_of_days(z, age, chance=chance)
    value, low, high = (
        100 * float(norm.cdf(x / chance)) for x in (found.value, found.low, found.high)
    )
    return Estimate(value, low, high, found.days, found.p_value)


def compared(
    difference: Array, age: Array | None = None, *, chance: float = CHANCE_TWO
) -> Estimate:
    """Mean of day differences `(n,)` with the interval that a verdict needs.

    `chance` is the standard deviation of the difference between unrelated children, the error of
    the measured bias included.
    """
    return mean_of_days(difference, age, chance=chance)


def verdict(
    names: tuple[str, str],
    percentiles: tuple[Estimate | None, Estimate | None],
    difference: Estimate,
    *,
    child: str = "the child",
) -> Verdict:
    """Judge `names[0]` against `names[1]`.

    `difference` is the first minus the second, as from `compared`; its `days` are the photo-days.
    `percentiles` as from `resembled`, None where there is no cohort to measure them on: the
    difference then decides alone.
    """
    nan = float("nan")
    none = Estimate(nan, nan, nan, difference.days)
    both = tuple(p or none for p in percentiles)
    answer, winner = _decide(names, (both[0], both[1]), difference)
    text = f"{answer} {winner}" if winner else answer
    sentence = _sentence(answer, winner, names, child, difference.days)
    return Verdict(answer, winner, text, sentence, (both[0], both[1]), difference, difference.days)


def _decide(
    names: tuple[str, str], percentiles: tuple[Estimate, Estimate], difference: Estimate
) -> tuple[Answer, str]:
    if difference.days < LEAST_DAYS or not difference.known:
        return "not enough days", ""
    known = [p.known for p in percentiles]
    if all(known) and all(p.holds(NULL) for p in percentiles):
        return "looks like neither", ""
    if difference.holds(0.0):
        return "too close to call", ""
    first = difference.value > 0
    ahead = percentiles[0] if first else percentiles[1]
    if ahead.known and not ahead.low > NULL:
        return "looks like neither", ""
    return "looks more like", names[0] if first else names[1]


def _sentence(answer: Answer, winner: str, names: tuple[str, str], child: str, days: int) -> str:
    first, second = names
    if answer == "looks more like":
        other = second if winner == first else first
        return (
            f"Over {days} days of photos, {child} looks more like {winner} than like {other}, "
            "and by more than chance gives."
        )
    if answer == "too close to call":
        return (
            f"Over {days} days of photos, {child} has something of {first} and something of "
            f"{second}, and neither is clearly ahead."
        )
    if answer == "looks like neither":
        return (
            f"Over {days} days of photos, {child} looks no more like {first} or {second} than "
            "somebody else's child might."
        )
    seen = "1 day" if days == 1 else f"{days} days"
    return (
        f"There are photos of {child} from {seen} only; it takes at least {LEAST_DAYS} days "
        "that differ before anybody should say."
    )


def lean_of(values: Array) -> float:
    """Share of days that lean to the first relative, for the words beside a verdict; NaN if none.

    A tie counts half.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan")
    return float((values > 0).mean() + (values == 0).mean() / 2)
