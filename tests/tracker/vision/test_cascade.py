"""The fast search finds the very faces that facenet-pytorch's own finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from tracker.vision import cascade
from tracker.vision.cascade import AreaMeans
from tracker.vision.detector import Detector

Pixels = npt.NDArray[np.uint8]

WITHIN_PIXELS = 0.01
WITHIN_PROBABILITY = 1e-4


def the_same_faces(image: Pixels, min_face: float, detector: Detector, original: Any) -> int:
    """Holds both searches against each other; gives how many faces there are."""
    original.min_face_size = min_face
    boxes, probabilities, landmarks = original.detect(image, landmarks=True)
    ours = detector.detect(image, min_face)
    if boxes is None:
        assert ours == []
        return 0
    order = sorted(range(len(boxes)), key=lambda i: (boxes[i][0], boxes[i][1]))
    assert len(ours) == len(boxes)
    for face, i in zip(ours, order, strict=True):
        np.testing.assert_allclose(face.box, np.float32(boxes[i]), atol=WITHIN_PIXELS)
        np.testing.assert_allclose(face.landmarks, np.float32(landmarks[i]), atol=WITHIN_PIXELS)
        assert face.confidence == pytest.approx(probabilities[i], abs=WITHIN_PROBABILITY)
    return len(ours)


@pytest.mark.parametrize("min_face", [20.0, 45.5, 80.0])
def test_a_drawn_scene_has_the_same_faces(
    drawn: Pixels, min_face: float, detector: Detector, original: Any
) -> None:
    assert the_same_faces(drawn, min_face, detector, original) >= 4


@pytest.mark.samples
def test_real_photos_have_the_same_faces(
    scenes: list[Path], detector: Detector, original: Any
) -> None:
    found = 0
    for path in scenes:
        image = Image.open(path).convert("RGB")
        image.thumbnail((700, 700), Image.Resampling.BOX)
        found += the_same_faces(np.asarray(image), 20.0, detector, original)
    assert found >= len(scenes)


@pytest.mark.samples
def test_a_face_at_the_edge_of_the_photo_is_the_same(
    scenes: list[Path], detector: Detector, original: Any
) -> None:
    (path,) = (p for p in scenes if "two_people" in p.name)
    image = np.asarray(Image.open(path).convert("RGB"))
    left = int(detector.detect(image, 80.0)[0].box[0])
    edge = np.ascontiguousarray(image[:, left + 20 :])
    assert the_same_faces(edge, 40.0, detector, original) >= 1


def test_noise_has_the_same_faces(detector: Detector, original: Any) -> None:
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    noise = np.asarray(coarse.resize((640, 480), Image.Resampling.BICUBIC))
    the_same_faces(noise, 20.0, detector, original)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (12, 12), (97, 61), (200, 150), (301, 151)])
def test_averages_over_areas_are_those_of_torch(width: int, height: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (150, 200, 3), dtype=np.uint8)
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    expected = interpolate(pixels, size=(height, width), mode="area")[0].permute(1, 2, 0)
    np.testing.assert_allclose(AreaMeans(image).level(width, height)[0], expected, rtol=1e-5)


def test_averages_within_boxes_are_those_of_torch() -> None:
    image = np.random.default_rng(0).integers(0, 256, (150, 200, 3), dtype=np.uint8)
    boxes = np.array([[0, 0, 200, 150], [10, 20, 34, 44], [199, 149, 200, 150], [3, 5, 8, 90]])
    cuts = AreaMeans(image).cuts(boxes, 24)
    for cut, (x0, y0, x1, y1) in zip(cuts, boxes, strict=True):
        pixels = torch.from_numpy(image[y0:y1, x0:x1]).permute(2, 0, 1)[None].float()
        expected = interpolate(pixels, size=(24, 24), mode="area")[0].permute(1, 2, 0)
        np.testing.assert_allclose(cut, expected, rtol=1e-5)


def test_averages_of_the_brightest_and_largest_photo_do_not_overflow() -> None:
    """The sum over 6000 x 3000 white pixels does not fit into 32 bits, and need not."""
    white = np.full((3000, 6000, 3), 255, dtype=np.uint8)
    areas = AreaMeans(white)
    np.testing.assert_array_equal(areas.level(500, 250), 255)
    corner = np.array([[5000, 2000, 6000, 3000]])
    np.testing.assert_array_equal(areas.cuts(corner, 24), 255)


def test_a_candidate_outside_of_the_image_is_passed_over() -> None:
    """facenet-pytorch's own search stops with an error there."""
    areas = AreaMeans(np.zeros((50, 60, 3), dtype=np.uint8))
    boxes = np.array(
        [[70, 10, 90, 30], [-30, -30, 0, 0], [10, 60, 30, 80], [5, 5, 25, 25]], dtype=np.float32
    )
    kept, cuts = cascade._cut(areas, boxes, 24)
    np.testing.assert_array_equal(kept, boxes[3:])
    assert cuts.shape == (1, 3, 24, 24)


def test_of_a_face_within_a_face_one_is_kept() -> None:
    boxes = np.array([[0, 0, 100, 100], [30, 30, 60, 60], [200, 0, 260, 60]], dtype=np.float32)
    probabilities = np.array([0.9, 0.99, 0.8], dtype=np.float32)
    assert cascade._nms_of_smaller(boxes, probabilities, 0.7) == [1, 2]


def test_more_candidates_than_fit_into_one_batch_come_out_in_order() -> None:
    areas = AreaMeans(np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8))
    starts = np.random.default_rng(1).integers(0, 60, (cascade.BATCH + 3, 2))
    boxes = np.concatenate([starts, starts + 25], axis=1).astype(np.float32)
    _, cuts = cascade._cut(areas, boxes, 24)
    net = cascade.networks().refinement
    with torch.inference_mode():
        _, together = cascade._in_parts(net, cuts)
        _, last = net(cuts[-1:])
    assert len(together) == len(boxes)
    np.testing.assert_allclose(together[-1], last[0], atol=1e-5)
