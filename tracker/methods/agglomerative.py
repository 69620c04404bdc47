"""Agglomerative clustering: a tree of photos cut into groups, and how close a face is to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tracker.methods._arrays import class_count, one_hot
from tracker.methods._clusters import membership
from tracker.methods._quiet import quiet
from tracker.methods.contract import Floats, Ints


@dataclass
class Agglomerative:
    """Average linkage over cosine, cut without looking at who is who.

    Cut into twice as many groups as relatives, for one person may have more than one look (with
    and without glasses, young and old). The closeness of a face to a group is its mean cosine to
    the group's photos, as average linkage has it; a relative's number is that of all groups, each
    weighed by the share of that relative's photos in it.
    """

    groups_each: ClassVar[int] = 2

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Agglomerative:
        """Learn `groups_` float64 `(groups, d)`, each the mean of its photos, and `membership_`."""
        from sklearn.cluster import AgglomerativeClustering

        people = class_count(X, y, least_people=2)
        count = min(self.groups_each * people, len(X))
        model = AgglomerativeClustering(count, metric="precomputed", linkage="average")
        with quiet():
            groups = model.fit_predict(np.maximum(1 - X @ X.T, 0))
        members = one_hot(groups, count)
        self.groups_ = members.T @ X / members.sum(axis=0)[:, None]
        self.membership_ = membership(groups, y, cluster_count=count, people=people)
        return self

    def decision_scores(self, X: Floats) -> Floats:
        """Mean cosine to each relative's groups: float64 `(m, R)`."""
        return np.asarray(X @ self.groups_.T @ self.membership_.T)
