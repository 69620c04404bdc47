"""How a picture looks, in 256 bits: the same picture in another file looks the same.

The bits are those of ImageHash's `phash`: the signs, about their median, of the 16 x 16 slowest
waves of the grey picture shrunk to 64 x 64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

SIDE = 16
"""Waves across and down: 256 bits."""

SHRUNK = 128
"""A side of the picture that is hashed has at least this many pixels, where the photo has them.
Shrinking by a whole number is twelve times as fast as to a size, and costs no bit."""

FLAT = 2.0
"""Standard deviation of the grey values, of 255, below which there is nothing to recognise: a
covered lens, an empty page. Its bits would be those of the noise."""


def looks(image: Image.Image) -> bytes:
    """How an upright picture looks: 32 bytes, or b"" for one that is flat.

    It costs 1.3 ms of 3 megapixels. Any mode that Pillow can turn into grey; any size.
    """
    import imagehash

    width, height = image.size
    if image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    by = max(1, width // SHRUNK), max(1, height // SHRUNK)
    grey = (image.reduce(by) if by != (1, 1) else image).convert("L")
    if np.asarray(grey).std() < FLAT:
        return b""
    return np.packbits(imagehash.phash(grey, hash_size=SIDE).hash).tobytes()
