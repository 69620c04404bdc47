"""From a file to upright RGB pixels, at the smallest scale that serves.

Runs in worker processes (see `workers`), so it imports nothing heavier than Pillow and numpy,
and every way in which a file can be bad comes out as PhotoRejected. Memory is bounded from the
header, before a pixel is decoded.
"""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from tracker.errors import PhotoRejected
from tracker.ingest import png, raw, tiff
from tracker.ingest.formats import (
    FORMAT_NAMES,
    PILLOW_FORMATS,
    format_of,
    is_cut_short,
)
from tracker.ingest.others import other_of
from tracker.ingest.pixels import (
    REDUCIBLE,
    RGB_LIKE,
    SIDEWAYS,
    Pixels,
    eight_bit,
    in_srgb,
    to_rgb,
    upright,
)
from tracker.ingest.quiet import quiet
from tracker.ingest.scan import why_unreadable
from tracker.ingest.workers import NeedsRoom
from tracker.metadata import embedded
from tracker.metadata import exif as exif_data
from tracker.metadata.records import Metadata

MAX_FILE_BYTES = 600_000_000
MAX_TEXT_BYTES = 16_000_000
"""Of a PNG's compressed texts each: XMP may have some millions. Beyond it the file is refused."""

MAX_PIXELS = 300_000_000
"""Beyond the largest phone photos (200 megapixels) and ordinary panoramas."""

DEAR = ("HEIF", "AVIF")
"""Formats that take a third of a second to decode, at whatever scale: 12 megapixels of HEIC do."""

KEPT_PIXELS = 25_000_000
"""Photos of these that are kept whole until their faces are cut: a tenth of a gigabyte at most."""

MAX_DECODE_BYTES = 600_000_000
"""What one photo may need while it is decoded. One such photo, the other workers and the
networks together stay below 1.5 GB."""

ROOMY_BYTES = 200_000_000
"""Photos that need more than this are decoded one at a time."""

MOST_PAGES = 20
"""Of a TIFF that are looked at for the one that is the photo."""

MOST_LAYERS = 300
"""Of a progressive JPEG. Programs write about ten."""

BY_CHANCE = 50_000
"""Bytes of a film behind it among which two look like a layer's beginning."""

BLOCK_BYTES, BLOCKS_KEPT = 16 << 20, 4
"""What a process keeps for the pixels of its next photo: one of 12 megapixels."""

SCALES = (8, 4, 2, 1)
"""Divisors a JPEG can be decoded at for less than the full cost; others are reduced alike."""


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
    with _opened(data) as image:
        stored_width, stored_height = image.size
        scale = scale_for(stored_width, stored_height, least_side(stored_width, stored_height))
        _check_size(image, scale, alone)  # before the EXIF: a PNG is decoded to look for it
        _check_layers(image, data)
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
    with _opened(decoded.picture.data) as image:
        scale = affordable_scale(image, wanted)
        _check_size(image, scale, alone)
        _fields(image)
        return _few_modes(upright(image, scale, turn)), scale


def _few_modes(image: Image.Image) -> Image.Image:
    """Grey values of many bits are brought to eight by the whole photo's, not by a piece's."""
    return image if image.mode in REDUCIBLE else eight_bit(image)


def scale_for(width: int, height: int, long_side: int) -> int:
    """The largest divisor that leaves the longer side at least `long_side` pixels."""
    longer = max(width, height)
    return next((s for s in SCALES if -(-longer // s) >= long_side), 1)


def affordable_scale(image: Image.Image, scale: int) -> int:
    """`scale`, or the first coarser one whose decoding fits the bound."""
    fitting = [
        s for s in sorted(SCALES) if s >= scale and bytes_needed(image, s) <= MAX_DECODE_BYTES
    ]
    return fitting[0] if fitting else scale


def bytes_needed(image: Image.Image, scale: int) -> int:
    """Roughly what decoding takes, from the header alone. Pillow keeps 4 bytes a pixel."""
    width, height = image.size
    pixels = width * height
    if image.format == "JPEG":
        # A progressive file's coefficients, 2 bytes each, are all held until the last scan.
        held = 6 * pixels if image.info.get("progressive") else 0
        return held + 4 * pixels // scale**2
    if image.format == "JPEG2000":  # whole numbers of 4 bytes for each channel, twice, and Pillow's
        return 28 * pixels // scale**2
    if image.format == "WEBP":  # two canvases of its decoder, their copy, and Pillow's
        return 16 * pixels
    if image.format in ("HEIF", "AVIF"):  # the codec's planes, its RGB, and Pillow's copy
        return 9 * pixels
    if image.mode in ("RGBA", "LA", "PA", "P", "CMYK", "F", "I") or image.mode.startswith("I;"):
        return 6 * pixels
    return 4 * pixels


def _cut(image: Image.Image, region: Region, scale: int, profile: bytes | None) -> Patch:
    width, height = image.size
    x0, y0 = max(0, region.x0 // scale), max(0, region.y0 // scale)
    x1, y1 = min(width, -(-region.x1 // scale)), min(height, -(-region.y1 // scale))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    piece = image.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    return Patch(x0, y0, scale, in_srgb(piece, profile))


# --- header -----------------------------------------------------------------------------------


def _check_size(image: Image.Image, scale: int, alone: bool) -> None:
    width, height = image.size
    needed = bytes_needed(image, scale)
    if width * height > MAX_PIXELS or needed > MAX_DECODE_BYTES:
        raise PhotoRejected(
            "too-large",
            f"It claims {width} x {height} pixels, more than can be decoded safely.",
        )
    if needed > ROOMY_BYTES and not alone:
        raise NeedsRoom


def _check_layers(image: Image.Image, data: bytes) -> None:
    """Each layer of a progressive JPEG goes over all its pixels: a thousand are a bomb of time."""
    if not image.info.get("progressive"):
        return
    layers = data.count(b"\xff\xda")
    if layers > MOST_LAYERS + len(data) // BY_CHANCE:
        raise PhotoRejected(
            "damaged",
            f"The JPEG file is made of {layers:,} layers, more than can be read in good time.",
        )


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


def _turn_to_the_photo(image: Image.Image) -> None:
    """Of a TIFF whose first page is a thumbnail of the others: the first that is none."""
    for page in range(1, MOST_PAGES):
        if image.tag_v2.get(tiff.NEW_SUBFILE_TYPE, 0) != 1:  # type: ignore[attr-defined]
            return
        try:
            image.seek(page)
        except EOFError:  # thumbnails all: then the first is the photo
            image.seek(0)
            return


@cache
def _formats() -> tuple[str, ...]:
    """Set Pillow up once per process, and name the formats it may try."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    Image.MAX_IMAGE_PIXELS = None  # _check_size() does it, by bytes, before anything is decoded
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT_BYTES
    # Pixels of the photo before are written over instead of being asked of the system anew, page
    # by page: 12 megapixels decode in 25 ms instead of 45. See PILLOW_BLOCKS_MAX in its manual.
    Image.core.set_block_size(BLOCK_BYTES)  # type: ignore[attr-defined]
    Image.core.set_blocks_max(BLOCKS_KEPT)  # type: ignore[attr-defined]
    return PILLOW_FORMATS


# --- what can be wrong ------------------------------------------------------------------------


def _data(path: bytes) -> bytes:
    try:
        with open(os.fspath(path), "rb") as file:  # noqa: PTH123
            size = os.fstat(file.fileno()).st_size
            if size > MAX_FILE_BYTES:
                raise PhotoRejected("too-large", f"The file has {size / 1e6:,.0f} MB.")
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise PhotoRejected(*why_unreadable(error)) from None
    if not data:
        raise PhotoRejected("empty", "The file is empty: it has no bytes.")
    return data


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The file's header; whatever Pillow and its codecs raise becomes PhotoRejected in words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF, odd palettes: said by the result
            is_tiff = format_of(data) == "TIFF"
            with quiet() if is_tiff else nullcontext(), _image(data) as image:
                if image.format == "TIFF":
                    _turn_to_the_photo(image)
                yield image
    except (PhotoRejected, NeedsRoom, MemoryError):
        raise
    except Exception as error:  # any kind: OSError, ValueError, SyntaxError, struct.error, ...
        if "memory" in str(error).lower():  # as Pillow's and libheif's own codecs say it
            raise MemoryError from None
        raise _refusal(data, error) from None


def _image(data: bytes) -> Image.Image:
    """The image, its header read; raises whatever Pillow's readers do."""
    formats = _formats()
    if format_of(data) == "AVIF":
        formats = ("AVIF",)  # the reader of HEIF, too, takes a container that calls itself general
    if data.startswith(b"\xff\xd8\xff"):
        # Not by `open`: it looks for further pictures in it, and fails where they are broken.
        return JpegImageFile(io.BytesIO(data))
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError:
        mended = png.mended(data)
        if mended is None:
            raise
    return Image.open(io.BytesIO(mended), formats=formats)


def _refusal(data: bytes, error: Exception) -> PhotoRejected:
    begins_as = format_of(data)
    if begins_as is None:
        is_known = other_of(data)
        if is_known is not None:
            return PhotoRejected("not-a-photo", f"It is not a photo but {is_known}.")
        return PhotoRejected("not-a-photo", f"It is not a photo that can be read ({FORMAT_NAMES}).")
    if "truncated" in str(error).lower() or is_cut_short(data, begins_as):
        return PhotoRejected("truncated", f"The {begins_as} file is cut short: its end is missing.")
    if isinstance(error, UnidentifiedImageError | SyntaxError):
        if tiff.is_whole(data):
            return PhotoRejected(
                "unsupported",
                "It is a kind of TIFF that cannot be read here: export it as a JPEG.",
            )
        return PhotoRejected("damaged", f"It begins as {begins_as} files do, but is damaged.")
    return PhotoRejected("damaged", f"The {begins_as} file is damaged: its pixels cannot be read.")
