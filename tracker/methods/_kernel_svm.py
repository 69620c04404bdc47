"""One-against-the-rest support vector machines over a kernel that was computed beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.methods._arrays import one_hot
from tracker.methods._quiet import quiet
from tracker.methods.contract import Floats, Ints


@dataclass(frozen=True, slots=True)
class Machines:
    """`weights` float64 `(n, R)` over the training faces and `intercepts` `(R,)`."""

    weights: Floats
    intercepts: Floats

    def margins(self, kernel: Floats) -> Floats:
        """Signed distances in margins, `(m, R)`, from the kernel with the training faces."""
        return np.asarray(kernel @ self.weights + self.intercepts)


def fit_machines(kernel: Floats, y: Ints, people: int, C: float) -> Machines:
    """Fit one machine per relative on the kernel `(n, n)` of the training faces.

    With two relatives the second machine is the first with its sign turned. scikit-learn's own
    way with more than two counts votes between pairs, which makes steps of what is continuous.
    """
    from sklearn.svm import SVC

    weights, intercepts = np.zeros((len(y), people)), np.zeros(people)
    for person in range(people if people > 2 else 1):
        machine = SVC(C=C, kernel="precomputed")
        with quiet():
            machine.fit(kernel, one_hot(y, people)[:, person])
        weights[machine.support_, person] = machine.dual_coef_[0]
        intercepts[person] = machine.intercept_[0]
    if people == 2:
        weights[:, 1], intercepts[1] = -weights[:, 0], -intercepts[0]
    return Machines(weights, intercepts)
