"""Whose face it is: the promises of the pure part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.identity.match import (
    assign,
    calibrate,
    closeness,
    own_closeness,
    pick_one,
    posterior,
)


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def person(rng: np.random.Generator, n: int, spread: float = 0.6, d: int = 64) -> np.ndarray:
    return unit(unit(rng.normal(size=(1, d))) + spread * unit(rng.normal(size=(n, d))))


def test_closeness_to_nobody_is_unknown() -> None:
    assert np.isnan(closeness(np.ones((2, 3)), np.empty((0, 3)))).all()


def test_own_closeness_never_compares_photos_of_one_day() -> None:
    vectors = unit(np.array([[1.0, 0], [1.0, 0], [0, 1.0]]))
    assert own_closeness(vectors, np.array([1, 1, 2])) == pytest.approx([0, 0, 0], abs=1e-9)
    assert np.isnan(own_closeness(vectors, np.array([1, 1, 1]))).all()


def test_too_few_faces_give_no_calibration() -> None:
    assert calibrate(np.array([0.9]), np.array([0.1, 0.2])) is None
    assert calibrate(np.array([0.9, np.nan]), np.array([0.1, 0.2])) is None


def test_nearer_is_never_less_likely_and_odds_stay_finite() -> None:
    fitted = calibrate(np.array([0.8, 0.8, 0.8]), np.array([0.1, 0.1]))
    assert fitted is not None
    odds = fitted.log_odds(np.linspace(-1, 1, 50))
    assert np.isfinite(odds).all()
    assert (np.diff(odds) >= 0).all()


def test_a_stranger_is_nobody_and_a_known_face_is_found() -> None:
    rng = np.random.default_rng(0)
    anna, ben, strangers = person(rng, 30), person(rng, 30), unit(rng.normal(size=(40, 64)))
    days = np.arange(20)
    odds = []
    for own, other in ((anna, ben), (ben, anna)):
        fitted = calibrate(own_closeness(own[:20], days), closeness(other[:20], own[:20]))
        assert fitted is not None
        probes = np.concatenate([anna[20:], ben[20:], strangers])
        odds.append(fitted.log_odds(closeness(probes, own[:20])))
    chances = posterior(np.stack(odds, axis=1))
    pairs = assign(chances, np.arange(60))
    assert pairs == [*((i, 0) for i in range(10)), *((i, 1) for i in range(10, 20))]


def test_one_person_is_at_most_once_in_a_photo() -> None:
    chances = np.array([[0.96, 0.0], [0.99, 0.0], [0.0, 0.97]])
    assert assign(chances, np.array(["p", "p", "p"])) == [(1, 0), (2, 1)]


def test_two_equally_likely_faces_wait_for_a_decision() -> None:
    assert pick_one(np.array([0.9, 0.9])) is None
    assert pick_one(np.array([0.2, 0.01])) is None
    assert pick_one(np.array([0.97, 0.2, 0.3])) == 0
    assert pick_one(np.array([])) is None
    assert pick_one(np.array([np.nan, 0.9])) is None


@given(
    st.lists(
        st.lists(st.floats(-20, 20) | st.just(float("nan")), min_size=2, max_size=2),
        min_size=1,
        max_size=6,
    )
)
def test_chances_are_chances(rows: list[list[float]]) -> None:
    chances = posterior(np.array(rows))
    assert (chances >= 0).all()
    assert (chances.sum(axis=1) <= 1 + 1e-9).all()
