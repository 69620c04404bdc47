"""The formats that are read, and what a file's own bytes say about itself."""

from __future__ import annotations

import struct

from tracker.metadata.sidecars.names import RAW

PILLOW_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF", "GIF", "BMP", "JPEG2000")
"""What Pillow may try. A whitelist, because some of its other readers run other programs."""

FORMAT_NAMES = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP, JPEG 2000 and cameras' RAW files"

PICTURE_SUFFIXES = frozenset(
    b".jpg .jpeg .jpe .jfif .mpo .png .apng .webp .tif .tiff .heic .heif .hif .heics .avif .avifs "
    b".bmp .dib .gif .jp2 .j2k .jpf .jpx .jxl".split()
)
PHOTO_SUFFIXES = PICTURE_SUFFIXES | {suffix.encode() for suffix in RAW}
"""Lower-case. Content decides what a file is; the suffix only whether it is worth opening."""

MOST_BOXES = 10_000
"""That are looked through; a file of nothing but tiny ones would take minutes."""

_BEGINNINGS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")

_ENDS = {
    "JPEG": (b"\xff\xd9", 4096),
    "JPEG 2000": (b"\xff\xd9", 16),
    "PNG": (b"IEND", 16),
    "GIF": (b";", 16),
}
"""What a whole file ends with, and within how many bytes of its end."""

_RAW_BEGINNINGS = {
    b"FUJIFILMCCD-RAW": "RAF",
    b"IIRO": "ORF",
    b"IIRS": "ORF",
    b"MMOR": "ORF",
    b"IIU\0": "RW2",
    b"\0MRM": "MRW",
    b"FOVb": "X3F",
    b"II\x1a\0\0\0HEAPCCDR": "CRW",
}


def format_of(data: bytes) -> str | None:
    """The format that the first bytes announce, None for none that is read here."""
    for beginning, name in _BEGINNINGS.items():
        # Two letters alone are no proof: a bitmap's second header has one of a few lengths.
        if data.startswith(beginning) and (name != "BMP" or _is_bitmap(data)):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    brands = data[8:64] if data[4:8] == b"ftyp" else b""
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    return "HEIC" if any(brand in brands for brand in _HEIC_BRANDS) else None


def raw_of(data: bytes) -> str | None:
    """The kind of RAW file that the first bytes announce; one that is a TIFF shows it inside."""
    for beginning, name in _RAW_BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    if data[:4] in (b"II*\0", b"MM\0*"):
        return {b"CR": "CR2", b"II": "IIQ", b"MM": "IIQ"}.get(data[8:10])
    return "CR3" if data[4:12] == b"ftypcrx " else None


def _is_bitmap(data: bytes) -> bool:
    return int.from_bytes(data[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


def is_cut_short(data: bytes, begins_as: str) -> bool:
    """Whether the file's own structure says that bytes are missing at its end."""
    if begins_as in ("AVIF", "HEIC"):
        return _boxes_end(data) > len(data)
    if begins_as == "WebP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if begins_as == "BMP":
        return len(data) < int.from_bytes(data[2:6], "little")
    if begins_as in _ENDS:
        end, within = _ENDS[begins_as]
        return end not in data[-within:]
    return False


def _boxes_end(data: bytes) -> int:
    """Where the last top-level box of an ISO media file says it ends."""
    at = 0
    for _ in range(MOST_BOXES):
        if at + 8 > len(data):
            break
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        if size == 0:  # to the end of the file, whatever that is
            return len(data)
        if size < 8:
            return at
        at += size
    return at
