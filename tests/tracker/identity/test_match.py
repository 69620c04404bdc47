"""Which of a photo's faces the named person is."""

from __future__ import annotations

import numpy as np

from tracker.identity.match import pick_one


def test_two_equally_likely_faces_wait_for_a_decision() -> None:
    assert pick_one(np.array([0.9, 0.9])) is None
    assert pick_one(np.array([0.2, 0.01])) is None
    assert pick_one(np.array([0.97, 0.2, 0.3])) == 0
    assert pick_one(np.array([])) is None
    assert pick_one(np.array([np.nan, 0.9])) is None
