"""The hand-made features: light does not change them, faces do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tracker.demo.draw import Camera, Sitter, scene
from tracker.demo.genome import Genome, stranger
from tracker.demo.light import Light
from tracker.errors import EmbedderError
from tracker.vision import align
from tracker.vision.detector import Detector
from tracker.vision.embedders import _features, registry
from tracker.vision.embedders.contract import Embedder

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return registry.load("handcrafted", weights_dir=tmp_path_factory.mktemp("weights"))


def cut(pixels: Pixels, detector: Detector) -> tuple[Pixels, Floats]:
    """The surest face of a photo, as the features want it, and its landmarks."""
    face = max(detector.detect(pixels, 60.0), key=lambda found: found.confidence)
    place = ("eyes-upright", _features.SIZE)
    return align.crop(pixels, face, *place), align.crop_landmarks(pixels, face, *place)


def photo(genome: Genome, seed: int = 0, warmth: float = 0.0) -> Pixels:
    shot = Camera(Light(warmth=warmth), "garden", blur=0.3, noise=1.5)
    return scene([Sitter(genome, 30.0, "f")], size=(480, 600), seed=seed, shot=shot)


def vector(embedder: Embedder, pixels: Pixels, detector: Detector) -> Floats:
    crop, landmarks = cut(pixels, detector)
    return np.asarray(embedder.embed([crop], landmarks[None])[0])


@pytest.mark.parametrize("cast", [(1.0, 0.9, 0.8), (0.8, 0.95, 1.0), (0.7, 0.7, 0.7)])
def test_a_colour_cast_does_not_change_the_features(
    cast: tuple[float, float, float], embedder: Embedder, detector: Detector
) -> None:
    crop, landmarks = cut(photo(Genome(skin=-0.2)), detector)
    dimmed = (crop * np.array([0.9, 0.9, 0.9])).round().astype(np.uint8)
    tinted = (crop * np.array(cast) * 0.9).round().astype(np.uint8)
    plain, under_lamp = embedder.embed([dimmed, tinted], np.stack([landmarks, landmarks]))
    assert float(plain @ under_lamp) > 0.97


def test_most_people_under_a_lamp_are_nearest_to_themselves_by_day(
    embedder: Embedder, detector: Detector
) -> None:
    rng = np.random.default_rng(3)
    people = [stranger(rng) for _ in range(5)]
    by_day = np.stack([vector(embedder, photo(p, i), detector) for i, p in enumerate(people)])
    by_lamp = np.stack(
        [vector(embedder, photo(p, 9 + i, warmth=0.8), detector) for i, p in enumerate(people)]
    )
    similarity = by_lamp @ by_day.T
    assert (similarity.argmax(axis=1) == np.arange(5)).sum() >= 4
    themselves, others = np.diag(similarity), similarity[~np.eye(5, dtype=bool)]
    assert themselves.mean() > others.mean() + 0.05


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (Genome(skin=-0.8), Genome(skin=0.5)),
        (Genome(hair=-0.8), Genome(hair=0.8)),
        (Genome(iris=-0.9), Genome(iris=0.9)),
        (Genome(mouth_width=-1.0), Genome(mouth_width=1.0)),
    ],
    ids=["skin", "hair", "eyes", "mouth"],
)
def test_what_is_heritable_shows(
    low: Genome, high: Genome, embedder: Embedder, detector: Detector
) -> None:
    same = vector(embedder, photo(low, 0), detector) @ vector(embedder, photo(low, 1), detector)
    apart = vector(embedder, photo(low, 0), detector) @ vector(embedder, photo(high, 1), detector)
    assert apart < same


def test_landmarks_are_looked_at(embedder: Embedder, detector: Detector) -> None:
    crop, landmarks = cut(photo(Genome()), detector)
    moved = landmarks.copy()
    moved[3:, 0] += [-8, 8]
    plain, wider, usual = (
        embedder.embed([crop], points) for points in (landmarks[None], moved[None], None)
    )
    assert not np.allclose(plain, wider)
    assert plain[0] @ usual[0] > 0.5


def test_geometry_does_not_depend_on_size_place_or_tilt_of_the_face() -> None:
    points = align.template("eyes-upright", _features.SIZE)
    c, s = np.cos(0.4), np.sin(0.4)
    turned = (points @ np.array([[c, s], [-s, c]]) * 2.3 + 50).astype(np.float32)
    np.testing.assert_allclose(
        _features.geometry(points), _features.geometry(turned), rtol=0, atol=1e-3
    )


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_a_crop_of_one_colour_gives_a_vector_all_the_same(value: int, embedder: Embedder) -> None:
    (found,) = embedder.embed([np.full((200, 160, 3), value, dtype=np.uint8)])
    assert np.isfinite(found).all()
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_landmarks_far_outside_or_in_one_place_give_a_vector_all_the_same(
    embedder: Embedder,
) -> None:
    crop = np.random.default_rng(0).integers(0, 256, (200, 160, 3), dtype=np.uint8)
    for points in (np.zeros((5, 2)), np.full((5, 2), 5000.0), np.full((5, 2), -5000.0)):
        (found,) = embedder.embed([crop], points[None].astype(np.float32))
        assert np.isfinite(found).all()


def test_as_many_landmarks_as_crops_are_wanted(embedder: Embedder) -> None:
    crop = np.zeros((200, 160, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="landmarks"):
        embedder.embed([crop], np.zeros((2, 5, 2), dtype=np.float32))


def test_it_takes_no_weights(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="handcrafted has no weights"):
        registry.load("handcrafted", weights=tmp_path / "w.pt", weights_dir=tmp_path)
