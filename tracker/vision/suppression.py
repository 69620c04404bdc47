"""Non-maximum suppression: of boxes that show the same thing, the likeliest is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

AT_ONCE = 1 << 16
"""Pairs of boxes that are compared in one go: what a core's cache holds."""


def likeliest(
    boxes: Floats,
    likely: npt.NDArray[np.floating[Any]],
    threshold: float,
    *,
    of_smaller: bool = False,
    apart: Positions | None = None,
) -> Positions:
    """The positions that are kept, the likeliest first; of equals the earlier.

    `boxes`: `(n, 4)`, x0, y0, x1, y1. A box goes when it shares more than `threshold` of the union
    of the two with a likelier one that stays; with `of_smaller`, of the smaller of the two, so
    that a face in a face goes. Pixels are counted as facenet-pytorch counts them: the two ends of
    a box are both in it in the second kind only. `apart`: a number for each box, 0 or more; only
    boxes of the same number are compared.
    """
    order = np.argsort(-likely, kind="stable")
    if len(order) < 2:
        return order
    boxes = boxes[order]
    if apart is not None:
        span = boxes[:, 2].max() - boxes[:, 0].min() + 2
        boxes = boxes + (apart[order] * np.ceil(span))[:, None] * [1, 0, 1, 0]
    pairs = np.concatenate([np.empty((2, 0), np.int64), *_sharing(boxes, threshold, of_smaller)], 1)
    pairs.sort(axis=0)  # the likelier of the two first
    gone = bytearray(len(order))
    # From the likeliest on: what becomes of a box is known before it is held against others.
    for one, other in pairs[:, np.argsort(pairs[0], kind="stable")].T.tolist():
        if not gone[one]:
            gone[other] = 1
    kept: Positions = order[np.frombuffer(gone, np.uint8) == 0]
    return kept


def _sharing(boxes: Floats, threshold: float, of_smaller: bool) -> Iterator[Positions]:
    """All pairs that share more than `threshold`, `(2, n)` at a time.

    Only boxes that lie above or below each other are compared: from left to right, each with those
    that begin before it ends. Of a thousand in a photo that is one pair in twenty.
    """
    x0, y0, x1, y1 = np.ascontiguousarray(boxes.T)
    end = 1 if of_smaller else 0
    area = (x1 - x0 + end) * (y1 - y0 + end)
    rightwards = np.argsort(x0)
    here = np.arange(len(boxes))
    until = np.searchsorted(x0, x1 + end, sorter=rightwards)[rightwards]
    counts = np.maximum(until - here - 1, 0)
    before = np.concatenate([[0], np.cumsum(counts)])
    start = 0
    while start < len(boxes):
        stop = int(np.searchsorted(before, before[start] + AT_ONCE, side="right")) - 1
        part = slice(start, max(stop, start + 1))
        first = np.repeat(here[part], counts[part])
        second = (
            first
            + 1
            + np.arange(len(first))
            - np.repeat(before[part] - before[start], counts[part])
        )
        one, other = rightwards[first], rightwards[second]
        height = np.minimum(y1[one], y1[other]) - np.maximum(y0[one], y0[other]) + end
        touching = height > 0
        one, other, height = one[touching], other[touching], height[touching]
        shared = (np.minimum(x1[one], x1[other]) - np.maximum(x0[one], x0[other]) + end) * height
        if of_smaller:
            most = threshold * np.minimum(area[one], area[other])
        else:
            most = threshold * (area[one] + area[other] - shared)
        yield np.stack([one, other])[:, shared > most]
        start = part.stop
