"""RAW files: the picture that the camera put in beside what its sensor saw.

Nothing is developed here: the preview is what the photographer saw, mostly at full size. It is
found by LibRaw, which hostile files may crash: this runs in a process that may die alone.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image

from tracker.errors import PhotoRejected
from tracker.ingest import formats, tiff
from tracker.ingest.quiet import quiet
from tracker.metadata import exif, isobmff
from tracker.metadata.turns import SIDEWAYS

LEAST_SIDE = 320
"""Longer side of a preview that can serve for the photo; a face in less is too small anyway."""

FLIPS = {0: 1, 1: 2, 2: 4, 3: 3, 4: 5, 5: 8, 6: 6, 7: 7}
"""LibRaw's flip, as a sum of mirrorings and a transposition, to EXIF's orientation."""


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A RAW file's picture: an ordinary image file, and how it is to be turned upright.

    `orientation`: EXIF's, 1 to 8; it takes the place of what the picture's own header says.
    """

    data: bytes
    orientation: int


def kind_of(data: bytes) -> str | None:
    """ "DNG", "CR2", ...; "RAW" for one that is known by its inside alone; None for no RAW file."""
    known = formats.raw_of(data)
    if known is not None:
        return known
    if not tiff.is_raw(data):
        return None
    return "DNG" if any(tiff.DNG_VERSION in one for one in tiff.directories(data)) else "RAW"


def preview(data: bytes, kind: str) -> Preview:
    """The largest picture in it. Raises PhotoRejected where there is none that can serve.

    A camera that LibRaw does not know may still have put its picture where TIFF says.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # broken EXIF: said by the result
        return _preview(data, kind)


def _preview(data: bytes, kind: str) -> Preview:
    wide = True  # sensors are, but for those that LibRaw knows
    try:
        found, flip, wide = _by_libraw(data, kind)
        said = FLIPS.get(flip, 1)
    except PhotoRejected:
        jpeg = tiff.largest_jpeg(_as_tiff(data))
        if jpeg is None:
            raise
        found, said = jpeg, _said(data)
    try:
        with Image.open(io.BytesIO(found), formats=("JPEG", "BMP")) as image:
            width, height = image.size
            own = _orientation(image)
    except (OSError, ValueError, SyntaxError):
        raise _none(kind) from None
    if max(width, height) < LEAST_SIDE:
        raise _none(kind)
    orientation = own or said
    if orientation in SIDEWAYS and wide and height > width:
        orientation = 1  # some programs turn the preview and leave what is said of the photo
    return Preview(found, orientation)


def _by_libraw(data: bytes, kind: str) -> tuple[bytes, int, bool]:
    """A preview's bytes, LibRaw's flip, and whether the sensor is wider than high."""
    import rawpy

    try:
        with quiet(), rawpy.imread(io.BytesIO(data)) as raw:
            sizes = raw.sizes
            return _image(raw.extract_thumb()), sizes.flip, sizes.width > sizes.height
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        raise _none(kind) from None
    except rawpy.LibRawFileUnsupportedError:
        reason = f"The {kind} file is damaged, or of a camera that is not known here."
        raise PhotoRejected("damaged", reason) from None
    except (rawpy.LibRawError, ValueError, OSError) as error:
        if "memory" in str(error).lower():
            raise MemoryError from None
        reason = f"It begins as {kind} files do, but is damaged."
        raise PhotoRejected("damaged", reason) from None


def fields(data: bytes) -> exif.Fields:
    """The EXIF directories of the RAW file itself; empty for kinds that keep them elsewhere."""
    blocks = dict(isobmff.directories(data)) if data[4:8] == b"ftyp" else {}
    if blocks:
        return exif.Fields(
            *(
                dict(_loaded(blocks[name])) if name in blocks else {}
                for name in (b"CMT1", b"CMT2", b"CMT4")
            )
        )
    return exif.fields(_loaded(_as_tiff(data)))


def _loaded(data: bytes) -> Image.Exif:
    found = Image.Exif()
    found.load(data)
    return found


def _as_tiff(data: bytes) -> bytes:
    """Olympus and Panasonic write a TIFF under another number."""
    if data[:4] in (b"IIRO", b"IIRS", b"IIU\0"):
        return b"II*\0" + data[4:]
    return b"MM\0*" + data[4:] if data[:4] == b"MMOR" else data


def _image(thumbnail: Any) -> bytes:  # noqa: ANN401  (rawpy has no types)
    """A preview's bytes as a file that Pillow reads."""
    if isinstance(thumbnail.data, bytes):
        return thumbnail.data
    file = io.BytesIO()
    Image.fromarray(thumbnail.data).save(file, "BMP")
    return file.getvalue()


def _said(data: bytes) -> int:
    """The orientation that the RAW file's own EXIF data says."""
    try:
        return exif.orientation(fields(data))
    except MemoryError:
        raise
    except Exception:  # as below
        return 1


def _orientation(image: Image.Image) -> int:
    try:
        own = image.getexif().get(ExifTags.Base.Orientation, 0)
    except MemoryError:
        raise
    except Exception:  # Pillow's parser raises about ten kinds on broken data
        return 0
    return own if own in range(1, 9) else 0


def _none(kind: str) -> PhotoRejected:
    return PhotoRejected(
        "no-preview",
        f"The {kind} file holds no picture besides what the sensor saw: export it as a JPEG.",
    )
