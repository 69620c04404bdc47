"""What the vision room hands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
"""uint8 `(height, width, 3)`, RGB, upright."""


def as_image(picture: Image.Image | Pixels) -> Image.Image:
    """The picture as a Pillow image, RGB; one that is none yet is copied."""
    return picture if isinstance(picture, Image.Image) else Image.fromarray(picture)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One face in an image, in that image's pixels.

    `box`: float32 `(4,)` x0, y0, x1, y1, may reach past the image's edge. `landmarks`: float32
    `(5, 2)`, x and y of left eye, right eye, nose, left and right mouth corner, as seen in the
    picture. `confidence` is in [0, 1].
    """

    box: npt.NDArray[np.float32]
    landmarks: npt.NDArray[np.float32]
    confidence: float

    def scaled(self, factor: float) -> Detection:
        """The same face in an image `factor` times as large."""
        f = np.float32(factor)
        return Detection(self.box * f, self.landmarks * f, self.confidence)

    @property
    def size(self) -> float:
        """The longer side of the box, in pixels."""
        x0, y0, x1, y1 = self.box
        return float(max(x1 - x0, y1 - y0))
