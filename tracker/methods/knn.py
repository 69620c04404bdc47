"""K nearest neighbours: whose photos are most among the five most similar ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tracker.methods._arrays import class_count, one_hot
from tracker.methods.contract import Floats, Ints, Neighbours


class ExactNeighbours:
    """Nearest faces by comparing with every one, for galleries that need no index.

    `ids` are int64 `(n,)`, `vectors` `(n, d)` of unit length. The same promise as
    `tracker.methods.contract.Neighbours`.
    """

    def __init__(self, ids: Ints, vectors: Floats) -> None:
        """Search among `vectors`, row by row named by `ids`."""
        self._ids, self._vectors = np.asarray(ids, dtype=np.int64), vectors

    def search(self, probes: Floats, k: int, among: Ints) -> tuple[Floats, Ints]:
        """The `k` most similar of the faces `among`; equally similar ones by rising id."""
        rows = np.flatnonzero(np.isin(self._ids, among))
        rows = rows[np.argsort(self._ids[rows], kind="stable")]
        similarities = probes @ self._vectors[rows].T
        found = np.argsort(-similarities, axis=1, kind="stable")[:, :k]
        short = k - found.shape[1]
        nearest = np.take_along_axis(similarities, found, axis=1)
        return (
            np.pad(nearest, ((0, 0), (0, short)), constant_values=-np.inf),
            np.pad(self._ids[rows][found], ((0, 0), (0, short)), constant_values=-1),
        )


@dataclass
class Knn:
    """The share of each relative among the `k` photos most similar to a face.

    With fewer than `k` photos of a relative the number of neighbours shrinks to that, so that
    each relative could fill all the places.
    """

    k: ClassVar[int] = 5

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Knn:
        """Keep the faces and search them exactly."""
        ids = np.arange(len(X), dtype=np.int64)
        return self.fit_neighbours(ExactNeighbours(ids, X), ids, y, X)

    def fit_neighbours(
        self, neighbours: Neighbours, ids: Ints, y: Ints, X: Floats | None = None
    ) -> Knn:
        """Search the faces `ids` (int64 `(n,)`, of the relatives `y`) through an index."""
        shape = np.empty((len(ids), 0)) if X is None else X
        self.people_ = class_count(shape, y, least_people=2)
        self.neighbours_ = neighbours
        order = np.argsort(ids, kind="stable")
        self.ids_, self.labels_ = np.asarray(ids)[order], np.asarray(y)[order]
        self.k_ = int(min(self.k, np.bincount(y).min()))
        return self

    def predict_proba(self, X: Floats) -> Floats:
        """Shares of the neighbours: float64 `(m, R)`, rows sum to 1."""
        _, found = self.neighbours_.search(X, self.k_, self.ids_)
        places = np.clip(np.searchsorted(self.ids_, found), 0, len(self.ids_) - 1)
        known = self.ids_[places] == found
        votes = (one_hot(self.labels_[places], self.people_) * known[:, :, None]).sum(axis=1)
        return np.asarray(votes / np.maximum(votes.sum(axis=1, keepdims=True), 1))
