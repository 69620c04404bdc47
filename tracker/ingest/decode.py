"""From a file to upright RGB pixels, at the smallest scale that serves.

Runs in worker processes (see `workers`), so it imports nothing heavier than Pillow and numpy,
and every way in which a file can be bad comes out as PhotoRejected. Memory is bounded from the
header, before a pixel is decoded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tracker.errors import PhotoRejected
from tracker.ingest import raw
from tracker.ingest.bounds import affordable_scale, check_layers, check_size, scale_for
from tracker.ingest.opening import opened
from tracker.ingest.pixels import (
    REDUCIBLE,
    RGB_LIKE,
    Pixels,
    eight_bit,
    in_srgb,
    to_rgb,
    upright,
)
from tracker.ingest.scan import why_unreadable
from tracker.metadata import embedded
from tracker.metadata import exif as exif_data
from tracker.metadata.records import Metadata
from tracker.metadata.turns import SIDEWAYS

MAX_FILE_BYTES = 600_000_000
DEAR = ("HEIF", "AVIF")
"""Formats that take a third of a second to decode, at whatever scale: 12 megapixels of HEIC do."""

KEPT_PIXELS = 25_000_000
"""Photos of these that are kept whole until their faces are cut: a tenth of a gigabyte at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """A file's bytes, read once: hash, pixels and finer pixels all belong together."""

    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The bytes that pixels come from: the file's own, or those of a RAW file's preview.

    `turn`: the EXIF orientation by which they are to be turned once they are decoded.
    """

    data: bytes
    turn: int


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A photo's pixels and what its header says.

    `image`: RGB, upright, `scale` times smaller than the photo; its colours are the file's own
    where those are RGB. `width`, `height`: of the upright photo at full size. `orientation`: how
    it lies in the file, as in EXIF. `profile`: the ICC profile of its colours, or None.
    `metadata`: what the file says besides. `whole`: all its pixels, not turned yet, where decoding
    them once more would cost far more than keeping them.
    """

    format: str
    width: int
    height: int
    scale: int
    image: Image.Image
    orientation: int
    metadata: Metadata
    picture: Picture
    profile: bytes | None = None
    whole: Image.Image | None = None

    @property
    def pixels(self) -> Pixels:
        """The image as uint8 `(h, w, 3)`."""
        return np.array(self.image)


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the upright photo, in full-size pixels, wanted at 1/`scale`."""

    x0: int
    y0: int
    x1: int
    y1: int
    scale: int


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A region, RGB; `x`, `y` is its corner in the photo at 1/`scale`."""

    x: int
    y: int
    scale: int
    image: Image.Image

    @property
    def pixels(self) -> Pixels:
        """The image as uint8 `(h, w, 3)`."""
        return np.array(self.image)


def read(path: bytes) -> Content:
    """The whole file. Raises PhotoRejected where it cannot be read, is empty or far too large."""
    data = _data(path)
    return Content(data, hashlib.sha256(data).hexdigest())


def decode(
    content: Content, least_side: Callable[[int, int], int], *, alone: bool = True
) -> Decoded:
    """Header and pixels, at the smallest scale that serves.

    `least_side(width, height)` says how long the image's longer side must be at the least.
    `alone`: no other photo of the roomy kind is being decoded. Raises PhotoRejected, and
    NeedsRoom when the photo should be decoded alone and is not.
    """
    kind = raw.kind_of(content.data)
    preview = None if kind is None else raw.preview(content.data, kind)
    data = content.data if preview is None else preview.data
    with opened(data) as image:
        stored_width, stored_height = image.size
        scale = scale_for(stored_width, stored_height, least_side(stored_width, stored_height))
        check_size(image, scale, alone)  # before the EXIF: a PNG is decoded to look for it
        check_layers(image, data)
        fields = _fields(image)
        orientation = exif_data.orientation(fields) if preview is None else preview.orientation
        # These turn by themselves as they are loaded, and have swapped their sides before.
        turn = 1 if image.format in ("TIFF", "HEIF") else orientation
        width, height = stored_width, stored_height
        if turn in SIDEWAYS:
            width, height = height, width
        shown = upright(image, scale, turn)
        if image.format == "HEIF":  # its codec knows better than its header
            width, height = image.size
        profile = image.info.get("icc_profile")
        rgb = to_rgb(shown) if shown.mode in RGB_LIKE else in_srgb(shown, profile)
        if preview is not None:
            fields = _raw_fields(content.data) or fields
        orientation = image.info.get("original_orientation") or orientation  # of a HEIC
        metadata = embedded.metadata(
            image, data, fields, size=(width, height), orientation=orientation
        )
    return Decoded(
        kind or str(image.format),
        width,
        height,
        scale,
        rgb,
        orientation,
        metadata,
        Picture(data, turn),
        profile if isinstance(profile, bytes) else None,
        image if image.format in DEAR and width * height <= KEPT_PIXELS and scale > 1 else None,
    )


def cut_regions(
    content: Content, decoded: Decoded, regions: Sequence[Region], *, alone: bool = True
) -> list[Patch]:
    """The regions in their order; each scale but that of `decoded` is decoded once more.

    Their colours are sRGB, whatever those of the file are.
    A scale that would need more memory than a photo may have becomes the next coarser one.
    """
    patches: dict[int, Patch] = {}
    for wanted in sorted({region.scale for region in regions}):
        image, scale = decoded.image, decoded.scale
        if wanted != decoded.scale:
            image, scale = _again(decoded, wanted, alone)
        for position, region in enumerate(regions):
            if region.scale == wanted:
                patches[position] = _cut(image, region, scale, decoded.profile)
    return [patches[position] for position in range(len(regions))]


def _again(decoded: Decoded, wanted: int, alone: bool) -> tuple[Image.Image, int]:
    turn = decoded.picture.turn
    if decoded.whole is not None:
        return _few_modes(upright(decoded.whole, wanted, turn)), wanted
    with opened(decoded.picture.data) as image:
        scale = affordable_scale(image, wanted)
        check_size(image, scale, alone)
        _fields(image)
        return _few_modes(upright(image, scale, turn)), scale


def _few_modes(image: Image.Image) -> Image.Image:
    """Grey values of many bits are brought to eight by the whole photo's, not by a piece's."""
    return image if image.mode in REDUCIBLE else eight_bit(image)


def _cut(image: Image.Image, region: Region, scale: int, profile: bytes | None) -> Patch:
    width, height = image.size
    x0, y0 = max(0, region.x0 // scale), max(0, region.y0 // scale)
    x1, y1 = min(width, -(-region.x1 // scale)), min(height, -(-region.y1 // scale))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    piece = image.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    return Patch(x0, y0, scale, in_srgb(piece, profile))


# --- header -----------------------------------------------------------------------------------


def _fields(image: Image.Image) -> exif_data.Fields:
    """The EXIF data. Where it is broken that is no reason to lose a photo: it counts as none."""
    if image.format == "PNG":
        image.load()  # it would load itself when asked, and broken pixels pass for broken EXIF
    try:
        return exif_data.fields(image.getexif())
    except MemoryError:
        raise
    except Exception:  # Pillow's parser raises about ten kinds on broken data
        image._exif = Image.Exif()  # else turning meets it again
        return exif_data.Fields()


def _raw_fields(data: bytes) -> exif_data.Fields | None:
    """A RAW file's own EXIF data; None where it has none, or broken ones."""
    try:
        fields = raw.fields(data)
    except MemoryError:
        raise
    except Exception:
        return None
    return fields if fields.photo else None


# --- the file ---------------------------------------------------------------------------------


def _data(path: bytes) -> bytes:
    try:
        with open(os.fspath(path), "rb") as file:  # noqa: PTH123
            size = os.fstat(file.fileno()).st_size
            if size > MAX_FILE_BYTES:
                raise PhotoRejected("too-large", f"The file has {size / 1e6:,.0f} MB.")
            # So much is asked of the system as there is: for the bound's bytes it would map pages
            # anew for every photo, which takes longer than reading does.
            data = file.read(size + 1)
            if len(data) > size:  # it grows as it is read, or its size is not known
                data += file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise PhotoRejected(*why_unreadable(error)) from None
    if not data:
        raise PhotoRejected("empty", "The file is empty: it has no bytes.")
    return data
