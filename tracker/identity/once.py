"""Nobody is in a photo twice: what that makes of chances. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

LEAST = 1e-4
"""Chances below this are taken for none."""

MOST_CONTESTED = 10
"""People of whom all the ways to be in a photo are weighed; each more doubles the ways."""


def once(chances: Floats, photos: Ints) -> Floats:
    """Chances `(m, p)` once it is known that each person is at most one of a photo's faces.

    All ways to give the photo's faces to different people, or to nobody, are weighed by how likely
    the faces alone make them. Over the faces of a photo (`photos` `(m,)`) the chances to be one
    person then sum to at most 1, so no two of them can pass a threshold above a half. The order of
    the faces does not matter.
    """
    result = np.where(chances >= LEAST, chances, 0.0)
    _, code, counts = np.unique(photos, return_inverse=True, return_counts=True)
    order = np.argsort(code, kind="stable")
    for rows in np.split(order, np.cumsum(counts)[:-1]):
        if len(rows) > 1:
            result[rows] = _of_photo(result[rows])
    return result


def _of_photo(chances: Floats) -> Floats:
    contested = np.flatnonzero((chances > 0).sum(axis=0) > 1)
    if not len(contested):
        return chances
    result = chances.copy()
    by_chance = np.argsort(-chances[:, contested].sum(axis=0), kind="stable")
    contested, others = np.sort(contested[by_chance[:MOST_CONTESTED]]), contested[by_chance]
    # What a face may be that no other face of the photo may be: nobody, or someone uncontested.
    claims = result[:, contested]
    free = np.maximum(1.0 - claims.sum(axis=1), 1e-9)
    told, left = _weighed(claims, free)
    result *= (left / free)[:, None]
    result[:, contested] = told
    for person in others[MOST_CONTESTED:]:
        result[:, person] /= max(1.0, float(result[:, person].sum()))
    return np.asarray(result)


def _weighed(claims: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Marginal chances `(m, k)` and those to be something free `(m,)`, over all ways."""
    faces, people = claims.shape
    ways = np.arange(1 << people)
    without = [ways[(ways >> person) & 1 == 0] for person in range(people)]
    before = np.zeros((faces + 1, len(ways)))
    after = np.zeros((faces + 1, len(ways)))
    before[0, 0] = 1.0
    after[faces] = 1.0
    for face in range(faces):
        before[face + 1] = before[face] * free[face]
        for person, ways_without in enumerate(without):
            taken = ways_without | (1 << person)
            before[face + 1, taken] += before[face, ways_without] * claims[face, person]
        before[face + 1] /= before[face + 1].sum()
    for face in range(faces - 1, -1, -1):
        after[face] = after[face + 1] * free[face]
        for person, ways_without in enumerate(without):
            taken = ways_without | (1 << person)
            after[face, ways_without] += after[face + 1, taken] * claims[face, person]
        after[face] /= after[face].max()
    told = np.zeros((faces, people))
    left = np.zeros(faces)
    for face in range(faces):
        left[face] = free[face] * (before[face] * after[face + 1]).sum()
        for person, ways_without in enumerate(without):
            taken = ways_without | (1 << person)
            told[face, person] = claims[face, person] * float(
                (before[face, ways_without] * after[face + 1, taken]).sum()
            )
    whole = told.sum(axis=1) + left
    return told / whole[:, None], left / whole
