"""An image and its halves, quarters, eighths: from which any rectangle is cheaply cut small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from tracker.vision.records import Pixels

DETAIL = 4
"""A cut is averaged from at least DETAIL / 2 pixels each way for every one of its own. With 2 the
networks are less sure of a face, with 8 no surer."""


class Halvings:
    """The image at every halving that has been asked for.

    Coordinates are those of the photo, of which the image is a reduction: pixel 0 covers 0 to 1.
    A cut is taken from the smallest halving that still has its detail, and averaged over areas
    from there, so it costs the same whatever the size of the photo.
    """

    def __init__(self, image: Image.Image, size: tuple[int, int]) -> None:
        """`image` is RGB; `size` is the photo's (width, height) in pixels."""
        self.width, self.height = size
        self._images = [image]

    def whole(self, width: int, height: int) -> Pixels:
        """The whole photo at another size: uint8 `(height, width, 3)`."""
        source = self._serving(self.width / width)
        return np.asarray(source.resize((width, height), Image.Resampling.BOX))

    def pieces(self, size: tuple[int, int], boxes: npt.NDArray[np.int64]) -> Iterator[Image.Image]:
        """Rectangles x0, y0, x1, y1, `(n, 4)`, of what `whole` gives at that (width, height)."""
        width, height = size
        source = self._serving(self.width / width)
        steps = np.tile([self.width / width, self.height / height], 2)
        for (x0, y0, x1, y1), place in zip(boxes.tolist(), (boxes * steps).tolist(), strict=True):
            yield self._cut(source, place, (x1 - x0, y1 - y0))

    def cuts(self, boxes: npt.NDArray[np.float64], side: int) -> Pixels:
        """Rectangles x0, y0, x1, y1 of the photo, `(n, 4)`: uint8 `(n, side, side, 3)`."""
        # Beside each other in one picture: turning a picture into an array is what costs.
        strip = Image.new("RGB", (side, side * len(boxes)))
        for number, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
            source = self._serving(min(x1 - x0, y1 - y0) / side)
            strip.paste(self._cut(source, (x0, y0, x1, y1), (side, side)), (0, side * number))
        return np.asarray(strip).reshape(len(boxes), side, side, 3)

    def _cut(
        self, source: Image.Image, place: Sequence[float], size: tuple[int, int]
    ) -> Image.Image:
        """A rectangle of the photo from one of the halvings."""
        x, y = source.width / self.width, source.height / self.height
        x0, y0, x1, y1 = place
        # Rounding must not lead past the edge, where Pillow refuses.
        box = (x0 * x, y0 * y, min(x1 * x, source.width), min(y1 * y, source.height))
        return source.resize(size, Image.Resampling.BOX, box=box)

    def _serving(self, reduction: float) -> Image.Image:
        """The smallest halving with at least one pixel for every `reduction` of the photo."""
        halving = 0
        while self._images[halving].width * reduction >= DETAIL * self.width:
            halving += 1
            if halving == len(self._images):
                smaller = self._images[-1]
                if min(smaller.size) < 2:
                    return smaller
                self._images.append(smaller.reduce(2))
        return self._images[halving]
