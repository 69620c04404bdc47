"""Which of the cohort's people are somebody of the family after all.

A cohort that holds the mother makes the child look unlike her. She is told by three things that
must all hold, each against what the faces at hand say:

- the stranger's photos are as close to hers as her own photos of other days are to each other
  (not in the lowest 1 %);
- they are nearer to that than to how close strangers are to her (above the middle of the two
  medians);
- no other stranger is nearly as close to her: so far above their median (in median deviations,
  as normal tails) that chance would do it in 5 % of all cohorts, for all strangers and all known
  people together.

The first alone would refuse look-alikes where her photos differ much, the last alone the one
baby among grown-ups. Nothing here is fitted to families.

Closeness is the mean cosine to a day's photos, meaned over days, as in `same_person`. A child is
asked about by age band, `by_band`: one that is put to all of its ages at once is hardly close to
itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from tracker.resemblance.cohort import band_of
from tracker.resemblance.evidence import Codes, Evidence, Vectors
from tracker.resemblance.intervals import Array
from tracker.resemblance.strangers import SAME_PERSON

LEVEL = 0.05

OWN = 0.01
"""Share of a person's own photos that are less like the others than what is taken for theirs."""

LEAST_FACES = 8
"""Closenesses below which neither a person's own spread nor that of strangers is known."""

MOST_FACES = 400
"""Faces of one known person that are looked at, spread evenly; more change nothing but time."""

NORMAL = 1.4826
"""Standard deviations of a normal in one median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Acquainted:
    """Stranger `member` looks like known person `person`, an index into the names of the known.

    `similarity` is their closeness, a mean cosine; `own` that of the person to themselves.
    """

    member: int
    person: int
    similarity: float
    own: float


def find_acquainted(vectors: Vectors, members: Codes, known: Evidence) -> list[Acquainted]:
    """Strangers who look like somebody known, each once, under the person they are nearest to.

    `vectors` float32 `(n, d)`, unit length, finite; `members` int `(n,)`, a number per stranger.
    Without known people nobody is found. A known person with one photo-day, or one whose own
    closeness is known for fewer than eight faces, is judged by how close all known people are to
    themselves; where that is not known either, by `SAME_PERSON`. With fewer than eight other
    strangers' faces, the faces of the other known people stand beside them.
    """
    if not len(vectors) or not len(known):
        return []
    everyone, place, counts = np.unique(members, return_inverse=True, return_counts=True)
    looks = [_Look.of(known, p) for p in range(len(known.names))]
    there = [p for p, look in enumerate(looks) if len(look.vectors)]
    own = {p: looks[p].own_closeness() for p in there}
    pooled = np.concatenate(list(own.values()))
    rare = float(ndtri(1 - LEVEL / (len(everyone) * len(there))))
    nearest: dict[int, Acquainted] = {}
    for p in there:
        near = looks[p].closeness(vectors)
        of_member = np.bincount(place, weights=near) / counts
        mine = own[p] if len(own[p]) >= LEAST_FACES else pooled
        enough = len(mine) >= LEAST_FACES
        least = float(np.quantile(mine, OWN)) if enough else SAME_PERSON
        usual = float(np.median(mine)) if enough else SAME_PERSON
        others = [looks[p].closeness(looks[q].vectors) for q in there if q != p]
        for m in np.flatnonzero(of_member >= least).tolist():
            similarity = float(of_member[m])
            rest = place != m
            middle, limit = _strangers(near[rest], 1 / counts[place[rest]], others, rare)
            if similarity <= max(limit, (middle + usual) / 2):
                continue
            member = int(everyone[m])
            if member not in nearest or similarity > nearest[member].similarity:
                nearest[member] = Acquainted(member, p, similarity, usual)
    return [nearest[member] for member in sorted(nearest)]


def by_band(known: Evidence) -> tuple[Evidence, Codes]:
    """The same faces with each person of an age band as somebody of their own.

    Gives the evidence and, int, the original person of each of its people. A person in one band,
    or of unknown age, stays as they are.
    """
    bands = band_of(np.where(known.ages >= 0, known.ages / 12.0, np.nan))
    kinds, people = np.unique(
        np.stack([known.people, bands], axis=1).astype(np.int64).reshape(-1, 2),
        axis=0,
        return_inverse=True,
    )
    names = tuple(known.names[person] for person in kinds[:, 0].tolist())
    split = Evidence(
        known.vectors,
        known.face_ids,
        people.reshape(-1),
        known.days,
        known.photos,
        known.ages,
        names,
    )
    return split, kinds[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A known person's faces, float32 `(n, d)`, spread over all there are; the mean face of each
    day, float64 `(days, d)`, and the day of each face."""

    vectors: Vectors
    day_means: Array
    day: Codes

    @classmethod
    def of(cls, known: Evidence, person: int) -> _Look:
        rows = np.flatnonzero(known.people == person)
        if len(rows) > MOST_FACES:
            rows = rows[np.linspace(0, len(rows) - 1, MOST_FACES).astype(np.int64)]
        vectors = known.vectors[rows]
        days, day = np.unique(known.days[rows], return_inverse=True)
        of_day = (day[None, :] == np.arange(len(days))[:, None]).astype(np.float64)
        return cls(vectors, of_day @ vectors / of_day.sum(axis=1, keepdims=True), day)

    def closeness(self, vectors: Vectors) -> Array:
        """Mean over days of the mean cosine `(n,)`: a mean of cosines is a cosine to a mean."""
        return np.asarray(vectors @ self.day_means.mean(axis=0))

    def own_closeness(self) -> Array:
        """The same of each face to the person's other days; empty where there is one day only."""
        days = len(self.day_means)
        if days < 2:
            return np.empty(0)
        others = (self.day_means.sum(axis=0)[None, :] - self.day_means[self.day]) / (days - 1)
        return np.asarray((self.vectors * others).sum(axis=1))


def _strangers(
    near: Array, weights: Array, others: list[Array], rare: float
) -> tuple[float, float]:
    """Median closeness of strangers, and `rare` standard deviations above it; -1 where nobody can
    tell.

    `near` `(f,)` of other strangers' faces, each stranger's weights summing to 1; `others` of the
    other known people, who may be kin: with them, each is only asked how far apart their own faces
    are.
    """
    if len(near) >= LEAST_FACES:
        middle = _weighted_median(near, weights)
        apart = _weighted_median(np.abs(near - middle), weights)
    else:
        groups = [group for group in (near, *others) if len(group)]
        if sum(map(len, groups)) < LEAST_FACES:
            return -1.0, -1.0
        middle = float(np.median([np.median(group) for group in groups]))
        apart = float(np.median(np.concatenate([np.abs(g - np.median(g)) for g in groups])))
    return middle, middle + rare * NORMAL * apart


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
