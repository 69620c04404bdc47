"""Fitting log-odds on faces whose owners are known, each with its own day left out. Pure.

What few photo-days cannot tell is as is usual among the people here (empirical Bayes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.identity.odds import Curve, Line, Odds

if TYPE_CHECKING:
    from tracker.identity.judge import Trials

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

SD_FLOOR = 0.02
"""Cosine. Keeps the odds finite for a person whose few photos are almost one picture."""

TOLD_APART = 1.5
"""Two people are too alike to tell where their differences lie nearer than one and a half times
the spread of one person's own: one face in four or five would be taken for the other."""

SHRUNK = 4
"""Photo-days that weigh as much as what is usual among the people here."""

LIKE_OTHERS = 0.1
"""People are about as like themselves as others are: the least that this varies by, as a share of
the distance. A face half-way between two is as near to both, as far as that."""

OWN_SPREAD, ITS_DAYS = 1 / 3, 12
"""A person's own faces spread over a third of their distance from others' faces. That weighs as
much as so many photo-days of own: of three photos one does not learn how much faces vary."""

UNLIKE_OTHERS = 0.5
"""How far two people are apart varies by half at least: there may be twins."""

ENOUGH = 20
"""Photo-days of strangers from which on they count by themselves."""

NEARER = 0.25
"""Somebody whom nobody named may be nearer than the known person they are like, by this share of
the distance."""

STRANGER, CROWD = -1, -2
"""Owners of trial faces that are nobody's known."""


def day_weights(keys: Ints) -> Floats:
    """A weight per face so that every photo-day weighs 1."""
    _, day, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / counts[day])


@dataclass(frozen=True, slots=True)
class Side:
    """Mean and variance of one side of a line, every photo-day weighing the same."""

    mean: float
    variance: float
    days: int


def side_of(values: Floats, keys: Ints) -> Side:
    """Of values of faces on these photo-days; what is not finite is left out."""
    good = np.isfinite(values)
    values, keys = values[good], keys[good]
    if not len(values):
        return Side(float("nan"), float("nan"), 0)
    weights = day_weights(keys)
    mean = float(np.average(values, weights=weights))
    variance = float(np.average((values - mean) ** 2, weights=weights))
    days = len(np.unique(keys))
    return Side(mean, variance * days / max(days - 1, 1), days)


def usual_variance(sides: Sequence[Side], *, middle: bool = False) -> float:
    """The variance within sides of two days or more, by their days; NaN without any.

    Their mean, or where `middle` is asked for their median: one face that was named wrongly is far
    from all others, and would make everybody look alike.
    """
    good = sorted((side for side in sides if side.days >= 2), key=lambda side: side.variance)
    if not good:
        return float("nan")
    variances, weights = (
        np.array(x) for x in zip(*((side.variance, side.days - 1) for side in good), strict=True)
    )
    if middle:
        reached = np.cumsum(weights) / weights.sum()
        return float(variances[np.searchsorted(reached, 0.5)])
    return float(np.average(variances, weights=weights))


def _lines_of(pairs: Sequence[tuple[Side, Side]]) -> list[Line | None]:
    """A line between the two sides of each, what few days cannot tell being as is usual here.

    Empirical Bayes: of each the distance of its means is drawn to the usual distance as far as it
    is uncertain, and the variance to the usual one.
    """
    usual = [usual_variance([both[side] for both in pairs], middle=True) for side in (0, 1)]
    found: list[tuple[float, float, float] | None] = []
    for both in pairs:
        if min(side.days for side in both) < 1 or not np.isfinite(usual).all():
            found.append(None)
            continue
        variances = [_drawn_to(side, one) for side, one in zip(both, usual, strict=True)]
        variance = max(sum(variances) / 2, SD_FLOOR**2)
        doubt = variance * (1 / both[0].days + 1 / both[1].days)
        found.append((both[0].mean - both[1].mean, variance, doubt))
    known = [one for one in found if one is not None]
    if not known:
        return [None] * len(pairs)
    gaps, _, doubts = np.array(known).T
    weights = 1 / doubts
    middle = max(float(np.average(gaps, weights=weights)), 0.0)
    between = float(np.average((gaps - middle) ** 2, weights=weights) - 1 / weights.mean())
    # Of two or three people's distances one does not learn how much distances vary.
    scatter = max(between, (UNLIKE_OTHERS * middle) ** 2, SD_FLOOR**2)
    lines: list[Line | None] = []
    for both, one in zip(pairs, found, strict=True):
        if one is None:
            lines.append(None)
            continue
        gap, variance, doubt = one
        share = scatter / (scatter + doubt)
        believed = share * gap + (1 - share) * middle
        left = share * doubt
        distance = max(believed, 0.0)
        # Of a face not seen yet: its own spread, and that the distance is not known exactly.
        spread = variance + left
        centre = (both[0].mean + both[1].mean) / 2 + (believed - gap) / 2 * (
            both[1].days - both[0].days
        ) / (both[1].days + both[0].days)
        varies = max(LIKE_OTHERS * middle, SD_FLOOR) ** 2
        centre *= varies / (varies + doubt / 4)
        lines.append(Line(centre, distance / spread, distance / float(np.sqrt(variance))))
    return lines


def odds_of(trials: Trials, pairs: dict[tuple[int, int], Line], people: int) -> list[Odds | None]:
    """Each person against everybody else."""
    strange = trials.not_these & (trials.owners == STRANGER)[:, None]
    far = [
        side_of(trials.near.values[rows, person], trials.keys[rows])
        for person, rows in enumerate(strange.T)
    ]
    enough = min((side.days for side in far), default=0) >= ENOUGH
    scales = [
        (side.mean, max(float(np.sqrt(side.variance)), SD_FLOOR)) if enough else (0.0, 1.0)
        for side in far
    ]
    middles, sds = np.array(scales).reshape(-1, 2).T
    values = (trials.near.values - middles) / sds
    own = _own(values, trials, SD_FLOOR / sds)
    found: list[Odds | None] = []
    for person, mine in enumerate(own):
        floor = float(SD_FLOOR / sds[person]) ** 2
        alike = [
            other
            for other in range(people)
            if other != person
            and (pair := pairs.get((min(person, other), max(person, other)))) is not None
            and pair.apart < TOLD_APART
        ]
        rest = trials.not_these[:, person] & ~np.isin(trials.owners, alike)
        groups = [rest & (trials.owners == other) for other in (*range(people), CROWD)]
        kin = [side_of(values[rows, person], trials.keys[rows]) for rows in groups]
        kin = [side for side in kin if side.days]
        rows = strange[:, person] if enough else rest
        far_off = side_of(values[rows, person], trials.keys[rows])
        if mine is None or far_off.days < 2:
            found.append(None)
            continue
        usual = usual_variance(kin)
        usual = usual if np.isfinite(usual) else mine.variance
        found.append(
            Odds(
                *scales[person],
                tuple(_curve(mine, side, usual, floor, NEARER) for side in kin),
                _curve(mine, far_off, far_off.variance, floor, 0.0),
            )
        )
    return found


def _curve(own: Side, others: Side, usual: float, floor: float, nearer: float) -> Curve:
    """A person's own faces against others'. Somebody unknown who is like these may be nearer, by
    the share `nearer` of the distance."""
    variance = max(_drawn_to(others, usual), floor) * (1 + 1 / others.days)
    return Curve(
        own.mean,
        own.variance,
        others.mean,
        variance + (nearer * max(own.mean - others.mean, 0.0)) ** 2,
    )


def _own(values: Floats, trials: Trials, floors: Floats) -> list[Side | None]:
    """How near each person's faces are to themselves, of a face not seen yet.

    Empirical Bayes: what few days cannot tell is as is usual among the people here, and what these
    cannot tell is as is usual everywhere (OWN_SPREAD). A person's mean is drawn to the usual one as
    far as it is uncertain, the variance to the usual one. None where nothing is known.
    """
    sides = [
        side_of(values[trials.owners == person, person], trials.keys[trials.owners == person])
        for person in range(values.shape[1])
    ]
    spread = usual_variance(sides)
    good = [side for side in sides if side.days]
    if not good or not np.isfinite(spread):
        return [None] * len(sides)
    means, days = np.array([(side.mean, side.days) for side in good]).T
    usual = float(np.average(means, weights=days))
    others = values[trials.not_these]
    distance = usual - float(np.nanmean(others)) if np.isfinite(others).any() else 0.0
    spread = _believed(spread, sides, (OWN_SPREAD * distance) ** 2)
    doubts = max(spread, 1e-9) / days
    between = float(np.average((means - usual) ** 2, weights=days) - doubts.mean())
    # Of two or three people one does not learn how much people vary.
    between = max(between, (LIKE_OTHERS * distance) ** 2, 1e-9)
    found: list[Side | None] = []
    for side, floor in zip(sides, floors.tolist(), strict=True):
        if not side.days:
            found.append(None)
            continue
        variance = max(_drawn_to(side, spread), floor**2)
        doubt = variance / side.days
        share = between / (between + doubt)
        found.append(
            Side(share * side.mean + (1 - share) * usual, variance + share * doubt, side.days)
        )
    return found


def _believed(spread: float, sides: Sequence[Side], usual: float) -> float:
    """The variance within these, drawn to what is `usual` in proportion: few days cannot tell."""
    if usual <= 0:
        return spread
    days = sum(max(side.days - 1, 0) for side in sides)
    return float(
        np.exp((days * np.log(max(spread, 1e-9)) + ITS_DAYS * np.log(usual)) / (days + ITS_DAYS))
    )


def _drawn_to(side: Side, usual: float) -> float:
    """The variance as far as so few days can tell, and for the rest what is usual."""
    return (usual * SHRUNK + side.variance * (side.days - 1)) / (SHRUNK + side.days - 1)


def pairs_of(trials: Trials, people: int) -> dict[tuple[int, int], Line]:
    """Every two people against each other."""
    sides = {}
    for one in range(people):
        for other in range(one + 1, people):
            difference = trials.near.values[:, one] - trials.near.values[:, other]
            first, second = (trials.owners == who for who in (one, other))
            sides[one, other] = (
                side_of(difference[first], trials.keys[first]),
                side_of(difference[second], trials.keys[second]),
            )
    lines = _lines_of(list(sides.values()))
    return {pair: line for pair, line in zip(sides, lines, strict=True) if line is not None}
