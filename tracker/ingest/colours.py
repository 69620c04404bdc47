"""From a photo's own colours to sRGB, by the ICC profile in it.

A telephone's Display P3 taken for sRGB makes faces paler, Adobe RGB more so; a scanner's grey or
a print shop's CMYK is off by more. What a profile does is worked out once a process: a few
kinds of cameras make up a library.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageCms

MAX_PROFILE_BYTES = 4_000_000
"""Those of printing presses have up to two million."""

UNNOTICEABLE = 2
"""Steps of 255 by which no colour may change for a profile to be sRGB itself."""

MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
"""Colour spaces of profiles, and the modes of Pillow's images that they speak of."""

Change = Callable[[Image.Image], Image.Image]


def change(profile: object, mode: str) -> Change | None:
    """What turns images of that mode into RGB by the profile, which is the bytes in the file.

    None where nothing is to be done: no profile, one for other modes, sRGB, or a broken one.
    """
    if not isinstance(profile, bytes) or not 128 < len(profile) <= MAX_PROFILE_BYTES:
        return None
    if MODES.get(profile[16:20].decode("latin-1")) != mode:
        return None
    digest = hashlib.blake2b(profile, digest_size=16).digest()
    return _change(_Profile(digest, profile), mode)


def from_lab(image: Image.Image) -> Image.Image:
    """An image of Lab colours as RGB."""
    lab = ImageCms.createProfile("LAB")
    transform = ImageCms.buildTransform(ImageCms.ImageCmsProfile(lab), _srgb(), "LAB", "RGB")
    return transform.apply(image)


class _Profile:
    """A profile's bytes, told apart by their digest alone."""

    def __init__(self, digest: bytes, data: bytes) -> None:
        self.digest = digest
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Profile) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=16)
def _change(profile: _Profile, mode: str) -> Change | None:
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile.data)),
            _srgb(),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if mode == "L":
            return _grey(transform)
        if mode == "RGB" and _changes_nothing(transform):
            return None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return transform.apply


def _grey(transform: ImageCms.ImageCmsTransform) -> Change | None:
    """A table of 256 values: quicker than the transform, and as exact."""
    steps = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(1, 256))
    table = np.asarray(transform.apply(steps))[0, :, 1]
    if np.abs(table.astype(int) - np.arange(256)).max() <= UNNOTICEABLE:
        return None
    values = table.tolist()
    return lambda image: image.point(values).convert("RGB")


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    turned = np.asarray(transform.apply(Image.fromarray(colours)))
    return int(np.abs(turned.astype(int) - colours).max()) <= UNNOTICEABLE


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
