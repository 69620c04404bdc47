"""Paints shoulders and clothes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tracker.demo.canvas import Canvas, curve
from tracker.demo.view import View

Floats = npt.NDArray[np.float32]

CLOTHS = np.array(
    [
        (0.24, 0.38, 0.52), (0.72, 0.34, 0.30), (0.88, 0.82, 0.70), (0.36, 0.50, 0.40),
        (0.84, 0.64, 0.34), (0.52, 0.40, 0.52), (0.80, 0.55, 0.55), (0.40, 0.58, 0.66),
        (0.30, 0.30, 0.34), (0.90, 0.90, 0.88),
    ],
    dtype=np.float32,
)  # fmt: skip


def upright(view: View) -> View:
    """The view of a body under a tilted head: it hardly tilts with it."""
    roll = view.pose.roll * 0.25
    (neck,) = view.place([(0.0, 1.0)])
    x = float(neck[0]) + np.sin(roll) * view.scale
    y = float(neck[1]) - np.cos(roll) * view.scale
    return replace(view, pose=replace(view.pose, roll=roll), x=float(x), y=float(y))


def paint_body(canvas: Canvas, view: View, outfit: np.random.Generator) -> None:
    """Shoulders and chest in something to wear, down to the picture's edge if it is near."""
    head = view.head
    wide = (1.42 + 0.22 * head.male - 0.42 * head.neoteny) * (head.width / 0.735)
    drop = 1.30 + 0.06 * (1 - head.neoteny)
    collar = [(0.0, drop + 0.13), (0.17, drop + 0.09), (0.31, drop - 0.02)]
    right = [
        *collar[1:], (0.42, drop - 0.01), (0.64, drop + 0.09), (wide * 0.82, drop + 0.26),
        (wide, drop + 0.68), (wide * 1.06, drop + 2.6),
    ]  # fmt: skip
    points = [(-x, y) for x, y in reversed(right)] + collar[:1] + right
    shape = canvas.polygon(view.place(curve(points)), 0.006 * view.scale)
    if shape.cover.size == 0:
        return
    (rows, columns) = shape.window
    u, v = view.grid(((rows.start, rows.stop), (columns.start, columns.stop)))
    sideways = u * np.float32(1 / wide)
    tone = 1.02 - np.float32(0.22) * sideways * sideways
    tone = tone - np.float32(0.10) * np.clip(v - np.float32(drop), 0, 2)
    tone = tone + np.float32(0.035) * np.sin(u * 5 + np.float32(1.5) * np.sin(v * np.float32(2.2)))
    cloth = _cloth(u, v, outfit) * tone[..., None]
    canvas.paint(shape, np.clip(cloth, 0, 1))
    ribs = [(-x, y + 0.035) for x, y in reversed(collar[1:])] + [(x, y + 0.035) for x, y in collar]
    hem = canvas.line(view.place(curve(ribs)), 0.07 * view.scale, 0.008 * view.scale)
    canvas.shade(hem, 0.82, 0.8)


def _cloth(u: Floats, v: Floats, rng: np.random.Generator) -> Floats:
    """Plain, striped or dotted: float32 `(h, w, 3)`."""
    first, second = CLOTHS[rng.permutation(len(CLOTHS))[:2]]
    first = np.clip(first + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)
    pattern = int(rng.integers(4))
    if pattern == 1:
        share = np.clip(np.sin((v + np.float32(0.12) * u * u) * 26) * 4, 0, 1)
    elif pattern == 2:
        share = np.clip((np.sin(u * 22) * np.sin(v * 22) - np.float32(0.62)) * 8, 0, 1)
    else:
        return np.asarray(np.broadcast_to(first, (*u.shape, 3)), np.float32)
    return np.asarray(first + (second - first) * (np.float32(0.78) * share)[..., None], np.float32)
