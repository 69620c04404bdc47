"""The readers of a file's own structure take any bytes: they never raise, and soon end."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.support.dng import dng
from tests.tracker.metadata.test_embedded_dates import (
    DATED,
    TAKEN,
    film,
    iptc,
    metadata,
    motion_photo,
)
from tracker.ingest import formats, others, png, tiff
from tracker.metadata import iptc as iptc_data
from tracker.metadata import isobmff, motion, xmp

ROOT = xmp.parse(DATED)
SEF = b"SEFH" + struct.pack("<II", 107, 1) + struct.pack("<HHII", 0, 0x0A30, 90, 90)

READERS: dict[str, Callable[[bytes], object]] = {
    "tiff": tiff.directories,
    "raw": tiff.is_raw,
    "whole": tiff.is_whole,
    "jpeg in tiff": tiff.largest_jpeg,
    "film": isobmff.clues,
    "cr3": lambda data: list(isobmff.directories(data)),
    "iptc": iptc_data.clues,
    "photoshop": iptc_data.in_photoshop,
    "motion": lambda data: motion.film(data, () if ROOT is None else (ROOT,)),
    "png": png.mended,
    "format": formats.format_of,
    "raw format": formats.raw_of,
    "other": others.other_of,
    "cut short": lambda data: [
        formats.is_cut_short(data, name) for name in ("JPEG", "HEIC", "WebP", "GIF", "BMP", "PNG")
    ],
}

STARTS = {
    "tiff": dng(),
    "raw": dng(),
    "whole": dng(),
    "jpeg in tiff": dng(b"\xff\xd8\xff\xc0\0\x11" + bytes(90), size=(9, 9)),
    "film": film(TAKEN),
    "cr3": b"\0\0\1\0moov\0\0\0\xf8uuid" + isobmff.CANON + b"\0\0\0\x40CMT1II*\0" + bytes(99),
    "iptc": iptc((55, b"20190704"), (60, b"101500+0200")),
    "photoshop": b"8BIM\4\4\0\0\0\0\0\x08abcdefgh" * 3,
    "motion": motion_photo("new", film(TAKEN)) + SEF + struct.pack("<I", len(SEF)) + b"SEFT",
    "png": png.SIGNATURE + b"\0\0\0\4tEXtabcd1234" * 3,
}


@pytest.mark.parametrize("name", READERS)
@given(noise=st.binary(max_size=60), at=st.integers(0, 400), cut=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_no_bytes_make_a_reader_raise(name: str, noise: bytes, at: int, cut: int) -> None:
    start = STARTS.get(name, b"")
    for data in (noise, start[:at], start[:at] + noise + start[at + cut :], noise + start):
        READERS[name](data)


BOMBS = {
    "tiny boxes": b"\0\0\0\x08free" * 2_000_000,
    "directories in a ring": b"II*\0\x08\0\0\0" + b"\0\0\x08\0\0\0" * 1000,
    "a directory of everything": b"II*\0\x08\0\0\0\xff\xff"
    + b"\x4a\1\4\0\xff\xff\0\0\0\0\0\0" * 60000,
    "datasets without end": b"\x1c\2\x37\0\0" * 1_000_000,
    "resources without end": b"8BIM\0\1\0\0\0\0\0\0" * 1_000_000,
    "chunks without end": png.SIGNATURE + b"\0\0\0\0tEXt\0\0\0\0" * 1_000_000,
    "zeros": bytes(20_000_000),
    "markers": b"\xff" * 5_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_bomb_keeps_a_reader_busy(bomb: str) -> None:
    started = time.monotonic()
    for read in READERS.values():
        read(BOMBS[bomb])
    assert time.monotonic() - started < 4


def test_iptc_in_a_tiffs_photoshop_resources_is_read(tmp_path: Path) -> None:
    block = iptc((55, b"19531224"))
    named = b"8BIM\4\x0b\3abc" + struct.pack(">I", 3) + b"xyz\0"
    resources = named + b"8BIM\4\4\0\0" + struct.pack(">I", len(block)) + block
    path = tmp_path / "photo.tif"
    Image.new("RGB", (16, 12)).save(path, tiffinfo={34377: resources})
    assert [str(clue.latest) for clue in metadata(path.read_bytes()).clues] == ["1953-12-24"]


def test_a_cr3_keeps_its_dates_in_boxes_of_its_own() -> None:
    from tracker.ingest import raw

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    def block(tags: dict[int, str]) -> bytes:
        exif = Image.Exif()
        exif.update(tags)
        return exif.tobytes().removeprefix(b"Exif\0\0")

    inside = box(b"CMT1", block({0x010F: "Canon", 0x0110: "Canon EOS R5"}))
    inside += box(b"CMT2", block({0x9003: "2024:03:09 12:00:00"}))
    movie = box(b"moov", box(b"uuid", isobmff.CANON + inside))
    fields = raw.fields(box(b"ftyp", b"crx \0\0\0\1crx isom") + movie)
    assert fields.main[0x0110] == "Canon EOS R5"
    assert fields.photo[0x9003] == "2024:03:09 12:00:00"
