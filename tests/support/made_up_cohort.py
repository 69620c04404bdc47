"""Made-up strangers for a cohort, and children to be scored against them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.support.made_up_faces import unit
from tracker.resemblance.cohort import Cohort

DIM = 64
PHOTO_NOISE = 0.7

Floats = npt.NDArray[np.float64]


def photos(look: Floats, count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Photos of one person `(count, d)`, each with a mood of its own."""
    noise = PHOTO_NOISE * rng.standard_normal((count, len(look))) / np.sqrt(len(look))
    return unit(look + noise).astype(np.float32)


def cohort(
    rng: np.random.Generator,
    *,
    people: int = 400,
    most: int = 4,
    years: tuple[float, ...] = (3.0, 30.0),
    shared: Floats | None = None,
) -> Cohort:
    """Women and men by turns, of the ages of `years`, 1 to `most` photos each.

    `shared` `(2, len(years), d)` is added to the looks of all who have that sex and age.
    """
    vectors, owner = [], []
    for person in range(people):
        look = unit(rng.standard_normal(DIM))
        if shared is not None:
            look = look + shared[person % 2, person // 2 % len(years)]
        count = int(rng.integers(1, most + 1))
        vectors.append(photos(look, count, rng))
        owner += [person] * count
    ages = np.array([years[person // 2 % len(years)] for person in owner])
    return Cohort(
        np.concatenate(vectors),
        np.array(owner),
        ages,
        tuple("fm"[person % 2] for person in range(people)),
        tuple(f"stranger {person}" for person in range(people)),
    )
