"""The cohort: faces of people known to be unrelated to the family, against whom likeness is read.

Whether a child is "like" a relative can only be said against strangers of the same sex and about
the same age: two babies are nearer to each other than a baby and its grandfather, kin or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.evidence import Codes, Mask, Vectors
from tracker.resemblance.intervals import Array

AGE_BANDS = (0.0, 0.5, 2.0, 6.0, 13.0, 20.0, 40.0, 60.0)
"""Lower ends of the age bands in years; each reaches up to the next, the last has no end."""

BAND_NAMES = (
    "under 6 months",
    "6 months to 2 years",
    "2 to 6",
    "6 to 13",
    "13 to 20",
    "20 to 40",
    "40 to 60",
    "over 60",
)
UNKNOWN_BAND = -1
SEXES = ("f", "m", "")


def band_of(years: Array) -> Codes:
    """The age band of each age in years, int `(n,)`; `UNKNOWN_BAND` where NaN or negative."""
    years = np.asarray(years, dtype=np.float64)
    known = years >= 0
    bands = np.searchsorted(AGE_BANDS, np.where(known, years, 0.0), side="right") - 1
    return np.where(known, bands, UNKNOWN_BAND)


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Faces of strangers as aligned arrays of length n.

    `vectors` float32 `(n, d)`, unit length; `people` int `(n,)`, an index into `names`; `ages`
    float `(n,)`, years at capture, NaN where unknown; `sexes` one of "f", "m", "" per person.
    Every face counts as a day of its own. ValueError where the parts do not fit together.
    """

    vectors: Vectors
    people: Codes
    ages: Array
    sexes: tuple[str, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        n = len(self.people)
        if self.vectors.ndim != 2 or len(self.vectors) != n or len(self.ages) != n:
            raise ValueError("the arrays of the cohort differ in length")
        if len(self.sexes) != len(self.names):
            raise ValueError(f"{len(self.sexes)} sexes for {len(self.names)} people")
        if not set(self.sexes) <= set(SEXES):
            raise ValueError(f'a sex is one of "f", "m", "": {sorted(set(self.sexes))}')
        if n and not (self.people.min() >= 0 and self.people.max() < len(self.names)):
            raise ValueError("a face of the cohort belongs to somebody without a name")

    def __len__(self) -> int:
        """The number of faces."""
        return len(self.people)

    @classmethod
    def empty(cls, dim: int) -> Cohort:
        """Nobody, for embeddings of `dim` numbers."""
        none = np.empty(0, dtype=np.int64)
        return cls(np.empty((0, dim), dtype=np.float32), none, np.empty(0), (), ())

    @property
    def size(self) -> int:
        """The number of people with a face."""
        return len(np.unique(self.people))

    @property
    def bands(self) -> Codes:
        """The age band of each face, int `(n,)`."""
        return band_of(self.ages)

    @property
    def face_sexes(self) -> np.ndarray:
        """The sex of each face's person, str `(n,)`."""
        return np.array(self.sexes, dtype="<U1")[self.people]

    def only(self, chosen: Codes | Mask) -> Cohort:
        """The faces of a mask or of indices, with the same names."""
        return Cohort(
            self.vectors[chosen], self.people[chosen], self.ages[chosen], self.sexes, self.names
        )
