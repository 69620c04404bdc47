"""From clusters that know no names to relatives: who is in which cluster."""

from __future__ import annotations

import numpy as np

from tracker.methods._arrays import one_hot
from tracker.methods.contract import Floats, Ints


def membership(clusters: Ints, y: Ints, *, cluster_count: int, people: int) -> Floats:
    """What share of each relative's photos fell into each cluster: `(people, cluster_count)`.

    Rows sum to 1, so a relative with more photos weighs no more than one with few.
    """
    counts = one_hot(y, people).T @ one_hot(clusters, cluster_count)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
