"""Of boxes that show the same face the likeliest is kept, whatever their number and order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tracker.vision import suppression
from tracker.vision.suppression import likeliest

Floats = npt.NDArray[np.float64]


def one_by_one(boxes: Floats, likely: Floats, threshold: float, of_smaller: bool) -> list[int]:
    """The definition: each box, from the likeliest on, against all that are kept so far."""
    end = 1 if of_smaller else 0
    kept: list[int] = []
    for number in np.argsort(-likely, kind="stable").tolist():
        x0, y0, x1, y1 = boxes[number]
        area = (x1 - x0 + end) * (y1 - y0 + end)
        for other in kept:
            a0, b0, a1, b1 = boxes[other]
            width, height = min(x1, a1) - max(x0, a0) + end, min(y1, b1) - max(y0, b0) + end
            shared = max(width, 0) * max(height, 0)
            others = (a1 - a0 + end) * (b1 - b0 + end)
            most = min(area, others) if of_smaller else area + others - shared
            if shared > threshold * most:
                break
        else:
            kept.append(number)
    return kept


def crowd(rng: np.random.Generator, count: int, *, whole: bool) -> tuple[Floats, Floats]:
    """Boxes in heaps, many of them on whole pixels and equally likely."""
    middles = rng.uniform(0, 400, (max(1, count // 8), 2))[
        rng.integers(0, max(1, count // 8), count)
    ]
    first = middles + rng.normal(0, 12, (count, 2))
    boxes = np.concatenate([first, first + rng.uniform(0, 90, (count, 2))], axis=1)
    likely = rng.normal(2, 1, count)
    return (np.floor(boxes), likely.round(1)) if whole else (boxes, likely)


@pytest.mark.parametrize("of_smaller", [False, True])
@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.7])
def test_what_is_kept_is_what_the_definition_keeps(
    threshold: float, of_smaller: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    for count in (0, 1, 2, 3, 17, 60, 150):
        for at_once in (1, 50, 1 << 16):
            monkeypatch.setattr(suppression, "AT_ONCE", at_once)
            boxes, likely = crowd(rng, count, whole=at_once == 50)
            kept = likeliest(boxes, likely, threshold, of_smaller=of_smaller)
            assert kept.tolist() == one_by_one(boxes, likely, threshold, of_smaller)


def test_boxes_of_different_numbers_are_never_compared() -> None:
    rng = np.random.default_rng(5)
    boxes, likely = crowd(rng, 120, whole=True)
    apart = rng.integers(0, 4, 120)
    kept = likeliest(boxes, likely, 0.5, apart=apart)
    wanted: list[Any] = []
    for number in range(4):
        of_it = np.flatnonzero(apart == number)
        wanted += of_it[one_by_one(boxes[of_it], likely[of_it], 0.5, False)].tolist()
    assert sorted(kept.tolist()) == sorted(wanted)
    assert (np.diff(likely[kept]) <= 0).all()


def test_of_a_face_within_a_face_one_is_kept() -> None:
    boxes = np.array([[0, 0, 100, 100], [30, 30, 60, 60], [200, 0, 260, 60.0]])
    likely = np.array([0.9, 0.99, 0.8])
    assert likeliest(boxes, likely, 0.7, of_smaller=True).tolist() == [1, 2]


def test_overlapping_candidates_leave_the_likeliest() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10.0], [0, 0, 0, 0]])
    likely = np.array([0.8, 0.9, 0.5, 0.1])
    assert likeliest(boxes, likely, 0.7).tolist() == [1, 2, 3]
    assert likeliest(np.empty((0, 4)), np.empty(0), 0.7).tolist() == []
