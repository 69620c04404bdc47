"""Made-up families as embeddings: the world in which the score itself is put to the test.

A person is a direction in a space of looks; a photo adds what the day did (light, mood) and what
the moment did, and is brought to unit length. The child is

    norm(w(a) mother + (1 - w(a)) father + alpha child) + nu(a) baby + day + photo,

`baby` being the roundness that all small children share, strangers' children too, and which may
lean to one parent. `alpha` puts the kin signal at one half between 1.0 and 1.4 deviations of
strangers' cosines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.evaluation.synthetic import Share, remembering
from tracker.resemblance.evidence import Codes, Evidence, Vectors
from tracker.resemblance.intervals import Array

DIMENSIONS = 64
NOISE = 0.8
"""Length of a photo's noise beside a person's one: two photos of a person then have cosine .6."""

FIRST_DAY = 15_000
FIRST_CHILD_FACE = 1_000_000
MOST_DAYS = 1000
PARENTS = ("Anna", "Ben")


@dataclass(frozen=True, slots=True)
class World:
    """`share` as in `Scenario`, None for a stranger's child. `baby` is the strength of what small
    children share at birth (it halves every eight months) and `lean` how much of it points to the
    second parent. `photos` of either parent, `together` the share of either's photos that show
    the child too; `strangers` people in the cohort per band of age and sex. `memory` and
    `missing` as in `Scenario`.
    """

    name: str
    share: Share | None
    baby: float = 0.0
    lean: float = 0.0
    photos: tuple[int, int] = (40, 40)
    together: tuple[float, float] = (0.0, 0.0)
    months: int = 24
    days: float = 4.0
    strangers: int = 100
    memory: float = 0.0
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What the score is given, and the child's `looks` `(faces, d)` without day and photo noise.

    `age` are months with fractions per face; `truth` `(faces,)` is the difference of cosines of
    the child's looks to the first and the second parent's, less what all small children share.
    The cohort is one face a person: `cohort` `(m, d)`, `cohort_years` `(m,)`, `cohort_sexes` "f"
    or "m".
    """

    relatives: Evidence
    child: Evidence
    age: Array
    looks: Array
    truth: Array
    cohort: Vectors
    cohort_years: Array
    cohort_sexes: tuple[str, ...]


def make_family(world: World, seed: Sequence[int]) -> Family:
    """Make up one family with its cohort; the same seed gives the same one."""
    rng = np.random.default_rng(list(seed))
    looks = _unit(rng.standard_normal((2, DIMENSIONS)))
    baby = _unit(world.lean * looks[1] + math.sqrt(1 - world.lean**2) * _unit(_normal(rng, 1))[0])
    alike = float(rng.uniform(0.3, 0.6))
    counts = rng.poisson(world.days, world.months)
    counts[list(world.missing)] = 0
    day_age = np.sort(np.repeat(np.arange(world.months), counts) + rng.random(int(counts.sum())))
    on_day = FIRST_DAY + np.floor(day_age * 30.44).astype(np.int64)
    of_days = remembering(_normal(rng, len(day_age)).T, world.memory).T
    day_of: Codes = np.repeat(np.arange(len(day_age)), 1 + rng.poisson(4.0, len(day_age)))
    age = day_age[day_of]
    kin = _kin_looks(world, age, looks, rng)
    true = kin + baby_strength(world, age)[:, None] * baby
    shots = _Shots(of_days[day_of], _normal(rng, len(age)), alike)
    ids = FIRST_CHILD_FACE + np.arange(len(age), dtype=np.int64)
    nobody_else = np.zeros(len(age), dtype=np.int64)
    child = Evidence(
        shots.of(true), ids, nobody_else, on_day[day_of], ids,
        np.floor(age).astype(np.int32), ("Mia",),
    )  # fmt: skip
    relatives = _parents(world, looks, child, shots, rng)
    cohort, years, sexes = _cohort(world, baby, rng)
    return Family(relatives, child, age, true, kin @ (looks[0] - looks[1]), cohort, years, sexes)


def baby_strength(world: World, age: Array) -> Array:
    """nu(a) at `age` in months: halves every eight months."""
    return np.asarray(world.baby * 0.5 ** (age / 8.0))


def _kin_looks(world: World, age: Array, looks: Array, rng: np.random.Generator) -> Array:
    """The child's looks `(n, d)` at unit length, without what small children share."""
    own = _unit(_normal(rng, 1))[0]
    if world.share is None:
        kin = np.zeros((len(age), DIMENSIONS))
        alpha = 1.0
    else:
        share = world.share(age)[:, None]
        kin = share * looks[0] + (1 - share) * looks[1]
        # At one half the cosine to a parent's point is .5 / |child|, and strangers' cosines
        # spread by 1 / sqrt(d); noise shortens the former.
        gap = float(rng.uniform(1.0, 1.4))
        length = 0.5 * math.sqrt(DIMENSIONS) / (gap * math.sqrt(1 + NOISE**2))
        alpha = math.sqrt(max(length**2 - 0.5, 0.0))
    return _unit(kin + alpha * own)


def _parents(
    world: World, looks: Array, child: Evidence, of_child: _Shots, rng: np.random.Generator
) -> Evidence:
    """Two photos a day. Of a day on which the child was there, the first is one of the child's
    own photos, with all of its noise, and the second has the day's part of it."""
    people: Codes = np.repeat([0, 1], world.photos)
    number = np.concatenate([np.arange(n) for n in world.photos])
    day = number // 2 + MOST_DAYS * people
    together = rng.random(2 * MOST_DAYS)[day] < np.array(world.together)[people]
    face = rng.integers(max(len(child), 1), size=2 * MOST_DAYS)[day]
    days_part, moments = _normal(rng, 2 * MOST_DAYS)[day], _normal(rng, len(people))
    days, photos = FIRST_DAY - 5000 + day, np.arange(len(people), dtype=np.int64)
    if together.any():
        same = together & (number % 2 == 0)
        days_part[together] = of_child.days_part[face[together]]
        moments[same] = of_child.moments[face[same]]
        days[together] = child.days[face[together]]
        photos[same] = child.photos[face[same]]
    shots = _Shots(days_part, moments, of_child.alike)
    ids = np.arange(len(people), dtype=np.int64)
    ages = np.zeros(len(people), dtype=np.int32)
    return Evidence(shots.of(looks[people]), ids, people, days, photos, ages, PARENTS)


@dataclass(frozen=True, slots=True, eq=False)
class _Shots:
    """What n photos add to looks, `(n, d)`: `days_part` by their day, `moments` by themselves.

    `alike` is the correlation of photos of one day.
    """

    days_part: Array
    moments: Array
    alike: float

    def of(self, looks: Array) -> Vectors:
        """Photos of `looks` `(n, d)`."""
        noise = math.sqrt(self.alike) * self.days_part + math.sqrt(1 - self.alike) * self.moments
        return _unit(looks + NOISE / math.sqrt(DIMENSIONS) * noise).astype(np.float32)


def _cohort(
    world: World, baby: Array, rng: np.random.Generator
) -> tuple[Vectors, Array, tuple[str, ...]]:
    """Strangers of both sexes in the child's bands and in the parents', one face each."""
    bands = ((0.0, 0.5), (0.5, 2.0), (2.0, 6.0), (20.0, 40.0))
    low, high = np.repeat(np.array(bands), 2 * world.strangers, axis=0).T
    years = rng.uniform(low, high)
    looks = _unit(_normal(rng, len(years)))
    looks += baby_strength(world, 12 * years)[:, None] * baby
    looks += NOISE / math.sqrt(DIMENSIONS) * _normal(rng, len(years))
    sexes = tuple("fm"[i % 2] for i in range(len(years)))
    return _unit(looks).astype(np.float32), years, sexes


def _normal(rng: np.random.Generator, rows: int) -> Array:
    return rng.standard_normal((rows, DIMENSIONS))


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))
