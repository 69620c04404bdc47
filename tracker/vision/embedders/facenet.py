"""FaceNet: facenet-pytorch's InceptionResnetV1, with VGGFace2 or CASIA-WebFace weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.errors import WeightsInvalid, WeightsMissing
from tracker.vision.embedders._crops import stacked
from tracker.vision.embedders.contract import EmbedderInfo
from tracker.vision.records import Pixels
from tracker.vision.weights import LARGEST, PUBLISHED, WeightsEntry, fingerprint, is_published

if TYPE_CHECKING:
    import torch

DIM = 512
INPUT_SIZE = (160, 160)
ALIGNMENT = "facenet-box"
BATCH = 16

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


def load(name: str, *, weights: Path | None, weights_dir: Path) -> FaceNet:
    """The embedder, ready. Raises WeightsMissing or WeightsInvalid; downloads nothing."""
    entry = PUBLISHED[name]
    path = _file(entry, weights, weights_dir)
    if path is None:
        raise WeightsMissing(
            f"the weights of {name} are not on this machine",
            hint=f"run `tracker embedders fetch {name}`, pass a file with --weights FILE, "
            "or use --embedder handcrafted, which needs none",
        )
    info = identify(name, weights=weights, weights_dir=weights_dir)
    return FaceNet(info, _network(path))


class FaceNet:
    """512-d vectors of 160 x 160 crops, as facenet-pytorch computes them."""

    dim = DIM
    input_size = INPUT_SIZE
    alignment = ALIGNMENT
    wants_landmarks = False

    def __init__(self, info: EmbedderInfo, network: torch.nn.Module) -> None:
        """`network` takes prepared `(n, 3, 160, 160)` and gives unit vectors; see `load`."""
        self.id = info.id
        self.licence = info.licence
        self.source = info.source
        self._network = network

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """See `Embedder.embed`; `landmarks` are not looked at."""
        import torch

        pixels = stacked(crops, self.input_size)
        vectors = np.empty((len(pixels), DIM), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(pixels), BATCH):
                batch = torch.from_numpy(pixels[start : start + BATCH]).permute(0, 3, 1, 2)
                # facenet-pytorch's fixed_image_standardization
                prepared = (batch.float() - 127.5) / 128.0
                vectors[start : start + BATCH] = self._network(prepared).numpy()
        return vectors


def _file(entry: WeightsEntry, weights: Path | None, weights_dir: Path) -> Path | None:
    if weights is None:
        fetched = weights_dir / entry.file
        return fetched if fetched.is_file() else None
    if not weights.is_file():
        raise WeightsMissing(
            f"there is no file of weights at {weights}", hint="check the path after --weights"
        )
    return weights


def _network(path: Path) -> torch.nn.Module:
    """InceptionResnetV1 in evaluation mode with the file's weights, all of them checked."""
    import torch

    from tracker.vision.torchvision_shim import facenet_pytorch

    state = _state(path)
    with torch.device("meta"):  # the random start would be overwritten anyway
        network: torch.nn.Module = facenet_pytorch().InceptionResnetV1(pretrained=None)
    wanted = network.state_dict()
    given = {name: tensor for name, tensor in state.items() if not name.startswith("logits.")}
    for name in wanted:
        if name.endswith(".num_batches_tracked") and name not in given:
            given[name] = torch.zeros((), dtype=torch.int64)
    missing, strange = sorted(wanted.keys() - given.keys()), sorted(given.keys() - wanted.keys())
    if missing or strange:
        lacks = f"lacks {missing[0]}" if missing else f"has {strange[0]}"
        raise _invalid(path, f"is not an InceptionResnetV1: it {lacks}")
    for name, tensor in given.items():
        if tensor.shape != wanted[name].shape:
            raise _invalid(
                path, f"is not an InceptionResnetV1: {name} has the shape {tuple(tensor.shape)}"
            )
        if tensor.is_floating_point():
            given[name] = tensor.float()
            if not bool(torch.isfinite(given[name]).all()):
                raise _invalid(path, f"is damaged: {name} holds values that are no numbers")
    network.load_state_dict(given, strict=True, assign=True)
    return network.eval().requires_grad_(False)


def _state(path: Path) -> dict[str, Any]:
    """The tensors in the file, by name; nothing in the file is ever run."""
    import torch

    if path.stat().st_size > LARGEST:
        raise _invalid(path, "is too large to be one")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the unpickler raises whatever a damaged file makes it trip over
        raise _invalid(path, "cannot be read as one") from error
    if not isinstance(state, dict) or not all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in state.items()
    ):
        raise _invalid(path, "holds something else than named tensors")
    return state


def _invalid(path: Path, reason: str) -> WeightsInvalid:
    return WeightsInvalid(
        f"{path} is no usable file of FaceNet weights: it {reason}",
        hint="use a file from facenet-pytorch's release v2.2.9, or one of the same layout",
    )
