"""Linear discriminant analysis: differences between relatives, weighed by how much photos vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.methods._arrays import about_their_mean, class_count, class_means
from tracker.methods._quiet import quiet
from tracker.methods.contract import CannotFit, Floats, Ints


@dataclass
class Lda:
    """Each relative's discriminant less the mean over relatives; 1 is what its own photos reach.

    One covariance for all relatives, shrunk toward a multiple of the identity by the amount of
    Ledoit and Wolf (2004); equal weights for all relatives whatever their number of photos.
    With more dimensions d than photos n, the inverse is taken in n x n by Woodbury's identity.
    """

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Lda:
        """Learn `weights_` float64 `(d, R)` and `intercepts_` `(R,)`."""
        from sklearn.covariance import ledoit_wolf_shrinkage

        people = class_count(X, y, least_people=2, least_each=2)
        means = class_means(X, y, people)
        within = X - means[y]
        n, d = within.shape
        spread = float((within**2).sum() / (n * d))
        if spread <= 0:
            raise CannotFit("each relative's photos are all identical")
        with quiet():
            shrinkage = float(ledoit_wolf_shrinkage(within, assume_centered=True))
        shrinkage = min(max(shrinkage, 1e-3), 1.0)  # 0 would leave nothing to invert
        ridge, weight = shrinkage * spread, (1 - shrinkage) / n
        inner = np.eye(n) * ridge + weight * (within @ within.T)
        pulled = within.T @ np.linalg.solve(inner, weight * (within @ means.T))
        weights = (means.T - pulled) / ridge
        intercepts = -0.5 * np.einsum("rd,dr->r", means, weights)
        own = float(np.diagonal(about_their_mean(means @ weights + intercepts)).mean())
        if own <= 0:
            raise CannotFit("the relatives' photos are the same")
        self.weights_, self.intercepts_ = weights / own, intercepts / own
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Discriminants about their mean: float64 `(m, R)`."""
        return about_their_mean(X @ self.weights_ + self.intercepts_)
