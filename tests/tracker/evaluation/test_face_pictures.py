"""Aligned pictures of faces as the crops that each embedder wants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.tiny_onnx import tiny_model
from tracker.evaluation.face_pictures import PictureReader, read_picture, recut
from tracker.vision import align
from tracker.vision.embedders.registry import load
from tracker.vision.records import Pixels


class Wanting:
    """An embedder that gives back the mean colour, or NaN for black."""

    id, dim, licence, source, wants_landmarks = "wanting", 3, "", "", True

    def __init__(self, alignment: str, size: tuple[int, int]) -> None:
        self.alignment, self.input_size = alignment, size

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        assert landmarks is not None
        assert landmarks.shape == (len(crops), 5, 2)
        assert all(crop.shape == (*self.input_size[::-1], 3) for crop in crops)
        means = np.array([crop.mean(axis=(0, 1)) for crop in crops], dtype=np.float32)
        with np.errstate(invalid="ignore"):
            return means / np.linalg.norm(means, axis=1, keepdims=True)


def picture(path: Path, size: tuple[int, int] = (112, 112), shade: int = 120) -> Path:
    rng = np.random.default_rng(shade)
    pixels = rng.integers(shade // 2, shade + 1, (*size[::-1], 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize(
    ("alignment", "size"),
    [("arcface-112", (112, 112)), ("facenet-box", (160, 160)), ("eyes-upright", (160, 200))],
)
def test_every_alignment_gets_its_crop_with_the_landmarks_in_it(
    alignment: str, size: tuple[int, int], tmp_path: Path
) -> None:
    whole = read_picture(picture(tmp_path / "a.png"))
    assert whole is not None
    crop, landmarks = recut(whole, Wanting(alignment, size))
    assert crop.shape == (size[1], size[0], 3)
    assert crop.mean() > 20
    # ArcFace's template is narrower than an ordinary face in a detector's box: some pixels.
    # An ordinary face: eyes where they belong, the rest within a few pixels.
    off = np.abs(landmarks - align.template(alignment, size)).max(axis=1)
    assert off[:2].max() < 0.05 * max(size)
    assert off[2:].max() < 0.08 * max(size)


def test_an_aligned_picture_of_the_right_size_is_passed_on_untouched(tmp_path: Path) -> None:
    whole = read_picture(picture(tmp_path / "a.png"))
    assert whole is not None
    assert recut(whole, Wanting("arcface-112", (112, 112)))[0] is whole


def test_broken_pictures_and_vectors_that_are_none_are_left_out(tmp_path: Path) -> None:
    good = picture(tmp_path / "good.jpg")
    broken, empty, text = (tmp_path / name for name in ("broken.jpg", "empty.jpg", "text.jpg"))
    broken.write_bytes(good.read_bytes()[:300])
    empty.touch()
    text.write_text("no picture")
    tiny = picture(tmp_path / "tiny.png", (4, 4))
    black = picture(tmp_path / "black.png", shade=0)
    told: list[tuple[int, int]] = []
    reader = PictureReader(Wanting("arcface-112", (112, 112)), lambda *a: told.append(a))
    vectors, read = reader([broken, good, empty, text, tiny, black, tmp_path / "nowhere.jpg"])
    assert read.tolist() == [False, True, False, False, False, False, False]
    assert np.isfinite(vectors).all(axis=1).tolist() == read.tolist()
    assert told == [(7, 7)]


def test_no_pictures_give_no_vectors() -> None:
    vectors, read = PictureReader(Wanting("arcface-112", (112, 112)))([])
    assert vectors.shape == (0, 3)
    assert read.shape == (0,)


@pytest.mark.parametrize("spec", ["handcrafted", "model.toml"])
def test_real_embedders_take_aligned_pictures(spec: str, tmp_path: Path) -> None:
    toml = tiny_model(tmp_path / "tiny")
    model = load(str(toml) if spec == "model.toml" else spec, weights_dir=tmp_path)
    paths = [picture(tmp_path / f"{n}.png", shade=80 + 20 * n) for n in range(3)]
    paths.append(picture(tmp_path / "large.png", (250, 250)))
    vectors, read = PictureReader(model)(paths)
    assert read.all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
