"""How much a photo may take, told by its header before a pixel of it is decoded."""

from __future__ import annotations

from PIL import Image

from tracker.errors import PhotoRejected
from tracker.ingest.workers import NeedsRoom

MAX_PIXELS = 300_000_000
"""Beyond the largest phone photos (200 megapixels) and ordinary panoramas."""

MAX_DECODE_BYTES = 600_000_000
"""What one photo may need while it is decoded. One such photo, the other workers and the
networks together stay below 1.5 GB."""

ROOMY_BYTES = 200_000_000
"""Photos that need more than this are decoded one at a time."""

WEBP_BYTES = 16
"""A pixel: two canvases of the decoder, their copy, and Pillow's."""

MOST_LAYERS = 300
"""Of a progressive JPEG. Programs write about ten."""

BY_CHANCE = 50_000
"""Bytes of a film behind it among which two look like a layer's beginning."""

SCALES = (8, 4, 2, 1)
"""Divisors a JPEG can be decoded at for less than the full cost; others are reduced alike."""


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
    if image.format == "WEBP":
        return WEBP_BYTES * pixels
    if image.format in ("HEIF", "AVIF"):  # the codec's planes, its RGB, and Pillow's copy
        return 9 * pixels
    if image.mode in ("RGBA", "LA", "PA", "P", "CMYK", "F", "I") or image.mode.startswith("I;"):
        return 6 * pixels
    return 4 * pixels


def check_size(image: Image.Image, scale: int, alone: bool) -> None:
    """Raises PhotoRejected for what is too large, NeedsRoom for what should be decoded alone."""
    width, height = image.size
    needed = bytes_needed(image, scale)
    if width * height > MAX_PIXELS or needed > MAX_DECODE_BYTES:
        raise _too_large(width, height)
    if needed > ROOMY_BYTES and not alone:
        raise NeedsRoom


def check_webp(data: bytes) -> None:
    """Before it is opened: its decoder takes its canvases then. Raises PhotoRejected."""
    width, height = _webp_size(data)
    if WEBP_BYTES * width * height > MAX_DECODE_BYTES:
        raise _too_large(width, height)


def _webp_size(data: bytes) -> tuple[int, int]:
    """As its first chunk says: extended, without losses, or with. See RFC 9649."""
    kind = data[12:16]
    if kind == b"VP8X":
        return _number(data[24:27]) + 1, _number(data[27:30]) + 1
    if kind == b"VP8L":
        bits = _number(data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _number(data[26:28]) & 0x3FFF, _number(data[28:30]) & 0x3FFF


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _too_large(width: int, height: int) -> PhotoRejected:
    reason = f"It claims {width} x {height} pixels, more than can be decoded safely."
    return PhotoRejected("too-large", reason)


def check_layers(image: Image.Image, data: bytes) -> None:
    """Each layer of a progressive JPEG goes over all its pixels: a thousand are a bomb of time."""
    if not image.info.get("progressive"):
        return
    layers = data.count(b"\xff\xda")
    if layers > MOST_LAYERS + len(data) // BY_CHANCE:
        raise PhotoRejected(
            "damaged",
            f"The JPEG file is made of {layers:,} layers, more than can be read in good time.",
        )
