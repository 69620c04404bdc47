"""Made-up families put through the resemblance score itself, from embeddings to the verdict.

`synthetic` tests the rules on standardised similarities; here the whole way is tested: centring,
templates of equally many photos, both nulls, the lean of small children, and the days that child
and parent share. A replicate is one family with a cohort of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tracker.evaluation.made_up import Family, World, make_family
from tracker.evaluation.synthetic import GAPS, LEVEL, Measures, half, on_crossing, steady, turning
from tracker.resemblance.cohort import Cohort
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.intervals import Array
from tracker.resemblance.score import Scores, score
from tracker.resemblance.strangers import Strangers
from tracker.resemblance.trend import fit_trend
from tracker.resemblance.verdict import compared, resembled, verdict

BABY, LEAN = 0.6, 0.4
"""A newborn's roundness beside its own looks of length one, and how much of it is in the second
parent's face as well."""

WORLDS = (
    World("score: strangers", None),
    World("score: flat, half and half", half),
    World("score: round babies only", half, baby=BABY, lean=LEAN),
    World("score: strangers, 10 and 200 photos", None, photos=(10, 200)),
    World("score: flat, 10 and 200 photos", half, photos=(10, 200)),
    World("score: strangers in the same photos", None, photos=(4, 4), together=(1.0, 0.0)),
    World("score: flat, months missing", half, missing=GAPS),
    World("score: flat, days remember .5", half, memory=0.5),
    World("score: linear crossing", steady),
    World("score: sigmoid crossing", turning),
    World("score: sigmoid, round babies", turning, baby=BABY, lean=LEAN),
)

DRAWS_OF_PHOTOS = 10
"""Draws of the parents' photos in one replicate. A report makes 25, and is steadier."""

PARENT_YEARS = 30.0


def measure(world: World, seed: Sequence[int], *, draws: int = 400) -> Measures:
    """What is claimed about one made-up family, against its truth. `draws` are of the trend."""
    family = make_family(world, seed)
    strangers = Strangers.of(cohort_of(family))
    if any(world.together):
        return _together(family, strangers, seed)
    found = scored(family.relatives, family.child, strangers, seed=seed[-1])
    first, second = found.relatives
    days = found.day_differences(first, second)
    age, difference = days["age_months"].to_numpy(), days["difference"].to_numpy()
    shared = found.shared_errors(first, second)
    trend = fit_trend(age, difference, shared=shared, seed=seed[-1], draws=draws)
    if trend.withheld:
        return {}
    if world.share is not None and world.share is not half:
        return on_crossing(*_by_day(family), trend)
    bias = found.bias(first, second)
    percentiles = tuple(
        resembled(found.day_scores(name)["z"].to_numpy(), age, chance=found.chance(name))
        for name in found.relatives
    )
    judged = verdict(
        (first, second),
        (percentiles[0], percentiles[1]),
        compared(difference, age, chance=math.hypot(bias.spread, bias.error)),
    )
    measures = {
        "false: winner": float(judged.winner != ""),
        "false: trend": float(trend.p_value < LEVEL),
        "false: crossing": float(trend.crossover.certain),
    }
    if world.baby:
        raw = _raw_differences(family, found)
        measures["plain: trend, cosine alone"] = float(fit_trend(age, raw).p_value < LEVEL)
    if world.share is None:
        measures |= _of_one_face(found, seed)
        # The cohort has one face of each, whose photo's noise makes strangers look more apart than
        # children with many days are: over all days the percentile keeps to the middle.
        outer = abs(percentiles[0].value - 50) > 47.5
        measures["false: all days in the outer 5%"] = float(outer)
    return measures


def cohort_of(family: Family) -> Cohort:
    """The family's strangers, one face each."""
    people = np.arange(len(family.cohort))
    names = tuple(map(str, people))
    return Cohort(family.cohort, people, family.cohort_years, family.cohort_sexes, names)


def scored(relatives: Evidence, child: Evidence, strangers: Strangers, *, seed: int) -> Scores:
    """The score of a made-up daughter of a mother and a father."""
    return score(
        relatives,
        child,
        strangers,
        sexes=("f", "m"),
        years=(PARENT_YEARS, PARENT_YEARS),
        child_sex="f",
        draws=DRAWS_OF_PHOTOS,
        seed=seed,
    )


def _of_one_face(found: Scores, seed: Sequence[int]) -> Measures:
    """One face of a stranger's child, since days of one child are alike; and where it leans."""
    first, second = found.relatives
    face = int(np.random.default_rng(list(seed)).integers(len(found.face_ids)))
    return {
        "percentile: one face, first": float(found.percentile[face, 0]),
        "percentile: one face, second": float(found.percentile[face, 1]),
        "lean: nearer the first": float(found.face_differences(first, second).mean() > 0),
    }


def _together(family: Family, strangers: Strangers, seed: Sequence[int]) -> Measures:
    """A stranger's child on the days that all photos of the first "parent" are of.

    "plain" is what would come out if nobody knew which photos and days they share.
    """
    relatives, child = family.relatives, family.child
    together = child.only(np.isin(child.days, relatives.days))
    found = scored(relatives, together, strangers, seed=seed[-1])
    if not len(found.face_ids):  # the first's photos are of one day: nothing may be compared
        return {}
    measures = _of_one_face(found, seed)
    numbers = np.arange(len(relatives), dtype=np.int64)
    apart = replace(relatives, days=numbers, photos=numbers)
    hidden = scored(apart, together, strangers, seed=seed[-1])
    nearer = hidden.face_differences(*relatives.names).mean() > 0
    return measures | {"plain: nearer the first, all photos": float(nearer)}


def _by_day(family: Family) -> tuple[Array, Array]:
    """Ages of the photo-days and the truth on them."""
    _, first = np.unique(family.child.days, return_index=True)
    first = first[np.argsort(family.age[first])]
    return family.age[first], family.truth[first]


def _raw_differences(family: Family, found: Scores) -> Array:
    """Day means of the plain cosine to the parents' mean faces, first less second."""
    people = family.relatives.people
    means = [family.relatives.vectors[people == p].mean(axis=0) for p in (0, 1)]
    first, second = (mean / np.linalg.norm(mean) for mean in means)
    rows = np.searchsorted(family.child.face_ids, found.face_ids)
    return found.days.means(family.child.vectors[rows] @ (first - second))
