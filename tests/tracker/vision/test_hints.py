"""The finest level of a search is looked at only where there may be a face, and nothing is lost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tracker.vision import hints
from tracker.vision.engines import Runtime
from tracker.vision.halvings import Halvings
from tracker.vision.mtcnn import networks

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SIZE, RATIO = (301, 226), 1 / 0.709
"""Of a level, and how much smaller the next coarser one is: 213 x 160."""


@pytest.fixture(scope="module")
def nets() -> networks.Networks:
    return networks.load(Runtime("onnxruntime", "cpu", "f32", "asked for by the test"), threads=1)


def hinted(cells: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Hints in some cells, row and column, of the coarser level's."""
    there = np.zeros((75, 102), bool)
    for cell in cells:
        there[cell] = True
    return there


def picture() -> Halvings:
    coarse = np.random.default_rng(3).integers(0, 256, (75, 100, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((1000, 750), Image.Resampling.BICUBIC)
    return Halvings(image, (2000, 1500))


def test_pieces_of_a_level_are_what_the_whole_level_has_there() -> None:
    image, boxes = picture(), np.array([[0, 0, 24, 26], [100, 51, 140, 71], [261, 200, 301, 226]])
    whole = image.whole(*SIZE).astype(int)
    for piece, (x0, y0, x1, y1) in zip(image.pieces(SIZE, boxes), boxes.tolist(), strict=True):
        np.testing.assert_allclose(np.asarray(piece).astype(int), whole[y0:y1, x0:x1], atol=1)


@pytest.mark.parametrize(
    "cells",
    [[(30, 50)], [(0, 0), (74, 101)], [(10, 10), (11, 11), (40, 3), (60, 90), (62, 93)]],
    ids=["one", "corners", "several"],
)
def test_where_it_is_looked_the_same_is_said_as_of_the_whole_level(
    nets: networks.Networks, cells: list[tuple[int, int]]
) -> None:
    image = picture()
    whole = nets.proposal(image.whole(*SIZE))
    found = hints.level(image, nets.proposal, SIZE, hinted(cells), RATIO)
    looked = np.isfinite(found[0])
    assert found.shape == whole.shape
    assert 0 < looked.mean() < 0.2
    np.testing.assert_allclose(found[:, looked], whole[:, looked], atol=0.1)
    for row, column in cells:
        here, there = round((row + 0.6) * RATIO), round((column + 0.6) * RATIO)
        assert looked[min(here, whole.shape[1] - 2), min(there, whole.shape[2] - 2)]


def test_a_level_without_a_hint_is_not_looked_at() -> None:
    def never(pixels: Pixels) -> Floats:
        raise AssertionError(f"{pixels.shape} was looked at")

    found = hints.level(picture(), never, SIZE, hinted([]), RATIO)
    assert np.isneginf(found[0]).all()


def test_a_level_full_of_hints_is_looked_at_in_one_piece(nets: networks.Networks) -> None:
    image = picture()
    found = hints.level(image, nets.proposal, SIZE, ~hinted([]), RATIO)
    np.testing.assert_array_equal(found, nets.proposal(image.whole(*SIZE)))
