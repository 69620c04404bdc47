"""What the comparison is made from: faces of known people, each with its day and photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Codes = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Faces as aligned arrays of length n.

    `vectors` float32 `(n, d)`, unit length; `face_ids` int64; `people` int, an index into
    `names`; `days` int64, days since 1970-01-01, where each unknown day is a negative number of
    its own photo; `photos` int, equal for faces of one photo and comparable between two pieces
    of evidence; `ages` int32, complete months at capture (only read for the child's faces).

    Days and photos must be coded alike for the relatives and the child: faces that share one
    are never compared. ValueError where the arrays do not fit together.
    """

    vectors: Vectors
    face_ids: Codes
    people: Codes
    days: Codes
    photos: Codes
    ages: Codes
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        n = len(self.face_ids)
        if self.vectors.ndim != 2 or len(self.vectors) != n:
            raise ValueError(f"vectors of shape {self.vectors.shape} for {n} faces")
        if not all(len(a) == n for a in (self.people, self.days, self.photos, self.ages)):
            raise ValueError("the arrays of the evidence differ in length")
        if n and not (self.people.min() >= 0 and self.people.max() < len(self.names)):
            raise ValueError("a face belongs to somebody without a name")

    def __len__(self) -> int:
        """The number of faces."""
        return len(self.face_ids)

    def only(self, chosen: Codes | Mask) -> Evidence:
        """The faces of a mask or of indices, with the same names."""
        return Evidence(
            self.vectors[chosen],
            self.face_ids[chosen],
            self.people[chosen],
            self.days[chosen],
            self.photos[chosen],
            self.ages[chosen],
            self.names,
        )
