"""The measurements that `handcrafted` is made of, block by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tracker.vision.records import Pixels

Floats = npt.NDArray[np.float32]

SIZE = (160, 200)
DIM = 6 + 18 + 120 + 120


def vector(crop: Pixels, landmarks: Floats) -> Floats:
    """float32 `(DIM,)`, unit length, of one `eyes-upright` crop of SIZE and its landmarks."""
    balanced = grey_world(crop)
    blocks = [
        1.0 * geometry(landmarks),
        1.0 * colours(balanced, landmarks),
        0.3 * gradients(balanced),
        0.3 * textures(balanced),
    ]
    joined = np.concatenate(blocks)
    return np.asarray(joined / max(float(np.linalg.norm(joined)), 1e-9), dtype=np.float32)


def grey_world(crop: Pixels) -> Floats:
    """The crop in [0, 1] with each channel's mean brought to .45: the colour of the light goes."""
    values = crop.astype(np.float32) / 255
    means = values.reshape(-1, 3).mean(axis=0)
    return np.asarray(np.clip(values * (0.45 / np.maximum(means, 0.02)), 0, 1), dtype=np.float32)


def geometry(landmarks: Floats) -> Floats:
    """float32 `(6,)`: the landmarks' distances in eye distances, about 0 with spread 1."""
    left, right, nose, mouth_l, mouth_r = landmarks.astype(np.float64)
    eyes, mouth = (left + right) / 2, (mouth_l + mouth_r) / 2
    apart = max(float(np.linalg.norm(right - left)), 1e-6)
    measured = np.array(
        [
            np.linalg.norm(mouth_r - mouth_l) / apart,
            np.linalg.norm(mouth - eyes) / apart,
            np.linalg.norm(nose - eyes) / apart,
            np.linalg.norm(nose - mouth) / apart,
            np.linalg.norm(nose - mouth_l) / apart,
            np.linalg.norm(nose - mouth_r) / apart,
        ]
    )
    usual = np.array([0.83, 1.16, 0.65, 0.55, 0.65, 0.65])
    spread = np.array([0.09, 0.10, 0.10, 0.08, 0.09, 0.09])
    return np.asarray(np.clip((measured - usual) / spread, -3, 3), dtype=np.float32)


def colours(balanced: Floats, landmarks: Floats) -> Floats:
    """float32 `(18,)`: Lab of cheeks, forehead, iris, brows, hair and lips."""
    from skimage.color import rgb2lab

    lab = rgb2lab(balanced)
    left, right, _nose, mouth_l, mouth_r = landmarks.astype(np.float64)
    apart = max(float(right[0] - left[0]), 1.0)
    eyes, mouth = (left + right) / 2, (mouth_l + mouth_r) / 2

    def at(point: npt.NDArray[np.float64], dx: float, dy: float, rx: float, ry: float) -> Floats:
        x, y = point[0] + dx * apart, point[1] + dy * apart
        x0, x1 = int(np.clip(x - rx * apart, 0, 158)), int(np.clip(x + rx * apart, 1, 159))
        y0, y1 = int(np.clip(y - ry * apart, 0, 198)), int(np.clip(y + ry * apart, 1, 199))
        return np.asarray(lab[y0 : max(y1, y0) + 1, x0 : max(x1, x0) + 1].reshape(-1, 3))

    def dark(pixels: Floats) -> Floats:
        order = np.argsort(pixels[:, 0])
        return pixels[order[: max(1, len(order) // 3)]]

    def between(pixels: Floats) -> Floats:
        """Those neither as dark as a pupil nor as light as the white of the eye."""
        order, third = np.argsort(pixels[:, 0]), len(pixels) // 3
        return pixels[order[third : max(third + 1, 2 * third)]]

    patches = [
        np.concatenate([at(left, -0.05, 0.5, 0.15, 0.12), at(right, 0.05, 0.5, 0.15, 0.12)]),
        at(eyes, 0, -0.75, 0.4, 0.15),
        np.concatenate([between(at(left, 0, 0, 0.1, 0.1)), between(at(right, 0, 0, 0.1, 0.1))]),
        np.concatenate([dark(at(left, 0, -0.4, 0.3, 0.15)), dark(at(right, 0, -0.4, 0.3, 0.15))]),
        at(eyes, 0, -1.6, 0.5, 0.15),
        at(mouth, 0, 0, 0.25, 0.1),
    ]
    measured = np.concatenate([np.median(patch, axis=0) for patch in patches])
    usual = np.tile([55.0, 5.0, 8.0], 6)
    spread = np.tile([15.0, 8.0, 8.0], 6)
    return np.asarray(np.clip((measured - usual) / spread, -3, 3), dtype=np.float32)


def gradients(balanced: Floats) -> Floats:
    """float32 `(120,)`: HOG of the grey crop, 4 x 5 cells of 6 orientations, mean 0."""
    from skimage.feature import hog

    grey = balanced.mean(axis=2)[::2, ::2]
    found = hog(
        grey, orientations=6, pixels_per_cell=(20, 20), cells_per_block=(1, 1), feature_vector=True
    )
    return np.asarray((found - found.mean()) / 0.15, dtype=np.float32)


def textures(balanced: Floats) -> Floats:
    """float32 `(120,)`: uniform LBP histograms of 3 x 4 fields, mean 0."""
    from skimage.feature import local_binary_pattern

    grey = (balanced.mean(axis=2)[::2, ::2] * 255).astype(np.uint8)
    codes = local_binary_pattern(grey, 8, 1, method="uniform").astype(int)  # type: ignore[no-untyped-call]
    rows = []
    for band in np.array_split(codes, 4, axis=0):
        for field in np.array_split(band, 3, axis=1):
            rows.append(np.bincount(field.ravel(), minlength=10)[:10] / field.size)
    found = np.concatenate(rows)
    return np.asarray((found - 0.1) / 0.1, dtype=np.float32)
