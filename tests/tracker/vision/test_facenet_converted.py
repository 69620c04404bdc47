"""FaceNet's weights are converted once; a converted file that is not whole is never used."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import numpy as np
import pytest

from tests.support.faces_of_noise import patchy, settled_weights
from tracker.vision.embedders import _converted, _inception, _inception_onnx, registry
from tracker.vision.engines import Runtime

NAME = "facenet-vggface2"
ON = Runtime("onnxruntime", "cpu", "f32", "")


pytestmark = pytest.mark.slow("FaceNet's whole network, converted and run")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return settled_weights(tmp_path_factory.mktemp("weights") / "mine.pt")


@pytest.fixture
def made(weights: Path, tmp_path: Path) -> Path:
    """The converted file, in a folder of its own."""
    with _converted.converted(weights, tmp_path) as path:
        assert path.parent == tmp_path
        return path


def reading_torch_again(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    read: list[Path] = []
    real = _inception.read
    monkeypatch.setattr(_inception, "read", lambda path: (read.append(path), real(path))[1])
    return read


def test_weights_are_converted_once(
    monkeypatch: pytest.MonkeyPatch, weights: Path, made: Path, tmp_path: Path
) -> None:
    read = reading_torch_again(monkeypatch)
    with _converted.converted(weights, tmp_path) as again:
        assert again == made
    assert not read
    assert [p.name for p in tmp_path.glob("*.onnx")] == [made.name]
    assert not list(tmp_path.glob(".converting*"))


def test_the_converted_file_is_for_its_owner_alone(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


@pytest.mark.parametrize("harm", ["one bit", "cut short", "empty"])
def test_a_damaged_file_is_made_again(
    harm: str, monkeypatch: pytest.MonkeyPatch, weights: Path, made: Path, tmp_path: Path
) -> None:
    whole = made.read_bytes()
    if harm == "one bit":
        spoilt = bytearray(whole)
        spoilt[len(whole) // 2] ^= 1
        made.write_bytes(spoilt)
    else:
        made.write_bytes(whole[: len(whole) // 2 if harm == "cut short" else 0])
    read = reading_torch_again(monkeypatch)
    with _converted.converted(weights, tmp_path) as again:
        assert again.read_bytes() == whole
    assert read == [weights]


def test_other_weights_and_another_version_are_converted_for_themselves(
    monkeypatch: pytest.MonkeyPatch, weights: Path, made: Path, tmp_path: Path
) -> None:
    other = settled_weights(tmp_path / "other.pt", seed=2)
    with _converted.converted(other, tmp_path) as path:
        assert path != made
    assert made.exists()
    monkeypatch.setattr(_inception_onnx, "VERSION", _inception_onnx.VERSION + 1)
    with _converted.converted(weights, tmp_path) as path:
        assert path != made
    assert not made.exists(), "what is out of date takes up 94 MB"


def test_a_conversion_that_breaks_off_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, weights: Path, tmp_path: Path
) -> None:
    def breaks_off(_: object, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(_inception_onnx, "write", breaks_off)
        with pytest.raises(KeyboardInterrupt), _converted.converted(weights, tmp_path):
            pass
    assert [p.name for p in tmp_path.iterdir()] == ["hashes.json"]


def test_what_a_killed_conversion_left_is_swept_up(weights: Path, tmp_path: Path) -> None:
    old, running = (tmp_path / f".converting-{name}.part" for name in ("old", "running"))
    for path in (old, running):
        path.write_bytes(b"half of it")
    os.utime(old, (time.time() - 7200,) * 2)
    with _converted.converted(weights, tmp_path):
        assert not old.exists()
        assert running.exists()


def test_where_nothing_can_be_kept_faces_are_still_embedded(weights: Path, tmp_path: Path) -> None:
    """A file where the folder should be: not even root can write there."""
    (tmp_path / "taken").write_text("a file")
    crops = patchy(2)
    kept = registry.load(NAME, weights=weights, weights_dir=tmp_path / "kept", runtime=ON)
    lost = registry.load(NAME, weights=weights, weights_dir=tmp_path / "taken", runtime=ON)
    np.testing.assert_array_equal(lost.embed(crops), kept.embed(crops))
