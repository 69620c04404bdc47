"""RBF SVM: as the linear one, with a boundary that may bend around a relative's looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tracker.methods._arrays import class_count
from tracker.methods._kernel_svm import fit_machines
from tracker.methods.contract import CannotFit, Floats, Ints


@dataclass
class RbfSvm:
    """Signed distance from the boundary of each relative, in margins.

    The kernel is exp(-d^2 / s) with d the distance of two faces and s the median of d^2 among
    the relatives' photos: a width that follows the data and knows no labels.
    """

    C: ClassVar[float] = 10.0

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> RbfSvm:
        """Keep the faces and learn their weights."""
        people = class_count(X, y, least_people=2)
        apart = _squared_distances(X, X)
        self.width_ = float(np.median(apart[np.triu_indices(len(X), 1)]))
        if self.width_ <= 0:
            raise CannotFit("most of the relatives' photos are identical")
        self.faces_ = X
        self.machines_ = fit_machines(np.exp(-apart / self.width_), y, people, self.C)
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Margins: float64 `(m, R)`."""
        kernel = np.exp(-_squared_distances(X, self.faces_) / self.width_)
        return self.machines_.margins(kernel)


def _squared_distances(a: Floats, b: Floats) -> Floats:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * (a @ b.T)
    return np.asarray(np.maximum(squares, 0.0))
