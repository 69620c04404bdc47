from __future__ import annotations

import hashlib
import io
import os
import random
import struct
import time
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.turned import as_stored
from tracker.errors import PhotoRejected
from tracker.ingest import bounds, decode
from tracker.ingest.bounds import scale_for
from tracker.ingest.decode import (
    Decoded,
    Patch,
    Region,
    cut_regions,
)
from tracker.ingest.workers import NeedsRoom

Side = Callable[[int, int], int]

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240)


def full(width: int, height: int) -> int:
    return max(width, height)


def half(width: int, height: int) -> int:
    return max(width, height) // 2


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """Four colours, so that every turn and mirror shows: red, green / blue, white."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return Image.fromarray(pixels)


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


def read(path: Path, side: Side = full, *, alone: bool = True) -> Decoded:
    return decode.decode(decode.read(os.fsencode(path)), side, alone=alone)


def cut(path: Path, *regions: Region, side: Side = full) -> list[Patch]:
    content = decode.read(os.fsencode(path))
    return cut_regions(content, decode.decode(content, side), regions)


def pixels_of(decoded: Decoded) -> npt.NDArray[np.uint8]:
    return decoded.pixels


def assert_upright(pixels: npt.NDArray[np.uint8]) -> None:
    h, w = pixels.shape[:2]
    for y, x, colour in (
        (h // 4, w // 4, RED),
        (h // 4, 3 * w // 4, GREEN),
        (3 * h // 4, w // 4, BLUE),
        (3 * h // 4, 3 * w // 4, WHITE),
    ):
        assert np.abs(pixels[y, x].astype(int) - colour).max() < 40, (pixels[y, x], colour)


def rejected(data: bytes, tmp_path: Path, name: str = "photo.jpg") -> PhotoRejected:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(PhotoRejected) as caught:
        read(path)
    assert str(caught.value).endswith(".")
    assert "Error" not in str(caught.value)
    return caught.value


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


# --- upright, in every format -------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("side", [full, half])
def test_a_photo_is_turned_upright_exactly_once(
    tmp_path: Path, suffix: str, orientation: int, side: Side
) -> None:
    stored = as_stored(corners(), orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if suffix != "tif" else {}
    decoded = read(save(stored, tmp_path / f"photo.{suffix}", exif=exif, **options), side)
    assert (decoded.width, decoded.height) == (96, 64)
    assert decoded.scale == (1 if side is full else 2)
    assert pixels_of(decoded).shape == (64 // decoded.scale, 96 // decoded.scale, 3)
    assert_upright(pixels_of(decoded))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_compressed_tiffs_are_turned_too(tmp_path: Path, compression: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = corners().transpose(Image.Transpose.ROTATE_90)
    path = save(stored, tmp_path / "photo.tif", exif=exif, compression=compression)
    decoded = read(path, half)
    assert (decoded.width, decoded.height) == (96, 64)
    assert_upright(pixels_of(decoded))


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_means_nothing_is_left_alone(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_upright(pixels_of(read(save(corners(), tmp_path / "photo.jpg", exif=exif, quality=95))))


# --- colours ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK", "YCbCr", "LA", "L", "1", "I;16"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((64, 96), 0x8000, np.uint16))
    else:
        image = corners().convert(mode)
    suffix = "jpg" if mode in ("CMYK", "YCbCr") else "png"
    for side in (full, half):
        pixels = pixels_of(read(save(image, tmp_path / f"photo.{suffix}"), side))
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3
        assert pixels.flags.writeable
        if mode in ("RGB", "RGBA", "CMYK", "YCbCr"):
            assert_upright(pixels)
        if mode == "I;16":
            assert (pixels == 0x80).all()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.full((8, 8), 0.5, np.float32), 127),
        (np.full((8, 8), 200.0, np.float32), 200),
        (np.full((8, 8), np.nan, np.float32), 0),
        (np.full((8, 8), 0x8000, np.int32), 127),
    ],
)
def test_floats_and_long_integers_are_scaled_to_grey(
    tmp_path: Path, values: npt.NDArray[Any], expected: int
) -> None:
    pixels = pixels_of(read(save(Image.fromarray(values), tmp_path / "photo.tif")))
    assert (pixels == expected).all()


def test_what_is_transparent_becomes_white_like_paper(tmp_path: Path) -> None:
    image = Image.new("RGBA", (8, 8), (10, 200, 10, 0))
    assert (pixels_of(read(save(image, tmp_path / "photo.png"))) == 255).all()
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([10, 200, 10])
    assert (pixels_of(read(save(palette, tmp_path / "p.png", transparency=0))) == 255).all()


@pytest.mark.parametrize("suffix", ["webp", "png", "tif"])
def test_of_several_frames_the_first_is_taken(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    options: dict[str, Any] = {"lossless": True} if suffix == "webp" else {}
    path = tmp_path / f"photo.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    assert (pixels_of(read(path)) == RED).all()


# --- size ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height", "long_side", "scale"),
    [
        (4000, 3000, 1000, 4),
        (4000, 3000, 1001, 2),
        (4032, 3024, 1008, 4),
        (3000, 4000, 1000, 4),
        (1999, 100, 1000, 2),
        (999, 999, 1000, 1),
        (8000, 10, 1000, 8),
        (1, 1, 1000, 1),
    ],
)
def test_the_smallest_scale_that_serves(
    width: int, height: int, long_side: int, scale: int
) -> None:
    assert scale_for(width, height, long_side) == scale


@pytest.mark.parametrize("size", [(97, 65), (101, 7), (1600, 3), (3, 1600), (17, 1), (1, 1)])
@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("wanted", [1, 2, 4, 8])
def test_odd_sizes_are_reduced_by_the_same_divisor_in_every_format(
    tmp_path: Path, size: tuple[int, int], suffix: str, wanted: int
) -> None:
    path = save(Image.new("RGB", size, RED), tmp_path / f"photo.{suffix}", quality=95)
    longer = max(size)
    decoded = read(path, lambda w, h: -(-longer // wanted))
    scale = decoded.scale
    assert scale <= 8
    assert pixels_of(decoded).shape[:2] == (-(-size[1] // scale), -(-size[0] // scale))
    assert (decoded.width, decoded.height) == size


def test_a_jpeg_at_a_quarter_is_decoded_at_a_quarter(tmp_path: Path) -> None:
    decoded = read(save(corners(400, 300), tmp_path / "photo.jpg"), lambda w, h: 100)
    assert (decoded.scale, pixels_of(decoded).shape) == (4, (75, 100, 3))
    assert_upright(pixels_of(decoded))


# --- what comes along ---------------------------------------------------------------------------


def test_hash_size_format_and_dates_come_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0132] = "2025:01:01 00:00:01"
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = "2024:03:09 14:15:00"
    inner[0x9004] = "2024:03:10 10:00:00\0"
    path = save(corners(), tmp_path / "photo.jpg", exif=exif)
    decoded = read(path)
    content = decode.read(os.fsencode(path))
    assert content.data == path.read_bytes()
    assert content.sha256 == hashlib.sha256(content.data).hexdigest()
    assert decoded.format == "JPEG"
    assert [(clue.source, clue.raw) for clue in decoded.metadata.clues] == [
        ("exif", "2024:03:09 14:15:00"),
        ("exif", "2024:03:10 10:00:00"),
        ("modified", "2025:01:01 00:00:01"),
    ]


def test_content_decides_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(corners(), "PNG"))
    assert read(path).format == "PNG"


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40,
        b"Exif\0\0" + random.Random(1).randbytes(200),
        b"",
    ],
)
def test_broken_exif_data_costs_the_date_and_not_the_photo(tmp_path: Path, exif: bytes) -> None:
    decoded = read(save(corners(), tmp_path / "photo.jpg", exif=exif, quality=95))
    assert_upright(pixels_of(decoded))
    assert not decoded.metadata.clues


# --- regions ------------------------------------------------------------------------------------


def test_regions_are_cut_from_the_upright_photo_at_their_own_scale(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = corners(400, 300).transpose(Image.Transpose.ROTATE_90)
    path = save(stored, tmp_path / "photo.jpg", exif=exif, quality=95)
    first, second, third = cut(
        path,
        Region(-50, -50, 100, 80, 1),
        Region(250, 200, 500, 500, 2),
        Region(10, 160, 40, 200, 1),
    )
    assert (first.x, first.y, first.scale, first.pixels.shape) == (0, 0, 1, (80, 100, 3))
    assert (second.x, second.y, second.scale, second.pixels.shape) == (125, 100, 2, (50, 75, 3))
    assert (third.x, third.y, third.scale, third.pixels.shape) == (10, 160, 1, (40, 30, 3))
    for patch, colour in ((first, RED), (second, WHITE), (third, BLUE)):
        assert np.abs(patch.pixels.reshape(-1, 3).mean(axis=0) - colour).max() < 12


def constant(side: int, width: int, height: int) -> int:
    return side


def test_a_region_is_exactly_a_part_of_the_whole_image(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (300, 401, 3), dtype=np.uint8)
    path = save(Image.fromarray(noise), tmp_path / "photo.jpg")
    for scale in (1, 2, 4):
        side = -(-401 // scale)
        whole = pixels_of(read(path, partial(constant, side)))
        region = Region(50, 60, 201, 220, scale)
        (patch,) = cut(path, region, side=half)
        h, w = patch.pixels.shape[:2]
        assert np.array_equal(patch.pixels, whole[patch.y : patch.y + h, patch.x : patch.x + w])


def test_a_region_of_a_deep_grey_photo_is_as_bright_as_in_the_whole(tmp_path: Path) -> None:
    """How far its numbers reach is told by the whole photo alone."""
    steps = np.tile(np.linspace(0, 60_000, 400).astype(np.int32), (300, 1))
    path = save(Image.fromarray(steps), tmp_path / "photo.tif")
    (patch,) = cut(path, Region(0, 0, 2, 20, 1), side=half)  # values that eight bits could hold
    assert np.array_equal(patch.pixels, pixels_of(read(path, full))[:20, :2])


# --- bad files ----------------------------------------------------------------------------------


def test_zero_bytes(tmp_path: Path) -> None:
    assert rejected(b"", tmp_path).code == "empty"


@pytest.mark.parametrize("data", [b"P6 2 2 255 \xff\0" + bytes(12), random.Random(1).randbytes(64)])
def test_what_is_no_photo_is_told_what_photos_are(tmp_path: Path, data: bytes) -> None:
    problem = rejected(data, tmp_path)
    assert problem.code == "not-a-photo"
    assert "JPEG, PNG, WebP" in str(problem)


@pytest.mark.parametrize("suffix", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_a_truncated_file_is_rejected_at_whatever_length(
    tmp_path: Path, suffix: str, share: float
) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), suffix)
    problem = rejected(data[: int(len(data) * share)], tmp_path)
    assert problem.code == "truncated" or (suffix == "TIFF" and problem.code == "damaged")


def test_a_photo_whose_middle_is_overwritten_never_crashes(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    for suffix in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        good = encoded(corners(200, 150), suffix)
        for _ in range(25):
            data = bytearray(good)
            for at in rng.integers(0, len(data), 12):
                data[at] = rng.integers(0, 256)
            path = tmp_path / f"photo.{suffix.lower()}"
            path.write_bytes(data)
            try:
                assert pixels_of(read(path)).dtype == np.uint8
            except PhotoRejected as problem:
                assert problem.code in {"truncated", "damaged", "not-a-photo", "too-large"}


def bomb_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(3_000_000), 9)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", packed),
            chunk(b"IEND", b""),
        )
    )


def test_a_small_file_of_a_thousand_layers_is_refused_at_once(tmp_path: Path) -> None:
    data = bytearray(encoded(Image.new("RGB", (64, 64), RED), "JPEG", progressive=True))
    at = data.index(b"\xff\xc2") + 5
    data[at : at + 4] = struct.pack(">HH", 4000, 4000)
    last = data.rindex(b"\xff\xda")
    started = time.monotonic()
    problem = rejected(bytes(data[:last] + data[last:-2] * 1000 + data[-2:]), tmp_path)
    assert (problem.code, "layers" in str(problem)) == ("damaged", True)
    assert time.monotonic() - started < 2


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    problem = rejected(bomb_png(60_000, 60_000), tmp_path)
    assert problem.code == "too-large"
    assert "60000 x 60000" in str(problem)


def test_a_png_is_measured_before_a_pixel_of_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow decodes a PNG without EXIF when it is asked for that: it may stand behind them."""

    def decoded(_image: Image.Image) -> None:
        pytest.fail("its pixels were decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", decoded)
    assert rejected(bomb_png(14_000, 14_000), tmp_path).code == "too-large"
    path = tmp_path / "large.png"
    path.write_bytes(bomb_png(8_000, 8_000))
    with pytest.raises(NeedsRoom):
        read(path, alone=False)


def test_a_small_file_that_claims_a_large_picture_is_bounded_too(tmp_path: Path) -> None:
    assert rejected(bomb_png(14_000, 14_000), tmp_path).code == "too-large"


def test_a_photo_that_needs_much_memory_asks_for_room(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(bomb_png(8_000, 8_000))
    with pytest.raises(NeedsRoom):
        read(path, alone=False)


def test_a_jpeg_of_100_megapixels_is_read_without_room_because_it_is_read_small(
    tmp_path: Path,
) -> None:
    path = save(Image.new("L", (12_000, 9_000), 128), tmp_path / "large.jpg")
    decoded = read(path, lambda w, h: 1000, alone=False)
    assert (decoded.scale, decoded.width) == (8, 12_000)


def test_a_finer_scale_than_memory_allows_becomes_the_next_coarser_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(corners(400, 300), tmp_path / "photo.jpg", quality=95)
    monkeypatch.setattr(bounds, "MAX_DECODE_BYTES", 4 * 400 * 300 - 1)
    (patch,) = cut(path, Region(200, 150, 400, 300, 1), side=lambda w, h: 50)
    assert (patch.scale, patch.x, patch.y, patch.pixels.shape) == (2, 100, 75, (75, 100, 3))


def test_a_file_that_is_gone_and_one_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PhotoRejected) as caught:
        read(tmp_path / "gone.jpg")
    assert caught.value.code == "vanished"
    with pytest.raises(PhotoRejected) as caught:
        read(tmp_path)
    assert caught.value.code == "unreadable"


def test_a_file_without_rights_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(corners(), tmp_path / "photo.jpg")
    path.chmod(0)
    if os.geteuid() == 0:  # root reads everything: let the system answer as for anybody else

        def refuse(*arguments: object) -> object:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(PhotoRejected, match="no right") as caught:
        read(path)
    assert caught.value.code == "no-rights"


# --- real files ---------------------------------------------------------------------------------


@pytest.mark.samples
def test_heic_from_phones_is_upright_and_dated(samples: Path) -> None:
    folder = samples / "photos" / "quirks" / "formats" / "heic"
    phone = read(folder / "mobile" / "iphone_13_pro_max.HEIC", lambda w, h: 1000)
    assert (phone.width, phone.height, phone.format) == (3024, 4032, "HEIF")
    assert phone.metadata.clues[0].raw.startswith("2022:02:16 12:55:41")
    assert pixels_of(phone).shape == (1008, 756, 3)


@pytest.mark.samples
@pytest.mark.parametrize("kind", ["Landscape", "Portrait"])
def test_real_photos_in_all_orientations_are_one_picture(samples: Path, kind: str) -> None:
    def small(orientation: int) -> npt.NDArray[np.float64]:
        path = samples / "photos" / "quirks" / "orientation" / f"{kind}_{orientation}.jpg"
        pixels = pixels_of(read(path, lambda w, h: 200))
        return np.asarray(Image.fromarray(pixels).resize((60, 60)), np.float64)

    upright = small(1)
    for orientation in (0, *range(2, 9)):
        assert np.abs(small(orientation) - upright).mean() < 6, orientation
