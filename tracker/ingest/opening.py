"""Opens a photo's bytes: every way in which they can be bad comes out as PhotoRejected."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

from PIL import Image, PngImagePlugin, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from tracker.errors import PhotoRejected
from tracker.ingest import png, tiff
from tracker.ingest.bounds import check_webp
from tracker.ingest.formats import FORMAT_NAMES, PILLOW_FORMATS, format_of, is_cut_short
from tracker.ingest.others import other_of
from tracker.ingest.quiet import quiet
from tracker.ingest.workers import NeedsRoom

MAX_TEXT_BYTES = 16_000_000
"""Of a PNG's compressed texts each: XMP may have some millions. Beyond it the file is refused."""

MOST_PAGES = 20
"""Of a TIFF that are looked at for the one that is the photo."""

BLOCK_BYTES, BLOCKS_KEPT = 16 << 20, 4
"""What a process keeps for the pixels of its next photo: one of 12 megapixels."""


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
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
    formats, begins_as = _formats(), format_of(data)
    if begins_as == "AVIF":
        formats = ("AVIF",)  # the reader of HEIF, too, takes a container that calls itself general
    if begins_as == "WebP":
        check_webp(data)
    if data.startswith(b"\xff\xd8\xff"):
        # Not by `open`: it looks for further pictures in it, and fails where they are broken.
        return JpegImageFile(io.BytesIO(data))
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except (UnidentifiedImageError, ValueError) as error:
        mended = _without_exif(data) if "Exif" in str(error) else png.mended(data)
        if mended is None:
            raise
    return Image.open(io.BytesIO(mended), formats=formats)


def _without_exif(data: bytes) -> bytes:
    """An AVIF whose EXIF data is broken, for which its reader refuses the whole: as of no kind."""
    return data.replace(b"Exif", b"free", 1)


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
    Image.MAX_IMAGE_PIXELS = (
        None  # bounds.check_size() does it, by bytes, before anything is decoded
    )
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT_BYTES
    # Pixels of the photo before are written over instead of being asked of the system anew, page
    # by page: 12 megapixels decode in 25 ms instead of 45. See PILLOW_BLOCKS_MAX in its manual.
    Image.core.set_block_size(BLOCK_BYTES)  # type: ignore[attr-defined]
    Image.core.set_blocks_max(BLOCKS_KEPT)  # type: ignore[attr-defined]
    return PILLOW_FORMATS


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
