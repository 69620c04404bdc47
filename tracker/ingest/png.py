"""PNG files whose notes are damaged, not their pixels: other programs show them, and so do we."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 10_000

_SMALL = 0x20
"""The bit that makes a chunk's first letter small: the picture can be shown without it."""


def mended(data: bytes) -> bytes | None:
    """The file without the damaged chunks that it can do without; None where that changes nothing.

    Pillow refuses a file for them. See the PNG specification, 13.2.
    """
    if not data.startswith(SIGNATURE):
        return None
    kept, at, dropped = [SIGNATURE], len(SIGNATURE), False
    for _ in range(MOST_CHUNKS):
        if at + 12 > len(data):
            break
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        chunk = data[at:end]
        checksum = zlib.crc32(chunk[4:-4]).to_bytes(4, "big")
        if chunk[4] & _SMALL and chunk[4:8] != b"tRNS" and checksum != chunk[-4:]:
            dropped = True
        else:
            kept.append(chunk)
        at = end
    kept.append(data[at:])
    return b"".join(kept) if dropped else None
