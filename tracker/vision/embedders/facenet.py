"""FaceNet: facenet-pytorch's InceptionResnetV1, with VGGFace2 or CASIA-WebFace weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tracker.errors import WeightsMissing
from tracker.vision.embedders._batches import Batches, unit
from tracker.vision.embedders._converted import converted
from tracker.vision.embedders._crops import stacked
from tracker.vision.embedders._precision import bearable
from tracker.vision.embedders.contract import EmbedderInfo
from tracker.vision.engines import Runtime, choose, open_graph
from tracker.vision.records import Pixels
from tracker.vision.weights import PUBLISHED, WeightsEntry, fingerprint, is_published

DIM = 512
INPUT_SIZE = (160, 160)
ALIGNMENT = "facenet-box"
BATCH = 8

LINES = {
    "facenet-vggface2": "FaceNet (InceptionResnetV1) trained on VGGFace2: the default",
    "facenet-casia": "FaceNet (InceptionResnetV1) trained on CASIA-WebFace",
}
NAMES = tuple(LINES)


def identify(name: str, *, weights: Path | None, weights_dir: Path) -> EmbedderInfo:
    """What `name` would be with the file `weights`, or else with what is in `weights_dir`."""
    entry = PUBLISHED[name]
    path = _file(entry, weights, weights_dir)
    if path is None:
        embedder_id, published, source = name, True, entry.url
    else:
        published = is_published(entry, path, weights_dir)
        embedder_id = name if published else f"{name}@{fingerprint(path, weights_dir)[:8]}"
        source = entry.url if published else f"the file {path.name}"
    return EmbedderInfo(
        name=name,
        id=embedder_id,
        line=LINES[name],
        licence=entry.licence if published else "that of the weights file given, not known here",
        source=source,
        dim=DIM,
        alignment=ALIGNMENT,
        input_size=INPUT_SIZE,
        wants_landmarks=False,
        present=path is not None,
        published=published,
        download_bytes=0 if path is not None else entry.byte_size,
    )


def load(
    name: str, *, weights: Path | None, weights_dir: Path, runtime: Runtime | None = None
) -> FaceNet:
    """The embedder, ready, on `runtime` (None: what is fastest here). Downloads nothing.

    OpenVINO and ONNX Runtime read the weights in ONNX form, which is made the first time and kept
    in `weights_dir`. Raises WeightsMissing, WeightsInvalid or EngineError.
    """
    entry = PUBLISHED[name]
    path = _file(entry, weights, weights_dir)
    if path is None:
        raise WeightsMissing(
            f"the weights of {name} are not on this machine",
            hint=f"run `tracker embedders fetch {name}`, pass a file with --weights FILE, "
            "or use --embedder handcrafted, which needs none",
        )
    info = identify(name, weights=weights, weights_dir=weights_dir)
    return FaceNet(info, _batches(path, weights_dir, runtime or choose()))


class FaceNet:
    """512-d vectors of 160 x 160 crops, as facenet-pytorch computes them.

    They are the same to the last bit alone or in any company, at any place in it.
    """

    dim = DIM
    input_size = INPUT_SIZE
    alignment = ALIGNMENT
    wants_landmarks = False

    def __init__(self, info: EmbedderInfo, network: Batches) -> None:
        """`network` takes crops and gives vectors of any length; see `load`."""
        self.id = info.id
        self.licence = info.licence
        self.source = info.source
        self._network = network

    @property
    def batch(self) -> int:
        """How many crops are worked on at a time: multiples of it cost least."""
        return self._network.size

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """See `Embedder.embed`; `landmarks` are not looked at."""
        pixels = stacked(crops, self.input_size)
        if not len(pixels):
            return np.empty((0, DIM), dtype=np.float32)
        return unit(self._network(pixels))


def _batches(path: Path, weights_dir: Path, runtime: Runtime) -> Batches:
    if runtime.engine == "torch":
        from tracker.vision.embedders import _inception, _torch_network

        return _torch_network.batches(_inception.read(path), runtime.device)
    with converted(path, weights_dir) as onnx:
        graph = open_graph(onnx, bearable(onnx, runtime, weights_dir, INPUT_SIZE[0], BATCH))
    return Batches(lambda pixels: graph.run(pixels)[0], BATCH)


def _file(entry: WeightsEntry, weights: Path | None, weights_dir: Path) -> Path | None:
    if weights is None:
        fetched = weights_dir / entry.file
        return fetched if fetched.is_file() else None
    if not weights.is_file():
        raise WeightsMissing(
            f"there is no file of weights at {weights}", hint="check the path after --weights"
        )
    return weights
