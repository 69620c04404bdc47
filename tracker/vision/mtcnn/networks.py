"""The three networks, run by whatever engine there is.

Through OpenVINO or ONNX Runtime they are the files beside this one; for torch they are
facenet-pytorch's own modules with the same outputs (see `convert`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.vision.engines import open_graph
from tracker.vision.engines.contract import Runtime
from tracker.vision.mtcnn.convert import MIDDLE, STEPS
from tracker.vision.records import Pixels

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]
Network = Callable[[Pixels], Floats]

FOLDER = Path(__file__).parent

MOST = 64
STEP = 8
"""Candidates are seen MOST at a time, and their number is filled up with black to a multiple of
STEP: an engine makes itself ready for every size that it meets."""


@dataclass(frozen=True, slots=True)
class Networks:
    """What each gives begins with the log-odds of a face and four corrections of the box.

    `proposal`: one image, uint8 `(h, w, 3)`, to float32 `(5, rows, columns)`, one column for
    each square of 12 pixels, in steps of 2. `refinement`: uint8 `(n, 24, 24, 3)` to `(n, 5)`.
    `output`: uint8 `(n, 48, 48, 3)` to `(n, 15)`; the last ten are the landmarks' shares of the
    box, all x before all y.
    """

    proposal: Network
    refinement: Network
    output: Network


def load(runtime: Runtime, *, threads: int | None = 1) -> Networks:
    """The networks, ready. They always run on the processor, where the photos are decoded.

    The first two only decide where to look closer, so they may run in the engine's short numbers;
    the last one says where the face is, and does not.
    """
    if runtime.engine == "torch":
        proposal, refinement, output = _torch_networks(threads)
    else:
        opened = [
            open_graph(FOLDER / f"{name}.onnx", runtime, threads=threads, precision=precision)
            for name, precision in (
                ("proposal", runtime.precision),
                ("refinement", runtime.precision),
                ("output", "f32"),
            )
        ]
        proposal, refinement, output = (_first_output(graph.run) for graph in opened)
    return Networks(
        proposal=lambda image: proposal(image[None])[0],
        refinement=_in_parts(refinement),
        output=_in_parts(output),
    )


def _first_output(run: Callable[..., list[npt.NDArray[Any]]]) -> Network:
    return lambda pixels: run(pixels)[0]


def _in_parts(network: Network) -> Network:
    """The same network over any number of candidates."""

    def run(pixels: Pixels) -> Floats:
        found = []
        for start in range(0, len(pixels), MOST):
            part = pixels[start : start + MOST]
            filled = np.zeros((-(-len(part) // STEP) * STEP, *part.shape[1:]), np.uint8)
            filled[: len(part)] = part
            found.append(network(filled)[: len(part)].copy())
        return np.concatenate(found)

    return run


def _torch_networks(threads: int | None) -> list[Network]:
    """facenet-pytorch's modules, with their outputs put together."""
    import torch

    from tracker.vision.torchvision_shim import facenet_pytorch

    if threads is not None:
        torch.set_num_threads(threads)
    library: Any = facenet_pytorch()
    return [_as_one(kind().eval()) for kind in (library.PNet, library.RNet, library.ONet)]


def _as_one(module: torch.nn.Module) -> Network:
    import torch

    for weight in module.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)

    def run(pixels: Pixels) -> Floats:
        with torch.inference_mode():
            # A copy: torch warns of arrays that may not be written.
            tensor = torch.tensor(pixels).permute(0, 3, 1, 2)
            corrections, *shares, both = module((tensor.float() - MIDDLE) / STEPS)
            face = both[:, 1:]
            odds = torch.log(face.clamp_min(1e-30)) - torch.log((1 - face).clamp_min(1e-30))
            return np.asarray(torch.cat([odds, corrections, *shares], dim=1).numpy())

    return run
