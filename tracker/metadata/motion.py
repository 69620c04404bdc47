"""Motion photos: a still photo with a short film behind it in the same file.

Google says in the XMP how long the film is
(https://developer.android.com/media/platform/motion-photo-format), Samsung in a table of its own
at the file's end. The photo is the still.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from tracker.metadata import xmp

NOTE = "the film of a motion photo"

_CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
_ITEM = "{http://ns.google.com/photos/1.0/container/item/}"

_TABLE, _TABLE_END = b"SEFH", b"SEFT"
_SAMSUNG_FILM = 0x0A30
_MOST_ENTRIES = 200

Span = tuple[int, int]


def film(data: bytes, roots: Iterable[Element]) -> Span | None:
    """Where the film is in the file, begin and end in bytes; None for a photo without one.

    `roots`: the photo's XMP. A film that is spoken of, but was cut off by another program, is none.
    """
    for root in roots:
        length = _length(root)
        if length and _is_film(data, len(data) - length):
            return len(data) - length, len(data)
    return _samsung(data) if data.endswith(_TABLE_END) else None


def _length(root: Element) -> int:
    """How many bytes before the file's end the film begins: its own and those after it. 0: none."""
    old = xmp.first(root, f"{_CAMERA}MicroVideoOffset")
    if old is not None:
        return _count(old)
    length, met = 0, False
    for item in root.iter():
        met = met or item.get(f"{_ITEM}Semantic") == "MotionPhoto"
        if met:
            length += _count(item.get(f"{_ITEM}Length", ""))
            length += _count(item.get(f"{_ITEM}Padding", ""))
    return length


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


def _is_film(data: bytes, at: int) -> bool:
    return at > 0 and data[at + 4 : at + 8] == b"ftyp"


def _samsung(data: bytes) -> Span | None:
    """Entries of 12 bytes: two of padding, kind, distance before the table, length."""
    end = len(data) - 8
    at = end - int.from_bytes(data[end : end + 4], "little")
    if at < 0 or data[at : at + 4] != _TABLE or at + 12 > end:
        return None
    count = int.from_bytes(data[at + 8 : at + 12], "little")
    for place in range(at + 12, min(end, at + 12 + 12 * min(count, _MOST_ENTRIES)) - 11, 12):
        _, kind, back, length = struct.unpack_from("<HHII", data, place)
        if kind != _SAMSUNG_FILM:
            continue
        begin = at - back
        name = int.from_bytes(data[begin + 4 : begin + 8], "little") if begin > 0 else 0
        if _is_film(data, begin + 8 + name):
            return begin + 8 + name, min(begin + length, at)
    return None
