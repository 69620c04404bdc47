"""Families of three and strangers, as embeddings, for the protocol of real families."""

from __future__ import annotations

import numpy as np

from tests.support.made_up_cohort import DIM, photos
from tests.support.made_up_faces import unit
from tracker.evaluation.families import Families

EACH = 4


def made_up(
    seed: int, *, likeness: float, families: int = 14, strangers: int = 120, together: float = 0.0
) -> Families:
    """Father, mother and child; `likeness` the parents' share in the child.

    With `together` every photo is of all three, who share so much of its light.
    """
    rng = np.random.default_rng(seed)
    vectors, people, taken, names, sexes, family = [], [], [], [], [], []
    parents = []
    for number in range(families):
        father, mother, own = unit(rng.standard_normal((3, DIM)))
        child = unit(likeness * (father + mother) + own)
        light = together * unit(rng.standard_normal((EACH, DIM)))
        for role, look in enumerate((father, mother, child)):
            person = len(names)
            shots = photos(look, EACH, rng)
            first = number * 100 + (0 if together else 10 * role)
            vectors.append(unit(shots + light).astype(np.float32))
            people += [person] * EACH
            taken += range(first, first + EACH)
            names.append(f"F{number:04}/MID{role + 1}")
            sexes.append("mf"[role] if role < 2 else "fm"[number % 2])
            family.append(number)
        parents += [(len(names) - 3, len(names) - 1), (len(names) - 2, len(names) - 1)]
    inside = len(people)
    for number in range(strangers):
        vectors.append(photos(unit(rng.standard_normal(DIM)), 3, rng))
        people += [len(names)] * 3
        taken += range(100_000 + 3 * number, 100_003 + 3 * number)
        names.append(f"F{5000 + number}/MID1")
        sexes.append("fm"[number % 2])
        family.append(families + number)
    return Families(
        np.concatenate(vectors), np.array(people), np.array(taken),
        np.full(len(people), 30.0), np.arange(len(people)) >= inside,
        tuple(names), tuple(sexes), np.array(family), np.array(parents),
    )  # fmt: skip
