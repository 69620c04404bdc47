"""Whether photos that are said to show one person do, and which of several faces is theirs.

For people of whom nothing is known but their photos. What is "near" is taken from the faces at
hand: how close the photos are to each other, and to other people's.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from tracker.resemblance.evidence import Vectors
from tracker.resemblance.strangers import SAME_PERSON

LEVEL = 0.05

DOUBT = 0.01
"""How rarely photos of one person are doubted for being unlike each other."""

LEAST_PHOTOS = 3
"""Of two photos that differ nobody can say which is somebody else's, or whether either is."""

LEAST_OTHERS = 8
"""Faces of other people below which it is not known how close strangers are."""


def usual_closeness(groups: list[Vectors]) -> float:
    """Mean cosine of two photos of one person, every person weighing the same.

    `groups`: each person's faces, float32 `(n, d)`, unit length. `SAME_PERSON` where nobody has
    two photos.
    """
    means = [_mean_pair(group) for group in groups if len(group) > 1]
    return float(np.mean(means)) if means else SAME_PERSON


def pick_theirs(faces: Vectors, own: Vectors, others: Vectors, usual: float) -> int | None:
    """Which of a photo's `faces` `(f, d)` is the person of the `own` photos; None if none surely.

    The one face that is nearer to their photos than the middle between `usual` (the closeness of
    two photos of one person) and that of strangers, and so near that one of as many strangers would
    be in 5 % of photos only. Strangers are the `others` and the photo's other faces.
    """
    if not len(own) or not len(faces):
        return None
    mean = own.astype(np.float64).mean(axis=0)
    near = faces @ mean
    best = int(np.argmax(near))
    strangers = np.concatenate([np.delete(near, best), others @ mean])
    own_usual = _mean_pair(own) if len(own) > 1 else usual
    least = own_usual
    if len(strangers):
        least = (own_usual + float(np.median(strangers))) / 2
    if len(strangers) >= LEAST_OTHERS:
        chance = float(norm.isf(LEVEL / len(faces))) * float(strangers.std(ddof=1))
        least = max(least, float(strangers.mean()) + chance)
    return best if near[best] >= least and (near >= least).sum() == 1 else None


def excess(own: Vectors, others: Vectors) -> float:
    """How much nearer somebody's photos are to each other than to other people's, mean cosines.

    NaN where there are fewer than three photos, or too few others to tell.
    """
    if len(own) < LEAST_PHOTOS or len(others) < LEAST_OTHERS:
        return float("nan")
    near = own.astype(np.float64).mean(axis=0) @ others.astype(np.float64).mean(axis=0)
    return _mean_pair(own) - float(near)


def are_several(own: Vectors, others: Vectors, usual: float) -> bool:
    """Whether photos said to be one person's are hardly nearer to each other than to others.

    Two things must hold, each one-sided and as if pairs were independent and as spread as those of
    strangers: their mean cosine is one that strangers have (5 %), and too low for one person, whose
    `usual` excess is taken from people at hand (1 %). The second keeps an embedder that hardly
    tells people apart from doubting everybody.
    """
    found = excess(own, others)
    if np.isnan(found):
        return False
    near = own.astype(np.float64) @ others.astype(np.float64).T
    noise = float(near.std(ddof=1)) / np.sqrt(len(own) * (len(own) - 1) / 2)
    return bool(found <= min(norm.isf(LEVEL) * noise, usual - norm.isf(DOUBT) * noise))


def _mean_pair(faces: Vectors) -> float:
    """Mean cosine of two different faces of `(n, d)`, n > 1."""
    n = len(faces)
    total = faces.astype(np.float64).sum(axis=0)
    return float((total @ total - (faces.astype(np.float64) ** 2).sum()) / (n * (n - 1)))
