"""Whose face is it? Log-odds from cosines, calibrated on the workspace's own faces.

Pure functions over arrays. A face's **closeness** to a person is the mean cosine to the few
most similar of that person's reference faces. Two Gaussians of one variance, one for the
person's own faces (each measured against the person's *other* days, because photos of one day
share their light) and one for everybody else's, turn a closeness into log-odds. No threshold is
a constant of an embedder: all of them come from the faces at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]

NEAREST = 3
"""How many references a closeness averages: one would trust a single odd photo, all of them
would ask a child to look like every age at once."""

SD_FLOOR = 0.02
"""Cosine. Keeps the odds finite for a person whose few references are almost one picture."""

CLIP = 20.0
"""Log-odds beyond this say nothing more and would overflow."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Closeness of a person's own faces and of everybody else's: means and a common SD."""

    own: float
    others: float
    sd: float

    def log_odds(self, closeness: Floats) -> Floats:
        """log p(closeness | own) - log p(closeness | others), clipped to +-CLIP.

        With one variance for both this is a straight line, so nearer is never less likely.
        """
        middle = (self.own + self.others) / 2
        slope = max(self.own - self.others, 0.0) / self.sd**2
        return np.asarray(np.clip(slope * (closeness - middle), -CLIP, CLIP))


def closeness(probes: Floats, references: Floats, *, nearest: int = NEAREST) -> Floats:
    """Mean cosine of each probe to its `nearest` most similar references.

    `probes` `(m, d)` and `references` `(n, d)` are of unit length; gives `(m,)`, NaN if n = 0.
    """
    if len(references) == 0:
        return np.full(len(probes), np.nan)
    return mean_of_largest(probes @ references.T, nearest)


def own_closeness(references: Floats, days: Ints, *, nearest: int = NEAREST) -> Floats:
    """Closeness of each reference to the references of *other* days: `(n,)`, NaN if none."""
    similarity = (references @ references.T).astype(np.float64)
    similarity[days[:, None] == days[None, :]] = np.nan
    return mean_of_largest(similarity, nearest)


def mean_of_largest(similarity: Floats, nearest: int) -> Floats:
    """Row means of the `nearest` largest values, NaN values left out; NaN for an empty row."""
    ranked = -np.sort(-np.where(np.isnan(similarity), -np.inf, similarity), axis=1)[:, :nearest]
    there = np.isfinite(ranked)
    total = np.where(there, ranked, 0.0).sum(axis=1)
    return np.where(there.any(axis=1), total / np.maximum(there.sum(axis=1), 1), np.nan)


def calibrate(own: Floats, others: Floats) -> Calibration | None:
    """Fit the two Gaussians; None when either side has fewer than two finite values."""
    own, others = own[np.isfinite(own)], others[np.isfinite(others)]
    if len(own) < 2 or len(others) < 2:
        return None
    degrees = len(own) + len(others) - 2
    squares = ((own - own.mean()) ** 2).sum() + ((others - others.mean()) ** 2).sum()
    return Calibration(
        own=float(own.mean()),
        others=float(others.mean()),
        sd=max(float(np.sqrt(squares / degrees)), SD_FLOOR),
    )


def posterior(log_odds: Floats, *, nobody: float = 0.5) -> Floats:
    """Chance that each face is each person, with "nobody I know" as a possible answer.

    `log_odds` `(faces, people)`, NaN where a person cannot be judged (that person then gets no
    chance). `nobody` is the share of faces expected to be strangers; the rest is shared equally
    among the people. Gives `(faces, people)`; a row sums to at most 1.
    """
    people = log_odds.shape[1]
    if people == 0:
        return np.zeros_like(log_odds)
    weights = np.where(
        np.isnan(log_odds), 0.0, np.exp(np.nan_to_num(log_odds)) * (1 - nobody) / people
    )
    return np.asarray(weights / (weights.sum(axis=1, keepdims=True) + nobody))


def pick_one(chances: Floats, *, sure: float = 0.9) -> int | None:
    """Which of a photo's faces is the person known to be in it; None when it cannot be told.

    `chances` `(faces,)` are posteriors of being that person. Exactly one face is, so the odds
    compete; the winner must have `sure` of them and be more likely the person than not.
    """
    if len(chances) == 0 or not np.isfinite(chances).all():
        return None
    odds = chances / np.maximum(1 - chances, 1e-9)
    best = int(np.argmax(odds))
    if chances[best] < 0.5 or odds[best] < sure * odds.sum():
        return None
    return best


def assign(
    chances: Floats, photos: npt.NDArray[Any], *, sure: float = 0.95
) -> list[tuple[int, int]]:
    """Pairs (face, person) with a chance of at least `sure`, one person once per photo.

    `chances` `(faces, people)`; `photos` `(faces,)` says which faces share a photo. The surest
    pairs are taken first; ties go to the earlier face.
    """
    faces, people = np.nonzero(chances >= sure)
    order = np.lexsort((faces, -chances[faces, people]))
    taken_faces: set[int] = set()
    taken_people: set[tuple[Any, int]] = set()
    pairs = []
    for face, person in zip(faces[order].tolist(), people[order].tolist(), strict=True):
        spot = (photos[face], person)
        if face not in taken_faces and spot not in taken_people:
            taken_faces.add(face)
            taken_people.add(spot)
            pairs.append((face, person))
    return sorted(pairs)
