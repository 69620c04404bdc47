"""Cuts a face out of an image the way an embedder wants it.

Three alignments:

- `facenet-box`: the detector's box, stretched to the size, as facenet-pytorch's `extract_face`
  does with margin 0 (what its FaceNet weights are used with);
- `arcface-112`: the five landmarks laid on ArcFace's 112 x 112 template by a similarity transform;
- `eyes-upright`: the eyes level and at fixed places, with the hair above and the chin below.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from tracker.vision.records import Detection, Pixels, as_image

Floats = npt.NDArray[np.float32]

ARCFACE_TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    dtype=np.float64,
)
"""Where the landmarks go in a 112 x 112 crop: insightface, `utils/face_align.py`, `arcface_dst`."""

EYE_LINE = 0.45
EYE_DISTANCE = 0.30
"""In an `eyes-upright` crop: the eyes' height as a share of the crop's height, and their distance
as a share of its width. With 160 x 200 that leaves 1.9 eye distances above for the hair and 2.3
below for the chin."""

BOX_PER_EYE_DISTANCE = 2.9
"""MTCNN's boxes are about 2.9 eye distances high (measured on frontal faces: 2.73 to 3.09)."""


def crop(
    image: Image.Image | Pixels, detection: Detection, alignment: str, size: tuple[int, int]
) -> Pixels:
    """The face of `detection`, which is in `image`'s pixels, as uint8 `(height, width, 3)` RGB.

    `image` is RGB, `size` is (width, height). What lies outside the image is black. An alignment
    nobody knows raises ValueError with the ones there are.
    """
    picture = as_image(image)
    if alignment == "facenet-box":
        return np.asarray(cut_box(picture, detection, size))
    return _warp(picture, _transform(detection, alignment, size), size)


def cut_box(image: Image.Image, detection: Detection, size: tuple[int, int]) -> Image.Image:
    """What the alignment `facenet-box` gives, as a Pillow image."""
    return image.crop(_box(image.size, detection)).resize(size, Image.Resampling.BILINEAR)


def crop_landmarks(
    image: Image.Image | Pixels, detection: Detection, alignment: str, size: tuple[int, int]
) -> Floats:
    """The five landmarks in the pixels of `crop(image, detection, alignment, size)`.

    float32 `(5, 2)`, x and y; the centre of the crop's first pixel is (0, 0).
    """
    points = detection.landmarks.astype(np.float64)
    if alignment == "facenet-box":
        there = image.size if isinstance(image, Image.Image) else image.shape[1::-1]
        x0, y0, x1, y1 = _box(there, detection)
        stretch = np.array([size[0] / (x1 - x0), size[1] / (y1 - y0)])
        return np.asarray((points - [x0, y0] + 0.5) * stretch - 0.5, dtype=np.float32)
    matrix = _transform(detection, alignment, size)
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], dtype=np.float32)


def needed_pixels(alignment: str, size: tuple[int, int]) -> float:
    """The face size below which a finer decoding of the photo would give a better crop.

    It is the longer side of the detector's box, in pixels of the image that is cut from.
    """
    width, height = size
    if alignment == "facenet-box":
        return float(max(width, height))
    if alignment == "arcface-112":
        eyes = float(np.linalg.norm(ARCFACE_TEMPLATE[1] - ARCFACE_TEMPLATE[0])) * width / 112
        return BOX_PER_EYE_DISTANCE * eyes
    if alignment == "eyes-upright":
        return BOX_PER_EYE_DISTANCE * EYE_DISTANCE * width
    raise _unknown(alignment)


def check(alignment: str) -> None:
    """Raises ValueError, naming the alignments there are, unless `alignment` is one of them."""
    if alignment not in ALIGNMENTS:
        raise _unknown(alignment)


def template(alignment: str, size: tuple[int, int]) -> Floats:
    """Where the landmarks of an ordinary frontal face lie in a crop: float32 `(5, 2)`."""
    width, height = size
    arcface = ARCFACE_TEMPLATE * [width / 112, height / 112]
    if alignment == "arcface-112":
        return arcface.astype(np.float32)
    if alignment == "eyes-upright":
        eyes = arcface[:2].mean(axis=0)
        scale = EYE_DISTANCE * width / float(np.linalg.norm(arcface[1] - arcface[0]))
        middle = [(width - 1) / 2, EYE_LINE * (height - 1)]
        return np.asarray((arcface - eyes) * scale + middle, dtype=np.float32)
    if alignment == "facenet-box":
        # Mean over frontal faces found by MTCNN, as shares of its box.
        shares = np.array([[0.31, 0.38], [0.74, 0.38], [0.53, 0.57], [0.35, 0.76], [0.70, 0.76]])
        return np.asarray(shares * [width, height], dtype=np.float32)
    raise _unknown(alignment)


def _unknown(alignment: str) -> ValueError:
    return ValueError(f"no alignment is called {alignment!r}; there are {', '.join(ALIGNMENTS)}")


def _box(size: tuple[int, ...], detection: Detection) -> tuple[int, int, int, int]:
    """The box in whole pixels inside an image of that (width, height); never empty.

    It is rounded as `extract_face` does.
    """
    width, height = size
    x0, y0, x1, y1 = (float(v) for v in detection.box)
    left, top = min(int(max(x0, 0)), width - 1), min(int(max(y0, 0)), height - 1)
    right, bottom = max(int(min(x1, width)), left + 1), max(int(min(y1, height)), top + 1)
    return left, top, right, bottom


def _arcface(detection: Detection, size: tuple[int, int]) -> npt.NDArray[np.float64]:
    return _similarity(
        detection.landmarks.astype(np.float64), ARCFACE_TEMPLATE * [size[0] / 112, size[1] / 112]
    )


def _eyes_upright(detection: Detection, size: tuple[int, int]) -> npt.NDArray[np.float64]:
    return _similarity(
        detection.landmarks[:2].astype(np.float64),
        template("eyes-upright", size)[:2].astype(np.float64),
    )


_TRANSFORMS: dict[str, Callable[[Detection, tuple[int, int]], npt.NDArray[np.float64]]] = {
    "arcface-112": _arcface,
    "eyes-upright": _eyes_upright,
}
ALIGNMENTS = ("facenet-box", *_TRANSFORMS)


def _transform(
    detection: Detection, alignment: str, size: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """float64 `(2, 3)`: image pixel to crop pixel, both counted from pixel centres."""
    if alignment not in _TRANSFORMS:
        raise _unknown(alignment)
    return _TRANSFORMS[alignment](detection, size)


def _similarity(
    source: npt.NDArray[np.float64], target: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The turn, scale and shift, without mirroring, that brings `source` nearest to `target`.

    Least squares over complex numbers (Umeyama 1991 in two dimensions). float64 `(2, 3)`.
    Landmarks that all lie in one place give the scale 1.
    """
    a, b = source @ [1, 1j], target @ [1, 1j]
    a0, b0 = a - a.mean(), b - b.mean()
    spread = float(np.sum(np.abs(a0) ** 2))
    turn = complex(np.sum(np.conj(a0) * b0)) / spread if spread > 1e-9 else 1 + 0j
    if abs(turn) < 1e-6:
        turn = 1 + 0j
    shift = complex(b.mean()) - turn * complex(a.mean())
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _warp(image: Image.Image, matrix: npt.NDArray[np.float64], size: tuple[int, int]) -> Pixels:
    """Resample `image` through `matrix` into a crop of `size`, bilinear, black outside.

    A face that is more than twice too large is first reduced by whole steps: bilinear sampling
    alone would skip pixels, and the vector would depend on which.
    """
    width, height = size
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    back = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    corners = np.array([[-1, -1, 1], [width, -1, 1], [-1, height, 1], [width, height, 1]]) @ back.T
    step = max(1, int(1 / scale))
    x0, y0 = np.floor(corners[:, :2].min(axis=0)).astype(int) - step
    x1, y1 = np.ceil(corners[:, :2].max(axis=0)).astype(int) + step
    x0, y0 = max(0, int(x0)), max(0, int(y0))
    x1, y1 = min(image.width, int(x1)), min(image.height, int(y1))
    if x1 <= x0 or y1 <= y0:
        return np.zeros((height, width, 3), dtype=np.uint8)
    part = image.crop((x0, y0, x1, y1))
    if step > 1:
        part = part.reduce(step)
    # Pillow counts from pixel corners: half a pixel is added on both sides of the transform.
    turn, shift = back[:2, :2], back[:2, 2]
    shift = shift + 0.5 - turn @ [0.5, 0.5] - [x0, y0]
    turn, shift = turn / step, shift / step
    data = (turn[0, 0], turn[0, 1], shift[0], turn[1, 0], turn[1, 1], shift[1])
    warped = part.transform(
        size, Image.Transform.AFFINE, data, resample=Image.Resampling.BILINEAR, fillcolor=0
    )
    return np.asarray(warped)
