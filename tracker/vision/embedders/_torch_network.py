"""FaceNet run by torch, on the processor or on a graphics card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tracker.vision.embedders._batches import Batches, Floats
from tracker.vision.records import Pixels

if TYPE_CHECKING:
    import torch

ON_PROCESSOR, ON_GRAPHICS = 8, 16


def batches(network: torch.nn.Module, device: str) -> Batches:
    """The network on `device`, in batches that suit it. It takes prepared `(n, 3, h, w)`."""
    network = network.to(device)
    size = ON_PROCESSOR if device == "cpu" else ON_GRAPHICS
    return Batches(_Run(network, device), size, make_room=lambda: _make_room(device))


class _Run:
    def __init__(self, network: torch.nn.Module, device: str) -> None:
        self._network = network
        self._device = device

    def __call__(self, pixels: Pixels) -> Floats:
        import torch

        # On a card: kernels that give the same bits every time, and no search for the fastest,
        # which would fall out differently from run to run.
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(
                enabled=True, benchmark=False, deterministic=True, allow_tf32=True
            ),
        ):
            crops = torch.from_numpy(pixels).to(self._device).permute(0, 3, 1, 2)
            # facenet-pytorch's fixed_image_standardization
            prepared = (crops.float() - 127.5) / 128.0
            return np.asarray(self._network(prepared).float().cpu().numpy())


def _make_room(device: str) -> None:
    """Give back what torch keeps of the card's memory for later."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
