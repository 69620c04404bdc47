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
    looks = [_thinned(known.only(known.people == p)) for p in range(len(known.names))]
    there = [p for p, look in enumerate(looks) if len(look)]
    own = {p: _own_closeness(looks[p]) for p in there}
    pooled = np.concatenate(list(own.values()))
    chance = LEVEL / (len(everyone) * len(there))
    nearest: dict[int, Acquainted] = {}
    for p in there:
        near = _closeness(vectors, looks[p])
        of_member = np.bincount(place, weights=near) / counts
        mine = own[p] if len(own[p]) >= LEAST_FACES else pooled
        enough = len(mine) >= LEAST_FACES
        least = float(np.quantile(mine, OWN)) if enough else SAME_PERSON
        usual = float(np.median(mine)) if enough else SAME_PERSON
        others = [_closeness(looks[q].vectors, looks[p]) for q in there if q != p]
        for m in np.flatnonzero(of_member >= least).tolist():
            similarity = float(of_member[m])
            rest = place != m
            middle, limit = _strangers(near[rest], 1 / counts[place[rest]], others, chance)
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


def _thinned(look: Evidence) -> Evidence:
    if len(look) <= MOST_FACES:
        return look
    return look.only(np.linspace(0, len(look) - 1, MOST_FACES).astype(np.int64))


def _day_means(look: Evidence) -> tuple[Array, Codes]:
    """Mean face of each day, float64 `(days, d)`, and the day of each face."""
    _, day, counts = np.unique(look.days, return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), look.vectors.shape[1]))
    np.add.at(means, day, look.vectors)
    return means / counts[:, None], day


def _closeness(vectors: Vectors, look: Evidence) -> Array:
    """Mean over days of the mean cosine `(n,)`: a mean of cosines is a cosine to a mean."""
    means, _ = _day_means(look)
    return np.asarray(vectors.astype(np.float64) @ means.mean(axis=0))


def _own_closeness(look: Evidence) -> Array:
    """The same of each face to the person's other days; empty where there is one day only."""
    means, day = _day_means(look)
    days = len(means)
    if days < 2:
        return np.empty(0)
    others = (means.sum(axis=0)[None, :] - means[day]) / (days - 1)
    return np.asarray((look.vectors.astype(np.float64) * others).sum(axis=1))


def _strangers(
    near: Array, weights: Array, others: list[Array], chance: float
) -> tuple[float, float]:
    """Median closeness of strangers, and what one reaches with this chance; -1 where nobody can
    tell.

    `near` `(f,)` of other strangers' faces, each stranger's weights summing to 1; `others` of the
    other known people, who may be kin: with them, each is only asked how far apart their own faces
    are.
    """
    from scipy.stats import norm

    if len(near) >= LEAST_FACES:
        middle = _weighted_median(near, weights)
        apart = _weighted_median(np.abs(near - middle), weights)
    else:
        groups = [group for group in (near, *others) if len(group)]
        if sum(map(len, groups)) < LEAST_FACES:
            return -1.0, -1.0
        middle = float(np.median([np.median(group) for group in groups]))
        apart = float(np.median(np.concatenate([np.abs(g - np.median(g)) for g in groups])))
    return middle, middle + float(norm.isf(chance)) * NORMAL * apart


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
