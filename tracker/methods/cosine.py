"""Best match: how close a face is to the single most similar photo of each relative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.methods._arrays import class_count
from tracker.methods.contract import Floats, Ints


@dataclass
class Cosine:
    """The highest cosine between a face and any photo of each relative, in [-1, 1].

    The best of many is higher than the best of few, so it may only be asked with the same
    number of photos of each relative; evaluation sees to that.
    """

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Cosine:
        """Keep each relative's faces."""
        self.photos_ = [X[y == person] for person in range(class_count(X, y))]
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Cosine to the nearest photo of each relative: `(m, R)`."""
        return np.stack([(X @ photos.T).max(axis=1) for photos in self.photos_], axis=1)
