"""Fitting a method on one draw, and asking it."""

from __future__ import annotations

import numpy as np

from tracker.methods.contract import Method, Neighbours
from tracker.methods.registry import create
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.intervals import Array


def fit(
    name: str, relatives: Evidence, rows: Codes, *, seed: int, neighbours: Neighbours | None
) -> Method:
    """Fit the method `name` on `rows` int `(R, K)` of the relatives' evidence.

    A method that looks up neighbours does so in `neighbours` where it is given (faces known by
    their face_id). Raises CannotFit with the method's reason.
    """
    method = create(name, seed)
    chosen = rows.reshape(-1)
    labels = np.repeat(np.arange(rows.shape[0]), rows.shape[1])
    if neighbours is not None and hasattr(method, "fit_neighbours"):
        method.fit_neighbours(neighbours, relatives.face_ids[chosen], labels)
        return method
    return method.fit(relatives.vectors[chosen], labels)


def scores(method: Method, vectors: np.ndarray) -> Array:
    """One number per face and relative, float64 `(m, R)`: shares, or similarities."""
    ask = getattr(method, "predict_proba", None) or method.decision_scores  # type: ignore[attr-defined]
    return np.asarray(ask(vectors), dtype=np.float64)
