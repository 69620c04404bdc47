"""How a head is turned and where it stands in the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.demo.anatomy import Anatomy, Outline

Floats = npt.NDArray[np.float32]

DEPTH = 0.80
"""How far the middle of the face stands out, as a share of the half width."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Turned to the side (`yaw`), up or down (`pitch`) and tilted (`roll`), in radians."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True, slots=True)
class View:
    """A head in the picture. `x`, `y` are its middle, `scale` half its height, in pixels."""

    head: Anatomy
    outline: Outline
    pose: Pose
    x: float
    y: float
    scale: float

    def place(self, points: Sequence[tuple[float, float]] | Floats) -> Floats:
        """Points of the head's own plane, in the picture's pixels: float32 `(n, 2)`."""
        p = np.asarray(points, dtype=np.float32).reshape(-1, 2)
        c, s = math.cos(self.pose.roll), math.sin(self.pose.roll)
        turned = np.stack([p[:, 0] * c - p[:, 1] * s, p[:, 0] * s + p[:, 1] * c], axis=1)
        return (turned * self.scale + [self.x, self.y]).astype(np.float32)

    def face(self, points: Sequence[tuple[float, float]] | Floats, lift: float = 0.0) -> Floats:
        """Points of the face's surface as the turn moves them, still in the head's own plane.

        `lift` is how far they stand out of it, as the tip of a nose does.
        """
        p = np.asarray(points, dtype=np.float32).reshape(-1, 2)
        w2, _ = self.outline.squared(p[:, 1])
        z = DEPTH * np.sqrt(np.maximum(w2 - p[:, 0] ** 2, 0)) + lift
        c, s = math.cos(self.pose.yaw), math.sin(self.pose.yaw)
        level = 0.5  # about here heads turn up and down: the middle between ear and nose
        depth = z - DEPTH * self.head.width * level
        x = p[:, 0] * c + z * s
        y = p[:, 1] - depth * math.sin(self.pose.pitch)
        return np.stack([x, y], axis=1).astype(np.float32)

    def at(self, x: float, y: float, lift: float = 0.0) -> Floats:
        """One point of the face's surface, in the picture's pixels."""
        return np.asarray(self.place(self.face([(x, y)], lift))[0])

    def on(self, points: Sequence[tuple[float, float]] | Floats, lift: float = 0.0) -> Floats:
        """Several points of the face's surface, in the picture's pixels."""
        return self.place(self.face(points, lift))

    def grid(self, window: tuple[tuple[int, int], tuple[int, int]]) -> tuple[Floats, Floats]:
        """The head-plane coordinates of a window's pixels, each float32 `(h, w)`."""
        (y0, y1), (x0, x1) = window
        dx = (np.arange(x0, x1, dtype=np.float32) + np.float32(0.5 - self.x))[None, :]
        dy = (np.arange(y0, y1, dtype=np.float32) + np.float32(0.5 - self.y))[:, None]
        c = np.float32(math.cos(self.pose.roll) / self.scale)
        s = np.float32(math.sin(self.pose.roll) / self.scale)
        return dx * c + dy * s, dy * c - dx * s
