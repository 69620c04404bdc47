"""Logistic regression: a straight boundary between the relatives, read as shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tracker.methods._arrays import class_count, softmax, span
from tracker.methods._quiet import quiet
from tracker.methods.contract import Floats, Ints


@dataclass
class Logistic:
    """Multinomial logistic regression with an L2 penalty.

    The penalty is strong on purpose: a child lies between its relatives, and a boundary that
    separates them with certainty would call every face of the child certain, too.
    """

    C: ClassVar[float] = 10.0

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Logistic:
        """Learn `weights_` float64 `(R, d)` and `intercepts_` `(R,)`."""
        from sklearn.linear_model import LogisticRegression

        people = class_count(X, y, least_people=2)
        basis = span(X)
        model = LogisticRegression(C=self.C, max_iter=500)
        with quiet():
            model.fit(X @ basis, y)
        weights, intercepts = model.coef_ @ basis.T, model.intercept_
        if people == 2:  # scikit-learn keeps one row for two classes: the log-odds of the second
            weights, intercepts = (
                np.vstack([-weights, weights]) / 2,
                np.r_[-intercepts, intercepts] / 2,
            )
        self.weights_, self.intercepts_ = weights, intercepts
        return self

    def predict_proba(self, X: Floats) -> Floats:
        """Shares: float64 `(m, R)`, rows sum to 1."""
        return softmax(X @ self.weights_.T + self.intercepts_)
