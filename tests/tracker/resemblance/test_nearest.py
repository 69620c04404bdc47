"""The relatives' nearest faces, looked up once for many draws."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.methods.knn import ExactNeighbours
from tracker.resemblance import nearest
from tracker.resemblance.nearest import Nearest


def faces(count: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, 16))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("depth", [3, 40, 1000])
def test_a_list_made_once_answers_as_the_index_does_for_every_draw(
    depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "DEPTH", depth)
    ids = np.arange(100, 400)
    index = ExactNeighbours(ids, faces(300, 0))
    probes = faces(50, 1)
    known = Nearest.of(index, probes, ids)
    rng = np.random.default_rng(2)
    for size in (1, 4, 12, 300):
        among = rng.choice(ids, size, replace=False)
        near, found = known.search(probes, 5, among)
        wanted, right = index.search(probes, 5, among)
        np.testing.assert_array_equal(found, right)
        np.testing.assert_allclose(near, wanted, atol=1e-6)


def test_faces_it_was_not_made_for_are_searched_for() -> None:
    ids = np.arange(30)
    index = ExactNeighbours(ids, faces(30, 0))
    known = Nearest.of(index, faces(5, 1), ids)
    others = faces(7, 3)
    np.testing.assert_array_equal(known.search(others, 2, ids)[1], index.search(others, 2, ids)[1])


def test_without_relatives_nothing_is_found() -> None:
    index = ExactNeighbours(np.empty(0, np.int64), faces(0, 0))
    probes = faces(3, 1)
    _, found = Nearest.of(index, probes, np.empty(0, np.int64)).search(probes, 2, np.empty(0))
    assert (found == -1).all()
