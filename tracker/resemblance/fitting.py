"""Fitting a method on one draw, and asking it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tracker.methods.contract import Method, Neighbours
from tracker.methods.registry import create, unit
from tracker.resemblance.evidence import Codes, Evidence, Vectors
from tracker.resemblance.intervals import Array

ALIKE = 1e-10
"""Of the strongest axis: below it photos differ by rounding only, and the axis is none."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One draw, put to methods one after the other: fitted on `rows` int `(R, K)` of `relatives`
    and asked about the faces `asked` `(m, d)`. `small` are the two in the draw's own space."""

    relatives: Evidence
    rows: Codes
    asked: Vectors
    small: tuple[Evidence, Vectors]
    neighbours: Neighbours | None

    @classmethod
    def of(
        cls, relatives: Evidence, rows: Codes, asked: Vectors, neighbours: Neighbours | None
    ) -> Question:
        """Make it ready."""
        return cls(relatives, rows, asked, turned(relatives, rows, asked), neighbours)

    def put(self, name: str, *, seed: int) -> tuple[str, Array]:
        """The unit of the method `name` and its `scores`. Raises CannotFit with its reason."""
        method = create(name, seed)
        searches = self.neighbours is not None and hasattr(method, "fit_neighbours")
        whole = searches or getattr(method, "own_axes", False)
        relatives, asked = (self.relatives, self.asked) if whole else self.small
        method = fit(name, relatives, self.rows, seed=seed, neighbours=self.neighbours)
        if not len(asked):
            return unit(method), np.empty((0, len(relatives.names)))
        return unit(method), scores(method, asked)


def turned(relatives: Evidence, rows: Codes, asked: Vectors) -> tuple[Evidence, Vectors]:
    """The drawn relatives and the faces `asked`, in the space that the draw spans.

    Gives evidence whose vectors hold only the drawn rows (others are zero), and the faces, both
    float32 with q + 1 coordinates.
    """
    chosen = rows.reshape(-1)
    drawn = relatives.vectors[chosen]
    if len(chosen) + 1 >= drawn.shape[1]:
        return relatives, asked
    # Principal axes from the photos' own products: a tenth of the work of a decomposition.
    double = drawn.astype(np.float64)
    strength, turns = np.linalg.eigh(double @ double.T)
    kept = strength > ALIKE * float(strength[-1])
    basis = (double.T @ (turns[:, kept] / np.sqrt(strength[kept]))).astype(np.float32)
    flat = asked @ basis
    outside = _squares(asked) - _squares(flat)
    flat = np.concatenate([flat, np.sqrt(np.maximum(outside, 0.0))[:, None]], axis=1)
    vectors = np.zeros((len(relatives), flat.shape[1]), dtype=np.float32)
    vectors[chosen, :-1] = drawn @ basis
    return replace(relatives, vectors=vectors), flat


def _squares(rows: Vectors) -> Vectors:
    """The squared lengths of rows, without an array of their size on the way."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows))
