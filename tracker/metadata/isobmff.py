"""The boxes of ISO media files (HEIC, AVIF, CR3, MP4, QuickTime), as far as they hold a date.

Format: ISO/IEC 14496-12; every number is big-endian, and every size a stranger's claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from db.records import Clue
from tracker.dating import read

EPOCH = datetime(1904, 1, 1)
"""From when `mvhd` counts its seconds, in UTC."""

MAX_BOXES = 2_000
CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
"""The `uuid` box in which a CR3 keeps its TIFF directories."""

Span = tuple[int, int]
"""Where a box's content begins and ends."""


def boxes(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, Span]]:
    """The boxes side by side in a part of the file: type, and the span of the content.

    Ends at the first box that cannot be one; one that claims too much ends where the part does.
    """
    end = len(data) if end is None else min(end, len(data))
    for _ in range(MAX_BOXES):
        if begin + 8 > end:
            return
        size = int.from_bytes(data[begin : begin + 4], "big")
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[begin + 8 : begin + 16], "big"), 16
        elif size == 0:
            size = end - begin
        if size < head:
            return
        yield data[begin + 4 : begin + 8], (begin + head, min(begin + size, end))
        begin += size


def find(data: bytes, *path: bytes, begin: int = 0, end: int | None = None) -> Span | None:
    """The span of the first box along `path`, each inside the one before it."""
    for wanted in path:
        spans = (span for kind, span in boxes(data, begin, end) if kind == wanted)
        span = next(spans, None)
        if span is None:
            return None
        begin, end = span
    return (begin, len(data) if end is None else end)


def clues(data: bytes, begin: int = 0, end: int | None = None) -> tuple[Clue, ...]:
    """When the film in it was begun, by its movie header; most still pictures have none."""
    header = find(data, b"moov", b"mvhd", begin=begin, end=end)
    if header is None:
        return ()
    at = header[0]
    length = 8 if data[at : at + 1] == b"\1" else 4
    seconds = int.from_bytes(data[at + 4 : at + 4 + length], "big")
    try:
        utc = EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return ()
    if seconds == 0 or at + 4 + length > header[1]:
        return ()
    return (read.instant(utc).clue("video", "the film's header", f"{utc} UTC"),)


def directories(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Of a CR3: the TIFF blocks `CMT1` (camera), `CMT2` (photo) and `CMT4` (GPS)."""
    movie = find(data, b"moov")
    if movie is None:
        return
    for kind, (begin, end) in boxes(data, *movie):
        if kind == b"uuid" and data[begin : begin + 16] == CANON:
            for name, span in boxes(data, begin + 16, end):
                if name in (b"CMT1", b"CMT2", b"CMT4"):
                    yield name, data[slice(*span)]
