"""Gaussian mixture: soft groups without names, and how likely each relative's make a face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tracker.methods._arrays import about_their_mean, class_count, one_hot
from tracker.methods._quiet import quiet
from tracker.methods.contract import CannotFit, Floats, Ints


@dataclass
class GaussianMixture:
    """As many Gaussians as relatives, of one common shape, in a few principal components.

    Fitted without looking at who is who. A relative's number is the log-density of the face
    under the mixture that this relative's own photos make of the Gaussians, less the mean over
    relatives, in nats per component. The common shape matters: with one shape each, the widest
    Gaussian would claim every face that is far from all of them, and a child's faces are.
    """

    components: ClassVar[int] = 8

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> GaussianMixture:
        """Learn the projection, the Gaussians and `membership_` float64 `(R, Gaussians)`."""
        from sklearn.mixture import GaussianMixture as Mixture

        people = class_count(X, y, least_people=2, least_each=2)
        self.centre_ = X.mean(axis=0)
        _, sizes, axes = np.linalg.svd(X - self.centre_, full_matrices=False)
        kept = min(self.components, len(X) // 4, int((sizes > 1e-6).sum()))
        if kept < 1:
            raise CannotFit("it needs at least two different photos of each relative")
        self.axes_ = axes[:kept].T
        flat = np.asarray((X - self.centre_) @ self.axes_, dtype=np.float64)
        self.mixture_ = Mixture(
            people,
            covariance_type="tied",
            n_init=2,
            reg_covar=0.02 * float(flat.var()),
            random_state=self.seed,
        )
        with quiet():
            self.mixture_.fit(flat)
        owned = one_hot(y, people).T @ self.mixture_.predict_proba(flat)
        owned[owned < 0.5] = 0  # less than half a photo is no sign that one belongs there
        self.membership_ = owned / owned.sum(axis=1, keepdims=True)
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Log-densities about their mean: float64 `(m, R)`."""
        flat = (X - self.centre_) @ self.axes_
        precision = self.mixture_.precisions_
        apart = flat[:, None, :] - self.mixture_.means_[None, :, :]
        logs = -0.5 * np.einsum("mcd,de,mce->mc", apart, precision, apart)
        with np.errstate(divide="ignore"):
            owned = np.log(self.membership_)
        densities = np.logaddexp.reduce(logs[:, None, :] + owned[None, :, :], axis=2)
        return about_their_mean(densities / flat.shape[1])
