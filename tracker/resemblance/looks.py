"""Whose age is not known: small child or grown-up, told by looks, where looks tell it clearly.

A baby is nearer to any baby than to its own grandfather. A cohort of babies and grown-ups whose
ages nobody gave is no measure for either, so the two are told apart: along the direction from the
relatives' mean face to the child's, less whatever part of it tells one parent from the other, so
that who counts as a child cannot move the comparison of the two.

Nothing is told where the faces along that direction are not plainly of two kinds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tracker.resemblance.cells import unit
from tracker.resemblance.cohort import Cohort
from tracker.resemblance.evidence import Evidence, Mask
from tracker.resemblance.intervals import Array, Days

GROWN = 13.0
"""Years from which a relative's photos count as a grown-up's."""

SMALL = 6.0
"""Years up to which the child's own photos count as a small child's."""

APART = 0.8
"""Share of the variance along the direction that two kinds must explain. One bell-shaped kind
cut in its middle explains 2 / pi = .64, a flat one .75; two plain kinds explain more."""

LEAST_EACH = 10
"""People of either kind below which nothing is told."""


def ages_by_looks(cohort: Cohort, relatives: Evidence, child: Evidence) -> tuple[Cohort, int, int]:
    """The cohort with ages for those whose age is not known: (cohort, small, grown), the numbers
    of people that were told to be small children and grown-ups.

    They get the median age of the child's photos, or of the relatives'. The cohort comes back as
    it is where the child is no small child, the relatives are not grown up, or looks do not tell.
    """
    unknown = np.isnan(cohort.ages)
    known_age = relatives.ages >= 0
    grown_ages = relatives.ages[known_age & (relatives.ages >= 12 * GROWN)] / 12
    years = child.ages[child.ages >= 0] / 12
    if not unknown.any() or not len(grown_ages) or not len(years) or np.median(years) > SMALL:
        return cohort, 0, 0
    grown = relatives.only(~known_age | (relatives.ages >= 12 * GROWN))
    direction = _from_grown_to_small(grown, child)
    _, of = np.unique(cohort.people[unknown], return_inverse=True)
    along = cohort.vectors[unknown].astype(np.float64) @ direction
    along = np.bincount(of, along) / np.bincount(of)
    small = _upper_kind(along)
    if small is None:
        return cohort, 0, 0
    told = np.where(small, float(np.median(years)), float(np.median(grown_ages)))
    ages = cohort.ages.copy()
    ages[unknown] = told[of]
    return replace(cohort, ages=ages), int(small.sum()), int((~small).sum())


def _from_grown_to_small(grown: Evidence, child: Evidence) -> Array:
    """The direction `(d,)`, at a right angle to what tells the relatives from each other."""
    means = []
    for person in range(len(grown.names)):
        mine = grown.only(grown.people == person)
        if len(mine):
            means.append(_mean_of_days(mine))
    direction = _mean_of_days(child) - np.mean(means, axis=0)
    between = np.array(means) - np.mean(means, axis=0)
    strength, turns = np.linalg.eigh(between @ between.T)
    kept = strength > 1e-9 * max(float(strength[-1]), 1e-12)
    axes = between.T @ (turns[:, kept] / np.sqrt(strength[kept]))
    return np.asarray(unit((direction - axes @ (axes.T @ direction))[None])[0])


def _mean_of_days(faces: Evidence) -> Array:
    days = Days.of(faces.days, np.zeros(len(faces), dtype=np.int64))
    return np.asarray(days.means(faces.vectors.T.astype(np.float64)).mean(axis=-1))


def _upper_kind(along: Array) -> Mask | None:
    """Which of two kinds are the upper one, cut where the two explain most (Otsu 1979); None
    where they explain too little, or one of them is too small."""
    ordered = np.sort(along)
    n = len(ordered)
    counts = np.arange(1, n)
    lower = np.cumsum(ordered)[:-1] / counts
    upper = (ordered.sum() - np.cumsum(ordered)[:-1]) / (n - counts)
    between = counts * (n - counts) / n**2 * (upper - lower) ** 2
    total = float(ordered.var())
    if n < 2 * LEAST_EACH or total <= 0:
        return None
    cut = int(between.argmax())
    if between[cut] / total < APART or not LEAST_EACH <= counts[cut] <= n - LEAST_EACH:
        return None
    return np.asarray(along > (ordered[cut] + ordered[cut + 1]) / 2)
