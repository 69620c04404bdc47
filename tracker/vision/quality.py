"""How fit a face is for comparison: size, sharpness, turn of the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from tracker.vision import align
from tracker.vision.records import Detection, Pixels, as_image

SHARPNESS_SIDE = 112


@dataclass(frozen=True, slots=True)
class Quality:
    """`size_px`: the longer side of the box in full-size pixels, as far as the caller scaled it.

    `sharpness`: variance of the Laplacian of grey values 0-255 at a fixed crop size; a blurred
    face has less. `yaw`: in [-1, 1], 0 when the nose is midway between the eyes, positive when it
    is nearer to the right eye as seen in the picture.
    """

    size_px: float
    sharpness: float
    yaw: float


def measure(image: Image.Image | Pixels, detection: Detection) -> Quality:
    """The quality of `detection`, which is in `image`'s pixels."""
    return Quality(detection.size, sharpness(image, detection), yaw(detection.landmarks))


def sharpness(image: Image.Image | Pixels, detection: Detection) -> float:
    """Variance of the Laplacian of the face's box, brought to 112 x 112 grey pixels.

    At one fixed size, so that a large face and a small one can be compared (Pech-Pacheco et al.,
    ICPR 2000, "Diatom autofocusing").
    """
    box = align.cut_box(as_image(image), detection, (SHARPNESS_SIDE, SHARPNESS_SIDE))
    grey = np.asarray(box.convert("L"), dtype=np.float32)
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var())


def yaw(landmarks: npt.NDArray[np.float32]) -> float:
    """Where the nose stands between the eyes: -1 at the left eye, 0 midway, 1 at the right.

    Measured along the line through the eyes, so a tilted head is not a turned one.
    """
    left, right, nose = landmarks[0], landmarks[1], landmarks[2]
    line = right - left
    length = float(line @ line)
    if length <= 0:
        return 1.0 if nose[0] > left[0] else -1.0
    return float(np.clip(2 * float((nose - left) @ line) / length - 1, -1, 1))
