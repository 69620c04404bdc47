"""Whatever is done to a file's bytes: no crash, no hang, and a photo or a reason in words."""

from __future__ import annotations

import io
import random
import struct
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.dng import dng
from tests.tracker.ingest import reader_jobs
from tests.tracker.ingest.test_colours import ADOBE_RGB, DISPLAY_P3, GREY_LINEAR, press
from tests.tracker.metadata.test_embedded_dates import DATED, exif, film, motion_photo, with_iptc
from tests.tracker.metadata.test_embedded_dates import TAKEN as FILMED
from tests.tracker.metadata.test_embedded_dates import iptc as iptc_block
from tracker.errors import PhotoRejected
from tracker.ingest.workers import Workers

Answer = tuple[str, int, float]
Pool = Workers[bytes, Answer]

WORDS = {"damaged", "truncated", "not-a-photo", "no-preview", "too-large", "unsupported"}

TAKEN = exif({0x010F: "Maker", 0x0112: 6}, {0x9003: "2024:03:09 14:15:00"}, {29: "2024:03:09"})


def picture() -> Image.Image:
    y, x = np.mgrid[:60, :80]
    return Image.fromarray(np.stack((x * 3, y * 4, x + y), axis=-1).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.copy().save(file, kind, **options)  # an image remembers how it was saved as a JPEG
    return file.getvalue()


def seeds() -> dict[str, bytes]:
    """A small file of every format, kind of pixels and kind of notes."""
    shown = picture()
    grey, deep = (
        shown.convert("L"),
        Image.fromarray(np.asarray(shown.convert("L")) * np.uint16(257)),
    )

    def frames() -> dict[str, Any]:
        return {"save_all": True, "append_images": [shown.rotate(5), shown.rotate(9)]}

    notes: dict[str, Any] = {"exif": TAKEN, "icc_profile": DISPLAY_P3}
    raw = encoded(shown.resize((640, 480)), "JPEG")
    return {
        "jpeg": with_iptc(
            encoded(shown, "JPEG", **notes, xmp=DATED), iptc_block((55, b"20190704"))
        ),
        "progressive": encoded(shown, "JPEG", progressive=True, exif=TAKEN),
        "cmyk": encoded(shown.convert("CMYK"), "JPEG", icc_profile=press(50)),
        "grey": encoded(grey, "JPEG", icc_profile=GREY_LINEAR),
        "several": encoded(shown, "MPO", **frames()),
        "motion": motion_photo("new", film(FILMED)) + film(FILMED),
        "png": encoded(shown, "PNG", **notes),
        "deep png": encoded(deep, "PNG"),
        "palette": encoded(shown.quantize(16), "PNG", transparency=3),
        "moving png": encoded(shown, "PNG", **frames()),
        "webp": encoded(shown, "WEBP", **notes, xmp=DATED),
        "moving webp": encoded(shown, "WEBP", **frames()),
        "lossless": encoded(shown.convert("RGBA"), "WEBP", lossless=True),
        "avif": encoded(shown, "AVIF", **notes, xmp=DATED),
        "moving avif": encoded(shown, "AVIF", **frames()),
        "tiff": encoded(shown, "TIFF", icc_profile=ADOBE_RGB, tiffinfo={700: DATED, 274: 8}),
        "lzw": encoded(shown, "TIFF", compression="tiff_lzw"),
        "deflated": encoded(shown, "TIFF", compression="tiff_adobe_deflate"),
        "jpeg in tiff": encoded(shown, "TIFF", compression="jpeg"),
        "fax": encoded(shown.convert("1"), "TIFF", compression="group4"),
        "deep tiff": encoded(deep, "TIFF"),
        "pages": encoded(shown, "TIFF", **frames()),
        "gif": encoded(shown, "GIF", **frames()),
        "bmp": encoded(shown, "BMP"),
        "jpeg 2000": encoded(shown, "JPEG2000"),
        "dng": dng(raw, size=(640, 480), orientation=6),
    }


def mangled(data: bytes, chance: random.Random) -> bytes:
    """One of what happens to files: flipped and zeroed bytes, cuts, inserts, lies in numbers."""
    made = bytearray(data)
    reach = min(len(made), chance.choice((64, 512, 4096, len(made))))
    kind = chance.choice(("flip", "flip", "number", "cut", "drop", "insert", "copy"))
    if kind == "flip":
        for _ in range(chance.choice((1, 2, 8, 40))):
            made[chance.randrange(reach)] = chance.choice((0, 255, 127, chance.randrange(256)))
    elif kind == "number":
        value = chance.choice((0, 1, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF, 100_000))
        at = chance.randrange(max(1, reach - 4))
        made[at : at + 4] = struct.pack(chance.choice("<>") + "I", value)
    elif kind == "cut":
        del made[chance.randrange(1, len(made)) :]
    elif kind == "drop":
        at = chance.randrange(reach)
        del made[at : at + chance.choice((1, 2, 4, 300))]
    elif kind == "insert":
        made[chance.randrange(reach) : 0] = chance.randbytes(chance.choice((1, 4, 300)))
    else:
        begin, to = chance.randrange(len(made)), chance.randrange(len(made))
        made[to : to + 200] = made[begin : begin + 200]
    return bytes(made)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Workers(reader_jobs.decode_bytes, count=2) as workers:
        yield workers


def outcomes(pool: Pool, files: list[tuple[str, bytes]]) -> Counter[str]:
    """What became of each file: a format, or the code of a rejection in a sentence."""
    ahead: list[tuple[str, Future[Answer]]] = [(name, pool.submit(data)) for name, data in files]
    became: Counter[str] = Counter()
    for name, future in ahead:
        try:
            format, _, seconds = future.result()
            became[format] += 1
            assert seconds < 5, name
        except PhotoRejected as problem:
            became[problem.code] += 1
            assert str(problem).endswith("."), name
            assert "Error" not in str(problem), name
    return became


def test_the_files_are_photos_as_long_as_nobody_touches_them(pool: Pool) -> None:
    became = outcomes(pool, list(seeds().items()))
    assert not WORDS & became.keys()


@pytest.mark.parametrize("seed", range(4))
def test_no_mangled_file_crashes_or_hangs_or_is_refused_without_a_reason(
    pool: Pool, seed: int
) -> None:
    chance = random.Random(seed)
    originals = sorted(seeds().items())
    files = [(name, mangled(data, chance)) for name, data in originals for _ in range(30)]
    became = outcomes(pool, files)
    refused = {code: count for code, count in became.items() if code.islower()}
    assert refused.keys() <= WORDS
    assert sum(became.values()) == len(files)


def test_a_file_cut_anywhere_is_refused_soon(pool: Pool) -> None:
    files = [
        (f"{name} at {share}", data[: max(1, len(data) * share // 16)])
        for name, data in seeds().items()
        for share in (0, 1, 4, 8, 12)
    ]
    became = outcomes(pool, files)
    assert {code for code in became if code.islower()} <= WORDS


@pytest.mark.samples
@pytest.mark.slow("hundreds of mangled photos of real cameras")
def test_mangled_files_of_real_cameras_cost_only_themselves(samples: Path, pool: Pool) -> None:
    """libheif may crash on them: the process dies alone, and the photo is told."""
    folder = samples / "photos" / "quirks"
    photos = sorted(path for path in folder.rglob("*.*") if path.stat().st_size < 400_000)
    chance = random.Random(7)
    started = time.monotonic()
    files = [(str(path), mangled(path.read_bytes(), chance)) for path in photos for _ in range(8)]
    became = outcomes(pool, files)
    assert {code for code in became if code.islower()} <= WORDS | {"crashed"}
    assert became["crashed"] <= 10
    assert time.monotonic() - started < 240
