"""Small array helpers that several methods share."""

from __future__ import annotations

import numpy as np

from tracker.methods.contract import CannotFit, Floats, Ints


def class_count(X: Floats, y: Ints, *, least_people: int = 1, least_each: int = 1) -> int:
    """How many relatives `y` names, after checking that there is enough to fit on.

    Raises CannotFit below `least_people` relatives or `least_each` photos of one of them, and
    ValueError where the arrays do not belong together, which is a fault of the caller.
    """
    if X.ndim != 2 or y.shape != (len(X),):
        raise ValueError(f"faces {X.shape} and labels {y.shape} do not belong together")
    if len(y) == 0:
        raise CannotFit("there are no photos of the relatives")
    counts = np.bincount(y)
    if counts.min() == 0:
        raise ValueError("a relative between the first and the last has no photos")
    if len(counts) < least_people:
        raise CannotFit(f"it needs at least {least_people} relatives to choose between")
    if counts.min() < least_each:
        raise CannotFit(f"it needs at least {least_each} photos of each relative")
    return len(counts)


def class_means(X: Floats, y: Ints, count: int) -> Floats:
    """The mean face of each relative, float64 `(count, d)`, not of unit length."""
    sums = one_hot(y, count).T @ X
    return np.asarray(sums / np.bincount(y, minlength=count)[:, None])


def one_hot(y: Ints, count: int) -> Floats:
    """Membership, float64 `(n, count)`, one 1 per row."""
    return np.asarray(np.eye(count)[y])


def unit(rows: Floats) -> Floats:
    """Rows scaled to length 1; a row of zeros stays zeros."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))


def softmax(scores: Floats) -> Floats:
    """Rows of shares that sum to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def about_their_mean(scores: Floats) -> Floats:
    """Scores less the mean of their row: only differences between relatives mean anything."""
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))


def span(X: Floats) -> Floats:
    """An orthonormal basis `(d, q)` of the space in which the rows of X lie, q <= min(n, d).

    A linear method's answer to a new face depends on nothing outside it, so fitting in `X @ basis`
    gives the same answers from q instead of d numbers per face.
    """
    if X.shape[0] >= X.shape[1]:
        return np.eye(X.shape[1])
    return np.linalg.qr(X.T.astype(np.float64))[0]
