"""Nearest centroid: how close a face is to the average of each relative's photos."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.methods._arrays import class_count, class_means, unit
from tracker.methods.contract import Floats, Ints


@dataclass
class Centroid:
    """Cosine between a face and the mean of each relative's faces, in [-1, 1]."""

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Centroid:
        """Average each relative's faces: `templates_`, float64 `(R, d)`, unit length."""
        self.templates_ = unit(class_means(X, y, class_count(X, y)))
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Cosine to each relative's template: float64 `(m, R)`."""
        return X @ self.templates_.T
