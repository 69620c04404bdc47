"""FaceNet gives the same vectors on every engine, and in whatever company a crop comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from tests.support.faces_of_noise import facenet_pytorch_vectors, patchy, settled_weights
from tests.support.random_facenet import random_weights
from tracker.errors import EngineError
from tracker.vision.embedders import _torch_network, facenet, registry
from tracker.vision.embedders._batches import Batches, unit
from tracker.vision.engines import Runtime, open_graph
from tracker.vision.engines.cores import has_bf16
from tracker.vision.weights import noted, take_note

NAME = "facenet-vggface2"
ENGINES = {
    "torch": Runtime("torch", "cpu", "f32", ""),
    "onnxruntime": Runtime("onnxruntime", "cpu", "f32", ""),
    "openvino f32": Runtime("openvino", "cpu", "f32", ""),
    "openvino bf16": Runtime("openvino", "cpu", "bf16", ""),
}
Floats = npt.NDArray[np.float32]


pytestmark = pytest.mark.slow("FaceNet's whole network, converted and run")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="module")
def weights(folder: Path) -> Path:
    return settled_weights(folder / "mine.pt")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def embedder(engine: str, weights: Path, folder: Path) -> facenet.FaceNet:
    loaded = registry.load(NAME, weights=weights, weights_dir=folder, runtime=ENGINES[engine])
    assert isinstance(loaded, facenet.FaceNet)
    return loaded


@pytest.fixture(scope="module")
def original(weights: Path) -> Floats:
    return facenet_pytorch_vectors(weights, patchy(20))


def test_every_engine_gives_facenet_pytorchs_vectors(
    embedder: facenet.FaceNet, original: Floats
) -> None:
    cosines = (embedder.embed(patchy(20)) * original).sum(axis=1)
    assert cosines.min() >= 0.9995
    strangers = original @ original.T
    np.fill_diagonal(strangers, -1)
    assert strangers.max() < 0.9, "these crops would pass for each other"


def test_a_vector_is_the_same_to_the_last_bit_in_any_company_and_place(
    embedder: facenet.FaceNet,
) -> None:
    crops = patchy(17)
    probe, others = crops[0], crops[1:]
    (alone,) = embedder.embed([probe])
    for size, place in ((2, 1), (7, 0), (8, 0), (8, 3), (8, 7), (9, 8), (16, 11)):
        company = [*others[:place], probe, *others[place : size - 1]]
        np.testing.assert_array_equal(embedder.embed(company)[place], alone)


def test_a_second_process_needs_no_torch(weights: Path, folder: Path) -> None:
    registry.load(NAME, weights=weights, weights_dir=folder)
    code = f"""
import sys
from pathlib import Path
import numpy as np
from tracker.vision.embedders import registry
weights, folder = Path({str(weights)!r}), Path({str(folder)!r})
embedder = registry.load({NAME!r}, weights=weights, weights_dir=folder)
assert embedder.embed([np.zeros((160, 160, 3), np.uint8)]).shape == (1, 512)
print([name for name in ("torch", "onnx", "facenet_pytorch") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[]", ran.stderr


def test_weights_that_bear_bf16_are_run_in_it(tmp_path: Path) -> None:
    """Their vectors stay within a cosine of 0.9995, and yet are not those of f32."""
    path, crops = random_weights(tmp_path / "plain.pt"), patchy(8)
    exact, rounded = (
        registry.load(NAME, weights=path, weights_dir=tmp_path, runtime=ENGINES[name]).embed(crops)
        for name in ("openvino f32", "openvino bf16")
    )
    assert (exact * rounded).sum(axis=1).min() >= 0.9995
    if has_bf16():
        assert not np.array_equal(exact, rounded)


def test_weights_that_do_not_bear_bf16_are_run_in_f32(
    weights: Path, folder: Path, original: Floats
) -> None:
    """These turn in bf16 by more than is allowed, so where it was chosen f32 steps in."""
    chosen = ENGINES["openvino bf16"]
    embedder = registry.load(NAME, weights=weights, weights_dir=folder, runtime=chosen)
    cosines = (embedder.embed(patchy(20)) * original).sum(axis=1)
    (model,) = folder.glob("*-v*.onnx")
    graph = open_graph(model, chosen)
    in_bf16 = unit(graph.run(np.stack(patchy(20)))[0])
    if has_bf16():
        assert (in_bf16 * original).sum(axis=1).min() < 0.9995
    assert cosines.min() >= 0.999999


def test_whether_bf16_is_borne_is_tried_once_and_written_down(tmp_path: Path) -> None:
    path, crops = random_weights(tmp_path / "plain.pt"), patchy(3)

    def vectors(engine: str) -> Floats:
        return registry.load(
            NAME, weights=path, weights_dir=tmp_path, runtime=ENGINES[engine]
        ).embed(crops)

    exact, rounded = vectors("openvino f32"), vectors("openvino bf16")
    (model,) = tmp_path.glob("*-v*.onnx")
    found = noted(tmp_path, f"bf16 {model.name}")
    take_note(tmp_path, f"bf16 {model.name}", {**found, "cosine": 0.5})
    np.testing.assert_array_equal(vectors("openvino bf16"), exact)
    take_note(tmp_path, f"bf16 {model.name}", {**found, "openvino": "another", "cosine": 0.5})
    np.testing.assert_array_equal(vectors("openvino bf16"), rounded)


class SmallCard(torch.nn.Module):
    """Stands in for a network on a graphics card that has room for `room` crops."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.seen: list[int] = []

    def forward(self, prepared: torch.Tensor) -> torch.Tensor:
        self.seen.append(len(prepared))
        if len(prepared) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return prepared[:, :, ::16, ::16].flatten(1)[:, :256]


@pytest.mark.parametrize("room", [1, 2, 5, 8])
def test_without_room_on_the_card_batches_are_halved_and_nothing_is_lost(room: int) -> None:
    card, roomy = SmallCard(room), SmallCard(1000)
    crops = np.stack(patchy(19))
    batches = _torch_network.batches(card, "cpu")
    np.testing.assert_array_equal(batches(crops), _torch_network.batches(roomy, "cpu")(crops))
    assert batches.size == {1: 1, 2: 2, 5: 4, 8: 8}[room]
    before = len(card.seen)
    batches(crops)
    assert max(card.seen[before:]) <= room, "what did not fit is not tried again"


def test_no_room_for_a_single_face_is_an_error_with_a_way_out() -> None:
    with pytest.raises(EngineError, match="no memory left for a single face") as caught:
        _torch_network.batches(SmallCard(0), "cpu")(np.stack(patchy(3)))
    assert "--device cpu" in (caught.value.hint or "")


def test_another_failure_of_the_network_is_not_taken_for_a_lack_of_memory() -> None:
    def broken(_: npt.NDArray[np.uint8]) -> Floats:
        raise RuntimeError("a kernel is missing")

    with pytest.raises(RuntimeError, match="a kernel is missing"):
        Batches(broken, 8)(np.stack(patchy(3)))
