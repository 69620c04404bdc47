"""A decoded image brought to what the search wants: small, upright, RGB, eight bits a channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from tracker.ingest import colours

Pixels = npt.NDArray[np.uint8]

RGB_LIKE = ("RGB", "RGBA", "RGBX", "P", "PA", "YCbCr")
"""Modes whose colours a profile for RGB speaks of."""

REDUCIBLE = ("L", "RGB", "RGBA", "CMYK", "YCbCr")

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation; as in Pillow's `ImageOps.exif_transpose`."""


def upright(image: Image.Image, scale: int, orientation: int) -> Image.Image:
    """Decode at 1/scale and turn by an EXIF orientation.

    Reducing comes first: turning then costs less.
    """
    if image.format == "JPEG" and scale > 1:
        width, height = image.size
        image.draft(None, (max(1, width // scale), max(1, height // scale)))
        scale //= max(1, round(max(width, height) / max(image.size)))
    if isinstance(image, Jpeg2KImageFile):
        scale = _draft_jpeg_2000(image, scale)
    image.load()
    if isinstance(image, Jpeg2KImageFile):
        image.reduce = 0  # else it stands in the place of the method of that name
    if scale > 1:
        image = image if image.mode in REDUCIBLE else eight_bit(image)
        image = image.reduce(scale)
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _draft_jpeg_2000(image: Jpeg2KImageFile, scale: int) -> int:
    """Let it be decoded smaller, as far as it was stored in steps; the scale that is left to do."""
    file = image.fp
    assert file is not None  # noqa: S101  it is open as long as its pixels are not read
    at = file.tell()
    file.seek(0)
    header = file.read(4096)
    file.seek(at)
    style = header.find(b"\xff\x52")
    steps = header[style + 9] if 0 < style < len(header) - 9 else 0
    halvings = min(scale.bit_length() - 1, steps)
    image.reduce = halvings
    return scale >> halvings


def to_rgb(image: Image.Image) -> Image.Image:
    """The same picture as RGB. Transparent parts become white, as on paper."""
    image = eight_bit(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def eight_bit(image: Image.Image) -> Image.Image:
    """The same picture as L, RGB, CMYK or YCbCr."""
    if image.mode == "LAB":
        return colours.from_lab(image)
    if image.mode in ("L", "RGB", "CMYK", "YCbCr"):
        return image
    if image.mode in ("F", "I") or image.mode.startswith("I;"):
        return Image.fromarray(_stretch(np.asarray(image)))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


def _stretch(values: npt.NDArray[Any]) -> Pixels:
    """Grey values of more than 8 bits to 0..255."""
    if values.dtype == np.uint16:
        return (values >> 8).astype(np.uint8)
    floats = np.nan_to_num(values.astype(np.float32))
    top = float(floats.max(initial=0.0))
    full = next((full for full in (1.0, 255.0, 65535.0) if top <= full), max(top, 1.0))
    grey: Pixels = np.clip(floats * (255.0 / full), 0, 255).astype(np.uint8)
    return grey


def in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The same picture as RGB, in the colours that its profile means."""
    image = eight_bit(image)
    if image.mode == "YCbCr":
        image = image.convert("RGB")
    change = colours.change(profile, image.mode)
    return to_rgb(image) if change is None else change(image)
