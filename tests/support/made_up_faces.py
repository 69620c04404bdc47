"""Made-up evidence: people as points in a space of looks, with the noise of days and photos.

A face is its person's point plus what the day did (light, mood, clothes) plus what the photo did,
brought to unit length. The noise is given as its length relative to the person's point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.resemblance.evidence import Evidence

Floats = npt.NDArray[np.float64]

CHILD_FACES = 1_000_000
"""Face and photo numbers of children begin here, those of relatives at 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Shots:
    """Photos of one person: `a_day` on each of `days`, at `ages` in months (one a day)."""

    name: str
    look: Floats
    days: Sequence[int]
    a_day: int = 1
    ages: Sequence[int] = ()


def look(rng: np.random.Generator, dim: int = 64) -> Floats:
    """Somebody unrelated to everybody: a point `(dim,)` at distance 1."""
    return unit(rng.standard_normal(dim))


def unit(rows: Floats) -> Floats:
    """Rows brought to length 1."""
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def evidence(
    people: Sequence[Shots],
    rng: np.random.Generator,
    *,
    day_noise: float = 0.5,
    photo_noise: float = 0.5,
    first: int = 0,
) -> Evidence:
    """Faces of several people, each person with days of light and mood of their own."""
    vectors, persons, days, ages = [], [], [], []
    for number, shots in enumerate(people):
        dim = len(shots.look)
        for position, day in enumerate(shots.days):
            light = day_noise * rng.standard_normal(dim) / np.sqrt(dim)
            for _ in range(shots.a_day):
                moment = photo_noise * rng.standard_normal(dim) / np.sqrt(dim)
                vectors.append(shots.look + light + moment)
                persons.append(number)
                days.append(day)
                ages.append(shots.ages[position] if len(shots.ages) else 0)
    count = len(vectors)
    return Evidence(
        unit(np.array(vectors, dtype=np.float64)).astype(np.float32),
        np.arange(first, first + count, dtype=np.int64),
        np.array(persons, dtype=np.int64),
        np.array(days, dtype=np.int64),
        np.arange(first, first + count, dtype=np.int64),
        np.array(ages, dtype=np.int32),
        tuple(shots.name for shots in people),
    )


def child(shots: Shots, rng: np.random.Generator, **noise: float) -> Evidence:
    """The faces of a child, with numbers that no relative's face has."""
    return evidence([shots], rng, first=CHILD_FACES, **noise)


def parents(
    rng: np.random.Generator, *, dim: int = 64, days: int = 12, a_day: int = 2
) -> tuple[list[Shots], list[Floats]]:
    """A mother and a father of days long before the child's, and their looks."""
    looks = [look(rng, dim), look(rng, dim)]
    people = [
        Shots("Anna", looks[0], range(days), a_day),
        Shots("Ben", looks[1], range(100, 100 + days), a_day),
    ]
    return people, looks
