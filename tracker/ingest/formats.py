"""The formats that are read, and what a file's own bytes say about itself."""

from __future__ import annotations

import struct

PILLOW_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF")
"""What Pillow may try. A whitelist, because some of its other readers run other programs."""

FORMAT_NAMES = "JPEG, PNG, WebP, TIFF, HEIC, HEIF and AVIF"

_BEGINNINGS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1")


def format_of(data: bytes) -> str | None:
    """The format that the first bytes announce, None for none that is read here."""
    for beginning, name in _BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    brands = data[8:64] if data[4:8] == b"ftyp" else b""
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    return "HEIC" if any(brand in brands for brand in _HEIC_BRANDS) else None


def is_cut_short(data: bytes, begins_as: str) -> bool:
    """Whether the file's own structure says that bytes are missing at its end."""
    if begins_as == "WebP":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    if begins_as == "PNG":
        return b"IEND" not in data[-16:]
    if begins_as == "JPEG":
        return b"\xff\xd9" not in data[-4096:]
    if begins_as in ("AVIF", "HEIC"):
        return _boxes_end(data) > len(data)
    return False


def _boxes_end(data: bytes) -> int:
    """Where the last top-level box of an ISO media file says it ends."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        if size == 0:  # to the end of the file, whatever that is
            return len(data)
        if size < 8:
            return at
        at += size
    return at
