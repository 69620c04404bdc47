"""Which face a box of another program is drawn around."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.identity.tag_match import match

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawn:
    boxes: tuple[Box, ...]
    source: str = "a"


FACES = np.array([[100, 100, 200, 230], [300, 100, 400, 230], [700, 500, 720, 526]])


def found(*tags: Drawn, faces: np.ndarray = FACES) -> dict[int, int]:
    return {claim.tag: claim.face for claim in match(tags, faces, 1000, 800)}


def around(face: int, left: float = 0, up: float = 0, right: float = 0, down: float = 0) -> Box:
    x0, y0, x1, y1 = FACES[face]
    w, h = x1 - x0, y1 - y0
    return (
        (x0 - left * w) / 1000,
        (y0 - up * h) / 800,
        (x1 + right * w) / 1000,
        (y1 + down * h) / 800,
    )


def test_boxes_meet_the_faces_they_are_drawn_around() -> None:
    assert found(Drawn((around(1),)), Drawn((around(0),)), Drawn((around(2),))) == {
        0: 1,
        1: 0,
        2: 2,
    }


@pytest.mark.parametrize(
    "box",
    [
        around(0, 0.3, 0.6, 0.3, 0.2),
        around(0, 0.8, 0.8, 0.8, 0.8),
        around(0, -0.15, -0.2, -0.15, -0.2),
        around(0, 0.2, 0.1, -0.2, -0.1),
    ],
    ids=["with the hair", "head and shoulders", "eyes to mouth", "beside"],
)
def test_boxes_may_be_wider_or_narrower_than_the_face(box: Box) -> None:
    assert found(Drawn((box,))) == {0: 0}


@pytest.mark.parametrize(
    "box",
    [
        (0.0, 0.0, 0.99, 0.99),
        around(0, 2, 1, 2, 6),
        around(0, -0.9, 0, 0.9, 0),
        (0.5, 0.7, 0.6, 0.8),
    ],
    ids=["the whole photo", "a whole body", "a neighbour", "elsewhere"],
)
def test_boxes_of_something_else_meet_no_face(box: Box) -> None:
    assert found(Drawn((box,))) == {}


def test_a_face_between_two_boxes_is_the_better_ones() -> None:
    assert found(Drawn((around(0, 0.5, 0.5, 0.5, 0.5),)), Drawn((around(0),))) == {1: 0}


def test_two_boxes_that_fit_a_face_equally_both_claim_it() -> None:
    assert found(Drawn((around(0),)), Drawn((around(0, 0.02),))) == {0: 0, 1: 0}


def test_two_programs_claim_a_face_each() -> None:
    assert found(Drawn((around(0),), "a"), Drawn((around(0, 0.5, 0.5, 0.5, 0.5),), "b")) == {
        0: 0,
        1: 0,
    }


def test_cheek_to_cheek_each_box_meets_its_own_face() -> None:
    faces = np.array([[100, 100, 200, 230], [180, 100, 280, 230]])
    tags = [Drawn(((0.17, 0.11, 0.29, 0.3),)), Drawn(((0.09, 0.11, 0.21, 0.3),))]
    assert found(*tags, faces=faces) == {0: 1, 1: 0}


def test_a_photo_without_faces_or_without_a_size_is_met_by_nothing() -> None:
    assert match([Drawn((around(0),))], np.empty((0, 4)), 1000, 800) == ()
    assert match([Drawn((around(0),))], FACES, 0, 0) == ()


box = st.tuples(*[st.floats(0, 1)] * 4).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@given(st.lists(st.lists(box, max_size=3), max_size=5), st.lists(box, max_size=5))
def test_a_tag_claims_one_face_at_most(readings: list[list[Box]], faces: list[Box]) -> None:
    pixels = np.array(faces, np.float64).reshape(-1, 4) * [1000, 800, 1000, 800]
    claims = match([Drawn(tuple(read)) for read in readings], pixels, 1000, 800)
    assert len({claim.tag for claim in claims}) == len(claims)
    for claim in claims:
        assert 0 < claim.overlap <= 1 + 1e-9
        assert 0 <= claim.face < len(faces)
