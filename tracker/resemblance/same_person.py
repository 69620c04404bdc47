"""Which of the "child's" faces are a relative's own.

The same person is far nearer than kin: for a face network the median cosine is about .60 against
.125 between parent and child. So a face of the mother among the child's is told by two things
that must both hold, each against a null that is taken from the photos at hand:

- it is as close to her photos as her own photos of other days are (not in the lowest 5 %);
- it is closer to her than to the child at nearly that age, by more than the child's other faces
  ever are by chance (5 % for all faces together, by their median and median deviation).

Similarities are means over days of mean cosines. A mean cosine does not grow with the number of
photos, as a cosine with an average face does, so the many photos of one and the few of the other
can stand side by side. Faces of one day are never compared: a day's light makes strangers alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tracker.resemblance.evidence import Evidence, Mask
from tracker.resemblance.intervals import LEAST_DAYS, Array, Days

LEVEL = 0.05
NEAR_IN_AGE = 6
"""Months: how far from a face's age the child's other faces may be to stand for the child."""

LEAST_FACES = 8
"""Faces of the child below which its own spread is not known."""

MOST_ROUNDS = 5

FLAGGED = ("row", "face_id", "relative", "similarity", "to_child")


@dataclass(frozen=True, slots=True, eq=False)
class SamePerson:
    """`flagged`: one row per face that is a relative's own, columns `FLAGGED`; `row` is its place
    in the child's evidence, `similarity` its mean cosine to that relative, `to_child` to the
    child near that age. `unchecked`: sentences on what could not be told, for want of photos."""

    flagged: pd.DataFrame
    unchecked: tuple[str, ...]


def find_same_person(relatives: Evidence, child: Evidence) -> SamePerson:
    """Tell the relatives' own faces from the child's. See the module's docstring.

    A face is judged by comparison with faces of at least three other days, of the relative and
    of the child; where there are fewer, it stays with the child and `unchecked` says so.
    """
    unchecked = []
    nearest: dict[int, tuple[str, float, float]] = {}
    if len(child) < LEAST_FACES or len(np.unique(child.days)) <= LEAST_DAYS:
        return _result(nearest, child, ("the child has too few faces to tell whose they are",))
    among_all = _to_itself(child, np.ones(len(child), dtype=bool))
    for person, name in enumerate(relatives.names):
        theirs = relatives.only(relatives.people == person)
        if len(np.unique(theirs.days)) <= LEAST_DAYS:
            unchecked.append(f"{name} has photos of too few days to tell a face from the child's")
            continue
        similarity = mean_cosine(child, theirs)
        own = mean_cosine(theirs, theirs)
        own = own[~np.isnan(own)]
        if len(own) < LEAST_FACES:
            unchecked.append(f"{name} has too few photos to tell a face from the child's")
            continue
        rank = np.searchsorted(np.sort(own), similarity, side="right")
        as_own = (1 + rank) / (len(own) + 1) > LEVEL
        nearer = _nearer_than_chance(child, similarity, as_own, among_all)
        for row, to_child in nearer.items():
            if row not in nearest or similarity[row] > nearest[row][1]:
                nearest[row] = (name, float(similarity[row]), to_child)
    return _result(nearest, child, tuple(unchecked))


def mean_cosine(faces: Evidence, others: Evidence, *, months: int | None = None) -> Array:
    """Mean over the others' days of the mean cosine to that day's faces: float64 `(faces,)`.

    The face's own day and photo do not count, nor, with `months`, others further off in age. NaN
    where fewer than three days are left.
    """
    ages = others.ages.astype(np.int64) if months is not None else np.zeros(len(others), np.int64)
    of_days = Days.of(others.days, ages)
    days = len(of_days.ages)
    code = np.zeros(days, dtype=np.int64)
    code[of_days.day_of] = others.days
    counts = np.bincount(of_days.day_of, minlength=days).astype(np.float64)
    means = of_days.means(others.vectors.T.astype(np.float64)).T
    sums = means * counts[:, None]
    # A mean of cosines is a cosine to a mean: no table of all pairs is needed.
    total, found = np.zeros(len(faces)), np.zeros(len(faces))
    asked = faces.ages.astype(np.int64) if months is not None else np.zeros(len(faces), np.int64)
    for age in np.unique(asked):
        mine = np.flatnonzero(asked == age)
        near = np.abs(of_days.ages - age) <= months if months is not None else np.ones(days, bool)
        total[mine] = faces.vectors[mine] @ means[near].sum(axis=0)
        found[mine] = near.sum()
        shared = np.flatnonzero(near & np.isin(code, faces.days[mine]))
        if len(shared):  # a day has one entry among those near in age, or one for each age
            shared = shared[np.argsort(code[shared], kind="stable")]
            asked_days = faces.days[mine]
            start = np.searchsorted(code[shared], asked_days, side="left")
            stop = np.searchsorted(code[shared], asked_days, side="right")
            same = np.repeat(mine, stop - start)
            within = np.arange(len(same)) - np.repeat(
                np.cumsum(stop - start) - stop + start, stop - start
            )
            days_of = shared[np.repeat(start, stop - start) + within]
            own = np.einsum("ij,ij->i", faces.vectors[same], means[days_of])
            total -= np.bincount(same, own, minlength=len(faces))
            found -= np.bincount(same, minlength=len(faces))
    for face, other in _same_photo_another_day(faces, others):
        day = of_days.day_of[other]
        if months is not None and abs(int(asked[face]) - int(of_days.ages[day])) > months:
            continue
        cosine = faces.vectors[face].astype(np.float64)
        total[face] -= cosine @ means[day]
        left = counts[day] - 1
        if left:
            total[face] += cosine @ (sums[day] - others.vectors[other]) / left
        else:
            found[face] -= 1
    return np.asarray(np.where(found >= LEAST_DAYS, total / np.maximum(found, 1), np.nan))


def _same_photo_another_day(faces: Evidence, others: Evidence) -> list[tuple[int, int]]:
    """Pairs (face, other) of one photo that do not share a day: a date that is not known twice
    alike. There are hardly any."""
    if not len(faces) or not len(others):
        return []
    photos, first = np.unique(faces.photos, return_index=True)
    place = np.minimum(np.searchsorted(photos, others.photos), len(photos) - 1)
    shared = photos[place] == others.photos
    elsewhere = shared & (faces.days[first][place] != others.days)
    pairs = []
    for other in np.flatnonzero(elsewhere).tolist():
        same = (faces.photos == others.photos[other]) & (faces.days != others.days[other])
        pairs += [(face, other) for face in np.flatnonzero(same).tolist()]
    return pairs


def _to_itself(child: Evidence, its: Mask) -> Array:
    """Mean cosine of each face to those of the child's that are `its`, near in age if it can be."""
    own = child.only(its)
    near = mean_cosine(child, own, months=NEAR_IN_AGE)
    alone = np.isnan(near)
    if alone.any():
        near[alone] = mean_cosine(child.only(alone), own)
    return near


def _nearer_than_chance(
    child: Evidence, similarity: Array, as_own: Mask, to_child: Array
) -> dict[int, float]:
    """Rows that are nearer to the relative than the child's faces are by chance.

    `to_child` is how near each face is to all of the child's, were they its own. What is found
    is taken out of the child's faces and the rest looked at again, for a few of the relative's
    faces among the child's pull the child toward the relative.
    """
    from scipy.stats import norm

    found = np.zeros(len(child), dtype=bool)
    for _ in range(MOST_ROUNDS):
        if found.any():
            to_child = _to_itself(child, ~found)
        nearer = similarity - to_child
        known = nearer[~found & ~np.isnan(nearer)]
        if len(known) < LEAST_FACES:
            break
        middle = float(np.median(known))
        spread = 1.4826 * float(np.median(np.abs(known - middle)))  # sd of a normal
        limit = max(0.0, middle + float(norm.isf(LEVEL / len(known))) * spread)
        now = as_own & (nearer > limit)
        if not (now & ~found).any():
            break
        found |= now
    return {int(row): float(to_child[row]) for row in np.flatnonzero(found)}


def _result(
    nearest: dict[int, tuple[str, float, float]], child: Evidence, unchecked: tuple[str, ...]
) -> SamePerson:
    rows = [
        (row, int(child.face_ids[row]), name, similarity, to_child)
        for row, (name, similarity, to_child) in sorted(nearest.items())
    ]
    return SamePerson(pd.DataFrame(rows, columns=list(FLAGGED)), unchecked)
