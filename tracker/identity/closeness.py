"""How close each of a person's faces is to the others: what does not belong stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import faces, reviewing
from tracker.identity import match
from tracker.identity.album import Album

if TYPE_CHECKING:
    import duckdb

AT_ONCE = 2048
"""Faces compared together: 2,048 x 10,000 cosines are 80 MB."""

MOST = 10_000
"""Faces of one person that are compared; of more, evenly spread ones."""


def outliers(
    connection: duckdb.DuckDBPyConnection,
    embedder_id: str,
    album: Album,
    rows: npt.NDArray[np.int64],
) -> list[tuple[int, float]]:
    """(position, closeness) of the faces at `rows` of the album, the least close first.

    Closeness is the mean cosine to the `match.NEAREST` most similar faces of other days. Faces
    without a vector, and all where there is one day only, are left out.
    """
    ids = album.everyone.face_ids[rows]
    known = reviewing.with_vector(connection, embedder_id, ids)
    rows = rows[np.isin(ids, known)]
    if len(rows) > MOST:
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, MOST).astype(np.int64))]
    if len(rows) < 2:
        return []
    vectors = faces.vectors_of(connection, embedder_id, album.everyone.face_ids[rows])
    days = album.day_codes[rows]
    days = np.where(days < 0, -1 - album.everyone.photo_ids[rows], days)
    near = np.empty(len(rows))
    for start in range(0, len(rows), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        similarity = vectors[part] @ vectors.T
        similarity[days[part, None] == days[None, :]] = -np.inf
        count = min(match.NEAREST, similarity.shape[1])
        best = np.partition(similarity, -count, axis=1)[:, -count:]
        there = np.isfinite(best)
        total = np.where(there, best, 0).sum(axis=1)
        near[part] = np.where(there.any(axis=1), total / np.maximum(there.sum(axis=1), 1), np.nan)
    order = np.argsort(near, kind="stable")
    return [(int(rows[i]), float(near[i])) for i in order if np.isfinite(near[i])]
