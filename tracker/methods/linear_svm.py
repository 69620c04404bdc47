"""Linear SVM: how far on whose side of the widest straight gap between the relatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tracker.methods._arrays import class_count
from tracker.methods._kernel_svm import fit_machines
from tracker.methods.contract import Floats, Ints


@dataclass
class LinearSvm:
    """Signed distance from the boundary of each relative, in margins (1 = at the margin)."""

    C: ClassVar[float] = 10.0

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> LinearSvm:
        """Learn `weights_` float64 `(d, R)` and `intercepts_` `(R,)`."""
        people = class_count(X, y, least_people=2)
        machines = fit_machines(X @ X.T, y, people, self.C)
        self.weights_ = X.T @ machines.weights
        self.intercepts_ = machines.intercepts
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Margins: float64 `(m, R)`."""
        return X @ self.weights_ + self.intercepts_
