"""Makes small DNG files that LibRaw opens: a sensor's numbers, a thumbnail, and perhaps a preview.

There are no RAW files of real cameras among the samples; these have the layout that Adobe's
specification gives and most cameras' TIFF-based files share.
"""

from __future__ import annotations

import struct

import numpy as np
from PIL import Image

BYTE, ASCII, SHORT, LONG, SRATIONAL = 1, 2, 3, 4, 10

Entry = tuple[int, int, "str | list[int]"]

SENSOR = (128, 96)


class _File:
    """Bytes that grow; each piece at an even place."""

    def __init__(self) -> None:
        self.data = bytearray(b"II*\0\0\0\0\0")

    def put(self, piece: bytes) -> int:
        self.data += b"\0" * (len(self.data) % 2)
        place = len(self.data)
        self.data += piece
        return place

    def directory(self, entries: list[Entry]) -> int:
        rows = b"".join(self._row(*entry) for entry in sorted(entries, key=lambda entry: entry[0]))
        return self.put(struct.pack("<H", len(entries)) + rows + bytes(4))

    def _row(self, tag: int, kind: int, values: str | list[int]) -> bytes:
        if isinstance(values, str):
            packed, count = values.encode() + b"\0", len(values) + 1
        else:
            code = {BYTE: "B", SHORT: "H", LONG: "I", SRATIONAL: "i"}[kind]
            packed = struct.pack(f"<{len(values)}{code}", *values)
            count = len(values) // (2 if kind == SRATIONAL else 1)
        if len(packed) > 4:
            packed = struct.pack("<I", self.put(packed))
        return struct.pack("<HHI", tag, kind, count) + packed.ljust(4, b"\0")


def _picture(width: int, height: int, place: int, length: int) -> list[Entry]:
    return [
        (256, LONG, [width]),
        (257, LONG, [height]),
        (273, LONG, [place]),
        (278, LONG, [height]),
        (279, LONG, [length]),
        (284, SHORT, [1]),
    ]


def dng(
    preview: bytes | None = None,
    *,
    size: tuple[int, int] = (0, 0),
    orientation: int = 1,
    taken: str = "2021:05:04 10:11:12",
    camera: str = "Test Camera 1",
    thumbnail: Image.Image | None = None,
    smaller: bytes | None = None,
    smaller_size: tuple[int, int] = (0, 0),
) -> bytes:
    """A DNG whose preview is the JPEG `preview`, of `size`, stored as the sensor saw it.

    `thumbnail` is stored without compression, as its first page; a small purple one by default.
    `smaller` is a second JPEG preview, of `smaller_size`, before the other.
    """
    file = _File()
    width, height = SENSOR
    numbers = np.random.default_rng(0).integers(0, 4000, (height, width), np.uint16).tobytes()
    below = [
        file.directory(
            [
                *_picture(width, height, file.put(numbers), len(numbers)),
                (254, LONG, [0]),
                (258, SHORT, [16]),
                (259, SHORT, [1]),
                (262, SHORT, [32803]),
                (277, SHORT, [1]),
                (33421, SHORT, [2, 2]),
                (33422, BYTE, [0, 1, 1, 2]),
                (50717, LONG, [4095]),
            ]
        )
    ]
    for picture, its_size in ((smaller, smaller_size), (preview, size)):
        if picture is not None:
            below.append(
                file.directory(
                    [
                        *_picture(*its_size, file.put(picture), len(picture)),
                        (254, LONG, [1]),
                        (258, SHORT, [8, 8, 8]),
                        (259, SHORT, [7]),
                        (262, SHORT, [6]),
                        (277, SHORT, [3]),
                    ]
                )
            )
    photo = file.directory(
        [
            (36867, ASCII, taken),
            (36868, ASCII, taken),
            (0x9291, ASCII, "25"),
            (0x9011, ASCII, "+02:00"),
        ]
    )
    first = thumbnail or Image.new("RGB", (64, 48), "purple")
    plain = first.tobytes()
    main = file.directory(
        [
            *_picture(*first.size, file.put(plain), len(plain)),
            (254, LONG, [1]),
            (258, SHORT, [8, 8, 8]),
            (259, SHORT, [1]),
            (262, SHORT, [2]),
            (271, ASCII, camera.split(maxsplit=1)[0]),
            (272, ASCII, camera),
            (274, SHORT, [orientation]),
            (277, SHORT, [3]),
            (306, ASCII, "2023:01:01 00:00:07"),
            (330, LONG, below),
            (34665, LONG, [photo]),
            (50706, BYTE, [1, 4, 0, 0]),
            (50707, BYTE, [1, 1, 0, 0]),
            (50708, ASCII, camera),
            (50721, SRATIONAL, [n for i in range(9) for n in (int(i % 4 == 0), 1)]),
            (50778, SHORT, [21]),
        ]
    )
    file.data[4:8] = struct.pack("<I", main)
    return bytes(file.data)
