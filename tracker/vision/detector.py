"""Finds every face in an image, with facenet-pytorch's MTCNN networks."""

from __future__ import annotations

from tracker.vision.records import Detection, Pixels

DETECTOR_ID = "mtcnn-2.5.3-v1"
"""Changes whenever the same photo could give other faces: they are then searched again."""

SMALLEST_FACE = 80.0
"""The promise: a face whose box is this many full-size pixels is searched for."""

FINEST_SEARCH = 12.0
"""P-Net sees 12 pixels; a face smaller than that in the searched image cannot be found."""

THRESHOLDS = (0.6, 0.7, 0.7)
"""Least probability after each of the three networks: facenet-pytorch's own values. They let an
occasional false face through, which has to be rejected by a person; a higher last threshold would
silently lose profiles and blurred children instead."""

PYRAMID_FACTOR = 0.709
"""Each level of the pyramid has half the area of the one before: facenet-pytorch's own value."""


def search_size(width: int, height: int) -> tuple[int, float]:
    """How far a photo of `width` x `height` full-size pixels may be reduced before the search.

    Gives the long side of the image to search, in pixels, and the smallest face to search for in
    that image, in pixels.
    """
    long_side = max(width, height)
    wanted = max(1000, round(long_side / 4))
    scale = min(1.0, wanted / long_side)
    return round(long_side * scale), max(20.0, SMALLEST_FACE * scale)


class Detector:
    """MTCNN, loaded once. Its weights come with the facenet-pytorch package."""

    id = DETECTOR_ID

    def __init__(self) -> None:
        """Loads torch and the three networks; about two seconds."""
        from tracker.vision import cascade

        self._find = cascade.find
        self._networks = cascade.networks()

    def detect(self, image: Pixels, min_face: float = 20.0) -> list[Detection]:
        """Every face whose box is about `min_face` pixels or more, left to right.

        `image` is uint8 `(h, w, 3)` RGB, upright. Faces are sorted by the left edge of the box,
        then by the top edge. No face, or an image smaller than a face, gives an empty list.
        """
        boxes, probabilities, landmarks = self._find(
            image,
            self._networks,
            min_face=max(min_face, FINEST_SEARCH),
            thresholds=THRESHOLDS,
            factor=PYRAMID_FACTOR,
        )
        found = [
            Detection(box, points, float(p))
            for box, p, points in zip(boxes, probabilities, landmarks, strict=True)
        ]
        return sorted(found, key=lambda face: (float(face.box[0]), float(face.box[1])))
