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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError

from tracker.errors import PhotoRejected
from tracker.ingest.dating import ExifDates
from tracker.ingest.formats import FORMAT_NAMES, PILLOW_FORMATS, format_of, is_cut_short
from tracker.ingest.scan import why_unreadable
from tracker.ingest.workers import NeedsRoom

Pixels = npt.NDArray[np.uint8]

MAX_FILE_BYTES = 600_000_000
MAX_PIXELS = 300_000_000
"""Beyond the largest phone photos (200 megapixels) and ordinary panoramas."""

MAX_DECODE_BYTES = 600_000_000
"""What one photo may need while it is decoded. One such photo, the other workers and the
networks together stay below 1.5 GB."""

ROOMY_BYTES = 200_000_000
"""Photos that need more than this are decoded one at a time."""

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

SCALES = (8, 4, 2, 1)
"""Divisors a JPEG can be decoded at for less than the full cost; others are reduced alike."""


@dataclass(frozen=True, slots=True)
class ReadJob:
    """Read a photo for the search of faces.

    `search_side(width, height)` says how long the decoded image's longer side must be at the
    least. `known` holds the hashes of stored photos of the same size in bytes: should the
    content be one of them, no pixel is decoded.
    """

    path: bytes
    search_side: Callable[[int, int], int]
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A photo's pixels and what its header says.

    `pixels`: uint8 `(h, w, 3)` RGB, upright, `scale` times smaller than the photo; None when
    the content was among the job's `known`, or for a photo asked about without its pixels.
    `width`, `height`: of the upright photo at full size.
    """

    sha256: str
    byte_size: int
    format: str
    width: int
    height: int
    scale: int
    pixels: Pixels | None
    exif: ExifDates


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the upright photo, in full-size pixels, wanted at 1/`scale`."""

    x0: int
    y0: int
    x1: int
    y1: int
    scale: int


@dataclass(frozen=True, slots=True)
class RegionsJob:
    """Cut rectangles out of a photo whose content is `sha256`."""

    path: bytes
    sha256: str
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A region's pixels: uint8 `(h, w, 3)`; `x`, `y` is its corner in the photo at 1/`scale`."""

    x: int
    y: int
    scale: int
    pixels: Pixels


Job = ReadJob | RegionsJob
Answer = Decoded | tuple[Patch, ...]


def work(job: Job, alone: bool) -> Answer:
    """What a worker does. `alone`: no other photo of the roomy kind is being decoded.

    Raises PhotoRejected, and NeedsRoom when the photo should be decoded alone and is not.
    """
    if isinstance(job, ReadJob):
        return read_photo(job, alone=alone)
    return read_regions(job, alone=alone)


def read_photo(job: ReadJob, *, alone: bool = True) -> Decoded:
    """Hash, header, pixels."""
    data = _content(job.path)
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 in job.known:
        return Decoded(sha256, len(data), "", 0, 0, 1, None, ExifDates())
    with _refusing(data), Image.open(io.BytesIO(data), formats=_formats()) as image:
        exif, turned = _exif(image)
        raw_width, raw_height = image.size
        scale = scale_for(raw_width, raw_height, job.search_side(raw_width, raw_height))
        _check_size(image, scale, alone)
        upright = _upright(image, scale)
        pixels = to_rgb(upright)
    width, height = raw_width, raw_height
    if turned:
        width, height = height, width
    return Decoded(sha256, len(data), _format_name(image), width, height, scale, pixels, exif)


def read_regions(job: RegionsJob, *, alone: bool = True) -> tuple[Patch, ...]:
    """The regions in their order; each scale that occurs among them is decoded once.

    A scale that would need more memory than a photo may have becomes the next coarser one.
    """
    data = _content(job.path)
    if hashlib.sha256(data).hexdigest() != job.sha256:
        raise PhotoRejected("changed", "The file changed while it was being read.")
    patches: dict[int, Patch] = {}
    for wanted in sorted({region.scale for region in job.regions}):
        with _refusing(data), Image.open(io.BytesIO(data), formats=_formats()) as image:
            _exif(image)
            scale = affordable_scale(image, wanted)
            _check_size(image, scale, alone)
            upright = _upright(image, scale)
            for position, region in enumerate(job.regions):
                if region.scale == wanted:
                    patches[position] = _cut(upright, region, scale)
    return tuple(patches[position] for position in range(len(job.regions)))


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
    if image.format in ("JPEG", "MPO"):
        # A progressive file's coefficients, 2 bytes each, are all held until the last scan.
        held = 6 * pixels if image.info.get("progressive") else 0
        return held + 4 * pixels // scale**2
    if image.format in ("HEIF", "AVIF"):  # the codec's planes, its RGB, and Pillow's copy
        return 9 * pixels
    if image.mode in ("RGBA", "LA", "PA", "P", "CMYK", "F", "I") or image.mode.startswith("I;"):
        return 6 * pixels
    return 4 * pixels


# --- pixels -----------------------------------------------------------------------------------


def _upright(image: Image.Image, scale: int) -> Image.Image:
    """Decode at 1/scale and turn. Reducing comes first: turning then costs less."""
    if image.format in ("JPEG", "MPO") and scale > 1:
        width, height = image.size
        image.draft(None, (max(1, width // scale), max(1, height // scale)))
        scale //= max(1, round(max(width, height) / max(image.size)))
    image.load()
    # Asked only now: a TIFF is turned as it is loaded, and forgets its orientation then.
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    if scale > 1:
        image = (image if image.mode in REDUCIBLE else _eight_bit(image)).reduce(scale)
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def to_rgb(image: Image.Image) -> Pixels:
    """uint8 `(h, w, 3)`. Transparent parts become white, as on paper."""
    image = _eight_bit(image)
    if image.mode != "RGB":
        image = image.convert("RGB")
    return np.array(image)


def _eight_bit(image: Image.Image) -> Image.Image:
    """The same picture as L, RGB, CMYK or YCbCr."""
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


def _cut(image: Image.Image, region: Region, scale: int) -> Patch:
    width, height = image.size
    x0, y0 = max(0, region.x0 // scale), max(0, region.y0 // scale)
    x1, y1 = min(width, -(-region.x1 // scale)), min(height, -(-region.y1 // scale))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    piece = image.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    return Patch(x0, y0, scale, to_rgb(piece))


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


def _exif(image: Image.Image) -> tuple[ExifDates, bool]:
    """The EXIF dates, and whether turning the image upright will swap its sides.

    Broken EXIF data is no reason to lose a photo: it counts as none.
    """
    try:
        exif = image.getexif()
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        orientation = exif.get(ExifTags.Base.Orientation, 1)
    except MemoryError:
        raise
    except Exception:  # Pillow's parser raises about ten kinds on broken data
        image._exif = Image.Exif()  # else turning meets it again
        return ExifDates(), False
    dates = ExifDates(
        original=_text(inner.get(ExifTags.Base.DateTimeOriginal)),
        digitized=_text(inner.get(ExifTags.Base.DateTimeDigitized)),
        modified=_text(exif.get(ExifTags.Base.DateTime)),
    )
    # Pillow swaps a TIFF's sides as it reads the header.
    return dates, orientation in (5, 6, 7, 8) and image.format != "TIFF"


def _text(value: object) -> str | None:
    """A tag's text, without NULs and blanks at its ends; None for a missing or empty one."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    return value.split("\0")[0].strip()[:64] or None


def _format_name(image: Image.Image) -> str:
    return "JPEG" if image.format == "MPO" else str(image.format)


@cache
def _formats() -> tuple[str, ...]:
    """Set Pillow up once per process, and name the formats it may try."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    Image.MAX_IMAGE_PIXELS = None  # _check_size() does it, by bytes, before anything is decoded
    return PILLOW_FORMATS


# --- what can be wrong ------------------------------------------------------------------------


def _content(path: bytes) -> bytes:
    """The whole file, read once, so that hash and pixels belong together."""
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
def _refusing(data: bytes) -> Iterator[None]:
    """Whatever Pillow and its codecs raise becomes PhotoRejected with a plain sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken EXIF, odd palettes: said by the result
            yield
    except (PhotoRejected, NeedsRoom, MemoryError):
        raise
    except Exception as error:  # any kind: OSError, ValueError, SyntaxError, struct.error, ...
        if "memory" in str(error).lower():  # as Pillow's and libheif's own codecs say it
            raise MemoryError from None
        raise _refusal(data, error) from None


def _refusal(data: bytes, error: Exception) -> PhotoRejected:
    begins_as = format_of(data)
    if begins_as is None:
        return PhotoRejected("not-a-photo", f"It is not a photo that can be read ({FORMAT_NAMES}).")
    if "truncated" in str(error).lower() or is_cut_short(data, begins_as):
        return PhotoRejected("truncated", f"The {begins_as} file is cut short: its end is missing.")
    if isinstance(error, UnidentifiedImageError):
        return PhotoRejected("damaged", f"It begins like a {begins_as} file, but is damaged.")
    return PhotoRejected("damaged", f"The {begins_as} file is damaged: its pixels cannot be read.")
