"""InceptionResnetV1 with the weights of a file, in torch: the one place that reads a `.pt`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import WeightsInvalid
from tracker.vision.weights import LARGEST

if TYPE_CHECKING:
    import torch


def read(path: Path) -> torch.nn.Module:
    """InceptionResnetV1 in evaluation mode with the file's weights, all of them checked.

    It takes prepared float32 `(n, 3, 160, 160)` and gives unit vectors `(n, 512)`. Raises
    WeightsInvalid for a file of anything else.
    """
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
