"""Nearest neighbours give the same answer from an array and through a gallery's index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.made_up_faces import Shots, evidence, look
from tracker.methods.contract import Floats, Ints
from tracker.methods.knn import ExactNeighbours, Knn
from tracker.resemblance.evidence import Evidence


class FaissNeighbours:
    """The index that the gallery uses, without a workspace around it."""

    def __init__(self, ids: Ints, vectors: Floats) -> None:
        import faiss

        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(ids, np.int64))

    def search(self, probes: Floats, k: int, among: Ints) -> tuple[Floats, Ints]:
        import faiss

        chosen = faiss.SearchParameters(sel=faiss.IDSelectorBatch(np.asarray(among)))  # type: ignore[call-arg]
        similarities, ids = self._index.search(np.ascontiguousarray(probes), k, params=chosen)
        return similarities, ids


@pytest.fixture
def gallery() -> Iterator[tuple[Evidence, Ints]]:
    """Three people's photos, and which of them one draw holds, in no order."""
    rng = np.random.default_rng(0)
    everyone = evidence([Shots(n, look(rng), range(20)) for n in "abc"], rng, first=5_000)
    drawn = rng.permutation(np.r_[0:8, 20:28, 40:48])
    yield everyone, drawn


def test_an_index_gives_what_comparing_with_every_photo_gives(
    gallery: tuple[Evidence, Ints], tmp_path: Path
) -> None:
    everyone, drawn = gallery
    probes = evidence(
        [Shots("?", look(np.random.default_rng(9)), range(30))], np.random.default_rng(3)
    ).vectors
    ids, y = everyone.face_ids[drawn], everyone.people[drawn]
    wanted = Knn().fit(everyone.vectors[drawn], y).predict_proba(probes)
    for index in (ExactNeighbours, FaissNeighbours):
        neighbours = index(everyone.face_ids, everyone.vectors)
        found = Knn().fit_neighbours(neighbours, ids, y).predict_proba(probes)
        np.testing.assert_allclose(found, wanted)


def test_photos_outside_the_draw_have_no_vote(gallery: tuple[Evidence, Ints]) -> None:
    everyone, drawn = gallery
    outside = np.setdiff1d(np.arange(len(everyone)), drawn)
    neighbours = FaissNeighbours(everyone.face_ids, everyone.vectors)
    _, found = neighbours.search(everyone.vectors[outside], 5, everyone.face_ids[drawn])
    assert np.isin(found, everyone.face_ids[drawn]).all()


def test_the_places_shrink_to_the_photos_of_each() -> None:
    """With two photos of each, five neighbours would always hold some of everybody."""
    rng = np.random.default_rng(0)
    few = evidence([Shots(n, look(rng), range(2)) for n in "ab"], rng)
    method = Knn().fit(few.vectors, few.people)
    assert method.k_ == 2
    assert method.predict_proba(few.vectors).max(axis=1) == pytest.approx(1)


def test_equally_near_photos_are_taken_by_their_number() -> None:
    same = np.repeat(np.eye(1, 4, dtype=np.float32), 6, axis=0)
    index = ExactNeighbours(np.array([9, 3, 7, 1, 5, 2]), same)
    similarities, ids = index.search(same[:1], 8, np.array([9, 7, 5, 3, 1, 2]))
    assert ids.tolist() == [[1, 2, 3, 5, 7, 9, -1, -1]]
    assert similarities[0, :6] == pytest.approx(1)
