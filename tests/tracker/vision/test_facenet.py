"""FaceNet is facenet-pytorch's own, from any file of the right layout, and nothing else is run."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.random_facenet import random_network, random_weights
from tracker.errors import WeightsInvalid, WeightsMissing
from tracker.vision.embedders import registry
from tracker.vision.engines import Runtime
from tracker.vision.weights import PUBLISHED, fingerprint

NAME = "facenet-vggface2"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_weights(tmp_path_factory.mktemp("weights") / "mine.pt")


def test_vectors_are_those_of_facenet_pytorch(file: Path, tmp_path: Path) -> None:
    crops = list(np.random.default_rng(0).integers(0, 256, (3, 160, 160, 3), dtype=np.uint8))
    exactly = Runtime("openvino", "cpu", "f32", "")
    embedder = registry.load(NAME, weights=file, weights_dir=tmp_path, runtime=exactly)
    network = random_network()
    network.classify = False
    with torch.no_grad():
        whole = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float()
        own = network((whole - 127.5) / 128.0).numpy()
    np.testing.assert_allclose(embedder.embed(crops), own, atol=1e-5)


def test_weights_that_are_not_the_published_ones_are_named_by_their_hash(
    file: Path, tmp_path: Path
) -> None:
    info = registry.identify(NAME, weights=file, weights_dir=tmp_path)
    assert info.id == f"{NAME}@{fingerprint(file, tmp_path)[:8]}"
    assert not info.published
    assert "not known" in info.licence
    assert info.source == "the file mine.pt"
    assert registry.load(NAME, weights=file, weights_dir=tmp_path).id == info.id


def test_another_file_has_another_name(file: Path, tmp_path: Path) -> None:
    state = torch.load(file, weights_only=True)
    state["last_linear.weight"] += 1
    torch.save(state, tmp_path / "other.pt")
    first, other = (
        registry.identify(NAME, weights=path, weights_dir=tmp_path).id
        for path in (file, tmp_path / "other.pt")
    )
    assert first != other


def test_weights_beside_the_workspace_are_found_without_being_named(
    file: Path, tmp_path: Path
) -> None:
    assert not registry.identify(NAME, weights_dir=tmp_path).present
    (tmp_path / PUBLISHED[NAME].file).symlink_to(file)
    info = registry.identify(NAME, weights_dir=tmp_path)
    assert info.present
    assert info.download_bytes == 0


def test_missing_weights_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        registry.load(NAME, weights_dir=tmp_path)
    for way in (f"tracker embedders fetch {NAME}", "--weights FILE", "--embedder handcrafted"):
        assert way in caught.value.hint
    with pytest.raises(WeightsMissing, match=r"nowhere\.pt"):
        registry.load(NAME, weights=tmp_path / "nowhere.pt", weights_dir=tmp_path)
    info = registry.identify(NAME, weights_dir=tmp_path)
    assert (info.present, info.download_bytes) == (False, 111_898_327)


class Bomb:
    """What a hostile file would run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("way", ["torch", "pickle"])
def test_nothing_in_a_file_of_weights_is_ever_run(way: str, tmp_path: Path) -> None:
    mark, path = tmp_path / "it ran", tmp_path / "bomb.pt"
    if way == "torch":
        torch.save({"a": Bomb(mark)}, path)
    else:
        path.write_bytes(pickle.dumps({"a": Bomb(mark)}, protocol=2))
    with pytest.raises(WeightsInvalid, match="cannot be read as one"):
        registry.load(NAME, weights=path, weights_dir=tmp_path)
    assert not mark.exists()


def without_a_layer(state: dict[str, Any]) -> None:
    del state["last_linear.weight"]


def with_a_strange_layer(state: dict[str, Any]) -> None:
    state["attention.weight"] = torch.zeros(3)


def with_another_shape(state: dict[str, Any]) -> None:
    state["last_linear.weight"] = torch.zeros(128, 1792)


def with_no_number(state: dict[str, Any]) -> None:
    state["last_bn.bias"][0] = float("nan")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_a_layer, r"lacks last_linear\.weight"),
        (with_a_strange_layer, r"has attention\.weight"),
        (with_another_shape, r"last_linear\.weight has the shape \(128, 1792\)"),
        (with_no_number, r"is damaged: last_bn\.bias"),
    ],
)
def test_weights_of_another_layout_are_told_by_name(
    spoil: Callable[[dict[str, Any]], None], words: str, file: Path, tmp_path: Path
) -> None:
    state = torch.load(file, weights_only=True)
    spoil(state)
    torch.save(state, tmp_path / "spoilt.pt")
    with pytest.raises(WeightsInvalid, match=words) as caught:
        registry.load(NAME, weights=tmp_path / "spoilt.pt", weights_dir=tmp_path)
    assert "v2.2.9" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_weights_is_told_as_such(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "text.pt").write_bytes(content)
    with pytest.raises(WeightsInvalid, match=r"text\.pt is no usable file of FaceNet weights"):
        registry.load(NAME, weights=tmp_path / "text.pt", weights_dir=tmp_path)


def test_a_file_of_something_else_than_named_tensors_is_refused(tmp_path: Path) -> None:
    torch.save([1, 2, 3], tmp_path / "list.pt")
    with pytest.raises(WeightsInvalid, match="something else than named tensors"):
        registry.load(NAME, weights=tmp_path / "list.pt", weights_dir=tmp_path)


def test_weights_in_half_precision_are_taken(file: Path, tmp_path: Path) -> None:
    state = torch.load(file, weights_only=True)
    halved = {k: v.half() if v.is_floating_point() else v for k, v in state.items()}
    torch.save(halved, tmp_path / "half.pt")
    embedder = registry.load(NAME, weights=tmp_path / "half.pt", weights_dir=tmp_path)
    assert embedder.embed([np.zeros((160, 160, 3), np.uint8)]).dtype == np.float32
