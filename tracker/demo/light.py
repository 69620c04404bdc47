"""The light a photo is taken in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Light:
    """`direction` points from the face to the lamp (x right, y down, z to the viewer).

    `ambient` in [0, 1] is the share that comes from everywhere; `warmth` in [-1, 1] is its colour,
    from a blue shade to a lamp; `exposure` is in stops.
    """

    direction: tuple[float, float, float] = (-0.4, -0.5, 0.75)
    ambient: float = 0.55
    warmth: float = 0.0
    exposure: float = 0.0

    @property
    def cast(self) -> Floats:
        """What the light does to each channel: float32 `(3,)`."""
        tint = 1 + self.warmth * np.array([0.07, 0.0, -0.11])
        return np.asarray(tint * 2.0**self.exposure, dtype=np.float32)

    def on(self, normal: Floats) -> Floats:
        """Brightness of a surface with unit normals `(..., 3)`, in about [0.3, 1.1]."""
        lamp = np.array(self.direction, dtype=np.float32)
        lamp /= np.linalg.norm(lamp)
        facing = normal @ lamp
        wrap = np.float32(0.35)  # skin lets light through: it does not go dark at a right angle
        lit = np.maximum(facing + wrap, 0) / (1 + wrap)
        return np.asarray(self.ambient + (1.06 - self.ambient) * lit, dtype=np.float32)


def taken(rng: np.random.Generator) -> Light:
    """The light of some day."""
    side = rng.choice([-1, 1]) * rng.uniform(0.15, 0.65)
    return Light(
        direction=(float(side), float(rng.uniform(-0.75, -0.25)), float(rng.uniform(0.6, 0.9))),
        ambient=float(rng.uniform(0.48, 0.68)),
        warmth=float(np.clip(rng.normal(0, 0.45), -1, 1)),
        exposure=float(np.clip(rng.normal(0, 0.12), -0.3, 0.3)),
    )
