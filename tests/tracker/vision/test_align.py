"""Faces are cut out the way each embedder wants them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tracker.vision import align
from tracker.vision.detector import Detector
from tracker.vision.records import Detection
from tracker.vision.torchvision_shim import facenet_pytorch

Pixels = npt.NDArray[np.uint8]
FRONTAL = np.array([[90, 100], [150, 100], [120, 135], [98, 165], [142, 165]], dtype=np.float32)


def face(landmarks: npt.NDArray[np.float32] = FRONTAL, box: tuple[float, ...] = ()) -> Detection:
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    span = high - low
    whole = box or (*(low - span), *(high + span))
    return Detection(np.array(whole, dtype=np.float32), landmarks, 0.99)


def dots(points: npt.NDArray[np.float32], size: tuple[int, int] = (240, 240)) -> Pixels:
    """A black picture with a soft bright dot on every point."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    total = sum(np.exp(-((x - px) ** 2 + (y - py) ** 2) / 18.0) for px, py in points)
    return np.repeat((np.clip(total, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)


def brightest_near(crop: Pixels, point: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Where the dot about `point` really is: the centre of its light."""
    y0, x0 = (max(0, round(float(v)) - 9) for v in point[::-1])
    part = crop[y0 : y0 + 19, x0 : x0 + 19, 0].astype(float)
    y, x = np.mgrid[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]]
    return np.array([(x * part).sum(), (y * part).sum()]) / part.sum()


def turned(points: npt.NDArray[np.float32], degrees: float) -> npt.NDArray[np.float32]:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle = np.array([120, 120])
    return np.asarray((points - middle) @ np.array([[c, s], [-s, c]]) + middle, np.float32)


@pytest.mark.parametrize(
    "box", [(30.7, 41.2, 180.9, 220.4), (-12.3, -5.0, 90.0, 80.5), (200.2, 150.0, 321.9, 260.1)]
)
def test_facenets_crop_is_facenet_pytorchs_own(box: tuple[float, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (240, 300, 3), dtype=np.uint8)
    crop = align.crop(image, face(box=box), "facenet-box", (160, 160))
    facenet_pytorch()
    from facenet_pytorch.models.utils.detect_face import extract_face

    own = extract_face(Image.fromarray(image), np.array(box), image_size=160, margin=0)
    np.testing.assert_array_equal(crop, own.permute(1, 2, 0).numpy().astype(np.uint8))


@pytest.mark.parametrize("degrees", [0, 17, -40, 90, 180])
@pytest.mark.parametrize("alignment", ["arcface-112", "eyes-upright"])
def test_a_tilted_head_is_brought_upright(alignment: str, degrees: float) -> None:
    size = (112, 112) if alignment == "arcface-112" else (160, 200)
    points = turned(FRONTAL, degrees)
    found = face(points)
    crop = align.crop(dots(points), found, alignment, size)
    places = align.crop_landmarks(dots(points), found, alignment, size)
    assert crop.shape == (size[1], size[0], 3)
    for place in places:
        np.testing.assert_allclose(brightest_near(crop, place), place, atol=0.6)
    left, right = places[:2]
    assert left[0] < right[0]
    assert abs(left[1] - right[1]) < 1.5


def test_arcfaces_landmarks_come_to_lie_on_its_template() -> None:
    template = align.ARCFACE_TEMPLATE.astype(np.float32)
    points = np.asarray(turned(template * 1.7 + 10, 25), np.float32)
    places = align.crop_landmarks(dots(points), face(points), "arcface-112", (112, 112))
    np.testing.assert_allclose(places, template, atol=0.01)


def test_arcfaces_template_grows_with_the_size_asked_for() -> None:
    places = align.crop_landmarks(dots(FRONTAL), face(), "arcface-112", (224, 224))
    small = align.crop_landmarks(dots(FRONTAL), face(), "arcface-112", (112, 112))
    np.testing.assert_allclose(places, small * 2, atol=0.01)


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_eyes_are_at_the_same_places_however_large_the_face(scale: float) -> None:
    points = FRONTAL * np.float32(scale)
    image = np.zeros((round(240 * scale), round(240 * scale), 3), dtype=np.uint8)
    places = align.crop_landmarks(image, face(points), "eyes-upright", (160, 200))
    np.testing.assert_allclose(
        places[:2], align.template("eyes-upright", (160, 200))[:2], atol=0.01
    )


def test_a_face_is_never_mirrored() -> None:
    """A left eye stays left: a mirrored face would be another person's to some embedders."""
    image = dots(FRONTAL[:1])
    crop = align.crop(image, face(), "arcface-112", (112, 112))
    assert crop[:, :56].sum() > 10 * crop[:, 56:].sum()


def test_a_large_face_is_reduced_without_skipping_pixels() -> None:
    """A fine chequerboard must come out grey, not as a coarse pattern."""
    fine = np.indices((1200, 1200)).sum(axis=0) % 2 * 255
    image = np.repeat(fine.astype(np.uint8)[..., None], 3, axis=2)
    crop = align.crop(image, face(FRONTAL * np.float32(5)), "eyes-upright", (160, 200))
    inner = crop[60:140, 40:120].astype(float)
    assert inner.mean() == pytest.approx(127.5, abs=2)
    assert inner.std() < 20


@pytest.mark.parametrize("alignment", align.ALIGNMENTS)
@pytest.mark.parametrize("shift", [(-500.0, -500.0), (150.0, 0.0), (0.0, -110.0)])
def test_what_lies_outside_of_the_photo_is_black_and_no_error(
    alignment: str, shift: tuple[float, float]
) -> None:
    points = FRONTAL + np.array(shift, dtype=np.float32)
    image = np.full((240, 240, 3), 200, dtype=np.uint8)
    crop = align.crop(image, face(points), alignment, (112, 112))
    assert crop.shape == (112, 112, 3)
    if alignment != "facenet-box" and shift[0] == -500.0:
        assert not crop.any()


@pytest.mark.parametrize("alignment", align.ALIGNMENTS)
def test_landmarks_that_lie_in_one_place_give_a_crop_all_the_same(alignment: str) -> None:
    points = np.full((5, 2), 100, dtype=np.float32)
    found = face(points, box=(80, 80, 120, 120))
    image = np.full((240, 240, 3), 200, dtype=np.uint8)
    assert align.crop(image, found, alignment, (112, 112)).shape == (112, 112, 3)
    assert np.isfinite(align.crop_landmarks(image, found, alignment, (112, 112))).all()


@pytest.mark.parametrize("alignment", align.ALIGNMENTS)
def test_the_usual_landmarks_are_those_of_found_faces(
    alignment: str, drawn: Pixels, detector: Detector
) -> None:
    size = (160, 200)
    usual = align.template(alignment, size)
    for found in detector.detect(drawn, 60.0):
        places = align.crop_landmarks(drawn, found, alignment, size)
        assert np.abs(places - usual).max() < 30


def test_a_small_face_asks_for_a_finer_decoding() -> None:
    assert align.needed_pixels("facenet-box", (160, 160)) == 160
    assert 95 < align.needed_pixels("arcface-112", (112, 112)) < 110
    assert 130 < align.needed_pixels("eyes-upright", (160, 200)) < 150


def test_an_alignment_nobody_knows_is_refused_with_those_there_are() -> None:
    image = np.zeros((240, 240, 3), dtype=np.uint8)
    for ask in (
        lambda: align.crop(image, face(), "sideways", (112, 112)),
        lambda: align.crop_landmarks(image, face(), "sideways", (112, 112)),
        lambda: align.needed_pixels("sideways", (112, 112)),
        lambda: align.template("sideways", (112, 112)),
        lambda: align.check("sideways"),
    ):
        with pytest.raises(ValueError, match=r"'sideways'.*facenet-box, arcface-112, eyes-upright"):
            ask()
