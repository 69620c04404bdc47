"""MTCNN's three stages (Zhang et al. 2016) over facenet-pytorch's own networks.

The steps, thresholds and roundings are those of `facenet_pytorch.models.utils.detect_face`, which
cannot be used as it stands for two reasons:

- it averages the whole image again for every level of the pyramid and every candidate, and most
  of its time goes there; here a table of sums gives the same averages in a few look-ups, and the
  networks run channels-last;
- it fails where no level fits into the image, or a candidate lies outside of it.

The faces are the same: `tests/tracker/vision/test_cascade.py` holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.vision.records import Pixels
from tracker.vision.torchvision_shim import batched_nms, facenet_pytorch

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]

CELL = 12
"""P-Net looks at 12 x 12 pixels, in steps of 2."""

STRIDE = 2

BATCH = 512
"""Candidates that R-Net or O-Net sees at once."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Proposals, refinement, output: P-Net, R-Net and O-Net with their bundled weights."""

    proposal: torch.nn.Module
    refinement: torch.nn.Module
    output: torch.nn.Module


def networks() -> Networks:
    """The three networks in evaluation mode. About two seconds, most of it importing torch."""
    import torch

    module: Any = facenet_pytorch()

    def ready(network: Any) -> torch.nn.Module:  # noqa: ANN401 - an untyped library's
        still: torch.nn.Module = network.eval().requires_grad_(False)
        for weight in still.parameters():
            if weight.dim() == 4:
                weight.data = weight.data.contiguous(memory_format=torch.channels_last)
        return still

    return Networks(ready(module.PNet()), ready(module.RNet()), ready(module.ONet()))


def find(
    image: Pixels,
    nets: Networks,
    *,
    min_face: float,
    thresholds: tuple[float, float, float],
    factor: float,
) -> tuple[Floats, Floats, Floats]:
    """Boxes float32 `(n, 4)`, probabilities `(n,)` and landmarks `(n, 5, 2)` in `image`'s pixels.

    `image` is uint8 RGB. `min_face` is the smallest face searched for, in pixels; the levels of
    the pyramid grow by 1 / `factor` from there. `thresholds` are the least probabilities after
    each network.
    """
    import torch

    with torch.inference_mode():
        areas = AreaMeans(image)
        boxes = _propose(areas, nets.proposal, min_face, thresholds[0], factor)
        boxes = _refine(areas, nets.refinement, boxes, thresholds[1])
        return _output(areas, nets.output, boxes, thresholds[2])


class AreaMeans:
    """Means over rectangles of an image, as torch's `interpolate(mode="area")` takes them.

    Output pixel i of n covers the input pixels from floor(i * size / n) to
    ceil((i + 1) * size / n). Every such sum is four look-ups in a table of sums over all
    rectangles from the corner (Crow 1984); whole numbers, so nothing is lost.
    """

    def __init__(self, image: Pixels) -> None:
        """Makes the table from uint8 `(h, w, 3)`: uint32 `(h + 1, w + 1, 3)`.

        A sum that overflows does no harm: differences are right modulo 2**32, and no area in
        use adds up to that much.
        """
        self.height, self.width = image.shape[:2]
        self._table = np.zeros((self.height + 1, self.width + 1, 3), dtype=np.uint32)
        rows = self._table[1:]
        np.cumsum(image, axis=1, dtype=np.uint32, out=rows[:, 1:])
        for row in range(1, self.height):  # numpy's cumsum over rows is three times as slow
            rows[row] += rows[row - 1]

    def level(self, width: int, height: int) -> Floats:
        """The whole image at another size: float32 `(1, height, width, 3)`."""
        (top,), (bottom,) = _bins(np.array([0]), np.array([self.height]), height)
        (left,), (right,) = _bins(np.array([0]), np.array([self.width]), width)
        bands = self._table.take(bottom, axis=0)
        bands -= self._table.take(top, axis=0)
        sums = bands.take(right, axis=1)
        sums -= bands.take(left, axis=1)
        return _means(sums[None], (bottom - top)[None], (right - left)[None])

    def cuts(self, boxes: npt.NDArray[np.int64], side: int) -> Floats:
        """Each box, int `(n, 4)` x0, y0, x1, y1 inside the image: float32 `(n, side, side, 3)`."""
        left, right = _bins(boxes[:, 0], boxes[:, 2], side)
        top, bottom = _bins(boxes[:, 1], boxes[:, 3], side)

        def table(y: npt.NDArray[np.int64], x: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
            return self._table[y[:, :, None], x[:, None, :]]

        sums = table(bottom, right) - table(top, right) - table(bottom, left) + table(top, left)
        return _means(sums, bottom - top, right - left)


def _means(
    sums: npt.NDArray[np.uint32], heights: npt.NDArray[np.int64], widths: npt.NDArray[np.int64]
) -> Floats:
    """Sums `(n, h, w, 3)` over areas of `heights` `(n, h)` by `widths` `(n, w)`."""
    means = sums.astype(np.float32)
    means /= (heights[:, :, None] * widths[:, None, :]).astype(np.float32)[..., None]
    return means


def _bins(
    first: npt.NDArray[np.int64], last: npt.NDArray[np.int64], count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Starts and ends, each int64 `(n, count)`, of `count` bins over each span."""
    steps = np.arange(count)
    spans = (last - first)[:, None]
    starts = steps * spans // count
    ends = -(-(steps + 1) * spans // count)
    return first[:, None] + starts, first[:, None] + ends


def _propose(
    areas: AreaMeans, net: torch.nn.Module, min_face: float, threshold: float, factor: float
) -> Floats:
    """Square candidates, float32 `(n, 4)`."""
    height, width = areas.height, areas.width
    scale = CELL / min_face
    shorter = min(height, width) * scale
    found = []
    while shorter >= CELL:
        pixels = areas.level(int(width * scale + 1), int(height * scale + 1))
        level = _candidates(net, pixels, scale, threshold)
        if len(level):
            found.append(level[_nms(level[:, :4], level[:, 4], 0.5)])
        scale *= factor
        shorter *= factor
    if not found:
        return np.empty((0, 4), np.float32)
    boxes = np.concatenate(found)
    boxes = boxes[_nms(boxes[:, :4], boxes[:, 4], 0.7)]
    sides = np.tile(boxes[:, 2:4] - boxes[:, :2], 2)
    return _squared(boxes[:, :4] + boxes[:, 5:] * sides)


def _candidates(net: torch.nn.Module, pixels: Floats, scale: float, threshold: float) -> Floats:
    """What P-Net sees on one level: float32 `(n, 9)`: box, probability, correction of the box."""
    corrections, both = net(_standard(pixels))
    probability = both[0, 1].numpy()
    rows, columns = np.nonzero(probability >= threshold)
    corner = np.stack([columns, rows], axis=1).astype(np.float32) * STRIDE + 1
    first = np.floor(corner / np.float32(scale))
    last = np.floor((corner + (CELL - 1)) / np.float32(scale))
    return np.concatenate(
        [
            first,
            last,
            probability[rows, columns][:, None],
            corrections[0].numpy()[:, rows, columns].T,
        ],
        axis=1,
        dtype=np.float32,
    )


def _refine(areas: AreaMeans, net: torch.nn.Module, boxes: Floats, threshold: float) -> Floats:
    """The candidates that R-Net keeps, corrected and square, float32 `(n, 4)`."""
    boxes, cuts = _cut(areas, boxes, 24)
    if not len(boxes):
        return boxes
    corrections, both = _in_parts(net, cuts)
    keep = both[:, 1] > threshold
    boxes, corrections, probability = boxes[keep], corrections[keep], both[keep, 1]
    picked = _nms(boxes, probability, 0.7)
    return _squared(_corrected(boxes[picked], corrections[picked]))


def _output(
    areas: AreaMeans, net: torch.nn.Module, boxes: Floats, threshold: float
) -> tuple[Floats, Floats, Floats]:
    """The faces that O-Net keeps: boxes, probabilities, landmarks."""
    boxes, cuts = _cut(areas, boxes, 48)
    if not len(boxes):
        return boxes, np.empty(0, np.float32), np.empty((0, 5, 2), np.float32)
    corrections, places, both = _in_parts(net, cuts)
    keep = both[:, 1] > threshold
    boxes, corrections, probability = boxes[keep], corrections[keep], both[keep, 1]
    shares = places[keep].reshape(-1, 2, 5).transpose(0, 2, 1)
    sides = (boxes[:, 2:] - boxes[:, :2] + 1)[:, None]
    landmarks = shares * sides + boxes[:, None, :2] - 1
    boxes = _corrected(boxes, corrections)
    picked = _nms_of_smaller(boxes, probability, 0.7)
    return boxes[picked], probability[picked], landmarks[picked]


def _cut(areas: AreaMeans, boxes: Floats, side: int) -> tuple[Floats, torch.Tensor]:
    """The boxes that touch the image, and what is in them as `(n, 3, side, side)`."""
    whole = np.trunc(boxes).astype(np.int64)
    inner = np.concatenate(
        [
            np.maximum(whole[:, :2], 1) - 1,
            np.minimum(whole[:, 2:], [areas.width, areas.height]),
        ],
        axis=1,
    )
    inside = (inner[:, 2] > inner[:, 0]) & (inner[:, 3] > inner[:, 1])
    return boxes[inside], _standard(areas.cuts(inner[inside], side))


def _standard(values: Floats) -> torch.Tensor:
    """Values 0 to 255, `(n, h, w, 3)`, as the networks take them: -1 to 1, `(n, 3, h, w)`."""
    import torch

    tensor = torch.from_numpy(values).permute(0, 3, 1, 2)  # in memory: channels last
    return (tensor - 127.5) * 0.0078125


def _in_parts(net: torch.nn.Module, cuts: torch.Tensor) -> list[Floats]:
    """The network's outputs, BATCH cuts at a time: a busy picture has thousands."""
    parts = [net(cuts[start : start + BATCH]) for start in range(0, len(cuts), BATCH)]
    return [np.concatenate([out.numpy() for out in outs]) for outs in zip(*parts, strict=True)]


def _corrected(boxes: Floats, corrections: Floats) -> Floats:
    sides = np.tile(boxes[:, 2:] - boxes[:, :2] + 1, 2)
    return np.asarray(boxes + corrections * sides, dtype=np.float32)


def _squared(boxes: Floats) -> Floats:
    """Each box made square about its middle, by its longer side."""
    sides = boxes[:, 2:4] - boxes[:, :2]
    longer = sides.max(axis=1, keepdims=True)
    first = boxes[:, :2] + sides * 0.5 - longer * 0.5
    return np.concatenate([first, first + longer], axis=1, dtype=np.float32)


def _nms(boxes: Floats, scores: Floats, threshold: float) -> npt.NDArray[np.int64]:
    import torch

    groups = torch.zeros(len(boxes), dtype=torch.int64)
    kept = batched_nms(torch.from_numpy(boxes), torch.from_numpy(scores), groups, threshold)
    return np.asarray(kept.numpy())


def _nms_of_smaller(boxes: Floats, scores: Floats, threshold: float) -> list[int]:
    """Non-maximum suppression by the share of the smaller box, so that a face in a face goes."""
    left = list(np.argsort(scores, kind="stable")[::-1])
    area = np.prod(boxes[:, 2:] - boxes[:, :2] + 1, axis=1)
    kept = []
    while left:
        best = left.pop(0)
        kept.append(int(best))
        rest = np.array(left, dtype=np.int64)
        first = np.maximum(boxes[best, :2], boxes[rest, :2])
        last = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(last - first + 1, 0), axis=1)
        left = list(rest[shared <= threshold * np.minimum(area[best], area[rest])])
    return kept
