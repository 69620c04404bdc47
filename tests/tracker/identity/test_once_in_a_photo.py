"""Nobody is in a photo twice, whatever the chances are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracker.identity.once import LEAST, once

weights = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(2, 14)),
    elements=st.floats(0, 1, allow_nan=False),
)


def chances_of(rows: np.ndarray) -> np.ndarray:
    """Weights as chances; the last column is nobody."""
    return (rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-9))[:, :-1]


@settings(deadline=None)
@given(weights, st.data())
def test_under_any_chances_one_person_is_at_most_once_in_a_photo(
    rows: np.ndarray, data: st.DataObject
) -> None:
    chances = chances_of(rows)
    photos = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    )
    told = once(chances, photos)
    assert (told >= 0).all()
    assert (told.sum(axis=1) <= 1 + 1e-9).all()
    for photo in set(photos.tolist()):
        here = told[photos == photo]
        if len(here) > 1:
            assert (here.sum(axis=0) <= 1 + 1e-9).all()
            assert ((here > 0.5).sum(axis=0) <= 1).all()


@settings(deadline=None)
@given(weights, st.randoms(use_true_random=False))
def test_the_order_of_the_faces_changes_nothing(rows: np.ndarray, random: object) -> None:
    chances = chances_of(rows)
    order = np.array(sorted(range(len(rows)), key=lambda _: random.random()))  # type: ignore[attr-defined]
    photo = np.zeros(len(rows), np.int64)
    np.testing.assert_allclose(once(chances[order], photo), once(chances, photo)[order], atol=1e-9)


def test_all_ways_to_give_the_faces_to_people_are_weighed() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        faces, people = rng.integers(2, 5, size=2).tolist()
        chances = rng.dirichlet(np.full(people + 1, 0.5), faces)[:, :people]
        kept = np.where(chances >= LEAST, chances, 0.0)
        free = np.maximum(1 - kept.sum(axis=1), 1e-9)
        told, total = np.zeros_like(kept), 0.0
        for way in itertools.product(range(people + 1), repeat=faces):
            named = [who for who in way if who < people]
            if len(set(named)) < len(named):
                continue
            weight = np.prod([kept[f, w] if w < people else free[f] for f, w in enumerate(way)])
            total += float(weight)
            for face, who in enumerate(way):
                if who < people:
                    told[face, who] += weight
        np.testing.assert_allclose(once(chances, np.zeros(faces, int)), told / total, atol=1e-6)


def test_two_faces_that_are_as_likely_are_both_asked_about() -> None:
    told = once(np.array([[0.99], [0.99]]), np.array([7, 7]))
    assert told.max() < 0.6


def test_the_other_twin_is_who_is_left() -> None:
    told = once(np.array([[0.5, 0.5], [0.0, 0.99]]), np.array([1, 1]))
    assert told[0, 0] > 0.9
    assert told[1, 1] > 0.9


def test_faces_of_different_photos_do_not_compete() -> None:
    chances = np.array([[0.99], [0.99]])
    np.testing.assert_array_equal(once(chances, np.array([1, 2])), chances)


@pytest.mark.parametrize("people", [12, 25])
def test_a_class_photo_takes_no_time(people: int) -> None:
    rng = np.random.default_rng(1)
    told = once(rng.dirichlet(np.full(people + 1, 0.3), 30)[:, :people], np.zeros(30, int))
    assert (told.sum(axis=0) <= 1 + 1e-9).all()
