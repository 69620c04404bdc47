"""How fit a face is for comparison."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageFilter

from tracker.vision import quality
from tracker.vision.detector import Detector
from tracker.vision.records import Detection

Pixels = npt.NDArray[np.uint8]


def landmarks(nose_x: float) -> npt.NDArray[np.float32]:
    return np.array([[30, 40], [70, 40], [nose_x, 60], [35, 80], [65, 80]], dtype=np.float32)


def test_a_blurred_face_is_less_sharp(drawn: Pixels, detector: Detector) -> None:
    face = detector.detect(drawn, 60.0)[0]
    values = [quality.sharpness(drawn, face)]
    for radius in (2, 5):
        blurred = Image.fromarray(drawn).filter(ImageFilter.GaussianBlur(radius))
        values.append(quality.sharpness(np.asarray(blurred), face))
    assert values == sorted(values, reverse=True)
    assert values[0] > 4 * values[2]


def test_an_even_patch_has_no_sharpness() -> None:
    grey = np.full((100, 100, 3), 90, dtype=np.uint8)
    face = Detection(np.array([10, 10, 90, 90], np.float32), landmarks(50), 0.9)
    assert quality.sharpness(grey, face) == 0


@pytest.mark.parametrize(
    ("nose_x", "expected"), [(50, 0), (30, -1), (70, 1), (60, 0.5), (0, -1), (100, 1)]
)
def test_the_turn_of_the_head_is_where_the_nose_is_between_the_eyes(
    nose_x: float, expected: float
) -> None:
    assert quality.yaw(landmarks(nose_x)) == pytest.approx(expected, abs=1e-6)


def test_a_tilted_head_is_not_a_turned_one() -> None:
    c, s = np.cos(0.6), np.sin(0.6)
    tilted = landmarks(50) @ np.array([[c, s], [-s, c]], dtype=np.float32)
    assert quality.yaw(tilted.astype(np.float32)) == pytest.approx(0, abs=1e-5)


def test_eyes_in_one_place_count_as_a_head_turned_away() -> None:
    profile = landmarks(80)
    profile[1] = profile[0]
    assert quality.yaw(profile) == 1.0


def test_all_three_are_measured_at_once(drawn: Pixels, detector: Detector) -> None:
    face = detector.detect(drawn, 60.0)[0]
    measured = quality.measure(drawn, face)
    x0, y0, x1, y1 = face.box
    assert measured.size_px == pytest.approx(max(x1 - x0, y1 - y0))
    assert measured.sharpness > 0
    assert -1 <= measured.yaw <= 1
