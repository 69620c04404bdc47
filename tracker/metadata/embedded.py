"""All that a photo's own bytes say of it besides its pixels: EXIF, IPTC, XMP, film headers.

Broken data of any of the four costs that one and nothing else. Asked of photos whose pixels are
decoded: some formats hold their metadata behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from xml.etree.ElementTree import Element

from PIL import Image, ImageFile

from db.records import Clue
from tracker.metadata import exif, iptc, isobmff, motion, regions, xmp
from tracker.metadata.records import MAX_XMP_BYTES, Metadata

Answer = TypeVar("Answer")

_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377


def metadata(
    image: Image.Image,
    data: bytes,
    fields: exif.Fields,
    *,
    size: tuple[int, int],
    orientation: int,
) -> Metadata:
    """What the file says. `data`: its bytes. `fields`: its EXIF directories.

    `size`: width and height of the upright photo. `orientation`: the EXIF one, by which its pixels
    were turned. Never raises, save MemoryError.
    """
    nothing: tuple[Element, ...] = ()
    roots = _careful(lambda: tuple(_packets(image, fields)), nothing)
    found = Metadata(
        clues=_careful(lambda: exif.clues(fields), ()),
        camera=_careful(lambda: exif.camera(fields), ""),
    )
    found += Metadata(clues=_careful(lambda: iptc.clues(_iptc(image)), ()))
    is_scanned = _careful(lambda: exif.is_scanned(fields), False)
    for root in roots:
        found += _of_xmp(root, size, orientation, is_scanned)
    return found + _careful(lambda: _films(image, data, roots), Metadata())


def _of_xmp(root: Element, size: tuple[int, int], orientation: int, is_scanned: bool) -> Metadata:
    nothing: tuple[Clue, ...] = ()
    clues = _careful(lambda: xmp.clues(root), nothing)
    if is_scanned:
        clues = tuple(
            exif.of_the_scan(clue) if clue.label == xmp.CREATED else clue for clue in clues
        )
    return Metadata(
        clues=clues,
        tags=_careful(lambda: regions.from_xmp(root, size, orientation), ()),
    )


def _films(image: Image.Image, data: bytes, roots: Iterable[Element]) -> Metadata:
    if image.format == "HEIF":  # an AVIF with a film was converted, and dates that
        behind = isobmff.find(data, b"mpvd")
        inside = isobmff.clues(data, *behind) if behind else isobmff.clues(data)
        return Metadata(clues=inside, notes=(motion.NOTE,) if behind else ())
    film = motion.film(data, tuple(roots)) if image.format == "JPEG" else None
    if film is None:
        return Metadata()
    return Metadata(clues=isobmff.clues(data, *film), notes=(motion.NOTE,))


def _packets(image: Image.Image, fields: exif.Fields) -> Iterable[Element]:
    packets = [image.info.get("xmp") or fields.main.get(_TIFF_XMP), _extended(image)]
    for packet in packets:
        data = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
        root = xmp.parse(data) if isinstance(data, bytes) and data else None
        if root is not None:
            yield root


_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"


def _extended(image: Image.Image) -> bytes:
    """The part of a JPEG's XMP that did not fit into one segment; b"" for none.

    Each segment: the name, a digest of 32 characters, the whole's length and its own place in it,
    4 bytes each. See XMP Specification Part 3, 1.1.3.1.
    """
    parts: dict[int, bytes] = {}
    length = 0
    for name, data in getattr(image, "applist", ()):
        if name == "APP1" and data.startswith(_EXTENSION):
            at = len(_EXTENSION) + 32
            length = int.from_bytes(data[at : at + 4], "big")
            parts[int.from_bytes(data[at + 4 : at + 8], "big")] = data[at + 8 :]
    if length > MAX_XMP_BYTES:  # depth maps and the like, not properties
        return b""
    return b"".join(parts[place] for place in sorted(parts))


def _iptc(image: Image.Image) -> bytes:
    resources = image.info.get("photoshop")
    if isinstance(resources, dict):  # a JPEG's
        return bytes(resources.get(iptc.RESOURCE, b""))
    if image.format == "TIFF" and isinstance(image, ImageFile.ImageFile):
        tags = getattr(image, "tag_v2", {})
        own = tags.get(_TIFF_IPTC)
        if isinstance(own, tuple):  # some programs call its bytes long integers
            own = b"".join(int(part).to_bytes(4, "little") for part in own)
        if isinstance(own, bytes) and own:
            return own
        resources = tags.get(_TIFF_PHOTOSHOP)
        return iptc.in_photoshop(resources) if isinstance(resources, bytes) else b""
    return b""


def _careful(read: Callable[[], Answer], otherwise: Answer) -> Answer:
    """What `read` gives; a photo is worth more than what a broken tag would have said of it."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:
        return otherwise
