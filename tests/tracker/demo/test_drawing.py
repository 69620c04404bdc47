"""Drawn people look like people to MTCNN, at any size, and the same again when asked again."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from tracker.demo.anatomy import Outline, anatomy, neoteny
from tracker.demo.draw import Camera, Sitter, camera, portrait, scene
from tracker.demo.family import plan
from tracker.demo.genome import NAMES, Genome, blend, moved, stranger
from tracker.demo.light import Light
from tracker.vision.detector import Detector


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def people(count: int, seed: int = 0) -> list[Sitter]:
    rng = np.random.default_rng([seed, 9])
    ages = (1.0, 34.0, 7.0, 66.0)
    return [Sitter(stranger(rng), ages[i % 4], "fm"[i % 2]) for i in range(count)]


DIGEST = """
import hashlib
from tracker.demo.family import plan
from tracker.demo.draw import scene
for shot in plan(seed=3).shots[::130]:
    pixels = scene(shot.sitters, size=shot.size, seed=shot.seed, shot=shot.camera)
    print(hashlib.sha256(pixels.tobytes()).hexdigest())
"""


def test_the_same_seed_draws_the_same_pixels_in_another_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True, timeout=60
    )
    here = [
        hashlib.sha256(
            scene(s.sitters, size=s.size, seed=s.seed, shot=s.camera).tobytes()
        ).hexdigest()
        for s in plan(seed=3).shots[::130]
    ]
    assert done.stdout.split() == here


def test_another_seed_draws_another_photo() -> None:
    first, second = (scene(people(1), size=(200, 150), seed=seed) for seed in (1, 2))
    assert (first != second).mean() > 0.5


@pytest.mark.slow("many drawn photos")
def test_nearly_every_face_of_the_album_is_found(detector: Detector) -> None:
    drawn = found = 0
    for shot in plan(seed=0).shots[::12]:
        pixels = scene(shot.sitters, size=shot.size, seed=shot.seed, shot=shot.camera)
        faces = [face for face in detector.detect(pixels, 40.0) if face.confidence > 0.9]
        drawn += len(shot.sitters)
        found += min(len(faces), len(shot.sitters))
    assert drawn > 25
    assert found / drawn >= 0.97


@pytest.mark.parametrize("count", [2, 5, 8])
def test_everyone_in_a_group_photo_is_found(count: int, detector: Detector) -> None:
    faces = detector.detect(scene(people(count), size=(1200, 900), seed=count), 40.0)
    assert sum(face.confidence > 0.9 for face in faces) >= count - (count > 4)


def test_a_photo_of_nobody_has_no_face(detector: Detector) -> None:
    for seed in range(6):
        assert detector.detect(scene([], size=(640, 480), seed=seed), 40.0) == []


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (40, 30), (1801, 700)])
def test_a_photo_may_have_any_size(size: tuple[int, int]) -> None:
    for count in (0, 1, 6):
        pixels = scene(people(count), size=size, seed=1)
        assert pixels.shape == (size[1], size[0], 3)
        assert pixels.dtype == np.uint8


def test_a_photo_of_twelve_megapixels_is_sharp_to_mtcnn(detector: Detector) -> None:
    pixels = scene(people(2), size=(4000, 3000), seed=5)
    assert pixels.shape == (3000, 4000, 3)
    small = np.ascontiguousarray(pixels[::4, ::4])
    assert len([f for f in detector.detect(small, 20.0) if f.confidence > 0.95]) == 2


def test_a_portrait_is_a_scene_of_one() -> None:
    (sitter,) = people(1)
    np.testing.assert_array_equal(
        portrait(sitter, size=(160, 200), seed=4), scene([sitter], size=(160, 200), seed=4)
    )


def test_light_changes_the_photo_and_not_the_person() -> None:
    (sitter,) = people(1)
    cold, warm = (
        scene([sitter], size=(160, 200), shot=Camera(Light(warmth=warmth), "park"), seed=1)
        for warmth in (-1.0, 1.0)
    )
    red_cold, _, blue_cold = cold.reshape(-1, 3).mean(axis=0)
    red_warm, _, blue_warm = warm.reshape(-1, 3).mean(axis=0)
    assert red_warm > red_cold
    assert blue_warm < blue_cold


def test_days_differ_in_their_light_and_place() -> None:
    shots = [camera(np.random.default_rng(seed)) for seed in range(12)]
    assert len({shot.light for shot in shots}) == 12
    assert len({shot.place for shot in shots}) > 2


@pytest.mark.parametrize("sex", ["f", "m"])
def test_a_child_has_the_head_of_a_child(sex: str) -> None:
    """Rounder, larger eyes lower in the head, a smaller nose: and growing out of it steadily."""
    ages = [0.0, 1.0, 2.0, 6.0, 12.0, 20.0]
    heads = [anatomy(Genome(), years, sex) for years in ages]
    for falling in ("neoteny", "width", "eye_half", "eye_open", "eye_y"):
        values = [getattr(head, falling) for head in heads]
        assert values == sorted(values, reverse=True), falling
        assert values[0] > values[-1], falling
    for rising in ("nose_half", "nose_relief", "brow_thick", "mouth_half"):
        values = [getattr(head, rising) for head in heads]
        assert values == sorted(values), rising
    assert [neoteny(years) for years in (0, 18, 70)] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("years", [0.0, 2.0, 30.0, 75.0])
def test_every_heritable_shape_changes_the_head(years: float) -> None:
    shapes = NAMES[NAMES.index("face_width") : NAMES.index("freckles")]
    for name in shapes:
        low, high = (anatomy(Genome(**{name: value}), years, "f") for value in (-0.8, 0.8))
        assert low != high, name


@pytest.mark.parametrize("extreme", [-1.15, 1.15])
@pytest.mark.parametrize("years", [0.0, 40.0, 90.0])
def test_the_most_extreme_face_is_still_a_face(extreme: float, years: float) -> None:
    head = anatomy(Genome(*[extreme] * len(NAMES)), years, "m")
    outline = Outline(head)
    assert head.eye_x - head.eye_half > 0
    assert head.eye_x + head.eye_half < outline.half(head.eye_y)
    assert head.brow_y < head.eye_y < head.nose_y < head.mouth_y < 1
    assert outline.half(-1) == pytest.approx(0, abs=0.01)
    assert outline.half(1) == pytest.approx(0, abs=0.01)
    assert head.lip > 0
    assert head.brow_thick > 0


def test_a_child_is_mixed_from_its_parents_by_the_share() -> None:
    rng = np.random.default_rng(1)
    mother, father = stranger(rng), stranger(rng)
    for name in NAMES:
        a, b = getattr(mother, name), getattr(father, name)
        assert getattr(blend(mother, father, 1.0), name) == pytest.approx(a)
        assert getattr(blend(mother, father, 0.0), name) == pytest.approx(b)
        assert getattr(blend(mother, father, 0.25), name) == pytest.approx(0.25 * a + 0.75 * b)


def test_what_is_ones_own_stays_within_what_can_be_drawn() -> None:
    far = moved(Genome(*[1.0] * len(NAMES)), np.random.default_rng(0), 5.0)
    assert all(abs(getattr(far, name)) <= 1.15 for name in NAMES)
