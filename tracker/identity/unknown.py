"""Faces of nobody known here, grouped by person, so that one answer names many.

Each face is compared with its nearest neighbours (FAISS, exact), and HDBSCAN (Campello, Moulavi &
Sander, 2013) finds the dense places among those that are near enough to be one person's. A face
that is not clearly somebody's is in no group: it is better asked about alone than named wrongly.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import faces, namings, scenes
from tracker.identity.acquaintance import acquaintance
from tracker.identity.judge import Judge

if TYPE_CHECKING:
    import duckdb

Ints = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

NEIGHBOURS = 16
"""Of each face; more find no more people."""

FEWEST = 2
"""Faces that make a group: one answer for two is one question less."""

USUAL_LEAST = 0.6
"""The cosine from which two faces may be one person's, where nobody is known to measure it on."""

FAR_APART = 3.0
"""Farther than any cosine distance."""

DRAWS = 200_000
"""Pairs of different people that the least cosine is measured on."""


@dataclass(frozen=True, slots=True)
class Group:
    """Faces that seem to be one unknown person's, the most typical first.

    `group_id` is the smallest of the face ids, which are made of the photos' contents: the same
    group has the same id in any order of ingest, and keeps it as it grows or shrinks around that
    face.
    """

    group_id: int
    face_ids: tuple[int, ...]


_kept: dict[tuple[str, str, str], tuple[Group, ...]] = {}


def groups(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str
) -> tuple[Group, ...]:
    """Groups of two faces or more that nothing is said about, the largest first.

    Kept in memory while nothing new is told.
    """
    key = (str(home), embedder_id, namings.told(connection, embedder_id).everything)
    if key not in _kept:
        ids = scenes.open_faces(connection, embedder_id)
        around = scenes.photos_of(connection, ids)
        vectors = faces.vectors_of(connection, embedder_id, ids)
        least = least_cosine(acquaintance(connection, embedder_id).judge)
        _kept.clear()
        _kept[key] = grouped(ids, vectors, around, least=least)
    return _kept[key]


def grouped(ids: Ints, vectors: Vectors, photos: Ints, *, least: float) -> tuple[Group, ...]:
    """The groups of these faces, the largest first. Pure: it may run beside everything else."""
    found = cluster(vectors, photos, least=least)
    made = [_group(ids, vectors, rows) for rows in found]
    return tuple(sorted(made, key=lambda one: (-len(one.face_ids), one.group_id)))


def _group(ids: Ints, vectors: Vectors, rows: Ints) -> Group:
    middle = vectors[rows].mean(axis=0)
    order = np.lexsort((ids[rows], -np.round(vectors[rows] @ middle, 6)))
    return Group(int(ids[rows].min()), tuple(ids[rows][order].tolist()))


def least_cosine(judge: Judge) -> float:
    """The cosine from which two faces may be one person's: few of different people have it.

    The 99th of a hundred pairs of different known people, of whom families have many alike, but
    never above what people have to themselves.
    """
    faces_of = [one.faces.vectors for one in judge.known if len(one.faces)]
    level, spread = judge.own_level
    if len(faces_of) < 2 or level > 1:
        return USUAL_LEAST
    owner = np.repeat(np.arange(len(faces_of)), [len(part) for part in faces_of])
    vectors = np.concatenate(faces_of)
    rng = np.random.default_rng(0)
    one, other = rng.integers(len(owner), size=(2, DRAWS))
    apart = owner[one] != owner[other]
    one, other = one[apart][:20_000], other[apart][:20_000]
    cosines = np.einsum("ij,ij->i", vectors[one], vectors[other])
    return (
        float(min(np.quantile(cosines, 0.99), level - spread / 2)) if len(cosines) else USUAL_LEAST
    )


def cluster(vectors: Vectors, photos: Ints, *, least: float) -> list[Ints]:
    """Row numbers of each group, ascending. `least` is the cosine from which faces may go together.

    Of a photo's faces a group holds at most one, the nearest to the rest. The same rows in another
    order give the same groups, but for faces that are equally near to two.
    """
    n = len(vectors)
    if n < FEWEST:
        return []
    similarity, neighbour = nearest(vectors, min(NEIGHBOURS + 1, n))
    rows = np.repeat(np.arange(n), neighbour.shape[1])
    columns, cosines = neighbour.ravel(), similarity.ravel()
    keep = (rows != columns) & (cosines >= least) & (photos[rows] != photos[columns])
    rows, columns, cosines = rows[keep], columns[keep], cosines[keep]
    dense = [_one_each(vectors, photos, part) for part in _dense(rows, columns, cosines, n)]
    alone = np.setdiff1d(rows, np.concatenate([*dense, rows[:0]]))
    parts = [*dense, *alone[:, None]]
    joined = _joined(vectors, photos, parts, (rows, columns), least=least)
    return [part for part in joined if len(part) >= FEWEST]


def _joined(
    vectors: Vectors, photos: Ints, parts: list[Ints], near: tuple[Ints, Ints], *, least: float
) -> list[Ints]:
    """Dense places that are one person's at different ages or in different light, put together,
    and single faces with them.

    The nearest two first, while their faces are on average as near as `least` and no photo shows
    both (average linkage).
    """
    place = np.full(len(vectors), -1)
    for number, part in enumerate(parts):
        place[part] = number
    one, other = place[near[0]], place[near[1]]
    apart = (one >= 0) & (other >= 0) & (one != other)
    beside: list[set[int]] = [set() for _ in parts]
    for a, b in np.unique(np.stack([one[apart], other[apart]], axis=1), axis=0).tolist():
        beside[a].add(b)
        beside[b].add(a)
    means = [vectors[part].mean(axis=0) for part in parts]
    shown = [set(photos[part].tolist()) for part in parts]
    members = [part.tolist() for part in parts]

    def nearness(a: int, b: int) -> float:
        return round(float(means[a] @ means[b]), 6)

    def key(a: int, b: int) -> tuple[float, int, int, int]:
        first, second = sorted((a, b), key=lambda part: min(members[part]))
        return -nearness(first, second), min(members[first]), first, second

    queue = [key(a, b) for a in range(len(parts)) for b in beside[a] if a < b]
    heapq.heapify(queue)
    while queue:
        negative, _, a, b = heapq.heappop(queue)
        if -negative < least:
            break
        if not members[a] or not members[b] or negative != -nearness(a, b) or shown[a] & shown[b]:
            continue
        total = len(members[a]) + len(members[b])
        means[a] = (means[a] * len(members[a]) + means[b] * len(members[b])) / total
        members[a] = sorted(members[a] + members[b])
        members[b] = []
        shown[a] |= shown[b]
        beside[a] = {c for c in beside[a] | beside[b] if c not in {a, b} and members[c]}
        for c in beside[a]:
            beside[c].add(a)
            heapq.heappush(queue, key(a, c))
    return [np.array(part) for part in members if part]


def _dense(rows: Ints, columns: Ints, cosines: Vectors, count: int) -> list[Ints]:
    """The dense places among faces of which these are near each other, by HDBSCAN."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from sklearn.cluster import HDBSCAN

    distance = np.maximum(1.0 - cosines.astype(np.float64), 1e-6)
    graph = coo_array((distance, (rows, columns)), shape=(count, count)).tocsr()
    graph = graph.maximum(graph.T)
    parts, part = connected_components(graph, directed=False)
    linked = np.flatnonzero(np.bincount(part, minlength=parts)[part] >= FEWEST)
    if not len(linked):
        return []
    # The faces that are near nobody are left out, and the rest is tied together by threads longer
    # than any distance: HDBSCAN wants one piece.
    _, first = np.unique(part[linked], return_index=True)
    tie = coo_array(
        (np.full(len(first) - 1, FAR_APART), (first[:-1], first[1:])), shape=(len(linked),) * 2
    ).tocsr()
    whole = graph[linked][:, linked] + tie + tie.T
    model = HDBSCAN(
        min_cluster_size=FEWEST, min_samples=1, metric="precomputed", copy=True,
        cluster_selection_method="leaf", allow_single_cluster=len(first) == 1,
    )  # fmt: skip
    labels = model.fit(whole).labels_
    return [linked[labels == label] for label in range(labels.max(initial=-1) + 1)]


def _one_each(vectors: Vectors, photos: Ints, members: Ints) -> Ints:
    """At most one face of a photo: the nearest to all."""
    near = vectors[members] @ vectors[members].mean(axis=0)
    order = np.lexsort((members, -near))
    _, first = np.unique(photos[members[order]], return_index=True)
    return np.sort(members[order[first]])


def nearest(vectors: Vectors, count: int) -> tuple[Vectors, Ints]:
    """The `count` most similar faces of each, itself among them: cosines and rows `(n, count)`."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    similarity, rows = index.search(np.ascontiguousarray(vectors, np.float32), count)
    return similarity, rows
