"""How likely each face is each known person, or nobody. Pure: arrays in, chances out.

A face's **nearness** to a person is the mean cosine to the few most similar of that person's faces
of about the same age (see `windows`), photos of the same day left out: they share their light.

Two kinds of lines turn nearness into log-odds, both fitted on the workspace's own confirmed faces,
each measured with its own day left out:

- a person against everybody else: own faces and others' faces are two Gaussians of one variance;
- one person against another: the same for the *difference* of the two nearnesses. Twins, and a
  parent the child takes after, are told apart by this line or not at all.

A face is somebody's as far as both agree (pairwise coupling: Price, Knerr, Personnaz & Dreyfus,
1994): `1 / chance = 1 + odds against nobody + sum of odds against each other person`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.identity import windows
from tracker.identity.match import NEAREST

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SD_FLOOR = 0.02
"""Cosine. Keeps the odds finite for a person whose few photos are almost one picture."""

CLIP = 20.0
"""Log-odds beyond this say nothing more and would overflow."""

NOBODY = 0.5
"""The share of faces expected to be nobody's where nothing is known of that. The people share the
rest alike."""

BELIEVED = 20.0
"""Faces that this expectation weighs as much as."""

TOLD_APART = 1.5
"""Two people are too alike to tell where their differences lie nearer than one and a half times
the spread of one person's own: one face in four or five would be taken for the other."""

FITTED_ON = 200
"""Faces of a person that the lines are fitted on; more change nothing but the time."""

AT_ONCE = 4096
"""Faces compared together."""

SHRUNK = 4
"""Photo-days that weigh as much as what is usual among the people here."""

LIKE_OTHERS = 0.1
"""People are about as like themselves as others are: the least that this varies by, as a share."""

UNLIKE_OTHERS = 0.5
"""How far two people are apart varies by half at least: there may be twins."""

ENOUGH = 20
"""Photo-days of strangers from which on they count by themselves."""

KIN = 0.02
"""The share of nobody's faces that are a relative's whom nobody named yet."""

NEARER = 0.25
"""Somebody whom nobody named may be nearer than the known person they are like, by this share of
the distance."""


STRANGER, CROWD = -1, -2
"""Owners of trial faces that are nobody's known."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces to compare, as aligned arrays.

    `vectors` float32 `(n, d)` of unit length; `days` float64, days since 1970 or NaN; `keys`
    int64, the same for all photos of one photo-day; `photos` int64, the same within a photo.
    """

    vectors: npt.NDArray[np.float32]
    days: Floats
    keys: Ints
    photos: Ints

    def __len__(self) -> int:
        """How many."""
        return len(self.keys)

    def take(self, rows: npt.NDArray[Any]) -> Faces:
        """Those of a mask or of row numbers."""
        return Faces(self.vectors[rows], self.days[rows], self.keys[rows], self.photos[rows])


def no_faces(dim: int) -> Faces:
    """None."""
    none = np.empty(0, np.int64)
    return Faces(np.empty((0, dim), np.float32), np.empty(0), none, none)


def together(parts: Sequence[Faces]) -> Faces:
    """All of them, one after the other."""
    return Faces(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Faces.__slots__)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Someone with a name: their confirmed faces, and the birth in days since 1970 or NaN."""

    faces: Faces
    born: float = float("nan")


@dataclass(frozen=True, slots=True)
class Line:
    """Log-odds as a straight line: nearer is never less likely. `apart` is the distance of the two
    means in standard deviations, as far as it is certain."""

    middle: float
    slope: float
    apart: float

    def __call__(self, values: Floats) -> Floats:
        """Log-odds of these values, within +-CLIP."""
        return np.asarray(np.clip(self.slope * (values - self.middle), -CLIP, CLIP))


@dataclass(frozen=True, slots=True)
class Curve:
    """Log-odds of two Gaussians, a person's own faces and others'.

    Where one's own faces are much like each other, somewhat near is not near enough: the spreads
    may differ. Nearer is never less likely: the curve is level beyond its peak or its trough.
    """

    own: float
    own_variance: float
    others: float
    others_variance: float

    def __call__(self, values: Floats) -> Floats:
        """Log-odds of these values, within +-CLIP."""
        if self.own <= self.others:
            return np.where(np.isnan(values), np.nan, -CLIP / 4)
        bend = 1 / self.own_variance - 1 / self.others_variance
        if bend != 0:
            turn = (self.own / self.own_variance - self.others / self.others_variance) / bend
            values = np.minimum(values, turn) if bend > 0 else np.maximum(values, turn)
        odds = 0.5 * (
            np.log(self.others_variance / self.own_variance)
            + (values - self.others) ** 2 / self.others_variance
            - (values - self.own) ** 2 / self.own_variance
        )
        return np.asarray(np.clip(odds, -CLIP, CLIP))


@dataclass(frozen=True, slots=True)
class Odds:
    """Log-odds that a face is a person and nobody known: a stranger (`strange`, fitted on people
    known to be unrelated, or without any on everybody else here), or somebody unknown who is about
    as near as one of the others here (`kin`, a curve for each).

    Nearness is counted in `sd`s from `middle`: what strangers' faces have to this person.
    """

    middle: float
    sd: float
    kin: tuple[Curve, ...]
    strange: Curve

    def __call__(self, values: Floats) -> Floats:
        """Log-odds of these values, the kinds of nobody by their shares."""
        values = (values - self.middle) / self.sd
        odds = -self.strange(values)
        for curve in self.kin:
            share = KIN / len(self.kin)
            with np.errstate(invalid="ignore"):  # where there is nothing to compare with
                odds = np.logaddexp(odds + np.log1p(-share), np.log(share) - curve(values))
        return np.asarray(-odds)


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Nearness `values` `(m, p)`, NaN where there is nothing to compare with; `far` `(m, p)` where
    the person's nearest photo is too far off in age."""

    values: Floats
    far: Mask

    def take(self, rows: npt.NDArray[Any]) -> Near:
        """Those of a mask or of row numbers."""
        return Near(self.values[rows], self.far[rows])

    def without(self, ruled_out: Mask) -> Near:
        """The same where `ruled_out` `(m, p)` people are out of the question."""
        return Near(np.where(ruled_out, np.nan, self.values), self.far)


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """The faces that a judge was fitted on, each with its own day left out.

    `near` is of all of them; `owners` `(m,)` is the known person's place, -1 for faces that are
    nobody's known (`not_these` `(m, p)` says for whom that is sure).
    """

    near: Near
    owners: Ints
    keys: Ints
    not_these: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Knows people and says how likely a face is theirs. Made by `fit`.

    `shares` `(p + 1,)` are how often each is expected before looking, nobody last.
    """

    known: tuple[Known, ...]
    odds: tuple[Odds | None, ...]
    pairs: dict[tuple[int, int], Line]
    trials: Trials
    shares: Floats

    def near(self, probes: Faces) -> Near:
        """How near each probe is to each person."""
        return nearness(self.known, probes)

    def chances(self, near: Near) -> Floats:
        """Chance `(m, p)` that each face is each person; the rest of a row is nobody's."""
        against = _against(near, self.odds)
        return coupled(near, against, self.pairs, self.shares)

    def doubles(self) -> list[int]:
        """The people who cannot be told from somebody else here."""
        alike = [pair for pair, line in self.pairs.items() if line.apart < TOLD_APART]
        return sorted({person for pair in alike for person in pair})

    @property
    def own_level(self) -> tuple[float, float]:
        """Mean and spread of people's nearness to themselves, over all; (2, 0) where unknown."""
        sides = [
            _side(self.trials.near.values[mine, person], self.trials.keys[mine])
            for person in range(len(self.known))
            for mine in (self.trials.owners == person,)
        ]
        good = [side for side in sides if side.days >= 2]
        if not good:
            return 2.0, 0.0
        mean = float(np.average([one.mean for one in good], weights=[one.days for one in good]))
        return mean, float(np.sqrt(_usual_variance(good)))

    def too_alike(self, first: int, second: int) -> bool:
        """Whether two people cannot be told apart by their faces."""
        line = self.pairs.get((min(first, second), max(first, second)))
        return line is not None and line.apart < TOLD_APART


def fit(
    known: Sequence[Known],
    background: Faces | None = None,
    sample: Faces | None = None,
    nameless: Mask | None = None,
) -> Judge:
    """Learn from confirmed faces.

    `background` are faces of people who are none of these. `sample` are all faces of some photos,
    of which `nameless` have no name: of a photo's faces at most one is any one person, so all but
    the nearest are not; and from the nameless it is learned how often everybody is to be expected.
    """
    known = tuple(known)
    dim = known[0].faces.vectors.shape[1] if known else 0
    some = [one.faces.take(thinned(len(one.faces), FITTED_ON)) for one in known]
    extra = [background if background is not None else no_faces(dim)]
    extra.append(sample if sample is not None else no_faces(dim))
    counts = [len(part) for part in (*some, *extra)]
    owners = np.repeat([*range(len(known)), STRANGER, CROWD], counts)
    probes = together([*some, *extra])
    near = nearness(known, probes)
    not_these = (owners[:, None] != np.arange(len(known))[None, :]) & np.ones(
        (len(owners), len(known)), dtype=bool
    )
    start = len(owners) - counts[-1]
    if counts[-1]:
        not_these[start:] = _not_the_nearest(near.values[start:], extra[-1].photos)
    trials = Trials(near, owners, probes.keys, not_these)
    pairs = _pairs(trials, len(known))
    odds = tuple(_odds(trials, pairs, len(known)))
    rows = np.arange(start, len(owners))
    rows = rows[nameless] if nameless is not None else rows[:0]
    return Judge(known, odds, pairs, trials, _shares(_against(near.take(rows), odds)))


def nearness(known: Sequence[Known], probes: Faces) -> Near:
    """How near each probe is to each person, other days only and about the same age."""
    values = np.full((len(probes), len(known)), np.nan)
    far = np.zeros(values.shape, dtype=bool)
    for start in range(0, len(probes), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        part = probes.take(np.arange(len(probes))[rows])
        for person, one in enumerate(known):
            if not len(one.faces):
                continue
            there = part.keys[:, None] != one.faces.keys[None, :]
            among, too_far = windows.comparable(part.days, one.faces.days, one.born, there)
            similarity = part.vectors @ one.faces.vectors.T
            values[rows, person] = mean_of_largest(similarity, among, NEAREST)
            far[rows, person] = too_far
    return Near(values, far)


def mean_of_largest(similarity: Floats, among: Mask, nearest: int) -> Floats:
    """Row means of the `nearest` largest of the values that are `among`; NaN for an empty row."""
    values = np.where(among, similarity, -np.inf)
    if values.shape[1] > nearest:
        values = np.partition(values, values.shape[1] - nearest, axis=1)[:, -nearest:]
    there = np.isfinite(values)
    total = np.where(there, values, 0.0).sum(axis=1, dtype=np.float64)
    return np.where(there.any(axis=1), total / np.maximum(there.sum(axis=1), 1), np.nan)


def _against(near: Near, odds: Sequence[Odds | None]) -> Floats:
    """Log-odds `(m, p)` of each person against nobody; NaN for one who cannot be judged."""
    against = np.full(near.values.shape, np.nan)
    for person, one in enumerate(odds):
        if one is not None:
            against[:, person] = one(near.values[:, person])
    return against


def _shares(against: Floats) -> Floats:
    """How often each person is to be expected, and nobody: by expectation and maximisation over
    faces that have no name, beginning with what is believed before any."""
    m, p = against.shape
    before = np.append(np.full(p, (1 - NOBODY) / max(p, 1)), NOBODY if p else 1.0)
    shares: Floats = before.copy()
    likely = np.append(np.where(np.isfinite(against), np.exp(np.nan_to_num(against)), 0.0),
                       np.ones((m, 1)), axis=1)  # fmt: skip
    for _ in range(30):
        weights = likely * shares
        counted = (weights / weights.sum(axis=1, keepdims=True)).sum(axis=0)
        shares[:] = (counted + BELIEVED * before) / (m + BELIEVED)
    return shares


def coupled(
    near: Near, against: Floats, pairs: dict[tuple[int, int], Line], shares: Floats
) -> Floats:
    """Chances `(m, p)`: how likely somebody known is by all log-odds `against` nobody, and who by
    every two people against each other (pairwise coupling).

    Somebody without log-odds has no chance, and takes none from others.
    """
    m, p = against.shape
    able = np.isfinite(against)
    known = np.where(able, np.exp(np.nan_to_num(against)), 0.0) @ shares[:p]
    somebody = known / (known + shares[p])
    inverse = np.ones((m, p))
    for one in range(p):
        for other in range(one + 1, p):
            pair = pairs.get((one, other))
            told: Floats = against[:, one] - against[:, other]
            if pair is not None:
                told = pair(near.values[:, one] - near.values[:, other])
                told = told if pair.apart >= TOLD_APART else 0.0 * told
            both = able[:, one] & able[:, other]
            told = np.nan_to_num(told)
            inverse[:, one] += np.where(both, np.exp(-told), 0.0)
            inverse[:, other] += np.where(both, np.exp(told), 0.0)
    chances = np.where(able, somebody[:, None] / inverse, 0.0)
    # Too far off in age to be sure by looks: a question, never an answer.
    chances = np.where(near.far, np.minimum(chances, 0.5), chances)
    return np.asarray(chances / np.maximum(chances.sum(axis=1, keepdims=True), 1.0))


def thinned(count: int, most: int) -> Ints:
    """At most `most` row numbers, spread evenly."""
    if not count:
        return np.empty(0, np.int64)
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


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


def _side(values: Floats, keys: Ints) -> Side:
    good = np.isfinite(values)
    values, keys = values[good], keys[good]
    if not len(values):
        return Side(float("nan"), float("nan"), 0)
    weights = day_weights(keys)
    mean = float(np.average(values, weights=weights))
    variance = float(np.average((values - mean) ** 2, weights=weights))
    days = len(np.unique(keys))
    return Side(mean, variance * days / max(days - 1, 1), days)


def _usual_variance(sides: Sequence[Side], *, middle: bool = False) -> float:
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
    usual = [_usual_variance([both[side] for both in pairs], middle=True) for side in (0, 1)]
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
        lines.append(Line(centre, distance / spread, distance / float(np.sqrt(variance))))
    return lines


def _odds(trials: Trials, pairs: dict[tuple[int, int], Line], people: int) -> list[Odds | None]:
    """Each person against everybody else."""
    strange = trials.not_these & (trials.owners == STRANGER)[:, None]
    far = [
        _side(trials.near.values[rows, person], trials.keys[rows])
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
        kin = [_side(values[rows, person], trials.keys[rows]) for rows in groups]
        kin = [side for side in kin if side.days]
        rows = strange[:, person] if enough else rest
        far_off = _side(values[rows, person], trials.keys[rows])
        if mine is None or far_off.days < 2:
            found.append(None)
            continue
        usual = _usual_variance(kin)
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

    Empirical Bayes: what few days cannot tell is as is usual among the people here. A person's mean
    is drawn to the usual one as far as it is uncertain, the variance to the usual one. None where
    nothing is known.
    """
    sides = [
        _side(values[trials.owners == person, person], trials.keys[trials.owners == person])
        for person in range(values.shape[1])
    ]
    usual_variance = _usual_variance(sides)
    good = [side for side in sides if side.days]
    if not good or not np.isfinite(usual_variance):
        return [None] * len(sides)
    doubts = max(usual_variance, 1e-9) / np.array([side.days for side in good])
    means = np.array([side.mean for side in good])
    usual = float(np.average(means, weights=1 / doubts))
    between = float(np.average((means - usual) ** 2, weights=1 / doubts) - 1 / (1 / doubts).mean())
    # Of two or three people one does not learn how much people vary.
    others = values[trials.not_these]
    distance = usual - float(np.nanmean(others)) if np.isfinite(others).any() else 0.0
    between = max(between, (LIKE_OTHERS * distance) ** 2, 1e-9)
    found: list[Side | None] = []
    for side, floor in zip(sides, floors.tolist(), strict=True):
        if not side.days:
            found.append(None)
            continue
        variance = max(_drawn_to(side, usual_variance), floor**2)
        doubt = variance / side.days
        share = between / (between + doubt)
        found.append(
            Side(share * side.mean + (1 - share) * usual, variance + share * doubt, side.days)
        )
    return found


def _drawn_to(side: Side, usual: float) -> float:
    """The variance as far as so few days can tell, and for the rest what is usual."""
    return (usual * SHRUNK + side.variance * (side.days - 1)) / (SHRUNK + side.days - 1)


def _pairs(trials: Trials, people: int) -> dict[tuple[int, int], Line]:
    """Every two people against each other."""
    sides = {}
    for one in range(people):
        for other in range(one + 1, people):
            difference = trials.near.values[:, one] - trials.near.values[:, other]
            first, second = (trials.owners == who for who in (one, other))
            sides[one, other] = (
                _side(difference[first], trials.keys[first]),
                _side(difference[second], trials.keys[second]),
            )
    lines = _lines_of(list(sides.values()))
    return {pair: line for pair, line in zip(sides, lines, strict=True) if line is not None}


def _not_the_nearest(values: Floats, photos: Ints) -> Mask:
    """Which of a crowd's faces `(m, p)` are not a person: all of a photo but the nearest one."""
    not_mine = np.zeros(values.shape, dtype=bool)
    for photo in np.unique(photos):
        rows = np.flatnonzero(photos == photo)
        here = np.where(np.isnan(values[rows]), -np.inf, values[rows])
        not_mine[rows] = True
        not_mine[rows[here.argmax(axis=0)], np.arange(values.shape[1])] = False
    return not_mine
