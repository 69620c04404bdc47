"""Lets facenet-pytorch be imported whatever state torchvision is in.

facenet-pytorch takes two functions from torchvision: `batched_nms` and `to_tensor`. The CPU build
of torch and torchvision's default wheel often do not fit each other, and then importing
torchvision fails (`operator torchvision::nms does not exist`). So facenet-pytorch is always given
the two functions below instead: the same code runs everywhere, gives the same boxes everywhere,
and is spared a second of importing torchvision. Nothing stays behind in `sys.modules`: another
library that imports torchvision finds the real one, working or not.
"""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

_STAND_INS = (
    "torchvision",
    "torchvision.ops",
    "torchvision.ops.boxes",
    "torchvision.transforms",
    "torchvision.transforms.functional",
)
_lock = threading.Lock()


def facenet_pytorch() -> ModuleType:
    """The imported `facenet_pytorch` package."""
    import torch  # noqa: F401 - whole before the swap: torch itself asks for torchvision

    with _lock:
        if "facenet_pytorch" in sys.modules:
            return sys.modules["facenet_pytorch"]
        held = {
            name: module
            for name, module in sys.modules.items()
            if name == "torchvision" or name.startswith("torchvision.")
        }
        for name in held:
            del sys.modules[name]
        sys.modules.update(_stand_ins())
        try:
            return importlib.import_module("facenet_pytorch")
        finally:
            for name in _STAND_INS:
                sys.modules.pop(name, None)
            sys.modules.update(held)


def _stand_ins() -> dict[str, ModuleType]:
    modules = {name: ModuleType(name) for name in _STAND_INS}
    for name, module in modules.items():
        module.__path__ = []  # a package, so that `from torchvision.ops import boxes` looks here
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    vars(modules["torchvision.ops.boxes"])["batched_nms"] = batched_nms
    vars(modules["torchvision.transforms.functional"])["to_tensor"] = to_tensor
    return modules


def batched_nms(
    boxes: torch.Tensor, scores: torch.Tensor, idxs: torch.Tensor, iou_threshold: float
) -> torch.Tensor:
    """Non-maximum suppression within each group, as `torchvision.ops.boxes.batched_nms`.

    `boxes` float `(n, 4)` x0, y0, x1, y1; `scores` float `(n,)`; `idxs` int `(n,)` the group of
    each box. Gives the int64 indices that are kept, in falling order of score: a box goes when
    its intersection over union with a kept box of higher score is above `iou_threshold`.
    """
    import numpy as np
    import torch

    if boxes.numel() == 0:
        return torch.empty((0,), dtype=torch.int64, device=boxes.device)
    # Groups are moved so far apart that boxes of two groups cannot overlap.
    offsets = idxs.to(boxes) * (boxes.max() + 1)
    xy = (boxes + offsets[:, None]).detach().cpu().numpy()
    order = np.argsort(-scores.detach().cpu().numpy(), kind="stable")
    x0, y0, x1, y1 = xy[order].T
    area = (x1 - x0) * (y1 - y0)
    alive = np.ones(len(order), dtype=bool)
    kept = []
    for i in range(len(order)):
        if not alive[i]:
            continue
        kept.append(order[i])
        rest = slice(i + 1, None)
        width = np.minimum(x1[i], x1[rest]) - np.maximum(x0[i], x0[rest])
        height = np.minimum(y1[i], y1[rest]) - np.maximum(y0[i], y0[rest])
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        # inter > threshold * union, written so that boxes without an area divide nothing
        alive[rest] &= shared <= iou_threshold * (area[i] + area[rest] - shared)
    return torch.as_tensor(np.array(kept, dtype=np.int64), device=boxes.device)


def to_tensor(pixels: npt.NDArray[Any]) -> torch.Tensor:
    """`(h, w, c)` array to `(c, h, w)` tensor; uint8 is scaled to [0, 1], floats are kept."""
    import numpy as np
    import torch

    array = np.asarray(pixels)
    tensor = torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))
    return tensor.float().div(255) if array.dtype == np.uint8 else tensor
