"""Boxes of the stored photo and of the upright one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tracker.metadata.turns import readings, sides, turned, turned_back, usable

ORIENTATIONS = range(1, 9)

share = st.floats(0, 1, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    x0, x1 = sorted((draw(share), draw(share)))
    y0, y1 = sorted((draw(share), draw(share)))
    return x0, y0, x1, y1


@given(boxes(), st.sampled_from(ORIENTATIONS))
def test_turning_a_box_and_turning_it_back_gives_the_same_box(
    box: tuple[float, float, float, float], orientation: int
) -> None:
    assert turned_back(turned(box, orientation), orientation) == pytest.approx(box, abs=1e-12)
    assert turned(turned_back(box, orientation), orientation) == pytest.approx(box, abs=1e-12)


@given(boxes(), st.sampled_from(ORIENTATIONS))
def test_a_turned_box_stays_inside_the_photo_and_keeps_its_area(
    box: tuple[float, float, float, float], orientation: int
) -> None:
    x0, y0, x1, y1 = turned(box, orientation)
    assert 0 <= x0 <= x1 <= 1
    assert 0 <= y0 <= y1 <= 1
    area = (box[2] - box[0]) * (box[3] - box[1])
    assert (x1 - x0) * (y1 - y0) == pytest.approx(area, abs=1e-12)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_box_is_turned_the_way_pillow_turns_the_pixels(orientation: int) -> None:
    stored = np.zeros((60, 80), np.uint8)
    stored[10:20, 5:35] = 255
    image = Image.fromarray(stored)
    image.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(image))
    rows, columns = np.nonzero(upright)
    height, width = upright.shape
    seen = (
        columns.min() / width,
        rows.min() / height,
        (columns.max() + 1) / width,
        (rows.max() + 1) / height,
    )
    assert turned((5 / 80, 10 / 60, 35 / 80, 20 / 60), orientation) == pytest.approx(seen)
    assert sides((80, 60), orientation) == (width, height)


@given(st.lists(st.floats(), min_size=4, max_size=4))
def test_whatever_the_numbers_a_usable_box_is_inside_the_photo(numbers: list[float]) -> None:
    box = usable(numbers)
    if box is not None:
        x0, y0, x1, y1 = box
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1


@pytest.mark.parametrize(
    "numbers",
    [
        (float("nan"), 0, 1, 1),
        (0.2, 0.2, 0.2, 0.8),
        (0.6, 0.2, 0.4, 0.8),
        (1.2, 0.2, 1.4, 0.8),
        (-0.4, 0.1, -0.1, 0.2),
        (0, 0, 1, 1),
        (float("-inf"), 0, float("inf"), 1),
    ],
)
def test_what_is_no_face_has_no_reading(numbers: tuple[float, ...]) -> None:
    assert readings(numbers, (100, 80), 1) == ()


BOX = (0.1, 0.2, 0.3, 0.5)


def test_a_photo_that_needs_no_turning_has_one_reading() -> None:
    assert readings(BOX, (100, 80), 1) == (BOX,)


def test_a_box_is_first_read_as_one_of_the_stored_photo() -> None:
    assert readings(BOX, (60, 80), 6) == (turned(BOX, 6), BOX)
    assert readings(BOX, (60, 80), 6, (80, 60)) == (turned(BOX, 6), BOX)


def test_a_box_drawn_on_the_upright_photo_is_read_so() -> None:
    assert readings(BOX, (60, 80), 6, (600, 800)) == (BOX, turned(BOX, 6))


def test_boxes_left_from_before_a_photo_was_turned_are_read_across_it() -> None:
    assert readings(BOX, (60, 80), 1, (80, 60)) == (turned(BOX, 6), turned(BOX, 8), BOX)


def test_a_photo_of_which_nobody_noted_how_it_lies_is_read_every_way() -> None:
    assert readings(BOX, (60, 80), 0) == (BOX, turned(BOX, 6), turned(BOX, 8), turned(BOX, 3))
    assert readings(BOX, (60, 80), 0, (80, 60)) == (turned(BOX, 6), turned(BOX, 8), BOX)
