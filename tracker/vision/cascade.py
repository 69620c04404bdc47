"""MTCNN's three stages (Zhang et al. 2016).

The steps, thresholds and roundings are those of `facenet_pytorch.models.utils.detect_face`, in
pixels of the full photo whatever the reduction of the image that is searched: a photo that was
decoded at half or a quarter of its size gives nearly the boxes that facenet-pytorch finds in the
whole one. Each stage looks at no more pixels than it needs (see `halvings`), and a candidate
outside of the image is passed over, where facenet-pytorch stops with an error.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.vision import hints
from tracker.vision.halvings import Halvings
from tracker.vision.hints import CELL, STRIDE
from tracker.vision.mtcnn.networks import Networks
from tracker.vision.suppression import likeliest

Floats = npt.NDArray[np.float64]


def find(
    image: Halvings,
    nets: Networks,
    *,
    min_face: float,
    thresholds: tuple[float, float, float],
    factor: float,
) -> tuple[Floats, Floats, Floats]:
    """Boxes float64 `(n, 4)`, probabilities `(n,)` and landmarks `(n, 5, 2)`, in photo pixels.

    `min_face` is the smallest face searched for, in the same pixels; the levels of the pyramid
    grow by 1 / `factor` from there. `thresholds` are the least probabilities after each network.
    """
    least = [math.log(p / (1 - p)) for p in thresholds]
    boxes = _propose(image, nets, min_face, least[0], factor)
    boxes = _refine(image, nets, boxes, least[1])
    return _output(image, nets, boxes, least[2])


def _propose(
    image: Halvings, nets: Networks, min_face: float, least: float, factor: float
) -> Floats:
    """Square candidates, `(n, 4)`."""
    scales = _scales(min(image.width, image.height), CELL / min_face, factor)
    sizes = [(int(image.width * scale + 1), int(image.height * scale + 1)) for scale in scales]
    said = hints.levels(image, nets.proposal, sizes, 1 / factor)
    found = [np.empty((0, 9)), *map(partial(_candidates, least=least), said, scales)]
    boxes = np.concatenate(found)
    levels = np.repeat(np.arange(len(found)), [len(level) for level in found])
    boxes = boxes[likeliest(boxes[:, :4], boxes[:, 4], 0.5, apart=levels)]
    boxes = boxes[likeliest(boxes[:, :4], boxes[:, 4], 0.7)]
    sides = np.tile(boxes[:, 2:4] - boxes[:, :2], 2)
    return _squared(boxes[:, :4] + boxes[:, 5:] * sides)


def _scales(shorter: int, finest: float, factor: float) -> list[float]:
    """Those of the levels: each side of the photo becomes so many times its own."""
    scales = []
    while shorter * finest >= CELL:
        scales.append(finest)
        finest *= factor
    return scales


def _candidates(said: npt.NDArray[np.float32], scale: float, least: float) -> Floats:
    """What P-Net sees on one level: `(n, 9)`: box, log-odds, correction of the box."""
    rows, columns = np.nonzero(said[0] >= least)
    corner = np.stack([columns, rows], axis=1) * STRIDE + 1.0
    first = np.floor(corner / scale)
    last = np.floor((corner + (CELL - 1)) / scale)
    return np.concatenate([first, last, said[:, rows, columns].T], axis=1)


def _refine(image: Halvings, nets: Networks, boxes: Floats, least: float) -> Floats:
    """The candidates that R-Net keeps, corrected and square, `(n, 4)`."""
    boxes, places = _inside(image, boxes)
    if not len(boxes):
        return boxes
    said = nets.refinement(image.cuts(places, 24))
    keep = said[:, 0] > least
    boxes, said = boxes[keep], said[keep]
    picked = likeliest(boxes, said[:, 0], 0.7)
    return _squared(_corrected(boxes[picked], said[picked, 1:5]))


def _output(
    image: Halvings, nets: Networks, boxes: Floats, least: float
) -> tuple[Floats, Floats, Floats]:
    """The faces that O-Net keeps: boxes, probabilities, landmarks."""
    boxes, places = _inside(image, boxes)
    if not len(boxes):
        return np.empty((0, 4)), np.empty(0), np.empty((0, 5, 2))
    said = nets.output(image.cuts(places, 48))
    keep = said[:, 0] > least
    boxes, said = boxes[keep], said[keep].astype(np.float64)
    shares = said[:, 5:].reshape(-1, 2, 5).transpose(0, 2, 1)
    sides = (boxes[:, 2:] - boxes[:, :2] + 1)[:, None]
    landmarks = shares * sides + boxes[:, None, :2] - 1
    boxes = _corrected(boxes, said[:, 1:5])
    picked = likeliest(boxes, said[:, 0], 0.7, of_smaller=True)
    return boxes[picked], 1 / (1 + np.exp(-said[picked, 0])), landmarks[picked]


def _inside(image: Halvings, boxes: Floats) -> tuple[Floats, Floats]:
    """The boxes that touch the photo, and the part of each that lies in it, in whole pixels."""
    whole = np.trunc(boxes)
    places = np.concatenate(
        [
            np.maximum(whole[:, :2], 1) - 1,
            np.minimum(whole[:, 2:], [image.width, image.height]),
        ],
        axis=1,
    )
    inside = (places[:, 2:] > places[:, :2]).all(axis=1)
    return boxes[inside], places[inside]


def _corrected(boxes: Floats, corrections: npt.NDArray[np.floating[Any]]) -> Floats:
    return boxes + corrections * np.tile(boxes[:, 2:] - boxes[:, :2] + 1, 2)


def _squared(boxes: Floats) -> Floats:
    """Each box made square about its middle, by its longer side."""
    sides = boxes[:, 2:4] - boxes[:, :2]
    longer = sides.max(axis=1, keepdims=True)
    first = boxes[:, :2] + sides * 0.5 - longer * 0.5
    return np.concatenate([first, first + longer], axis=1)
