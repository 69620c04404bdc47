"""K-means: photos grouped without names, and how close a face is to the groups of each relative."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.methods._arrays import class_count, span, unit
from tracker.methods._clusters import membership
from tracker.methods._quiet import quiet
from tracker.methods.contract import Floats, Ints


@dataclass
class Kmeans:
    """As many clusters as relatives, found without looking at who is who.

    A relative's number is the cosine to the cluster centres, each weighed by the share of that
    relative's photos in it. Where the clusters do not follow the relatives (light, age, ...),
    all relatives get nearly the same number, and the held-out accuracy falls to chance.
    """

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Kmeans:
        """Learn `centres_` float64 `(R, d)` of unit length and `membership_` `(R, clusters)`."""
        from sklearn.cluster import KMeans

        people = class_count(X, y, least_people=2)
        basis = span(X)
        model = KMeans(people, n_init=4, random_state=self.seed)
        with quiet():
            clusters = model.fit_predict(X @ basis)
        self.centres_ = unit(model.cluster_centers_ @ basis.T)
        self.membership_ = membership(clusters, y, cluster_count=people, people=people)
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Cosine to each relative's clusters: float64 `(m, R)`."""
        return X @ self.centres_.T @ self.membership_.T
