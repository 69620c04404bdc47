"""Faces of one moment that are one person's: what is told of one is told of all. Pure.

Photos of a burst show the same people, seconds apart. A face goes together with the nearest one of
another photo of its moment where the two are nearest to each other, are as near as somebody's
photos of different days are, and no other face of that photo comes close: twins side by side stay
apart rather than be swapped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


def tracks(
    vectors: npt.NDArray[np.float32], photos: Ints, moments: Ints, *, least: float, margin: float
) -> Ints:
    """A number per face `(m,)`, the same for faces that go together: the row of the first of them.

    Faces go together only within a moment and never two of a photo. `least` is the cosine from
    which, `margin` by how much the next one must be farther off.
    """
    track = np.arange(len(photos))
    order = np.argsort(moments, kind="stable")
    cuts = np.flatnonzero(np.diff(moments[order])) + 1
    for rows in np.split(order, cuts):
        here = np.unique(photos[rows])
        if len(here) < 2:
            continue
        links = []
        for one, first in enumerate(here):
            for second in here[one + 1 :]:
                mine, theirs = rows[photos[rows] == first], rows[photos[rows] == second]
                links += _links(vectors, mine, theirs, least=least, margin=margin)
        # The order in which they are made does not depend on that of the faces.
        for _, a, b in sorted(links, key=lambda link: (-link[0], photos[link[1]], photos[link[2]])):
            both = np.flatnonzero((track == track[a]) | (track == track[b]))
            if len(np.unique(photos[both])) == len(both):
                track[both] = both.min()
    return track


def _links(
    vectors: npt.NDArray[np.float32], mine: Ints, theirs: Ints, *, least: float, margin: float
) -> list[tuple[float, int, int]]:
    similarity = vectors[mine] @ vectors[theirs].T
    found = []
    for i, j in enumerate(similarity.argmax(axis=1).tolist()):
        value = float(similarity[i, j])
        others = np.concatenate([np.delete(similarity[i], j), np.delete(similarity[:, j], i)])
        if value >= least and value - others.max(initial=-np.inf) >= margin:
            found.append((value, int(mine[i]), int(theirs[j])))
    return found
