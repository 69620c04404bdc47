"""Faces kept, of those that MTCNN finds at full size, and false faces of both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.photos import NO_SAMPLES, PhotoSet, facenet_weights, samples
from bench.reference import (
    LARGE,
    LEAST,
    SAME,
    SURE,
    UNSURE,
    FullSize,
    Stored,
    counterparts,
    full_size,
    ingested,
    longer_sides,
    photo_sets,
)
from db.succession import overlaps

APART = 0.3
"""A face that overlaps every other by less than this is one that the other did not see."""


Seen = tuple[Sequence[PhotoSet], Sequence[Sequence[FullSize]], Sequence[Sequence[Stored]]]
"""The sets, and photo by photo what each of the two found."""


def measure(folder: Path, count: int) -> list[Figure]:
    """Recall by size and false faces, over all sets and by set."""
    sets = photo_sets(folder, count)
    theirs = [[full_size(path) for path in photos.paths] for photos in sets]
    embedder = ("--weights", facenet_weights(folder))
    ours = [ingested(folder, photos, *embedder) for photos in sets]
    seen = (sets, theirs, ours)
    by_size = [
        _recall(seen, f"more than {LARGE:.0f} pixels", (LARGE, np.inf), "99 %"),
        _recall(seen, f"{LEAST:.0f} to {LARGE:.0f} pixels", (LEAST, LARGE), "97 %"),
    ]
    skipped = [] if samples() else [Figure("faces kept, real photos", "-", "-", NO_SAMPLES)]
    return [*by_size, *skipped, _alone(seen), *_false(seen)]


def _recall(seen: Seen, what: str, limits: tuple[float, float], wanted: str) -> Figure:
    sets, theirs, ours = seen
    least, most = limits
    kept, all_ = [0] * len(sets), [0] * len(sets)
    for i, (full, stored) in enumerate(zip(theirs, ours, strict=True)):
        for reference, found in zip(full, stored, strict=True):
            sizes = reference.sizes
            asked = (reference.confidences >= SURE) & (sizes > least) & (sizes <= most)
            all_[i] += int(asked.sum())
            kept[i] += int((counterparts(reference.boxes[asked], found.boxes) >= 0).sum())
    by_set = "; ".join(
        f"{photos.name} {k} of {n}" for photos, k, n in zip(sets, kept, all_, strict=True)
    )
    return Figure(
        f"faces kept, of {what} at full size",
        f"{100 * sum(kept) / sum(all_):.1f} %" if sum(all_) else "-",
        wanted,
        f"{sum(kept)} of {sum(all_)} that MTCNN is {SURE} sure of at full size, overlap {SAME} "
        f"or more: {by_set}",
    )


def _alone(
    seen: Seen,
) -> Figure:
    """Faces that one of the two is sure of and the other does not see at all."""
    said, mine, full = [], 0, 0
    for photos, references, stored in zip(*seen, strict=True):
        a = b = 0
        for reference, found in zip(references, stored, strict=True):
            sure = np.array([face.confidence >= SURE for face in found.faces], dtype=bool)
            known = (reference.confidences >= SURE) & (reference.sizes >= LEAST)
            a += _unseen(found.boxes[sure], reference.boxes)
            b += _unseen(reference.boxes[known], found.boxes)
        said.append(f"{photos.name} {a} and {b}")
        mine, full = mine + a, full + b
    return Figure(
        "faces that full-size MTCNN does not see",
        f"{mine}",
        f"at most {full}",
        f"ours of confidence {SURE} that overlap none of its faces from {UNSURE} on by {APART}; "
        f"beside those of its own, {SURE} sure and {LEAST:.0f} pixels or more, that overlap none "
        f"of ours: {'; '.join(said)}",
    )


def _false(
    seen: Seen,
) -> list[Figure]:
    """Where the truth is known: faces outside of every drawn head."""
    mine = full = faces = 0
    for photos, references, stored in zip(*seen, strict=True):
        for heads, reference, found in zip(photos.heads or (), references, stored, strict=False):
            sure = np.array([face.confidence >= SURE for face in found.faces], dtype=bool)
            known = (reference.confidences >= SURE) & (longer_sides(reference.boxes) >= LEAST)
            mine += _outside(found.boxes[sure], heads)
            full += _outside(reference.boxes[known], heads)
            faces += len(heads)
    return [
        Figure(
            "false faces in drawn photos",
            f"{mine}",
            f"at most {full}",
            f"of confidence {SURE} with their middle in none of {faces} drawn heads, beside those "
            f"of MTCNN at full size from {LEAST:.0f} pixels on",
        )
    ]


def _unseen(boxes: np.ndarray, others: np.ndarray) -> int:
    if not len(others):
        return len(boxes)
    return int((overlaps(boxes, others).max(axis=1, initial=0) < APART).sum())


def _outside(boxes: np.ndarray, heads: np.ndarray) -> int:
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = (middles[:, None] >= heads[None, :, :2]) & (middles[:, None] <= heads[None, :, 2:])
    return int((~inside.all(axis=2).any(axis=1)).sum())
