"""Month by month, the child's face and the relative's face that are nearest to each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from db.gallery import Gallery
from reports.model import Exemplar
from tracker.ingest.thumbnails import thumbnail_path
from tracker.resemblance.evidence import Evidence

MOST = 12
"""Months shown; spread evenly over those with photos."""


def nearest_exemplars(
    thumbnails: Path, probes: Evidence, relatives: Evidence, gallery: Gallery
) -> tuple[Exemplar, ...]:
    """One pair per month, never from the same day or photo.

    It shows what "near" looks like to the embedder; it is not evidence of anything.
    """
    months = np.unique(probes.ages)
    shown = months[np.unique(np.linspace(0, len(months) - 1, min(MOST, len(months))).astype(int))]
    row_of = {int(face): row for row, face in enumerate(relatives.face_ids)}
    pairs = []
    for age in shown:
        best = nearest_pair(np.flatnonzero(probes.ages == age), probes, relatives, gallery, row_of)
        if best is None:
            continue
        similarity, child_row, row = best
        pairs.append(
            Exemplar(
                age_months=int(age),
                child_picture=picture(thumbnails, int(probes.face_ids[child_row])),
                relative=relatives.names[relatives.people[row]],
                relative_picture=picture(thumbnails, int(relatives.face_ids[row])),
                similarity=similarity,
            )
        )
    return tuple(pairs)


def nearest_pair(
    rows: np.ndarray,
    probes: Evidence,
    relatives: Evidence,
    gallery: Gallery,
    row_of: dict[int, int],
) -> tuple[float, int, int] | None:
    """(similarity, row of the child's face, row of the relative's) of the nearest allowed pair."""
    best: tuple[float, int, int] | None = None
    for day in np.unique(probes.days[rows]):
        mine = rows[probes.days[rows] == day]
        apart = relatives.days != day
        apart &= ~np.isin(relatives.photos, probes.photos[mine])
        if not apart.any():
            continue
        similarity, ids = gallery.search(probes.vectors[mine], 1, relatives.face_ids[apart])
        nearest = int(np.argmax(similarity[:, 0]))
        value = float(similarity[nearest, 0])
        if ids[nearest, 0] >= 0 and (best is None or value > best[0]):
            best = (value, int(mine[nearest]), row_of[int(ids[nearest, 0])])
    return best


def picture(thumbnails: Path, face_id: int) -> bytes:
    """The face's thumbnail, or nothing where the cache was deleted."""
    try:
        return thumbnail_path(thumbnails, face_id).read_bytes()
    except OSError:
        return b""
