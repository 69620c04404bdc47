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
from tracker.identity.alike import with_alike
from tracker.identity.fitting import (
    CROWD,
    SD_FLOOR,
    STRANGER,
    TOLD_APART,
    odds_of,
    pairs_of,
    side_of,
    usual_variance,
)
from tracker.identity.match import NEAREST
from tracker.identity.odds import Line, Odds

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NOBODY = 0.5
"""The share of faces expected to be nobody's where nothing is known of that. The people share the
rest alike."""

BELIEVED = 20.0
"""Faces that this expectation weighs as much as."""

FITTED_ON = 200
"""Faces of a person that the lines are fitted on; more change nothing but the time."""

LEAN = 0.02
"""Log-odds by which the nearer of two people leads who are too alike to be told apart."""

AT_ONCE = 4096
"""Faces compared together."""


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
            side_of(self.trials.near.values[mine, person], self.trials.keys[mine])
            for person in range(len(self.known))
            for mine in (self.trials.owners == person,)
        ]
        good = [side for side in sides if side.days >= 2]
        if not good:
            return 2.0, 0.0
        mean = float(np.average([one.mean for one in good], weights=[one.days for one in good]))
        return mean, float(np.sqrt(usual_variance(good)))

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
    pairs = pairs_of(trials, len(known))
    odds = tuple(odds_of(trials, pairs, len(known)))
    rows = np.arange(start, len(owners))
    rows = rows[nameless] if nameless is not None else rows[:0]
    asked = near.take(rows)
    odds = _with_alike(asked, odds, pairs)
    return Judge(known, odds, pairs, trials, _shares(_against(asked, odds)))


def _with_alike(
    asked: Near, odds: Sequence[Odds | None], pairs: dict[tuple[int, int], Line]
) -> tuple[Odds | None, ...]:
    """The log-odds once it is learned from faces without a name who may be like everybody."""
    against = _against(asked, odds)
    chances = coupled(asked, against, pairs, _shares(against))
    others = chances.sum(axis=1, keepdims=True) - chances
    return tuple(
        None if one is None else with_alike(one, asked.values[:, place], 1 - others[:, place])
        for place, one in enumerate(odds)
    )


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

    A row sums to the chance of somebody known; less only where a person's photos are too far off in
    age. Somebody without log-odds has no chance, and takes none from others.
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
                difference = near.values[:, one] - near.values[:, other]
                alike = pair.apart < TOLD_APART
                told = LEAN * np.clip(difference / SD_FLOOR, -1, 1) if alike else pair(difference)
            both = able[:, one] & able[:, other]
            told = np.nan_to_num(told)
            inverse[:, one] += np.where(both, np.exp(-told), 0.0)
            inverse[:, other] += np.where(both, np.exp(told), 0.0)
    weights = np.where(able, 1 / inverse, 0.0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    chances = somebody[:, None] * weights
    # Too far off in age to be sure by looks: a question, never an answer.
    return np.where(near.far, np.minimum(chances, 0.5), chances)


def thinned(count: int, most: int) -> Ints:
    """At most `most` row numbers, spread evenly."""
    if not count:
        return np.empty(0, np.int64)
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def _not_the_nearest(values: Floats, photos: Ints) -> Mask:
    """Which of a crowd's faces `(m, p)` are not a person: all of a photo but the nearest one."""
    not_mine = np.zeros(values.shape, dtype=bool)
    for photo in np.unique(photos):
        rows = np.flatnonzero(photos == photo)
        here = np.where(np.isnan(values[rows]), -np.inf, values[rows])
        not_mine[rows] = True
        not_mine[rows[here.argmax(axis=0)], np.arange(values.shape[1])] = False
    return not_mine
