"""Every face is found, in a stable order, whatever the shape of the photo."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tracker.vision.detector import Detector, smallest_face

Pixels = npt.NDArray[np.uint8]


def test_four_people_are_found_from_left_to_right(drawn: Pixels, detector: Detector) -> None:
    faces = detector.detect(drawn, 20.0)
    lefts = [float(face.box[0]) for face in faces]
    assert len(faces) >= 4
    assert lefts == sorted(lefts)
    assert sum(face.confidence > 0.95 for face in faces) >= 4


def test_a_face_comes_with_its_eyes_nose_and_mouth_where_they_are(
    drawn: Pixels, detector: Detector
) -> None:
    for face in detector.detect(drawn, 60.0):
        assert face.box.dtype == face.landmarks.dtype == np.float32
        x0, y0, x1, y1 = face.box
        assert (face.landmarks > [x0, y0]).all()
        assert (face.landmarks < [x1, y1]).all()
        left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert left_eye[1] < nose[1] < left_mouth[1]


def test_the_same_photo_gives_the_same_faces_again(drawn: Pixels, detector: Detector) -> None:
    first, second = (detector.detect(drawn, 20.0) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.box, b.box)
        np.testing.assert_array_equal(a.landmarks, b.landmarks)


@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 400), (11, 11), (12, 12), (19, 19), (20, 20), (21, 500), (3, 9000)]
)
def test_a_photo_smaller_than_a_face_has_none(shape: tuple[int, int], detector: Detector) -> None:
    assert detector.detect(np.full((*shape, 3), 128, dtype=np.uint8), 20.0) == []


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_photo_of_one_colour_has_no_face(value: int, detector: Detector) -> None:
    assert detector.detect(np.full((300, 400, 3), value, dtype=np.uint8), 20.0) == []


@pytest.mark.parametrize("long_side", [6000, 20000])
def test_a_face_in_a_very_long_panorama_is_found(
    long_side: int, drawn: Pixels, detector: Detector
) -> None:
    face = max(detector.detect(drawn, 60.0), key=lambda found: found.confidence)
    x0, y0 = (max(0, int(v) - 40) for v in face.box[:2])
    cut = drawn[y0 : y0 + 260, x0 : x0 + 260]
    panorama = np.full((len(cut), long_side, 3), 90, dtype=np.uint8)
    panorama[:, 3000 : 3000 + cut.shape[1]] = cut
    found = detector.detect(panorama, 60.0)
    assert any(f.box[0] >= 3000 and f.box[2] <= 3000 + cut.shape[1] for f in found)


def test_pixels_that_may_not_be_written_are_searched_too(drawn: Pixels, detector: Detector) -> None:
    locked = np.frombuffer(drawn.tobytes(), dtype=np.uint8).reshape(drawn.shape)
    assert len(detector.detect(locked, 60.0)) == len(detector.detect(drawn, 60.0))


@pytest.mark.parametrize("long_side", [100, 999, 1001, 3024, 4032, 8000])
def test_faces_of_80_pixels_are_searched_for_at_every_size(long_side: int) -> None:
    assert smallest_face(long_side, long_side // 2) < 80
    assert smallest_face(long_side // 2, long_side) < 80


def test_a_photo_of_200_megapixels_is_searched_for_faces_of_a_hundredth_of_its_side() -> None:
    assert 100 < smallest_face(16320, 12240) < 164


def test_faces_are_given_in_pixels_of_the_photo_though_it_was_decoded_at_half(
    drawn: Pixels, detector: Detector
) -> None:
    whole = detector.detect(drawn, 60.0)
    half = detector.detect(Image.fromarray(drawn).reduce(2), 60.0, size=(1000, 750))
    assert len(half) == len(whole) >= 4
    for a, b in zip(whole, half, strict=True):
        np.testing.assert_allclose(a.box, b.box, atol=0.12 * a.size)


def test_the_detectors_name_is_known_without_loading_torch() -> None:
    code = (
        "import json, sys; from tracker.vision.detector import DETECTOR_ID, smallest_face;"
        "smallest_face(4000, 3000); print(json.dumps([DETECTOR_ID, 'torch' in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    name, loaded = json.loads(done.stdout)
    assert name.startswith("mtcnn")
    assert not loaded
