"""Paints shoulders and clothes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tracker.demo.canvas import Canvas, curve
from tracker.demo.view import View

Floats = npt.NDArray[np.float32]

CLOTHS = (
    (0.24, 0.38, 0.52), (0.72, 0.34, 0.30), (0.90, 0.84, 0.72), (0.36, 0.50, 0.40), (0.86, 0.66, 0.34),
    (0.52, 0.40, 0.52), (0.82, 0.56, 0.56), (0.40, 0.58, 0.66), (0.30, 0.30, 0.34), (0.93, 0.93, 0.91),
)  # fmt: skip


def paint_body(canvas: Canvas, view: View, rng: np.random.Generator) -> None:
    """Shoulders and chest in something to wear, down to the picture's edge if it is near."""
    head = view.head
    wide = (1.42 + 0.22 * head.male - 0.42 * head.neoteny) * (head.width / 0.735)
    drop = 1.28 + 0.06 * (1 - head.neoteny)
    right = [
        (0.30, drop - 0.04), (0.62, drop + 0.10), (wide * 0.82, drop + 0.28), (wide, drop + 0.70),
        (wide * 1.06, drop + 2.6),
    ]  # fmt: skip
    points = [(-x, y) for x, y in reversed(right)] + [(0.0, drop + 0.10)] + right
    shape = canvas.polygon(view.place(curve(points, closed=False)), 0.008 * view.scale)
    colour = np.array(CLOTHS[int(rng.integers(len(CLOTHS)))], dtype=np.float32)
    colour = np.clip(colour + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)
    if shape.cover.size == 0:
        return
    window = ((shape.y, shape.y + shape.cover.shape[0]), (shape.x, shape.x + shape.cover.shape[1]))
    u, v = view.grid(window)
    tone = 1.02 - 0.22 * np.abs(u / wide) ** 2 - 0.10 * np.clip(v - drop, 0, 2)
    tone = tone + 0.035 * np.sin(u * 5 + 1.5 * np.sin(v * 2.2))
    cloth = np.broadcast_to(colour, (*u.shape, 3)) * tone[..., None]
    pattern = int(rng.integers(4))
    other = np.array(CLOTHS[int(rng.integers(len(CLOTHS)))], dtype=np.float32)
    if pattern == 1:
        stripe = np.clip(np.sin((v + 0.12 * u * u) * 26) * 4, 0, 1)[..., None]
        cloth = cloth * (1 - stripe * 0.75) + other * tone[..., None] * stripe * 0.75
    elif pattern == 2:
        dots = np.clip((np.sin(u * 22) * np.sin(v * 22) - 0.62) * 8, 0, 1)[..., None]
        cloth = cloth * (1 - dots * 0.8) + other * tone[..., None] * dots * 0.8
    canvas.paint(shape, np.clip(cloth, 0, 1).astype(np.float32))
    neckline = curve(
        [
            (-0.42, drop + 0.02),
            (-0.22, drop + 0.16),
            (0, drop + 0.21),
            (0.22, drop + 0.16),
            (0.42, drop + 0.02),
        ]
    )
    canvas.shade(
        canvas.line(view.place(neckline), 0.05 * view.scale, 0.012 * view.scale),
        np.float32(0.80),
        0.8,
    )
