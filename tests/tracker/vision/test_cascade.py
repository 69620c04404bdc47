"""The search finds what facenet-pytorch's own MTCNN finds, to a hair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.drawn_photos import crowd, drawn
from tracker.vision.detector import PYRAMID_FACTOR, THRESHOLDS, Detector, search_size
from tracker.vision.records import Pixels
from tracker.vision.torchvision_shim import facenet_pytorch


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def same_faces(detector: Detector, image: Pixels, min_face: float) -> int:
    """Compare every box, landmark and confidence; gives how many faces there were."""
    mtcnn = facenet_pytorch().MTCNN(
        keep_all=True,
        thresholds=list(THRESHOLDS),
        factor=PYRAMID_FACTOR,
        min_face_size=min_face,
        select_largest=False,
    )
    boxes, confidences, landmarks = mtcnn.detect(image, landmarks=True)
    found = detector.detect(image, min_face)
    if boxes is None:
        assert found == []
        return 0
    order = np.lexsort((boxes[:, 1].astype(float), boxes[:, 0].astype(float)))
    assert len(found) == len(order)
    for face, row in zip(found, order, strict=True):
        np.testing.assert_allclose(face.box, boxes[row].astype(float), atol=0.01)
        np.testing.assert_allclose(face.landmarks, landmarks[row].astype(float), atol=0.01)
        assert face.confidence == pytest.approx(float(confidences[row]), abs=1e-4)
    return len(found)


@pytest.mark.parametrize("people", [0, 1, 3])
def test_drawn_photos_give_the_same_faces_as_the_original_code(
    detector: Detector, people: int
) -> None:
    same_faces(detector, drawn(people, seed=people, size=(640, 480)), 20.0)


def test_a_crowd_gives_the_same_faces_as_the_original_code(detector: Detector) -> None:
    assert same_faces(detector, crowd(), 40.0) >= 28


@pytest.mark.samples
def test_real_photos_give_the_same_faces_as_the_original_code(
    detector: Detector, samples: Path
) -> None:
    total = 0
    for path in sorted((samples / "photos" / "scenes").glob("*.[jp][pn]g")):
        image = Image.open(path).convert("RGB")
        side, min_face = search_size(*image.size)
        image.thumbnail((side, side))
        total += same_faces(detector, np.asarray(image), min_face)
    assert total > 20


@pytest.mark.parametrize("size", [(1, 1), (12, 12), (19, 400), (3000, 15), (2000, 40), (40, 2000)])
def test_tiny_and_very_long_pictures_are_searched_without_complaint(
    detector: Detector, size: tuple[int, int]
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    assert isinstance(detector.detect(noise), list)


def test_an_even_picture_has_no_face(detector: Detector) -> None:
    assert detector.detect(np.full((480, 640, 3), 127, np.uint8)) == []


def test_faces_come_from_left_to_right_however_often_one_asks(detector: Detector) -> None:
    image = drawn(3, seed=4, size=(960, 720))
    first, again = detector.detect(image), detector.detect(image)
    lefts = [float(face.box[0]) for face in first]
    assert lefts == sorted(lefts)
    assert [face.box.tolist() for face in first] == [face.box.tolist() for face in again]
    assert len(first) == 3


def test_a_photo_is_searched_at_a_size_that_keeps_faces_of_eighty_pixels() -> None:
    for width, height in ((4000, 3000), (3000, 4000), (640, 480), (12000, 9000), (200, 100)):
        side, min_face = search_size(width, height)
        scale = side / max(width, height)
        assert scale <= 1
        assert 80 * scale >= min_face or min_face == 20.0
        assert 80 * scale >= 12 or side == 1000
