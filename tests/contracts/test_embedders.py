"""What every embedder promises, held for each one that is registered and for ONNX models."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.random_facenet import random_weights
from tests.support.tiny_onnx import tiny_model
from tracker.vision import align
from tracker.vision.embedders import registry
from tracker.vision.embedders.contract import Embedder, EmbedderInfo

Pixels = npt.NDArray[np.uint8]

TINY, SAMPLE = "a model.toml", "mobilefacenet-y1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedders")


@pytest.fixture(
    scope="module",
    params=[*registry.names(), TINY, pytest.param(SAMPLE, marks=pytest.mark.samples)],
)
def choice(request: pytest.FixtureRequest, folder: Path) -> tuple[str, Path | None]:
    """What a user would type: the name or path, and a file of weights where there is one."""
    name: str = request.param
    if name == TINY:
        return str(tiny_model(folder / "tiny")), None
    if name == SAMPLE:
        model = Path(os.environ.get("TRACKER_SAMPLES", "/nonexistent")) / "models" / SAMPLE
        if not model.is_dir():
            pytest.skip("set TRACKER_SAMPLES to a folder with models/mobilefacenet-y1")
        return str(model), None
    if name.startswith("facenet"):
        path = folder / "random.pt"
        return name, path if path.exists() else random_weights(path)
    return name, None


@pytest.fixture(scope="module")
def embedder(choice: tuple[str, Path | None], folder: Path) -> Embedder:
    return registry.load(choice[0], weights=choice[1], weights_dir=folder)


@pytest.fixture(scope="module")
def info(choice: tuple[str, Path | None], folder: Path) -> EmbedderInfo:
    return registry.identify(choice[0], weights=choice[1], weights_dir=folder)


@pytest.fixture(scope="module")
def crops(embedder: Embedder) -> list[Pixels]:
    """Nineteen different crops: more than one batch."""
    width, height = embedder.input_size
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (19, 8, 8, 3), dtype=np.uint8)
    tall, wide = -(-height // 8), -(-width // 8)
    return [np.kron(c, np.ones((tall, wide, 1), np.uint8))[:height, :width] for c in coarse]


@pytest.fixture(scope="module")
def vectors(embedder: Embedder, crops: list[Pixels]) -> npt.NDArray[np.float32]:
    return embedder.embed(crops)


def test_it_is_an_embedder_and_is_what_was_told_of_it_before_loading(
    embedder: Embedder, info: EmbedderInfo
) -> None:
    assert isinstance(embedder, Embedder)
    for name in ("id", "dim", "input_size", "alignment", "licence", "source", "wants_landmarks"):
        assert getattr(embedder, name) == getattr(info, name), name
    assert info.present
    align.check(embedder.alignment)
    assert embedder.licence
    assert embedder.source


def test_no_crops_give_no_vectors(embedder: Embedder) -> None:
    for landmarks in (None, np.empty((0, 5, 2), np.float32)):
        none = embedder.embed([], landmarks)
        assert none.shape == (0, embedder.dim)
        assert none.dtype == np.float32


def test_vectors_are_float32_of_the_promised_length(
    embedder: Embedder, vectors: npt.NDArray[np.float32]
) -> None:
    assert vectors.shape == (19, embedder.dim)
    assert vectors.dtype == np.float32


def test_vectors_have_unit_length(vectors: npt.NDArray[np.float32]) -> None:
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_crops_give_the_same_vectors_again(
    embedder: Embedder, crops: list[Pixels], vectors: npt.NDArray[np.float32]
) -> None:
    np.testing.assert_array_equal(embedder.embed(crops), vectors)


def test_a_vector_is_the_same_to_the_last_bit_whoever_else_is_in_the_batch(
    embedder: Embedder, crops: list[Pixels], vectors: npt.NDArray[np.float32]
) -> None:
    for first, last in ((0, 1), (16, 17), (18, 19), (3, 5), (1, 9), (2, 19)):
        np.testing.assert_array_equal(embedder.embed(crops[first:last]), vectors[first:last])


def test_vectors_come_in_the_order_of_the_crops(
    embedder: Embedder, crops: list[Pixels], vectors: npt.NDArray[np.float32]
) -> None:
    np.testing.assert_array_equal(embedder.embed(crops[::-1]), vectors[::-1])


def test_different_faces_have_different_vectors(vectors: npt.NDArray[np.float32]) -> None:
    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    assert (distances[~np.eye(len(vectors), dtype=bool)] > 1e-4).all()


def test_landmarks_may_always_be_given(
    embedder: Embedder, crops: list[Pixels], vectors: npt.NDArray[np.float32]
) -> None:
    usual = align.template(embedder.alignment, embedder.input_size)
    given = embedder.embed(crops, np.repeat(usual[None], len(crops), axis=0))
    np.testing.assert_allclose(given, vectors, atol=1e-5)


def test_crops_are_left_as_they_were(embedder: Embedder, crops: list[Pixels]) -> None:
    copies = [crop.copy() for crop in crops]
    embedder.embed(crops)
    for crop, copy in zip(crops, copies, strict=True):
        np.testing.assert_array_equal(crop, copy)


def test_a_crop_of_another_size_or_kind_is_refused(embedder: Embedder, crops: list[Pixels]) -> None:
    for wrong in (crops[0][:-1], crops[0][..., 0], crops[0].astype(np.float32)):
        with pytest.raises(ValueError, match="crop"):
            embedder.embed([crops[1], wrong])
