"""Which face of a photo a name was given to: boxes of other programs against the faces found.

Programs draw their boxes wider or narrower than the detector here: some take in the hair, some a
head and shoulders, some eyes to mouth. So it is not asked that boxes agree, but that they belong
together and to nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from db.succession import overlaps

LEAST_OVERLAP = 0.3
"""Intersection over union. Boxes of two people's faces, cheek to cheek, have below 0.2."""

LEAST_CENTRED = 0.08
"""What is enough where each box holds the other's middle: a head within a box of head and
shoulders has a tenth of it. A box around a whole body has less."""

AS_GOOD = 0.8
"""A tag whose overlap with a face is at least this share of the best tag's contests the face."""

Boxes = npt.NDArray[np.floating[Any]]


class Boxed(Protocol):
    """A tag, as far as matching looks at it."""

    @property
    def source(self) -> str:
        """The program that says so; the boxes of one program are read the same way."""

    @property
    def boxes(self) -> tuple[tuple[float, float, float, float], ...]:
        """Readings of where the face is, shares of the upright photo; () for the photo."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A tag (its position) that says who a face (its position) is. `overlap` is in (0, 1]."""

    tag: int
    face: int
    overlap: float


def match(tags: Sequence[Boxed], faces: Boxes, width: int, height: int) -> tuple[Claim, ...]:
    """The claims of tags on faces, at most one a tag, in the tags' order.

    `faces` `(n, 4)` are boxes x0, y0, x1, y1 in pixels of the upright photo of `width` and
    `height`. Each program's boxes are read in the one way in which they meet the faces best, of
    equal ones the likelier; within it no face is claimed twice, unless two of its tags fit it
    equally well. A tag that meets no face has no claim.
    """
    if not len(faces) or width < 1 or height < 1:
        return ()
    shares = np.asarray(faces, np.float64).reshape(-1, 4) / [width, height, width, height]
    by_source: dict[str, list[int]] = defaultdict(list)
    for position, tag in enumerate(tags):
        if tag.boxes:
            by_source[tag.source].append(position)
    claims = []
    for positions in by_source.values():
        fits = _best_reading([tags[i].boxes for i in positions], shares)
        for row, face in _claims(fits):
            claims.append(Claim(positions[row], face, float(fits[row, face])))
    return tuple(sorted(claims, key=lambda claim: claim.tag))


def fit(tags: Boxes, faces: Boxes) -> npt.NDArray[np.float64]:
    """Overlap `(n, m)` of boxes that may be of the same face, 0 where they may not."""
    overlap = overlaps(tags, faces)
    centred = _holds_middle(tags, faces) & _holds_middle(faces, tags).T
    return np.where(
        (overlap >= LEAST_OVERLAP) | (centred & (overlap >= LEAST_CENTRED)), overlap, 0.0
    )


def _holds_middle(outer: Boxes, inner: Boxes) -> npt.NDArray[np.bool_]:
    """Whether each box of `outer` holds the middle of each of `inner`, `(n, m)`."""
    middle = (inner[None, :, :2] + inner[None, :, 2:]) / 2
    held = (outer[:, None, :2] <= middle) & (middle <= outer[:, None, 2:])
    return np.asarray(held.all(axis=-1))


def _best_reading(
    readings: Sequence[tuple[tuple[float, float, float, float], ...]], faces: Boxes
) -> npt.NDArray[np.float64]:
    """`fit` under the reading, the same for all, under which tags and faces meet best."""
    best, most = None, -1.0
    for number in range(max(map(len, readings))):
        boxes = np.array([read[min(number, len(read) - 1)] for read in readings])
        fits = fit(boxes, faces)
        met = sum(float(fits[pair]) for pair in _assigned(fits))
        if met > most + 1e-6:
            best, most = fits, met
    assert best is not None  # noqa: S101  there is a reading
    return best


def _claims(fits: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    pairs = _assigned(fits)
    taken = {face: tag for tag, face in pairs}
    assigned = {tag for tag, _ in pairs}
    for tag in set(range(len(fits))) - assigned:
        face = int(fits[tag].argmax())
        holder = taken.get(face)
        if holder is not None and fits[tag, face] >= AS_GOOD * fits[holder, face] > 0:
            pairs.append((tag, face))
    return pairs


def _assigned(fits: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs (tag, face), one to one, of the greatest overlap together."""
    meets = fits > 0
    if meets.sum(axis=0).max() <= 1 and meets.sum(axis=1).max() <= 1:
        return [(int(tag), int(face)) for tag, face in np.argwhere(meets)]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(fits, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(tag, face) for tag, face in pairs if fits[tag, face] > 0]
