"""Pictures as a camera that was held otherwise stores them."""

from __future__ import annotations

from PIL import Image

_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,  # stored so that turning by 270 restores it
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}

ORIENTATIONS = range(1, 9)
"""EXIF's."""


def as_stored(upright: Image.Image, orientation: int) -> Image.Image:
    """What is in the file of this orientation, if this is the picture."""
    turn = _BACK.get(orientation)
    return upright if turn is None else upright.transpose(turn)
