"""The directories of a TIFF file, as far as they tell what the file is.

Most RAW files are TIFFs: what Pillow shows of them is a thumbnail, or nothing. Every number is a
stranger's claim, so entries and directories are counted, and each is looked at once.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

NEW_SUBFILE_TYPE = 254
WIDTH, HEIGHT = 256, 257
STRIPS, STRIP_BYTES, TILES = 273, 279, 324
JPEG, JPEG_BYTES = 513, 514
COMPRESSION = 259
PHOTOMETRIC = 262
SUB_DIRECTORIES = 330
DNG_VERSION = 50706

MOST_DIRECTORIES = 40
MOST_ENTRIES = 1_000
MOST_VALUES = 16

_SIZES = {1: 1, 3: 2, 4: 4, 13: 4}
"""Bytes of the types that are read: byte, short, long and the place of a directory."""

_CODES = {1: "B", 3: "H", 4: "I", 13: "I"}
_MAGIC = {b"II*\0": "<", b"MM\0*": ">"}

_OF_A_SENSOR = frozenset({32803, 34892})
"""Photometric interpretations: a colour filter array, and linear raw data."""

_RAW_COMPRESSIONS = frozenset({32767, 32769, 32770, 32772, 34713, 34892, 65000, 65535})
"""Sony's, Samsung's, Nikon's, Adobe's lossy one, Kodak's and Pentax's."""

Directory = Mapping[int, tuple[int, ...]]
"""Tag to its first numbers; tags of other types are left out."""


def directories(data: bytes) -> tuple[Directory, ...]:
    """The pages in their order, each followed by its sub-directories; () for what is no TIFF."""
    order = _MAGIC.get(data[:4])
    if order is None or len(data) < 8:
        return ()
    waiting = [struct.unpack_from(f"{order}I", data, 4)[0]]
    met: set[int] = set()
    found: list[Directory] = []
    while waiting and len(found) < MOST_DIRECTORIES:
        place = waiting.pop()
        if place in met or not 8 <= place <= len(data) - 2:
            continue
        met.add(place)
        directory, after = _directory(data, place, order)
        found.append(directory)
        waiting.append(after)
        waiting.extend(reversed(directory.get(SUB_DIRECTORIES, ())))
    return tuple(found)


def is_raw(data: bytes) -> bool:
    """Whether what the sensor saw is in it, not developed yet."""
    return any(
        DNG_VERSION in directory
        or not _OF_A_SENSOR.isdisjoint(directory.get(PHOTOMETRIC, ()))
        or not _RAW_COMPRESSIONS.isdisjoint(directory.get(COMPRESSION, ()))
        for directory in directories(data)
    )


def is_whole(data: bytes) -> bool:
    """Whether its first page has a size, and all its pixels begin within the file."""
    pages = directories(data)
    if not pages or not {WIDTH, HEIGHT} <= pages[0].keys():
        return False
    places = pages[0].get(STRIPS) or pages[0].get(TILES) or ()
    return bool(places) and max(places) < len(data)


def largest_jpeg(data: bytes) -> bytes | None:
    """The longest of the ordinary JPEG pictures in it, by any of its directories; None for none."""
    spans = []
    for one in directories(data):
        for where, how_long in ((JPEG, JPEG_BYTES), (STRIPS, STRIP_BYTES)):
            if len(one.get(where, ())) == 1 == len(one.get(how_long, ())):
                begin, length = one[where][0], one[how_long][0]
                if begin + length <= len(data) and _is_picture(data, begin):
                    spans.append((length, begin))
    if not spans:
        return None
    length, begin = max(spans)
    return data[begin : begin + length]


def _is_picture(data: bytes, at: int) -> bool:
    """Whether a JPEG begins there whose frame people's programs show: not a lossless one."""
    if data[at : at + 2] != b"\xff\xd8":
        return False
    at += 2
    for _ in range(MOST_ENTRIES):
        if at + 4 > len(data) or data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame of some kind
            return marker in (0xC0, 0xC1, 0xC2)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def _directory(data: bytes, place: int, order: str) -> tuple[Directory, int]:
    """A directory and the place of the next, 0 for none."""
    (count,) = struct.unpack_from(f"{order}H", data, place)
    end = min(place + 2 + 12 * min(count, MOST_ENTRIES), len(data) - 12)
    found: dict[int, tuple[int, ...]] = {}
    for at in range(place + 2, end, 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, at)
        size = _SIZES.get(kind, 0)
        if not size or not number:
            continue
        many = min(number, MOST_VALUES)
        where = at + 8
        if size * number > 4:
            (where,) = struct.unpack_from(f"{order}I", data, where)
        if where + size * many <= len(data):
            found[tag] = struct.unpack_from(f"{order}{many}{_CODES[kind]}", data, where)
    after = place + 2 + 12 * count
    if after + 4 > len(data):
        return found, 0
    return found, struct.unpack_from(f"{order}I", data, after)[0]
