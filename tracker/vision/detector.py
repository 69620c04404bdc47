"""Finds every face in an image, with MTCNN's networks as facenet-pytorch gives them."""

from __future__ import annotations

from PIL import Image

from tracker.vision.engines.contract import Runtime
from tracker.vision.records import Detection, Pixels, as_image

DETECTOR_ID = "mtcnn-2.5.3-v3"
"""Changes whenever the same photo could give other faces: they are then searched again."""

SMALLEST_FACE = 20 / 0.709**4
"""Where the search begins, in pixels of the full photo: 79. P-Net and its corrections find faces
from about three quarters of that on. Of facenet-pytorch's own levels, which begin at 20 pixels
and grow by 1 / 0.709, it is the fifth: a level that is the same picture gives the same boxes."""

LARGEST_SEARCH = 8000
"""Photos with a longer side than this are searched as if they had it."""

FINEST_SEARCH = 12.0
"""P-Net sees 12 pixels; a face smaller than that in the searched image cannot be found."""

THRESHOLDS = (0.6, 0.7, 0.7)
"""Least probability after each of the three networks: facenet-pytorch's own values. They let an
occasional false face through, which has to be rejected by a person; a higher last threshold would
silently lose profiles and blurred children instead."""

PYRAMID_FACTOR = 0.709
"""Each level of the pyramid has half the area of the one before: facenet-pytorch's own value."""


def smallest_face(width: int, height: int) -> float:
    """The smallest face to search for in a photo of that size, in its pixels."""
    return SMALLEST_FACE * max(1.0, max(width, height) / LARGEST_SEARCH)


class Detector:
    """MTCNN, loaded once, on the processor."""

    id = DETECTOR_ID

    def __init__(self, runtime: Runtime | None = None, *, threads: int | None = None) -> None:
        """Loads the engine and the three networks: a third of a second, with torch two.

        `runtime` is the fastest there is unless given; `threads` all cores unless given.
        """
        from tracker.vision import cascade
        from tracker.vision.engines import choose
        from tracker.vision.mtcnn import networks

        self._find = cascade.find
        self._networks = networks.load(runtime or choose(device="cpu"), threads=threads)

    def detect(
        self,
        image: Image.Image | Pixels,
        min_face: float = 20.0,
        *,
        size: tuple[int, int] | None = None,
    ) -> list[Detection]:
        """Every face whose box is about `min_face` pixels or more, left to right.

        `image` is RGB and upright, a Pillow image or uint8 `(h, w, 3)`; `size` the (width,
        height) of the photo that it is a reduction of, by default its own. `min_face` and what
        comes out are in pixels of that photo. Faces are sorted by the left edge of the box, then
        by the top edge. No face, or an image smaller than a face, gives an empty list.
        """
        from tracker.vision.halvings import Halvings

        picture = as_image(image)
        boxes, probabilities, landmarks = self._find(
            Halvings(picture, size or picture.size),
            self._networks,
            min_face=max(min_face, FINEST_SEARCH),
            thresholds=THRESHOLDS,
            factor=PYRAMID_FACTOR,
        )
        found = [
            Detection(box.astype("float32"), points.astype("float32"), float(p))
            for box, p, points in zip(boxes, probabilities, landmarks, strict=True)
        ]
        return sorted(found, key=lambda face: (float(face.box[0]), float(face.box[1])))
