"""Centring: what all people of one sex and age share is taken off before faces are compared.

A cell is a sex and an age band. The mean face of a small cell is mostly chance, so it is shrunk
toward the mean of all strangers by n / (n + 50), n the number of strangers in the cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.cohort import UNKNOWN_BAND, Cohort
from tracker.resemblance.evidence import Codes, Mask
from tracker.resemblance.intervals import Array

SHRINK = 50
"""Strangers: a cell of so many counts half, the whole cohort the other half. Taken from the
method's definition, fitted to nothing."""

SHORTEST = 1e-9
"""A face that is nothing but its cell's mean has no direction left; it stays at zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Means of strangers: `overall` float64 `(d,)`, and of each cell when asked for.

    Every stranger weighs the same, however many faces there are of them.
    """

    cohort: Cohort
    overall: Array

    @classmethod
    def of(cls, cohort: Cohort) -> Cells:
        """The cells of a cohort; of an empty one all means are zero."""
        everyone = np.ones(len(cohort), dtype=bool)
        return cls(cohort, _mean_of_people(cohort, everyone)[0])

    def mean(self, sex: str, band: int) -> Array:
        """The shrunk mean `(d,)` of a cell; an unknown sex or band stands for all of them, and so
        does a sex of which nobody is known at that age."""
        inside = in_cell(self.cohort, sex, band)
        if not inside.any():
            inside = in_cell(self.cohort, "", band)
        mean, people = _mean_of_people(self.cohort, inside)
        return np.asarray((people * mean + SHRINK * self.overall) / (people + SHRINK))

    def centre(self, vectors: np.ndarray, sexes: np.ndarray, bands: Codes) -> Array:
        """Faces `(n, d)` less the mean of their cells, at unit length, float64.

        `sexes` str `(n,)`, `bands` int `(n,)`.
        """
        centred = np.array(vectors, dtype=np.float64)
        for sex in np.unique(sexes):
            for band in np.unique(bands):
                mine = (sexes == sex) & (bands == band)
                if mine.any():
                    centred[mine] -= self.mean(str(sex), int(band))
        return unit(centred)


def in_cell(cohort: Cohort, sex: str, band: int) -> Mask:
    """Which faces are of a cell: bool `(n,)`. An unknown sex or band asks for all."""
    inside = np.ones(len(cohort), dtype=bool)
    if sex:
        inside &= cohort.face_sexes == sex
    if band != UNKNOWN_BAND:
        inside &= cohort.bands == band
    return inside


def unit(rows: np.ndarray) -> Array:
    """Rows at length 1, zero rows left at zero."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(np.where(length > SHORTEST, rows / np.maximum(length, SHORTEST), 0.0))


def _mean_of_people(cohort: Cohort, faces: Mask) -> tuple[Array, int]:
    """The mean over people of the mean over their faces, and the number of people."""
    if not faces.any():
        return np.zeros(cohort.vectors.shape[1]), 0
    _, person, counts = np.unique(cohort.people[faces], return_inverse=True, return_counts=True)
    weights = 1 / counts[person] / len(counts)
    return np.asarray(weights @ cohort.vectors[faces].astype(np.float64)), len(counts)
